"""Secrets in memory, kept by the rules of the port."""

from collections.abc import Iterable, Mapping


class InMemorySecretStore:
    """Keeps secrets for as long as it lives; ``kept`` is for tests to look into."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def put(self, secrets: Mapping[str, str]) -> None:
        """Keep all of these or none."""
        if self.kept.keys() & secrets.keys():
            raise ValueError("a reference to a secret is used for a second one")
        self.kept.update(secrets)

    def get(self, refs: Iterable[str]) -> dict[str, str]:
        """Look up those that are there."""
        return {ref: self.kept[ref] for ref in refs if ref in self.kept}

    def erase(self, refs: Iterable[str]) -> None:
        """Forget these."""
        for ref in refs:
            self.kept.pop(ref, None)
