"""The OpenClaw protocol, versions 3 and 4, with a shared token and no device."""

from collections.abc import Mapping
from typing import Any

from openclaw_manager.adapters.gateway.conversation import Health, Hello
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import (
    Message,
    decode,
    encode,
    nonce_in,
    object_in,
    text_in,
)
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.refusals import refused
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect

CHALLENGE = "connect.challenge"
_OLDEST, _NEWEST = 3, 4
_BUSY_MS = 60_000


class OpenClawConversation:
    """Answers one challenge, given as the frame that it came in, and then asks by RPC."""

    dialect = Dialect.OPENCLAW

    def __init__(self, challenge: Mapping[str, Any], identity: Identity, client: Client) -> None:
        nonce_in(challenge)  # of no use without a device, but a challenge has one
        self._identity = identity
        self._client = client
        self._requests = 0

    def introduce(self) -> str:
        """Compose ``connect``.

        Gateways know a closed set of client ids. Of those, ``gateway-client`` in the mode
        ``backend`` keeps its scopes without a device, on loopback (measured on 2026.9.6).
        """
        token = self._identity.token
        return self._request(
            "connect",
            {
                "minProtocol": _OLDEST,
                "maxProtocol": _NEWEST,
                "client": {
                    "id": "gateway-client",
                    "version": self._client.version,
                    "platform": self._client.platform,
                    "mode": "backend",
                },
                "role": "operator",
                "scopes": ["operator.read"],
                "userAgent": self._client.user_agent,
                **({"auth": {"token": token}} if token else {}),
            },
        )

    def hear(self, message: Message) -> Hello | None:
        """Take in what comes until the hello; events may come between."""
        answer = self._answer(message)
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
        return Hello(version=text_in(object_in(hello, "server"), "version"), protocol=protocol)

    def ask_health(self) -> str:
        """Ask by the one method that needs no scope."""
        return self._request("health", {})

    def hear_health(self, message: Message) -> Health | None:
        """Take in what comes until the answer; events may come between.

        Protocol 3 has no ``eventLoop`` and no ``modelRuntime`` (measured on 2026.3.28).
        ``eventLoop`` is a sample of one second, which any burst of work degrades, a start above
        all; ``degradedSinceMs`` is for how long all samples were, and the gateway itself
        complains after a minute of that (read in the code of 2026.9.6).
        """
        answer = self._answer(message)
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
        if isinstance(busy_ms, int | float) and busy_ms >= _BUSY_MS:
            return Health(f"its event loop has been busy for {busy_ms / 1000:.0f} s", Cause.SLOW)
        return Health()

    def _request(self, method: str, params: Mapping[str, Any]) -> str:
        self._requests += 1
        request = {"type": "req", "id": str(self._requests), "method": method, "params": params}
        return encode(request)

    def _answer(self, message: Message) -> dict[str, Any] | None:
        """Decode a message and keep it if it answers the last request."""
        frame = decode(message)
        if frame.get("type") == "res" and frame.get("id") == str(self._requests):
            return frame
        return None
