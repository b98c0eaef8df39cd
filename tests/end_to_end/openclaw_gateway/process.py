"""A real OpenClaw gateway, running on loopback for as long as a ``with`` block lasts."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from websockets.sync.client import connect

from end_to_end.openclaw_gateway.installation import Installation

_STARTS_WITHIN = 90  # seconds; 15 with a cold cache on two cores, more beside other work
_STOPS_WITHIN = 20  # seconds; SIGTERM was obeyed within 3
_LOOKS_EVERY = 0.1  # seconds


class GatewayDidNotStart(Exception):
    """The gateway ended, never became ready, or something else holds its port."""


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway that was seen to be ready and to be the one that was started here."""

    port: int
    token: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://127.0.0.1:{self.port}"

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
def running_gateway(installation: Installation, folder: Path) -> Iterator[RunningGateway]:
    """Start a gateway that keeps everything it writes in ``folder``, and stop it in the end.

    Raises ``GatewayDidNotStart`` with the end of the gateway's own output.
    """
    port, token, output = _free_port(), secrets.token_hex(16), folder / "output.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            _command(installation, port),
            env=_environment(installation, folder, token),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    gateway = RunningGateway(port, token, process)
    try:
        problem = _wait_until_ready(gateway) or _not_the_one_that_was_started(gateway)
        if problem:
            raise GatewayDidNotStart(f"{problem}; its last words: {_end_of(output)}")
        yield gateway
    finally:
        gateway.stop()


def _command(installation: Installation, port: int) -> list[str]:
    return [
        *(str(installation.node), str(installation.program), "gateway", "run"),
        *("--port", str(port), "--bind", "loopback"),
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
        "OPENCLAW_STATE_DIR": str(folder / ".openclaw"),
        "OPENCLAW_GATEWAY_TOKEN": token,
        "OPENCLAW_DISABLE_BONJOUR": "1",
        "OPENCLAW_EXEC_SHELL_SNAPSHOT": "0",
        "OPENCLAW_NO_RESPAWN": "1",
        "OPENCLAW_SKIP_CHANNELS": "1",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(gateway: RunningGateway) -> str | None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            status = gateway.process.wait(_LOOKS_EVERY)
            return f"the gateway ended with status {status}"
        if _says_ready(gateway.port):
            return None
    return f"the gateway was not ready within {_STARTS_WITHIN} seconds"


def _says_ready(port: int) -> bool:
    """Ask ``/readyz``, which answers 503 while the gateway is starting."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["ready"])
    except (OSError, ValueError):  # refused, 503, cut off, or not JSON
        return False


def _not_the_one_that_was_started(gateway: RunningGateway) -> str | None:
    """Show the random token: a gateway that somebody else runs on the port would refuse it."""
    with connect(gateway.url, open_timeout=10, max_size=None, proxy=None) as connection:
        connection.recv(timeout=10)  # the challenge, which a client without a device may ignore
        connection.send(json.dumps(_connect_request(gateway.token)))
        answer = json.loads(connection.recv(timeout=10))
    return None if answer["ok"] else f"port {gateway.port} is another gateway's"


def _connect_request(token: str) -> dict[str, object]:
    return {
        "type": "req",
        "id": "1",
        "method": "connect",
        "params": {
            "minProtocol": 4,
            "maxProtocol": 4,
            "client": {"id": "cli", "version": "0", "platform": "linux", "mode": "cli"},
            "auth": {"token": token},
        },
    }


def _end_of(output: Path) -> str:
    return output.read_text(errors="replace")[-2000:]
