"""Everything that this program refuses or fails at, as one tree.

    OpenClawManagerError
    ├── InvalidInput            what was given cannot be taken
    │   ├── InvalidName
    │   ├── InvalidUrl
    │   ├── InvalidToken
    │   ├── InvalidTag
    │   ├── InvalidLabelSelector
    │   ├── InvalidThreshold
    │   ├── InvalidReason
    │   ├── InvalidSetting
    │   ├── InvalidAlert
    │   │   └── AlertSecretMissing
    │   ├── InvalidFingerprint
    │   ├── InvalidSignature
    │   ├── CheckpointRefused
    │   │   └── SignedByAnother
    │   ├── InvalidAuthorities
    │   ├── ArchiveRefused
    │   ├── SealRefused
    │   ├── InvalidVersion
    │   ├── InvalidMoment
    │   ├── UnknownEvent
    │   ├── FileRefused
    │   ├── InvalidEntry
    │   └── KeyRefused
    ├── InstanceNotFound
    ├── AmbiguousInstance
    ├── NothingSelected         what was asked is about instances that there are none of
    ├── NameTaken
    │   └── NameTakenMeanwhile
    ├── InstanceRemoved         what was asked needs an instance that is not removed
    ├── InstanceNotRemoved      ... or one that is
    │   └── InstanceStillPresent
    ├── InstanceNotPaired       ... or one that is paired as a device
    ├── IncidentNotFound
    ├── SnapshotNotFound
    ├── AmbiguousSnapshot
    ├── NeverCaptured           what was asked needs a snapshot of an instance
    ├── SectionNotCaptured      ... or a section of a snapshot
    │   └── SectionNotOffered
    ├── LogExists               a log can only be brought back where there is none
    ├── NothingToVouchFor
    ├── AlertNotFound
    ├── TooMuchContention
    └── StoreError              the store, and not the request, is at fault
        ├── StoreDamaged
        │   └── DeviceKeyDamaged
        ├── SecretMissing
        ├── SecretsSealed
        ├── StoreLocked
        │   └── AlreadyWatched
        ├── StoreFull
        ├── StoreUnavailable
        │   └── StoreNotInitialised
        ├── ErasureUnfinished
        ├── OldSecretKept
        └── ViewBehind

Classes are named for what went wrong, carry the facts as attributes, and say them in one
sentence. What to type next is for the entrypoint to know.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what only annotations need is not worth a start of the command line
    from datetime import datetime
    from pathlib import PurePath


class OpenClawManagerError(Exception):
    """The root of everything that this program raises on purpose."""


class InvalidInput(OpenClawManagerError, ValueError):
    """What was given cannot be taken."""


class InvalidName(InvalidInput):
    """A name that no instance can have."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name, problem)
        self.name = name
        self.problem = problem

    def __str__(self) -> str:
        return f"the name {self.name!r} {self.problem}"


class InvalidUrl(InvalidInput):
    """A URL that is not the address of a gateway."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(url, problem)
        self.url = url
        self.problem = problem

    def __str__(self) -> str:
        return f"the URL {self.url!r} {self.problem}"


class InvalidToken(InvalidInput):
    """A token that cannot be sent in a header; never repeats the token."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the token {self.problem}"


class InvalidTag(InvalidInput):
    """A tag that no instance can have."""

    def __init__(self, tag: str, problem: str) -> None:
        super().__init__(tag, problem)
        self.tag = tag
        self.problem = problem

    def __str__(self) -> str:
        return f"the tag {self.tag!r} {self.problem}"


class InvalidLabelSelector(InvalidInput):
    """A text that selects nothing by its labels; ``part`` is what cannot be read."""

    def __init__(self, selector: str, part: str) -> None:
        super().__init__(selector, part)
        self.selector = selector
        self.part = part

    def __str__(self) -> str:
        part = "" if self.part == self.selector else f": {self.part!r}"
        return f"the selector {self.selector!r}{part} is not key=value, key!=value, key or !key"


