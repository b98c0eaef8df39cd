"""What can be told of instances without a watch: what their entries in the view say."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from openclaw_manager.adapters.metrics.instance_lines import InstanceLines
from openclaw_manager.adapters.metrics.page import Page
from openclaw_manager.application.ports.view import Minion


def page_of(minions: Iterable[Minion], down_since: Mapping[str, datetime], version: str) -> Page:
    """Make the page of these instances; ``down_since`` tells by id which outages are open."""
    page = Page(version)
    page.show({minion["id"]: _told(minion, down_since.get(minion["id"])) for minion in minions})
    return page


def _told(minion: Minion, down_since: datetime | None) -> InstanceLines:
    fields = minion["fields"]
    lines = InstanceLines(minion["title"], minion["id"])
    lines.describe(minion["title"], fields["url"], minion["tags"])
    lines.be_down_since(down_since)
    condition = fields.get("condition")
    if condition:
        lines.find(condition, fields.get("cause"))
    succeeded_at = _moment(fields.get("lastPingAt"))
    if succeeded_at:
        lines.succeed(succeeded_at, fields.get("lastPingLatencyMs"))
    lines.recognise(fields.get("version"), fields.get("dialect"), fields.get("protocol"))
    expires_at = _moment(fields.get("certificateExpiresAt"))
    if expires_at:
        lines.expire(expires_at)
    return lines


def _moment(written: str | None) -> datetime | None:
    """Read a time of the view; what others put there in place of one tells nothing."""
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
