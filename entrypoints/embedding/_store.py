"""Verbs that work on the store alone, where one use case does not already do all of it."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from openclaw_manager._refusals import UnknownSection
from openclaw_manager._translation import instance_in_view, instance_of
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.selection import MinionDirectory, select
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.stamp import Stamp
from openclaw_manager.domain.trust import SYSTEM_TRUST, TlsFingerprint, Trust
from openclaw_manager.entrypoints.composition.adoption import left_off, open_given
from openclaw_manager.entrypoints.composition.embedded import read_all
from openclaw_manager.entrypoints.composition.watch_records import incidents_of
from openclaw_manager.entrypoints.moment import moment_in
from openclaw_manager.results import (
    CapturedConfiguration,
    ConfigurationDiff,
    Device,
    Instance,
    Setting,
    SnapshotContents,
    UnpairResult,
)

if TYPE_CHECKING:
    from openclaw_manager.application.adoption.fates import Fate
    from openclaw_manager.application.importing import Imported
    from openclaw_manager.application.incidents import Incidents
    from openclaw_manager.application.ports.view import Minion
    from openclaw_manager.application.proof.verification import Verified
    from openclaw_manager.application.snapshot_view import SnapshotView
    from openclaw_manager.domain.content.canonical import Json
    from openclaw_manager.entrypoints.composition.container import Container

_log = logging.getLogger("openclaw_manager")


def given_trust(parts: "Container", authorities: str | None, fingerprint: str | None) -> Trust:
    """Check what says whose certificate is taken.

    Raises ``InvalidAuthorities`` and ``InvalidFingerprint``.
    """
    return Trust(
        None if authorities is None else parts.authorities().admit(authorities),
        None if fingerprint is None else TlsFingerprint(fingerprint),
    )


def register(
    parts: "Container",
    name: str,
    url: str,
    given: GivenCredentials,
    trusted: tuple[str | None, str | None],
    tags: Iterable[str],
    reason: str | None,
) -> Instance:
    """Make a gateway known."""
    trust = given_trust(parts, *trusted)
    return instance_of(parts.instances().register(name, url, given, tags, reason, trust=trust))


def update(
    parts: "Container",
    selector: str,
    url: str | None,
    given: GivenCredentials,
    trusted: tuple[str | None, str | None],
    tags: Iterable[str],
    untag: Iterable[str],
    reason: str | None,
    *,
    system_trust: bool,
) -> Instance:
    """Change what was said of an instance."""
    trust = given_trust(parts, *trusted)
    minion = parts.instances().update(
        selector,
        url=url,
        given=given,
        tags=tags,
        untag=untag,
        trust=trust if system_trust or trust != SYSTEM_TRUST else None,
        reason=reason,
    )
    return instance_of(minion)


def instances(
    parts: "Container", at: datetime | int | None, labels: str | None, *, removed: bool
) -> tuple[Instance, ...]:
    """List the instances that are asked for."""
    wanted = LabelSelector.parse(labels) if labels is not None else None
    return tuple(
        instance
        for instance in map(_translated(at), _minions(parts, at))
        if (removed or not instance.removed) and (wanted is None or wanted.selects(instance.tags))
    )


def instance(parts: "Container", selector: str, at: datetime | int | None) -> Instance:
    """Find the one instance that is meant."""
    minions = _minions(parts, at)
    found = select(selector, MinionDirectory(minions)).id
    return _translated(at)(next(minion for minion in minions if minion["id"] == found))


def _minions(parts: "Container", at: datetime | int | None) -> "list[Minion]":
    if at is None:
        return read_all(parts)
    travel = parts.time_travel()
    return travel.instances(travel.position(in_utc(at)))


def _translated(at: datetime | int | None) -> "Callable[[Minion], Instance]":
    return instance_in_view if at is None else instance_of


def in_utc(place: datetime | int) -> datetime | int:
    """Take a time without an offset as one of this machine."""
    return place if isinstance(place, int) else place.astimezone(UTC)


def purge(parts: "Container", selector: str, reason: str | None) -> Instance:
    """Erase the secrets of a removed instance for good."""
    purging = parts.purging()
    return instance_of(purging.purge(purging.choose(selector), reason))


def adopt(
    parts: "Container", file: str | os.PathLike[str], reason: str | None, *, dry_run: bool
) -> "tuple[Fate, ...]":
    """Take over the instances in another tool's file, or foresee what would become of them."""
    from openclaw_manager.application.adoption.fates import examine

    given = open_given(os.fspath(file), parts.settings().home)
    examined = examine(given.entries, parts.entry_reader(), parts.clock().now())
    adopting = parts.adopting()
    foreseen = adopting.foresee(examined, given.carried)
    if dry_run:
        return tuple(foreseen)
    if given.carried is None and (kept := left_off(given.path, foreseen)):
        _keep(*kept)
    fates = adopting.adopt(examined, given.carried, reason)
    adopting.carry_over(fates, given.entries, given.relations)
    return tuple(fates)


