"""What became of the clients of a simulated gateway, for the tests of those who embed it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """One client that was judged: let in or not, and why, without any secret."""

    accepted: bool
    detail: str


class GuestBook:
    """Counts connections, keeps those that are open, and remembers how clients were judged."""

    def __init__(self, on_visit: Callable[[Visit], None] | None = None) -> None:
        self._on_visit = on_visit
        self.connections = 0
        self.visits: list[Visit] = []
        self.open: set[asyncio.Transport] = set()

    def opened(self, transport: asyncio.Transport) -> None:
        """Note a TCP connection that was accepted."""
        self.connections += 1
        self.open.add(transport)

    def lost(self, transport: asyncio.Transport) -> None:
        """Note that a TCP connection is gone."""
        self.open.discard(transport)

    def judged(self, detail: str, *, accepted: bool) -> None:
        """Remember how a client was judged."""
        visit = Visit(accepted, detail)
        self.visits.append(visit)
        if self._on_visit is not None:
            self._on_visit(visit)
