"""What is asked for each section, in each dialect: one call, or as many as it takes.

An inquiry yields calls and is sent what answers them, or thrown a ``CallRefused``; what it
returns is the section.
"""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from openclaw_manager.adapters.gateway.call_refusals import CallRefused
from openclaw_manager.adapters.gateway.calls import Call
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionCause

_MOST_PAGES = 200
_MOST_AGENTS = 200

Asking: TypeAlias = Generator[Call, "dict[str, Json] | list[Json]", Json]


class SectionUnheard(Exception):
    """A section cannot be made of what was answered."""

    def __init__(self, cause: SectionCause, detail: str) -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail


class Inquiry(NamedTuple):
    """The method that serves a section, and how to ask by it."""

    method: str
    how: Callable[[str], Asking]

    def begin(self) -> Asking:
        """Begin to ask."""
        return self.how(self.method)


def _once(method: str) -> Asking:
    return (yield Call(method))


def _by_pages(items: str, params: Mapping[str, Json], method: str) -> Asking:
    """Ask until there is no more, and make one answer of all pages.

    A list may change while it is read, so an item can come twice; the later page wins.
    """
    page = _mapping(method, (yield Call(method, params)))
    pages, offset = [page], 0
    while page.get("hasMore") is True:
        following = page.get("nextOffset")
        if type(following) is not int or following <= offset:
            raise SectionUnheard(
                SectionCause.MALFORMED_ANSWER, f"{method} says that there is more, and not where"
            )
        if len(pages) == _MOST_PAGES:
            raise SectionUnheard(
                SectionCause.TOO_LARGE, f"{method} has more than {_MOST_PAGES} pages"
            )
        offset = following
        page = _mapping(method, (yield Call(method, {**params, "offset": offset})))
        pages.append(page)
    return _joined(items, pages) if len(pages) > 1 else page


def _joined(items: str, pages: list[dict[str, Json]]) -> dict[str, Json]:
    """Make one page of many: mappings are merged, and lists strung together."""
    whole: dict[str, Json] = {}
    for page in pages:
        for key, value in page.items():
            so_far = whole.get(key)
            if isinstance(value, dict) and isinstance(so_far, dict):
                whole[key] = {**so_far, **value}
            elif isinstance(value, list) and isinstance(so_far, list):
                whole[key] = _strung(so_far, value)
            elif key not in whole:
                whole[key] = value
    listed = whole.get(items)
    if "count" in whole and isinstance(listed, list):
        whole["count"] = len(listed)
    return {**whole, "hasMore": False, "nextOffset": None}


def _strung(before: list[Json], after: list[Json]) -> list[Json]:
    known = {identity for item in after if (identity := _identity(item)) is not None}
    return [item for item in before if _identity(item) not in known] + after


def _identity(item: Json) -> str | None:
    """Tell sessions and jobs apart from others of their kind, and texts from other texts."""
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return None
    named = item.get("key", item.get("id"))
    return named if isinstance(named, str) else None


def _for_each_agent(method: str) -> Asking:
    """Ask for the gateway's own agent, or for each where it does not know which is meant.

    With several agents and none of them preferred it refuses the call by ``INVALID_REQUEST``
    (read in the code of 2026.9.6). What the agents have stands under ``byAgent`` then.
    """
    try:
        return (yield Call(method))
    except CallRefused as refused:
        if refused.code != "INVALID_REQUEST" or refused.scope:
            raise
        agents = _agents(_mapping("agents.list", (yield Call("agents.list"))))
        if len(agents) < 2:  # noqa: PLR2004 - it was no question of which agent
            raise
    if len(agents) > _MOST_AGENTS:
        raise SectionUnheard(SectionCause.TOO_LARGE, f"there are more than {_MOST_AGENTS} agents")
    by_agent: dict[str, Json] = {}
    for agent in agents:
        by_agent[agent] = yield Call(method, {"agentId": agent})
    return {"byAgent": by_agent}


def _agents(answer: Mapping[str, Json]) -> list[str]:
    listed = answer.get("agents")
    if not isinstance(listed, list):
        return []
    ids = [one.get("id") for one in listed if isinstance(one, dict)]
    return [one for one in ids if isinstance(one, str)]


def _mapping(method: str, answer: Json) -> dict[str, Json]:
    if not isinstance(answer, dict):
        raise SectionUnheard(
            SectionCause.MALFORMED_ANSWER, f"{method} is answered by something else than a mapping"
        )
    return answer


# Disabled jobs are set up too, and the gateway's own order changes with each run.
_ALL_JOBS: Mapping[str, Json] = {"includeDisabled": True, "limit": 200, "sortBy": "name"}

INQUIRIES: Mapping[Dialect, Mapping[Section, Inquiry]] = {
    Dialect.OPENCLAW: {
        Section.AGENTS: Inquiry("agents.list", _once),
        Section.CHANNELS: Inquiry("channels.status", _once),
        Section.MODELS: Inquiry("models.list", _for_each_agent),
        Section.CONFIG: Inquiry("config.get", _once),
        Section.SESSIONS: Inquiry("sessions.list", partial(_by_pages, "sessions", {})),
        Section.CRON: Inquiry("cron.list", partial(_by_pages, "jobs", _ALL_JOBS)),
        Section.SKILLS: Inquiry("skills.status", _for_each_agent),
        Section.NODES: Inquiry("node.list", _once),
        Section.STATUS: Inquiry("status", _once),
        Section.PRESENCE: Inquiry("system-presence", _once),
    },
    Dialect.CHALLENGE: {
        Section.AGENTS: Inquiry("agents.list", _once),
        Section.CHANNELS: Inquiry("channels.list", _once),
        Section.MODELS: Inquiry("models.list", _once),
        Section.PRESENCE: Inquiry("system-presence", _once),
    },
    Dialect.BEARER: {},
}
"""What serves each section where it is offered at all: measured on 2026.9.6 and 2026.3.28."""
