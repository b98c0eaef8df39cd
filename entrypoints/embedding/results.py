"""What the verbs of ``Manager`` and ``AsyncManager`` return: values that never change.

Whatever else they return is exported by ``openclaw_manager`` as well. No result holds a secret,
but for ``KeyPair``; where there is one, its fingerprint stands for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, overload

from openclaw_manager.application.discovering import Discovered
from openclaw_manager.application.ports.examination import Check, Verdict
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause, Condition, Status
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.errors import StoreError
from openclaw_manager.domain.ping import Certificate, Dialect, TimedStep
from openclaw_manager.domain.section import Section, SectionFailed

Result_co = TypeVar("Result_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Instance:
    """One registered gateway, as the last ping left it. Times are in UTC.

    ``status`` is one of ``Status``, ``condition`` of ``Condition``, ``cause`` of ``Cause`` and
    ``dialect`` of ``Dialect``; the last three are None before the first ping. ``version`` and
    ``last_ping_*`` are of the last ping that succeeded. ``token`` and ``private_key`` are
    fingerprints.
    """

    id: str
    name: str
    url: str
    status: str
    tags: tuple[str, ...]
    registered_at: datetime
    changed_at: datetime
    removed_at: datetime | None = None
    condition: str | None = None
    cause: str | None = None
    version: str | None = None
    dialect: str | None = None
    protocol: int | None = None
    last_ping_at: datetime | None = None
    last_ping_latency_ms: float | None = None
    token: str | None = None
    private_key: str | None = None
    public_key: str | None = None
    device_id: str | None = None
    scopes: tuple[str, ...] = ()
    gateway_id: str | None = None
    tls_fingerprint: str | None = None
    tls_authorities: str | None = None
    certificate_expires_at: datetime | None = None

    @property
    def removed(self) -> bool:
        """Whether it was removed, and not restored since."""
        return self.removed_at is not None


@dataclass(frozen=True, slots=True)
class PingResult:
    """What one ping found: a complete authenticated round trip, or why there was none.

    ``latency_ms`` is a WebSocket ping and pong on the authenticated connection, ``connect_ms``
    runs from the first step to authenticated. ``detail`` is a clause for a person.
    ``request_id`` is the pairing request under which the gateway waits for an approval.
    """

    id: str
    name: str
    at: datetime
    condition: Condition
    cause: Cause | None
    detail: str | None
    latency_ms: float | None
    connect_ms: float | None
    version: str | None
    dialect: Dialect | None
    protocol: int | None
    gateway_id: str | None
    certificate: Certificate | None
    request_id: str | None
    steps: tuple[TimedStep, ...]
    cautions: tuple[Caution, ...]

    @property
    def status(self) -> Status:
        """``reachable`` or ``unreachable``."""
        return self.condition.status

    @property
    def reachable(self) -> bool:
        """Whether the round trip was completed."""
        return self.condition.reachable


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """What became of a capture; without a ``snapshot``, why there is none.

    ``condition`` and ``cause`` are those of the connection: ``ok`` where there was one.
    ``failures`` says of each section that did not come why.
    """

    id: str
    name: str
    at: datetime
    snapshot: SnapshotView | None
    condition: Condition
    cause: Cause | None
    detail: str | None
    failures: Mapping[Section, SectionFailed]


@dataclass(frozen=True, slots=True)
class PairResult:
    """What became of a pairing; without an ``instance``, the gateway did not take us in (yet).

    With the cause ``pairing-required``, ``request_id`` is what somebody has to approve on the
    gateway's host: ``openclaw devices approve REQUEST_ID``.
    """

    instance: Instance | None
    condition: Condition
    cause: Cause | None
    detail: str | None
    request_id: str | None

    @property
    def paired(self) -> bool:
        """Whether the gateway knows the device now."""
        return self.instance is not None


@dataclass(frozen=True, slots=True)
class UnpairResult:
    """The instance, and the id of the device under which its gateway still knows it."""

    instance: Instance
    device_id: str


@dataclass(frozen=True, slots=True)
class PresentedGateway:
    """What a gateway presents, beside what is expected of it.

    ``cause`` and ``detail`` say why there is less than was asked for.
    """

    id: str
    name: str
    fingerprint: str | None
    certificate_expires_at: datetime | None
    gateway_id: str | None
    pinned_fingerprint: str | None
    expected_gateway_id: str | None
    cause: Cause | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class DiscoverResult:
    """The gateways that were found, and in sentences what kept us from seeing more.

    Nothing that is said in a network is proved: a fingerprint is for a person to compare.
    """

    found: tuple[Discovered, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """All checks, those of the home first, and in sentences what was mended."""

    checks: tuple[Check, ...]
    fixed: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed; there may be warnings."""
        return all(check.verdict is not Verdict.FAILED for check in self.checks)


@dataclass(frozen=True, slots=True)
class FleetResult(Sequence[Result_co], Generic[Result_co]):
    """One result for each instance that was visited, by name, as a sequence.

    ``lost`` are the instances that could not be visited since their secrets are lost, by name.
    """

    results: tuple[Result_co, ...]
    lost: Mapping[str, StoreError]

    @overload
    def __getitem__(self, index: int) -> Result_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Result_co, ...]: ...
    def __getitem__(self, index: int | slice) -> Result_co | tuple[Result_co, ...]:
        return self.results[index]

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[Result_co]:
        return iter(self.results)


@dataclass(frozen=True, slots=True)
class SnapshotContents:
    """What a gateway held: of each section that came its content, without secrets.

    ``volatile`` is what changes by itself, by section and JSON Pointer.
    """

    snapshot: SnapshotView
    contents: Mapping[Section, Json]
    volatile: Mapping[Section, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class CapturedConfiguration:
    """The configuration of a gateway, as the ``snapshot`` has it; secrets are redacted."""

    snapshot: SnapshotView
    configuration: Json


@dataclass(frozen=True, slots=True)
class ConfigurationDiff:
    """What would make the captured configuration the given one."""

    snapshot: SnapshotView
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """The device that this home is to OpenClaw gateways; the key is the public half, as PEM."""

    id: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in force, and where it came from."""

    value: str | int | float
    origin: str
