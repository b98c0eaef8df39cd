"""Finding the one key in a text, and saying what is there instead."""

import base64
import re
from dataclasses import dataclass
from typing import Literal

from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused

Half = Literal["private", "public"]

_LONGEST_PEM = 32768  # characters; an RSA key of 16384 bits takes 13,000

# What stands between the markers ends at the next marker, so that a text of a thousand
# beginnings is read once and not a thousand times.
_BLOCK = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{1,40})-----((?:(?!-----).)*)-----END \1-----", re.DOTALL
)
_OPENSSL_ENCRYPTION = re.compile(
    r"\s*(Proc-Type: 4,ENCRYPTED)\s+(DEK-Info: [A-Z0-9-]+,[A-F0-9]+)\s"
)

_LABELS: dict[Half, frozenset[str]] = {
    "private": frozenset({"PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}),
    "public": frozenset({"PUBLIC KEY", "RSA PUBLIC KEY"}),
}

# The object identifiers that stand near the beginning of a PKCS#8 or SPKI structure, in DER.
# A key of another kind is refused by its identifier, without loading it: loading depends on
# what OpenSSL was built with, and warns of kinds that cryptography will drop.
_KINDS = {
    bytes.fromhex("06092a864886f70d010101"): KeyKind.RSA,
    bytes.fromhex("06032b6570"): KeyKind.ED25519,
}
_OTHER_KINDS = {
    bytes.fromhex("06092a864886f70d01010a"): "RSA-PSS",
    bytes.fromhex("06072a8648ce3d0201"): "EC",
    bytes.fromhex("06072a8648ce380401"): "DSA",
    bytes.fromhex("06092a864886f70d010301"): "Diffie-Hellman",
    bytes.fromhex("06072a8648ce3e0201"): "Diffie-Hellman",
    bytes.fromhex("06032b656e"): "X25519",
    bytes.fromhex("06032b656f"): "X448",
    bytes.fromhex("06032b6571"): "Ed448",
}
_IDENTIFIER_WITHIN = 40  # bytes

_AS_ADMITTED = re.compile(r"-----BEGIN ([A-Z ]+)-----\n([A-Za-z0-9+/]{60})")


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """The one PEM block of a text, written without decoration.

    ``kind`` is None for an encrypted key, which does not tell before it is opened.
    """

    label: str
    pem: bytes
    encrypted: bool
    kind: KeyKind | None

    @classmethod
    def read(cls, text: str, half: Half) -> "Block":
        r"""Find the one key in a text; raises ``KeyRefused`` if there is none of this half.

        Environment files and forms turn line ends into ``\n`` or spaces: both are undone.
        """
        if len(text) > _LONGEST_PEM:
            raise KeyRefused(f"what was given as the {half} key is too long for a key")
        lines = text.replace("\\r", "").replace("\\n", "\n")
        found = _BLOCK.findall(lines)
        blocks = [block for block in found if not block[0].endswith(" PARAMETERS")] or found
        if not blocks:
            raise KeyRefused(_why_no_block(lines, half))
        if len(blocks) > 1:
            raise KeyRefused(
                f"what was given as the {half} key is {len(blocks)} PEM blocks, and one is needed"
            )
        [(label, body)] = blocks
        _check_label(label, half)
        headers = _OPENSSL_ENCRYPTION.match(body)
        encoded = "".join(body[headers.end() if headers else 0 :].split())
        try:
            der = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise KeyRefused(f"the {half} key is damaged: its text is not base64") from error
        declared = "\n".join(headers.groups()) + "\n\n" if headers else ""
        pem = f"-----BEGIN {label}-----\n{declared}{encoded}\n-----END {label}-----\n"
        encrypted = bool(headers) or label.startswith("ENCRYPTED")
        kind = None if encrypted else _kind(label, der, half)
        return cls(label, pem.encode(), encrypted, kind)


def kind_of_admitted(text: str, half: Half) -> KeyKind | None:
    """Tell the kind of a key that is written as admitted ones are; None of any other text.

    Only the beginning is read, since every ping of a device asks.
    """
    beginning = _AS_ADMITTED.match(text)
    if beginning is None or beginning[1].startswith("ENCRYPTED"):
        return None
    return _kind(beginning[1], base64.b64decode(beginning[2]), half)


def of_kind(kind: str, half: Half) -> str:
    """Say that a key is of a kind that is not taken."""
    return f"the {half} key is of kind {kind}, and gateways take RSA and Ed25519 only"


def _why_no_block(text: str, half: Half) -> str:
    if text.lstrip().startswith(("ssh-", "ecdsa-")):
        return _openssh(half)
    if "-----BEGIN " in text:
        return f"the {half} key is damaged: its PEM block has no end that fits its beginning"
    return f"what was given as the {half} key is not a key in PEM"


def _openssh(half: Half) -> str:
    return f"the {half} key is in OpenSSH's own format, and only PKCS#1, PKCS#8 and SPKI are taken"


def _check_label(label: str, half: Half) -> None:
    if label in _LABELS[half]:
        return
    other = "public" if half == "private" else "private"
    if label.endswith(f"{other.upper()} KEY"):
        raise KeyRefused(f"what was given as the {half} key is a {other} key")
    if label.startswith("OPENSSH"):
        raise KeyRefused(_openssh(half))
    if label in ("EC PRIVATE KEY", "DSA PRIVATE KEY"):
        raise KeyRefused(of_kind(label.removesuffix(" PRIVATE KEY"), half))
    if label.endswith("CERTIFICATE"):
        raise KeyRefused(f"what was given as the {half} key is a certificate")
    raise KeyRefused(f"what was given as the {half} key is no key, but a {label}")


def _kind(label: str, der: bytes, half: Half) -> KeyKind:
    if label.startswith("RSA "):
        return KeyKind.RSA
    beginning = der[:_IDENTIFIER_WITHIN]
    for identifier, kind in _KINDS.items():
        if identifier in beginning:
            return kind
    for identifier, other in _OTHER_KINDS.items():
        if identifier in beginning:
            raise KeyRefused(of_kind(other, half))
    raise KeyRefused(f"the {half} key is damaged, or of a kind that gateways do not take")
