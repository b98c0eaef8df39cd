"""What ``list`` and ``show`` are put together from: the view, and a look at the log's head.

They load neither the event store nor the container, unless the view must be caught up first.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openclaw_manager.adapters.data_json.look import look_at
from openclaw_manager.adapters.event_store.head import SqliteLogHead
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.domain.errors import StoreDamaged

LOG = "events.db"
VIEW = "data.json"


def read_instances(
    home: Path,
    *,
    lock_timeout: float,
    catch_up: Callable[[bool], None],
    warn: Callable[[str], None],
) -> list[Minion]:
    """Read all instances, removed ones included, in the order in which they were registered.

    ``catch_up`` brings the view to the head of the log, or makes it anew; it is called where
    the view is behind or damaged. ``warn`` is told, in a sentence, what a person should know. Raises a ``StoreError``.
    """
    head = SqliteLogHead(home / LOG, lock_timeout=lock_timeout)
    stamp = head.stamp()
    entries, made_from = look_at(home / VIEW)
    if stamp is None:
        refuse_lost_log(home)
    elif made_from != stamp:
        catch_up(False)
        entries, _ = look_at(home / VIEW)
    ours = _ours(entries, head) if stamp else []
    if not all(map(_is_whole, ours)):
        warn(f"{home / VIEW}: entries of ours had no title or fields; it was made anew")
        catch_up(True)
        ours = _ours(look_at(home / VIEW)[0], head)
    strangers = sum(map(_is_instance, entries)) - len(ours)
    if strangers > 0:
        warn(f"{home / VIEW}: {strangers} instances in it were not registered here; left as they are")
    return ours


def refuse_lost_log(home: Path) -> None:
    """Raise ``StoreDamaged`` where the log is gone, and the view is all that is left of it.

    A new log would bury what the old one said.
    """
    if look_at(home / VIEW)[1] is not None and not (home / LOG).exists():
        raise StoreDamaged(home / LOG, f"is missing, although {VIEW} was made from it")


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
