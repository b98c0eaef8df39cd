"""Trials: an alert is sent although nothing happened, to see whether it arrives."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from openclaw_manager.application.alerting import messages
from openclaw_manager.application.alerting.alert import Alert
from openclaw_manager.application.alerting.journal import AlertRecords, Entry
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.ports.alert_channel import Undelivered
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.selection import select
from openclaw_manager.domain.alert import About, AlertReport
from openclaw_manager.domain.errors import AlertNotFound, InstanceRemoved
from openclaw_manager.domain.instance import Instance


class Trial(NamedTuple):
    """An alert that is to be tried, and the instance of which it shall speak, if of one."""

    alert: Alert
    instance: Instance | None


class Trials:
    """Sends alerts, each once, and records those that speak of an instance."""

    def __init__(
        self, alerts: Sequence[Alert], log: EventLog, records: AlertRecords, clock: Clock
    ) -> None:
        self._alerts = alerts
        self._log = log
        self._records = records
        self._clock = clock

    def choose(self, name: str, selector: str | None = None) -> Trial:
        """Find the alert, and the instance, that are meant.

        Raises ``AlertNotFound``, ``InstanceNotFound``, ``AmbiguousInstance``,
        ``InstanceRemoved``.
        """
        meant = [one for one in self._alerts if one.name.casefold() == name.casefold()]
        if not meant:
            raise AlertNotFound(name, [one.name for one in self._alerts])
        return Trial(meant[0], None if selector is None else self._instance(selector))

    async def send(self, trial: Trial) -> Undelivered | None:
        """Send it, once and no more; None where it arrived."""
        alert, instance = trial
        message = messages.of_test(alert.name, instance, self._clock.now())
        return await alert.channel.send(message, timeout=alert.timeout)

    def record(self, trial: Trial, undelivered: Undelivered | None) -> None:
        """Record what became of it, where it speaks of an instance; raises a ``StoreError``."""
        alert, instance = trial
        if instance is not None:
            problem = undelivered and undelivered.problem
            report = AlertReport(alert.name, About.TEST, None, 1, problem)
            self._records.record([Entry(instance.id, self._clock.now(), report)])

    def _instance(self, selector: str) -> Instance:
        instance = self._log.instance(UUID(select(selector, LogDirectory(self._log)).id))
        if instance.removed_at is not None:
            raise InstanceRemoved(instance.name, instance.removed_at)
        return instance
