"""The messages of one alert, in a line: one is sent after the other, in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from openclaw_manager.application.alerting import messages
from openclaw_manager.application.alerting.alert import Alert, OpenOutage, Order
from openclaw_manager.application.alerting.delivery import Delivery
from openclaw_manager.application.ports.alert_channel import AlertMessage
from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.domain.alert import About, AlertReport
from openclaw_manager.domain.thresholds import Up

_MOST_WAITING = 1000
_OVERFLOW = f"{_MOST_WAITING} others were waiting to be sent"
STOPPED = "the watch stopped before it was sent"

Reported = Callable[[Order, AlertReport], None]


class AlertLine:
    """Sends what one alert has to tell, and reminds of what goes on.

    Whoever tells it something waits for nothing. A receiver that failed in spite of all
    retries gets one try for each further message, until it takes one: otherwise many
    messages to a receiver that hangs would keep each other waiting for hours.
    """

    def __init__(
        self, alert: Alert, *, now: Callable[[], datetime], reported: Reported, first_wait: float
    ) -> None:
        self.alert = alert
        self.idle = asyncio.Event()
        self._now = now
        self._reported = reported
        self._first_wait = first_wait
        self._waiting: deque[Order] = deque()
        self._arrived = asyncio.Event()
        self._underway: tuple[Order, Delivery] | None = None
        self._failing = False
        self._open: dict[str, OpenOutage] = {}
        self._due: dict[str, float] = {}  # by incident, in the time of the loop

    def went_down(self, outage: OpenOutage) -> None:
        """Tell of an outage, and remind of it for as long as it lasts."""
        self._open[outage.incident] = outage
        if About.DOWN in self.alert.on:
            self._tell(self._order(About.DOWN, outage))

    def goes_on(self, outage: OpenOutage, last_told: datetime) -> None:
        """Remind of an outage that was told of at a time (UTC), before this watch began."""
        self._open[outage.incident] = outage
        if self.alert.repeat is not None:
            elapsed = max(0.0, (self._now() - last_told).total_seconds())
            self._remind(outage.incident, max(0.0, self.alert.repeat - elapsed))

    def came_up(self, instance: Watched, incident: str, up: Up) -> None:
        """Tell that an outage ended."""
        outage = self.forget(incident)
        if About.RECOVERY in self.alert.on:
            said = messages.of_coming_up(
                self.alert.name, instance, incident, up, outage, self._now()
            )
            self._tell(Order(instance.id, incident, About.RECOVERY, said))

    def knows(self, incident: str) -> bool:
        """Whether it was told of an outage that goes on."""
        return incident in self._open

    def know(self, outage: OpenOutage) -> None:
        """Take an outage that it knows as it is now."""
        if outage.incident in self._open:
            self._open[outage.incident] = outage

    def forget(self, incident: str) -> OpenOutage | None:
        """Remind of an outage no more."""
        self._due.pop(incident, None)
        return self._open.pop(incident, None)

    async def run(self) -> None:
        """Send what is waiting and what is due, until cancelled."""
        while True:
            order = await self._next()
            delivery = Delivery(order.message)
            self._underway = order, delivery
            undelivered = await delivery.run(
                self.alert.channel,
                timeout=self.alert.timeout,
                retries=0 if self._failing else self.alert.retries,
                first_wait=self._first_wait,
            )
            self._underway = None
            self._failing = undelivered is not None and undelivered.may_pass
            self._report(order, delivery.attempts, undelivered and undelivered.problem)

    def abandon(self) -> Iterator[tuple[Order, AlertReport]]:
        """Give up what was not sent, once nothing runs any more."""
        if self._underway is not None:
            order, delivery = self._underway
            yield order, self._said_of(order, delivery.attempts, STOPPED)
        for order in self._waiting:
            yield order, self._said_of(order, 0, STOPPED)
        self._waiting.clear()

    def _tell(self, order: Order) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self._report(order, 0, _OVERFLOW)
            return
        self._waiting.append(order)
        self.idle.clear()
        self._arrived.set()

    async def _next(self) -> Order:
        while True:
            if self._waiting:
                return self._waiting.popleft()
            incident, at = min(self._due.items(), key=lambda due: due[1], default=("", None))
            if at is not None and at <= asyncio.get_running_loop().time():
                del self._due[incident]
                return self._order(About.REMINDER, self._open[incident])
            self.idle.set()
            self._arrived.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(at):
                    await self._arrived.wait()
            self.idle.clear()

    def _order(self, about: About, outage: OpenOutage) -> Order:
        say = messages.of_going_down if about is About.DOWN else messages.of_staying_down
        said: AlertMessage = say(self.alert.name, outage, self._now())
        return Order(outage.instance.id, outage.incident, about, said)

    def _report(self, order: Order, attempts: int, problem: str | None) -> None:
        if self.alert.repeat is not None and order.incident in self._open:
            self._remind(order.incident, self.alert.repeat)
        self._reported(order, self._said_of(order, attempts, problem))

    def _remind(self, incident: str, seconds: float) -> None:
        self._due[incident] = asyncio.get_running_loop().time() + seconds
        self._arrived.set()

    def _said_of(self, order: Order, attempts: int, problem: str | None) -> AlertReport:
        return AlertReport(self.alert.name, order.about, order.incident, attempts, problem)
