"""What a simulated gateway is made to be, and who talks to it."""

from dataclasses import dataclass, field

from openclaw_manager.adapters.simulator.credentials import RegisteredKey
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.domain.ping import Dialect

_NEWEST_PROTOCOL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One simulated gateway.

    ``latency`` is in seconds; ``protocol`` (3 or 4) and ``asks``, whether somebody must
    approve a device also on this machine, are of the openclaw dialect.
    """

    dialect: Dialect
    token: str | None = field(default=None, repr=False)
    device_key: RegisteredKey | None = None
    faults: frozenset[Fault] = frozenset()
    version: str = "2026.9.6"
    protocol: int = 4
    latency: float = 0.0
    asks: bool = False

    @property
    def newest(self) -> bool:
        """Whether it behaves as 2026.9.6, with protocol 4, and not as 2026.3.28."""
        return self.protocol >= _NEWEST_PROTOCOL


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
