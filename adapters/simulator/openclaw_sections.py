"""What a simulated OpenClaw gateway answers when it is asked what it holds.

In the shapes recorded from 2026.9.6 and 2026.3.28. What moves there by itself moves here:
``now`` is in milliseconds since the epoch.
"""

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from openclaw_manager.adapters.simulator.holdings import Holdings, Item

HOME = "/home/operator/.openclaw"
_HEARTBEAT_MS = 1_800_000
_SESSIONS_A_PAGE = 100
_JOBS_A_PAGE = 50
_DAY_MS = 86_400_000

Params = Mapping[str, Any]
Payload = dict[str, Any]


def agents(held: Holdings, *, newest: bool) -> Payload:
    """List the agents; which is the default is not said of several (2026.9.6)."""
    if not newest:
        listed = [dict(agent) for agent in held.agents]
        return {
            "defaultId": _first(held),
            "mainKey": "main",
            "scope": "per-sender",
            "agents": listed,
        }
    usual = {"workspace": f"{HOME}/workspace", "model": {"primary": "simulator/simulated"}}
    several = must_choose(held)
    return {
        "defaultId": _first(held),
        "ownership": "explicit" if several else "sole",
        "selectionRequired": several,
        "mainKey": "main",
        "scope": "per-sender",
        "agents": [{**usual, **agent} for agent in held.agents],
    }


def must_choose(held: Holdings) -> bool:
    """Whether there are several agents, so that some calls have to say which is meant."""
    return len(held.agents) > 1


def channels(held: Holdings, now: int, *, newest: bool) -> Payload:
    """Report each channel, and when it was last heard of."""
    ids = [str(channel.get("id")) for channel in held.channels]
    moving = {"running": True, "lastStartAt": now - _DAY_MS, "lastProbeAt": now}
    report: Payload = {
        "ts": now,
        "channelOrder": ids,
        "channelLabels": {
            id_: channel.get("label", id_) for id_, channel in zip(ids, held.channels, strict=True)
        },
        "channelDetailLabels": {},
        "channelSystemImages": {},
        "channelMeta": [],
        "channels": {
            id_: {"configured": True, **moving, **channel}
            for id_, channel in zip(ids, held.channels, strict=True)
        },
        "channelAccounts": {id_: [{"accountId": "default", **moving}] for id_ in ids},
        "channelDefaultAccountId": dict.fromkeys(ids, "default"),
    }
    return {**report, "eventLoop": _load(now), "statusIssues": []} if newest else report


def models(held: Holdings) -> Payload:
    """List the models."""
    return {"models": [dict(model) for model in held.models]}


def config(held: Holdings, *, newest: bool) -> Payload:
    """Give the configuration, in the copies that a gateway makes of it."""
    given, raw = dict(held.config), json.dumps(held.config, indent=2)
    copies = ["parsed", "resolved", "config"]
    copies += ["sourceConfig", "runtimeConfig"] if newest else []
    digest = sha256(raw.encode()).hexdigest()
    answer: Payload = {
        "path": f"{HOME}/openclaw.json",
        "exists": True,
        "raw": raw,
        **dict.fromkeys(copies, given),
        "valid": True,
        "hash": f"hmac-sha256:v1:{digest}" if newest else digest,
        "issues": [],
        "warnings": [],
        "legacyIssues": [],
    }
    if newest:
        hashes = ("configRevisionHash", "appliedConfigHash")
        answer |= {"includedPaths": [], **dict.fromkeys(hashes, answer["hash"])}
    return answer


def sessions(held: Holdings, params: Params, now: int, *, newest: bool) -> Payload:
    """List the sessions, the newest first; only 2026.9.6 does it by pages."""
    listed = [
        {"updatedAt": now - 1000 * index, "ageMs": 1000 * index, **session}
        for index, session in enumerate(held.sessions)
    ]
    defaults = {"modelProvider": "simulator", "model": "simulated", "contextTokens": 200_000}
    answer: Payload = {"ts": now, "path": "(multiple)", "defaults": defaults}
    if not newest:
        return {**answer, "count": len(listed), "sessions": listed[: params.get("limit")]}
    limit = params.get("limit", _SESSIONS_A_PAGE)
    page = _page("sessions", listed, params.get("offset", 0), limit)
    return {
        **answer,
        **page,
        "count": len(page["sessions"]),
        "totalCount": len(listed),
        "limitApplied": limit,
        "owners": [],
    }


