"""Exporting the log: every event with its link in the chain, and the secrets under a seal."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from openclaw_manager.application.archive import Header, event_line, secrets_line
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.log_evidence import LogEvidence, StoredRow
from openclaw_manager.application.ports.sealing import Sealing
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.proof.chain_check import ChainCheck
from openclaw_manager.domain.chain import beginning
from openclaw_manager.domain.errors import StoreDamaged, TooMuchContention
from openclaw_manager.domain.secret import OWN_DEVICE, references_in

_BATCH = 1000
_TRIES = 5


@dataclass(frozen=True, slots=True)
class _State:
    """How far the log has come, the secrets it refers to then, and how many of them are lost."""

    position: int
    secrets: Mapping[str, str]
    lost: int


class Exporting:
    """Writes the log as lines, as it is when that begins, while others go on appending."""

    def __init__(
        self, log: EventLog, evidence: LogEvidence, secrets: SecretStore, sealing: Sealing
    ) -> None:
        self._log = log
        self._evidence = evidence
        self._secrets = secrets
        self._sealing = sealing

    def lines(
        self, passphrase: str | None = None, lost: Callable[[int], None] = lambda _count: None
    ) -> Iterator[str]:
        """Give the lines of the archive, each ended; with a passphrase the secrets come along.

        ``lost`` is told how many secrets do not, as they are not where they should be.
        Raises ``StoreDamaged`` where the chain does not hold, naming the event: what is not
        whole is no backup. Raises ``TooMuchContention`` where others never stop replacing secrets.
        """
        log_id = self._log.id
        state = self._state(with_secrets=passphrase is not None)
        if state.lost:
            lost(state.lost)
        rows = self._evidence.rows(state.position, state.position, 1)
        head = rows[0].chain if rows else beginning(log_id)
        header = Header(log_id, state.position, head, passphrase is not None)
        yield header.line() + "\n"
        yield from self._events(log_id, state.position)
        if passphrase is not None:
            plain = json.dumps(dict(state.secrets)).encode()
            yield secrets_line(self._sealing.seal(plain, passphrase, header.sealed_for)) + "\n"

    def _events(self, log_id: str, upto: int) -> Iterator[str]:
        check = ChainCheck(beginning(log_id))
        while check.position < upto:
            rows = self._evidence.rows(check.position + 1, upto, _BATCH)
            for row in rows:
                check.take(row)
            if not rows:
                check.miss_until(upto)
            self._refuse_unfit(check)
            yield from (self._line(row) + "\n" for row in rows)

    def _refuse_unfit(self, check: ChainCheck) -> None:
        for finding in check.finish():
            place = f"event {finding.position} of the log" if finding.position else "the log"
            raise StoreDamaged(place, finding.problem)

    def _line(self, row: StoredRow) -> str:
        try:
            return event_line(row)
        except (ValueError, RecursionError) as error:
            raise StoreDamaged(f"event {row.position} of the log", "cannot be read") from error

    def _state(self, *, with_secrets: bool) -> _State:
        """Find a moment of the log all of whose secrets are at hand.

        A secret that was replaced since is erased, and a later moment does not refer to it;
        one that a later moment still misses is lost, and no moment has it.
        """
        if not with_secrets:
            return _State(self._log.head(), {}, 0)
        lost: set[str] = set()
        for _ in range(_TRIES):
            position = self._log.head()
            references = self._referred_to(position)
            secrets = self._secrets.get([*references, OWN_DEVICE])
            missing = references - secrets.keys()
            if missing <= lost:
                return _State(position, secrets, len(missing))
            lost = missing
        raise TooMuchContention

    def _referred_to(self, position: int) -> set[str]:
        instances = self._log.instances(self._log.instances_changed(0, position))
        return {
            one["ref"]
            for instance in instances
            for one in references_in(instance.credentials).values()
        }
