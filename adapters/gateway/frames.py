"""Frames: JSON objects in text messages, from peers that cannot be trusted to send them."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.domain.condition import Cause

Message = str | bytes
"""One WebSocket message: text, or binary."""


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and the infinities, which JSON does not have


# Kept, since json.loads and json.dumps make new ones for each frame that is not read or
# written in the usual way.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(separators=(",", ":"))

_LONGEST_TEXT = 8192  # characters; a nonce, a version or a token is much shorter
_LONGEST_LIST = 64
_LONGEST_LISTED = 128  # characters; a scope is much shorter


def decode(message: Message) -> dict[str, Any]:
    """Read a message as the JSON object that every frame is."""
    if isinstance(message, bytes):
        raise Failure(Cause.MALFORMED_FRAME, "a binary frame, where every frame is JSON text")
    try:
        frame = _DECODER.decode(message)
    except ValueError as problem:
        raise Failure(Cause.MALFORMED_FRAME, "a frame that is not JSON") from problem
    except RecursionError as problem:
        raise Failure(Cause.MALFORMED_FRAME, "a frame that is nested too deep") from problem
    if not isinstance(frame, dict):
        raise Failure(Cause.MALFORMED_FRAME, "a frame that is not a JSON object")
    return frame


def encode(frame: Mapping[str, Any]) -> str:
    """Write a frame."""
    return _ENCODER.encode(frame)


def object_in(frame: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Look up an object; an empty one where there is none."""
    value = frame.get(key)
    return value if isinstance(value, dict) else {}


def text_in(frame: Mapping[str, Any], key: str) -> str | None:
    """Look up a text that can be sent and stored; None where there is none, or no end of one."""
    value = frame.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        return None
    return value if _encodable(value) else None


def texts_in(frame: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Look up a list of short texts; empty where there is none, without what is no such text."""
    values = frame.get(key)
    if not isinstance(values, list):
        return ()
    return tuple(
        value
        for value in values[:_LONGEST_LIST]
        if isinstance(value, str) and 0 < len(value) <= _LONGEST_LISTED and _encodable(value)
    )


def nonce_in(frame: Mapping[str, Any]) -> str:
    """Look up the nonce, without which a challenge is none."""
    nonce = text_in(object_in(frame, "payload"), "nonce")
    if nonce is None:
        raise Failure(Cause.MALFORMED_FRAME, "a challenge without a nonce")
    return nonce


def _encodable(text: str) -> bool:
    """Whether a text is free of lone surrogates, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