def _keep(place: Path, lost: object) -> None:
    """Keep what our view has no place for in a file for its owner alone."""
    from openclaw_manager.entrypoints.cli.written_files import write_files

    write_files({place: json.dumps(lost, indent=2) + "\n"}, force=False)
    _log.warning("what is left off is kept in %s", place)


def unpair(parts: "Container", selector: str, reason: str | None) -> UnpairResult:
    """Stop being a device of a gateway."""
    minion, device_id = parts.pairing().undo(selector, reason)
    return UnpairResult(instance_of(minion), device_id)


def trust(
    parts: "Container",
    selector: str,
    fingerprint: str | None,
    gateway_id: str | None,
    reason: str | None,
) -> Instance:
    """Pin a certificate, and expect a gateway."""
    trusting = parts.trusting()
    pin = None if fingerprint is None else TlsFingerprint(fingerprint)
    return instance_of(trusting.trust(trusting.choose(selector), pin, gateway_id, reason))


def snapshot(parts: "Container", reference: str) -> "SnapshotView":
    """Find a snapshot as people point at one."""
    now = parts.clock().now()
    return parts.snapshots().find(reference, lambda text: moment_in(text, now))


def section_called(name: str) -> Section:
    """Read the name of a section, in whatever case; raises ``UnknownSection``."""
    try:
        return Section(name.lower())
    except ValueError:
        raise UnknownSection(name) from None


def sections(names: Iterable[str] | None) -> tuple[Section, ...]:
    """Read names of sections, in the order of all; raises ``UnknownSection``."""
    wanted = set(Section if names is None else map(section_called, names))
    return tuple(section for section in Section if section in wanted)


def contents(parts: "Container", reference: str, names: Iterable[str] | None) -> SnapshotContents:
    """Read what a snapshot holds."""
    view, snapshots, wanted = snapshot(parts, reference), parts.snapshots(), sections(names)
    volatile = snapshots.volatile(view)
    return SnapshotContents(
        view,
        snapshots.contents(view, wanted),
        {section: volatile[section] for section in wanted if section in volatile},
    )


def configuration(parts: "Container", selector: str) -> CapturedConfiguration:
    """Read the configuration that was last captured."""
    return CapturedConfiguration(*parts.configurations().of(selector))


def configuration_diff(parts: "Container", selector: str, given: "Json") -> ConfigurationDiff:
    """Compare it with another."""
    view, changes = parts.configurations().diff(selector, given)
    return ConfigurationDiff(view, tuple(changes))


def incidents(
    parts: "Container", selectors: Iterable[str] | None, labels: str | None
) -> "Incidents":
    """Tell incidents of the instances that are meant, removed ones included."""
    minions = read_all(parts)
    if selectors is not None:
        directory = MinionDirectory(minions)
        ids = {select(selector, directory).id for selector in selectors}
        minions = [minion for minion in minions if minion["id"] in ids]
    if labels is not None:
        wanted = LabelSelector.parse(labels)
        minions = [minion for minion in minions if wanted.selects(minion["tags"])]
    names = {minion["id"]: minion["title"] for minion in minions}
    return incidents_of(parts.settings(), names)


def replay(parts: "Container", at: datetime | int | None, *, show_secrets: bool) -> str:
    """Write the view as it was."""
    log, travel = parts.event_log(), parts.time_travel()
    position = travel.position(log.head() if at is None else in_utc(at))
    shown = travel.view(position, reveal=show_secrets)
    return parts.view_text()(shown.minions, shown.relations, Stamp(log.id, position))


def import_(parts: "Container", lines: Iterable[str], passphrase: str | None) -> "Imported":
    """Bring a log back, and make the view of it."""
    from openclaw_manager.application.importing import Archive

    imported = parts.importing().take(Archive(lines), passphrase)
    parts.projection().catch_up(anew=True)
    return imported


def settings(parts: "Container") -> dict[str, Setting]:
    """Tell the settings in force."""
    found = parts.settings()
    return {key: Setting(getattr(found, key), origin) for key, origin in found.origins.items()}


def device(parts: "Container", *, replace: bool = False) -> Device:
    """Tell which device this home is; its key is made where there is none."""
    own = parts.own_device()
    key = own.replace() if replace else own.device_made_if_missing()
    return Device(key.id, key.public_pem)


def verify(parts: "Container", checkpoint: bytes | None, key: str | None) -> "Verified":
    """Verify the log and the view."""
    vouched = None if checkpoint is None else parts.checkpoints().admit(checkpoint, key)
    return parts.verification().verify(vouched)


def export(parts: "Container", passphrase: str | None) -> "Iterator[str]":
    """Give the lines of an export, and tell of secrets that no export can bring back."""
    return parts.exporting().lines(
        passphrase, lambda count: _log.warning("secrets that are lost and not exported: %d", count)
    )
