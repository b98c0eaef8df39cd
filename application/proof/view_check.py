"""The view, compared with what the log says anew."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from openclaw_manager.application.ports.view import INSTANCE_FIELDS, MINION_KEYS, Minion, Relation
from openclaw_manager.application.ports.view_reading import ViewContent
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.application.showing import Shown
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.secret import fingerprint

_SECRETS = ("token", "devicePrivateKey")
_LONGEST = 80  # characters of a value that is told


def differences(
    found: ViewContent, shown: Shown, is_ours: Callable[[str], bool]
) -> Iterator[Finding]:
    """List where the view differs from what it should show, and no secret.

    What other tools put into it is passed over: whole entries, and keys of ours that we do
    not write. ``is_ours`` tells of an id whether the log has something of that name.
    """
    yield from _of_entries("minions", found.minions, shown.minions, _ours_of_minion)
    yield from _of_entries("relations", found.relations, shown.relations, _ours_of_relation)
    expected = {minion["id"] for minion in shown.minions}
    for id_ in _by_id(found.minions).keys() - expected:
        if is_ours(id_):
            yield Finding("is not shown any more", path=_path("minions", id_))


def _of_entries(
    list_: str,
    found: Iterable[Any],
    expected: Iterable[dict[str, Any]],
    ours_of: Callable[[dict[str, Any], dict[str, Any]], Json],
) -> Iterator[Finding]:
    there = _by_id(found)
    for entry in expected:
        path = _path(list_, entry["id"])
        if entry["id"] not in there:
            yield Finding("is missing", path=path)
            continue
        ours = ours_of(there[entry["id"]], entry)
        if _written(ours) == _written(entry):
            continue
        wanted = json.loads(_written(entry))
        try:
            changes = diff(wanted, ours)
        except ContentRefused as refused:
            yield Finding(str(refused), path=path)
            continue
        secrets = [text for text in map(wanted.get("fields", {}).get, _SECRETS) if text]
        for change in changes:
            yield Finding(_problem(change, secrets), path=f"{path}.{change.place}")


def _written(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _by_id(entries: Iterable[Any]) -> dict[str, Any]:
    """Find entries by their ids; of several with one id, the last counts."""
    return {
        entry["id"]: entry
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }


def _path(list_: str, id_: str) -> str:
    return f"{list_}[id={id_}]"


def _ours_of_minion(found: Minion, wanted: Minion) -> Json:
    ours = _only(found, MINION_KEYS)
    fields = ours.get("fields")
    if isinstance(fields, dict):
        ours["fields"] = _only(fields, INSTANCE_FIELDS | wanted["fields"].keys())
    return ours


def _ours_of_relation(found: Relation, wanted: Relation) -> Json:
    return _only(found, wanted.keys() - {"metadata"}) | {"metadata": wanted["metadata"]}


def _only(members: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: members[key] for key in keys if key in members}


def _problem(change: Change, secrets: list[str]) -> str:
    if change.op == "reorder":
        return "is in another order than the log says"
    if change.op == "remove":
        return f"is missing, and the log says {_told(change, change.old, secrets)}"
    is_ = f"is {_told(change, change.new, secrets)}"
    if change.op == "add":
        return f"{is_}, and the log says nothing of it"
    return f"{is_}, and the log says {_told(change, change.old, secrets)}"


def _told(change: Change, value: Json, secrets: list[str]) -> str:
    """Write a value in a few characters; of a secret its fingerprint."""
    if change.path.startswith(tuple(f"/fields/{key}" for key in _SECRETS)):
        return fingerprint(value if isinstance(value, str) else json.dumps(value))
    text = json.dumps(value, ensure_ascii=False)
    for secret in secrets:
        text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], fingerprint(secret))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
