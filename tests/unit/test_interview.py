"""Asking for sections: what is sent when, and what becomes of whatever comes back."""

import json
from collections.abc import Iterable
from math import inf
from typing import Any

import pytest

from openclaw_manager.adapters.gateway.calls import calls_of
from openclaw_manager.adapters.gateway.inquiries import INQUIRIES
from openclaw_manager.adapters.gateway.interview import (
    LARGEST_SECTION,
    MOST_AT_ONCE,
    Interview,
)
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed, SectionHeard

TIMEOUT = 30.0

Frame = dict[str, Any]


class Talk:
    """An interview, and a gateway at the other end of it that answers as it is told to."""

    def __init__(
        self, *sections: Section, dialect: Dialect = Dialect.OPENCLAW, now: float = 0.0
    ) -> None:
        self.now = now
        self.decided: list[Section] = []
        self._answering = "res" if dialect is Dialect.OPENCLAW else "response"
        self.interview = Interview(
            calls_of(dialect),
            timeout=TIMEOUT,
            plain=lambda text: text and text.replace("tok-1", "…"),
            heard=self.decided.append,
        )
        for section in sections:
            self.interview.ask(section, INQUIRIES[dialect][section])

    def asked(self) -> list[Frame]:
        """Give what is to be sent by now."""
        return [json.loads(call) for call in self.interview.calls(self.now)]

    def ask(self) -> Frame:
        """Give the one call that is to be sent by now."""
        (call,) = self.asked()
        return call

    def hear(self, frame: object) -> None:
        text = frame if isinstance(frame, str | bytes) else json.dumps(frame)
        self.interview.hear(text, self.now)

    def grant(self, call: Frame, payload: Any) -> None:
        self.hear({"type": self._answering, "id": call["id"], "ok": True, "payload": payload})

    def refuse(self, call: Frame, error: Any) -> None:
        self.hear({"type": self._answering, "id": call["id"], "ok": False, "error": error})

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.interview.expire(self.now)

    @property
    def answers(self) -> dict[Section, SectionHeard | SectionFailed]:
        return self.interview.answers

    def failure(self, section: Section) -> SectionFailed:
        answer = self.answers[section]
        assert isinstance(answer, SectionFailed)
        return answer


def methods(calls: Iterable[Frame]) -> list[str]:
    return [call["method"] for call in calls]


BUSY = {"code": "UNAVAILABLE", "message": "The server is busy.", "retryable": True}


def test_each_section_is_asked_for_by_its_method() -> None:
    talk = Talk(*Section)
    first = talk.asked()
    talk.grant(first[0], {})
    talk.grant(first[1], {})
    assert methods([*first, *talk.asked()]) == [
        *("agents.list", "channels.status", "models.list", "config.get", "sessions.list"),
        *("cron.list", "skills.status", "node.list", "status", "system-presence"),
    ]


def test_the_challenge_dialect_has_four_of_them() -> None:
    sections = INQUIRIES[Dialect.CHALLENGE]
    calls = Talk(*sections, dialect=Dialect.CHALLENGE).asked()
    assert methods(calls) == ["agents.list", "channels.list", "models.list", "system-presence"]
    assert {call["type"] for call in calls} == {"call"}


def test_all_that_is_set_up_is_asked_for_in_an_order_that_does_not_change() -> None:
    """Jobs that are disabled too; 2026.9.6 and 2026.3.28 both know these parameters."""
    call = Talk(Section.CRON).ask()
    assert call["params"] == {"includeDisabled": True, "limit": 200, "sortBy": "name"}


def test_no_more_than_eight_calls_are_in_flight() -> None:
    talk = Talk(*Section)
    calls = talk.asked()
    assert (len(calls), talk.asked()) == (MOST_AT_ONCE, [])
    talk.grant(calls[3], {})
    assert len(talk.asked()) == 1


def test_answers_are_matched_by_id_in_any_order_with_anything_between() -> None:
    talk = Talk(Section.AGENTS, Section.STATUS, Section.PRESENCE)
    agents, status, presence = talk.asked()
    talk.hear({"type": "event", "event": "tick", "payload": {"ts": 1}, "seq": 1})
    talk.grant(presence, [{"host": "a"}])
    talk.grant({"id": "capture-99"}, {"of": "somebody else"})
    talk.grant({"id": 1}, {"of": "no id of ours"})
    talk.grant({"id": ""}, {"of": "no id at all"})
    talk.hear({"type": "event", "event": "health", "id": status["id"], "ok": True, "payload": {}})
    talk.grant(status, {"runtimeVersion": "1"})
    talk.grant(presence, [{"host": "twice"}])
    assert not talk.interview.over
    talk.grant(agents, {"agents": []})
    assert talk.interview.over
    assert talk.decided == [Section.PRESENCE, Section.STATUS, Section.AGENTS]
    assert talk.answers == {
        Section.AGENTS: SectionHeard({"agents": []}),
        Section.STATUS: SectionHeard({"runtimeVersion": "1"}),
        Section.PRESENCE: SectionHeard([{"host": "a"}]),
    }


