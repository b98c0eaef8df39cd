"""Our `data.json` in the hands of the tools that it is shared with, and back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assembly import Core, core_in
from fakes.gateway_link import REACHED
from openclaw_manager.application.adoption.fates import examine
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.entrypoints.composition.adoption import open_given

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n"
FIELDS: dict[str, type | tuple[type, ...]] = {
    "url": str,
    "token": str,
    "deviceId": str,
    "devicePublicKey": str,
    "devicePrivateKey": str,
    "status": str,
    "lastPingAt": str,
    "lastPingLatencyMs": (int, float),
    "version": str,
}


class OtherTool:
    """Reads and writes the file by its rules: entries by their shape, and the whole file anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self) -> Any:
        return json.loads(self._path.read_text(encoding="utf-8"))

    def instances(self) -> list[Any]:
        return [
            minion
            for minion in self._read()["minions"]
            if "url" in minion["fields"]
            and "instanceId" not in minion["fields"]
            and not minion.get("deletedAt")
        ]

    def ping(self, title: str) -> tuple[str, str, str]:
        """Say what it would connect with, and write what it found as it does."""
        document = self._read()
        [minion] = [one for one in document["minions"] if one["title"] == title]
        fields = minion["fields"]
        fields |= {"status": "online", "lastPingAt": "2026-11-23T15:42:31.833Z"}
        fields |= {"lastPingLatencyMs": 33, "theirs": 1.50}
        minion |= {"updatedAt": "2026-11-23T15:42:31.834Z", "deletedBy": None, "priority": None}
        document["minions"].append(
            {
                "id": "cb50db91-285b-48f9-ab07-17b177b23e38",
                "title": "Snapshot",
                "fields": {"instanceId": minion["id"], "agentCount": 2},
            }
        )
        document["relations"].append({"id": "r-1", "sourceId": minion["id"], "targetId": "x"})
        self._path.write_text(json.dumps(document, indent=2))
        return fields["url"], fields["token"], fields["devicePrivateKey"]


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    core.instances.register("home", "ws://host", GivenCredentials("tok-1", PEM), ["prod"])
    core.instances.register("gone", "ws://other", GivenCredentials())
    core.instances.remove("gone")
    return core


def _ping(core: Core) -> None:
    [probe] = core.probes.choose(["home"])
    core.pinging.record([Finding(probe, NOW, REACHED)])


def test_other_tools_find_our_instances_by_their_shape_with_all_that_a_ping_needs(
    core: Core,
) -> None:
    tool = OtherTool(core.data_json)
    assert [one["title"] for one in tool.instances()] == ["home"]
    assert tool.ping("home") == ("ws://host", "tok-1", PEM)


def test_the_nine_fields_have_the_types_that_other_tools_expect(core: Core) -> None:
    _ping(core)
    [home] = OtherTool(core.data_json).instances()
    fields = home["fields"]
    assert FIELDS.keys() - fields.keys() == {"deviceId"}, "this gateway knows of no device"
    for key in FIELDS.keys() & fields.keys():
        assert isinstance(fields[key], FIELDS[key])
    assert {key: type(home[key]) for key in ("id", "title", "tags", "createdAt", "updatedAt")} == {
        "id": str,
        "title": str,
        "tags": list,
        "createdAt": str,
        "updatedAt": str,
    }


def test_what_the_other_tool_wrote_is_kept_by_us_and_what_we_wrote_by_it(core: Core) -> None:
    _ping(core)
    tool = OtherTool(core.data_json)
    tool.ping("home")
    before = core.read_view()
    assert before["openclawManager"]["position"] == core.log.head()
    assert before["minions"][0]["fields"]["condition"] == "ok", "our key in its hands"
    _ping(core)
    after = core.read_view()
    home = after["minions"][0]
    assert (home["fields"]["theirs"], home["deletedBy"], home["priority"]) == (1.5, None, None)
    assert (home["fields"]["status"], home["fields"]["lastPingLatencyMs"]) == ("reachable", 14.2)
    assert after["minions"][2] == before["minions"][2]
    assert after["relations"] == before["relations"]
    assert [one["title"] for one in tool.instances()] == ["home"]


def test_what_other_tools_see_of_an_adopted_instance_is_what_they_wrote(tmp_path: Path) -> None:
    sample = Path(__file__).parents[1] / "data" / "adoption" / "python-sdk-data.json"
    core = core_in(tmp_path / "home")
    core.data_json.write_bytes(sample.read_bytes())
    before = OtherTool(core.data_json).instances()
    given = open_given(str(core.data_json), str(core.home))
    examined = examine(given.entries, core.entry_reader, NOW)
    core.adopting.adopt(examined, given.carried)
    after = OtherTool(core.data_json).instances()
    assert [(one["id"], one["title"], one["fields"]) for one in after] == [
        (one["id"], one["title"], one["fields"]) for one in before
    ]
