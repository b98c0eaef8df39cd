"""Capturing what a gateway holds: drives an interview over an authenticated connection."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial

from websockets.exceptions import ConnectionClosed

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.gateway.calls import calls_of
from openclaw_manager.adapters.gateway.connection import Connection
from openclaw_manager.adapters.gateway.identity import Identity
from openclaw_manager.adapters.gateway.inquiries import INQUIRIES
from openclaw_manager.adapters.gateway.interview import Interview
from openclaw_manager.adapters.gateway.outcomes import plain
from openclaw_manager.adapters.gateway.sockets import GatewaySocket
from openclaw_manager.application.ports.gateway_link import Capture, Target
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionCause

_GOODBYE = 0.25  # seconds
_TOO_BIG = 1009

# An unfragmented text frame with a length of 64 bits, of which JSON has no zero bytes.
_LONG_FRAME = rb"(?s)\x81\x7f\0{4}.{4}(.{1,512})"


async def capture(
    connection: Connection,
    target: Target,
    sections: Sequence[Section],
    *,
    timeout: float,
    heard: Callable[[Section], None],
) -> Capture:
    """Ask for the sections, each call for at most ``timeout`` seconds.

    Raises ``ConnectionClosed`` where nothing was heard, and the way in which the connection
    ended says why.
    """
    now = asyncio.get_running_loop().time
    dialect, hello = connection.conversation.dialect, connection.hello
    who = await connection.self_description(now() + timeout)
    interview = Interview(
        calls_of(dialect), timeout=timeout, plain=partial(plain, target=target), heard=heard
    )
    wanted = tuple(dict.fromkeys(sections))
    _prepare(interview, connection, wanted)
    await _hold(interview, connection.socket, now)
    await connection.socket.leave(now() + _GOODBYE)
    return Capture(
        version=plain(hello.version, target),
        dialect=dialect,
        protocol=hello.protocol,
        gateway_id=who.gateway_id,
        device_token=hello.device_token,
        answers={section: interview.answers[section] for section in wanted},
    )


def _prepare(interview: Interview, connection: Connection, sections: Iterable[Section]) -> None:
    """Have asked what is offered."""
    dialect = connection.conversation.dialect
    for section in sections:
        inquiry = INQUIRIES[dialect].get(section)
        if inquiry is None:
            interview.refuse(section, f"the {dialect} dialect has no such call")
        elif not connection.conversation.offers(inquiry.method):
            interview.refuse(section, f"this gateway has no method {inquiry.method}")
        else:
            interview.ask(section, inquiry)


async def _hold(interview: Interview, socket: GatewaySocket, now: Callable[[], float]) -> None:
    """Ask and listen until every section is decided."""
    try:
        while not interview.over:
            calls = interview.calls(now())
            try:
                async with asyncio.timeout_at(interview.due):
                    await _send(socket, calls)
                    message = await socket.recv()
            except TimeoutError:
                pass
            else:
                interview.hear(message, now())
            interview.expire(now())
    except ConnectionClosed as problem:
        _end(interview, socket, problem)


async def _send(socket: GatewaySocket, calls: Iterable[str]) -> None:
    """Send calls; that the connection is closed is told by ``recv``, after what came before."""
    with suppress(ConnectionClosed):
        for call in calls:
            await socket.send(call)


def _end(interview: Interview, socket: GatewaySocket, problem: ConnectionClosed) -> None:
    """Conclude what the end of the connection means for what is still open."""
    if problem.sent is not None and not problem.rcvd_then_sent:
        _end_by_us(interview, socket, problem.sent.code)
        return
    if not interview.anything_heard and breakdowns.says_why(problem):
        raise problem
    interview.end(breakdowns.closed(problem, Identity(), Dialect.OPENCLAW).detail)


def _end_by_us(interview: Interview, socket: GatewaySocket, code: int) -> None:
    """Conclude it where what came could not be taken."""
    if code != _TOO_BIG:
        detail = f"a frame that cannot be read ended the connection (code {code})"
        interview.end(detail, SectionCause.MALFORMED_ANSWER)
        return
    frame = re.search(_LONG_FRAME, socket.last_received)
    head = frame[1].decode(errors="replace") if frame else ""
    detail = "an answer of more than 26,214,400 bytes ended the connection"
    interview.end(detail, SectionCause.TOO_LARGE, head)
