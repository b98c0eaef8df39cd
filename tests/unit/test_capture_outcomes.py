"""What a capture is told as: an exit status, words, and an object."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import pytest

from openclaw_manager.application.capturing import CaptureFinding
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.application.probing import Probe
from openclaw_manager.application.snapshot_view import SectionState, SnapshotView
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, PingOutcome
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed
from openclaw_manager.domain.snapshot import Observation
from openclaw_manager.entrypoints.cli.errors import report
from openclaw_manager.entrypoints.cli.snapshot.failures import HAPPENED, NEXT
from openclaw_manager.entrypoints.cli.snapshot.outcomes import Captured

_AT = datetime(2026, 11, 24, tzinfo=UTC)
_PROBE = Probe(UUID(int=1), "home", Target("ws://127.0.0.1:1"), None)
_HASH = "sha256:" + "a" * 64


def _captured(
    heard: tuple[Section, ...],
    failures: Mapping[Section, SectionFailed],
    asked: tuple[Section, ...] = (),
    *,
    recorded: bool = True,
) -> Captured:
    seen = Observation(
        version="2026.9.6",
        dialect=Dialect.OPENCLAW,
        protocol=4,
        gateway_id=None,
        contents=dict.fromkeys(heard, _HASH),
        failures=failures,
        volatile={},
        agent_count=1,
        channel_count=None,
        model_count=None,
        texts={},
    )
    view = _view(heard, failures) if heard and recorded else None
    return Captured(CaptureFinding(_PROBE, _AT, seen), view, asked)


def _view(heard: tuple[Section, ...], failures: Mapping[Section, SectionFailed]) -> SnapshotView:
    states = {section: SectionState(_HASH) for section in heard} | {
        section: SectionState(None, why.cause, why.detail, why.scope)
        for section, why in failures.items()
    }
    return SnapshotView(
        id="0f" * 16,
        instance_id=str(_PROBE.instance_id),
        instance="home",
        captured_at=_AT,
        previous_id=None,
        version="2026.9.6",
        dialect="openclaw",
        protocol=4,
        gateway_id=None,
        agent_count=1,
        channel_count=None,
        model_count=None,
        actor="ana@desk",
        reason=None,
        sections=states,
    )


def _failed(cause: SectionCause, scope: str | None = None) -> SectionFailed:
    return SectionFailed(cause, None, scope)


@pytest.mark.parametrize("cause", SectionCause)
def test_every_cause_has_words_and_something_to_type(cause: SectionCause) -> None:
    assert cause in HAPPENED
    assert NEXT[cause] or cause is SectionCause.NOT_OFFERED


def test_all_that_was_asked_for_is_a_success() -> None:
    assert _captured(tuple(Section), {}).exit_status == 0


def test_what_a_gateway_does_not_offer_is_no_failure_unless_it_was_asked_for() -> None:
    missing = {Section.CRON: _failed(SectionCause.NOT_OFFERED)}

    assert _captured((Section.AGENTS,), missing).exit_status == 0
    assert _captured((Section.AGENTS,), missing, (Section.AGENTS, Section.CRON)).exit_status == 1


@pytest.mark.parametrize("cause", set(SectionCause) - {SectionCause.NOT_OFFERED})
def test_a_section_that_failed_beside_a_snapshot_is_1(cause: SectionCause) -> None:
    assert _captured((Section.AGENTS,), {Section.CRON: _failed(cause)}).exit_status == 1


@pytest.mark.parametrize(
    ("causes", "status", "code"),
    [
        ({SectionCause.TIMEOUT}, 4, "timeout"),
        ({SectionCause.CONNECTION_CLOSED, SectionCause.TOO_LARGE}, 4, None),
        ({SectionCause.MALFORMED_ANSWER}, 4, "malformed-answer"),
        ({SectionCause.NOT_OFFERED}, 5, "not-offered"),
        ({SectionCause.TIMEOUT, SectionCause.CALL_FAILED}, 5, "call-failed"),
        ({SectionCause.NOT_OFFERED, SectionCause.SCOPE_MISSING}, 5, "scope-missing"),
    ],
)
def test_nothing_at_all_is_4_or_5_where_the_gateway_did_answer(
    causes: set[SectionCause], status: int, code: str | None
) -> None:
    failures = dict(zip(Section, map(_failed, sorted(causes)), strict=False))
    captured = _captured((), failures)

    assert captured.exit_status == status
    assert captured.document()["id"] is None
    assert code in (None, captured.document()["error"]["code"])


@pytest.mark.parametrize(
    ("condition", "cause", "status"),
    [(Condition.DOWN, Cause.TIMEOUT, 4), (Condition.REFUSED, Cause.TOKEN_MISMATCH, 5)],
)
def test_no_connection_is_what_it_is_for_a_ping(
    condition: Condition, cause: Cause, status: int
) -> None:
    captured = Captured(CaptureFinding(_PROBE, _AT, PingOutcome(condition, cause)), None, ())

    assert captured.exit_status == status
    assert captured.document()["error"]["code"] == cause


def test_an_instance_that_was_removed_meanwhile_is_no_success() -> None:
    captured = _captured((Section.AGENTS,), {}, recorded=False)

    assert captured.exit_status == 1
    assert "removed or moved meanwhile" in captured.document()["error"]["message"]


def test_a_missing_scope_is_named_with_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Sections that failed in the same way are told together."""
    reading = _failed(SectionCause.SCOPE_MISSING, "operator.read")
    approving = _failed(SectionCause.SCOPE_MISSING, "operator.approvals")

    _captured(
        (Section.AGENTS,),
        {Section.CRON: reading, Section.NODES: approving, Section.SKILLS: reading},
    ).tell()

    assert capsys.readouterr().err.splitlines() == [
        (
            "home: no cron, skills: the gateway let us in, but does not let us read that "
            "(it wants the scope operator.read)"
        ),
        "  next: openclaw-manager instance pair home",
        (
            "home: no nodes: the gateway let us in, but does not let us read that "
            "(it wants the scope operator.approvals)"
        ),
        "  next: openclaw-manager instance pair home --scopes operator.read,operator.approvals",
    ]


def test_the_failure_of_one_gateway_is_an_error_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As it is where many sections failed, of which the worst is told."""
    failures = dict.fromkeys(Section, _failed(SectionCause.SCOPE_MISSING, "operator.read"))

    status = report(_captured((), failures).failure, [])

    said = capsys.readouterr().err.splitlines()
    assert status == 5
    assert said[0].startswith("error: home: nothing was captured: no agents, channels, ")
    assert said[1] == "hint: openclaw-manager instance pair home"
