"""The examination of what the view says of each instance."""

from collections.abc import Callable, Iterator

from openclaw_manager.application.checkup.records import all_instances
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.application.ports.view_reading import ViewReading
from openclaw_manager.application.proof.view_check import differences
from openclaw_manager.application.showing import Showing
from openclaw_manager.domain.stamp import Stamp


class ViewRecords:
    """Whether the view says of each instance what the log says, to the letter."""

    ids = (CheckId.DATA_JSON_ENTRIES,)
    needs = frozenset({CheckId.DATA_JSON_CURRENT, CheckId.INSTANCES, CheckId.SECRET_STORE})

    def __init__(
        self, log: Callable[[], EventLog], showing: Callable[[], Showing], view: ViewReading
    ) -> None:
        self._log = log
        self._showing = showing
        self._view = view

    def examine(self) -> Iterator[Check]:
        """Show everything again, and compare."""
        content = self._view.read()
        instances = all_instances(self._log())
        head = Stamp(self._log().id, self._log().head())
        if content is None or content.stamp != head:
            yield Check(CheckId.DATA_JSON_ENTRIES, Verdict.SKIPPED, "others are writing just now")
            return
        shown = self._showing().of(instances)
        found = list(differences(content, shown, lambda _id: False))
        if found:
            first = f"{found[0].path} {found[0].problem}"
            message = f"other than the log says: {first}; differences in all: {len(found)}"
            yield Check(CheckId.DATA_JSON_ENTRIES, Verdict.WARNING, message)
        else:
            yield Check(CheckId.DATA_JSON_ENTRIES, Verdict.OK, "they say what the log says")
