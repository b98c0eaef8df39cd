"""How sections that did not come are told: what happened, and what to type next."""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.section import Section, SectionCause

if TYPE_CHECKING:
    from openclaw_manager.application.snapshot_view import SectionState
    from openclaw_manager.domain.section import SectionFailed

HAPPENED = {
    SectionCause.NOT_OFFERED: "this gateway does not offer that",
    SectionCause.SCOPE_MISSING: "the gateway let us in, but does not let us read that",
    SectionCause.CALL_FAILED: "the gateway answered with an error",
    SectionCause.TIMEOUT: "no answer came in time",
    SectionCause.CONNECTION_CLOSED: "the connection ended before the answer came",
    SectionCause.TOO_LARGE: "the answer is larger than a gateway may send",
    SectionCause.MALFORMED_ANSWER: "what came cannot be taken as an answer",
}
"""What happened, in a clause, by the cause."""

_CAPTURE = "openclaw-manager snapshot capture {name}"
NEXT = {
    SectionCause.NOT_OFFERED: None,
    SectionCause.SCOPE_MISSING: "openclaw-manager instance pair {name}",
    SectionCause.CALL_FAILED: "openclaw status  # on its host",
    SectionCause.TIMEOUT: _CAPTURE + " --timeout 2m",
    SectionCause.CONNECTION_CLOSED: _CAPTURE,
    SectionCause.TOO_LARGE: _CAPTURE + " --section SECTION,...  # all but that",
    SectionCause.MALFORMED_ANSWER: "openclaw-manager doctor {name}",
}
"""The one command to run next; None where nothing needs to be done."""

_USUAL_SCOPE = "operator.read"  # what pairing asks for unless told otherwise


def tell_failures(name: str, failed: "Mapping[Section, SectionState | SectionFailed]") -> None:
    """Tell the person at the terminal, once for all sections that failed in the same way."""
    ways: dict[tuple[SectionCause, str | None, str | None], list[Section]] = {}
    for section, state in failed.items():
        assert state.cause is not None, "what failed has a cause"
        ways.setdefault((state.cause, state.detail, state.scope), []).append(section)
    for (cause, detail, scope), sections in ways.items():
        click.echo(f"{name}: {what_failed(sections, cause, detail, scope)}", err=True)
        advice = next_command(name, cause, scope)
        if advice:
            click.echo(f"  next: {advice}", err=True)


def what_failed(
    sections: "list[Section]", cause: SectionCause, detail: str | None, scope: str | None
) -> str:
    """Say of some sections why they did not come, in one sentence without its subject."""
    needed = f" (it wants the scope {scope})" if scope else ""
    said = f": {detail}" if detail else ""
    return f"no {', '.join(sections)}: {HAPPENED[cause]}{needed}{said}"


def next_command(name: str, cause: SectionCause, scope: str | None) -> str | None:
    """Tell what to type next; another scope than the usual one has to be asked for."""
    advice = NEXT[cause]
    if advice and scope and scope != _USUAL_SCOPE:
        advice += f" --scopes {_USUAL_SCOPE},{scope}"
    return advice and advice.format(name=shlex.quote(name))


def tell_not_compared(about: str, not_compared: Mapping[Section, str]) -> None:
    """Tell the person at the terminal, once for all sections that were left out alike."""
    reasons: dict[str, list[Section]] = {}
    for section, why in not_compared.items():
        reasons.setdefault(why, []).append(section)
    for why, sections in reasons.items():
        click.echo(f"{about}not compared: {', '.join(sections)}: {why}", err=True)
