"""Streams of what is in the log, read some at a time, so that others get their turn."""

from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

from openclaw_manager.application.history import History, Query
from openclaw_manager.application.history_entry import HistoryEntry
from openclaw_manager.domain.errors import InvalidMoment

_AT_ONCE = 200

Item = TypeVar("Item")


class Feed(Generic[Item]):
    """Gives what an iterator has, a batch at a time; an empty one says that this is all."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items

    def some(self) -> list[Item]:
        """Give the next ones."""
        return list(islice(self._items, _AT_ONCE))


class EventFeed:
    """Gives the events after a position, a batch at a time; an empty one says: all up to now."""

    def __init__(self, history: History, query: Query, after: int) -> None:
        self._following = history.follow(query)
        if not 0 <= after <= self._following.position:
            end = f"is not between 0 and the last event, {self._following.position}"
            raise InvalidMoment(str(after), end)
        self._following.position = after
        self._news: Iterator[HistoryEntry] = iter(())

    def some(self) -> list[HistoryEntry]:
        """Give the next ones."""
        batch = list(islice(self._news, _AT_ONCE))
        if not batch:
            self._news = self._following.news()
            batch = list(islice(self._news, _AT_ONCE))
        return batch
