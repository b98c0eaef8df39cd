"""``instance list -o wide``: with statistics, in as many columns as the terminal has room for."""

import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from openclaw_manager.application.statistics import WINDOWS, InstanceStatistics
from openclaw_manager.entrypoints.cli.instance.details import status_cell
from openclaw_manager.entrypoints.cli.instance.statistics import hours
from openclaw_manager.entrypoints.cli.lasting import lasting
from openclaw_manager.entrypoints.cli.output import cell_width, rows_table
from openclaw_manager.entrypoints.cli.percent import percent
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from openclaw_manager.application.ports.view import Minion

_LONGEST_NAME = 24  # columns, where there is not enough room
_BETWEEN = 2  # columns of a terminal, from one of the table to the next
# The columns that a narrow terminal has to do without, the first at first.
_GIVEN_UP = (
    *("TAGS", "URL", "VERSION", "7D", "P99", "CAUSE", "P95", "30D", "LAST 24 HOURS"),
    *("DOWN FOR", "P50", "24H", "STATUS"),
)


def wide_table(minions: "Sequence[Minion]") -> str:
    """Lay instances out with their statistics."""
    from openclaw_manager.entrypoints.composition.watch_records import statistics

    known = statistics(session().settings).of_all([minion["id"] for minion in minions])
    now = datetime.now(UTC)
    rows = [_row(minion, known[minion["id"]], now) for minion in minions]
    columns = {head: [head, *(row[head] for row in rows)] for head in rows[0]}
    if sys.stdout.isatty():
        _fit(columns, shutil.get_terminal_size().columns)
    heads, *lines = zip(*columns.values(), strict=True)
    return rows_table(heads, lines)


def _row(minion: "Minion", known: InstanceStatistics, now: datetime) -> dict[str, str]:
    fields = minion["fields"]
    spread = known.spread
    outage = known.outage
    return {
        "NAME": minion["title"],
        "STATUS": status_cell(minion),
        "DOWN FOR": lasting((now - outage.began).total_seconds()) if outage else "",
        "CAUSE": fields.get("cause") or "",
        **{name.upper(): _share(known.availability[name]) for name in WINDOWS},
        "P50": _milliseconds(spread and spread.median),
        "P95": _milliseconds(spread and spread.p95),
        "P99": _milliseconds(spread and spread.p99),
        "LAST 24 HOURS": hours(known) or "",
        "VERSION": fields.get("version") or "",
        "TAGS": " ".join(minion["tags"]),
        "URL": fields["url"],
    }


def _share(share: float | None) -> str:
    return "" if share is None else percent(share)


def _milliseconds(latency: float | None) -> str:
    return "" if latency is None else f"{latency:.1f} ms"


def _fit(columns: dict[str, list[str]], width: int) -> None:
    """Cut long names, and then take columns out, until the table has room."""
    widths = {head: max(map(cell_width, cells)) for head, cells in columns.items()}
    if _sum(widths) > width and widths["NAME"] > _LONGEST_NAME:
        from openclaw_manager.entrypoints.cli.watching.columns import cut

        columns["NAME"] = [cut(name, _LONGEST_NAME) for name in columns["NAME"]]
        widths["NAME"] = _LONGEST_NAME
    for head in _GIVEN_UP:
        if _sum(widths) <= width:
            return
        del columns[head], widths[head]


def _sum(widths: dict[str, int]) -> int:
    return sum(widths.values()) + _BETWEEN * (len(widths) - 1)
