"""The walk through the log, a thousand rows at a time, whatever its length."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from openclaw_manager.application.ports.log_evidence import LogEvidence, StoredRow
from openclaw_manager.application.proof.chain_check import ChainCheck
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.application.proof.folding import Folding
from openclaw_manager.domain.chain import beginning
from openclaw_manager.domain.errors import StoreDamaged

if TYPE_CHECKING:
    from openclaw_manager.application.proof.checkpoint import Checkpoint

_FIRST, _LAST = -(2**63), 2**63 - 1  # of all positions that a row can have
_AT_ONCE = 1000  # rows

Progress = Callable[[int, int], None]
"""Told how many events are done, and how many there were at the beginning."""


class Walk:
    """Goes from event to event, follows the chain, folds, and passes the checkpoint."""

    def __init__(
        self,
        evidence: LogEvidence,
        folding: Folding,
        log_id: str | None,
        checkpoint: "Checkpoint | None",
        progress: Progress,
    ) -> None:
        self.folding = folding
        self.events = 0
        self._evidence = evidence
        self._chain = ChainCheck(None if log_id is None else beginning(log_id))
        self._checkpoint = checkpoint
        self._progress = progress
        self._expected = evidence.last_position()
        self._findings: list[Finding] = []
        self._next = _FIRST
        self._is_over = False

    @property
    def position(self) -> int:
        """The position of the last event so far."""
        return self._chain.position

    @property
    def head(self) -> bytes | None:
        """The last link so far; None where the chain is lost."""
        return self._chain.head

    def go_on(self, upto: int = _LAST) -> None:
        """Take what follows, up to this position, or to the end of the log as it is now."""
        while not self._is_over and self._next <= upto:
            rows = self._rows(upto)
            self._take(rows)
            self._progress(self.events, self._expected)
            if len(rows) < _AT_ONCE:
                break

    def finish(self, last_given: int) -> list[Finding]:
        """Say what was found, by position; ``last_given`` is the last that was given out."""
        if self._checkpoint and self._checkpoint.position > max(self.position, last_given):
            problem = f"is missing, although {self._checkpoint} vouches for all up to event "
            missing = f"{problem}{self._checkpoint.position}"
            self._findings.append(Finding(missing, self.position + 1))
        found = [*self._findings, *self.folding.findings]
        if not self._is_over:  # else nobody knows what is there
            self._chain.miss_until(last_given)
        found += self._chain.finish()
        return sorted(found, key=lambda one: _LAST if one.position is None else one.position)

    def _rows(self, upto: int) -> Sequence[StoredRow]:
        try:
            return self._evidence.rows(self._next, upto, _AT_ONCE)
        except StoreDamaged as damage:
            self._is_over = True
            problem = f"cannot be read, nor anything after it: {damage.problem}"
            self._findings.append(Finding(problem, self.position + 1))
            return ()

    def _take(self, rows: Sequence[StoredRow]) -> None:
        follow, fold = self._chain.take, self.folding.take
        for row in rows:
            follow(row)
            fold(row)
        if rows:
            self._next = rows[-1].position + 1
            self.events += len(rows)
            self._pass(rows)

    def _pass(self, rows: Sequence[StoredRow]) -> None:
        """Compare with what the checkpoint vouches for, if it is here."""
        checkpoint = self._checkpoint
        if checkpoint is None or not rows[0].position <= checkpoint.position < self._next:
            return
        chain = next((row.chain for row in rows if row.position == checkpoint.position), None)
        if chain not in (None, checkpoint.head):  # what is missing is told as that
            problem = f"is not the one that {checkpoint} vouches for: it was rewritten, or an "
            self._findings.append(Finding(f"{problem}event before it was", checkpoint.position))
