"""What an instance may show its gateway: admitted once, kept apart, referred to by the log."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.domain.secret import (
    NO_CREDENTIALS,
    CredentialChanges,
    Credentials,
    SecretReference,
    Token,
    fingerprint,
)


@dataclass(frozen=True, slots=True)
class GivenCredentials:
    """What somebody gave for an instance; None says nothing about that part.

    ``private_key`` and ``public_key`` are PEM texts, ``passphrase`` opens an encrypted private
    key. ``drop_token`` and ``drop_key`` take away what the instance has.
    """

    token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    public_key: str | None = None
    passphrase: str | None = field(default=None, repr=False)
    drop_token: bool = False
    drop_key: bool = False


NOTHING_GIVEN = GivenCredentials()


@dataclass(frozen=True, slots=True)
class Admitted:
    """Credentials that were found good: as the log refers to them, and the secrets themselves."""

    changes: CredentialChanges
    secrets: dict[str, str] = field(repr=False)


class CredentialDesk:
    """Admits what is given for an instance."""

    def __init__(self, keys: DeviceKeys, secrets: SecretStore) -> None:
        self._keys = keys
        self._secrets = secrets

    def admit(
        self, instance_id: UUID, given: GivenCredentials, before: Credentials = NO_CREDENTIALS
    ) -> Admitted:
        """Check what is given, and work out what it changes; stores nothing.

        Raises ``InvalidToken`` and ``KeyRefused``, and a ``StoreError`` where the key that the
        instance has must be read.
        """
        changes = CredentialChanges()
        secrets: dict[str, str] = {}
        if given.drop_token:
            changes["token"] = None
        if given.token is not None and not self._has(before["token"], Token(given.token)):
            changes["token"] = _refer(instance_id, "token", given.token, secrets)
        if given.drop_key:
            changes |= CredentialChanges(private_key=None, public_key=None)
        if given.drop_key and before["private_key"] is not None:
            changes["device_token"] = None
        if given.private_key is not None:
            pair = self._keys.admit(given.private_key, given.public_key, given.passphrase)
            if self._has(before["private_key"], pair.private_pem) and not given.drop_key:
                return Admitted(changes, secrets)
            changes |= CredentialChanges(
                private_key=_refer(instance_id, "private-key", pair.private_pem, secrets),
                public_key=pair.public_pem,
                device_token=None,  # it was given to the key before this one
            )
        elif given.public_key is not None:
            kept = None if given.drop_key else before["private_key"]
            changes["public_key"] = self._public_half(given.public_key, kept)
        return Admitted(changes, secrets)

    def admit_device_token(self, instance_id: UUID, token: str) -> Admitted:
        """Take the token that a gateway issued to the device of an instance."""
        secrets: dict[str, str] = {}
        reference = _refer(instance_id, "device-token", token, secrets)
        return Admitted(CredentialChanges(device_token=reference), secrets)

    def _has(self, kept: SecretReference | None, value: str) -> bool:
        """Whether a secret is the one that is kept, so that nothing changes with it."""
        return kept is not None and self._secrets.get([kept["ref"]]).get(kept["ref"]) == value

    def _public_half(self, public_pem: str, private_key: SecretReference | None) -> str:
        """Admit a public key that comes alone; it must belong to a private key that is kept."""
        if private_key is None:
            return self._keys.admit_public(public_pem)
        kept = self._secrets.get([private_key["ref"]])
        return self._keys.admit(kept[private_key["ref"]], public_pem).public_pem


def _refer(instance_id: UUID, kind: str, value: str, secrets: dict[str, str]) -> SecretReference:
    """Draw a reference that nothing had before, and note what it stands for."""
    ref = f"{instance_id}/{kind}/{uuid4().hex}"
    secrets[ref] = value
    return SecretReference(ref=ref, fingerprint=fingerprint(value))
