"""What a simulated gateway is made to be, and who talks to it."""

from dataclasses import dataclass, field

from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.registered_key import RegisteredKey
from openclaw_manager.domain.ping import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One simulated gateway. ``latency`` is in seconds, ``protocol`` is 3 or 4 (openclaw)."""

    dialect: Dialect
    token: str | None = field(default=None, repr=False)
    device_key: RegisteredKey | None = None
    faults: frozenset[Fault] = frozenset()
    version: str = "2026.9.6"
    protocol: int = 4
    latency: float = 0.0


@dataclass(frozen=True, slots=True)
class Peer:
    """What the upgrade request told of the client.

    ``host`` is the gateway as the client names it (the ``Host`` header), ``scope_cap`` the
    header ``x-openclaw-scopes``, which 2026.9.6 takes as the most that it grants.
    """

    loopback: bool
    host: str = ""
    origin: str | None = None
    scope_cap: str | None = None