def cron(held: Holdings, params: Params, now: int) -> Payload:
    """List the jobs, by pages; those that are disabled only where they are asked for."""
    listed = [_job(job, now) for job in held.cron]
    if not params.get("includeDisabled"):
        listed = [job for job in listed if job["enabled"]]
    by_name = params.get("sortBy") == "name"
    listed.sort(key=lambda job: str(job.get("name")) if by_name else str(job["nextRunAtMs"]))
    limit, offset = params.get("limit", _JOBS_A_PAGE), params.get("offset", 0)
    page = _page("jobs", listed, offset, limit)
    return {**page, "total": len(listed), "offset": offset, "limit": limit}


def _job(job: Item, now: int) -> Payload:
    schedule = job.get("schedule", {})
    every = schedule.get("everyMs") if isinstance(schedule, dict) else None
    coming = now + (every if isinstance(every, int) else _DAY_MS)
    usual = {"agentId": "main", "enabled": True, "sessionTarget": "main", "wakeMode": "now"}
    moving = {"state": {"nextRunAtMs": coming}, "nextRunAtMs": coming, "updatedAtMs": now}
    return {**usual, **moving, **job}


def skills(held: Holdings, params: Params) -> Payload:
    """Report the skills of an agent."""
    agent = params.get("agentId", _first(held))
    usual = {"source": "openclaw-bundled", "bundled": True, "disabled": False, "eligible": True}
    return {
        "workspaceDir": f"{HOME}/workspace",
        "managedSkillsDir": f"{HOME}/skills",
        "agentId": agent,
        "skills": [{**usual, **skill} for skill in held.skills],
    }


def nodes(held: Holdings, now: int) -> Payload:
    """List the nodes, all of which are there."""
    moving = {"connected": True, "connectedAtMs": now - _DAY_MS, "lastSeenAtMs": now}
    return {"ts": now, "nodes": [{**moving, **node} for node in held.nodes]}


def status(held: Holdings, version: str, now: int, *, newest: bool) -> Payload:
    """Report the version, who is there, and the load."""
    heartbeat = {"enabled": True, "every": "30m", "everyMs": _HEARTBEAT_MS}
    ids = [agent.get("id") for agent in held.agents]
    report: Payload = {
        "runtimeVersion": version,
        "heartbeat": {
            "defaultAgentId": _first(held),
            "agents": [{"agentId": id_, **heartbeat} for id_ in ids],
        },
        "channelSummary": [str(channel.get("id")) for channel in held.channels],
        "queuedSystemEvents": [],
        "sessions": {
            "paths": [sessions_path(newest=newest)],
            "count": len(held.sessions),
            "recent": [{"updatedAt": now, **session} for session in held.sessions],
        },
    }
    if newest:
        memory = {"rssBytes": 692_015_104 + now % 4096, "heapUsedBytes": 237_502_200 + now % 4096}
        report |= {"eventLoop": _load(now), "processMemory": memory, "pid": os.getpid()}
    return report


def sessions_path(*, newest: bool) -> str:
    """Tell where the sessions of the main agent are kept."""
    name = "agent/openclaw-agent.sqlite" if newest else "sessions/sessions.json"
    return f"{HOME}/agents/main/{name}"


def visitor(now: int) -> Payload:
    """Describe who asks for the presence, as one of those present."""
    return {
        "host": "gateway-client",
        "mode": "backend",
        "roles": ["operator"],
        "reason": "connect",
        "text": "Node: gateway-client - mode backend",
        "ts": now,
    }


def _load(now: int) -> Payload:
    delay = 20 + now % 1000 / 10
    calm: Payload = {"degraded": False, "degradedSinceMs": None, "reasons": []}
    return {**calm, "intervalMs": 1000 + delay, "delayP99Ms": delay, "delayMaxMs": delay}


def _page(name: str, items: Sequence[Payload], offset: int, limit: int) -> Payload:
    end = offset + limit
    more = end < len(items)
    return {
        name: list(items[offset:end]),
        "hasMore": more,
        "nextOffset": end if more else None,
    }


def _first(held: Holdings) -> str:
    return str(held.agents[0].get("id")) if held.agents else "main"
