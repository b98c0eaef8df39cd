"""Asking for several sections on one connection: messages and times in, calls and sections out."""

import re
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any

from openclaw_manager.adapters.gateway.call_refusals import CallRefused
from openclaw_manager.adapters.gateway.calls import Call, Calls
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import Message, decode
from openclaw_manager.adapters.gateway.inquiries import Asking, Inquiry, SectionUnheard
from openclaw_manager.domain.content.canonical import refuse_deep
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed, SectionHeard

MOST_AT_ONCE = 8
"""Calls in flight. Of 300 at once a gateway answered 37 with ``UNAVAILABLE`` (2026.9.6)."""

LARGEST_SECTION = 26_214_400  # characters, of all answers for one section together

_CALL_ID = r'"id" ?: ?"(capture-\d+)"'
_HEAD = 512  # characters in which the id of an answer stands, if it can be found at all

Plain = Callable[[str | None], str | None]
"""Makes of what a peer said a line that can be shown and stored."""


class _Asked:
    """One section that is being asked for. Times are in seconds, of the clock of the caller."""

    def __init__(self, section: Section, asking: Asking) -> None:
        self.section = section
        self.asking = asking
        self.call: Call = next(asking)
        self.call_id = ""  # empty while nothing is in flight
        self.deadline = inf
        self.again_at: float | None = None
        self.unread: str | None = None  # what was wrong with what may have been the answer
        self.size = 0

    @property
    def due(self) -> float:
        return self.deadline if self.again_at is None else self.again_at

    def put(self, call: Call, now: float, timeout: float) -> None:
        """Have another call made, as soon as may be."""
        self.call, self.call_id = call, ""
        self.deadline, self.again_at = now + timeout, now
        self.unread = None


