"""Connections to the server: opened when they are needed, and again when one was lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from weakref import finalize

import psycopg
from psycopg import Connection

from openclaw_manager.adapters.postgres.errors import (
    passes,
    refusal,
    refusal_passes,
    store_error,
)
from openclaw_manager.adapters.postgres.layout import problem_with
from openclaw_manager.adapters.postgres.server import Server
from openclaw_manager.domain.errors import StoreError, StoreLocked

Answer = TypeVar("Answer")
Link = Connection[Any]

_MOST = 8  # connections of one process: a server has about a hundred for all
_FIRST_DELAY, _LONGEST_DELAY = 0.05, 1.0  # seconds
_STRANGER = 1.0  # seconds that a server gets which was never there


class Connections:
    """Lends connections, each to one thread at a time; safe for any number of threads.

    ``patience`` is how many seconds one call may wait in all: for others, for the server to
    come back, and for a connection.
    """

    def __init__(self, server: Server, *, patience: float, initialised: bool = True) -> None:
        self._server = server
        self.patience = patience
        self._lent = threading.BoundedSemaphore(_MOST)
        self._lock = threading.Lock()
        self._idle: list[Link] = []
        finalize(self, _close_all, self._idle)  # where nobody closes them
        self._was_there = False
        self._unseen = initialised

    @property
    def server(self) -> Server:
        """Where they lead."""
        return self._server

    @property
    def place(self) -> str:
        """Tell people where that is."""
        return self._server.place

    def read(self, work: Callable[[Link], Answer]) -> Answer:
        """Do something that changes nothing, again where the connection was lost."""
        pauses = self.pauses()
        while True:
            try:
                with self.one() as link:
                    return work(link)
            except psycopg.Error as error:
                if not (passes(error) and next(pauses, False)):
                    raise store_error(self.place, error) from error

    def pauses(self) -> Iterator[bool]:
        """Wait a little longer each time; ends where it lasted too long."""
        delay, end = _FIRST_DELAY, time.monotonic() + self.patience
        while time.monotonic() + delay < end:
            time.sleep(delay)
            yield True
            delay = min(2 * delay, _LONGEST_DELAY)

    @contextmanager
    def one(self) -> Iterator[Link]:
        """Lend one, in which every statement is a transaction unless one is begun.

        Raises a ``StoreError`` where there is none, and lets the errors of psycopg through.
        """
        if not self._lent.acquire(timeout=self.patience):
            raise StoreLocked(self.place, "all connections of this process were in use")
        try:
            link = self._take()
            try:
                yield link
            finally:
                self._give_back(link)
        finally:
            self._lent.release()

    def close(self) -> None:
        """Close those that nobody uses."""
        with self._lock:
            _close_all(self._idle)

    def _take(self) -> Link:
        with self._lock:
            while self._idle:
                link = self._idle.pop()
                if not link.closed:
                    return link
        return self._connected()

    def _give_back(self, link: Link) -> None:
        with suppress(psycopg.Error):
            link.rollback()  # does nothing where no transaction is open
        if link.closed:
            self.close()  # the others were lost as well, or will be
            return
        with self._lock:
            self._idle.append(link)

    def _connected(self) -> Link:
        pauses = self.pauses()
        began = time.monotonic()
        while True:
            problem, may_pass = self._try_to_connect()
            if not isinstance(problem, StoreError):
                return problem
            is_strange = not self._was_there and time.monotonic() - began > _STRANGER
            if not may_pass or is_strange or not next(pauses, False):
                raise problem

    def _try_to_connect(self) -> tuple[Link | StoreError, bool]:
        """Connect, or say why not: an error of psycopg's knows the password, and is let go."""
        try:
            link = psycopg.connect(autocommit=True, **self._server.parameters)  # type: ignore[arg-type]
        except psycopg.Error as error:
            busy = "connections" in refusal(self.place, error).problem
            self._was_there = self._was_there or busy
            return refusal(self.place, error), refusal_passes(error)
        self._was_there = True
        try:
            self._look_at_layout(link)
        except BaseException:
            link.close()
            raise
        return link, False

    def _look_at_layout(self, link: Link) -> None:
        """Refuse, once, a database that is not a log which this version can use."""
        if self._unseen:
            problem = problem_with(link)
            if problem:
                kind, clause = problem
                raise kind(self.place, clause)
            self._unseen = False


def _close_all(idle: list[Link]) -> None:
    while idle:
        idle.pop().close()
