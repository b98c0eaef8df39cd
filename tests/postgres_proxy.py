"""A way to PostgreSQL on which connections can be lost at the worst moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

_COMMIT = b"COMMIT\0"


class Loss(Enum):
    """When the connection is lost: the server never hears of the commit, or we of its answer."""

    BEFORE_COMMIT = auto()
    AFTER_COMMIT = auto()


class Proxy:
    """Passes on what comes, and loses as many connections as it is told."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.losses: list[Loss] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._sockets: list[socket.socket] = [self._listener]
        self._threads[0].start()

    def close(self) -> None:
        """Lose all connections, and take no others."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                self._sockets += [client, server]
                upwards = threading.Thread(target=self._pass_up, args=(client, server))
                downwards = threading.Thread(target=self._pass_down, args=(server, client))
                self._threads += [upwards, downwards]
                upwards.start()
                downwards.start()

    def _pass_up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if _COMMIT in data and self.losses:
                    loss = self.losses.pop(0)
                    client.shutdown(socket.SHUT_RDWR)
                    if loss is Loss.AFTER_COMMIT:
                        server.sendall(data)
                        continue  # it answers, and nobody is there to hear it
                    break
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _pass_down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                with suppress(OSError):
                    client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """Run one."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
