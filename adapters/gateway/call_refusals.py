"""What gateways refuse calls with: pure readings of error objects."""

import re
from collections.abc import Mapping
from typing import Any

from openclaw_manager.adapters.gateway.frames import object_in, text_in
from openclaw_manager.adapters.gateway.refusals import milliseconds
from openclaw_manager.domain.section import SectionCause

# How long a busy gateway is left alone, in milliseconds: what it asks for, within the bounds
# of OpenClaw's own client (read in the code of 2026.9.6).
_SOONEST, _USUAL, _LATEST = 100.0, 500.0, 2000.0

# People are told to ask for this scope, so it must be nothing but the name of one.
_SCOPE = r"[a-z][a-z0-9]*(?:[.:_-][a-z0-9]+){0,7}"
_SAID_WITHOUT = "missing scope: "
_UNKNOWN_METHOD = r"(?:unknown|no-such)-method|method-(?:unknown|not-found)"


class CallRefused(Exception):
    """A gateway answered a call with an error."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error)
        self._details = object_in(error, "details")
        self._error = error
        self.code = text_in(error, "code")

    @property
    def said(self) -> str:
        """What it said, with the code that says it best."""
        words = text_in(self._error, "message") or "it refused"
        code = text_in(self._details, "code") or self.code
        return f"{words} ({code})" if code else words

    @property
    def scope(self) -> str | None:
        """The scope that it misses.

        In protocol 3 the words alone tell (measured on 2026.3.28), so they are read.
        """
        words = text_in(self._error, "message") or ""
        named = text_in(self._details, "missingScope")
        if named is None and words.startswith(_SAID_WITHOUT):
            named = words.removeprefix(_SAID_WITHOUT)
        return named if named and re.fullmatch(_SCOPE, named) else None

    @property
    def cause(self) -> SectionCause:
        """What that means for a section.

        The challenge dialect has no list of its methods and no list of its codes: an unknown
        method is told by what such codes look like. OpenClaw says ``INVALID_REQUEST``.
        """
        if self.scope or text_in(self._details, "code") == "MISSING_SCOPE":
            return SectionCause.SCOPE_MISSING
        if self.code and re.fullmatch(_UNKNOWN_METHOD, self.code.lower().replace("_", "-")):
            return SectionCause.NOT_OFFERED
        return SectionCause.CALL_FAILED

    @property
    def again_in(self) -> float | None:
        """In how many seconds to call again; None where it is of no use."""
        if self.code != "UNAVAILABLE" or self._error.get("retryable") is not True:
            return None
        wanted = milliseconds(self._error.get("retryAfterMs"))
        return min(max(_USUAL if wanted is None else wanted, _SOONEST), _LATEST) / 1000
