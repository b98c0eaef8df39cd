"""A connection of the tests' own to a real gateway: what it says is not ours to interpret."""

import json
import ssl
from typing import Any

from websockets.sync.client import ClientConnection, connect

_ANSWERS_WITHIN = 30  # seconds; the first call of a method can take some


class GatewayRefused(Exception):
    """The gateway answered a request with an error, as ``error``."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.error = error


def opened(url: str) -> ClientConnection:
    """Open a connection, to whoever is there: a gateway's generated certificate proves nothing."""
    return connect(
        url,
        open_timeout=_ANSWERS_WITHIN,
        max_size=None,
        proxy=None,
        ssl=anyone() if url.startswith("wss:") else None,
    )


def anyone() -> ssl.SSLContext:
    """Take any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def challenge(connection: ClientConnection) -> dict[str, Any]:
    """Receive what a gateway says first."""
    payload: dict[str, Any] = json.loads(connection.recv(timeout=_ANSWERS_WITHIN))["payload"]
    return payload


def call(connection: ClientConnection, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Ask, and wait for the answer to that; raises ``GatewayRefused``."""
    request = {"type": "req", "id": method, "method": method, "params": params}
    connection.send(json.dumps(request))
    while True:
        frame = json.loads(connection.recv(timeout=_ANSWERS_WITHIN))
        if frame.get("id") == method:
            break
    if not frame["ok"]:
        raise GatewayRefused(frame["error"])
    payload: dict[str, Any] = frame["payload"]
    return payload


def introduction(token: str) -> dict[str, Any]:
    """Say who we are, as the parameters of ``connect``; enough for one without a device."""
    return {
        "minProtocol": 3,
        "maxProtocol": 4,
        "client": {"id": "cli", "version": "0", "platform": "linux", "mode": "cli"},
        "auth": {"token": token},
    }
