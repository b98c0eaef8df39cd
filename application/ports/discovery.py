"""The need to find gateways that nobody has registered yet."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from openclaw_manager.domain.trust import TlsFingerprint


class Source(StrEnum):
    """Where a gateway was found, the most telling first."""

    PROFILE = "profile"  # a configuration of OpenClaw on this machine
    MDNS = "mdns"  # it, or somebody in its name, announces itself in the local network
    PORT = "port"  # something listens where gateways do by default


@dataclass(frozen=True, slots=True)
class Sighting:
    """A gateway as it was found. Nothing that came over the network is proved.

    ``name`` is printable and may be empty, ``place`` is where the source has it from.
    """

    name: str
    url: str
    source: Source
    place: str
    fingerprint: TlsFingerprint | None = None
    auth: str | None = None
    """How the gateway lets clients in, as its configuration says: token, password, none ..."""


@dataclass(frozen=True, slots=True)
class Search:
    """What one source knows, and what kept it from knowing more, in sentences."""

    sightings: tuple[Sighting, ...] = ()
    problems: tuple[str, ...] = ()


class Discovery(Protocol):
    """Looks for gateways in one way. Raises nothing that the surroundings are to blame for."""

    async def search(self, *, timeout: float) -> Search:
        """Look for at most ``timeout`` seconds, contacting no gateway beyond its port."""
        ...


class ProfileTokens(Protocol):
    """Reads tokens out of configurations. Nobody does so unless a person asked for it."""

    def token_of(self, sighting: Sighting) -> str | None:
        """Read the token of a gateway that was found in a profile; None where none is there.

        One that is kept elsewhere, in the environment or a secret store, is not there.
        """
        ...
