"""``alert secret``: keep a URL or a header that is secret."""

import click

from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.entrypoints.cli.given import SECRET
from openclaw_manager.entrypoints.cli.output import output_options, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.composition.alert_settings import NAME_SHAPE, is_name


def _checked(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not is_name(name):
        raise click.BadParameter(f"a name has {NAME_SHAPE}")
    return name


def _one_line(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """Refuse what can be neither a URL nor a header, and do not repeat it."""
    if value is not None and not (value.strip() and value.isprintable()):
        raise click.BadParameter("is not one line of text")
    return value and value.strip()


@click.command
@click.argument("name", callback=_checked)
@click.option(
    "--value",
    type=SECRET,
    callback=_one_line,
    metavar="VALUE|@FILE|-|env:NAME",
    help="The secret: a whole URL, or all that a header says.",
)
@click.option("--erase", is_flag=True, help="Erase it for good instead.")
@output_options
def secret(name: str, value: str | None, erase: bool, output: str) -> None:
    """Keep a secret of an alert, by a NAME of your choice, in place of one of that name.

    It lies where tokens lie, and config.toml says url = "secret:NAME" instead of it.
    """
    if (value is None) is not erase:
        raise click.UsageError("give the secret with --value, or --erase")
    secrets = session().container.alert_secrets()
    if value is None:
        if not secrets.erase(name):
            raise click.UsageError(f"there is no secret {name!r}")
        _write(name, None, output, f"the secret {name!r} is erased")
        return
    secrets.keep(name, value)
    told = f'{name}  {fingerprint(value)}\nin config.toml: url = "secret:{name}"'
    _write(name, fingerprint(value), output, told)


def _write(name: str, shown: str | None, output: str, told: str) -> None:
    document = {"name": name, "fingerprint": shown}
    write(document, output, names=[name], table=lambda: told)
