"""What command lines ask for, also those that cannot be parsed."""

import shlex

import pytest

from openclaw_manager.entrypoints.cli.asked_for import options_in, wants_json


@pytest.mark.parametrize(
    "line",
    [
        "instance list --json",
        "instance list -o json",
        "instance list -ojson",
        "instance list -o jsonl",
        "instance list --output json",
        "instance list --output=json",
        "instance list -o table --json",
        "instance list -o name -o json",
        "instance trust home -yo json",
        "instance -- list --json",
        "--home DIR -- instance list --json",
        "instance remove home --reason why --json",
        "instance remove --reason=--output --json",
        # and of those that cannot be parsed
        "instance list --no-such-option --json",
        "instance list --json --no-such-option",
        "instance list -x -o json",
        "instance no-such-verb -o json",
        "no-such-noun --output=json",
        "--json",
        "instance show --json",
        "instance ping home --timeout soon -o json",
    ],
)
def test_json_is_asked_for(line: str) -> None:
    assert wants_json(shlex.split(line))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "instance list",
        "instance list -o yaml",
        "instance list --json -o table",
        "instance list -o json --output name",
        "instance list -o",
        "instance list -o jsno",
        "instance remove home --reason '-o json'",
        "instance remove home --reason --json",
        "instance remove home --reason 'say --json or -o json'",
        "instance remove home '--reason=-o json'",
        "instance register -- -o json",
        "instance register --url -o -- json",
        "instance show -- --json",
        "instance -- --json",
        "--home --json instance list",
        "instance list json",
        "instance list -",
    ],
)
def test_json_is_not_asked_for(line: str) -> None:
    assert not wants_json(shlex.split(line))


def test_values_are_no_options() -> None:
    line = "--home --debug instance remove --reason --json -- --no-color"
    assert list(options_in(shlex.split(line))) == [("--home", "--debug"), ("--reason", "--json")]
