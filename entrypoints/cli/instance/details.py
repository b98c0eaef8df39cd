"""How one instance is shown."""

from collections.abc import Iterable
from typing import Any

import click

from openclaw_manager.application.ports.view import Minion
from openclaw_manager.entrypoints.cli.output import facts_table, write

_COLORS = {"reachable": "green", "unreachable": "red"}


def write_instance(minion: Minion, output: str) -> None:
    """Print one instance in the form that was asked for."""
    write(minion, output, names=[minion["title"]], table=lambda: details(minion))


def status_cell(minion: Minion) -> str:
    """Say in one word, and in a colour, how an instance is."""
    status = "removed" if "deletedAt" in minion else minion["fields"]["status"]
    return click.style(status, fg=_COLORS.get(status))


def details(minion: Minion, statistics: Iterable[tuple[str, Any]] = ()) -> str:
    """Lay out what is known of an instance, for a person; facts of statistics among it."""
    fields = minion["fields"]
    return facts_table(
        [
            ("name", minion["title"]),
            ("id", minion["id"]),
            ("url", fields["url"]),
            ("tags", " ".join(minion["tags"])),
            ("status", fields["status"]),
            ("condition", fields.get("condition")),
            ("cause", fields.get("cause")),
            ("version", fields.get("version")),
            ("dialect", fields.get("dialect")),
            ("protocol", fields.get("protocol")),
            ("last success", fields.get("lastPingAt")),
            ("round trip", milliseconds(fields.get("lastPingLatencyMs"))),
            *statistics,
            ("token", fields.get("token")),
            ("private key", fields.get("devicePrivateKey")),
            ("public key", one_line(fields.get("devicePublicKey"))),
            ("device id", fields.get("deviceId")),
            ("scopes", " ".join(fields.get("scopes", []))),
            ("gateway id", fields.get("gatewayId")),
            ("certificate pin", fields.get("tlsFingerprint")),
            ("certificate ends", fields.get("certificateExpiresAt")),
            ("registered", minion["createdAt"]),
            ("last change", minion["updatedAt"]),
            ("removed", minion.get("deletedAt")),
        ]
    )


def milliseconds(latency: float | None) -> str | None:
    """Write a latency with its unit."""
    return None if latency is None else f"{latency:.1f} ms"


def one_line(pem: str | None) -> str | None:
    """Shorten a PEM to what tells it from another."""
    return pem and "".join(pem.splitlines()[1:-1])[-24:]
