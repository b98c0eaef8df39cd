"""``audit verify``: whether the log is whole, and what is read from it follows from it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.errors import DONE, STORE_AT_FAULT, say
from openclaw_manager.entrypoints.cli.output import output_options, write
from openclaw_manager.entrypoints.cli.printable import printable
from openclaw_manager.entrypoints.cli.progress import progress_bar
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from openclaw_manager.application.proof.checkpoint import Checkpoint
    from openclaw_manager.application.proof.finding import Finding
    from openclaw_manager.application.proof.verification import Verified

_LONGEST_FILE = 65536  # bytes; a checkpoint takes 600, a key 200
_LONG_LOG = 20_000  # events; what takes less than half a second needs no bar


@click.command
@click.option(
    "--checkpoint",
    type=click.File("rb"),
    metavar="FILE",
    help="Verify too that the log still has what this vouches for; - is standard input.",
)
@click.option(
    "--key",
    type=click.File("rb"),
    metavar="FILE",
    help="The public key that signed the checkpoint, as PEM.  [default: the one of this home]",
)
@output_options
@click.pass_context
def verify(
    ctx: click.Context, checkpoint: IO[bytes] | None, key: IO[bytes] | None, output: str
) -> None:
    """Make everything anew that follows from the events, and compare.

    The chain over all events is unbroken, so none was changed, removed, inserted or moved;
    each can be read and applied to its instance; the states and names kept for speed are what
    the events make; and data.json shows what they say. Nothing is changed.

    Whoever can write the log can make its chain anew: only a checkpoint that was kept
    elsewhere tells that. Exit status 6: something does not hold.
    """
    if key is not None and checkpoint is None:
        raise click.UsageError("a key is for --checkpoint")
    vouched = None if checkpoint is None else _admitted(checkpoint, key)
    with progress_bar("verifying", _LONG_LOG) as progress:
        verified = session().container.verification().verify(vouched, progress)
    write(
        _document(verified),
        output,
        names=map(_line, verified.findings),
        table=lambda: _text(verified, vouched),
    )
    _advise(verified)
    ctx.exit(DONE if verified.ok else STORE_AT_FAULT)


def _admitted(file: IO[bytes], key: IO[bytes] | None) -> Checkpoint:
    pem = None if key is None else _read(key).decode(errors="replace")
    return session().container.checkpoints().admit(_read(file), pem)


def _read(file: IO[bytes]) -> bytes:
    try:
        return file.read(_LONGEST_FILE)
    except OSError as error:
        raise click.FileError(file.name, error.strerror) from error


def _document(verified: Verified) -> dict[str, Any]:
    return {
        "ok": verified.ok,
        "events": verified.events,
        "head": verified.head and verified.head.hex(),
        "findings": [
            {"position": one.position, "path": one.path, "problem": one.problem}
            for one in verified.findings
        ],
    }


def _text(verified: Verified, checkpoint: Checkpoint | None) -> str:
    if not verified.ok:
        return "\n".join(map(_line, verified.findings))
    if verified.head is None:
        return "nothing was ever recorded here"
    vouched = f", as {checkpoint} vouches for {checkpoint.position}" if checkpoint else ""
    return f"all holds: {verified.events} events{vouched}; the chain ends in {verified.head.hex()}"


def _line(finding: Finding) -> str:
    if finding.position is not None:
        place = f"event {finding.position}"
    elif finding.path is not None:
        place = f"data.json {finding.path}".rstrip()
    else:
        place = "events.db"
    return printable(f"{place}: {finding.problem}")


def _advise(verified: Verified) -> None:
    if verified.ok:
        return
    count = len(verified.findings)
    problems = f"error: {count} {'thing does' if count == 1 else 'things do'} not hold"
    if all(finding.path is not None for finding in verified.findings):
        say(problems, "the log is whole; make data.json anew: openclaw-manager doctor --fix")
    else:
        say(problems, "keep a copy of the folder before anything else, and restore a backup")