class Interview:
    """Asks for sections, a few at a time, until each is heard or will not be.

    The caller sends what ``calls`` gives, has ``hear`` take in what comes, and calls
    ``expire`` no later than at ``due``; ``end`` says that no more can come. Every ``now`` is
    of the same clock, in seconds, and ``timeout`` is what each call may take. ``heard`` is
    called as each section is decided.
    """

    def __init__(
        self, calls: Calls, *, timeout: float, plain: Plain, heard: Callable[[Section], None]
    ) -> None:
        self._calls = calls
        self._timeout = timeout
        self._plain = plain
        self._heard = heard
        self._waiting: list[_Asked] = []
        self._open: list[_Asked] = []
        self._written = 0
        self.answers: dict[Section, SectionHeard | SectionFailed] = {}

    def ask(self, section: Section, inquiry: Inquiry) -> None:
        """Put a section at the end of the queue."""
        self._waiting.append(_Asked(section, inquiry.begin()))

    def refuse(self, section: Section, detail: str) -> None:
        """Say that a section is not offered, so that nobody needs to ask."""
        self._decide(section, SectionFailed(SectionCause.NOT_OFFERED, self._plain(detail)))

    @property
    def over(self) -> bool:
        """Whether every section is decided."""
        return not self._open and not self._waiting

    @property
    def anything_heard(self) -> bool:
        """Whether any section was heard so far."""
        return any(isinstance(answer, SectionHeard) for answer in self.answers.values())

    @property
    def due(self) -> float:
        """When something has to be done, if nothing comes until then."""
        return min((asked.due for asked in self._open), default=inf)

    def calls(self, now: float) -> list[str]:
        """Give the frames that are to be sent at once."""
        room = MOST_AT_ONCE - len(self._open)
        begun, self._waiting = self._waiting[:room], self._waiting[room:]
        self._open += begun
        for asked in begun:
            asked.put(asked.call, now, self._timeout)
        due = (one for one in self._open if one.again_at is not None and one.again_at <= now)
        return [self._written_call(asked) for asked in due]

    def hear(self, message: Message, now: float) -> None:
        """Take in a message; what answers none of the calls in flight is passed over."""
        try:
            answer = self._calls.read(decode(message))
        except Failure as failure:
            self._note_unreadable(message, failure.detail)
            return
        asked = self._asked_by(answer.id) if answer else None
        if answer is None or asked is None:
            return
        asked.size += len(message)
        if asked.size > LARGEST_SECTION:
            self._fail(asked, SectionCause.TOO_LARGE, f"more than {LARGEST_SECTION} characters")
        elif answer.error is not None:
            self._take_refusal(asked, CallRefused(answer.error), now)
        elif isinstance(answer.payload, dict | list):
            self._go_on(asked, partial(asked.asking.send, answer.payload), now)
        else:
            self._fail(asked, SectionCause.MALFORMED_ANSWER, "an answer without a payload")

    def expire(self, now: float) -> None:
        """Give up on what is overdue."""
        for asked in [one for one in self._open if one.deadline <= now]:
            if asked.unread:
                self._fail(asked, SectionCause.MALFORMED_ANSWER, asked.unread)
            else:
                within = f"no answer within {self._timeout:g} s"
                self._fail(asked, SectionCause.TIMEOUT, within)

    def end(
        self,
        detail: str,
        cause: SectionCause = SectionCause.CONNECTION_CLOSED,
        last_heard: str = "",
    ) -> None:
        """Give up on everything, since the connection ended.

        ``cause`` is why, for the section whose answer ended it. ``last_heard`` is how that
        answer begins, as far as it is known; if not, it is any of those in flight.
        """
        culprit = self._named_in(last_heard)
        for asked in tuple(self._open):
            blamed = asked is culprit if culprit else asked.call_id
            self._fail(asked, cause if blamed else SectionCause.CONNECTION_CLOSED, detail)
        for asked in self._waiting:
            failed = SectionFailed(SectionCause.CONNECTION_CLOSED, self._plain(detail))
            self._decide(asked.section, failed)
        self._waiting = []

    # One section ------------------------------------------------------------------------------

    def _go_on(self, asked: _Asked, step: Callable[[], Call], now: float) -> None:
        """Take a step of the inquiry, which then has another call or is done."""
        try:
            asked.put(step(), now, self._timeout)
        except StopIteration as done:
            self._take_section(asked, done.value)
        except SectionUnheard as unheard:
            self._fail(asked, unheard.cause, unheard.detail)
        except CallRefused as refused:
            self._fail(asked, refused.cause, refused.said, refused.scope)

    def _take_section(self, asked: _Asked, value: Any) -> None:
        try:
            refuse_deep(value)
        except ContentRefused as refused:
            self._fail(asked, SectionCause.MALFORMED_ANSWER, f"the answer {refused.problem}")
        else:
            self._close(asked, SectionHeard(value))

    def _take_refusal(self, asked: _Asked, refused: CallRefused, now: float) -> None:
        """Call again where the gateway is but busy, unless the time does not allow it."""
        wait = refused.again_in
        if wait is not None and now + wait < asked.deadline:
            asked.call_id, asked.again_at = "", now + wait
        else:
            self._go_on(asked, partial(asked.asking.throw, refused), now)

    def _fail(
        self, asked: _Asked, cause: SectionCause, detail: str, scope: str | None = None
    ) -> None:
        self._close(asked, SectionFailed(cause, self._plain(detail), scope))

    def _close(self, asked: _Asked, answer: SectionHeard | SectionFailed) -> None:
        self._open.remove(asked)
        self._decide(asked.section, answer)

    def _decide(self, section: Section, answer: SectionHeard | SectionFailed) -> None:
        self.answers[section] = answer
        self._heard(section)

    # Calls and what they are answered by -------------------------------------------------------

    def _written_call(self, asked: _Asked) -> str:
        self._written += 1
        asked.call_id = f"capture-{self._written}"
        asked.again_at = None
        return self._calls.write(asked.call_id, asked.call)

    def _asked_by(self, call_id: object) -> _Asked | None:
        in_flight = (asked for asked in self._open if asked.call_id)
        return next((asked for asked in in_flight if asked.call_id == call_id), None)

    def _note_unreadable(self, message: Message, detail: str) -> None:
        """Blame the call that is named in the head of what cannot be read.

        If none is, it may have been the answer to any of them, or none of our business.
        """
        head = message[:_HEAD]
        text = head if isinstance(head, str) else head.decode(errors="replace")
        asked = self._named_in(text)
        if asked is not None:
            self._fail(asked, SectionCause.MALFORMED_ANSWER, detail)
            return
        for one in self._open:
            one.unread = f"no answer within {self._timeout:g} s, and {detail}"

    def _named_in(self, head: str) -> _Asked | None:
        named = re.search(_CALL_ID, head)
        return self._asked_by(named[1]) if named else None
