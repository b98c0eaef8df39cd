"""The challenge dialect: a device key of RSA signs what the gateway challenges with."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from openclaw_manager.adapters.gateway.conversation import Hello
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import (
    Message,
    decode,
    encode,
    nonce_in,
    object_in,
    text_in,
)
from openclaw_manager.adapters.gateway.identity import Identity
from openclaw_manager.adapters.gateway.refusals import closed_with
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused
from openclaw_manager.domain.ping import Dialect

CHALLENGE = "connect.challenge"
HELLO_OK = "hello-ok"
HELLO_ERROR = "hello-error"


class _Number(str):
    """A number as it stood in the JSON text, which is what a signature covers."""

    __slots__ = ()


class ChallengeConversation:
    """Answers one challenge, given as the message that it came in."""

    dialect = Dialect.CHALLENGE

    def __init__(self, challenge: Message, identity: Identity) -> None:
        self._identity = identity
        self._nonce = nonce_in(decode(challenge))
        self._timestamp = _timestamp_in(challenge)

    def introduce(self) -> str:
        """Sign the challenge; without a device key the signature is empty.

        The timestamp goes back as it came, which a decoded number would not.
        """
        payload = {
            "role": "operator",
            "scopes": ["operator.read"],
            "signature": self._signature(),
            "nonce": self._nonce,
        }
        if self._identity.device_token:
            payload["deviceToken"] = self._identity.device_token
        timestamp = self._timestamp
        literal = timestamp if isinstance(timestamp, _Number) else json.dumps(timestamp)
        return f'{{"type":"connect","payload":{encode(payload)[:-1]},"timestamp":{literal}}}}}'

    def _signature(self) -> str:
        if self._identity.sign is None:
            return ""
        if self._identity.key_kind is KeyKind.ED25519:
            raise Failure(
                Cause.DEVICE_KEY_REFUSED,
                "the registered key is an Ed25519 key, and this gateway takes RSA device keys",
            )
        try:
            signature = self._identity.sign(f"{self._nonce}:{self._timestamp}".encode())
        except KeyRefused as problem:
            raise Failure(Cause.DEVICE_KEY_REFUSED, f"not signed: {problem}") from problem
        return b64encode(signature).decode()

    def hear(self, message: Message) -> Hello | None:
        """Take in what comes until the hello; frames of other types may come between."""
        frame = decode(message)
        if frame.get("type") == HELLO_ERROR:
            raise hello_refused(frame, self._identity)
        if frame.get("type") != HELLO_OK:
            return None
        payload = frame.get("payload")
        if not isinstance(payload, dict):
            raise Failure(Cause.MALFORMED_FRAME, "a hello without a payload")
        return Hello(
            version=text_in(payload, "version") or text_in(object_in(payload, "server"), "version"),
            device_id=text_in(payload, "deviceId"),
            device_token=text_in(payload, "deviceToken"),
        )

    def offers(self, method: str) -> bool:  # noqa: ARG002 - it does not say which there are
        """Take every method for one that there may be."""
        return True

    def ask_health(self) -> None:
        """There is nothing to ask."""

    def hear_health(self, message: Message) -> None:
        """Whatever comes is not about us."""

    def ask_who(self) -> None:
        """There is nothing to ask."""

    def hear_who(self, message: Message) -> None:
        """Whatever comes is not about us."""


def hello_refused(frame: Mapping[str, Any], identity: Identity) -> Failure:
    """Say what a hello-error means: by its close code where it has one, else the key is refused.

    The dialect leaves the payload open; the codes are those with which it closes.
    """
    payload = object_in(frame, "payload")
    code = payload.get("code")
    reason = text_in(payload, "message") or text_in(payload, "reason") or ""
    if isinstance(code, int) and not isinstance(code, bool):
        return closed_with(code, reason, identity, Dialect.CHALLENGE)
    return Failure(identity.key_cause, reason or "it answered with a hello-error")


def _timestamp_in(challenge: Message) -> str:
    payload = json.loads(challenge, parse_int=_Number, parse_float=_Number)["payload"]
    timestamp = text_in(payload, "timestamp")
    if timestamp is None:
        raise Failure(Cause.MALFORMED_FRAME, "a challenge without a timestamp")
    return timestamp
