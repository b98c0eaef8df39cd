"""What networks do instead, as causes: pure mappings of what sockets and websockets raise."""

import errno
import os
import socket
import ssl

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.http11 import Response

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Identity
from openclaw_manager.adapters.gateway.refusals import closed_with
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect

_ERRNOS = {
    errno.ECONNREFUSED: Cause.CONNECTION_REFUSED,
    errno.ECONNRESET: Cause.CONNECTION_CLOSED,
    errno.ECONNABORTED: Cause.CONNECTION_CLOSED,
    errno.EPIPE: Cause.CONNECTION_CLOSED,
}

_ADMISSION_CLOSED = b"admission closed"
"""What a gateway answers to an upgrade while it starts again (measured on 2026.9.6).

A proxy without its gateway says 503 as well, in other words.
"""


def unresolved(host: str, problem: Exception) -> Failure:
    """Say that a name has no address."""
    why = problem.strerror if isinstance(problem, socket.gaierror) else "it is no host name"
    return Failure(Cause.NAME_NOT_RESOLVED, f"no address for {host}: {why}")


def unconnected(problem: OSError) -> Failure:
    """Say why no TCP connection came about.

    What has no cause of its own counts as the network being out of reach: no route, a
    firewall, no address of the family, no descriptor left.
    """
    if isinstance(problem, TimeoutError):
        return Failure(Cause.TIMEOUT, "no answer to the TCP connection")
    cause = _ERRNOS.get(problem.errno or 0, Cause.NETWORK_UNREACHABLE)
    return Failure(cause, os.strerror(problem.errno) if problem.errno else str(problem))


def unsecured(problem: OSError) -> Failure:
    """Say why the TLS handshake failed.

    A server without TLS answers a handshake with an HTTP error (measured on Node) or breaks
    off (measured on Python), so everything but a refused certificate counts as that.
    """
    if isinstance(problem, ssl.SSLCertVerificationError):
        return Failure(Cause.TLS_UNTRUSTED, f"the certificate: {problem.verify_message}")
    if isinstance(problem, ssl.SSLError):
        return Failure(Cause.NOT_A_GATEWAY, "no TLS at this port; the URL may have to be ws://")
    return Failure(
        Cause.NOT_A_GATEWAY,
        "the TLS handshake was broken off; the URL may have to be ws://",
    )


def not_upgraded(
    problem: InvalidHandshake, lost_by: BaseException | None, identity: Identity
) -> Failure:
    """Say why there is no WebSocket; ``lost_by`` is what ended the TCP connection, if not EOF.

    A server with TLS closes in silence when it is spoken to without (measured on Node,
    OpenSSL and Python), which a reset connection is told from.
    """
    if isinstance(problem, InvalidStatus):
        return _refused_by_http(problem.response, identity)
    if not isinstance(problem, InvalidMessage) or not isinstance(problem.__cause__, EOFError):
        return Failure(Cause.NOT_A_GATEWAY, "what answered the upgrade is no WebSocket server")
    if lost_by is not None:
        return Failure(Cause.CONNECTION_CLOSED, "the connection was reset during the upgrade")
    return Failure(
        Cause.NOT_A_GATEWAY,
        "it closed without an HTTP answer to the upgrade; the URL may have to be wss://",
    )


def _refused_by_http(response: Response, identity: Identity) -> Failure:
    status = response.status_code
    if status == 503 and _ADMISSION_CLOSED in (response.body or b""):  # noqa: PLR2004 - see below
        return Failure(Cause.GATEWAY_STARTING, "it takes no connections yet, or no more")
    if status in (401, 403):
        return Failure(identity.token_cause, f"HTTP {status} on the upgrade")
    if status == 429:  # noqa: PLR2004 - an HTTP status is best known by its number
        return Failure(Cause.RATE_LIMITED, "HTTP 429 on the upgrade")
    if status < 300:  # noqa: PLR2004 - see above
        return Failure(Cause.NOT_A_GATEWAY, f"HTTP {status} on the upgrade: no WebSocket here")
    redirect = "; a redirect is not followed" if status < 400 else ""  # noqa: PLR2004 - see above
    return Failure(Cause.HTTP_REFUSED, f"HTTP {status} on the upgrade{redirect}")


def closed(problem: ConnectionClosed, identity: Identity, dialect: Dialect | None) -> Failure:
    """Say why the connection ended, by who closed it and with which code.

    When we closed it ourselves, the peer broke the WebSocket protocol: a frame too large,
    text that is not UTF-8, a frame that cannot be.
    """
    if problem.sent is not None and not problem.rcvd_then_sent:
        return Failure(Cause.MALFORMED_FRAME, f"a frame that cannot be read: {problem.sent}")
    if problem.rcvd is None:
        return Failure(Cause.CONNECTION_CLOSED, "the connection was lost without a close frame")
    return closed_with(problem.rcvd.code, problem.rcvd.reason, identity, dialect)


def says_why(problem: ConnectionClosed) -> bool:
    """Whether the way in which a connection ended tells more than that it ended."""
    return closed(problem, Identity(), None).cause is not Cause.CONNECTION_CLOSED
