"""``metrics show`` and ``metrics write``: metrics without a watch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from openclaw_manager.entrypoints.cli.session import session

_SUFFIX = ".prom"
_MODE = 0o644  # the node exporter runs as another user


class _Textfile(click.Path):
    """A file that the node exporter's textfile collector reads."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Read the path; that exporter skips all other files, and no other is replaced."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix != _SUFFIX:
            self.fail(f"the node exporter reads only files that end in {_SUFFIX}", param, ctx)
        return path


@click.command
def show() -> None:
    """Print the metrics of all instances, as Prometheus reads them."""
    for part in _page():
        click.echo(part.encode(), nl=False)


@click.command
@click.argument("file", type=_Textfile(dir_okay=False))
def write(file: Path) -> None:
    """Write the metrics of all instances to FILE, for the node exporter's textfile collector.

    FILE ends in .prom, and is replaced at a stroke. Everybody on this machine may read it: it
    holds names, tags, addresses and what pings found, and no secret.
    """
    from openclaw_manager.entrypoints.cli.written_files import write_files

    write_files({file: _page()}, force=True, mode=_MODE)


def _page() -> Iterator[str]:
    """Write the metrics of the instances that are not removed."""
    from openclaw_manager.entrypoints.composition.metrics import metrics_page
    from openclaw_manager.entrypoints.composition.watch_records import incidents_of

    minions = [minion for minion in session().instances() if "deletedAt" not in minion]
    names = {minion["id"]: minion["title"] for minion in minions}
    outages = incidents_of(session().settings, names).find(open_only=True) if names else []
    return metrics_page(minions, {outage.instance_id: outage.start for outage in outages})