class InvalidThreshold(InvalidInput):
    """A number of ``failures`` or ``successes`` in a row that can mean nothing."""

    def __init__(self, what: str, number: int) -> None:
        super().__init__(what, number)
        self.what = what
        self.number = number

    def __str__(self) -> str:
        return f"{self.number} {self.what} in a row mean nothing: it takes at least 1"


class InvalidReason(InvalidInput):
    """A reason that could not be shown as one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the reason {self.reason!r} has control characters"


class InvalidSetting(InvalidInput):
    """A setting that cannot be taken; ``origin`` is where it was written."""

    def __init__(self, key: str, value: object, origin: str, problem: str) -> None:
        super().__init__(key, value, origin, problem)
        self.key = key
        self.value = value
        self.origin = origin
        self.problem = problem

    def __str__(self) -> str:
        return f"the setting {self.key} from {self.origin}, {self.value!r}, {self.problem}"


class InvalidAlert(InvalidInput):
    """An alert in the settings that cannot be taken; never repeats what may be a secret.

    ``alert`` says which one, and ``problem`` is a clause.
    """

    def __init__(self, alert: str, problem: str) -> None:
        super().__init__(alert, problem)
        self.alert = alert
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.alert} in config.toml: {self.problem}"


class AlertSecretMissing(InvalidAlert):
    """An alert refers to a secret that nobody gave."""

    def __init__(self, alert: str, what: str, secret: str) -> None:
        super().__init__(alert, f"{what} is the secret {secret!r}, and no such secret is kept")
        self.secret = secret


class InvalidFingerprint(InvalidInput):
    """A fingerprint that no certificate has."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(fingerprint)
        self.fingerprint = fingerprint

    def __str__(self) -> str:
        return f"{self.fingerprint!r} is no fingerprint; one is sha256: and 64 hex digits"


class InvalidSignature(InvalidInput):
    """A signature that the key did not make, or not of this message."""

    def __str__(self) -> str:
        return "the signature does not fit"


class CheckpointRefused(InvalidInput):
    """A checkpoint that says nothing of this log."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the checkpoint {self.problem}"


class SignedByAnother(CheckpointRefused):
    """A checkpoint that was not signed by the key that it should be."""


class InvalidAuthorities(InvalidInput):
    """A text that holds no certificate that could vouch for another."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the CA file {self.problem}"


class InvalidVersion(InvalidInput):
    """A text that is no version of a gateway."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version

    def __str__(self) -> str:
        return f"{self.version!r} is no version; one is like 2026.9.6"


class UnknownEvent(InvalidInput):
    """A kind of event that there is not; ``known`` are the topics of those that there are."""

    def __init__(self, event: str, known: Sequence[str]) -> None:
        super().__init__(event, known)
        self.event = event
        self.known = tuple(known)

    def __str__(self) -> str:
        return f"no event is called {self.event!r}; there are {', '.join(self.known)}"


class FileRefused(InvalidInput):
    """A file that is not what it should be; nothing of it was taken, and it was not changed."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path} {self.problem}"


class InvalidMoment(InvalidInput):
    """A time, or a position in the log, of which nothing can be known."""

    def __init__(self, moment: str, problem: str) -> None:
        super().__init__(moment, problem)
        self.moment = moment
        self.problem = problem

    def __str__(self) -> str:
        return f"the moment {self.moment!r} {self.problem}"


class InvalidEntry(InvalidInput):
    """A part of an entry in such a file that is not what it should be; never repeats it."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(key, problem)
        self.key = key
        self.problem = problem

    def __str__(self) -> str:
        return f"its {self.key} {self.problem}"


class KeyRefused(InvalidInput):
    """A device key that no gateway takes; never repeats the key."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem


class InstanceNotFound(OpenClawManagerError):
    """No instance has this id, name or prefix of an id."""

    def __init__(self, selector: str) -> None:
        super().__init__(selector)
        self.selector = selector

    def __str__(self) -> str:
        return f"there is no instance {self.selector!r}"


