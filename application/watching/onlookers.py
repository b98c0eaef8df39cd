"""Those who look on, as one."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Watched,
    WatchNotice,
    WatchObserver,
)

Said = TypeVar("Said")

_log = logging.getLogger("openclaw_manager")


class Onlookers:
    """Tells everybody everything; a fault of one of them is logged, and bothers nobody else."""

    def __init__(self, observers: Sequence[WatchObserver]) -> None:
        self._observers = observers

    def watching(self, instances: Sequence[Watched]) -> None:
        """Tell who is watched from now on."""
        for observer in self._observers:
            _tell(observer.watching, instances)

    def seen(self, observation: Observation) -> None:
        """Tell what one ping found."""
        for observer in self._observers:
            _tell(observer.seen, observation)

    def changed(self, transition: Transition) -> None:
        """Tell that an instance went down or came up."""
        for observer in self._observers:
            _tell(observer.changed, transition)

    def noticed(self, notice: WatchNotice) -> None:
        """Tell what is wrong with the watch itself, or is no more."""
        for observer in self._observers:
            _tell(observer.noticed, notice)


def _tell(hear: Callable[[Said], None], said: Said) -> None:
    try:
        hear(said)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the watch goes on
        where = f"{type(fault).__name__} in {getattr(hear, '__qualname__', hear)}"
        _log.warning("a fault in openclaw-manager: %s", where)
        _log.debug("the fault was", exc_info=True)
