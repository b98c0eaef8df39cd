"""Why there is no snapshot of a gateway, as an error."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed
from openclaw_manager.entrypoints.cli.errors import TARGET_DOWN, TARGET_REFUSED
from openclaw_manager.entrypoints.cli.instance.findings import TargetFailed
from openclaw_manager.entrypoints.cli.snapshot.failures import next_command, what_failed

if TYPE_CHECKING:
    from openclaw_manager.application.capturing import CaptureFinding

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


def why_none(finding: "CaptureFinding") -> OpenClawManagerError:
    """Say why nothing was recorded of a finding."""
    name, answer = finding.probe.name, finding.answer
    if isinstance(answer, PingOutcome):
        return TargetFailed(name, answer)
    if finding.has_anything:
        return GoneMeanwhile(name)
    return NothingCaptured(name, answer.failures)
