"""Arbitrary messages in a capture: every section is decided once, and nothing raises."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.adapters.gateway.calls import calls_of
from openclaw_manager.adapters.gateway.inquiries import INQUIRIES
from openclaw_manager.adapters.gateway.interview import MOST_AT_ONCE, Interview
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionFailed, SectionHeard

WORDS = st.sampled_from(
    ["agents", "sessions", "jobs", "id", "key", "code", "message", "details", "retryable",
     "UNAVAILABLE", "INVALID_REQUEST", "MISSING_SCOPE", "missingScope", "operator.read",
     "missing scope: operator.read", "hasMore", "nextOffset", "retryAfterMs", "count", "main",
     "\ud800", ""]
)  # fmt: skip
TEXTS = WORDS | st.text(max_size=10)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([1, 10**400]) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)
TRUE = st.sampled_from([True])
PAGES = st.fixed_dictionaries(
    {"sessions": JSON, "jobs": JSON, "agents": st.just([{"id": "a"}, {"id": "b"}]) | JSON},
    optional={"hasMore": TRUE | JSON, "nextOffset": st.integers(0, 9) | JSON},
)
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["UNAVAILABLE", "INVALID_REQUEST", "FORBIDDEN"]) | JSON,
        "retryable": TRUE | JSON,
        "retryAfterMs": JSON,
        "message": TEXTS | JSON,
        "details": JSON,
    },
)
# An answer to some call, perhaps one in flight; or anything else that a socket can bring.
FRAMES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["res", "response", "event"]),
        "id": st.integers(1, 30).map(lambda number: f"capture-{number}") | JSON,
    },
    optional={
        "ok": st.booleans() | JSON,
        "payload": PAGES | JSON,
        "error": ERRORS | JSON,
    },
)
MESSAGES = FRAMES.map(json.dumps) | JSON.map(json.dumps) | st.text() | st.binary(max_size=50)
EVENTS = st.lists(MESSAGES | st.floats(0, 20), max_size=40)


@given(st.sampled_from([Dialect.OPENCLAW, Dialect.CHALLENGE]), EVENTS)
def test_every_section_is_decided_once_whatever_comes(
    dialect: Dialect, events: list[str | bytes | float]
) -> None:
    decided: list[Section] = []
    interview = Interview(
        calls_of(dialect), timeout=30, plain=lambda text: text, heard=decided.append
    )
    for section, inquiry in INQUIRIES[dialect].items():
        interview.ask(section, inquiry)
    now, sent, before = 0.0, 0, 0
    for event in events:
        calls: list[dict[str, Any]] = [json.loads(call) for call in interview.calls(now)]
        sent += len(calls)
        assert len(calls) <= MOST_AT_ONCE
        if isinstance(event, float):
            now += event
        else:
            interview.hear(event, now)
        interview.expire(now)
        assert interview.over or interview.due > now or interview.calls(now)
        assert len(decided) >= before
        before = len(decided)
    interview.end("that is all")
    assert interview.over
    assert sorted(decided) == sorted(INQUIRIES[dialect])
    assert set(interview.answers) == set(decided)
    assert all(isinstance(one, SectionHeard | SectionFailed) for one in interview.answers.values())
