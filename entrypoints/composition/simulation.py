"""The simulator, for the command line and for the tests of those who embed this package."""

from openclaw_manager.adapters.simulator import (
    Fault,
    GatewaySimulator,
    Holdings,
    PairedDevice,
    PairingRequest,
    Visit,
)

__all__ = ["Fault", "GatewaySimulator", "Holdings", "PairedDevice", "PairingRequest", "Visit"]
