"""The need to tell somebody, by other ways than through the gateway that died."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeAlias

Value: TypeAlias = str | int | float | list[str] | None


class AlertMessage(NamedTuple):
    """What an alert tells, without secrets; texts are one line each, and times ISO, in UTC.

    What is not known, or makes no sense for what the message is ``about``, is None.
    ``incident`` is its id and ``instance`` that of the instance, ``start`` and ``end`` are
    those of the outage (``end`` None while it lasts), and ``duration`` is how long it was
    until the message was written, for a person and in seconds.
    """

    alert: str
    about: str
    title: str
    text: str
    at: str
    incident: str | None = None
    instance: str | None = None
    name: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    condition: str | None = None
    cause: str | None = None
    detail: str | None = None
    step: str | None = None
    failures: int | None = None
    flaps: int | None = None
    start: str | None = None
    end: str | None = None
    duration: str | None = None
    duration_seconds: float | None = None

    def document(self) -> dict[str, Value]:
        """Give everything by the names that receivers know, as JSON has it."""
        return {
            _name(key): list(value) if isinstance(value, tuple) else value
            for key, value in self._asdict().items()
        }

    def words(self) -> dict[str, str]:
        """Give the same as texts; empty where there is none, tags with spaces between."""
        return dict(zip(names_in_messages(), map(_word, self), strict=True))


def names_in_messages() -> Iterator[str]:
    """Name what a message holds."""
    return map(_name, AlertMessage._fields)


def _name(field: str) -> str:
    """Spell a field as in JSON: ``durationSeconds``."""
    first, *others = field.split("_")
    return first + "".join(map(str.title, others))


def _word(value: Value | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)


class Undelivered(NamedTuple):
    """Why a message did not arrive.

    ``problem`` is one clause for a person, ``said`` what the receiver said of it. Neither has
    a secret that we know of; but only ``problem`` holds nothing that others wrote, and may go
    into the log. Where it ``may_pass``, to try again makes sense, and not before ``after``
    seconds where the receiver asked for that.
    """

    problem: str
    may_pass: bool
    after: float | None = None
    said: str | None = None


class AlertChannel(Protocol):
    """One way to tell somebody."""

    async def send(self, message: AlertMessage, *, timeout: float) -> Undelivered | None:
        """Tell it once, within ``timeout`` seconds; None where it arrived.

        Whatever a network, a receiver or a program does is an answer and not an exception:
        only cancellation and a fault in this program escape.
        """
        ...
