"""``simulate``: run a gateway that checks what it is sent, and misbehaves on demand."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.domain.errors import KeyRefused
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.entrypoints.cli.given import DURATION, SECRET, TEXT
from openclaw_manager.entrypoints.cli.listening import HIGHEST_PORT, why_not

if TYPE_CHECKING:
    from openclaw_manager.entrypoints.composition.simulation import Fault, GatewaySimulator, Visit

_SECRET = "VALUE|@FILE|-|env:NAME"
_FILE = click.Path(exists=True, dir_okay=False)


def _faults() -> type[Fault]:
    from openclaw_manager.entrypoints.composition.simulation import (
        Fault,
    )

    return Fault


class _FaultName(click.ParamType["Fault"]):
    """One of the names of faults, which are loaded with the simulator and not before."""

    name = "name"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fault:
        """Find the fault of that name."""
        try:
            return _faults()(value)
        except ValueError:
            self.fail(f"{value!r} is none of {', '.join(_faults())}.", param, ctx)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click calls it so
        param: click.Parameter,  # noqa: ARG002 - the same
        incomplete: str,
    ) -> list[Any]:
        """Offer the faults that begin so."""
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(fault.value, help=fault.description)
            for fault in _faults()
            if fault.startswith(incomplete)
        ]


class _Simulate(click.Command):
    """Ends its help with the lists of faults."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each fault does, first those of all dialects."""
        headings = {
            frozenset(Dialect): "Faults",
            frozenset((Dialect.OPENCLAW,)): "Faults of the openclaw dialect",
            frozenset((Dialect.OPENCLAW, Dialect.CHALLENGE)): (
                "Faults of the openclaw and the challenge dialect"
            ),
        }
        for dialects, heading in headings.items():
            faults = [fault for fault in _faults() if fault.dialects == dialects]
            with formatter.section(heading):
                formatter.write_dl([(fault.value, fault.description) for fault in faults])
        super().format_epilog(ctx, formatter)


@click.command(cls=_Simulate)
@click.option(
    "--dialect",
    type=click.Choice([dialect.value for dialect in Dialect]),
    required=True,
    help="What it speaks.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, HIGHEST_PORT),
    default=0,
    help="The port to listen on; 0, the default, takes a free one.",
)
@click.option("--token", type=SECRET, metavar=_SECRET, help="The token that clients have to show.")
@click.option(
    "--public-key",
    type=TEXT,
    metavar=_SECRET,
    help="The RSA public key, in PEM, whose signature the challenge dialect demands.",
)
@click.option(
    "--fault",
    "faults",
    type=_FaultName(),
    multiple=True,
    help="Misbehave in this way; may be repeated.",
)
@click.option("--version", help="The version that it claims to be.")
@click.option(
    "--protocol",
    type=click.Choice([3, 4]),
    default=4,
    show_default=True,
    help="The protocol of the openclaw dialect.",
)
@click.option(
    "--latency",
    type=DURATION,
    default=0.0,
    help="How long it takes to answer a handshake, such as 50ms.",
)
@click.option(
    "--starting-for",
    type=DURATION,
    default=0.0,
    help="How long it takes no clients yet, such as 3s.",
)
@click.option(
    "--pairing",
    type=click.Choice(["auto", "ask"]),
    default="auto",
    show_default=True,
    help="How devices get known (openclaw): those of this machine that have the token without "
    "asking, or all by an approval, as those of other machines.",
)
@click.option(
    "--approve-after",
    type=DURATION,
    help="How long until a device that waits for an approval gets it, without anybody doing "
    "anything; else only device.pair.approve gives it.",
)
@click.option(
    "--state",
    type=_FILE,
    help="What it holds and a capture finds, as a JSON file; it is read again when it changes.",
)
@click.option("--tls", is_flag=True, help="Serve wss, with a certificate that it makes itself.")
@click.option("--tls-cert", type=_FILE, help="Serve wss with the certificate in this PEM file.")
@click.option("--tls-key", type=_FILE, help="The PEM file with the key of that certificate.")
def simulate(dialect: str, faults: tuple[Fault, ...], **options: Any) -> None:
    """Run a simulated gateway until it is stopped.

    It checks what clients send as a real gateway does. The first line on standard output
    is the URL to connect to; standard error tells the fingerprint of its certificate, and
    how each client was judged. Ctrl-C or SIGTERM stops it.
    """
    import asyncio

    from openclaw_manager.entrypoints.composition.simulation import (
        GatewaySimulator,
    )

    try:
        gateway = GatewaySimulator(Dialect(dialect), faults=faults, on_visit=_tell, **options)
    except KeyRefused as refused:
        raise click.BadParameter(f"{refused}.", param_hint="'--public-key'") from None
    except ValueError as refused:
        raise click.UsageError(f"{refused}.") from None
    except OSError as unreadable:
        problem = f"{unreadable.filename} cannot be read: {unreadable.strerror}."
        raise click.ClickException(problem) from None
    gc.enable()  # unlike other commands, this one runs for long
    asyncio.run(_run_until_stopped(gateway, options["host"], options["port"]))


async def _run_until_stopped(gateway: GatewaySimulator, host: str, port: int) -> None:
    import asyncio

    stopped = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    try:
        await gateway.start()
    except OSError as error:
        problem = why_not(error, host, port, free="--port 0")
        raise click.ClickException(f"{problem}.") from None
    try:
        click.echo(gateway.url)
        if gateway.tls_fingerprint:
            click.echo(f"its certificate is {gateway.tls_fingerprint}", err=True)
        click.echo("simulating a gateway; Ctrl-C stops it", err=True)
        await stopped.wait()
    finally:
        await gateway.close()


def _tell(visit: Visit) -> None:
    click.echo(f"{'let in' if visit.accepted else 'refused'}: {visit.detail}", err=True)
