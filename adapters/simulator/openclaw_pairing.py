"""The devices that a simulated OpenClaw gateway knows, and those that wait to be approved.

All times are milliseconds since the epoch.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import uuid4

_PENDING_FOR = 5 * 60 * 1000  # ms
_TOKEN_BYTES = 32  # 43 characters in base64url
_PREFIX = "operator."
_IMPLIES = {
    "operator.admin": ("operator.read", "operator.write"),
    "operator.write": ("operator.read",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as its client describes it; ``public_key`` is raw, in base64url."""

    id: str
    public_key: str
    platform: str
    family: str
    client_id: str
    client_mode: str
    role: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairingRequest:
    """A device that waits for somebody to approve it; ``repair`` if it was known already."""

    request_id: str
    device: Device
    requested_at: int
    repair: bool


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """A token that opens for one device, within its scopes."""

    value: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: int
    issued_at: int
    """The same, unless another token was there before."""


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A device that was approved; without a token since its last one was revoked."""

    device: Device
    approved_via: str
    created_at: int
    approved_at: int
    token: DeviceToken | None


class Devices:
    """The book of devices.

    ``removed`` hears of devices whose token was rotated or revoked, or which were removed:
    their open connections are to be closed. With ``approve_after`` (ms) whatever waits that
    long is approved without anybody doing it. ``new_token`` and ``new_id`` make the tokens
    and the ids of requests.
    """

    def __init__(
        self,
        *,
        removed: Callable[[str], None] = lambda _: None,
        approve_after: float | None = None,
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(_TOKEN_BYTES),
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._removed = removed
        self._approve_after = approve_after
        self._new_token = new_token
        self._new_id = new_id
        self._pending: dict[str, PairingRequest] = {}
        self._paired: dict[str, PairedDevice] = {}

    def pending(self, now: int) -> tuple[PairingRequest, ...]:
        """List what waits, oldest first; a request expires after five minutes."""
        self._settle(now)
        return tuple(self._pending.values())

    def paired(self, now: int) -> tuple[PairedDevice, ...]:
        """List the devices that were approved."""
        self._settle(now)
        return tuple(self._paired.values())

    def find(self, device_id: str, now: int) -> PairedDevice | None:
        """Find a device that was approved."""
        self._settle(now)
        return self._paired.get(device_id)

    def ask(self, device: Device, now: int) -> PairingRequest:
        """Have a device wait; it waits in the same request however often it asks the same."""
        for request in self.pending(now):
            if request.device == device:
                return request
            if request.device.id == device.id:
                del self._pending[request.request_id]
        known = device.id in self._paired
        request = PairingRequest(self._new_id(), device, requested_at=now, repair=known)
        self._pending[request.request_id] = request
        return request

    def approve(self, request_id: str, now: int) -> PairedDevice:
        """Let in the device that waits there; raises ``KeyError`` if none does."""
        self._settle(now)
        return self.pair(self._pending.pop(request_id).device, "owner", now)

    def reject(self, request_id: str, now: int) -> PairingRequest:
        """Forget a request; raises ``KeyError`` if there is none."""
        self._settle(now)
        return self._pending.pop(request_id)

    def pair(self, device: Device, approved_via: str, now: int) -> PairedDevice:
        """Take in a device, or widen what it may do, with a new token in either case."""
        known = self._paired.get(device.id)
        if known is not None:
            scopes = dict.fromkeys((*known.device.scopes, *device.scopes))
            device = replace(device, scopes=tuple(scopes))
        paired = PairedDevice(
            device,
            approved_via,
            created_at=known.created_at if known else now,
            approved_at=now,
            token=self._issue(device, known.token if known else None, now),
        )
        self._paired[device.id] = paired
        return paired

    def token_for(self, known: PairedDevice, now: int) -> DeviceToken:
        """Give the token of a device; one whose token was revoked gets a new one."""
        if known.token is not None:
            return known.token
        token = self._issue(known.device, None, now)
        self._paired[known.device.id] = replace(known, token=token)
        return token

    def rotate(self, device_id: str, now: int) -> DeviceToken:
        """Replace the token of a device; raises ``KeyError`` if it has none."""
        known = self._paired[device_id]
        if known.token is None:
            raise KeyError(device_id)
        token = self._issue(known.device, known.token, now)
        self._paired[device_id] = replace(known, token=token)
        self._removed(device_id)
        return token

    def revoke(self, device_id: str) -> None:
        """Make the token of a device worthless; raises ``KeyError`` for an unknown device."""
        self._paired[device_id] = replace(self._paired[device_id], token=None)
        self._removed(device_id)

    def remove(self, device_id: str) -> None:
        """Forget a device; raises ``KeyError`` for an unknown one."""
        del self._paired[device_id]
        self._removed(device_id)

    def _settle(self, now: int) -> None:
        """Do what is due by now: requests are approved, or expire."""
        for request in tuple(self._pending.values()):
            age = now - request.requested_at
            if self._approve_after is not None and age >= self._approve_after:
                self.pair(self._pending.pop(request.request_id).device, "owner", now)
            elif age >= _PENDING_FOR:
                del self._pending[request.request_id]

    def _issue(self, device: Device, replaced: DeviceToken | None, now: int) -> DeviceToken:
        return DeviceToken(
            self._new_token(),
            scopes=_with_implied(device.scopes),
            created_at=replaced.created_at if replaced else now,
            issued_at=now,
        )


def scopes_cover(granted: tuple[str, ...], needed: str) -> bool:
    """Whether these scopes are enough; write satisfies read, and admin everything."""
    if "operator.admin" in granted and needed.startswith(_PREFIX):
        return True
    return needed in _with_implied(granted)


def _with_implied(scopes: tuple[str, ...]) -> tuple[str, ...]:
    implied = (more for scope in scopes for more in _IMPLIES.get(scope, ()))
    return tuple(sorted({*scopes, *implied}))
