"""Secrets as the log knows them: where the value lies, and a fingerprint to tell it by."""

from hashlib import sha256
from typing import NamedTuple, Self, TypedDict

from openclaw_manager.domain.errors import InvalidToken

OWN_DEVICE = "device/ed25519"
"""The reference to the private key of the device that this home is, whichever instance uses it."""

_LONGEST_TOKEN = 8192


class SecretReference(TypedDict):
    """What an event holds instead of a secret."""

    ref: str
    """The key under which the secret store keeps the value."""
    fingerprint: str
    """``sha256:`` and the first twelve hex digits of the digest of the value."""


def fingerprint(secret: str) -> str:
    """Tell one secret from another without saying it."""
    return "sha256:" + sha256(secret.encode()).hexdigest()[:12]


def repr_without(record: NamedTuple, *hidden: str) -> str:
    """Write a record for logs and tracebacks, without the members that they must not have."""
    members = record._asdict().items()
    shown = ", ".join(f"{name}={value!r}" for name, value in members if name not in hidden)
    return f"{type(record).__name__}({shown})"


class Token(str):
    """A bearer token: visible ASCII, since it travels in an HTTP header.

    Raises ``InvalidToken`` for anything else, and never shows itself in a ``repr``.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a token, or say what is wrong with it."""
        if not text:
            raise InvalidToken("is empty")
        if len(text) > _LONGEST_TOKEN:
            raise InvalidToken(f"is longer than {_LONGEST_TOKEN} characters")
        if not all("!" <= character <= "~" for character in text):
            raise InvalidToken("has spaces, control characters or letters outside ASCII")
        return super().__new__(cls, text)

    def __repr__(self) -> str:
        """Show the fingerprint, since reprs end up in logs."""
        return f"<Token {fingerprint(self)}>"


class Credentials(TypedDict):
    """What an instance may show its gateway, as events hold it: references, and one public key."""

    token: SecretReference | None
    private_key: SecretReference | None
    public_key: str | None
    device_token: SecretReference | None


class CredentialChanges(TypedDict, total=False):
    """Some of the credentials, as they are from now on."""

    token: SecretReference | None
    private_key: SecretReference | None
    public_key: str | None
    device_token: SecretReference | None


NO_CREDENTIALS = Credentials(token=None, private_key=None, public_key=None, device_token=None)


def references_in(credentials: Credentials) -> dict[str, SecretReference]:
    """List the secrets that credentials refer to, by what they are."""
    secrets = {
        "token": credentials["token"],
        "private_key": credentials["private_key"],
        "device_token": credentials["device_token"],
    }
    return {kind: secret for kind, secret in secrets.items() if secret is not None}


def no_longer_in(after: Credentials, before: Credentials) -> list[str]:
    """List the references that a change leaves without a use."""
    kept = references_in(after).values()
    return [secret["ref"] for secret in references_in(before).values() if secret not in kept]
