"""The need to know whether something that the program relies on is as it should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause

HOME = "manager"
"""The subject of all checks that are not about one gateway."""


class CheckId(StrEnum):
    """What is checked: stable codes that other tools may branch on, in the order of a report."""

    CONFIG = "config"
    HOME_FOLDER = "home-folder"
    HOME_OWNER = "home-owner"
    HOME_MODE = "home-mode"
    FILE_MODES = "file-modes"
    DISK_SPACE = "disk-space"
    STORE = "store"
    STORE_INTEGRITY = "store-integrity"
    STORE_WRITABLE = "store-writable"
    SECRET_STORE = "secret-store"
    DATA_JSON = "data-json"
    DATA_JSON_CURRENT = "data-json-current"
    INSTANCES = "instances"
    CLOCK = "clock"
    DUPLICATE_URL = "duplicate-url"
    SHARED_TOKEN = "shared-token"
    DATA_JSON_ENTRIES = "data-json-entries"
    SECRETS_RESOLVE = "secrets-resolve"
    SECRETS_ORPHANED = "secrets-orphaned"
    DEVICE_KEY = "device-key"
    ALERTS = "alerts"

    RESOLVE = "resolve"
    TCP = "tcp"
    TLS = "tls"
    HTTP_HEALTHZ = "http-healthz"
    HTTP_READYZ = "http-readyz"
    UPGRADE = "upgrade"
    CHALLENGE = "challenge"
    PROTOCOL = "protocol"
    CREDENTIALS = "credentials"
    PAIRING = "pairing"
    SCOPES = "scopes"
    RPC = "rpc"
    IDENTITY = "identity"
    PLAIN_WS_TOKEN = "plain-ws-token"

    DUPLICATE_GATEWAY = "duplicate-gateway"


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"  # it says nothing here, or something before it was not ok


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: ``message`` is a clause for a person, and never a secret.

    ``subject`` is ``manager`` or the name of an instance, ``about`` the instance to which
    something should be done, ``code`` why a gateway's layer is not ok, and ``ms`` how long
    the check took, where that was measured.
    """

    id: CheckId
    verdict: Verdict
    message: str
    subject: str = HOME
    about: str | None = None
    code: Cause | Caution | None = None
    ms: float | None = None


class Examination(Protocol):
    """Looks at one part of the program's surroundings, and changes nothing."""

    @property
    def ids(self) -> tuple[CheckId, ...]:
        """What it checks, in this order."""
        ...

    @property
    def needs(self) -> frozenset[CheckId]:
        """What must be ok before it makes sense."""
        ...

    def examine(self) -> Iterator[Check]:
        """Check one thing after the other; what comes after an early end makes no sense.

        An ``OpenClawManagerError`` or ``OSError`` that is raised says what is wrong with the
        thing that was to be checked next.
        """
        ...


class HomePermissions(Protocol):
    """Takes from others what only the owner of the home may do."""

    def tighten(self) -> list[str]:
        """Set the modes that the folder and its files should have; says each that it set."""
        ...


class SecretInventory(Protocol):
    """Knows which secrets there are."""

    def references(self) -> list[str] | None:
        """List the references of all that is kept; None where nobody can. Raises a StoreError."""
        ...
