"""What alerts say."""

from datetime import datetime
from typing import Any

from openclaw_manager.application.alerting.alert import OpenOutage
from openclaw_manager.application.iso_time import iso
from openclaw_manager.application.ports.alert_channel import AlertMessage
from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.domain.alert import About
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.thresholds import Down, Up

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))
_LONGEST_IN_SECONDS = 120


def of_going_down(alert: str, outage: OpenOutage, at: datetime) -> AlertMessage:
    """Say that an instance went down."""
    name, down = outage.instance.name, outage.down
    times = f"{down.failures} ping{'' if down.failures == 1 else 's'} in a row failed"
    return _of_outage(
        AlertMessage(
            alert,
            About.DOWN.value,
            title=f"{name} is down",
            text=f"{name} is down since {_moment(down.since)}: {_why(down)}; {times}",
            at=_iso(at),
        ),
        outage,
        at,
    )


def of_staying_down(alert: str, outage: OpenOutage, at: datetime) -> AlertMessage:
    """Say that an instance is still down."""
    name, down = outage.instance.name, outage.down
    lasting = spoken(_seconds(down.since, at))
    return _of_outage(
        AlertMessage(
            alert,
            About.REMINDER.value,
            title=f"{name} is still down",
            text=f"{name} is still down, for {lasting}, since {_moment(down.since)}: {_why(down)}",
            at=_iso(at),
        ),
        outage,
        at,
    )


def of_coming_up(
    alert: str,
    instance: Watched,
    incident: str,
    up: Up,
    outage: OpenOutage | None,
    at: datetime,
) -> AlertMessage:
    """Say that an instance is up again; ``outage`` is what ended, where that is known."""
    began = outage.down.since if outage else instance.down_since
    said = AlertMessage(
        alert,
        About.RECOVERY.value,
        title=f"{instance.name} is up again",
        text=f"{instance.name} is up again since {_moment(up.since)}",
        at=_iso(at),
        incident=incident,
        flaps=up.flaps,
        end=_iso(up.since),
        **_instance(instance),
    )
    if began is not None:
        seconds = _seconds(began, up.since)
        text = f"{said.text}, after {spoken(seconds)}"
        said = said._replace(text=text, start=_iso(began), **_lasting(seconds))
    return said._replace(**_causes(outage.down)) if outage else said


def of_test(alert: str, instance: Instance | None, at: datetime) -> AlertMessage:
    """Say that nothing happened, and look like an alert that says something."""
    said = AlertMessage(
        alert,
        About.TEST.value,
        title=f"test of the alert {alert}",
        text=f"this is a test of the alert {alert}: nothing happened",
        at=_iso(at),
    )
    if instance is None:
        return said
    return said._replace(
        instance=str(instance.id),
        name=instance.name,
        url=instance.url,
        tags=tuple(instance.tags),
        condition=instance.condition,
        cause=instance.cause,
    )


def spoken(seconds: float) -> str:
    """Say how long something took, in the two largest units: ``2 h 5 min``."""
    left = round(seconds)
    if left < _LONGEST_IN_SECONDS:
        return f"{left} s"
    parts = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _of_outage(said: AlertMessage, outage: OpenOutage, at: datetime) -> AlertMessage:
    down = outage.down
    return said._replace(
        incident=outage.incident,
        start=_iso(down.since),
        **_lasting(_seconds(down.since, at)),
        **_causes(down),
        **_instance(outage.instance),
    )


def _instance(instance: Watched) -> dict[str, Any]:
    return {
        "instance": str(instance.id),
        "name": instance.name,
        "url": instance.url,
        "tags": tuple(instance.tags),
    }


def _causes(down: Down) -> dict[str, Any]:
    return {
        "condition": down.condition.value,
        "cause": down.cause.value,
        "detail": down.detail,
        "step": down.step.value if down.step else None,
        "failures": down.failures,
    }


def _lasting(seconds: float) -> dict[str, Any]:
    return {"duration": spoken(seconds), "duration_seconds": round(seconds, 3)}


def _why(down: Down) -> str:
    return f"{down.cause} ({down.detail})" if down.detail else down.cause.value


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())  # a clock may have been set back


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _iso(time: datetime) -> str:
    return str(iso(time))
