"""How the statistics of an instance are shown."""

from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.iso_time import iso
from openclaw_manager.domain.errors import StoreError
from openclaw_manager.entrypoints.cli.chart.sparkline import sparkline
from openclaw_manager.entrypoints.cli.instance.details import details, write_instance
from openclaw_manager.entrypoints.cli.output import write
from openclaw_manager.entrypoints.cli.percent import percent
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openclaw_manager.application.ports.view import Minion
    from openclaw_manager.application.statistics import InstanceStatistics
    from openclaw_manager.domain.latencies import Spread


def write_with_statistics(minion: "Minion", output: str) -> None:
    """Print one instance with what there is to tell of its availability and its round trips.

    Where the log cannot be read, the instance is still shown, and what is missing is said.
    """
    from openclaw_manager.entrypoints.composition.watch_records import statistics

    try:
        known = statistics(session().settings).of(minion["id"])
    except StoreError as error:
        warn(f"there are no statistics: {error}")
        write_instance(minion, output)
        return
    write(
        minion | {"statistics": document(known)} if known.known else minion,
        output,
        names=[minion["title"]],
        table=lambda: details(minion, facts(known)),
    )


def document(statistics: "InstanceStatistics") -> dict[str, Any]:
    """Make statistics a JSON object; round trips are in milliseconds."""
    spread = statistics.spread
    return {
        "availability": {
            name: None if share is None else round(share, 6)
            for name, share in statistics.availability.items()
        },
        "latencyMs": spread
        and {
            "p50": round(spread.median, 3),
            "p95": round(spread.p95, 3),
            "p99": round(spread.p99, 3),
        },
        "hourlyMediansMs": [None if one is None else round(one, 3) for one in statistics.medians],
        "incident": statistics.outage and str(statistics.outage.position),
    }


def facts(statistics: "InstanceStatistics") -> list[tuple[str, str | None]]:
    """Lay statistics out for a person; what is not known is None."""
    outage = statistics.outage
    down = outage and f"{iso(outage.began)}, incident {outage.position}"
    return [
        ("down since", down and click.style(down, fg="red")),
        ("availability", _availability(statistics.availability)),
        ("round trips", _spread(statistics.spread)),
        ("hour by hour", _hours_up_to(statistics.medians)),
    ]


def hours(statistics: "InstanceStatistics") -> str | None:
    """Draw the medians of the last 24 hours; None where there are none."""
    known = any(median is not None for median in statistics.medians)
    return sparkline(statistics.medians) if known else None


def _hours_up_to(medians: "Sequence[float | None]") -> str | None:
    """Draw them, and say what the highest bar stands for."""
    highest = max((median for median in medians if median is not None), default=None)
    return None if highest is None else f"{sparkline(medians)} up to {highest:.1f} ms"


def _availability(shares: "Mapping[str, float | None]") -> str | None:
    known = [f"{percent(share)} in {name}" for name, share in shares.items() if share is not None]
    return ", ".join(known) or None


def _spread(spread: "Spread | None") -> str | None:
    if spread is None:
        return None
    of_each = (("p50", spread.median), ("p95", spread.p95), ("p99", spread.p99))
    return ", ".join(f"{name} {ms:.1f} ms" for name, ms in of_each) + " in 24h"
