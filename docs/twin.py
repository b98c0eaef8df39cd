"""Writes the verbs for threads from those for tasks, so that both managers have the same.

What waits for something in ``entrypoints/embedding/_async`` is written there by hand, and in
``_sync`` it is the same without waiting. Only what carries the verbs is not the same: see
``_async_engine`` and ``_sync_engine``.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_SOURCE = ROOT / "entrypoints" / "embedding" / "_async"
_TARGET = ROOT / "entrypoints" / "embedding" / "_sync"
_HEAD = "# Written by docs/generate.py from _async/{name}; change that.\n"
_OTHERWISE = (
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b_async(_engine)?\b", r"_sync\1"),
    (r"\bAsync(Manager|Iterator)\b", r"\1"),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"an asynchronous context manager", "a context manager"),
    (r"tasks of one event loop", "threads"),
)


def blocking(source: str) -> str:
    """Write a module of verbs as it is for threads."""
    for pattern, instead in _OTHERWISE:
        source = re.sub(pattern, instead, source)
    return source


def sources() -> list[Path]:
    """Find the modules for tasks."""
    return [path for path in sorted(_SOURCE.glob("*.py")) if path.name != "__init__.py"]


def twins() -> dict[Path, str]:
    """Tell what should stand in each module for threads."""
    return {
        _TARGET / path.name: _HEAD.format(name=path.name) + blocking(path.read_text("utf-8"))
        for path in sources()
    }
