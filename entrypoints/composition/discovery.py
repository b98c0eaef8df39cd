"""Where gateways are looked for."""

import os
from collections.abc import Callable, Sequence

from openclaw_manager.adapters.discovery.default_port import PortDiscovery
from openclaw_manager.adapters.discovery.mdns import MdnsDiscovery
from openclaw_manager.adapters.discovery.profiles import ProfileDiscovery
from openclaw_manager.application.discovering import Discovering
from openclaw_manager.application.instances import Instances


def discovering_on(interfaces: Sequence[str], *, instances: Callable[[], Instances]) -> Discovering:
    """Look in this user's profiles, at the default port, and on these network interfaces.

    Without any interfaces, on all of them.
    """
    profiles = ProfileDiscovery(os.path.expanduser("~"))
    return Discovering([profiles, MdnsDiscovery(interfaces), PortDiscovery()], profiles, instances)
