"""Gateways in OpenClaw's own configurations, and at its default port."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from ssl import PEM_cert_to_DER_cert
from typing import Any

import pytest

from openclaw_manager.adapters.discovery.default_port import PortDiscovery
from openclaw_manager.adapters.discovery.profiles import ProfileDiscovery
from openclaw_manager.adapters.simulator import GatewaySimulator
from openclaw_manager.application.ports.discovery import Search, Sighting, Source
from openclaw_manager.domain.ping import Dialect

SECRET = "tok-profile-secret"
FINGERPRINT = "sha256:" + "ab" * 32


def write(folder: Path, profile: str, config: Any) -> Path:
    path = folder / profile / "openclaw.json"
    path.parent.mkdir()
    path.write_text(config if isinstance(config, str) else json.dumps(config))
    return path


async def search(folder: Path) -> Search:
    return await ProfileDiscovery(str(folder)).search(timeout=1)


async def only(folder: Path) -> Sighting:
    found = await search(folder)
    assert found.problems == ()
    [sighting] = found.sightings
    return sighting


async def test_each_profile_tells_of_its_gateway(tmp_path: Path) -> None:
    write(tmp_path, ".openclaw", {})
    write(tmp_path, ".openclaw-work", {"gateway": {"port": 19001, "bind": "lan"}})
    (tmp_path / ".openclaw-manager").mkdir()

    found = await search(tmp_path)

    assert [(one.name, one.url, one.source) for one in found.sightings] == [
        ("openclaw", "ws://127.0.0.1:18789", Source.PROFILE),
        ("work", "ws://127.0.0.1:19001", Source.PROFILE),
    ]


async def test_a_machine_without_openclaw_has_no_profiles(tmp_path: Path) -> None:
    assert await search(tmp_path) == Search()


async def test_a_configuration_in_json5_is_read(tmp_path: Path) -> None:
    write(
        tmp_path, ".openclaw", "// mine\n{gateway: {port: 19001, /* ... */ auth: {mode: 'none'},},}"
    )
    sighting = await only(tmp_path)

    assert (sighting.url, sighting.auth) == ("ws://127.0.0.1:19001", "none")


@pytest.mark.parametrize("port", [0, 70000, "19001", True, None])
async def test_a_port_that_is_none_is_the_default(tmp_path: Path, port: object) -> None:
    write(tmp_path, ".openclaw", {"gateway": {"port": port}})

    assert (await only(tmp_path)).url == "ws://127.0.0.1:18789"


async def test_the_certificate_in_the_folder_of_a_profile_tells_its_fingerprint(
    tmp_path: Path,
) -> None:
    pem = GatewaySimulator(Dialect.OPENCLAW, tls=True).certificate_pem
    assert pem is not None
    config = write(tmp_path, ".openclaw", {"gateway": {"tls": {"enabled": True}}})
    place = config.parent / "gateway" / "tls" / "gateway-cert.pem"
    place.parent.mkdir(parents=True)
    place.write_text(pem)
    sighting = await only(tmp_path)

    assert sighting.url == "wss://127.0.0.1:18789"
    assert sighting.fingerprint == f"sha256:{sha256(PEM_cert_to_DER_cert(pem)).hexdigest()}"


@pytest.mark.parametrize("text", [None, "no certificate", "-----BEGIN CERTIFICATE-----\nAAA"])
async def test_without_a_certificate_there_is_no_fingerprint(
    tmp_path: Path, text: str | None
) -> None:
    place = tmp_path / "cert.pem"
    if text is not None:
        place.write_text(text)
    tls = {"enabled": True, "certPath": str(place)}
    write(tmp_path, ".openclaw", {"gateway": {"tls": tls}})

    assert (await only(tmp_path)).fingerprint is None


async def test_a_profile_that_is_a_client_tells_of_its_remote_gateway(tmp_path: Path) -> None:
    remote = {
        "url": "wss://gateway.example.com",
        "token": SECRET,
        "tlsFingerprint": FINGERPRINT.removeprefix("sha256:").upper(),
    }
    write(tmp_path, ".openclaw", {"gateway": {"mode": "remote", "remote": remote}})
    sighting = await only(tmp_path)

    assert (sighting.url, sighting.fingerprint) == ("wss://gateway.example.com", FINGERPRINT)
    assert ProfileDiscovery(str(tmp_path)).token_of(sighting) == SECRET


@pytest.mark.parametrize("url", [None, "https://example.com", "ws://user:secret@host"])
async def test_a_client_of_no_usable_url_is_left_out(tmp_path: Path, url: str | None) -> None:
    write(tmp_path, ".openclaw", {"gateway": {"mode": "remote", "remote": {"url": url}}})

    assert await search(tmp_path) == Search()


async def test_a_token_is_not_in_what_was_found(tmp_path: Path) -> None:
    auth = {"mode": "token", "token": SECRET}
    write(tmp_path, ".openclaw", {"gateway": {"auth": auth}})
    sighting = await only(tmp_path)

    assert SECRET not in repr(sighting)
    assert sighting.auth == "token"
    assert ProfileDiscovery(str(tmp_path)).token_of(sighting) == SECRET


@pytest.mark.parametrize(
    "token", [None, "", 7, "${OPENCLAW_TOKEN}", {"source": "env", "id": "OPENCLAW_TOKEN"}]
)
async def test_a_token_that_is_kept_elsewhere_is_not_there(tmp_path: Path, token: object) -> None:
    write(tmp_path, ".openclaw", {"gateway": {"auth": {"token": token}}})

    assert ProfileDiscovery(str(tmp_path)).token_of(await only(tmp_path)) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{'gateway': ", "\ufffd", "[" * 100_000])
async def test_a_configuration_that_cannot_be_read_is_a_problem_and_no_more(
    tmp_path: Path, text: str
) -> None:
    path = write(tmp_path, ".openclaw", text)
    write(tmp_path, ".openclaw-work", {})

    found = await search(tmp_path)

    assert [one.name for one in found.sightings] == ["work"]
    assert found.problems == (f"{path}: is not a configuration of OpenClaw",)


@pytest.mark.parametrize("gateway", ["text", [], {"tls": 1, "auth": [], "remote": "x"}])
async def test_members_of_another_kind_are_ignored(tmp_path: Path, gateway: object) -> None:
    write(tmp_path, ".openclaw", {"gateway": gateway})

    assert (await only(tmp_path)).url == "ws://127.0.0.1:18789"


async def test_whatever_listens_at_the_port_is_found() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        found = await PortDiscovery(port=port).search(timeout=5)
    place = f"127.0.0.1:{port}"

    assert found == Search((Sighting("openclaw", f"ws://{place}", Source.PORT, place),))
    assert await PortDiscovery(port=port).search(timeout=5) == Search()