NEW_FORM = {
    "code": "FORBIDDEN",
    "message": "missing scope: operator.read",
    "details": {"code": "MISSING_SCOPE", "missingScope": "operator.read"},
}
OLD_FORM = {"code": "INVALID_REQUEST", "message": "missing scope: operator.read"}


@pytest.mark.parametrize("section", [Section.CONFIG, Section.SKILLS])
@pytest.mark.parametrize(
    ("error", "cause", "scope", "said"),
    [
        (
            NEW_FORM,
            "scope-missing",
            "operator.read",
            "missing scope: operator.read (MISSING_SCOPE)",
        ),
        (
            OLD_FORM,
            "scope-missing",
            "operator.read",
            "missing scope: operator.read (INVALID_REQUEST)",
        ),
        (
            {
                "code": "FORBIDDEN",
                "details": {"code": "MISSING_SCOPE", "missingScope": "a; rm -rf"},
            },
            *("scope-missing", None, "it refused (MISSING_SCOPE)"),
        ),
        ({"code": "FORBIDDEN", "message": "no"}, "call-failed", None, "no (FORBIDDEN)"),
        ({"code": "UNAVAILABLE", "message": "no"}, "call-failed", None, "no (UNAVAILABLE)"),
        ({"code": "unknown-method", "message": "?"}, "not-offered", None, "? (unknown-method)"),
        ({"code": "METHOD_NOT_FOUND"}, "not-offered", None, "it refused (METHOD_NOT_FOUND)"),
        ({"message": "wrong tok-1"}, "call-failed", None, "wrong …"),
        ("wrong", "call-failed", None, "wrong"),
        ({"code": 7, "message": {}}, "call-failed", None, "it refused"),
        (None, "call-failed", None, "it refused"),
        ([], "call-failed", None, "it refused"),
    ],
)
def test_an_error_says_why_a_section_failed(
    section: Section, error: Any, cause: str, scope: str | None, said: str
) -> None:
    talk = Talk(section)
    talk.refuse(talk.ask(), error)
    assert talk.failure(section) == SectionFailed(SectionCause(cause), said, scope)


def test_an_unknown_method_is_a_call_that_failed() -> None:
    """As an administrator is told; others are told of a missing scope, so the hello decides."""
    talk = Talk(Section.STATUS)
    talk.refuse(talk.ask(), {"code": "INVALID_REQUEST", "message": "unknown method: status"})
    assert talk.failure(Section.STATUS).cause is SectionCause.CALL_FAILED


def test_an_error_of_the_challenge_dialect_may_be_a_text() -> None:
    talk = Talk(Section.MODELS, dialect=Dialect.CHALLENGE)
    talk.refuse(talk.ask(), "out to lunch")
    assert talk.failure(Section.MODELS).detail == "out to lunch"


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [(None, 0.5), (700, 0.7), (0, 0.1), (60_000, 2.0), ("soon", 0.5), (True, 0.5), (-1, 0.5)],
)
def test_a_busy_gateway_is_asked_again_when_it_wants(wanted: object, seconds: float) -> None:
    talk = Talk(Section.STATUS)
    first = talk.ask()
    talk.refuse(first, {**BUSY, "retryAfterMs": wanted})
    assert (talk.asked(), talk.interview.due) == ([], seconds)
    talk.grant({"id": ""}, {"of": "no id at all"})
    talk.wait(seconds)
    again = talk.ask()
    assert again["id"] != first["id"]
    talk.grant(first, {"late": True})
    talk.grant({"id": None}, {"late": True})
    assert not talk.interview.over
    talk.grant(again, {"runtimeVersion": "1"})
    assert talk.answers[Section.STATUS] == SectionHeard({"runtimeVersion": "1"})


