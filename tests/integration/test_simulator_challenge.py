"""The challenge dialect of the simulator, with keys and signatures made by OpenSSL."""

import base64
import json
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.domain.errors import KeyRefused
from openclaw_manager.domain.ping import Dialect


@dataclass(frozen=True, slots=True)
class Device:
    """An RSA key in a file, used by way of the OpenSSL command."""

    private: Path

    @classmethod
    def made_in(cls, folder: Path, name: str = "device", bits: int = 2048) -> "Device":
        private = folder / f"{name}.pem"
        _openssl("genrsa", "-out", str(private), str(bits))
        return cls(private)

    @property
    def public(self) -> str:
        return _openssl("rsa", "-in", str(self.private), "-pubout").decode()

    def sign(self, message: str) -> str:
        raw = _openssl("dgst", "-sha256", "-sign", str(self.private), given=message.encode())
        return base64.b64encode(raw).decode()


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Device:
    return Device.made_in(tmp_path_factory.mktemp("keys"))


@asynccontextmanager
async def _challenged(
    gateway: GatewaySimulator, **headers: str
) -> AsyncGenerator[tuple[ClientConnection, dict[str, Any]]]:
    async with connect(gateway.url, additional_headers=headers) as socket:
        frame = json.loads(await socket.recv())
        assert frame["type"] == "connect.challenge"
        yield socket, frame["payload"]


def _answer_to(challenge: dict[str, Any], signed: str, **changes: Any) -> str:
    payload = {
        "role": "operator",
        "scopes": ["operator.read"],
        "signature": signed,
        **challenge,
    } | changes
    return json.dumps({"type": "connect", "payload": payload})


async def _closed(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed):
        await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def test_a_signature_made_by_openssl_is_accepted_and_calls_are_answered(
    device: Device,
) -> None:
    async with GatewaySimulator(Dialect.CHALLENGE, public_key=device.public) as gateway:
        async with _challenged(gateway) as (socket, challenge):
            signature = device.sign(f"{challenge['nonce']}:{challenge['timestamp']}")
            await socket.send(_answer_to(challenge, signature))
            hello = json.loads(await socket.recv())
            assert hello["type"] == "hello-ok"
            assert hello["payload"].keys() == {"deviceId", "deviceToken", "version"}
            for method in ("agents.list", "channels.list", "models.list"):
                await socket.send(json.dumps({"type": "call", "id": method, "method": method}))
                response = json.loads(await socket.recv())
                assert (response["type"], response["id"]) == ("response", method)
                assert "items" in response["payload"]
            await socket.send('{"type":"call","id":7,"method":"system-presence"}')
            assert json.loads(await socket.recv())["payload"]
            await socket.send('{"type":"call","id":8,"method":"nothing"}')
            assert "error" in json.loads(await socket.recv())
            await (await socket.ping())
        assert [visit.accepted for visit in gateway.visits] == [True]


async def test_the_pkcs1_form_of_a_public_key_is_taken_too(device: Device) -> None:
    pkcs1 = _openssl("rsa", "-in", str(device.private), "-RSAPublicKey_out").decode()
    async with (
        GatewaySimulator(Dialect.CHALLENGE, public_key=pkcs1) as gateway,
        _challenged(gateway) as (socket, challenge),
    ):
        signature = device.sign(f"{challenge['nonce']}:{challenge['timestamp']}")
        await socket.send(_answer_to(challenge, signature))
        assert json.loads(await socket.recv())["type"] == "hello-ok"


async def test_wrong_proofs_are_refused_with_4401(device: Device, tmp_path: Path) -> None:
    """Another key's signature, none, no base64, and the answer to another challenge."""
    stranger = Device.made_in(tmp_path, "stranger")
    async with GatewaySimulator(Dialect.CHALLENGE, public_key=device.public) as gateway:
        for wrong in ("stranger", "empty", "not base64", "old nonce", "old timestamp"):
            async with _challenged(gateway) as (socket, challenge):
                signed = f"{challenge['nonce']}:{challenge['timestamp']}"
                answers = {
                    "stranger": _answer_to(challenge, stranger.sign(signed)),
                    "empty": _answer_to(challenge, ""),
                    "not base64": _answer_to(challenge, "%%%"),
                    "old nonce": _answer_to(challenge, device.sign(signed), nonce="old"),
                    "old timestamp": _answer_to(challenge, device.sign(signed), timestamp=1),
                }
                await socket.send(answers[wrong])
                assert json.loads(await socket.recv())["type"] == "hello-error", wrong
                assert await _closed(socket) == 4401, wrong
        assert not any(visit.accepted for visit in gateway.visits)


