"""A watch as JSON, one object a line, for programs that read along."""

from collections.abc import Callable, Sequence
from typing import Any

from openclaw_manager.application.iso_time import iso
from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Watched,
    WatchNotice,
)
from openclaw_manager.domain.thresholds import Down
from openclaw_manager.entrypoints.cli.instance.documents import ping_document
from openclaw_manager.entrypoints.cli.output import json_text


class WatchLines:
    """Looks on at a watch, and says what happens: to programs, and aside to a person."""

    def __init__(self, write: Callable[[str], None], warn: Callable[[str], None]) -> None:
        self._write = write
        self._warn = warn

    def watching(self, instances: Sequence[Watched]) -> None:
        """Say only that there are none: each line names its instance."""
        if not instances:
            self._warn("there are no instances to watch yet; each is from when it is registered")

    def seen(self, observation: Observation) -> None:
        """Say what a ping found, as ``instance ping`` does."""
        instance, at, outcome, cautions = observation
        self._say("ping", ping_document(instance.id, instance.name, at, outcome, cautions))

    def changed(self, transition: Transition) -> None:
        """Say that an instance went down or came up."""
        instance, change, incident = transition
        of_whom = {"id": str(instance.id), "name": instance.name, "incident": incident}
        when = {"at": iso(change.at), "since": iso(change.since)}
        if isinstance(change, Down):
            why = {"condition": change.condition, "cause": change.cause, "detail": change.detail}
            counted = {"step": change.step, "failures": change.failures}
            self._say("down", of_whom | when | why | counted)
        else:
            counted = {"flaps": change.flaps, "successes": change.successes}
            self._say("up", of_whom | when | counted)

    def noticed(self, notice: WatchNotice) -> None:
        """Say what is wrong with the watch itself, or is no more."""
        said = {"trouble": notice.trouble, "about": notice.about or None}
        told = {"message": notice.message, "ended": notice.ended}
        self._say("notice", {"at": iso(notice.at)} | said | told)

    def _say(self, kind: str, said: dict[str, Any]) -> None:
        self._write(json_text({"type": kind} | said))
