"""What became of the capture of one gateway: as a row, an object, words and an exit status."""

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.section import Section, SectionCause
from openclaw_manager.entrypoints.cli.errors import DONE, FAILED
from openclaw_manager.entrypoints.cli.snapshot.document import (
    count,
    heard_of_all,
    short_id,
    snapshot_document,
)
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from openclaw_manager.application.capturing import CaptureFinding
    from openclaw_manager.application.snapshot_view import SnapshotView


class Captured(NamedTuple):
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
        from openclaw_manager.entrypoints.cli.snapshot.not_captured import why_none

        return why_none(self.finding)

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
        if self.finding.is_from_another_gateway:
            from openclaw_manager.domain.caution import Caution
            from openclaw_manager.entrypoints.cli.causes import CAUTIONS

            warn(CAUTIONS[Caution.GATEWAY_REPLACED].format(name=shlex.quote(self.name)))
        if self.view is None:
            self._tell_why_none()
        elif failed := {key: why for key, why in self.view.sections.items() if why.cause}:
            from openclaw_manager.entrypoints.cli.snapshot.failures import tell_failures

            tell_failures(self.name, failed)

    def _tell_why_none(self) -> None:
        from openclaw_manager.entrypoints.cli.instance.findings import advise
        from openclaw_manager.entrypoints.cli.snapshot.failures import tell_failures

        answer = self.finding.answer
        if isinstance(answer, PingOutcome):
            advise(self.name, answer)
        elif self.finding.has_anything:
            click.echo(str(self.failure), err=True)
        else:
            tell_failures(self.name, answer.failures)