def test_a_gateway_that_stays_busy_is_asked_until_the_time_is_over() -> None:
    talk, tries = Talk(Section.STATUS), 0
    while not talk.interview.over:
        talk.refuse(talk.ask(), BUSY)
        tries += 1
        talk.wait(0.5)
    assert (tries, talk.now) == (TIMEOUT * 2, TIMEOUT)
    assert talk.failure(Section.STATUS).cause is SectionCause.CALL_FAILED
    assert talk.failure(Section.STATUS).detail == "The server is busy. (UNAVAILABLE)"


def test_one_that_does_not_answer_fails_alone() -> None:
    talk = Talk(*Section)
    calls = talk.asked()
    for call in calls:
        if call["method"] != "config.get":
            talk.grant(call, {})
    for call in talk.asked():
        talk.grant(call, {})
    talk.wait(TIMEOUT - 1)
    assert not talk.interview.over
    assert talk.interview.due == TIMEOUT
    talk.wait(1)
    assert talk.interview.over
    failed = {section for section, one in talk.answers.items() if isinstance(one, SectionFailed)}
    assert failed == {Section.CONFIG}
    assert talk.failure(Section.CONFIG) == SectionFailed(
        SectionCause.TIMEOUT, "no answer within 30 s"
    )


def test_the_time_of_a_call_begins_when_it_is_sent() -> None:
    talk = Talk(*Section)
    talk.asked()
    talk.wait(TIMEOUT)
    assert len(talk.answers) == MOST_AT_ONCE
    assert methods(talk.asked()) == ["status", "system-presence"]
    assert talk.interview.due == 2 * TIMEOUT


def test_without_anything_to_ask_it_is_over_at_once() -> None:
    talk = Talk()
    assert (talk.interview.over, talk.asked(), talk.interview.due) == (True, [], inf)


@pytest.mark.parametrize(
    "payload", [None, "text", 7, True], ids=["null", "text", "number", "boolean"]
)
def test_an_answer_is_a_mapping_or_a_list(payload: object) -> None:
    talk = Talk(Section.STATUS)
    talk.grant(talk.ask(), payload)
    assert talk.failure(Section.STATUS).cause is SectionCause.MALFORMED_ANSWER


@pytest.mark.parametrize("depth", [300, 1000, 100_000])
def test_an_answer_that_is_nested_too_deep_fails_alone(depth: int) -> None:
    """Whether or not Python's own parser goes along."""
    talk = Talk(Section.CONFIG, Section.STATUS)
    config, status = talk.asked()
    nested = "[" * depth + "]" * depth
    talk.hear(f'{{"type":"res","id":"{config["id"]}","ok":true,"payload":{nested}}}')
    talk.grant(status, {})
    assert talk.failure(Section.CONFIG).cause is SectionCause.MALFORMED_ANSWER
    assert "nested" in str(talk.failure(Section.CONFIG).detail)
    assert talk.answers[Section.STATUS] == SectionHeard({})


@pytest.mark.parametrize(
    "written",
    [
        '{{"type":"res","id":"{id}","ok":true,"payload":{{',
        '{{"type": "res", "id": "{id}", "ok": true, "payload": NaN}}',
        '{{"type":"res","id":"{id}","ok":true,"payload":[' + "9" * 5000 + "]}}",
        '["{id}", {{"id":"{id}"}}]',
    ],
    ids=["cut off", "NaN", "a number without end", "no frame"],
)
@pytest.mark.parametrize("binary", [False, True])
def test_an_answer_that_cannot_be_read_fails_alone(written: str, *, binary: bool) -> None:
    talk = Talk(Section.CONFIG, Section.STATUS)
    config, status = talk.asked()
    text = written.format(id=config["id"])
    talk.hear(text.encode() if binary else text)
    talk.grant(status, {})
    assert talk.failure(Section.CONFIG).cause is SectionCause.MALFORMED_ANSWER
    assert talk.answers[Section.STATUS] == SectionHeard({})


@pytest.mark.parametrize("garbage", ["not JSON {", b"\xff\x00", "[1]", ""])
def test_what_names_no_call_is_blamed_on_those_that_stay_unanswered(garbage: str | bytes) -> None:
    talk = Talk(Section.CONFIG, Section.STATUS)
    _, status = talk.asked()
    talk.hear(garbage)
    talk.grant(status, {})
    assert not talk.interview.over
    talk.wait(TIMEOUT)
    assert talk.failure(Section.CONFIG).cause is SectionCause.MALFORMED_ANSWER
    assert talk.answers[Section.STATUS] == SectionHeard({})


