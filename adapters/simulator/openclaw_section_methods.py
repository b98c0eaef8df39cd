"""The calls by which a simulated OpenClaw gateway tells what it holds."""

from collections.abc import Callable, Mapping
from typing import Any

from openclaw_manager.adapters.simulator import openclaw_sections as sections
from openclaw_manager.adapters.simulator.openclaw_calls import READ, Call, CallRefused, Method
from openclaw_manager.adapters.simulator.openclaw_refusals import error
from openclaw_manager.adapters.simulator.openclaw_schema import (
    takes_a_page,
    takes_a_page_of_jobs,
    takes_an_agent,
    takes_nothing,
)


def _of_one_agent(answer: Callable[[Call], Any]) -> Callable[[Call], Any]:
    """Refuse a call that does not say which of several agents is meant (2026.9.6)."""

    def answer_or_ask(call: Call) -> Any:
        held = call.state.held()
        if call.state.newest and sections.must_choose(held) and "agentId" not in call.params:
            message = "Multiple agents are configured, but this call has no explicit owner."
            raise CallRefused(error("INVALID_REQUEST", message))
        return answer(call)

    return answer_or_ask


def _presence(call: Call) -> list[dict[str, Any]]:
    return [*call.state.presence(call.now), sections.visitor(call.now)]


SECTIONS: Mapping[str, Method] = {
    "agents.list": Method(
        READ,
        lambda call: sections.agents(call.state.held(), newest=call.state.newest),
        check=takes_nothing,
    ),
    "channels.status": Method(
        READ,
        lambda call: sections.channels(call.state.held(), call.now, newest=call.state.newest),
        check=takes_nothing,
    ),
    "models.list": Method(
        READ, _of_one_agent(lambda call: sections.models(call.state.held())), check=takes_an_agent
    ),
    "config.get": Method(
        READ,
        lambda call: sections.config(call.state.held(), newest=call.state.newest),
        check=takes_nothing,
    ),
    "sessions.list": Method(
        READ,
        lambda call: sections.sessions(
            call.state.held(), call.params, call.now, newest=call.state.newest
        ),
        check=takes_a_page,
    ),
    "cron.list": Method(
        READ,
        lambda call: sections.cron(call.state.held(), call.params, call.now),
        check=takes_a_page_of_jobs,
    ),
    "skills.status": Method(
        READ,
        _of_one_agent(lambda call: sections.skills(call.state.held(), call.params)),
        check=takes_an_agent,
    ),
    "node.list": Method(
        READ, lambda call: sections.nodes(call.state.held(), call.now), check=takes_nothing
    ),
    "status": Method(
        READ,
        lambda call: sections.status(
            call.state.held(), call.state.version, call.now, newest=call.state.newest
        ),
        check=takes_nothing,
    ),
    "system-presence": Method(READ, _presence, check=takes_nothing),
}
