"""Pings one gateway: the frames that openclaw-manager exchanges, with nothing around them."""

import asyncio
import json
from typing import Any, BinaryIO, TextIO

import click
from websockets.asyncio.client import ClientConnection, connect

_OPERATOR = {"role": "operator", "scopes": ["operator.read"]}


async def ping(dialect: str, url: str, token: str, pem: bytes | None = None) -> float:
    """Shake hands, and time a ping and its pong in seconds."""
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
        if dialect == "challenge":
            await _answer_challenge(socket, pem)
        elif dialect == "openclaw":
            await introduce(socket, token)
        latency = await (await socket.ping())
        if dialect == "openclaw":
            await _ask(socket, {"2": "health", "3": "gateway.identity.get"})
        return latency


async def _answer_challenge(socket: ClientConnection, pem: bytes | None) -> None:
    challenge = json.loads(await socket.recv())["payload"]
    signed = f"{challenge['nonce']}:{challenge['timestamp']}".encode()
    signature = _sign(pem, signed) if pem else ""
    payload = _OPERATOR | challenge | {"signature": signature}
    await socket.send(json.dumps({"type": "connect", "payload": payload}))
    assert json.loads(await socket.recv())["type"] == "hello-ok"


def _sign(pem: bytes, message: bytes) -> str:
    from base64 import b64encode

    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    return b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


async def introduce(socket: ClientConnection, token: str) -> None:
    """Connect as a real gateway has it, with a token alone."""
    assert json.loads(await socket.recv())["event"] == "connect.challenge"
    client = {"id": "gateway-client", "version": "1", "platform": "linux", "mode": "backend"}
    protocols = {"minProtocol": 3, "maxProtocol": 4}
    auth = {"auth": {"token": token}}
    await _call(socket, "1", "connect", protocols | {"client": client} | _OPERATOR | auth)


async def _call(socket: ClientConnection, id_: str, method: str, params: dict[str, Any]) -> None:
    await socket.send(json.dumps({"type": "req", "id": id_, "method": method, "params": params}))
    while (answer := json.loads(await socket.recv())).get("id") != id_:
        pass
    assert answer["ok"]


async def _ask(socket: ClientConnection, questions: dict[str, str]) -> None:
    """Ask all at once, and take the answers as they come."""
    for id_, method in questions.items():
        await socket.send(json.dumps({"type": "req", "id": id_, "method": method, "params": {}}))
    waiting = set(questions)
    while waiting:
        answer = json.loads(await socket.recv())
        assert answer.get("ok", True)
        waiting.discard(answer.get("id"))


@click.command()
@click.argument("dialect")
@click.argument("url")
@click.argument("token", type=click.File())
@click.argument("key", type=click.File("rb"), required=False)
def main(dialect: str, url: str, token: TextIO, key: BinaryIO | None) -> None:
    """Ping the gateway at URL."""
    latency = asyncio.run(ping(dialect, url, token.read(), key.read() if key else None))
    click.echo(f"{latency * 1000:.1f} ms")


if __name__ == "__main__":
    main()
