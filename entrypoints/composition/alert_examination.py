"""The examination of the alerts in ``config.toml``; it sends none."""

from collections.abc import Callable, Iterator

from openclaw_manager.application.alerting.secrets import AlertSecrets
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.entrypoints.composition.alert_settings import AlertSettings, read_alerts
from openclaw_manager.entrypoints.composition.alerts import secrets_named_by


class AlertExamination:
    """Whether the alerts can be taken, and the secrets that they name are kept."""

    ids = (CheckId.ALERTS,)
    needs = frozenset({CheckId.CONFIG, CheckId.SECRET_STORE})

    def __init__(self, home: str, secrets: Callable[[], SecretStore]) -> None:
        self._home = home
        self._secrets = secrets

    def examine(self) -> Iterator[Check]:
        """Read them, and look their secrets up; an alert at fault raises ``InvalidAlert``."""
        alerts = read_alerts(self._home)
        if not alerts:
            yield Check(CheckId.ALERTS, Verdict.SKIPPED, "there are none")
            return
        missing = self._missing(alerts)
        if missing:
            lost = f"no such secret is kept: {', '.join(missing)}"
            yield Check(CheckId.ALERTS, Verdict.FAILED, lost)
            return
        names = ", ".join(alert.name for alert in alerts)
        yield Check(CheckId.ALERTS, Verdict.OK, names)

    def _missing(self, alerts: list[AlertSettings]) -> list[str]:
        named = {name for alert in alerts for _, name in secrets_named_by(alert)}
        kept = AlertSecrets(self._secrets()).of(named) if named else {}
        return sorted(named - kept.keys())
