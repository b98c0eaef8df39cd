"""Sealing with scrypt (RFC 7914) and AES-256-GCM."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from openclaw_manager.application.ports.sealing import Sealed
from openclaw_manager.domain.errors import SealRefused

_WORK = 2**16  # 64 MiB and about a quarter of a second for each guess
_MOST_WORK = 2**20  # 1 GiB: what a forged file could otherwise make us spend has no end
_BLOCK_SIZE = 8
_PARALLEL = 1
_KEY = 32  # bytes, for AES-256
_SALT = 16
_NONCE = 12


class PassphraseSealing:
    """Seals with a key that is derived from a passphrase and drawn anew for each seal."""

    def seal(self, plain: bytes, passphrase: str, bound_to: bytes) -> Sealed:
        """Seal bytes; see ``Sealing``."""
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        cipher = AESGCM(_key(passphrase, salt, _WORK))
        return Sealed(salt, nonce, _WORK, cipher.encrypt(nonce, plain, bound_to))

    def open(self, sealed: Sealed, passphrase: str, bound_to: bytes) -> bytes:
        """Open what was sealed; see ``Sealing``."""
        if sealed.work > _MOST_WORK:
            raise SealRefused
        try:
            cipher = AESGCM(_key(passphrase, sealed.salt, sealed.work))
            return cipher.decrypt(sealed.nonce, sealed.sealed, bound_to)
        except (InvalidTag, ValueError) as error:
            raise SealRefused from error


def _key(passphrase: str, salt: bytes, work: int) -> bytes:
    derivation = Scrypt(salt=salt, length=_KEY, n=work, r=_BLOCK_SIZE, p=_PARALLEL)
    return derivation.derive(passphrase.encode())