def test_a_connection_that_ends_keeps_what_was_heard() -> None:
    talk = Talk(*Section)
    calls = talk.asked()
    talk.grant(calls[0], {"agents": []})
    talk.interview.end("it ended with code 1006 and tok-1")
    assert talk.interview.over
    assert sorted(talk.decided) == sorted(Section)
    assert talk.answers.pop(Section.AGENTS) == SectionHeard({"agents": []})
    closed = SectionFailed(SectionCause.CONNECTION_CLOSED, "it ended with code 1006 and …")
    assert set(talk.answers.values()) == {closed}


def test_an_answer_that_ended_the_connection_is_known_by_how_it_begins() -> None:
    talk = Talk(*Section)
    calls = talk.asked()
    head = f'{{"type":"res","id":"{calls[2]["id"]}","ok":true,"payload":'
    talk.interview.end("too large", SectionCause.TOO_LARGE, head)
    assert talk.failure(Section.MODELS).cause is SectionCause.TOO_LARGE
    del talk.answers[Section.MODELS]
    causes = {one.cause for one in talk.answers.values() if isinstance(one, SectionFailed)}
    assert causes == {SectionCause.CONNECTION_CLOSED}


@pytest.mark.parametrize("head", ["", "tail of something", '{"type":"res","id":"capture-77"'])
def test_if_not_it_is_any_of_those_in_flight(head: str) -> None:
    talk = Talk(*Section)
    talk.refuse(talk.asked()[0], BUSY)
    talk.interview.end("too large", SectionCause.TOO_LARGE, head)
    causes = [talk.failure(section).cause for section in Section]
    closed = SectionCause.CONNECTION_CLOSED
    assert causes == [closed, *[SectionCause.TOO_LARGE] * 7, closed, closed]


# Pages ----------------------------------------------------------------------------------------


def test_pages_are_made_one_answer() -> None:
    """As 2026.9.6 gives them: the same members on each, and more sessions."""
    talk = Talk(Section.SESSIONS)
    first = {"ts": 1, "count": 2, "totalCount": 3, "owners": ["a"], "sessions": [{"key": "s1"}]}
    talk.grant(talk.ask(), {**first, "hasMore": True, "nextOffset": 2})
    call = talk.ask()
    assert (call["method"], call["params"]) == ("sessions.list", {"offset": 2})
    later = {**first, "ts": 2, "owners": ["a", "b"], "sessions": [{"key": "s2"}, {"kind": "?"}]}
    talk.grant(call, {**later, "hasMore": False, "nextOffset": None})
    assert talk.answers[Section.SESSIONS] == SectionHeard(
        {
            "ts": 1,
            "count": 3,
            "totalCount": 3,
            "owners": ["a", "b"],
            "sessions": [{"key": "s1"}, {"key": "s2"}, {"kind": "?"}],
            "hasMore": False,
            "nextOffset": None,
        }
    )


def test_pages_of_jobs_keep_what_is_said_of_each() -> None:
    talk = Talk(Section.CRON)
    previews = {"deliveryPreviews": {"1": {"to": "a"}}, "hasMore": True, "nextOffset": 200}
    talk.grant(talk.ask(), {"jobs": [{"id": "1"}], **previews})
    call = talk.ask()
    assert call["params"] == {
        "includeDisabled": True,
        "limit": 200,
        "sortBy": "name",
        "offset": 200,
    }
    talk.grant(call, {"jobs": [{"id": "2"}], "deliveryPreviews": {"2": {}}, "hasMore": False})
    assert talk.answers[Section.CRON] == SectionHeard(
        {
            "jobs": [{"id": "1"}, {"id": "2"}],
            "deliveryPreviews": {"1": {"to": "a"}, "2": {}},
            "hasMore": False,
            "nextOffset": None,
        }
    )


def test_what_moves_to_a_later_page_meanwhile_is_listed_once() -> None:
    talk = Talk(Section.SESSIONS)
    talk.grant(
        talk.ask(), {"sessions": [{"key": "a"}, {"key": "b"}], "hasMore": True, "nextOffset": 2}
    )
    talk.grant(talk.ask(), {"sessions": [{"key": "b", "n": 1}, {"key": "c"}], "hasMore": False})
    heard = talk.answers[Section.SESSIONS]
    assert isinstance(heard, SectionHeard)
    assert isinstance(heard.value, dict)
    assert heard.value["sessions"] == [{"key": "a"}, {"key": "b", "n": 1}, {"key": "c"}]


