"""Imports what registering needs, and inserts one row durably; given a key, it validates that."""

import sqlite3

import click
import dependency_injector.containers
import dependency_injector.providers  # noqa: F401 - measured
import eventsourcing.application
import eventsourcing.sqlite  # noqa: F401 - measured


@click.command()
@click.argument("database")
@click.argument("key", required=False)
def main(database: str, key: str | None) -> None:
    """Insert a row into DATABASE."""
    state = b"{}" if key is None else _public_half(key)
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("INSERT INTO events (state) VALUES (?)", (state,))
    connection.close()


def _public_half(path: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    with open(path, "rb") as file:
        key = load_pem_private_key(file.read(), None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


main()
