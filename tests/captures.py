"""Gateways that hold something, and captures of them, through the core of ``assembly``."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembly import Core
from openclaw_manager.application.capturing import CaptureFinding
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.ports.gateway_link import Capture
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionFailed, SectionHeard

_RECORDED = Path(__file__).parent / "data" / "gateway-frames"
_NO_HOST = str.maketrans("~@", "--")
_METHODS = {
    Section.AGENTS: "agents.list",
    Section.CHANNELS: "channels.status",
    Section.MODELS: "models.list",
    Section.CONFIG: "config.get",
    Section.SESSIONS: "sessions.list",
    Section.CRON: "cron.list",
    Section.SKILLS: "skills.status",
    Section.NODES: "node.list",
    Section.STATUS: "status",
    Section.PRESENCE: "system-presence",
}


def url_of(name: str) -> str:
    """Tell where the gateway of an instance is."""
    return f"ws://{name.translate(_NO_HOST)}.example:18789"


def register(core: Core, *names: str, token: str | None = None) -> None:
    """Register an instance for each of these gateways."""
    for name in names:
        core.instances.register(name, url_of(name), GivenCredentials(token=token))


def let_hold(
    core: Core,
    name: str,
    sections: Mapping[Section, Json],
    failures: Mapping[Section, SectionFailed] | None = None,
    *,
    version: str | None = "2026.9.6",
    gateway_id: str | None = None,
    device_token: str | None = None,
) -> None:
    """Let a gateway answer this from now on."""
    answers = {section: SectionHeard(value) for section, value in sections.items()}
    core.gateways.captures[url_of(name)] = Capture(
        version=version,
        dialect=Dialect.OPENCLAW,
        protocol=4,
        gateway_id=gateway_id,
        device_token=device_token,
        answers=answers | dict(failures or {}),
    )


def find(
    core: Core, *names: str, sections: Sequence[Section] = tuple(Section)
) -> list[CaptureFinding]:
    """Ask gateways, and record nothing yet."""
    findings: list[CaptureFinding] = []
    reaching = core.capturing.reach(
        core.probes.choose(names),
        sections,
        timeout=5,
        concurrency=4,
        heard=lambda _probe, _section: None,
        found=findings.append,
    )
    asyncio.run(reaching)
    return findings


def capture(
    core: Core, name: str, sections: Mapping[Section, Json] | None = None
) -> SnapshotView | None:
    """Capture what a gateway holds, which is this from now on, and record it."""
    if sections is not None:
        let_hold(core, name, sections)
    [view] = core.capturing.record(find(core, name))
    return view


def recorded_answers(version: str) -> dict[Section, Json]:
    """Read what a real gateway answered once."""
    folder = _RECORDED / version / "rpc"
    return {
        section: json.loads((folder / f"{method}.json").read_text())["response"]["payload"]
        for section, method in _METHODS.items()
    }
