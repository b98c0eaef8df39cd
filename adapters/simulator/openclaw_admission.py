"""Whom OpenClaw lets in, as which device, and with which scopes.

Every rule was measured on 2026.9.6 and 2026.3.28.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openclaw_manager.adapters.simulator.credentials import same_secret
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw_device import (
    as_signed,
    problem_with_device,
    read_device_key,
)
from openclaw_manager.adapters.simulator.openclaw_pairing import (
    Device,
    Devices,
    DeviceToken,
    PairedDevice,
    scopes_cover,
)
from openclaw_manager.adapters.simulator.openclaw_refusals import (
    Refusal,
    control_ui_device_required,
    device_required,
    device_token_mismatch,
    origin_refused,
    pairing_required,
    played,
    protocol_mismatch,
    refusal,
    scope_mismatch,
    token_mismatch,
    token_missing,
)
from openclaw_manager.adapters.simulator.openclaw_schema import Connect
from openclaw_manager.adapters.simulator.settings import Peer, Settings

_OLDEST_PROBE_PROTOCOL = 3
_BROWSER_IDS = frozenset({"openclaw-control-ui", "webchat", "webchat-ui"})
_CONTROL_UI_IDS = frozenset({"openclaw-control-ui", "openclaw-tui"})
_BACKEND = ("gateway-client", "backend")
_KEEP_SCOPES = frozenset({("cli", "cli"), _BACKEND})
_SILENTLY_WIDENED = frozenset({"not-paired", "scope-upgrade"})


@dataclass(frozen=True, slots=True)
class Admission:
    """Let in, by ``method`` (``token``, ``device-token`` or ``none``), with these scopes."""

    method: str
    role: str
    scopes: tuple[str, ...]
    device_id: str | None = None
    device_token: DeviceToken | None = None


class Entrance:
    """The way in for one connection; ``now`` is the gateway's clock in milliseconds."""

    def __init__(
        self, settings: Settings, devices: Devices, peer: Peer, *, nonce: str, now: int
    ) -> None:
        self._settings = settings
        self._devices = devices
        self._peer = peer
        self._nonce = nonce
        self._now = now

    def admit(self, connect: Connect) -> Admission | Refusal:
        """Judge a ``connect`` that is well formed, in the order in which OpenClaw does."""
        refused = (
            self._played(connect)
            or self._wrong_protocol(connect)
            or _wrong_role(connect)
            or self._wrong_origin(connect)
        )
        if refused:
            return refused
        if connect.device is None:
            return self._admit_without_device(connect)
        return self._admit_device(connect, connect.device)

    def _played(self, connect: Connect) -> Refusal | None:
        faults = (fault for fault in Fault if fault in self._settings.faults)
        refusals = (played(fault, connect, newest=self._settings.newest) for fault in faults)
        return next(filter(None, refusals), None)

    def _wrong_protocol(self, connect: Connect) -> Refusal | None:
        protocol, newest = self._settings.protocol, self._settings.newest
        probing = newest and connect.mode == "probe"
        oldest = _OLDEST_PROBE_PROTOCOL if probing else protocol
        if connect.lowest <= protocol and connect.highest >= oldest:
            return None
        return protocol_mismatch(connect, protocol, newest=newest)

    def _wrong_origin(self, connect: Connect) -> Refusal | None:
        origin = self._peer.origin
        browser = connect.client_id in _BROWSER_IDS or connect.mode == "webchat"
        if origin is None:
            return origin_refused("origin missing or invalid") if browser else None
        if origin.partition("://")[2] == self._peer.host:
            return None
        return origin_refused("origin not allowed")

    # Without a device -------------------------------------------------------------------------

    def _admit_without_device(self, connect: Connect) -> Admission | Refusal:
        presented = self._shared_secret(connect)
        right = self._is_shared_token(presented)
        if connect.client_id in _CONTROL_UI_IDS:
            return control_ui_device_required()
        if self._settings.token is not None and presented is not None and not right:
            return token_mismatch(newest=self._settings.newest, has_device=False)
        if connect.role != "operator" or not (right or self._needs_no_token(connect)):
            return self._device_missing(connect)
        method = "none" if self._settings.token is None else "token"
        local = self._is_local() and _client(connect) in _KEEP_SCOPES
        # 2026.3.28 keeps the scopes of nobody who shows no device.
        keeps = local and self._settings.newest
        return Admission(method, connect.role, self._capped(connect.scopes) if keeps else ())

    def _needs_no_token(self, connect: Connect) -> bool:
        return self._settings.token is None and self._peer.loopback and _client(connect) == _BACKEND

    def _device_missing(self, connect: Connect) -> Refusal:
        """Ask for a device, or for the token that 2026.3.28 did not find in the password."""
        old = not self._settings.newest
        misplaced = self._settings.token is not None and "password" in connect.auth
        return token_missing(newest=False) if old and misplaced else device_required()

    # With a device ----------------------------------------------------------------------------

    def _admit_device(self, connect: Connect, device: Mapping[str, Any]) -> Admission | Refusal:
        problem = problem_with_device(
            connect, device, nonce=self._nonce, now=self._now, newest=self._settings.newest
        )
        if problem:
            return problem
        method = self._authenticate(connect, device["id"])
        if isinstance(method, Refusal):
            return method
        paired = self._pair(connect, device, method)
        if isinstance(paired, Refusal):
            return paired
        return Admission(
            method,
            connect.role,
            self._capped(connect.scopes),
            device_id=device["id"],
            device_token=self._devices.token_for(paired, self._now) if paired else None,
        )

    def _authenticate(self, connect: Connect, device_id: str) -> str | Refusal:
        """Tell by what a device was authenticated: the shared token wins over its own."""
        if self._settings.token is None:
            return "none"
        presented = self._shared_secret(connect)
        if self._is_shared_token(presented):
            return "token"
        token = self._own_token(connect, device_id)
        if token is None:
            return self._wrong_token(connect, presented)
        if not all(scopes_cover(token.scopes, scope) for scope in connect.scopes):
            return scope_mismatch(newest=self._settings.newest)
        return "device-token"

    def _wrong_token(self, connect: Connect, presented: str | None) -> Refusal:
        if "deviceToken" in connect.auth:
            return device_token_mismatch()
        if presented is not None:
            return token_mismatch(newest=self._settings.newest, has_device=True)
        return token_missing(newest=self._settings.newest)

    def _own_token(self, connect: Connect, device_id: str) -> DeviceToken | None:
        """Find the token of the device, if that is what it shows, in its place or another."""
        known = self._devices.find(device_id, self._now)
        shown = connect.auth.get("deviceToken", connect.auth.get("token"))
        if known is None or known.token is None or shown is None:
            return None
        return known.token if same_secret(shown, known.token.value) else None

    def _pair(
        self, connect: Connect, device: Mapping[str, Any], method: str
    ) -> PairedDevice | Refusal | None:
        """Find the device among those that were approved, or have it approved."""
        known = self._devices.find(device["id"], self._now)
        backend = self._is_local() and _client(connect) == _BACKEND
        if known is None and backend and self._settings.newest:
            return None  # let in as it is, and never paired
        reason = _why_not_yet(connect, known)
        if reason is None:
            return known
        described = self._described(connect, device)
        if self._approves_silently(reason, method, backend=backend):
            return self._devices.pair(described, "silent", self._now)
        request = self._devices.ask(described, self._now)
        return pairing_required(request, reason, known, newest=self._settings.newest)

    def _approves_silently(self, reason: str, method: str, *, backend: bool) -> bool:
        """Whether nobody needs to approve: on the gateway's own machine, with its own token.

        A simulator that asks takes every client for a remote one, except for the backend: it
        is what the gateway's own tools connect as.
        """
        if not self._is_local() or method == "device-token":
            return False
        if self._settings.asks and not backend:
            return False
        return reason in (_SILENTLY_WIDENED if self._settings.newest else {"not-paired"})

    def _described(self, connect: Connect, device: Mapping[str, Any]) -> Device:
        key = read_device_key(device["publicKey"], newest=self._settings.newest)
        return Device(
            id=device["id"],
            public_key=urlsafe_b64encode(key.content).rstrip(b"=").decode(),
            platform=connect.platform,
            family=connect.family,
            client_id=connect.client_id,
            client_mode=connect.mode,
            role=connect.role,
            scopes=connect.scopes,
        )

    # Both -------------------------------------------------------------------------------------

    def _is_local(self) -> bool:
        return self._peer.loopback and self._peer.origin is None

    def _shared_secret(self, connect: Connect) -> str | None:
        """Find the shared token; 2026.9.6 takes it in the place of the password too."""
        password = connect.auth.get("password") if self._settings.newest else None
        return connect.auth.get("token", password)

    def _is_shared_token(self, presented: str | None) -> bool:
        token = self._settings.token
        return bool(token and presented and same_secret(presented, token))

    def _capped(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Leave the scopes that the fault and the header of the upgrade leave to a client."""
        if Fault.NO_SCOPES in self._settings.faults:
            return ()
        if self._peer.scope_cap is None or not self._settings.newest:
            return scopes
        most = self._peer.scope_cap.replace(",", " ").split()
        return tuple(scope for scope in scopes if scope in most)


def _client(connect: Connect) -> tuple[str, str]:
    return connect.client_id, connect.mode


def _wrong_role(connect: Connect) -> Refusal | None:
    return (
        None if connect.role in ("operator", "node") else refusal("INVALID_REQUEST", "invalid role")
    )


def _why_not_yet(connect: Connect, known: PairedDevice | None) -> str | None:
    """Tell why a device has to be approved, if it has to."""
    if known is None:
        return "not-paired"
    approved = known.device
    if as_signed(connect.platform) != as_signed(approved.platform):
        return "metadata-upgrade"
    if approved.family and as_signed(connect.family) != as_signed(approved.family):
        return "metadata-upgrade"
    if not all(scopes_cover(approved.scopes, scope) for scope in connect.scopes):
        return "scope-upgrade"
    return None
