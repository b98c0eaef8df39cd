"""A real OpenClaw gateway, running for as long as a ``with`` block lasts."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from end_to_end.openclaw_gateway.connection import (
    GatewayRefused,
    anyone,
    call,
    challenge,
    introduction,
    opened,
)
from end_to_end.openclaw_gateway.installation import Installation

_STARTS_WITHIN = 90  # seconds; 15 with a cold cache on two cores, more beside other work
_STOPS_WITHIN = 20  # seconds; SIGTERM was obeyed within 3
_LOOKS_EVERY = 0.1  # seconds


class GatewayDidNotStart(Exception):
    """The gateway ended, never became ready, or something else holds its port."""


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway's process; all that it writes is in ``folder``."""

    installation: Installation
    folder: Path
    port: int
    tls: bool
    token: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """Where it listens on loopback."""
        return self.url_at("127.0.0.1")

    def url_at(self, host: str) -> str:
        """Where it listens, by another address of this machine."""
        return f"{'wss' if self.tls else 'ws'}://{host}:{self.port}"

    @property
    def certificate(self) -> Path:
        """The certificate that it generated for itself, as PEM, where it speaks TLS."""
        return _state(self.folder) / "gateway" / "tls" / "gateway-cert.pem"

    def stop(self) -> None:
        """End the gateway and all that it started; may be called again."""
        self.process.terminate()
        try:
            self.process.wait(_STOPS_WITHIN)
        finally:
            # The group is the gateway's own, so this reaches what it left behind, only that.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep it from doing anything, while the kernel goes on taking its connections."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)


@contextmanager
def running_gateway(
    installation: Installation,
    folder: Path,
    *,
    bind: str = "loopback",
    tls: bool = False,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[RunningGateway]:
    """Start a gateway, wait until it is ready, and stop it in the end.

    ``more`` is what is configured besides. Raises ``GatewayDidNotStart`` with the end of the
    gateway's own output.
    """
    with starting_gateway(installation, folder, bind=bind, tls=tls, more=more) as gateway:
        problem = _wait_until_ready(gateway) or _not_the_one_that_was_started(gateway)
        if problem:
            raise GatewayDidNotStart(f"{problem}; its last words: {_end_of(_output(folder))}")
        yield gateway


@contextmanager
def starting_gateway(
    installation: Installation,
    folder: Path,
    *,
    bind: str = "loopback",
    tls: bool = False,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[RunningGateway]:
    """Start a gateway without waiting for it, and stop it in the end."""
    port, token = _free_port(), secrets.token_hex(16)
    _configure(folder, tls=tls, more=more)
    with _output(folder).open("wb") as stream:
        process = subprocess.Popen(
            _command(installation, port, bind),
            env=_environment(installation, folder, token),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    gateway = RunningGateway(installation, folder, port, tls, token, process)
    try:
        yield gateway
    finally:
        gateway.stop()


def _configure(folder: Path, *, tls: bool, more: Mapping[str, Any]) -> None:
    # Its web pages make 2026.3.28 refuse to listen on more than loopback without more settings.
    settings = {"controlUi": {"enabled": False}, "tls": {"enabled": tls}}
    state = _state(folder)
    state.mkdir()
    (state / "openclaw.json").write_text(json.dumps({"gateway": settings, **more}))


def _command(installation: Installation, port: int, bind: str) -> list[str]:
    return [
        *(str(installation.node), str(installation.program), "gateway", "run"),
        *("--port", str(port), "--bind", bind),
        *("--auth", "token", "--allow-unconfigured"),
    ]


def _environment(installation: Installation, folder: Path, token: str) -> dict[str, str]:
    """All that the gateway sees of this machine: nothing that is the user's own."""
    temporary = folder / "tmp"
    temporary.mkdir()
    return {
        "PATH": f"{installation.node.parent}{os.pathsep}{os.defpath}",
        "HOME": str(folder),
        # Its log file has a fixed name under the temporary folder, shared by all gateways.
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "OPENCLAW_STATE_DIR": str(_state(folder)),
        "OPENCLAW_GATEWAY_TOKEN": token,
        "OPENCLAW_DISABLE_BONJOUR": "1",
        "OPENCLAW_EXEC_SHELL_SNAPSHOT": "0",
        "OPENCLAW_NO_RESPAWN": "1",
        "OPENCLAW_SKIP_CHANNELS": "1",
    }


def _state(folder: Path) -> Path:
    return folder / ".openclaw"


def _output(folder: Path) -> Path:
    return folder / "output.txt"


def _free_port() -> int:
    with socket.create_server(("", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(gateway: RunningGateway) -> str | None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            status = gateway.process.wait(_LOOKS_EVERY)
            return f"the gateway ended with status {status}"
        if _says_ready(gateway):
            return None
    return f"the gateway was not ready within {_STARTS_WITHIN} seconds"


def _says_ready(gateway: RunningGateway) -> bool:
    """Ask ``/readyz``, which answers 503 while the gateway is starting."""
    url = f"http{'s' if gateway.tls else ''}://127.0.0.1:{gateway.port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5, context=anyone()) as answer:  # noqa: S310 - HTTP
            return bool(json.load(answer)["ready"])
    except (OSError, ValueError):  # refused, 503, cut off, or not JSON
        return False


def _not_the_one_that_was_started(gateway: RunningGateway) -> str | None:
    """Show the random token: a gateway that somebody else runs on the port would refuse it."""
    with opened(gateway.url) as connection:
        challenge(connection)  # which a client without a device may ignore
        try:
            call(connection, "connect", introduction(gateway.token))
        except GatewayRefused:
            return f"port {gateway.port} is another gateway's"
    return None


def _end_of(output: Path) -> str:
    return output.read_text(errors="replace")[-2000:]
