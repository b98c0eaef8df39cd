"""``openclaw-manager``: the root of all commands, and what becomes of their errors."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup
from openclaw_manager.entrypoints.cli.session import Session


@click.group(
    cls=LazyGroup,
    places={
        "instance": "instance.group:instance",
        "snapshot": "snapshot.group:snapshot",
        "config": "config.group:config",
        "metrics": "metrics.group:metrics",
        "incident": "incident.group:incident",
        "alert": "alert.group:alert",
        "audit": "audit.group:audit",
        "keys": "keys:keys",
        "store": "store.group:store",
        "adopt": "adopt:adopt",
        "settings": "settings:settings",
        "doctor": "doctor:doctor",
        "simulate": "simulate:simulate",
        "demo": "demo:demo",
        "completion": "completion:completion",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--home", metavar="DIR", help="Where everything is kept.  [default: ~/.openclaw-manager]"
)
@click.option("--no-color", is_flag=True, help="Never colour what is printed.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="openclaw-manager", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, home: str | None, no_color: bool, debug: bool) -> None:  # noqa: ARG001
    """Register, ping and remember OpenClaw gateways.

    Every fact is an event in a log that is never rewritten; data.json shows what it says now.
    """
    from openclaw_manager.entrypoints.cli.terminal import wants_color

    ctx.obj = Session(home)
    ctx.call_on_close(ctx.obj.close)
    ctx.color = wants_color(no_color)


def main() -> NoReturn:
    """Run a command, and end with the exit status that its outcome has."""
    try:
        status = cli.main(prog_name="openclaw-manager", standalone_mode=False)
        if sys.stdout is not None:  # it is None where the caller closed it
            sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the one place where every error ends
        from openclaw_manager.entrypoints.cli.errors import report

        # In here, since parts that were half made say so themselves once the error is let go.
        _leave(report(error, sys.argv[1:]))
    _leave(status if isinstance(status, int) else 0)


def _leave(status: int) -> NoReturn:
    """End at once, now that all is written and closed.

    Python's own way out frees one by one what the operating system frees at a stroke, which
    takes a tenth of a whole command.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # whoever read us is gone, or never was
            stream.flush()
    os._exit(status)
