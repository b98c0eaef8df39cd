"""The faults that strike single calls of a capture, in the two dialects that have calls."""

from collections.abc import Callable, Collection
from typing import Any

from openclaw_manager.adapters.simulator.conversation import Closing, Reply
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw_hello import LARGEST_FRAME

STRUCK = "models.list"
_PAGED = "sessions.list"
_DEPTH = 1000
_PLACE = "to be nested"

Write = Callable[..., str]
"""Writes the answer to a call, with its ``payload`` or its ``error``."""


def played(method: str, params: Any, faults: Collection[Fault], write: Write) -> Reply | None:
    """Answer a call as a fault has it; None where none strikes."""
    if method == _PAGED and Fault.ENDLESS_PAGES in faults:
        return Reply((write(payload=_one_page_of_many(params)),))
    if method != STRUCK:
        return None
    struck = (playing for fault, playing in _PLAYED.items() if fault in faults)
    return next((playing(write) for playing in struck), None)


def _one_page_of_many(params: Any) -> dict[str, Any]:
    offset = params.get("offset", 0) if isinstance(params, dict) else 0
    return {"sessions": [], "count": 0, "hasMore": True, "nextOffset": offset + 1}


def _deep(write: Write) -> Reply:
    nested = "[" * _DEPTH + "]" * _DEPTH
    return Reply((write(payload={"models": _PLACE}).replace(f'"{_PLACE}"', nested),))


def _failed(write: Write) -> Reply:
    return Reply((write(error={"code": "UNAVAILABLE", "message": "the models are out to lunch"}),))


_PLAYED: dict[Fault, Callable[[Write], Reply]] = {
    Fault.HANG_IN_SECTION: lambda _: Reply(),
    Fault.CLOSE_IN_SECTION: lambda _: Reply(closing=Closing(1011, "internal error")),
    Fault.ERROR_IN_SECTION: _failed,
    Fault.OVERSIZED_SECTION: lambda write: Reply((write(payload={"models": "x" * LARGEST_FRAME}),)),
    Fault.DEEP_SECTION: _deep,
    Fault.GARBAGE_IN_SECTION: lambda _: Reply(("this is no JSON {",)),
    Fault.BINARY_SECTION: lambda write: Reply((write(payload={"models": []}).encode(),)),
}
