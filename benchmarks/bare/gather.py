"""Makes many handshakes at once, under a limit, with nothing around them."""

import asyncio
import json
from typing import TextIO

import click
from handshake import ping


async def ping_all(urls: list[str], token: str, limit: int) -> list[float]:
    """Time each ping and its pong in seconds."""
    places = asyncio.Semaphore(limit)

    async def ping_one(url: str) -> float:
        async with places:
            return await ping("openclaw", url, token)

    return await asyncio.gather(*(ping_one(url) for url in urls))


@click.command()
@click.argument("urls", type=click.File())
@click.argument("token", type=click.File())
@click.argument("limit", type=int)
def main(urls: TextIO, token: TextIO, limit: int) -> None:
    """Ping all the gateways that the file URLS lists."""
    click.echo(json.dumps(asyncio.run(ping_all(json.load(urls), token.read(), limit))))


main()
