"""Every command that records something can be told why."""

from collections.abc import Iterator

import click
import pytest

from openclaw_manager.entrypoints.cli.main import cli

# What these do leaves nothing in the log, or, as an import, a watch and the trial of an alert do,
# brings its own reasons.
RECORD_NOTHING = {
    *("instance list", "instance show", "instance history"),
    *("snapshot list", "snapshot show", "snapshot export", "snapshot diff", "snapshot drift"),
    *("config show", "config export", "config diff"),
    *("incident list", "incident show", "metrics show", "metrics write"),
    *("instance watch", "alert list", "alert test", "alert secret"),
    *("store init", "store show", "store key", "store rekey"),
    *("audit log", "audit replay", "audit verify", "audit checkpoint"),
    *("audit export", "audit import"),
    *("keys generate", "keys show", "keys replace"),
    *("settings", "doctor", "simulate", "demo", "completion"),
}


def _commands(
    group: click.Group = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif command is not None:
            yield " ".join((*path, name)), command


@pytest.mark.parametrize(("name", "command"), [*_commands()])
def test_a_command_takes_a_reason_if_it_records_something(
    name: str, command: click.Command
) -> None:
    takes_one = any("--reason" in parameter.opts for parameter in command.params)

    assert takes_one is (name not in RECORD_NOTHING)
