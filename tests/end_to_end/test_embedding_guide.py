"""The code in docs/embedding.md runs as it stands there, one block after the other."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openclaw_manager import Manager
from openclaw_manager.simulation import RunningGateway

_GUIDE = Path(__file__).parents[2] / "docs" / "embedding.md"
_TEXT = _GUIDE.read_text(encoding="utf-8")
_BLOCKS: list[str] = re.findall(r"```python\n(.*?)```", _TEXT, re.DOTALL)
_SCRIPTS = [one for one in _BLOCKS if "fastapi" not in one and "def test_" not in one]
_FASTAPI = os.environ.get("OPENCLAW_MANAGER_TEST_FASTAPI", "")
_PATIENCE = 120  # seconds


def _block_with(text: str) -> str:
    [found] = [block for block in _BLOCKS if text in block]
    return found


@pytest.fixture
def gateway() -> Iterator[RunningGateway]:
    with RunningGateway("openclaw", token="secret") as running:
        yield running


def _run(program: str, folder: Path, *options: str, **environment: str) -> str:
    (folder / "program.py").write_text(program)
    done = subprocess.run(
        [sys.executable, *options, "program.py"],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_scripts_do_what_the_guide_says(tmp_path: Path, gateway: RunningGateway) -> None:
    """In the order of the guide, in one home."""
    told = [
        _run(script.replace("ws://127.0.0.1:18789", gateway.url), tmp_path) for script in _SCRIPTS
    ]

    assert told[0].splitlines()[0] == "reachable 2026.9.6"
    assert "there is no instance 'nobody'" in told[1]
    assert "spare is down: Connection refused" in told[1]
    assert told[2] == "True\n"
    assert "home Registered" in told[3]
    assert told[4].splitlines() == ["spare went down: connection-refused", "['spare']"]
    assert told[5].startswith("sha256:")


def test_the_application_serves_pings(tmp_path: Path, gateway: RunningGateway) -> None:
    if not _FASTAPI:
        pytest.skip("no FastAPI: make test-fastapi")
    with Manager.open(tmp_path / ".openclaw-manager") as manager:
        manager.register("home", url=gateway.url, token="secret")
    asking = """

import asyncio
import json


async def get(path: str) -> tuple[int, dict]:
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent[1:]))


async def main() -> None:
    async with app.router.lifespan_context(app):
        answers = await asyncio.gather(*(get("/gateways/home/ping") for _ in range(20)))
        print({document["status"] for _, document in answers})
        print(await get("/gateways/nobody/ping"))


asyncio.run(main())
"""
    told = ["{'reachable'}", "(404, {'detail': \"there is no instance 'nobody'\"})"]

    packages = str(Path(_FASTAPI).resolve())

    program = _block_with("fastapi") + asking

    assert _run(program, tmp_path, PYTHONPATH=packages).splitlines() == told


def test_the_tests_pass(tmp_path: Path) -> None:
    plugins = ("-p", "openclaw_manager.pytest_plugin", "-p", "pytest_asyncio.plugin")
    settings = ("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function")
    options = ("-m", "pytest", *plugins, *settings, "-q", "-W", "error")

    told = _run(_block_with("def test_"), tmp_path, *options, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")

    assert "5 passed" in told
