"""What a command line asks for, read as click reads it, but to its end where click gives up."""

from collections import deque
from collections.abc import Iterator, Sequence

import click

from openclaw_manager.entrypoints.cli.output import MACHINE_FORMATS

_OUTPUT = ("-o", "--output")


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the form that is asked for last is JSON."""
    form = None
    for name, value in options_in(arguments):
        if name == "--json":
            form = "json"
        elif name in _OUTPUT:
            form = value
    return form in MACHINE_FORMATS


def options_in(arguments: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Give the options with their values, known ones or not; what is a value is no option."""
    from openclaw_manager.entrypoints.cli.main import cli

    command: click.Command = cli
    left = deque(arguments)
    while left:
        word = left.popleft()
        if word == "--":  # no more options, but for those of the command that comes next
            if not (isinstance(command, click.Group) and left):
                return
            command = _next_command(command, left.popleft())
        elif word.startswith("-") and word != "-":
            yield from _options_of(word, left, command)
        else:
            command = _next_command(command, word)


def _next_command(command: click.Command, word: str) -> click.Command:
    """Go from a group to its command of that name, if there is one."""
    if not isinstance(command, click.Group):
        return command
    return command.get_command(click.Context(command), word) or command


def _options_of(
    word: str, left: deque[str], command: click.Command
) -> Iterator[tuple[str, str | None]]:
    """Read one word as one long option, or as one or more short ones, with what belongs to it."""
    if word.startswith("--"):
        name, has_value, value = word.partition("=")
        if not has_value and _takes_value(command, name):
            yield name, left.popleft() if left else None
        else:
            yield name, value
        return
    for end, letter in enumerate(word[1:], start=2):
        name = f"-{letter}"
        if _takes_value(command, name):
            yield name, word[end:] or (left.popleft() if left else None)
            return
        yield name, None


def _takes_value(command: click.Command, name: str) -> bool:
    """Whether a value follows; of options that a command does not have, only one is known."""
    for option in command.params:
        if isinstance(option, click.Option) and name in (*option.opts, *option.secondary_opts):
            return not (option.is_flag or option.count)
    return name in _OUTPUT
