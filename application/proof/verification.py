"""The verification: everything that follows from the events, made anew and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openclaw_manager.application.ports.log_evidence import LogEvidence
from openclaw_manager.application.ports.view_reading import ViewContent, ViewReading
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.application.proof.folding import EventReader, Folding
from openclaw_manager.application.proof.names import disagreements
from openclaw_manager.application.proof.view_check import differences
from openclaw_manager.application.proof.walk import Progress, Walk
from openclaw_manager.application.showing import Showing
from openclaw_manager.domain.errors import StoreDamaged

if TYPE_CHECKING:
    from openclaw_manager.application.proof.checkpoint import Checkpoint

# Events that were changed may say anything in place of a text or a number, and the chain of one
# that was rewritten says nothing against it.
_NONSENSE = (AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found in how many events; ``head`` is the last link of the chain."""

    events: int
    head: bytes | None
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        """Whether all holds."""
        return not self.findings


class Verification:
    """Verifies the log and the view, trusts nothing that is kept, and changes nothing.

    ``events`` reads what is stored, ``showing`` tells what the view should show; it is asked
    for when there is a log, since it opens that. Where the log ``is_shared``, others may have
    recorded all of it, and this home has a view when it first needs one.
    """

    def __init__(
        self,
        evidence: LogEvidence,
        events: EventReader,
        showing: Callable[[], Showing],
        view: ViewReading,
        *,
        is_shared: bool = False,
    ) -> None:
        self._is_shared = is_shared
        self._evidence = evidence
        self._events = events
        self._showing = showing
        self._view = view

    def verify(
        self, checkpoint: "Checkpoint | None" = None, progress: Progress = lambda _done, _of: None
    ) -> Verified:
        """Verify everything, and that the log still has what ``checkpoint`` vouches for.

        Others may append meanwhile. Raises a ``StoreError`` where the store cannot be used.
        """
        if not self._evidence.is_there():
            return self._without_log(checkpoint)
        faults = [Finding(fault) for fault in self._evidence.faults()]
        log_id = self._evidence.log_id()
        walk = Walk(self._evidence, Folding(self._events), log_id, checkpoint, progress)
        about_view = self._about_view(walk, log_id)
        last_given = self._evidence.last_position()  # before the end is looked for: others append
        walk.go_on()
        about_events = walk.finish(last_given)
        about_names = [] if about_events else _about_names(walk.folding)
        findings = [*faults, *about_events, *about_names, *about_view]
        return Verified(walk.events, walk.head, findings)

    def _without_log(self, checkpoint: "Checkpoint | None") -> Verified:
        """Nothing was ever recorded, unless something else knows better."""
        content = self._view.read()
        findings = []
        if content is not None and content.stamp is not None:
            findings.append(Finding("is missing, although data.json was made from it"))
        if checkpoint is not None:
            problem = f"is missing, although {checkpoint} vouches for {checkpoint.position} events"
            findings.append(Finding(problem))
        return Verified(0, None, findings)

    def _about_view(self, walk: Walk, log_id: str | None) -> list[Finding]:
        """Compare the view with the log where both are.

        Where they differ and the view is another one by now, somebody changed it meanwhile,
        and it is compared again.
        """
        try:
            content = self._view.read()
            while findings := self._compare(content, walk, log_id):
                before, content = content, self._view.read()
                if content == before:
                    break
        except StoreDamaged as damage:
            return [Finding(damage.problem, path="")]
        return findings

    def _compare(
        self, content: ViewContent | None, walk: Walk, log_id: str | None
    ) -> list[Finding]:
        if content is None and self._is_shared:
            walk.go_on()
            return []
        finding = _follow(content, walk, log_id)
        if finding:
            return [finding]
        if content is None:
            return []
        try:
            shown = self._showing().of(walk.folding.instances())
            return list(differences(content, shown, walk.folding.has_snapshot))
        except StoreDamaged as damage:
            return [Finding(f"cannot be compared: {damage}", path="")]
        except _NONSENSE:
            return [Finding("cannot be compared: an event says what no event says", path="")]


def _about_names(folding: Folding) -> list[Finding]:
    try:
        return list(disagreements(folding))
    except _NONSENSE:
        return [Finding("has names that are none")]


def _follow(content: ViewContent | None, walk: Walk, log_id: str | None) -> Finding | None:
    """Go on to where the view was made from; tells why that cannot be."""
    if content is None:
        walk.go_on()
        return Finding("is missing", path="") if walk.position else None
    stamp = content.stamp
    if stamp is None:
        return Finding("does not say which log it was made from", path="")
    if stamp.log != log_id:
        return Finding(f"was made from another log ({stamp.log})", path="")
    if stamp.position < walk.position:
        return Finding("was changed while it was compared; verify it again", path="")
    walk.go_on(stamp.position)
    if walk.position < stamp.position:  # the view cannot have seen what never was in the log
        made_from = f"although data.json was made from {stamp.position} events"
        return Finding(f"ends at event {walk.position}, {made_from}")
    return None
