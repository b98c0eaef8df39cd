"""The simulator, for the command line and for the tests of those who embed this package."""

from openclaw_manager.adapters.simulator import Fault, GatewaySimulator, Visit

__all__ = ["Fault", "GatewaySimulator", "Visit"]
