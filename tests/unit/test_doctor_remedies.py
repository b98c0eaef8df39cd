"""What the doctor says next: one command for each check, and each of them exists."""

import shlex

import click
import pytest

from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.condition import Cause
from openclaw_manager.entrypoints.cli.causes import ADVICE
from openclaw_manager.entrypoints.cli.main import cli
from openclaw_manager.entrypoints.cli.remedies import NEXT, next_command, said

HOME = "/srv/open claw"


def wrong(id_: CheckId, **facts: object) -> Check:
    return Check(id_, Verdict.FAILED, "it broke", "alpha", "alpha's own", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("id_", list(CheckId))
def test_every_check_has_a_command_to_run_next(id_: CheckId) -> None:
    command = next_command(wrong(id_), HOME)

    assert command
    assert "{" not in command
    assert shlex.split(command, comments=True)


def test_no_command_is_kept_for_a_check_that_is_gone() -> None:
    assert NEXT.keys() == set(CheckId)


@pytest.mark.parametrize("command", sorted({one for one in NEXT.values() if "manager" in one}))
def test_the_commands_of_ours_exist_with_their_options(command: str) -> None:
    _, *words = shlex.split(command.format(name="NAME", home=HOME), comments=True)
    group: click.Command = cli
    ctx = click.Context(cli)
    while isinstance(group, click.Group):
        found = group.get_command(ctx, words.pop(0))
        assert found is not None, command
        group = found
    options = {name for parameter in group.params for name in parameter.opts} | {"--help"}

    assert {word for word in words if word.startswith("--")} <= options


def test_names_and_folders_are_quoted_for_the_shell() -> None:
    assert next_command(wrong(CheckId.PAIRING), HOME) == (
        """openclaw-manager instance pair 'alpha'"'"'s own'"""
    )
    assert next_command(wrong(CheckId.DISK_SPACE), HOME) == "df -h '/srv/open claw'"


def test_what_a_gateway_said_decides_what_is_next() -> None:
    check = wrong(CheckId.CREDENTIALS, code=Cause.RATE_LIMITED)

    assert next_command(check, HOME) == ADVICE[Cause.RATE_LIMITED].next.format(
        name="""'alpha'"'"'s own'"""
    )
    assert said(check) == f"{ADVICE[Cause.RATE_LIMITED].happened}: it broke"


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.SKIPPED])
def test_nothing_is_to_be_done_where_nothing_is_wrong(verdict: Verdict) -> None:
    assert next_command(Check(CheckId.STORE, verdict, "fine"), HOME) is None
