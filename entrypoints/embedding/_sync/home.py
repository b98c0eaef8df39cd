# Written by docs/generate.py from _async/home.py; change that.
"""The home: its settings, its device, and whether all is well."""

from collections.abc import Mapping

from openclaw_manager import _store as store
from openclaw_manager._sync_engine import Verbs
from openclaw_manager._surveys import Examine
from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.results import Device, DoctorResult, Setting


class Home(Verbs):
    """Looks after the folder in which everything is kept."""

    def settings(self) -> Mapping[str, Setting]:
        """Tell the values in force, and where each came from."""
        return self._engine.store(store.settings)

    def doctor(
        self, selector: str | None = None, *, fix: bool = False, timeout: float | None = None
    ) -> DoctorResult:
        """Check the home, and each gateway layer by layer; with a selector, only that gateway.

        Nothing is changed or recorded, but for what ``fix`` mends without a loss.
        """
        return self._engine.visit(Examine(self._engine.embedding, selector, timeout, fix=fix))

    def device(self) -> Device:
        """Tell which device this home is to OpenClaw gateways; its key is made if there is none."""
        return self._engine.store(store.device)

    def replace_device(self) -> Device:
        """Erase the key of this home, and make another; what was paired has to be paired again."""
        return self._engine.store(lambda parts: store.device(parts, replace=True))

    def generate_key(self, kind: KeyKind = KeyKind.RSA) -> KeyPair:
        """Make a device key, and keep it nowhere: RSA of 2048 bits, or Ed25519."""
        return self._engine.store(lambda parts: parts.device_keys().generate(kind))
