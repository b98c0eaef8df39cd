"""The log as a file of JSON lines: the form in which it is exported and imported.

The first line says which log this is, how many events follow and where the chain ends. Then
comes one line an event, in order, each with its link in the chain. The last line, where there
is one, has the secrets under a seal.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.application.ports.sealing import Sealed
from openclaw_manager.domain.errors import ArchiveRefused

FORMAT = "openclaw-manager-log"
VERSION = 1
_LARGEST = 2**63 - 1

# As the log itself writes events, so that what is read gives the very bytes that were stored.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Header:
    """Which log an archive holds: its id, the number of its events, and the end of its chain."""

    log: str
    events: int
    head: bytes
    secrets: bool

    def line(self) -> str:
        """Write it as the first line."""
        return _json.encode(
            {
                "format": FORMAT,
                "version": VERSION,
                "log": self.log,
                "events": self.events,
                "head": self.head.hex(),
                "secrets": self.secrets,
            }
        )

    @property
    def sealed_for(self) -> bytes:
        """This log up to this event: secrets that were sealed for another are not opened."""
        return f"{FORMAT} {VERSION} {self.log} {self.head.hex()}".encode()

    @classmethod
    def of(cls, line: str) -> Self:
        """Read the first line; raises ``ArchiveRefused``."""
        members = _object(line, 1)
        if members.get("format") != FORMAT:
            raise ArchiveRefused(1, "is not the first of an exported log")
        if members.get("version") != VERSION:
            raise ArchiveRefused(1, "is of another version of openclaw-manager")
        try:
            return cls(
                log=str(UUID(members["log"])),
                events=_whole_number(members["events"]),
                head=bytes.fromhex(members["head"]),
                secrets=bool(members["secrets"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArchiveRefused(1, "does not say which log this is") from error


def event_line(row: StoredRow) -> str:
    """Write an event, its state as the JSON that it is; raises ``ValueError`` if it is none."""
    envelope = {
        "position": row.position,
        "id": str(UUID(row.originator_id.decode())),
        "version": row.version,
        "topic": row.topic.decode(),
        "chain": row.chain.hex(),
        "state": json.loads(row.state),
    }
    if _json.encode(envelope["state"]).encode() != row.state:
        raise ValueError("the state would be read back as other bytes")
    return _json.encode(envelope)


def event_in(line: str, number: int) -> StoredRow:
    """Read an event; raises ``ArchiveRefused``, which names the line."""
    members = _object(line, number)
    try:
        return StoredRow(
            position=_whole_number(members["position"]),
            originator_id=UUID(members["id"]).hex.encode(),
            version=_whole_number(members["version"]),
            topic=str(members["topic"]).encode(),
            state=_json.encode(members["state"]).encode(),
            chain=bytes.fromhex(members["chain"]),
            kept_topic=None,
            kept_state=None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveRefused(number, "is not an event") from error


def secrets_line(sealed: Sealed) -> str:
    """Write sealed secrets."""
    seal = {
        "kdf": "scrypt",
        "work": sealed.work,
        "salt": b64encode(sealed.salt).decode(),
        "cipher": "aes-256-gcm",
        "nonce": b64encode(sealed.nonce).decode(),
        "sealed": b64encode(sealed.sealed).decode(),
    }
    return _json.encode({"secrets": seal})


def secrets_in(line: str, number: int) -> Sealed:
    """Read sealed secrets; raises ``ArchiveRefused``."""
    try:
        seal = _object(line, number)["secrets"]
        return Sealed(
            salt=b64decode(seal["salt"], validate=True),
            nonce=b64decode(seal["nonce"], validate=True),
            work=_whole_number(seal["work"]),
            sealed=b64decode(seal["sealed"], validate=True),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveRefused(number, "holds no sealed secrets") from error


def numbered(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Count the lines of an archive from 1, refusing one that was cut off."""
    for number, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            raise ArchiveRefused(number, "ends before it is complete")
        yield number, line


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ArchiveRefused(number, "is not JSON") from error
    if not isinstance(value, dict):
        raise ArchiveRefused(number, "is not a JSON object")
    return value


def _whole_number(value: object) -> int:
    """Take a number that a log can hold; raises ``ValueError``."""
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise ValueError(value)
    return value
