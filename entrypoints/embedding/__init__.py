"""Register, ping and remember OpenClaw gateways.

``Manager`` and ``AsyncManager`` are what other programs use. All that is named here is public,
and imported when it is first asked for: until then this package costs next to nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # as in typing, whose import takes longer than all of this
if TYPE_CHECKING:
    from openclaw_manager._async.manager import AsyncManager as AsyncManager
    from openclaw_manager._refusals import (
        ManagerClosed as ManagerClosed,
        UnknownSection as UnknownSection,
    )
    from openclaw_manager._sync.manager import Manager as Manager
    from openclaw_manager.application.adoption.fates import (
        Fate as Fate,
        Outcome as Outcome,
    )
    from openclaw_manager.application.comparing import (
        Comparison as Comparison,
        Drift as Drift,
    )
    from openclaw_manager.application.discovering import Discovered as Discovered
    from openclaw_manager.application.history_entry import HistoryEntry as HistoryEntry
    from openclaw_manager.application.importing import Imported as Imported
    from openclaw_manager.application.incidents import Incident as Incident
    from openclaw_manager.application.ports.device_keys import KeyPair as KeyPair
    from openclaw_manager.application.ports.discovery import Sighting as Sighting
    from openclaw_manager.application.ports.examination import (
        Check as Check,
        CheckId as CheckId,
        Verdict as Verdict,
    )
    from openclaw_manager.application.proof.checkpoint import Checkpoint as Checkpoint
    from openclaw_manager.application.proof.finding import Finding as Finding
    from openclaw_manager.application.proof.verification import Verified as Verified
    from openclaw_manager.application.snapshot_view import (
        SectionState as SectionState,
        SnapshotView as SnapshotView,
    )
    from openclaw_manager.domain.caution import Caution as Caution
    from openclaw_manager.domain.condition import (
        Cause as Cause,
        Condition as Condition,
        Status as Status,
    )
    from openclaw_manager.domain.content.change import Change as Change
    from openclaw_manager.domain.content.errors import ContentRefused as ContentRefused
    from openclaw_manager.domain.device import KeyKind as KeyKind
    from openclaw_manager.domain.errors import (
        AlertNotFound as AlertNotFound,
        AlertSecretMissing as AlertSecretMissing,
        AlreadyWatched as AlreadyWatched,
        AmbiguousInstance as AmbiguousInstance,
        AmbiguousSnapshot as AmbiguousSnapshot,
        ArchiveRefused as ArchiveRefused,
        CheckpointRefused as CheckpointRefused,
        DeviceKeyDamaged as DeviceKeyDamaged,
        ErasureUnfinished as ErasureUnfinished,
        FileRefused as FileRefused,
        IncidentNotFound as IncidentNotFound,
        InstanceNotFound as InstanceNotFound,
        InstanceNotPaired as InstanceNotPaired,
        InstanceNotRemoved as InstanceNotRemoved,
        InstanceRemoved as InstanceRemoved,
        InstanceStillPresent as InstanceStillPresent,
        InvalidAlert as InvalidAlert,
        InvalidAuthorities as InvalidAuthorities,
        InvalidEntry as InvalidEntry,
        InvalidFingerprint as InvalidFingerprint,
        InvalidInput as InvalidInput,
        InvalidLabelSelector as InvalidLabelSelector,
        InvalidMoment as InvalidMoment,
        InvalidName as InvalidName,
        InvalidReason as InvalidReason,
        InvalidSetting as InvalidSetting,
        InvalidSignature as InvalidSignature,
        InvalidTag as InvalidTag,
        InvalidThreshold as InvalidThreshold,
        InvalidToken as InvalidToken,
        InvalidUrl as InvalidUrl,
        InvalidVersion as InvalidVersion,
        KeyRefused as KeyRefused,
        LogExists as LogExists,
        NameTaken as NameTaken,
        NameTakenMeanwhile as NameTakenMeanwhile,
        NeverCaptured as NeverCaptured,
        NothingSelected as NothingSelected,
        NothingToVouchFor as NothingToVouchFor,
        OldSecretKept as OldSecretKept,
        OpenClawManagerError as OpenClawManagerError,
        SealRefused as SealRefused,
        SecretMissing as SecretMissing,
        SecretsSealed as SecretsSealed,
        SectionNotCaptured as SectionNotCaptured,
        SectionNotOffered as SectionNotOffered,
        SignedByAnother as SignedByAnother,
        SnapshotNotFound as SnapshotNotFound,
        StoreDamaged as StoreDamaged,
        StoreError as StoreError,
        StoreFull as StoreFull,
        StoreLocked as StoreLocked,
        StoreNotInitialised as StoreNotInitialised,
        StoreUnavailable as StoreUnavailable,
        TooMuchContention as TooMuchContention,
        UnknownEvent as UnknownEvent,
        ViewBehind as ViewBehind,
    )
    from openclaw_manager.domain.ping import (
        Certificate as Certificate,
        Dialect as Dialect,
        Step as Step,
        TimedStep as TimedStep,
    )
    from openclaw_manager.domain.section import (
        Section as Section,
        SectionCause as SectionCause,
        SectionFailed as SectionFailed,
    )
    from openclaw_manager.results import (
        CapturedConfiguration as CapturedConfiguration,
        CaptureResult as CaptureResult,
        ConfigurationDiff as ConfigurationDiff,
        Device as Device,
        DiscoverResult as DiscoverResult,
        DoctorResult as DoctorResult,
        FleetResult as FleetResult,
        Instance as Instance,
        PairResult as PairResult,
        PingResult as PingResult,
        PresentedGateway as PresentedGateway,
        Setting as Setting,
        SnapshotContents as SnapshotContents,
        UnpairResult as UnpairResult,
    )

_PLACES = {
    "_async.manager": "AsyncManager",
    "_refusals": "ManagerClosed UnknownSection",
    "_sync.manager": "Manager",
    "application.adoption.fates": "Fate Outcome",
    "application.comparing": "Comparison Drift",
    "application.discovering": "Discovered",
    "application.history_entry": "HistoryEntry",
    "application.importing": "Imported",
    "application.incidents": "Incident",
    "application.ports.device_keys": "KeyPair",
    "application.ports.discovery": "Sighting",
    "application.ports.examination": "Check CheckId Verdict",
    "application.proof.checkpoint": "Checkpoint",
    "application.proof.finding": "Finding",
    "application.proof.verification": "Verified",
    "application.snapshot_view": "SectionState SnapshotView",
    "domain.caution": "Caution",
    "domain.condition": "Cause Condition Status",
    "domain.content.change": "Change",
    "domain.content.errors": "ContentRefused",
    "domain.device": "KeyKind",
    "domain.errors": (
        "AlertNotFound AlertSecretMissing AlreadyWatched AmbiguousInstance AmbiguousSnapshot "
        "ArchiveRefused CheckpointRefused DeviceKeyDamaged ErasureUnfinished FileRefused "
        "IncidentNotFound InstanceNotFound InstanceNotPaired InstanceNotRemoved "
        "InstanceRemoved InstanceStillPresent InvalidAlert InvalidAuthorities InvalidEntry "
        "InvalidFingerprint InvalidInput InvalidLabelSelector InvalidMoment InvalidName "
        "InvalidReason InvalidSetting InvalidSignature InvalidTag InvalidThreshold "
        "InvalidToken InvalidUrl InvalidVersion KeyRefused LogExists NameTaken "
        "NameTakenMeanwhile NeverCaptured NothingSelected NothingToVouchFor OldSecretKept "
        "OpenClawManagerError SealRefused SecretMissing SecretsSealed SectionNotCaptured "
        "SectionNotOffered "
        "SignedByAnother SnapshotNotFound StoreDamaged StoreError StoreFull StoreLocked "
        "StoreNotInitialised "
        "StoreUnavailable TooMuchContention UnknownEvent ViewBehind"
    ),
    "domain.ping": "Certificate Dialect Step TimedStep",
    "domain.section": "Section SectionCause SectionFailed",
    "results": (
        "CaptureResult CapturedConfiguration ConfigurationDiff Device DiscoverResult "
        "DoctorResult FleetResult Instance PairResult PingResult PresentedGateway Setting "
        "SnapshotContents UnpairResult"
    ),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List all that is public."""
    return sorted({*globals(), *_MODULES})
