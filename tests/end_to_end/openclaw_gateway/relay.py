"""Something on the way to a real gateway that sees, and may change, what is sent to it.

It makes two moments certain that come by chance alone otherwise: a connection in the instant
in which a gateway begins to listen, and a gateway that stops between two frames.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Thread
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.client import ClientConnection
from websockets.sync.connection import Connection
from websockets.sync.server import ServerConnection, serve

from end_to_end.openclaw_gateway.connection import opened
from end_to_end.openclaw_gateway.process import RunningGateway

Frame = dict[str, Any]

_LISTENS_WITHIN = 60  # seconds
_LOOKS_EVERY = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Relay:
    """Where it listens, and with which codes the gateway refused what was asked, in order."""

    url: str
    refusals: list[str] = field(default_factory=list)


@contextmanager
def relay_to(
    gateway: RunningGateway, meddle: Callable[[Frame], Frame] = lambda frame: frame
) -> Iterator[Relay]:
    """Stand before a gateway, and have ``meddle`` change each frame that it is sent.

    A client gets its upgrade once the gateway listens, so that the gateway's own frames follow
    at once. WebSocket pings end here.
    """
    upstream: dict[ServerConnection, ClientConnection] = {}

    def reach(client: ServerConnection, _request: Request) -> Response | None:
        try:
            upstream[client] = _opened_when_it_listens(gateway.url)
        except OSError as problem:
            return client.respond(HTTPStatus.BAD_GATEWAY, str(problem))
        return None

    def pass_on(client: ServerConnection) -> None:
        with upstream.pop(client) as reached:
            back = Thread(target=_pump, args=(reached, client, note))
            back.start()
            _pump(client, reached, meddle)
            back.join()

    def note(frame: Frame) -> Frame:
        if "error" in frame:
            relay.refusals.append(frame["error"]["code"])
        return frame

    with serve(pass_on, "127.0.0.1", 0, process_request=reach, max_size=None) as server:
        relay = Relay(f"ws://127.0.0.1:{server.socket.getsockname()[1]}")
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield relay
        finally:
            server.shutdown()
            serving.join()


def _opened_when_it_listens(url: str) -> ClientConnection:
    deadline = time.monotonic() + _LISTENS_WITHIN
    while True:
        try:
            return opened(url)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_LOOKS_EVERY)


def _pump(source: Connection, sink: Connection, change: Callable[[Frame], Frame]) -> None:
    """Pass frames on until one side closes, and then that, with its code and reason."""
    try:
        while True:
            sink.send(json.dumps(change(json.loads(source.recv()))))
    except ConnectionClosed:
        pass
    said = source.protocol.close_rcvd
    if said is None:
        sink.close_socket()
    else:
        sink.close(said.code, said.reason)
