"""Making checkpoints, and admitting those that were made."""

from dataclasses import replace

from openclaw_manager.application.own_device import OwnDevice
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.log_evidence import LogEvidence
from openclaw_manager.application.proof.chain_check import fits
from openclaw_manager.application.proof.checkpoint import Checkpoint
from openclaw_manager.domain.chain import beginning
from openclaw_manager.domain.errors import (
    CheckpointRefused,
    InvalidSignature,
    NothingToVouchFor,
    SignedByAnother,
    StoreDamaged,
)


class Checkpoints:
    """Signs where the log is with the Ed25519 key of this home, and tells such signatures."""

    def __init__(
        self, evidence: LogEvidence, own_device: OwnDevice, keys: DeviceKeys, clock: Clock
    ) -> None:
        self._evidence = evidence
        self._own_device = own_device
        self._keys = keys
        self._clock = clock

    def make(self) -> Checkpoint:
        """Vouch for the log as it is; the key is made if it is missing.

        Only the last link is made anew: what was changed before is for a verification to find,
        with or without a checkpoint. Raises ``NothingToVouchFor``, a ``StoreError``.
        """
        position = self._evidence.last_position() if self._evidence.is_there() else 0
        if position == 0:
            raise NothingToVouchFor
        log_id, head = self._end(position)
        device = self._own_device.device_made_if_missing()
        now = self._clock.now().replace(microsecond=0)
        unsigned = Checkpoint(log_id, position, head, now, device.public_pem)
        signature = self._keys.sign(device.private_pem, unsigned.signed_text())
        return replace(unsigned, signature=signature)

    def admit(self, text: bytes, public_pem: str | None = None) -> Checkpoint:
        """Read a checkpoint of this log, signed by this key or else by that of this home.

        Raises ``CheckpointRefused``, ``SignedByAnother``, ``KeyRefused`` for a key that is
        none, a ``StoreError``.
        """
        checkpoint = Checkpoint.read(text)
        log_id = self._evidence.log_id() if self._evidence.is_there() else None
        if log_id not in (None, checkpoint.log):
            raise CheckpointRefused(f"is of another log ({checkpoint.log}); this is {log_id}")
        self._check_key(checkpoint, public_pem)
        try:
            self._keys.verify(checkpoint.public_key, checkpoint.signed_text(), checkpoint.signature)
        except InvalidSignature as error:
            raise CheckpointRefused("was changed: its signature does not fit") from error
        return checkpoint

    def _end(self, position: int) -> tuple[str, bytes]:
        log_id = self._evidence.log_id()
        if log_id is None:
            raise StoreDamaged("the log", "has lost its id")
        rows = self._evidence.rows(position - 1, position, 2)
        previous = rows[0].chain if len(rows) > 1 else beginning(log_id)
        if not rows or not fits(rows[-1], previous):
            problem = "is not there, or not as it was appended"
            raise StoreDamaged(f"the log, event {position}", problem)
        return log_id, rows[-1].chain

    def _check_key(self, checkpoint: Checkpoint, public_pem: str | None) -> None:
        if public_pem is not None:
            trusted = self._keys.admit_public(public_pem)
            self._keys.raw_public(trusted)  # refuses what is no Ed25519 key
            if checkpoint.public_key != trusted:
                raise SignedByAnother("was not signed by the given key")
            return
        own = self._own_device.device()
        if own is None or checkpoint.public_key != own.public_pem:
            raise SignedByAnother("was not signed by the key of this home")
