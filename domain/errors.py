"""Everything that this program refuses or fails at, as one tree.

    OpenClawManagerError
    ├── InvalidInput            what was given cannot be taken
    │   ├── InvalidName
    │   ├── InvalidUrl
    │   ├── InvalidToken
    │   ├── InvalidTag
    │   ├── InvalidReason
    │   ├── InvalidSetting
    │   ├── InvalidFingerprint
    │   ├── InvalidAuthorities
    │   └── KeyRefused
    ├── InstanceNotFound
    ├── AmbiguousInstance
    ├── NameTaken
    ├── InstanceRemoved         what was asked needs an instance that is not removed
    ├── InstanceNotRemoved      ... or one that is
    ├── InstanceNotPaired       ... or one that is paired as a device
    ├── TooMuchContention
    └── StoreError              the store, and not the request, is at fault
        ├── StoreDamaged
        ├── SecretMissing
        ├── StoreLocked
        ├── StoreFull
        ├── StoreUnavailable
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


class InvalidFingerprint(InvalidInput):
    """A fingerprint that no certificate has."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(fingerprint)
        self.fingerprint = fingerprint

    def __str__(self) -> str:
        return f"{self.fingerprint!r} is no fingerprint; one is sha256: and 64 hex digits"


class InvalidAuthorities(InvalidInput):
    """A text that holds no certificate that could vouch for another."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the CA file {self.problem}"


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


class NameTaken(OpenClawManagerError):
    """Another instance that is not removed has this name, in whatever case."""

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(name, holder)
        self.name = name
        self.holder = holder

    def __str__(self) -> str:
        return f"the name {self.name!r} is taken by the instance {self.holder}"


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


class InstanceNotPaired(OpenClawManagerError):
    """The instance is not paired, so there is nothing to undo."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"the instance {self.name!r} is not paired"


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


class SecretMissing(StoreError):
    """The log refers to a secret of an instance, and the secret store does not have it."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__("the secret store", f"has no {kind} of {name!r}, to which the log refers")
        self.kind = kind
        self.name = name


class StoreLocked(StoreError):
    """Another process held a lock for longer than we waited."""


class StoreFull(StoreError):
    """There is no space left for what should be recorded."""


class StoreUnavailable(StoreError):
    """The store cannot be opened, read or written: permissions, a missing folder, a dead disk."""


class ViewBehind(StoreError):
    """The fact is recorded in the log, but ``data.json`` could not be brought up to it."""

    def __str__(self) -> str:
        return f"recorded, but {self.place} is behind the log: {self.problem}"
