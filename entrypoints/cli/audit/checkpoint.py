"""``audit checkpoint``: a signed note of where the log is, to be kept where the log is not."""

from pathlib import Path

import click

from openclaw_manager.entrypoints.cli.out_file import out_options, write_out
from openclaw_manager.entrypoints.cli.output import json_text, output_options, write
from openclaw_manager.entrypoints.cli.session import session


@click.command
@out_options()
@output_options
def checkpoint(out: Path | None, force: bool, output: str) -> None:
    """Sign how far the log has come and where its chain ends, as a small JSON document.

    Keep it where whoever can write the log cannot: `audit verify --checkpoint` then finds a
    log whose end was cut off, and one that was rewritten with a new chain. It holds no
    secrets. The key is the device key of this home, which `keys show` shows.
    """
    made = session().container.checkpoints().make()
    document = made.document()
    text = json_text(document, indent=2)
    if out is None:
        write(document, output, names=[document["head"]], table=lambda: text)
        return
    write_out(text + "\n", out, force=force)
    click.echo(f"wrote {made}, which vouches for {made.position} events, to {out}", err=True)
    write(document, output, names=[str(out)], table=lambda: str(out))
