"""The seal of secrets in a shared store: AES-256-GCM, bound to the log and the reference."""

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32  # bytes, for AES-256
_NONCE = 12  # bytes, drawn anew for each seal (NIST SP 800-38D)
_FORM = b"\x01"
_CHECK = b"openclaw-manager"
_CHECKED = "the key itself"


def new_key() -> str:
    """Draw a key, as text."""
    return b64encode(os.urandom(KEY)).decode()


class Seal:
    """Seals and opens with one key.

    A reference names the instance and the kind of its secret: what was sealed for one opens for
    no other. Opening raises ``ValueError`` where the key is another, or the bytes were changed.
    """

    def __init__(self, key: str, log_id: str) -> None:
        try:
            raw = b64decode(key.strip(), validate=True)
        except (NotBase64, ValueError):
            raw = b""
        if len(raw) != KEY:
            raise ValueError(f"is no key: one is {KEY} bytes, written as base64")
        self._cipher = AESGCM(raw)
        self._log_id = log_id

    def seal(self, secret: str, ref: str) -> bytes:
        """Seal a secret under its reference."""
        return self._sealed(secret.encode(errors="surrogatepass"), ref)

    def open(self, sealed: bytes, ref: str) -> str:
        """Open what was sealed under this reference."""
        return self._opened(sealed, ref).decode(errors="surrogatepass")

    def check(self) -> bytes:
        """Give what only this key opens."""
        return self._sealed(_CHECK, _CHECKED)

    def fits(self, check: bytes) -> bool:
        """Tell whether this is the key of that check."""
        try:
            return self._opened(check, _CHECKED) == _CHECK
        except ValueError:
            return False

    def _sealed(self, plain: bytes, ref: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return _FORM + nonce + self._cipher.encrypt(nonce, plain, self._bound_to(ref))

    def _opened(self, sealed: bytes, ref: str) -> bytes:
        form, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        if form != _FORM:
            raise ValueError("is sealed in another way")
        try:
            return self._cipher.decrypt(nonce, rest, self._bound_to(ref))
        except InvalidTag as error:
            raise ValueError("does not open") from error

    def _bound_to(self, ref: str) -> bytes:
        return f"openclaw-manager secret\0{self._log_id}\0{ref}".encode(errors="surrogatepass")
