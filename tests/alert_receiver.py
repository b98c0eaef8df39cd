"""A web server that takes alerts, and misbehaves as receivers in the world do."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any, TypeAlias

_TOO_LONG = 20  # seconds


@dataclass(frozen=True, slots=True)
class Received:
    """One request, as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


Behaviour: TypeAlias = "Callable[[BaseHTTPRequestHandler, Receiver], None]"


def answers(status: int, body: str = "", **headers: str) -> Behaviour:
    """Answer with a status; underscores in the names of headers are dashes."""

    def answer(handler: BaseHTTPRequestHandler, _: "Receiver") -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


def hangs(_: BaseHTTPRequestHandler, receiver: "Receiver") -> None:
    """Answer nothing, for as long as the server lives."""
    receiver.closing.wait(_TOO_LONG)


def closes(handler: BaseHTTPRequestHandler, _: "Receiver") -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def talks_nonsense(handler: BaseHTTPRequestHandler, _: "Receiver") -> None:
    """Answer with what is not HTTP."""
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


def never_ends(status: int) -> Behaviour:
    """Answer with a status, and with a body that goes on until nobody listens."""

    def pour(handler: BaseHTTPRequestHandler, receiver: "Receiver") -> None:
        handler.send_response(status)
        handler.end_headers()
        while not receiver.closing.is_set():
            handler.wfile.write(b"x" * 65536)

    return pour


@dataclass(slots=True)
class Receiver:
    """A running server; it behaves in turn as it was told to, and then answers 200."""

    url: str = ""
    behaviours: list[Behaviour] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    arrived: Condition = field(default_factory=Condition)
    closing: Event = field(default_factory=Event)

    def take(self, request: Received) -> Behaviour:
        """Note a request, and tell how to behave."""
        with self.arrived:
            self.received.append(request)
            self.arrived.notify_all()
            return self.behaviours.pop(0) if self.behaviours else answers(200)

    def wait_for(self, count: int) -> list[Received]:
        """Wait until so many requests have arrived."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, _TOO_LONG)
            return [*self.received]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def _take(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.command, self.path, headers, body)
        try:
            self.receiver.take(request)(self, self.receiver)
        except OSError:
            self.close_connection = True  # nobody listens any more

    do_POST = do_PUT = do_GET = _take  # noqa: N815 - the library calls them so

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Keep quiet of connections that broke."""


@contextmanager
def running_receiver(
    *behaviours: Behaviour, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a server on loopback that behaves so, one request after the other."""
    receiver = Receiver(behaviours=[*behaviours])
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does, where nothing but a look at it tells."""
    for _ in range(_TOO_LONG * 100):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")
