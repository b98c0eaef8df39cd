"""``demo``: the main job from beginning to end, on simulators, leaving nothing behind."""

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import click

_TOKEN = "demo-token"
_PATIENCE = 20.0  # seconds
_STATE = "state.json"
_TERMINATED = 143  # what a shell calls the end of a process by SIGTERM


@click.command
def demo() -> None:
    """Show the main job on simulated gateways.

    Starts one for each dialect, registers, pings, captures, removes and restores them.

    Everything happens on loopback and in a temporary folder; both are gone afterwards.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openclaw-manager-"))
        demonstration = _Demonstration(folder)
        demonstration.configure(model="small")
        demonstration.tell("Three gateways on this machine, one for each dialect that is spoken.")
        demonstration.run("keys", "generate", "--out", "device.pem")
        gateways = {
            dialect: stack.enter_context(_simulator(folder, dialect))
            for dialect in ("openclaw", "challenge", "bearer")
        }
        _show_main_job(demonstration, gateways)


class _Demonstration:
    """Shows commands as a person would type them, and what they print."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._environment = os.environ | {
            "OPENCLAW_MANAGER_HOME": os.path.join(folder, "home"),
            "DEMO_TOKEN": _TOKEN,
        }

    def tell(self, text: str) -> None:
        click.echo(f"\n{click.style(text, bold=True)}")

    def configure(self, *, model: str) -> None:
        """Let the gateway of the openclaw dialect have this configuration from now on."""
        agents = {"list": [{"id": "main", "model": model}]}
        draft = os.path.join(self._folder, "state.draft")
        with open(draft, "w", encoding="utf-8") as file:
            json.dump({"config": {"gateway": {"port": 18789}, "agents": agents}}, file)
        os.replace(draft, os.path.join(self._folder, _STATE))

    def run(self, *arguments: str, expected: int = 0) -> None:
        """Run one command; the demo fails with it if it ends otherwise than it should."""
        click.echo(click.style(f"\n$ openclaw-manager {shlex.join(arguments)}", fg="cyan"))
        sys.stdout.flush()
        result = subprocess.run(
            [*_PROGRAM, *arguments], cwd=self._folder, env=self._environment, check=False
        )
        if result.returncode != expected:
            raise click.ClickException(f"that ended with exit status {result.returncode}")


_PROGRAM = (sys.executable, "-m", "openclaw_manager.entrypoints.cli.start")


class _Gateway:
    """A simulator in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.url = url

    def stop(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def _simulator(folder: str, dialect: str) -> Iterator[_Gateway]:
    arguments = ["simulate", "--dialect", dialect, "--token", "env:DEMO_TOKEN"]
    if dialect == "challenge":
        arguments += ["--public-key", "@device.pem.pub"]
    if dialect == "openclaw":
        arguments += ["--state", _STATE]
    process = subprocess.Popen(
        [*_PROGRAM, *arguments],
        cwd=folder,
        env=os.environ | {"DEMO_TOKEN": _TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None, "it is piped"
    with process.stdout:
        gateway = _Gateway(process, process.stdout.readline().strip())
        try:
            if not gateway.url:
                raise click.ClickException(f"the {dialect} simulator did not start")
            yield gateway
        finally:
            gateway.stop()


def _show_main_job(demonstration: _Demonstration, gateways: dict[str, _Gateway]) -> None:
    run, tell = demonstration.run, demonstration.tell
    token = ("--token", "env:DEMO_TOKEN")
    tell("Register them. Nobody contacts a gateway for that.")
    for name, gateway in gateways.items():
        key = ("--private-key", "@device.pem") if name == "challenge" else ()
        run("instance", "register", name, "--url", gateway.url, *token, *key, "-o", "name")
    tell("Ping them: a complete authenticated round trip to each.")
    run("instance", "ping", "--all")
    tell("Keep what one of them holds. Somebody gives its agent another model: what changed?")
    run("snapshot", "capture", "openclaw")
    demonstration.configure(model="large")
    run("snapshot", "capture", "openclaw")
    run("snapshot", "diff", "openclaw~1", "openclaw")
    tell("Now one of them stops.")
    gateways["bearer"].stop()
    run("instance", "ping", "--all", expected=4)
    run("instance", "list")
    run("instance", "history", "bearer")
    tell("Remove it. Nothing is forgotten, so that can be taken back.")
    run("instance", "remove", "bearer", "--reason", "it only served the demo", "-o", "name")
    run("instance", "list", "--all")
    run("instance", "restore", "bearer", "-o", "name")
    run("instance", "history", "bearer", "--limit", "2")
    tell("That was all, and it is gone: the gateways are stopped, the folder is deleted.")
