"""A home whose log has 200 events of every kind that matters to its proof."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from assembly import Core, core_in
from captures import capture, register
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.section import Section

EVENTS = 200
BY = Provenance(datetime(2026, 11, 23, 16, tzinfo=UTC), "ada@lovelace")
TOKEN = "a-token-that-nobody-may-read"


def make(home: Path) -> None:
    """Register, capture, change, remove, restore, and ping until there are 200 events."""
    core = core_in(home)
    register(core, "alpha", "beta", "gamma", token=TOKEN)
    capture(core, "alpha", {Section.AGENTS: {"agents": [{"id": "main"}]}})
    capture(core, "alpha", {Section.AGENTS: {"agents": [{"id": "other"}]}})
    core.instances.rename("beta", "Béta")
    core.instances.remove("gamma")
    core.instances.restore("gamma")
    core.instances.remove("gamma")
    _ping_until_there_are_enough(core)
    core.projection.catch_up()
    core.log.close()
    with closing(sqlite3.connect(home / "events.db")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM stored_snapshots").fetchone()[0] == 2


def _ping_until_there_are_enough(core: Core) -> None:
    """Ping as a watch does, in turns; a removed instance is not pinged."""
    ids = core.log.ids_beginning("")
    present = [id_ for id_ in ids if core.log.instance(id_).removed_at is None]
    while core.log.head() < EVENTS:
        instance = core.log.instance(present[core.log.head() % len(present)])
        instance.record_ping(NOBODY_LISTENS if instance.version % 7 == 0 else REACHED, BY)
        core.log.save(instance)
