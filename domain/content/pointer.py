"""Where in a JSON value something is: for programs (RFC 6901), and for people."""

import json
import re
from typing import TypeAlias

Step: TypeAlias = str | int | tuple[int, str]
"""A key of a mapping, a position in a list, or one with what an item there is known by."""

_PLAIN = r"[A-Za-z_][\w-]*"


def pointer(steps: tuple[Step, ...]) -> str:
    """Write steps as a JSON Pointer; the empty text is the whole value."""
    return "".join("/" + _token(step) for step in steps)


def tokens_of(path: str) -> list[str]:
    """Read the keys and positions in a JSON Pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:]]


def place(steps: tuple[Step, ...]) -> str:
    """Write steps as people do: ``agents[id=main].model``; a dot is the whole value."""
    return "".join(_written(step) for step in steps).removeprefix(".") or "."


def _token(step: Step) -> str:
    if isinstance(step, str):
        return step.replace("~", "~0").replace("/", "~1")
    return str(step[0] if isinstance(step, tuple) else step)


def _written(step: Step) -> str:
    if isinstance(step, str):
        return (
            f".{step}"
            if re.fullmatch(_PLAIN, step)
            else f"[{json.dumps(step, ensure_ascii=False)}]"
        )
    return f"[{step[1]}]" if isinstance(step, tuple) else f"[{step}]"
