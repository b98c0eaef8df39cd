"""The examinations of what the log and the secret store say, and whether it fits together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from openclaw_manager.application.alerting.secrets import REFERENCES
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.own_device import OwnDevice
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.examination import (
    Check,
    CheckId,
    SecretInventory,
    Verdict,
)
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.secret import OWN_DEVICE, references_in

# Clocks of machines that share a log differ a little, and those without a battery by decades.
_TOLERANCE = timedelta(seconds=5)
_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
_LONGEST_PAUSE = timedelta(days=20 * 365)


class LogRecords:
    """Whether every instance can be read back, and what they should not have in common."""

    ids = (CheckId.INSTANCES, CheckId.CLOCK, CheckId.DUPLICATE_URL, CheckId.SHARED_TOKEN)
    needs = frozenset({CheckId.STORE, CheckId.STORE_INTEGRITY})

    def __init__(self, log: Callable[[], EventLog], clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def examine(self) -> Iterator[Check]:
        """Read everything back; an event that cannot be read raises ``StoreDamaged``."""
        instances = all_instances(self._log())
        present = [one for one in instances if one.removed_at is None]
        yield _ok(
            CheckId.INSTANCES,
            f"{_count(len(present), 'instance')}, {len(instances) - len(present)} removed",
        )
        yield _clock(self._clock.now(), max((one.modified_on for one in instances), default=None))
        yield _duplicate_urls(present)
        yield _shared_tokens(present)


class SecretRecords:
    """Whether the secret store holds what the log refers to, and the key of this home."""

    ids = (CheckId.SECRETS_RESOLVE, CheckId.SECRETS_ORPHANED, CheckId.DEVICE_KEY)
    needs = frozenset({CheckId.INSTANCES, CheckId.SECRET_STORE})

    def __init__(
        self,
        log: Callable[[], EventLog],
        secrets: SecretStore,
        inventory: SecretInventory,
        own_device: OwnDevice,
    ) -> None:
        self._log = log
        self._secrets = secrets
        self._inventory = inventory
        self._own_device = own_device

    def examine(self) -> Iterator[Check]:
        """Look up every reference."""
        instances = all_instances(self._log())
        yield self._resolved(instances)
        yield self._orphaned(instances)
        yield self._device_key(instances)

    def _resolved(self, instances: Sequence[Instance]) -> Check:
        wanted = {ref: one.name for one in instances for ref in _references(one)}
        found = self._secrets.get(wanted)
        lost = [name for ref, name in wanted.items() if ref not in found]
        if lost:
            names = ", ".join(sorted(set(lost)))
            return Check(
                CheckId.SECRETS_RESOLVE,
                Verdict.FAILED,
                f"{_count(len(lost), 'secret')} of {names} to which the log refers are not there",
                about=lost[0],
            )
        return _ok(CheckId.SECRETS_RESOLVE, f"all {len(wanted)} that the log refers to are there")

    def _orphaned(self, instances: Sequence[Instance]) -> Check:
        """Count what nothing refers to.

        It is left there: a secret is stored before the event that refers to it, and its age is
        not known, so a leftover looks like what is being registered just now.
        """
        kept = self._inventory.references()
        if kept is None:
            return Check(
                CheckId.SECRETS_ORPHANED, Verdict.SKIPPED, "this secret store cannot be listed"
            )
        known = {ref for one in instances for ref in _references(one)}
        others = [ref for ref in kept if ref != OWN_DEVICE and not ref.startswith(REFERENCES)]
        orphans = [ref for ref in others if ref not in known]
        if orphans:
            leftover = f"nothing refers to {_count(len(orphans), 'secret')}, which does no harm"
            return _ok(CheckId.SECRETS_ORPHANED, leftover)
        return _ok(CheckId.SECRETS_ORPHANED, "none")

    def _device_key(self, instances: Iterable[Instance]) -> Check:
        present = (one for one in instances if one.removed_at is None)
        users = [one.name for one in self._own_device.users(present)]
        device = self._own_device.device()
        if device is not None:
            used = f"used by {_count(len(users), 'paired instance')}"
            return _ok(CheckId.DEVICE_KEY, f"device {device.id[:12]}…, {used}")
        if users:
            lost = f"is gone, although paired with {', '.join(users)}"
            return Check(CheckId.DEVICE_KEY, Verdict.FAILED, lost, about=users[0])
        return Check(
            CheckId.DEVICE_KEY, Verdict.SKIPPED, "none yet: it is made when one is first needed"
        )


def all_instances(log: EventLog) -> list[Instance]:
    """Read every instance, removed ones included, by name."""
    instances = map(log.instance, log.ids_beginning(""))
    return sorted(instances, key=lambda one: one.name.casefold())


def _clock(now: datetime, last: datetime | None) -> Check:
    told = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < _EARLIEST:
        return Check(CheckId.CLOCK, Verdict.FAILED, f"{told} is before this program was written")
    if last and now + _TOLERANCE < last:
        behind = f"{told} is before the last event, which was at {last:%Y-%m-%d %H:%M:%S}"
        return Check(CheckId.CLOCK, Verdict.FAILED, behind)
    if last and now - last > _LONGEST_PAUSE:
        ahead = f"{told} is more than 20 years after the last event ({last:%Y-%m-%d})"
        return Check(CheckId.CLOCK, Verdict.FAILED, ahead)
    return _ok(CheckId.CLOCK, told)


def _duplicate_urls(instances: Iterable[Instance]) -> Check:
    return together(
        CheckId.DUPLICATE_URL,
        "have the same URL",
        [(GatewayUrl(one.url).endpoint, one.name) for one in instances],
    )


def together(id_: CheckId, share: str, pairs: Iterable[tuple[str, str]]) -> Check:
    """Warn of the names that have something in common; ``pairs`` are (what, name)."""
    names = defaultdict(list)
    for what, name in pairs:
        names[what].append(name)
    groups = [group for group in names.values() if len(group) > 1]
    if not groups:
        return _ok(id_, "none")
    said = "; ".join(f"{' and '.join(group)} {share}" for group in groups)
    return Check(id_, Verdict.WARNING, said, about=groups[0][-1])


def _shared_tokens(instances: Iterable[Instance]) -> Check:
    """Tell who shares a token: convenient, and renewed for one it is renewed for none."""
    tokens = [
        (token["fingerprint"], one.name) for one in instances if (token := one.credentials["token"])
    ]
    shared = together(CheckId.SHARED_TOKEN, "show the same token", tokens)
    return _ok(CheckId.SHARED_TOKEN, shared.message)


def _references(instance: Instance) -> list[str]:
    return [secret["ref"] for secret in references_in(instance.credentials).values()]


def _ok(id_: CheckId, message: str) -> Check:
    return Check(id_, Verdict.OK, message)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
