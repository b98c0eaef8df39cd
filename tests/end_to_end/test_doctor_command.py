"""``doctor`` as people and scripts use it: one document, exit statuses, and nothing recorded."""

import asyncio
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from end_to_end.console import Answer, Console
from end_to_end.gateway import gateway
from openclaw_manager.adapters.simulator import GatewaySimulator
from openclaw_manager.application.checkup.layers import LAYERS
from openclaw_manager.application.ports.examination import CheckId
from openclaw_manager.domain.ping import Dialect

HOME = ".openclaw-manager"
TOKEN = "tok-1-never-to-be-shown"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Lend a URL at which nobody listens, since the port is bound and no more."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}"


def register(console: Console, name: str, url: str, *more: str) -> None:
    arguments = ("instance", "register", name, "--url", url, "-o", "name", *more)
    answer = console.run(*arguments, T=TOKEN)
    assert answer.status == 0, answer.err


def checks(answer: Answer, subject: str) -> dict[str, Any]:
    return {one["id"]: one for one in answer.json["checks"] if one["subject"] == subject}


def statuses(answer: Answer, subject: str) -> dict[str, str]:
    return {id_: one["status"] for id_, one in checks(answer, subject).items()}


def test_all_is_well_with_a_gateway_that_lets_us_in(console: Console) -> None:
    with gateway("openclaw", "--token", "env:T", T=TOKEN) as url:
        register(console, "alpha", url, "--token", "env:T")
        answer = console.run("doctor", "--json")
    document = answer.json

    assert answer.status == 0
    assert TOKEN not in answer.out + answer.err
    assert set(document) == {"checks", "summary"}
    assert {id_ for one in document["checks"] for id_ in one} == {
        *("id", "subject", "status", "ms", "message", "next")
    }
    assert document["summary"]["failed"] == 0
    assert sum(document["summary"].values()) == len(document["checks"])
    assert [one["id"] for one in document["checks"] if one["subject"] == "alpha"] == [
        *LAYERS,
        CheckId.IDENTITY,
        CheckId.PLAIN_WS_TOKEN,
    ]
    assert all(one["message"] for one in document["checks"])
    found = statuses(answer, "alpha")
    for layer in ("resolve", "tcp", "http-healthz", "http-readyz", "upgrade", "challenge"):
        assert found[layer] == "ok", layer
    for layer in ("protocol", "credentials", "rpc"):
        assert found[layer] == "ok", layer
    assert found["tls"] == "skipped"


def test_the_pings_of_a_checkup_are_not_recorded(console: Console) -> None:
    with gateway("openclaw", "--token", "env:T", T=TOKEN) as url:
        register(console, "alpha", url, "--token", "env:T")
        before = (console.home / HOME / "data.json").read_bytes()
        assert console.run("doctor").status == 0

    assert (console.home / HOME / "data.json").read_bytes() == before
    assert console.run("instance", "history", "alpha", "-o", "name").out == "Registered\n"


def test_a_machine_that_never_used_the_program_is_not_changed(console: Console) -> None:
    answer = console.run("doctor", "-o", "json")

    assert answer.status == 0
    assert statuses(answer, "manager")["home-folder"] == "warning"
    assert list(console.home.iterdir()) == []


def test_a_gateway_that_is_down_is_status_4_with_the_layer_that_failed(
    console: Console, nowhere: str
) -> None:
    register(console, "alpha", nowhere)
    answer = console.run("doctor", "-o", "json")
    found = checks(answer, "alpha")

    assert answer.status == 4
    assert found["tcp"]["status"] == "failed"
    assert found["tcp"]["next"] == "openclaw gateway status  # on its host"
    assert found["upgrade"] == {
        "id": "upgrade",
        "subject": "alpha",
        "status": "skipped",
        "ms": None,
        "message": "not checked, since tcp failed",
        "next": None,
    }


def test_a_refusal_is_status_5_also_where_another_gateway_is_down(
    console: Console, nowhere: str
) -> None:
    register(console, "down", nowhere)
    with gateway("openclaw", "--token", "env:T", T="another token") as url:
        register(console, "wrong", url, "--token", "env:T")
        answer = console.run("doctor", "-o", "json")

    assert answer.status == 5
    assert statuses(answer, "wrong")["protocol"] == "ok"
    assert checks(answer, "wrong")["credentials"]["next"] == (
        "openclaw-manager instance update wrong --token @FILE"
    )


def test_only_the_named_gateway_is_looked_at(console: Console, nowhere: str) -> None:
    register(console, "down", nowhere)
    with gateway("bearer", "--token", "env:T", T=TOKEN) as url:
        register(console, "up", url, "--token", "env:T")
        answer = console.run("doctor", "UP", "-o", "json")

    assert answer.status == 0
    assert {one["subject"] for one in answer.json["checks"]} == {"manager", "up"}


@pytest.mark.parametrize("used", [True, False])
def test_an_instance_that_is_not_there_is_status_3(
    console: Console, nowhere: str, *, used: bool
) -> None:
    if used:
        register(console, "alpha", nowhere)
    answer = console.run("doctor", "beta", "-o", "json")

    assert answer.status == 3
    assert answer.json["error"]["code"] == "instance-not-found"


def test_a_damaged_store_is_status_6_whatever_else_is_wrong(console: Console, nowhere: str) -> None:
    register(console, "alpha", nowhere)
    (console.home / HOME / "events.db").write_bytes(b"no database at all" * 100)
    (console.home / HOME / "events.db").chmod(0o644)
    answer = console.run("doctor", "alpha", "-o", "json")
    found = statuses(answer, "manager")

    assert answer.status == 6
    assert (found["store"], found["file-modes"]) == ("failed", "failed")
    assert "Traceback" not in answer.err


