"""The challenge dialect: a nonce to be signed with an RSA device key."""

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from openclaw_manager.adapters.simulator.conversation import Closing, Reply, decode, encode
from openclaw_manager.adapters.simulator.credentials import same_secret
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.holdings import Held
from openclaw_manager.adapters.simulator.section_faults import played
from openclaw_manager.adapters.simulator.settings import Settings

_MALFORMED = 4400
_AUTHENTICATION_FAILED = 4401
_TOKEN_EXPIRED = 4403
_TOO_MANY_ATTEMPTS = 4429


class _Refused(Exception):
    """The connect is not taken: a close code, and why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class ChallengeConversation:
    """One connection in the challenge dialect.

    ``held`` tells what the gateway holds, and ``now`` the time in milliseconds.
    """

    awaits_connect = True
    device_id: str | None = None

    def __init__(
        self, settings: Settings, held: Held, *, nonce: str, now: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._held = held
        self._nonce = nonce
        self._timestamp = now()
        self._now = now

    def challenge(self) -> str:
        """Ask for a signature over ``<nonce>:<timestamp>``."""
        payload = {"nonce": self._nonce, "timestamp": self._timestamp}
        return encode({"type": "connect.challenge", "payload": payload})

    def challenge_without_payload(self) -> str:
        """Ask for a signature over nothing."""
        return encode({"type": "connect.challenge"})

    def challenge_without_time(self) -> str:
        """Ask for a signature over a nonce and no time."""
        return encode({"type": "connect.challenge", "payload": {"nonce": self._nonce}})

    def hello_unasked(self) -> str:
        """Say hello to somebody who proved nothing."""
        return self._hello()

    def connect(self, message: str | bytes) -> Reply:
        """Check the whole connect, the signature last."""
        try:
            self._check_mood()
            payload = _payload_of(message)
            _check_form(payload)
            self._check_proof(payload)
        except _Refused as refused:
            return _refusal(refused.code, refused.reason)
        return Reply((self._hello(),), verdict="signed in")

    def connect_missing(self) -> Reply:
        """Close on a client that does not answer the challenge."""
        return _refusal(_MALFORMED, "no connect came")

    def call(self, message: str | bytes) -> Reply:
        """Answer one call, or close on what is none."""
        try:
            frame = decode(message)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or frame.get("type") != "call" or "id" not in frame:
            return Reply(closing=Closing(_MALFORMED, "not a call"))
        write = partial(_response, frame["id"])
        method = str(frame.get("method"))
        fault = played(method, frame.get("params"), self._settings.faults, write)
        if fault is not None:
            return fault
        answering = self._methods().get(method)
        if answering is None:
            return Reply((write(error={"code": "unknown-method", "message": "no such method"}),))
        return Reply((write(payload=answering()),))

    def tick(self) -> None:
        """Stay quiet: this dialect has no sign of life of its own."""

    def farewell(self) -> Reply:
        """Close as servers that go away do."""
        return Reply(closing=Closing(1001, "going away"))

    def _check_mood(self) -> None:
        faults = self._settings.faults
        if Fault.STARTING in faults:
            raise _Refused(1013, "gateway starting")
        if Fault.RATE_LIMITED in faults:
            raise _Refused(_TOO_MANY_ATTEMPTS, "too many attempts")
        if Fault.REFUSE in faults:
            raise _Refused(_AUTHENTICATION_FAILED, "authentication failed")

    def _check_proof(self, payload: Mapping[str, Any]) -> None:
        if (payload["nonce"], payload["timestamp"]) != (self._nonce, self._timestamp):
            raise _Refused(_AUTHENTICATION_FAILED, "the answer to another challenge")
        key = self._settings.device_key
        if key is not None:
            signed = f"{self._nonce}:{self._timestamp}".encode()
            if not payload["signature"]:
                raise _Refused(_AUTHENTICATION_FAILED, "no signature")
            if not key.signed(signed, payload["signature"]):
                raise _Refused(_AUTHENTICATION_FAILED, "wrong signature")
        token = payload.get("deviceToken")
        if token is not None and not same_secret(token, self._device_token()):
            raise _Refused(_TOKEN_EXPIRED, "the device token has expired")

    def _hello(self) -> str:
        payload = {
            "deviceId": self._device_id(),
            "deviceToken": self._device_token(),
            "version": self._settings.version,
        }
        return encode({"type": "hello-ok", "payload": payload})

    def _device_id(self) -> str:
        key = self._settings.device_key
        return key.device_id if key is not None else sha256(b"any device").hexdigest()

    def _device_token(self) -> str:
        """Derive the device token: a simulator that is started again still takes it."""
        secret = (self._settings.token or "").encode()
        return hmac.new(secret, self._device_id().encode(), sha256).hexdigest()

    def _methods(self) -> dict[str, Callable[[], Any]]:
        version = self._settings.version
        return {
            "agents.list": lambda: {"items": [dict(one) for one in self._held().agents]},
            "channels.list": lambda: {"items": [dict(one) for one in self._held().channels]},
            "models.list": lambda: {"items": [dict(one) for one in self._held().models]},
            "system-presence": lambda: [
                {"host": "simulator", "version": version, "mode": "gateway", "ts": self._now()}
            ],
        }


def _payload_of(message: str | bytes) -> Mapping[str, Any]:
    if isinstance(message, bytes):
        raise _Refused(_MALFORMED, "a binary frame")
    try:
        frame = decode(message)
    except ValueError:
        raise _Refused(_MALFORMED, "not JSON") from None
    if not isinstance(frame, dict) or frame.get("type") != "connect":
        raise _Refused(_MALFORMED, "the first frame is not a connect")
    payload = frame.get("payload")
    if not isinstance(payload, dict):
        raise _Refused(_MALFORMED, "a connect without a payload")
    return payload


def _check_form(payload: Mapping[str, Any]) -> None:
    if payload.get("role") != "operator":
        raise _Refused(_MALFORMED, "role is not operator")
    scopes = payload.get("scopes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise _Refused(_MALFORMED, "scopes is not a list of texts")
    if "operator.read" not in scopes:
        raise _Refused(_MALFORMED, "scopes lacks operator.read")
    for name, kind in (("nonce", str), ("timestamp", int), ("signature", str)):
        if type(payload.get(name)) is not kind:
            raise _Refused(_MALFORMED, f"{name} is missing or of the wrong type")
    if not isinstance(payload.get("deviceToken", ""), str):
        raise _Refused(_MALFORMED, "deviceToken is of the wrong type")


def _response(call_id: object, **outcome: Any) -> str:
    return encode({"type": "response", "id": call_id, **outcome})


def _refusal(code: int, reason: str) -> Reply:
    error = {"type": "hello-error", "payload": {"code": code, "message": reason}}
    return Reply((encode(error),), Closing(code, reason), verdict=reason)
