"""The examination of the view's file: whether other tools can read it, and get what is so."""

from collections.abc import Callable, Iterator

from openclaw_manager.adapters.data_json.document import DamagedDocument, read
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable
from openclaw_manager.domain.stamp import Stamp


class DataJsonExamination:
    """Examines ``data.json``; ``head`` tells how far the log has come."""

    ids = (CheckId.DATA_JSON, CheckId.DATA_JSON_CURRENT)
    needs = frozenset({CheckId.STORE})

    def __init__(self, path: str, *, head: Callable[[], Stamp | None]) -> None:
        self._path = path
        self._head = head

    def examine(self) -> Iterator[Check]:
        """Read it, and compare where it and the log are."""
        head = self._head()  # before the file is read: meanwhile it can only get further
        try:
            with open(self._path, "rb") as file:
                stamp, entries, _ = read(file.read())
        except FileNotFoundError:
            yield Check(CheckId.DATA_JSON, Verdict.WARNING, "is missing; it is made from the log")
            return
        except DamagedDocument as damage:
            raise StoreDamaged(self._path, str(damage)) from damage
        except OSError as error:
            raise StoreUnavailable(self._path, f"cannot be read: {error.strerror}") from error
        yield Check(CheckId.DATA_JSON, Verdict.OK, f"entries: {len(entries)}")
        yield _current(stamp, head)


def _current(stamp: Stamp | None, head: Stamp | None) -> Check:
    problem = None
    if stamp is None:
        problem = "it does not say which log it was made from"
    elif head is None or stamp.log != head.log:
        problem = "it was made from another log"
    elif stamp.position < head.position:
        problem = f"it is at event {stamp.position}, and the log at {head.position}"
    if problem:
        return Check(CheckId.DATA_JSON_CURRENT, Verdict.WARNING, problem)
    return Check(CheckId.DATA_JSON_CURRENT, Verdict.OK, "it says what the log says")
