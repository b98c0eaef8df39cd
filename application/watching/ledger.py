"""The ledger of a watch: which of its pings become facts, kept until they stand in the log."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.watching.batch import (
    Batch,
    Entry,
    Item,
    PossibleNews,
    condensed,
)
from openclaw_manager.application.watching.booking import Booking, Saved
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.rollup import Rollup
from openclaw_manager.domain.thresholds import Judge, Thresholds

if TYPE_CHECKING:
    from openclaw_manager.application.credentials import CredentialDesk

HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A gateway that says something else of itself with every ping (two of them behind one address,
# say) makes no more events than this in an interval.
_MOST_NEWS = 10

# What a gateway says of itself, or at least all that the log would have of it.
_FACE = slice(PingOutcome._fields.index("version"), PingOutcome._fields.index("certificate") + 1)


class _Page:
    """What the ledger has on one instance at one URL."""

    def __init__(self, instance: Watched, thresholds: Thresholds, longest_gap: timedelta) -> None:
        self.instance = instance
        self.judge = Judge(thresholds, down=instance.down_since is not None)
        self.items: list[Item] = []
        self.unconfirmed = True  # whether the log may not know what the next ping says
        self._rollup = Rollup()
        self._longest_gap = longest_gap
        self._last_at: datetime | None = None
        self._face: object = None
        self._device_token: str | None = None
        self._news_left = _MOST_NEWS

    def take(self, at: datetime, outcome: PingOutcome) -> bool:
        """Take a ping, and tell whether something is to be recorded at once."""
        if self._last_at is not None and at - self._last_at > self._longest_gap:
            self._begin_again()
        self._last_at = at
        self._rollup.add(at, outcome)
        change = self.judge.weigh(at, outcome)
        if change is not None:
            self.items.append(change)
            self.unconfirmed = True
        if self.unconfirmed or outcome[_FACE] != self._face or outcome.device_token is not None:
            self._look_for_news(at, outcome)
        return bool(self.items)

    def _begin_again(self) -> None:
        """Go on after a time in which nobody watched: it is in no summary, and no run."""
        self.sum_up()
        self._rollup = Rollup()
        self.judge.forget_run()

    def _look_for_news(self, at: datetime, outcome: PingOutcome) -> None:
        """Hand a ping on that may say something new; what is news is for the log to tell."""
        token = outcome.device_token
        if token is not None and token != self._device_token:
            self._device_token = token
            self.unconfirmed = True
        if outcome.condition.reachable and outcome[_FACE] != self._face:
            self._face = outcome[_FACE]
            self._news_left -= 1
            self.unconfirmed |= self._news_left >= 0
        if self.unconfirmed:
            self.unconfirmed = False
            self.items.append(PossibleNews(at, outcome))

    def end_interval(self) -> None:
        """Sum up what was taken in it."""
        self._news_left = _MOST_NEWS
        self.sum_up()

    def sum_up(self) -> None:
        """Make a summary of what was taken since the last one."""
        summary = self._rollup.sum_up()
        if summary is not None:
            self.items.append(summary)


class Ledger:
    """Takes in what a watch finds, and decides what of it is recorded, and when.

    A transition is a fact at once, and so is a ping that says something new of a gateway.
    Steady pings are summed up, for all instances at the same time: at the end of each
    ``interval``, which is aligned to the clock (an hour begins at the full hour).

    All methods belong to one thread, and none but ``record`` and ``save`` touches the store.
    ``record`` may run in another thread meanwhile::

        ledger.take(watched, at, outcome)     # for each ping
        if ledger.due(now):                   # now and then, once a second for example
            batch = ledger.collect()
            try:
                saved = await asyncio.to_thread(ledger.record, batch)
            except OpenClawManagerError:      # the store is at fault: nothing was recorded
                ledger.give_back(batch)       # to be recorded later
    """

    def __init__(
        self,
        log: EventLog,
        facts: FactRecorder,
        desk: "CredentialDesk",
        *,
        thresholds: Thresholds,
        longest_gap: timedelta,
        interval: timedelta = HOUR,
    ) -> None:
        """Begin with nothing known of any instance.

        ``longest_gap`` is how long an instance may go without a ping and still count as
        watched meanwhile: some times the interval between two pings. After more than that,
        runs of failures and of successes are counted anew.
        """
        self._booking = Booking(log, facts, desk)
        self._thresholds = thresholds
        self._interval = interval
        self._longest_gap = longest_gap
        self._pages: dict[UUID, _Page] = {}
        # The same by the identity of what was watched last: a UUID takes longer to be looked up
        # than all the rest does.
        self._open: dict[int, _Page] = {}
        self._due: dict[UUID, _Page] = {}
        self._being_recorded: Batch | None = None
        self._latest = self._interval_ends = _EPOCH

    def take(self, instance: Watched, at: datetime, outcome: PingOutcome) -> None:
        """Take what a ping found at a time (UTC), which waits for nothing.

        A new ``Watched`` of a known instance says that the registry was read anew: where it
        has another URL, all begins anew, and its ``down_since`` is believed. A time before
        the last one (a clock that was set back) counts as that.
        """
        if at < self._latest:
            at = self._latest
        else:
            self._latest = at
            if at >= self._interval_ends:
                self._end_interval(at)
        page = self._open.get(id(instance)) or self._page_of(instance)
        if page.take(at, outcome):
            self._due[instance.id] = page

    def due(self, now: datetime) -> bool:
        """Whether there is something to be recorded; ends the interval when its time has come."""
        if now >= self._interval_ends:
            self._end_interval(now)
        return bool(self._due)

    def close(self) -> None:
        """End the interval early, at the end of a watch: what was taken so far becomes due."""
        for id_, page in self._pages.items():
            page.end_interval()
            if page.items:
                self._due[id_] = page

    def collect(self) -> Batch:
        """Take out what is to be recorded."""
        batch = Batch([Entry(page.instance, page.items) for page in self._due.values()])
        for page in self._due.values():
            page.items = []
        self._due = {}
        self._being_recorded = batch
        return batch

    def record(self, batch: Batch) -> Saved:
        """Append it to the log, all in one transaction, with one rewrite of the view.

        An instance that was removed or moved meanwhile is left as it is. Raises a
        ``StoreError`` or ``TooMuchContention`` when nothing was recorded.
        """
        return self._booking.record(batch)

    def give_back(self, batch: Batch) -> None:
        """Keep what could not be recorded, until the next time."""
        self._being_recorded = None
        for instance, items in batch.entries:
            page = self._pages[instance.id]
            if page.instance.url == instance.url:
                page.items = condensed([*items, *page.items])
                self._due[instance.id] = page

    def save(self) -> Saved:
        """Collect and record in one go; what cannot be recorded is kept, and why is raised."""
        batch = self.collect()
        try:
            return self.record(batch)
        except BaseException:
            self.give_back(batch)
            raise

    def _end_interval(self, now: datetime) -> None:
        self.close()
        self._interval_ends = _EPOCH + ((now - _EPOCH) // self._interval + 1) * self._interval

    def _page_of(self, instance: Watched) -> _Page:
        """Find the page of an instance, or begin a new one, as the registry says."""
        page = self._pages.get(instance.id)
        if page is not None and page.instance.url == instance.url and self._is_ahead(instance.id):
            return page
        if page is not None:
            del self._open[id(page.instance)]
        if page is None or page.instance.url != instance.url:
            page = _Page(instance, self._thresholds, self._longest_gap)
            self._pages[instance.id] = page
            self._due.pop(instance.id, None)
        page.instance = instance
        page.unconfirmed = True
        down = instance.down_since is not None
        if page.judge.down != down:
            page.judge = Judge(self._thresholds, down=down)
        self._open[id(instance)] = page
        return page

    def _is_ahead(self, id_: UUID) -> bool:
        """Whether the registry may lack what is known here, since that is not recorded yet."""
        batch = self._being_recorded
        return id_ in self._due or (batch is not None and not batch.recorded)