class AmbiguousInstance(OpenClawManagerError):
    """Several instances answer to one selector; ``candidates`` are (id, name) pairs."""

    def __init__(self, selector: str, candidates: Sequence[tuple[str, str]]) -> None:
        super().__init__(selector, candidates)
        self.selector = selector
        self.candidates = tuple(candidates)

    def __str__(self) -> str:
        them = ", ".join(f"{name} ({id_})" for id_, name in self.candidates)
        return f"{self.selector!r} could be any of {them}"


class NothingSelected(OpenClawManagerError):
    """No instance that is not removed has such labels."""

    def __init__(self, selector: str) -> None:
        super().__init__(selector)
        self.selector = selector

    def __str__(self) -> str:
        return f"no instance has the labels {self.selector}"


class NameTaken(OpenClawManagerError):
    """Another instance that is not removed has this name, in whatever case."""

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(name, holder)
        self.name = name
        self.holder = holder

    def __str__(self) -> str:
        return f"the name {self.name!r} is taken by the instance {self.holder}"


class NameTakenMeanwhile(NameTaken):
    """While an instance was removed, another took its name."""

    def __init__(self, name: str, holder: str, instance_id: str) -> None:
        super().__init__(name, holder)
        self.instance_id = instance_id

    def __str__(self) -> str:
        return f"the name {self.name!r} was taken meanwhile by the instance {self.holder}"


class InstanceRemoved(OpenClawManagerError):
    """The instance is removed, and what was asked needs one that is not."""

    def __init__(self, name: str, since: "datetime") -> None:
        super().__init__(name, since)
        self.name = name
        self.since = since

    def __str__(self) -> str:
        return f"the instance {self.name!r} was removed at {self.since:%Y-%m-%dT%H:%M:%SZ}"


class InstanceNotRemoved(OpenClawManagerError):
    """The instance is not removed, so there is nothing to restore."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"the instance {self.name!r} is not removed"


class InstanceStillPresent(InstanceNotRemoved):
    """The instance is not removed, and the secrets of such a one are needed."""

    def __str__(self) -> str:
        return f"the instance {self.name!r} is not removed, and only a removed one can be purged"


class InstanceNotPaired(OpenClawManagerError):
    """The instance is not paired, so there is nothing to undo."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"the instance {self.name!r} is not paired"


class IncidentNotFound(OpenClawManagerError):
    """No incident has such an id."""

    def __init__(self, incident_id: str) -> None:
        super().__init__(incident_id)
        self.incident_id = incident_id

    def __str__(self) -> str:
        return f"there is no incident {self.incident_id!r}"


class SnapshotNotFound(OpenClawManagerError):
    """No snapshot is meant by this; ``problem`` is a clause that says why."""

    def __init__(self, reference: str, problem: str) -> None:
        super().__init__(reference, problem)
        self.reference = reference
        self.problem = problem

    def __str__(self) -> str:
        return f"there is no snapshot {self.reference!r}: {self.problem}"


class AmbiguousSnapshot(OpenClawManagerError):
    """Several ids begin like this; ``candidates`` are (id, description) pairs."""

    def __init__(self, reference: str, candidates: Sequence[tuple[str, str]]) -> None:
        super().__init__(reference, candidates)
        self.reference = reference
        self.candidates = tuple(candidates)

    def __str__(self) -> str:
        them = ", ".join(f"{id_} ({what})" for id_, what in self.candidates)
        return f"{self.reference!r} could be any of {them}"


class NeverCaptured(OpenClawManagerError):
    """There is no snapshot of the instance."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"the instance {self.name!r} was never captured"


class SectionNotCaptured(OpenClawManagerError):
    """A snapshot has not got a section; ``problem`` is a clause that says why."""

    def __init__(self, section: str, snapshot: str, name: str, problem: str) -> None:
        super().__init__(section, snapshot, name, problem)
        self.section = section
        self.snapshot = snapshot
        self.name = name
        self.problem = problem

    def __str__(self) -> str:
        return (
            f"the snapshot {self.snapshot} of {self.name!r} has no {self.section}: {self.problem}"
        )


class SectionNotOffered(SectionNotCaptured):
    """A snapshot has not got a section, and another would not have it either."""


class LogExists(OpenClawManagerError):
    """There is a log already, and one that is brought back would bury it."""

    def __init__(self, place: "PurePath | str") -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return f"{self.place} has a log already; one is only imported where nothing was recorded"


class ArchiveRefused(InvalidInput):
    """An exported log that is incomplete or not as it was exported; nothing was imported."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem

    def __str__(self) -> str:
        return f"line {self.line} of the export {self.problem}"


