"""What a gateway in use holds, made up; a new one of 2026.9.6 answers with 64 KB already."""

from typing import Any

State = dict[str, Any]

_AGENTS, _SESSIONS, _JOBS, _SKILLS, _MODELS = 10, 100, 20, 57, 100
_PARAGRAPH = "What this is for, when to take it, and what to mind, in some sentences. " * 8


def some_state() -> State:
    """Hold what fills each section, with as many skills as a real gateway brings."""
    return {
        "agents": [{"id": "main", "name": "Main"}],  # several would be asked for one by one
        "channels": [{"id": f"channel-{n}", "label": f"Channel {n}"} for n in range(5)],
        "models": [
            {
                "id": f"model-{n}",
                "name": f"Model {n}",
                "provider": f"provider-{n % 7}",
                "contextWindow": 200_000,
                "reasoning": True,
                "input": ["text", "image"],
            }
            for n in range(_MODELS)
        ],
        "config": some_configuration(_AGENTS),
        "sessions": [
            {"key": f"agent:main:chat-{n}", "kind": "direct", "model": "model-1"}
            for n in range(_SESSIONS)
        ],
        "cron": [
            {"id": f"job-{n}", "name": f"job {n}", "schedule": {"expr": f"{n} 3 * * *"}}
            for n in range(_JOBS)
        ],
        "skills": [
            {"name": f"skill-{n}", "description": _PARAGRAPH, "eligible": bool(n % 3)}
            for n in range(_SKILLS)
        ],
        "nodes": [{"nodeId": f"node-{n}", "displayName": f"Node {n}"} for n in range(3)],
    }


def some_configuration(agents: int) -> dict[str, Any]:
    """Configure so many agents, of some 900 bytes each."""
    return {
        "gateway": {"port": 18789, "bind": "loopback"},
        "agents": {"list": [_agent(number) for number in range(agents)]},
    }


def _agent(number: int) -> dict[str, Any]:
    return {
        "id": f"agent-{number}",
        "name": f"Agent {number}",
        "workspace": f"/home/openclaw/workspaces/agent-{number}",
        "model": {"primary": f"provider/model-{number % 9}", "fallbacks": ["provider/small"]},
        "identity": {"theme": "calm", "emoji": "x", "text": _PARAGRAPH[:300]},
        "tools": {
            "profile": "coding",
            "allow": [f"tool-{index}" for index in range(12)],
            "exec": {"host": "gateway", "timeoutSec": 1800, "ask": "on-miss"},
        },
        "heartbeat": {"every": "30m", "target": "last", "ackMaxChars": 300},
    }