def test_a_damaged_secret_store_keeps_every_gateway_from_being_contacted(
    console: Console, nowhere: str
) -> None:
    register(console, "alpha", nowhere, "--token", "env:T")
    (console.home / HOME / "secrets.db").write_bytes(b"no database at all" * 100)
    answer = console.run("doctor", "-o", "json")

    assert answer.status == 6
    assert set(statuses(answer, "alpha").values()) == {"skipped"}


def test_a_fault_at_home_is_status_1_and_fix_mends_it(console: Console, nowhere: str) -> None:
    register(console, "alpha", nowhere)
    console.run("instance", "remove", "alpha")
    folder = console.home / HOME
    folder.chmod(0o755)
    (folder / "secrets.db").touch(mode=0o644)
    (folder / "data.json").write_text("{")

    sick = console.run("doctor", "-o", "json")
    found = checks(sick, "manager")
    assert sick.status == 1
    assert {
        id_ for id_, one in found.items() if one["next"] == "openclaw-manager doctor --fix"
    } == {"home-mode", "file-modes", "data-json"}
    assert folder.stat().st_mode & 0o777 == 0o755

    mended = console.run("doctor", "--fix", "-o", "json")
    assert mended.status == 0
    assert len(mended.json["fixed"]) == 3
    assert not [one for one in mended.json["checks"] if one["status"] in ("failed", "warning")]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.glob("data.json.damaged-*"))) == 1

    assert console.run("doctor", "--fix", "-o", "json").json["fixed"] == []


def test_settings_that_cannot_be_taken_are_a_check_and_not_the_end(
    console: Console, nowhere: str
) -> None:
    register(console, "alpha", nowhere)
    (console.home / HOME / "config.toml").write_text("timeout = 'soon'\n")
    answer = console.run("doctor", "-o", "json")
    found = checks(answer, "manager")

    assert answer.status == 1
    assert found["config"]["status"] == "failed"
    assert found["config"]["next"] == "openclaw-manager settings --help"
    assert found["store"]["status"] == "ok"
    assert set(statuses(answer, "alpha").values()) == {"skipped"}


async def test_certificates_that_end_soon_are_untrusted_or_are_not_the_pinned_one(
    console: Console,
) -> None:
    """The commands run in a thread: the gateway of this test lives in its loop."""

    def examine(url: str, pin: str) -> Answer:
        register(console, "pinned", url, "--tls-fingerprint", pin)
        register(console, "untrusted", url)
        register(console, "mispinned", url, "--tls-fingerprint", "sha256:" + "ab" * 32)
        return console.run("doctor", "-o", "json")

    async with GatewaySimulator(Dialect.OPENCLAW, tls=True, certificate_days=3) as simulated:
        answer = await asyncio.to_thread(examine, simulated.url, str(simulated.tls_fingerprint))

    pinned = checks(answer, "pinned")["tls"]
    assert (pinned["status"], pinned["next"]) == (
        "warning",
        "openclaw-manager instance trust pinned",
    )
    assert checks(answer, "pinned")["http-healthz"]["status"] == "ok"
    for name in ("untrusted", "mispinned"):
        found = checks(answer, name)
        assert found["tls"]["next"] == f"openclaw-manager instance trust {name}"
        assert (found["tls"]["status"], found["http-healthz"]["status"]) == ("failed", "skipped")
    assert statuses(answer, "manager")["duplicate-url"] == "warning"


def test_a_paired_device_is_checked_and_its_lost_key_is_not_made_anew(console: Console) -> None:
    secrets = console.home / HOME / "secrets.db"
    with gateway("openclaw", "--token", "env:T", T=TOKEN) as url:
        register(console, "alpha", url, "--token", "env:T")
        assert console.run("instance", "pair", "alpha").status == 0
        paired = console.run("doctor", "-o", "json")
        with closing(sqlite3.connect(secrets)) as connection, connection:
            connection.execute("DELETE FROM secrets WHERE ref NOT LIKE '%-%'")
        lost = console.run("doctor", "-o", "json")

    assert paired.status == 0
    for layer in ("credentials", "pairing", "scopes"):
        assert statuses(paired, "alpha")[layer] == "ok", layer
    assert statuses(paired, "manager")["device-key"] == "ok"
    assert lost.status == 1
    assert checks(lost, "manager")["device-key"]["next"] == "openclaw-manager instance pair alpha"
    assert set(statuses(lost, "alpha").values()) == {"skipped"}
    with closing(sqlite3.connect(secrets)) as connection:
        kept = [ref for (ref,) in connection.execute("SELECT ref FROM secrets")]
    assert len(kept) == 2  # the token, and the device token


def test_a_person_reads_a_table_and_what_to_type(console: Console, nowhere: str) -> None:
    register(console, "alpha's own", nowhere)
    answer = console.run("doctor", "--timeout", "2s")
    lines = answer.out.splitlines()

    assert answer.status == 4
    assert lines[0].split() == ["SUBJECT", "CHECK", "STATUS", "TIME", "FOUND"]
    assert "  alpha's own tcp: openclaw gateway status  # on its host" in lines
    assert lines[-1].endswith("skipped")


def test_name_output_names_what_failed(console: Console, nowhere: str) -> None:
    register(console, "alpha", nowhere)

    assert console.run("doctor", "-o", "name").out == "tcp\n"