def test_each_page_has_a_time_of_its_own() -> None:
    talk = Talk(Section.SESSIONS)
    call = talk.ask()
    talk.wait(TIMEOUT - 1)
    talk.grant(call, {"sessions": [], "hasMore": True, "nextOffset": 1})
    talk.ask()
    talk.wait(TIMEOUT - 1)
    assert not talk.interview.over
    talk.wait(1)
    assert talk.failure(Section.SESSIONS).cause is SectionCause.TIMEOUT


def test_a_page_that_fails_fails_the_section() -> None:
    talk = Talk(Section.SESSIONS)
    talk.grant(talk.ask(), {"sessions": [{"key": "a"}], "hasMore": True, "nextOffset": 1})
    talk.refuse(talk.ask(), {"code": "INVALID_REQUEST", "message": "invalid offset"})
    assert talk.failure(Section.SESSIONS).detail == "invalid offset (INVALID_REQUEST)"


@pytest.mark.parametrize("offset", [None, 0, -1, "1", True, 1.5])
def test_pages_that_lead_nowhere_are_malformed(offset: object) -> None:
    talk = Talk(Section.SESSIONS)
    talk.grant(talk.ask(), {"sessions": [], "hasMore": True, "nextOffset": offset})
    assert talk.failure(Section.SESSIONS).cause is SectionCause.MALFORMED_ANSWER


def test_pages_that_never_end_are_too_large() -> None:
    talk, pages = Talk(Section.SESSIONS), 0
    while not talk.interview.over:
        pages += 1
        talk.grant(talk.ask(), {"sessions": [], "hasMore": True, "nextOffset": pages})
    assert pages == 200
    assert talk.failure(Section.SESSIONS).cause is SectionCause.TOO_LARGE


def test_pages_that_are_too_large_together_are_too_large() -> None:
    talk = Talk(Section.SESSIONS)
    half = {"sessions": ["x" * (LARGEST_SECTION // 2)], "hasMore": True}
    talk.grant(talk.ask(), {**half, "nextOffset": 1})
    talk.grant(talk.ask(), {**half, "nextOffset": 2})
    assert talk.failure(Section.SESSIONS).cause is SectionCause.TOO_LARGE


def test_a_list_instead_of_a_page_is_malformed() -> None:
    talk = Talk(Section.SESSIONS)
    talk.grant(talk.ask(), [])
    assert talk.failure(Section.SESSIONS).cause is SectionCause.MALFORMED_ANSWER


# Several agents -------------------------------------------------------------------------------

WHICH = {
    "code": "INVALID_REQUEST",
    "message": "Multiple agents are configured, but skills workspace has no explicit owner.",
}


@pytest.mark.parametrize("section", [Section.SKILLS, Section.MODELS])
def test_what_each_agent_has_of_its_own_is_asked_of_each(section: Section) -> None:
    talk = Talk(section)
    first = talk.ask()
    talk.refuse(first, WHICH)
    agents = talk.ask()
    assert agents["method"] == "agents.list"
    talk.grant(agents, {"agents": [{"id": "main"}, {"id": "work"}]})
    for agent in ("main", "work"):
        call = talk.ask()
        assert (call["method"], call["params"]) == (first["method"], {"agentId": agent})
        talk.grant(call, {"agentId": agent})
    expected: Any = {"byAgent": {"main": {"agentId": "main"}, "work": {"agentId": "work"}}}
    assert talk.answers[section] == SectionHeard(expected)


@pytest.mark.parametrize("agents", [{"agents": [{"id": "main"}]}, {"agents": "none"}, {}])
def test_where_there_is_one_agent_the_call_had_another_fault(agents: Frame) -> None:
    talk = Talk(Section.SKILLS)
    talk.refuse(talk.ask(), WHICH)
    talk.grant(talk.ask(), agents)
    assert talk.failure(Section.SKILLS).cause is SectionCause.CALL_FAILED
    assert "Multiple agents" in str(talk.failure(Section.SKILLS).detail)


def test_who_may_not_list_the_agents_is_told_of_that() -> None:
    talk = Talk(Section.SKILLS)
    talk.refuse(talk.ask(), WHICH)
    talk.refuse(talk.ask(), NEW_FORM)
    assert talk.failure(Section.SKILLS).cause is SectionCause.SCOPE_MISSING


def test_more_agents_than_anybody_has_are_too_large() -> None:
    talk = Talk(Section.SKILLS)
    talk.refuse(talk.ask(), WHICH)
    talk.grant(talk.ask(), {"agents": [{"id": str(number)} for number in range(201)]})
    assert talk.failure(Section.SKILLS).cause is SectionCause.TOO_LARGE
