"""What a simulated gateway answers over HTTP, before and beside the WebSocket."""

import http
import json
from typing import Any

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from openclaw_manager.adapters.simulator.credentials import bearer_matches
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.settings import Settings
from openclaw_manager.domain.ping import Dialect

_STATUS_FAULTS = {
    Fault.HTTP_401: http.HTTPStatus.UNAUTHORIZED,
    Fault.HTTP_403: http.HTTPStatus.FORBIDDEN,
    Fault.HTTP_404: http.HTTPStatus.NOT_FOUND,
    Fault.HTTP_500: http.HTTPStatus.INTERNAL_SERVER_ERROR,
}
# A bearer gateway has the upgrade, and nothing after it, to say these things.
_BEARER_FAULTS = {
    Fault.REFUSE: http.HTTPStatus.UNAUTHORIZED,
    Fault.RATE_LIMITED: http.HTTPStatus.TOO_MANY_REQUESTS,
    Fault.STARTING: http.HTTPStatus.SERVICE_UNAVAILABLE,
}
_RETRY_AFTER = {Fault.RATE_LIMITED: "300", Fault.STARTING: "1"}
_CONTROL_UI = b"<!doctype html><html><head><title>OpenClaw Control</title></head></html>"


def is_upgrade(request: Request) -> bool:
    """Whether the request asks for a WebSocket."""
    upgrades = request.headers.get_all("Upgrade")
    return any("websocket" in upgrade.lower() for upgrade in upgrades)


def refused_upgrade(request: Request, settings: Settings) -> Response | None:
    """Refuse a request for a WebSocket, or let it through."""
    by_status = _STATUS_FAULTS
    if settings.dialect is Dialect.BEARER:
        by_status = _STATUS_FAULTS | _BEARER_FAULTS
    for fault, status in by_status.items():
        if fault in settings.faults:
            return _plain(status, retry_after=_RETRY_AFTER.get(fault))
    # OpenClaw ignores the header: there the token travels in the connect (measured).
    if settings.dialect is Dialect.OPENCLAW or settings.token is None:
        return None
    if bearer_matches(request.headers.get_all("Authorization"), settings.token):
        return None
    return _plain(http.HTTPStatus.UNAUTHORIZED)


def page(request: Request, settings: Settings, *, knows_more: bool, uptime: int) -> Response | None:
    """Answer a plain GET, as OpenClaw does; other dialects have no pages.

    ``knows_more`` tells whether the client is local or has the token, ``uptime`` is in
    milliseconds. Of ``/startupz`` only the version and the uptime were measured. A path
    that is not known gets the Control UI with status 200, and so does ``/startupz`` on
    2026.3.28.
    """
    if settings.dialect is not Dialect.OPENCLAW:
        return None
    starting = Fault.STARTING in settings.faults
    path = request.path.partition("?")[0]
    more: dict[str, Any] = {}
    if path in ("/health", "/healthz"):
        return _json(http.HTTPStatus.OK, {"ok": True, "status": "live"})
    if path in ("/ready", "/readyz"):
        if knows_more:
            failing = ["startup-sidecars"] if starting else []
            more = {"failing": failing, "uptimeMs": uptime}
        return _json(_ready_status(starting=starting), {"ready": not starting, **more})
    if path == "/startupz" and settings.newest:
        if knows_more:
            more = {"version": settings.version, "uptimeMs": uptime}
        return _json(_ready_status(starting=starting), {"ok": not starting, **more})
    return _response(http.HTTPStatus.OK, "text/html; charset=utf-8", _CONTROL_UI)


def _ready_status(*, starting: bool) -> http.HTTPStatus:
    return http.HTTPStatus.SERVICE_UNAVAILABLE if starting else http.HTTPStatus.OK


def _json(status: http.HTTPStatus, content: dict[str, Any]) -> Response:
    return _response(status, "application/json; charset=utf-8", json.dumps(content).encode())


def _plain(status: http.HTTPStatus, *, retry_after: str | None = None) -> Response:
    answer = _response(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())
    if status is http.HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if retry_after is not None:
        answer.headers["Retry-After"] = retry_after
    return answer


def _response(status: http.HTTPStatus, kind: str, body: bytes) -> Response:
    headers = Headers(
        [("Content-Type", kind), ("Content-Length", str(len(body))), ("Connection", "close")]
    )
    return Response(status.value, status.phrase, headers, body)
