"""How alerts are put together from what ``config.toml`` says and the secrets that it names."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openclaw_manager.adapters.alerts.template import MessageTemplate
from openclaw_manager.application.alerting.alert import Alert
from openclaw_manager.application.alerting.secrets import AlertSecrets
from openclaw_manager.application.ports.alert_channel import AlertChannel
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.errors import AlertSecretMissing, InvalidAlert
from openclaw_manager.entrypoints.composition.alert_settings import (
    AlertSettings,
    CommandSettings,
    WebhookSettings,
    named_secret,
    read_alerts,
)
from openclaw_manager.entrypoints.composition.alert_urls import origin, problem_with_url

_log = logging.getLogger("openclaw_manager")


def alerts_of(home: str, secrets: Callable[[], SecretStore], *, user_agent: str) -> list[Alert]:
    """Make all alerts ready to be sent, and warn of secrets that are not where they should be.

    Raises ``InvalidAlert``, ``AlertSecretMissing``, ``InvalidSetting`` and a ``StoreError``.
    """
    settings = read_alerts(home)
    for caution in (caution for one in settings for caution in cautions(one)):
        _log.warning("%s", caution)
    named = [name for one in settings for _, name in secrets_named_by(one)]
    kept = AlertSecrets(secrets()).of(named) if named else {}
    return [_Making(one, kept, user_agent).alert() for one in settings]


def listed(home: str, secrets: Callable[[], SecretStore]) -> list[dict[str, Any]]:
    """Show all alerts without what may be secret, and warn of what is wrong with their secrets.

    Raises ``InvalidAlert``, ``InvalidSetting`` and a ``StoreError``.
    """
    settings = read_alerts(home)
    named = [(one, what, name) for one in settings for what, name in secrets_named_by(one)]
    kept = AlertSecrets(secrets()).of(name for _, _, name in named) if named else {}
    for caution in (caution for one in settings for caution in cautions(one)):
        _log.warning("%s", caution)
    for one, what, name in named:
        if name not in kept:
            missing = f"no secret {name!r} is kept: alert secret {name} --value @FILE"
            _log.warning("the alert %r cannot be sent (%s): %s", one.name, what, missing)
    return [_shown(one) for one in settings]


def _shown(alert: AlertSettings) -> dict[str, Any]:
    target = alert.target
    if isinstance(target, CommandSettings):
        to = target.command[0]
    else:
        to = target.url if named_secret(target.url) else origin(target.url)
    return {
        "name": alert.name,
        "type": alert.type,
        "to": to,
        "on": [about.value for about in alert.on],
        "repeatSeconds": alert.repeat,
        "select": None if alert.selector is None else str(alert.selector),
        "timeoutSeconds": alert.timeout,
        "retries": alert.retries,
        "secrets": [name for _, name in secrets_named_by(alert)],
    }


def secrets_named_by(alert: AlertSettings) -> Iterator[tuple[str, str]]:
    """Tell which secrets an alert needs, each after what it is for, as in ``its url``."""
    if isinstance(alert.target, WebhookSettings):
        texts = {"its url": alert.target.url}
        texts |= {f"its header {name}": value for name, value in alert.target.headers.items()}
        for what, text in texts.items():
            if (name := named_secret(text)) is not None:
                yield what, name


def cautions(alert: AlertSettings) -> Iterator[str]:
    """Warn of what looks like a secret and stands in ``config.toml`` itself."""
    target = alert.target
    about = f"the alert {alert.name!r} has what looks like a secret in its"
    if isinstance(target, CommandSettings):
        if redacted([*target.command]) != [*target.command]:
            yield f"{about} command, where every user can see it in the process list"
        return
    if named_secret(target.url) is None and redacted(target.url) != target.url:
        yield f"{about} url; {_instead(alert.name, 'url')}"
    for name, value in target.headers.items():
        if named_secret(value) is None and redacted({name: value}) != {name: value}:
            yield f"{about} header {name}; {_instead(alert.name, name)}"


def _instead(name: str, key: str) -> str:
    return f'keep it with "alert secret {name} --value @FILE", and write {key} = "secret:{name}"'


class _Making:
    """Puts one alert together."""

    def __init__(self, settings: AlertSettings, kept: Mapping[str, str], user_agent: str) -> None:
        self._settings = settings
        self._kept = kept
        self._user_agent = user_agent
        self._alert = f"the alert {settings.name!r}"

    def alert(self) -> Alert:
        given = self._settings
        return Alert(
            name=given.name,
            on=frozenset(given.on),
            repeat=given.repeat,
            selector=given.selector,
            timeout=given.timeout,
            retries=given.retries,
            channel=self._channel(given.target),
        )

    def _channel(self, target: WebhookSettings | CommandSettings) -> AlertChannel:
        if isinstance(target, WebhookSettings):
            return self._webhook(target)
        from openclaw_manager.adapters.alerts.command import CommandChannel

        return CommandChannel(target.command)

    def _webhook(self, target: WebhookSettings) -> AlertChannel:
        from openclaw_manager.adapters.alerts.webhook import Webhook, WebhookChannel

        webhook = Webhook(
            url=self._url(target.url),
            method=target.method,
            headers={name: self._header(name, text) for name, text in target.headers.items()},
            content_type=target.content_type,
            body=target.body,
        )
        return WebhookChannel(webhook, user_agent=self._user_agent)

    def _url(self, text: str) -> str:
        secret = self._secret("its url", text)
        if secret is None:
            return text
        if problem := problem_with_url(secret):
            raise InvalidAlert(self._alert, f"the secret that is its url {problem}")
        return secret

    def _header(self, name: str, text: str) -> MessageTemplate | str:
        secret = self._secret(f"its header {name}", text)
        if secret is None:
            return MessageTemplate(text)
        if not secret.isprintable():
            raise InvalidAlert(self._alert, f"the secret that is its header {name} is no line")
        return secret

    def _secret(self, what: str, text: str) -> str | None:
        """Look up the secret that a text names, if it names one."""
        name = named_secret(text)
        if name is None:
            return None
        if name not in self._kept:
            raise AlertSecretMissing(self._alert, what, name)
        return self._kept[name]
