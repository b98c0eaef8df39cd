"""Makes many handshakes at once, under a limit, with nothing around them."""

import asyncio
import json
from typing import BinaryIO, TextIO

import click
from handshake import ping


async def ping_all(
    dialect: str, urls: list[str], token: str, limit: int, pem: bytes | None
) -> list[float]:
    """Time each ping and its pong in seconds."""
    places = asyncio.Semaphore(limit)

    async def ping_one(url: str) -> float:
        async with places:
            return await ping(dialect, url, token, pem)

    return await asyncio.gather(*(ping_one(url) for url in urls))


@click.command()
@click.argument("dialect")
@click.argument("urls", type=click.File())
@click.argument("token", type=click.File())
@click.argument("limit", type=int)
@click.argument("key", type=click.File("rb"), required=False)
def main(dialect: str, urls: TextIO, token: TextIO, limit: int, key: BinaryIO | None) -> None:
    """Ping all the gateways that the file URLS lists."""
    pem = key.read() if key else None
    times = asyncio.run(ping_all(dialect, json.load(urls), token.read(), limit, pem))
    click.echo(json.dumps(times))


main()
