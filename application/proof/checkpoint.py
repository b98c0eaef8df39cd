"""The checkpoint: what the log was at one moment, signed, to be kept where the log is not."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from openclaw_manager.domain.chain import LENGTH
from openclaw_manager.domain.content.canonical import canonical
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.errors import CheckpointRefused

FORMAT = "openclaw-manager-checkpoint"
VERSION = 1
_LARGEST = 2**63 - 1
_SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Vouches for all events of one log up to a position, by the link of the last of them.

    ``at`` is in UTC, ``public_key`` is the half, in PEM, that tells whether the signature fits.
    """

    log: str
    position: int
    head: bytes
    at: datetime
    public_key: str = field(repr=False)
    signature: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        return f"the checkpoint of {self.at:%Y-%m-%dT%H:%M:%SZ}"

    def signed_text(self) -> bytes:
        """Write what is signed: the document without its signature, as canonical JSON."""
        return canonical(self._members()).encode()

    def document(self) -> dict[str, Any]:
        """Write it as the JSON object that is kept in a file."""
        return self._members() | {_SIGNATURE: b64encode(self.signature).decode()}

    def _members(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "log": self.log,
            "position": self.position,
            "head": self.head.hex(),
            "at": self.at.isoformat(),
            "publicKey": self.public_key,
        }

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Read a file; raises ``CheckpointRefused`` for what is none, whole and unchanged."""
        members = _object(text)
        if members.get("format") != FORMAT:
            raise CheckpointRefused("is none: the file is something else")
        if members.get("version") != VERSION:
            raise CheckpointRefused("was written by another version of openclaw-manager")
        try:
            found = cls(
                log=str(UUID(members["log"])),
                position=members["position"],
                head=bytes.fromhex(members["head"]),
                at=datetime.fromisoformat(members["at"]),
                public_key=members["publicKey"],
                signature=b64decode(members[_SIGNATURE], validate=True),
            )
            exactly = found.document() == members and type(found.position) is int
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointRefused("lacks something that every checkpoint says") from error
        if not (exactly and 0 < found.position <= _LARGEST and len(found.head) == LENGTH):
            raise CheckpointRefused("says something that no checkpoint says")
        return found


def _object(text: bytes) -> dict[str, Any]:
    try:
        members = json.loads(text)
        canonical(members)
    except (ValueError, RecursionError, ContentRefused) as error:
        raise CheckpointRefused("is not JSON, or was cut off") from error
    if not isinstance(members, dict):
        raise CheckpointRefused("is none: the file is something else")
    return members
