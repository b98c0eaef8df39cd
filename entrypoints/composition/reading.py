"""What ``list`` and ``show`` are put together from: the view, and a look at the log's head.

They load neither the event store nor the container, unless the view must be caught up first.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from openclaw_manager.adapters.data_json.look import look_at
from openclaw_manager.application.ports.view import SNAPSHOT_TYPE, Minion, is_instance
from openclaw_manager.entrypoints.composition.files import LOG, VIEW, refuse_lost_log
from openclaw_manager.entrypoints.composition.store_address import SQLITE

if TYPE_CHECKING:
    from openclaw_manager.application.ports.log_head import LogHead
    from openclaw_manager.entrypoints.composition.settings import Settings


def read_instances(
    settings: "Settings",
    *,
    catch_up: Callable[[], None],
    make_anew: Callable[[], None],
    warn: Callable[[str], None],
) -> list[Minion]:
    """Read all instances, removed ones included, in the order in which they were registered.

    ``catch_up`` is called where the view is behind the log or damaged, ``make_anew`` where
    entries of ours are not what we write, and ``warn`` is told, in a sentence, what a person
    should know. Raises a ``StoreError``.
    """
    with head_of(settings) as head:
        return _read(settings, head, catch_up, make_anew, warn)


def _read(
    settings: "Settings",
    head: "LogHead",
    catch_up: Callable[[], None],
    make_anew: Callable[[], None],
    warn: Callable[[str], None],
) -> list[Minion]:
    view = os.path.join(settings.home, VIEW)
    stamp = head.stamp()
    entries, made_from = look_at(view)
    if stamp is None:
        refuse_lost_log(settings.home)
    elif made_from != stamp:
        catch_up()
        entries, _ = look_at(view)
    ours = _ours(entries, head) if stamp else []
    problem = _problem_with(ours, settings.snapshot_secrets)
    if stamp and len(ours) != head.instances():
        problem = "entries of ours were taken out"
    if problem:
        warn(f"{view}: {problem}; it was made anew")
        make_anew()
        ours = _ours(look_at(view)[0], head)
    known = {entry["id"] for entry in ours}
    strangers = sum(is_instance(entry) and entry.get("id") not in known for entry in entries)
    if strangers:
        warn(f"{view}: {_strange(strangers)}: openclaw-manager adopt {_quoted(view)}")
    return ours


def place_of_log(settings: "Settings") -> str:
    """Tell where the log's file is, where it is in one."""
    return os.path.join(settings.home, LOG)


@contextmanager
def head_of(settings: "Settings") -> "Iterator[LogHead]":
    """Look at the log's head, wherever it is."""
    if settings.store_kind == SQLITE:
        from openclaw_manager.adapters.event_store.head import SqliteLogHead

        yield SqliteLogHead(place_of_log(settings), lock_timeout=settings.lock_timeout)
        return
    from openclaw_manager.entrypoints.composition.postgres import head_over

    with head_over(settings) as head:
        yield head


def _strange(number: int) -> str:
    if number == 1:
        return "1 instance in it was not registered here; adopt it"
    return f"{number} instances in it were not registered here; adopt them"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _ours(entries: list[Any], head: "LogHead") -> list[Minion]:
    """Find the entries of our instances; of several for one, which others made, the last."""
    found = {
        entry["id"]: entry
        for entry in entries
        if isinstance(entry, dict)
        and isinstance(entry.get("id"), str)
        and entry.get("minionTypeId") != SNAPSHOT_TYPE
    }
    known = head.registered(found)
    return [entry for id_, entry in found.items() if id_ in known]


def _problem_with(ours: list[Minion], snapshot_secrets: str) -> str | None:
    """Say why entries of ours are not what we would write, if they are not."""
    if not all(map(_is_whole, ours)):
        return "entries of ours had lost their title, their fields or what belongs in those"
    if snapshot_secrets == "omit" and any(entry["fields"].keys() & _SECRETS for entry in ours):
        return "it held secrets, which are to be left out"
    return None


_SECRETS = {"token", "devicePrivateKey"}
_ALWAYS = {"id": str, "title": str, "tags": list, "createdAt": str, "updatedAt": str}
_IN_FIELDS_ALWAYS = {"url": str, "status": str}
_NOTHING = type(None)
_IN_FIELDS_SOMETIMES: dict[str, tuple[type, ...]] = {
    "token": (str,),
    "devicePublicKey": (str,),
    "devicePrivateKey": (str,),
    "deviceId": (str,),
    "lastPingAt": (str,),
    "lastPingLatencyMs": (int, float),
    "version": (str,),
    "condition": (str,),
    "cause": (str, _NOTHING),
    "dialect": (str,),
    "protocol": (int,),
    "gatewayId": (str,),
    "scopes": (list,),
    "tlsFingerprint": (str,),
    "tlsAuthorities": (str,),
    "certificateExpiresAt": (str,),
}


def _is_whole(entry: Minion) -> bool:
    """Whether nobody took or changed what those who show an instance rely on."""
    fields = entry.get("fields")
    return (
        isinstance(fields, dict)
        and all(isinstance(entry.get(key), kind) for key, kind in _ALWAYS.items())
        and all(isinstance(text, str) for text in (*entry["tags"], *_scopes_in(fields)))
        and isinstance(entry.get("deletedAt", ""), str)
        and all(isinstance(fields.get(key), kind) for key, kind in _IN_FIELDS_ALWAYS.items())
        and all(
            isinstance(fields[key], kinds)
            for key, kinds in _IN_FIELDS_SOMETIMES.items()
            if key in fields
        )
    )


def _scopes_in(fields: dict[str, Any]) -> list[Any]:
    scopes = fields.get("scopes")
    return scopes if isinstance(scopes, list) else []
