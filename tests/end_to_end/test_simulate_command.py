"""``simulate`` as a process of its own, as users and their scripts run it."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.openclaw_device import OpenClawDevice

_COMMAND = (
    sys.executable,
    "-c",
    "from openclaw_manager.entrypoints.cli.simulate import simulate; simulate()",
)
_TOKEN = "s3cr3t-t0k3n"
_TOKEN_VARIABLE = "GATEWAY_TOKEN"
_PATIENCE = 30  # seconds


@contextmanager
def _simulating(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run the command until its first line; stop it in the end if it still runs."""
    with subprocess.Popen(
        [*_COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", _TOKEN_VARIABLE: _TOKEN},
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=_PATIENCE
    )


@pytest.mark.parametrize("dialect", ["openclaw", "challenge", "bearer"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_url_first_and_stops_cleanly(dialect: str, stop: signal.Signals) -> None:
    """Also with a client that is connected."""
    with _simulating("--dialect", dialect) as (process, url):
        assert urlsplit(url).scheme == "ws"

        async def stop_while_connected() -> int:
            async with connect(url) as socket:
                process.send_signal(stop)
                await socket.wait_closed()
                return await asyncio.to_thread(process.wait, _PATIENCE)

        assert asyncio.run(stop_while_connected()) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read() == ""
        assert "Traceback" not in process.stderr.read()


def test_another_process_verifies_a_signature_made_by_openssl(tmp_path: Path) -> None:
    """The right key is let in, another is not, and standard error says so without secrets."""
    keys = [_new_key(tmp_path / name) for name in ("right.pem", "wrong.pem")]
    arguments = ("--dialect", "challenge", "--token", _TOKEN, "--public-key", keys[0][1])
    with _simulating(*arguments) as (process, url):
        answers = [asyncio.run(_answer_of(url, private)) for private, _ in keys]
        assert answers == ["hello-ok", "hello-error"]
        with pytest.raises(InvalidStatus):
            asyncio.run(_answer_of(url, keys[0][0], token="wrong"))
        process.terminate()
        _, told = process.communicate(timeout=_PATIENCE)
    assert "let in: signed in" in told
    assert "refused: wrong signature" in told
    assert "refused: HTTP 401" in told
    assert _TOKEN not in told


def _new_key(private: Path) -> tuple[Path, str]:
    subprocess.run(["openssl", "genrsa", "-out", private, "2048"], check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "rsa", "-in", private, "-pubout"], check=True, capture_output=True, text=True
    )
    return private, public.stdout


async def _answer_of(url: str, private: Path, token: str = _TOKEN) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(url, additional_headers=headers) as socket:
        challenge = json.loads(await socket.recv())["payload"]
        payload = {
            "role": "operator",
            "scopes": ["operator.read"],
            "signature": _sign(private, f"{challenge['nonce']}:{challenge['timestamp']}"),
        }
        await socket.send(json.dumps({"type": "connect", "payload": payload | challenge}))
        return str(json.loads(await socket.recv())["type"])


def _sign(private: Path, message: str) -> str:
    signing = ["openssl", "dgst", "-sha256", "-sign", str(private)]
    signed = subprocess.run(signing, input=message.encode(), check=True, capture_output=True)
    encoding = ["openssl", "base64", "-A"]
    encoded = subprocess.run(encoding, input=signed.stdout, check=True, capture_output=True)
    return encoded.stdout.decode()


def test_a_key_is_read_from_a_file(tmp_path: Path) -> None:
    private, public = _new_key(tmp_path / "device.pem")
    (tmp_path / "public.pem").write_text(public)
    arguments = ("--dialect", "challenge", "--public-key", f"@{tmp_path / 'public.pem'}")
    with _simulating(*arguments) as (_, url):
        assert asyncio.run(_answer_of(url, private)) == "hello-ok"


def test_options_reach_the_simulator() -> None:
    options = ("--fault", "rate-limited", "--fault", "http-404", "--protocol", "3")
    with _simulating("--dialect", "openclaw", *options) as (_, url):

        async def status() -> int:
            with pytest.raises(InvalidStatus) as refused:
                async with connect(url):
                    pass
            return refused.value.response.status_code

        assert asyncio.run(status()) == 404


def test_tls_tells_the_url_first_and_the_fingerprint_beside_it() -> None:
    """With which a client can trust the certificate, and nothing else can."""
    with _simulating("--dialect", "openclaw", "--tls") as (process, url):
        assert urlsplit(url).scheme == "wss"

        async def presented() -> str:
            async with connect(url, ssl=_trusting_anybody()) as socket:
                certificate = socket.transport.get_extra_info("ssl_object").getpeercert(
                    binary_form=True
                )
                return f"sha256:{sha256(certificate).hexdigest()}"

        fingerprint = asyncio.run(presented())
        process.terminate()
        _, told = process.communicate(timeout=_PATIENCE)
    assert told.splitlines()[0] == f"its certificate is {fingerprint}"


def _trusting_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_a_certificate_is_read_from_files(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    making = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mine")
    subprocess.run([*making, "-keyout", key, "-out", cert], check=True, capture_output=True)
    files = ("--tls-cert", str(cert), "--tls-key", str(key))
    with _simulating("--dialect", "bearer", *files) as (_, url):

        async def upgrade() -> None:
            trust = ssl.create_default_context(cafile=cert)
            trust.check_hostname = False
            async with connect(url, ssl=trust):
                pass

        asyncio.run(upgrade())
    answer = _run("--dialect", "bearer", "--tls-cert", str(key), "--tls-key", str(key))
    assert answer.returncode == 2
    assert "not a pair in PEM" in answer.stderr


def test_a_device_waits_for_its_approval() -> None:
    """And standard error names the request to approve; here it is approved by time."""
    options = ("--token", f"env:{_TOKEN_VARIABLE}", "--pairing", "ask", "--approve-after", "500ms")
    device = OpenClawDevice()
    with _simulating("--dialect", "openclaw", *options) as (process, url):

        async def answer() -> dict[str, Any]:
            async with connect(url) as socket:
                auth = {"token": _TOKEN}
                await socket.send(device.answer(await socket.recv(), auth=auth))
                found: dict[str, Any] = json.loads(await socket.recv())
                return found

        async def until_paired() -> tuple[str, str]:
            first = await answer()
            while not (last := await answer())["ok"]:
                pass
            request_id = first["error"]["details"]["requestId"]
            return request_id, last["payload"]["auth"]["deviceToken"]

        request_id, token = asyncio.run(until_paired())
        process.terminate()
        _, told = process.communicate(timeout=_PATIENCE)
    assert f"(requestId: {request_id})" in told
    assert token not in told


def test_it_holds_what_a_file_says_at_the_moment(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"models": [{"id": "first"}]}')
    with _simulating("--dialect", "challenge", "--state", str(state)) as (_, url):
        assert asyncio.run(_models_of(url)) == [{"id": "first"}]
        state.write_text('{"models": [{"id": "second"}, {"id": "third"}]}')
        assert asyncio.run(_models_of(url)) == [{"id": "second"}, {"id": "third"}]


async def _models_of(url: str) -> list[dict[str, Any]]:
    async with connect(url) as socket:
        payload = json.loads(await socket.recv())["payload"]
        payload |= {"role": "operator", "scopes": ["operator.read"], "signature": "any"}
        await socket.send(json.dumps({"type": "connect", "payload": payload}))
        await socket.recv()
        await socket.send('{"type":"call","id":"1","method":"models.list","params":{}}')
        items: list[dict[str, Any]] = json.loads(await socket.recv())["payload"]["items"]
        return items


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"{", "JSON"), (b"\xff", "JSON"), (b'{"robots": []}', "robots"), (b"[" * 10**5, "JSON")],
)
def test_a_file_that_holds_nothing_is_one_clear_sentence(
    content: bytes, problem: str, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(content)
    run = _run("--dialect", "openclaw", "--state", str(state))
    assert run.returncode == 2
    assert problem in run.stderr
    assert "Traceback" not in run.stderr


def test_a_busy_port_is_one_clear_sentence() -> None:
    with _simulating("--dialect", "bearer") as (_, url):
        port = urlsplit(url).port
        answer = _run("--dialect", "bearer", "--port", str(port))
    assert (answer.returncode, answer.stdout) == (1, "")
    expected = f"Error: port {port} of 127.0.0.1 is in use; --port 0 takes a free one.\n"
    assert answer.stderr == expected


def test_an_address_of_another_machine_is_one_clear_sentence() -> None:
    answer = _run("--dialect", "bearer", "--host", "192.0.2.1")
    assert answer.returncode == 1
    assert answer.stderr == "Error: 192.0.2.1 is no address of this machine.\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--public-key", "no key"), "the public key is not a public key in PEM."),
        (("--fault", "nonsense"), "'nonsense' is none of plain-tcp, "),
        (("--latency", "soon"), "'soon' is no duration"),
        (("--latency", "-1s"), "'-1s' is no duration"),
        (("--protocol", "5"), "'5' is not one of '3', '4'."),
        (("--port", "65536"), "65536 is not in the range"),
        (("--fault", "busy"), "the challenge dialect has no fault busy."),
        (("--pairing", "maybe"), "'maybe' is not one of 'auto', 'ask'."),
        (("--tls-cert", "/no/such/file"), "File '/no/such/file' does not exist."),
        (("--tls-cert", __file__), "a TLS certificate needs its key"),
    ],
)
def test_wrong_usage_is_told_with_status_2(arguments: tuple[str, ...], problem: str) -> None:
    answer = _run("--dialect", "challenge", *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert problem in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_help_describes_every_fault() -> None:
    answer = _run("--help")
    assert answer.returncode == 0
    for fault, words in (("silent", "not even a pong"), ("busy", "UNAVAILABLE")):
        assert fault in answer.stdout
        assert words in answer.stdout


def test_asking_for_the_command_loads_neither_websockets_nor_cryptography() -> None:
    """Other commands must not pay for this one."""
    program = (
        "import sys, openclaw_manager.entrypoints.cli.simulate; "
        "print(sorted({'websockets', 'cryptography', 'asyncio'} & sys.modules.keys()))"
    )
    loaded = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True)
    assert loaded.stdout.strip() == b"[]"
