"""A snapshot as it is printed."""

from typing import TYPE_CHECKING, Any

from openclaw_manager.application.iso_time import iso

if TYPE_CHECKING:
    from openclaw_manager.application.snapshot_view import SectionState, SnapshotView

_SHOWN_OF_ID = 8  # characters; a REF may be as short


def snapshot_document(view: "SnapshotView") -> dict[str, Any]:
    """Make the object that JSON mode prints of a snapshot, without what the sections hold."""
    return {
        "id": str(view.id),
        "instanceId": str(view.instance_id),
        "instance": view.instance,
        "capturedAt": iso(view.captured_at),
        "previousId": None if view.previous_id is None else str(view.previous_id),
        "version": view.version,
        "dialect": view.dialect,
        "protocol": view.protocol,
        "gatewayId": view.gateway_id,
        "agentCount": view.agent_count,
        "channelCount": view.channel_count,
        "modelCount": view.model_count,
        "actor": view.actor,
        "reason": view.reason,
        "sections": {section: _section(state) for section, state in view.sections.items()},
    }


def _section(state: "SectionState") -> dict[str, Any]:
    return {
        "hash": state.hash,
        "cause": state.cause,
        "detail": state.detail,
        "scope": state.scope,
    }


def short_id(view: "SnapshotView") -> str:
    """Shorten an id to what can be typed, and still tells one snapshot from another."""
    return str(view.id)[:_SHOWN_OF_ID]


def heard_of_all(view: "SnapshotView") -> str:
    """Say how many of the sections that were asked for came."""
    heard = sum(state.hash is not None for state in view.sections.values())
    return f"{heard} of {len(view.sections)}"


def count(number: int | None) -> str:
    """Write a count; nothing where its section did not come."""
    return "" if number is None else str(number)


def called(view: "SnapshotView") -> str:
    """Name a snapshot in a sentence: ``home 3f2a1b9c 2026-11-23 15:42:32Z (2026.9.6)``."""
    version = f" ({view.version})" if view.version else ""
    return f"{view.instance} {short_id(view)} {view.captured_at:%Y-%m-%d %H:%M:%SZ}{version}"