class SealRefused(InvalidInput):
    """A seal that the passphrase does not open."""

    def __str__(self) -> str:
        return "the passphrase does not open the sealed secrets, or they were changed"


class NothingToVouchFor(OpenClawManagerError):
    """The log has no event yet, so there is nothing that a checkpoint could vouch for."""

    def __str__(self) -> str:
        return "nothing was ever recorded here, so there is nothing to vouch for"


class AlertNotFound(OpenClawManagerError):
    """No alert in the settings has this name; ``known`` are the names that there are."""

    def __init__(self, alert: str, known: Sequence[str]) -> None:
        super().__init__(alert, known)
        self.alert = alert
        self.known = tuple(known)

    def __str__(self) -> str:
        there_are = f"there are {', '.join(self.known)}" if self.known else "there is none"
        return f"no alert in config.toml is called {self.alert!r}; {there_are}"


class TooMuchContention(OpenClawManagerError):
    """Others kept changing the same instance, more often than we cared to try again."""

    def __str__(self) -> str:
        return "others kept changing the same instance; nothing was recorded"


class StoreError(OpenClawManagerError):
    """The store, and not the request, is at fault."""

    def __init__(self, place: "PurePath | str", problem: str) -> None:
        super().__init__(place, problem)
        self.place = place
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class StoreDamaged(StoreError):
    """A file of the store holds something other than what was written."""


class DeviceKeyDamaged(StoreDamaged):
    """The secret store has no Ed25519 key where it should have the one of this home."""

    def __init__(self) -> None:
        problem = "holds something else where the device key of this home was"
        super().__init__("the secret store", problem)


class SecretMissing(StoreError):
    """The log refers to a secret of an instance, and the secret store does not have it."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__("the secret store", f"has no {kind} of {name!r}, to which the log refers")
        self.kind = kind
        self.name = name


class SecretsSealed(StoreError):
    """The secrets of a shared store are sealed, and we have no key for them, or another one."""


class StoreLocked(StoreError):
    """Another process held a lock for longer than we waited."""


class AlreadyWatched(StoreLocked):
    """Another watch goes on here; ``since`` is when it began (UTC).

    ``pid`` and ``since`` are None of one that has only just come.
    """

    def __init__(self, place: "PurePath | str", pid: int | None, since: "datetime | None") -> None:
        holder = "another process" if pid is None else f"process {pid}"
        began = "" if since is None else f", since {since:%Y-%m-%dT%H:%M:%SZ}"
        super().__init__(place, f"{holder} watches the instances of this home already{began}")
        self.pid = pid
        self.since = since


class StoreFull(StoreError):
    """There is no space left for what should be recorded."""


class StoreUnavailable(StoreError):
    """The store cannot be opened, read or written: permissions, a missing folder, a dead disk."""


class StoreNotInitialised(StoreUnavailable):
    """The database is there, and nobody made it ready for the log."""


class OldSecretKept(StoreError):
    """The fact is recorded, and a secret that it makes an old one could not be erased."""

    def __str__(self) -> str:
        return f"recorded, but the secret of before is not erased: {super().__str__()}"


class ErasureUnfinished(StoreError):
    """The purge of an instance is recorded, and its secrets could not be erased."""

    def __init__(self, place: "PurePath | str", problem: str, name: str, instance_id: str) -> None:
        super().__init__(place, problem)
        self.name = name
        self.instance_id = instance_id

    def __str__(self) -> str:
        return f"recorded, but the secrets of {self.name!r} are not erased: {super().__str__()}"


class ViewBehind(StoreError):
    """The fact is recorded in the log, but ``data.json`` could not be brought up to it."""

    def __str__(self) -> str:
        return f"recorded, but {self.place} is behind the log: {self.problem}"
