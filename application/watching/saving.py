"""Saving: what the ledger of a watch holds gets into the log, sooner or later."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from openclaw_manager.application.ports.watch_observer import Trouble
from openclaw_manager.application.watching.booking import Saved
from openclaw_manager.application.watching.ledger import Ledger
from openclaw_manager.application.watching.onlookers import Onlookers
from openclaw_manager.application.watching.troubles import Troubles, sentence_of

Aside = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Does what waits for the disk where it keeps nobody waiting, in another thread say."""

_SOONEST, _LATEST = 1.0, 30.0  # seconds until it is tried again


class Saving:
    """Records what is due; while the store is at fault, it is kept and tried now and then."""

    def __init__(
        self,
        ledger: Ledger,
        onlookers: Onlookers,
        troubles: Troubles,
        aside: Aside,
        monotonic: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._onlookers = onlookers
        self._troubles = troubles
        self._aside = aside
        self._monotonic = monotonic
        self._wait = _SOONEST
        self._not_before = 0.0

    async def record(self) -> None:
        """Record what is due, unless it is too early to try again."""
        if self._monotonic() < self._not_before:
            return
        batch = self._ledger.collect()
        try:
            saved = await self._aside(partial(self._ledger.record, batch))
        except Exception as error:  # noqa: BLE001 - whatever it is, the watch goes on
            self._ledger.give_back(batch)
            self._put_off(error)
            return
        self._wait = _SOONEST
        self._tell(saved)

    async def close(self) -> None:
        """Record all that is left; raises a ``StoreError`` or ``TooMuchContention``."""
        self._ledger.close()
        self._tell(await self._aside(self._ledger.save))

    def _put_off(self, error: Exception) -> None:
        self._not_before = self._monotonic() + self._wait
        self._wait = min(2 * self._wait, _LATEST)
        message = f"what was found is kept until it can be recorded: {sentence_of(error)}"
        self._troubles.begin(Trouble.STORE_AT_FAULT, message)

    def _tell(self, saved: Saved) -> None:
        if saved.problem is None:
            self._troubles.end(Trouble.STORE_AT_FAULT, "all that was found is recorded again")
        else:
            self._troubles.begin(Trouble.STORE_AT_FAULT, sentence_of(saved.problem))
        for transition in saved.transitions:
            self._onlookers.changed(transition)
