"""Device keys: reading them from PEM, judging them, and signing with them."""

from openclaw_manager.adapters.device_keys.pem import PemDeviceKeys

__all__ = ["PemDeviceKeys"]
