"""Devices: who we are to a gateway that knows its clients by their keys."""

from enum import StrEnum
from typing import TypedDict


class KeyKind(StrEnum):
    """The kinds of device keys: RSA for the challenge dialect, Ed25519 for OpenClaw's own."""

    RSA = "rsa"
    ED25519 = "ed25519"


class GrantedPairing(TypedDict):
    """What a gateway granted to a device, as events hold it.

    ``platform`` is what the device said it runs on, which must never change afterwards: the
    gateway would ask for the pairing to be approved again (measured on 2026.9.6).
    """

    device_id: str
    scopes: list[str]
    platform: str