async def test_without_a_public_key_an_empty_signature_is_enough() -> None:
    async with (
        GatewaySimulator(Dialect.CHALLENGE, version="1.2.3") as gateway,
        _challenged(gateway) as (socket, challenge),
    ):
        await socket.send(_answer_to(challenge, ""))
        assert json.loads(await socket.recv())["payload"]["version"] == "1.2.3"


async def test_a_malformed_connect_is_refused_with_4400() -> None:
    malformed: list[dict[str, Any]] = [
        {"role": "node"},
        {"scopes": "operator.read"},
        {"scopes": ["operator.write"]},
        {"nonce": None},
        {"timestamp": "soon"},
        {"signature": 1},
        {"deviceToken": 1},
    ]
    async with GatewaySimulator(Dialect.CHALLENGE) as gateway:
        for changes in malformed:
            async with _challenged(gateway) as (socket, challenge):
                await socket.send(_answer_to(challenge, "", **changes))
                assert json.loads(await socket.recv())["type"] == "hello-error", changes
                assert await _closed(socket) == 4400, changes
        for message in ("no json", b"{}", "[]", '{"type":"call"}', '{"type":"connect"}'):
            async with _challenged(gateway) as (socket, _):
                await socket.send(message)
                await socket.recv()
                assert await _closed(socket) == 4400, message


async def test_the_device_token_is_taken_again_and_another_is_refused_with_4403() -> None:
    """Also by a simulator that was started again in between."""
    async with (
        GatewaySimulator(Dialect.CHALLENGE) as gateway,
        _challenged(gateway) as (socket, challenge),
    ):
        await socket.send(_answer_to(challenge, ""))
        token = json.loads(await socket.recv())["payload"]["deviceToken"]
    async with GatewaySimulator(Dialect.CHALLENGE) as gateway:
        async with _challenged(gateway) as (socket, challenge):
            await socket.send(_answer_to(challenge, "", deviceToken=token))
            assert json.loads(await socket.recv())["type"] == "hello-ok"
        for wrong in ("other", "\ud800"):
            async with _challenged(gateway) as (socket, challenge):
                await socket.send(_answer_to(challenge, "", deviceToken=wrong))
                await socket.recv()
                assert await _closed(socket) == 4403


async def test_the_token_is_demanded_on_the_upgrade() -> None:
    async with GatewaySimulator(Dialect.CHALLENGE, token="right") as gateway:
        async with _challenged(gateway, Authorization="bearer right"):
            pass
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"}):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(gateway.url, additional_headers=headers):
                    pass
            assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    ("fault", "close"),
    [(Fault.REFUSE, 4401), (Fault.RATE_LIMITED, 4429), (Fault.STARTING, 1013)],
)
async def test_faults_of_the_handshake_close_with_the_code_of_the_dialect(
    fault: Fault, close: int
) -> None:
    async with (
        GatewaySimulator(Dialect.CHALLENGE, faults=[fault]) as gateway,
        _challenged(gateway) as (socket, challenge),
    ):
        await socket.send(_answer_to(challenge, ""))
        assert json.loads(await socket.recv())["type"] == "hello-error"
        assert await _closed(socket) == close


def test_what_is_no_rsa_public_key_is_refused(device: Device, tmp_path: Path) -> None:
    """Nothing of a private key that was given by mistake is repeated."""
    elliptic = _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
    small = Device.made_in(tmp_path, "small", 1024).public
    private = device.private.read_text()
    keys = ["", "no key", private, small, _openssl("ec", "-pubout", given=elliptic).decode()]
    for key in keys:
        with pytest.raises(KeyRefused) as refused:
            GatewaySimulator(Dialect.CHALLENGE, public_key=key)
        assert private.splitlines()[1] not in str(refused.value)
