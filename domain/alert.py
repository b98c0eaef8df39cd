"""Alerts as the log knows them: which of them told somebody what, or failed to."""

from enum import StrEnum
from typing import NamedTuple


class About(StrEnum):
    """What an alert tells."""

    DOWN = "down"
    RECOVERY = "recovery"
    REMINDER = "reminder"
    """The instance is still down."""
    TEST = "test"
    """Nothing happened: somebody wanted to see the alert arrive."""


class AlertReport(NamedTuple):
    """What became of one alert: it was sent, or why it was not.

    ``alert`` is its name in the settings, ``incident`` the id of the incident that it tells of
    (None for a test), ``attempts`` how often it was tried (0 where it never came to that), and
    ``problem`` one clause for a person, without secrets; None where it was sent.
    """

    alert: str
    about: About
    incident: str | None
    attempts: int
    problem: str | None = None
