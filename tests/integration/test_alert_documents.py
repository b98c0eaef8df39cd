"""What docs/alerts.md tells people to write works, and everything that can be written is there."""

import json
import re
from pathlib import Path

import pytest

from alert_receiver import running_receiver
from fakes.secret_store import InMemorySecretStore
from openclaw_manager.application.alerting.secrets import AlertSecrets
from openclaw_manager.application.ports.alert_channel import AlertMessage, names_in_messages
from openclaw_manager.entrypoints.composition import alert_settings
from openclaw_manager.entrypoints.composition.alerts import alerts_of

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
TABLES = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
MESSAGE = AlertMessage("x", "down", title='"höme" is down', text='"höme": @everyone', at="now")
KINDS = {name for kind in alert_settings._OF_TYPE.values() for name in kind}


def _documented() -> set[str]:
    return set(re.findall(r"^\| `\$?(\w+)` \|", DOCUMENT, re.MULTILINE))


@pytest.mark.parametrize("name", [*names_in_messages()])
def test_every_placeholder_is_documented(name: str) -> None:
    assert f"| `${name}` |" in DOCUMENT


@pytest.mark.parametrize("key", [*alert_settings._OF_ALL, *sorted(KINDS)])
def test_every_key_is_documented(key: str) -> None:
    assert f"| `{key}` |" in DOCUMENT


def test_nothing_is_documented_that_there_is_not() -> None:
    assert _documented() == {*names_in_messages(), *alert_settings._OF_ALL, *KINDS}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.splitlines()[1])
async def test_every_example_can_be_sent_as_it_stands(table: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(table)
    store = InMemorySecretStore()
    with running_receiver() as receiver:
        for name in re.findall(r'"secret:(.*?)"', table):
            value = "Bearer tk" if name == "ntfy-token" else receiver.url
            AlertSecrets(store).keep(name, value)
        [alert] = alerts_of(str(tmp_path), lambda: store, user_agent="tests")
        if 'type = "command"' in table:
            return
        assert await alert.channel.send(MESSAGE, timeout=20) is None
        [request] = receiver.received
    if request.headers["content-type"] == "application/json":
        assert '"höme": @everyone' in "".join(map(str, json.loads(request.body).values()))
    else:
        assert request.body == MESSAGE.text
        assert request.headers["authorization"] == "Bearer tk"
