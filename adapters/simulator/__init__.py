"""A gateway that can be started anywhere, checks what it is sent, and misbehaves on demand."""

from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.gateway_simulator import GatewaySimulator
from openclaw_manager.adapters.simulator.holdings import Holdings
from openclaw_manager.adapters.simulator.openclaw_pairing import PairedDevice, PairingRequest
from openclaw_manager.adapters.simulator.visits import Visit

__all__ = ["Fault", "GatewaySimulator", "Holdings", "PairedDevice", "PairingRequest", "Visit"]
