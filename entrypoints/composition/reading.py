"""What ``list`` and ``show`` are put together from: the view, and a look at the log's head.

They load neither the event store nor the container, unless the view must be caught up first.
"""

import os
from collections.abc import Callable
from typing import Any

from openclaw_manager.adapters.data_json.look import look_at
from openclaw_manager.adapters.event_store.head import SqliteLogHead
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.domain.errors import StoreDamaged

LOG = "events.db"
VIEW = "data.json"


def read_instances(
    home: str,
    *,
    lock_timeout: float,
    catch_up: Callable[[], None],
    make_anew: Callable[[], None],
    warn: Callable[[str], None],
) -> list[Minion]:
    """Read all instances, removed ones included, in the order in which they were registered.

    ``catch_up`` is called where the view is behind the log or damaged, ``make_anew`` where
    entries of ours lost what every instance has, and ``warn`` is told, in a sentence, what a
    person should know. Raises a ``StoreError``.
    """
    view = os.path.join(home, VIEW)
    head = SqliteLogHead(os.path.join(home, LOG), lock_timeout=lock_timeout)
    stamp = head.stamp()
    entries, made_from = look_at(view)
    if stamp is None:
        refuse_lost_log(home)
    elif made_from != stamp:
        catch_up()
        entries, _ = look_at(view)
    ours = _ours(entries, head) if stamp else []
    if not all(map(_is_whole, ours)):
        warn(f"{view}: entries of ours had no title or fields; it was made anew")
        make_anew()
        ours = _ours(look_at(view)[0], head)
    strangers = sum(map(_is_instance, entries)) - len(ours)
    if strangers > 0:
        warn(f"{view}: {strangers} instances in it were not registered here; left as they are")
    return ours


def refuse_lost_log(home: str) -> None:
    """Raise ``StoreDamaged`` where the log is gone, and the view is all that is left of it.

    A new log would bury what the old one said.
    """
    log = os.path.join(home, LOG)
    if look_at(os.path.join(home, VIEW))[1] is not None and not os.path.exists(log):
        raise StoreDamaged(log, f"is missing, although {VIEW} was made from it")


def _ours(entries: list[Any], head: SqliteLogHead) -> list[Minion]:
    ids = [entry["id"] for entry in entries if isinstance(entry, dict) and _has_text(entry, "id")]
    known = head.registered(ids)
    return [entry for entry in entries if isinstance(entry, dict) and entry.get("id") in known]


def _is_whole(entry: Minion) -> bool:
    """Whether nothing that every instance has was taken from the entry."""
    fields = entry.get("fields")
    return _has_text(entry, "title") and isinstance(fields, dict) and _has_text(fields, "url")


def _is_instance(entry: Any) -> bool:
    """Whether an entry, of whatever tool, is that of an instance: type ids differ between tools."""
    fields = entry.get("fields") if isinstance(entry, dict) else None
    return isinstance(fields, dict) and "url" in fields and "instanceId" not in fields


def _has_text(entry: dict[str, Any], key: str) -> bool:
    return isinstance(entry.get(key), str)
