"""The projection: what the log says of each instance, brought into the view."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.minion import minion_of
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.ports.view import Minion, View
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import FactKeeper
from openclaw_manager.domain.stamp import Stamp


class Projection:
    """Keeps the view in step with the log.

    An entry of the view is a function of one instance at one version, so to catch up is to
    show those instances again that had events since, and to rebuild is to catch up from the
    beginning. Doing it twice changes nothing.
    """

    def __init__(
        self, log: EventLog, secrets: SecretStore, view: View, snapshot_secrets: str
    ) -> None:
        self._log = log
        self._secrets = secrets
        self._view = view
        self._with_secrets = snapshot_secrets == "include"

    def catch_up(self, saved: Iterable[FactKeeper] = (), *, anew: bool = False) -> None:
        """Bring the view to the head of the log, or make it anew; raises a ``StoreError``.

        ``saved`` are aggregates as they were saved just now, which need not be read again.
        """
        with self._view.edit() as edit:
            head = Stamp(self._log.id, self._log.head())
            if edit.stamp == head and not anew:
                return
            after = 0 if anew else _where_to_begin(edit.stamp, head)
            changed = self._log.instances_changed(after, head.position)
            edit.save(self._minions(self._read(changed, saved)), head)

    def _read(self, versions: Mapping[UUID, int], saved: Iterable[FactKeeper]) -> list[Instance]:
        at_hand = {(one.id, one.version): one for one in saved if isinstance(one, Instance)}
        return [
            at_hand.get((id_, version)) or self._log.instance(id_, version)
            for id_, version in versions.items()
        ]

    def _minions(self, instances: list[Instance]) -> list[Minion]:
        secrets = self._secrets.get(_references(instances)) if self._with_secrets else {}
        return [minion_of(instance, secrets) for instance in instances]


def _where_to_begin(view: Stamp | None, head: Stamp) -> int:
    """Begin anew where the view comes from another log, or from a future that was lost."""
    if view is None or view.log != head.log or view.position > head.position:
        return 0
    return view.position


def _references(instances: Iterable[Instance]) -> list[str]:
    return [
        secret["ref"]
        for instance in instances
        for secret in (instance.credentials["token"], instance.credentials["private_key"])
        if secret
    ]
