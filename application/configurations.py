"""Configurations of gateways, as they were last captured."""

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.application.snapshots import Snapshots, not_captured
from openclaw_manager.domain.content.canonical import Json, canonical
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.content.configuration import configuration_in
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.marks import MARKS, REDACTED
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.content.volatile import split_volatile
from openclaw_manager.domain.errors import NeverCaptured
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.secret import references_in
from openclaw_manager.domain.section import Section


class Configurations:
    """Shows configurations, and compares them with files. Nothing here writes to a gateway."""

    def __init__(self, log: EventLog, secrets: SecretStore, snapshots: Snapshots) -> None:
        self._log = log
        self._secrets = secrets
        self._snapshots = snapshots

    def of(self, selector: str) -> tuple[SnapshotView, Json]:
        """Read the configuration in the latest snapshot of an instance that has one.

        Secrets in it are redacted. Raises ``InstanceNotFound``, ``AmbiguousInstance``,
        ``InstanceRemoved``, ``NeverCaptured``, ``SectionNotCaptured``, a ``StoreError``.
        """
        return self._of(self._snapshots.instance(selector))

    def diff(self, selector: str, given: Json) -> tuple[SnapshotView, list[Change]]:
        """List what would make the captured configuration that of a file.

        ``given`` is redacted by the same rules first, and what either side hides is taken for
        the same as what the other has there. Raises the same as ``of``, and
        ``ContentRefused`` for what is nested too deep or is no JSON.
        """
        instance = self._snapshots.instance(selector)
        view, captured = self._of(instance)
        changes = diff(_with_one_mark(captured), _with_one_mark(self._comparable(given, instance)))
        return view, [change for change in changes if not _is_hidden(change)]

    def _of(self, instance: Instance) -> tuple[SnapshotView, Json]:
        latest = None
        for view in self._snapshots.back_from_latest(instance):
            state = view.sections.get(Section.CONFIG)
            if state and state.hash:
                return view, configuration_in(self._snapshots.content(view, Section.CONFIG))
            latest = latest or view
        if latest is None:
            raise NeverCaptured(instance.name)
        raise not_captured(latest, Section.CONFIG)

    def _comparable(self, given: Json, instance: Instance) -> Json:
        """Bring the content of a file into the form in which a configuration is captured."""
        canonical(given)  # which refuses what a gateway could not have answered
        references = [one["ref"] for one in references_in(instance.credentials).values()]
        secrets = self._secrets.get(references).values()
        answer: Json = {"configuration": given}
        stable, _ = split_volatile(Section.CONFIG, redacted(answer, list(secrets)))
        return configuration_in(stable)


def _with_one_mark(value: Json) -> Json:
    """Hide what is hidden in one way, whoever did."""
    if isinstance(value, dict):
        return {key: _with_one_mark(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_with_one_mark(child) for child in value]
    return REDACTED if isinstance(value, str) and value in MARKS else value


def _is_hidden(change: Change) -> bool:
    """Whether one side hides what the other has: nobody can tell whether it is the same."""
    values = (change.old, change.new)
    return change.op == "replace" and REDACTED in values
