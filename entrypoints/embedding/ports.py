"""What a host may bring along in place of ours, and what that is spoken in.

``SecretStore``, ``DeviceKeys``, ``Clock``, ``GatewayLink`` and ``WatchObserver`` are protocols: a
class of yours that has the methods of one is one, and need not name it. The docstrings are the
contracts.

Those of a ``GatewayLink`` and of a ``WatchObserver`` are called on the loop that the manager's
visits run on, all others where the store is worked on, one at a time.
"""

from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.device_keys import DeviceKeys, KeyPair
from openclaw_manager.application.ports.gateway_link import Capture, Device, GatewayLink, Target
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Trouble,
    Watched,
    WatchNotice,
    WatchObserver,
)
from openclaw_manager.domain.ping import Certificate, PingOutcome
from openclaw_manager.domain.section import Section, SectionFailed, SectionHeard
from openclaw_manager.domain.trust import Trust

__all__ = [
    "Capture",
    "Certificate",
    "Clock",
    "Device",
    "DeviceKeys",
    "GatewayLink",
    "KeyPair",
    "Observation",
    "PingOutcome",
    "SecretStore",
    "Section",
    "SectionFailed",
    "SectionHeard",
    "Target",
    "Transition",
    "Trouble",
    "Trust",
    "WatchNotice",
    "WatchObserver",
    "Watched",
]
