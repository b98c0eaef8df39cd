"""The OpenClaw protocol, versions 3 and 4: as a device, or with a shared token and no device."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from openclaw_manager.adapters.gateway.conversation import Health, Hello, SelfDescription
from openclaw_manager.adapters.gateway.device_proof import prove
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import (
    Message,
    decode,
    encode,
    nonce_in,
    object_in,
    text_in,
    texts_in,
)
from openclaw_manager.adapters.gateway.identity import READ, Client, Identity
from openclaw_manager.adapters.gateway.refusals import refused
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect

CHALLENGE = "connect.challenge"
_OLDEST, _NEWEST = 3, 4
_BUSY_MS = 60_000
_LONGEST_MS = 10**12  # thirty years; whatever is longer is no time
_CONNECT = "connect"
_HEALTH = "health"
_WHO = "gateway.identity.get"
_CAN_READ = frozenset({READ, "operator.write", "operator.admin"})


class OpenClawConversation:
    """Answers one challenge, given as the frame that it came in, and then asks by RPC."""

    dialect = Dialect.OPENCLAW

    def __init__(self, challenge: Mapping[str, Any], identity: Identity, client: Client) -> None:
        self._nonce = nonce_in(challenge)
        self._issued_at = object_in(challenge, "payload").get("ts")
        if identity.device and type(self._issued_at) is not int:
            raise Failure(Cause.MALFORMED_FRAME, "a challenge without the time to be signed")
        self._identity = identity
        self._client = client
        self._requests = 0
        self._asked: dict[str, str] = {}
        self._methods: list[Any] | None = None
        self._scopes: tuple[str, ...] = ()

    def introduce(self) -> str:
        """Compose ``connect``.

        Gateways know a closed set of client ids. Of those, ``gateway-client`` in the mode
        ``backend`` keeps its scopes without a device, on loopback, and never creates a pairing;
        ``cli`` is one that can be paired (measured on 2026.9.6).
        """
        identity, device = self._identity, self._identity.device
        params: dict[str, Any] = {
            "minProtocol": _OLDEST,
            "maxProtocol": _NEWEST,
            "client": {
                "id": "cli" if device else "gateway-client",
                "version": self._client.version,
                "platform": device.platform if device else self._client.platform,
                "mode": "cli" if device else "backend",
            },
            "role": "operator",
            "scopes": list(identity.scopes),
            "userAgent": self._client.user_agent,
        }
        if device and identity.device_token:
            params["auth"] = {"deviceToken": identity.device_token}
        elif identity.token:
            params["auth"] = {"token": identity.token}
        if device:
            assert isinstance(self._issued_at, int), "or there was no such conversation"
            params["device"] = prove(device, params, self._nonce, self._issued_at)
        return self._request(_CONNECT, params)

    def hear(self, message: Message) -> Hello | None:
        """Take in what comes until the hello; events may come between."""
        answer = self._answer(message, _CONNECT)
        if answer is None:
            return None
        if answer.get("ok") is not True:
            raise refused(object_in(answer, "error"), self._identity)
        hello = object_in(answer, "payload")
        protocol = hello.get("protocol")
        if hello.get("type") != "hello-ok" or type(protocol) is not int:
            raise Failure(Cause.MALFORMED_FRAME, "an answer to connect that is no hello")
        if not _OLDEST <= protocol <= _NEWEST:
            raise Failure(Cause.MALFORMED_FRAME, "a hello of a protocol that was not offered")
        return self._welcomed(hello, protocol)

    def _welcomed(self, hello: Mapping[str, Any], protocol: int) -> Hello:
        """Read a hello. Without a device, protocol 3 says nothing of scopes."""
        device, auth = self._identity.device, object_in(hello, "auth")
        scopes = texts_in(auth, "scopes")
        device_token = text_in(auth, "deviceToken") if device else None
        if self._identity.pairing and device_token is None:
            raise Failure(Cause.PROTOCOL_UNSUPPORTED, "it let the device in and gave it no token")
        methods = object_in(hello, "features").get("methods")
        self._methods = methods if isinstance(methods, list) else None
        self._scopes = scopes
        return Hello(
            version=text_in(object_in(hello, "server"), "version"),
            protocol=protocol,
            device_id=device.id if device else None,
            device_token=device_token,
            scopes=scopes,
        )

    def offers(self, method: str) -> bool:
        """Whether the hello named the method, which it does whatever the scopes are.

        The errors do not tell: who is no administrator is told of a missing scope where there
        is no such method (measured on 2026.9.6 and 2026.3.28).
        """
        return self._methods is None or method in self._methods

    def ask_health(self) -> str:
        """Ask by the one method that needs no scope."""
        return self._request(_HEALTH, {})

    def hear_health(self, message: Message) -> Health | None:
        """Take in what comes until the answer; events may come between.

        Protocol 3 has no ``eventLoop`` and no ``modelRuntime`` (measured on 2026.3.28).
        ``eventLoop`` is a sample of one second, which any burst of work degrades, a start above
        all; ``degradedSinceMs`` is for how long all samples were, and the gateway itself
        complains after a minute of that (read in the code of 2026.9.6).
        """
        answer = self._answer(message, _HEALTH)
        if answer is None:
            return None
        if answer.get("ok") is not True:
            failure = refused(object_in(answer, "error"), self._identity)
            return Health(f"it does not say how it is: {failure.detail}")
        payload = object_in(answer, "payload")
        if payload.get("ok") is not True:
            return Health("it says that it is not well")
        if object_in(payload, "modelRuntime").get("degraded") is True:
            return Health("its model runtime is degraded")
        busy_ms = object_in(payload, "eventLoop").get("degradedSinceMs")
        if isinstance(busy_ms, int | float) and _BUSY_MS <= busy_ms <= _LONGEST_MS:
            return Health(f"its event loop has been busy for {busy_ms / 1000:.0f} s", Cause.SLOW)
        return Health()

    def ask_who(self) -> str | None:
        """Ask which gateway this is, where it has the method and we have the scope."""
        told = self._methods is not None and self.offers(_WHO)
        return self._request(_WHO, {}) if told and not _CAN_READ.isdisjoint(self._scopes) else None

    def hear_who(self, message: Message) -> SelfDescription | None:
        """Take in what comes until the answer; events may come between.

        The id is the SHA-256 of the gateway's public key, and one that is not is none. Nothing
        proves that the gateway has the private half (measured on 2026.9.6 and 2026.3.28).
        """
        answer = self._answer(message, _WHO)
        if answer is None:
            return None
        payload = object_in(answer, "payload")
        encoded = text_in(payload, "publicKey") or ""
        try:
            raw = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError:
            return SelfDescription()
        gateway_id = sha256(raw).hexdigest()
        credible = bool(encoded) and payload.get("deviceId") == gateway_id
        return SelfDescription(gateway_id if credible else None)

    def _request(self, method: str, params: Mapping[str, Any]) -> str:
        self._requests += 1
        self._asked[method] = id_ = str(self._requests)
        return encode({"type": "req", "id": id_, "method": method, "params": params})

    def _answer(self, message: Message, method: str) -> dict[str, Any] | None:
        """Decode a message and keep it if it answers what was asked by that method."""
        frame = decode(message)
        if frame.get("type") == "res" and frame.get("id") == self._asked[method]:
            return frame
        return None
