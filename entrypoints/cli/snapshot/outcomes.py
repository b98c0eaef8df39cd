"""What became of the capture of one gateway: as a row, an object, words and an exit status."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed
from openclaw_manager.entrypoints.cli.causes import CAUTIONS
from openclaw_manager.entrypoints.cli.errors import DONE, FAILED, TARGET_DOWN, TARGET_REFUSED
from openclaw_manager.entrypoints.cli.instance.findings import TargetFailed, advise
from openclaw_manager.entrypoints.cli.snapshot.document import (
    count,
    heard_of_all,
    short_id,
    snapshot_document,
)
from openclaw_manager.entrypoints.cli.snapshot.failures import (
    next_command,
    tell_failures,
    what_failed,
)
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from openclaw_manager.application.capturing import CaptureFinding
    from openclaw_manager.application.snapshots import SnapshotView

_ANSWERED = {SectionCause.NOT_OFFERED, SectionCause.SCOPE_MISSING, SectionCause.CALL_FAILED}
"""The gateway answered, and gave nothing; after the other causes it did not even do that."""


class NothingCaptured(OpenClawManagerError):
    """A gateway let us in, and not one section came; there is no snapshot."""

    def __init__(self, name: str, failures: Mapping[Section, SectionFailed]) -> None:
        super().__init__(name, failures)
        self._name = name
        self._failures = failures
        self._worst = max(failures.values(), key=_weight)

    def __str__(self) -> str:
        alike = [section for section, why in self._failures.items() if why == self._worst]
        worst = self._worst
        said = what_failed(alike, worst.cause, worst.detail, worst.scope)
        return f"{self._name}: nothing was captured: {said}"

    @property
    def code(self) -> str:
        """The cause, where others have the name of their class."""
        return str(self._worst.cause)

    @property
    def hint(self) -> str | None:
        """What to type next."""
        return next_command(self._name, self._worst.cause, self._worst.scope)

    @property
    def exit_status(self) -> int:
        """Refused where any section was answered, else down."""
        return TARGET_REFUSED if self._worst.cause in _ANSWERED else TARGET_DOWN


def _weight(why: SectionFailed) -> tuple[bool, bool]:
    """Put what says most about a gateway of which nothing came above the rest."""
    return why.cause in _ANSWERED, why.cause is SectionCause.SCOPE_MISSING


class GoneMeanwhile(OpenClawManagerError):
    """An instance was removed or moved while its gateway was captured; nothing was recorded."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = name

    def __str__(self) -> str:
        return f"{self._name}: it was removed or moved meanwhile, and nothing was recorded"


@dataclass(frozen=True, slots=True)
class Captured:
    """What one gateway answered, the snapshot that was made of it, and what was asked for.

    ``asked`` are the sections that the person named; none means all that there are.
    """

    finding: "CaptureFinding"
    view: "SnapshotView | None"
    asked: tuple[Section, ...]

    @property
    def name(self) -> str:
        """The instance."""
        return self.finding.probe.name

    @property
    def failure(self) -> OpenClawManagerError:
        """Why there is no snapshot."""
        answer = self.finding.answer
        if isinstance(answer, PingOutcome):
            return TargetFailed(self.name, answer)
        if self.finding.has_anything:
            return GoneMeanwhile(self.name)
        return NothingCaptured(self.name, answer.failures)

    @property
    def exit_status(self) -> int:
        """What the command ends with where it is about this gateway alone."""
        if self.view is None:
            return int(getattr(self.failure, "exit_status", FAILED))
        causes = {section: state.cause for section, state in self.view.sections.items()}
        came = all(
            cause is None or (cause is SectionCause.NOT_OFFERED and section not in self.asked)
            for section, cause in causes.items()
        )
        return DONE if came else FAILED

    def document(self) -> dict[str, Any]:
        """Make the object that JSON mode prints."""
        if self.view is not None:
            return snapshot_document(self.view)
        failure = self.failure
        return {
            "id": None,
            "instanceId": str(self.finding.probe.instance_id),
            "instance": self.name,
            "error": {
                "code": getattr(failure, "code", "gone-meanwhile"),
                "message": str(failure),
                "hint": getattr(failure, "hint", None),
            },
        }

    def row(self) -> tuple[str, ...]:
        """Make the row of a table."""
        view = self.view
        if view is None:
            return (self.name, click.style("none", fg="red"), "", "", "", "")
        return (
            self.name,
            short_id(view),
            heard_of_all(view),
            count(view.agent_count),
            count(view.channel_count),
            count(view.model_count),
        )

    def tell(self) -> None:
        """Tell the person at the terminal what did not come, and what is strange."""
        answer = self.finding.answer
        if self.finding.is_from_another_gateway:
            warn(CAUTIONS[Caution.GATEWAY_REPLACED].format(name=shlex.quote(self.name)))
        if self.view is not None:
            failed = {key: why for key, why in self.view.sections.items() if why.cause}
            tell_failures(self.name, failed)
        elif isinstance(answer, PingOutcome):
            advise(self.name, answer)
        elif self.finding.has_anything:
            click.echo(str(self.failure), err=True)
        else:
            tell_failures(self.name, answer.failures)
