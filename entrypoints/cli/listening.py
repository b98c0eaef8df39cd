"""Where a command listens, and why it cannot."""

import errno
from typing import Any, NamedTuple

import click

from openclaw_manager.domain.errors import OpenClawManagerError

HIGHEST_PORT = 65535
_LOOPBACK = "127.0.0.1"


class ListenAddress(NamedTuple):
    """A host, by name or address, and a port; port 0 takes a free one."""

    host: str
    port: int


class _ListenAddress(click.ParamType[ListenAddress]):
    """``HOST:PORT``, or a port alone for loopback; an IPv6 address is in brackets."""

    name = "host:port"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ListenAddress:
        """Read both."""
        host, _, port = str(value).rpartition(":")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        elif ":" in host:
            self.fail(f"{value!r} is not HOST:PORT; write an IPv6 address in brackets", param, ctx)
        if not (port.isascii() and port.isdecimal() and int(port) <= HIGHEST_PORT):
            self.fail(f"{value!r} does not end in a port, 0 to {HIGHEST_PORT}", param, ctx)
        return ListenAddress(host or _LOOPBACK, int(port))


LISTEN_ADDRESS = _ListenAddress()


class CannotListen(OpenClawManagerError):
    """An address at which this program should listen cannot be had."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem


def why_not(error: OSError, host: str, port: int, *, free: str) -> str:
    """Say why nobody can listen there; ``free`` is what to give to listen on a free port."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; {free} takes a free one"
    if error.errno == errno.EACCES:
        return f"port {port} of {host} is not ours to take; {free} takes a free one"
    if error.errno in (errno.EADDRNOTAVAIL, None):  # Python 3.12 and later leave it out
        return f"{host} is no address of this machine"
    return f"cannot listen on port {port} of {host}: {error.strerror}"
