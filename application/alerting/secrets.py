"""The secrets of alerts: URLs and headers that ``config.toml`` names instead of having them."""

from collections.abc import Iterable

from openclaw_manager.application.ports.secret_store import SecretStore

REFERENCES = "alert/"
"""How the references of all of them begin."""


class AlertSecrets:
    """Keeps the secrets of alerts by the names that people gave them."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def keep(self, name: str, secret: str) -> None:
        """Keep one, in place of what had this name before."""
        self._secrets.erase([REFERENCES + name])
        self._secrets.put({REFERENCES + name: secret})

    def erase(self, name: str) -> bool:
        """Erase one for good; whether there was one."""
        was_there = bool(self.of([name]))
        self._secrets.erase([REFERENCES + name])
        return was_there

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """Look up many; those that are not kept are absent from the answer."""
        found = self._secrets.get([REFERENCES + name for name in names])
        return {ref.removeprefix(REFERENCES): secret for ref, secret in found.items()}
