"""The checkup of the home: every examination in turn, and what can safely be mended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter

from openclaw_manager.application.ports.examination import (
    Check,
    CheckId,
    Examination,
    HomePermissions,
    Verdict,
)
from openclaw_manager.application.projection import Projection
from openclaw_manager.domain.errors import OpenClawManagerError

_MS = 1000
_MODES = frozenset({CheckId.HOME_MODE, CheckId.FILE_MODES})
_VIEW = frozenset({CheckId.DATA_JSON, CheckId.DATA_JSON_CURRENT, CheckId.DATA_JSON_ENTRIES})


class HomeCheckup:
    """Examines the home, and mends what can be mended without a loss."""

    def __init__(
        self,
        examinations: Sequence[Examination],
        permissions: HomePermissions,
        projection: Callable[[], Projection],
    ) -> None:
        self._examinations = examinations
        self._permissions = permissions
        self._projection = projection

    def examine(self, config: Check) -> list[Check]:
        """Check everything, and change nothing; what makes no sense any more is skipped.

        ``config`` is what was found about the settings, with which the rest was put together.
        """
        checks = [config]
        for examination in self._examinations:
            checks += _outcome_of(examination, checks)
        return checks

    def mend(self, checks: Iterable[Check]) -> list[str]:
        """Mend what the checks found: modes of files, and the view.

        Says in sentences what it did, and what it could not do.
        """
        wrong = {check.id for check in checks if check.verdict in (Verdict.WARNING, Verdict.FAILED)}
        done: list[str] = []
        if wrong & _MODES:
            done += _attempt(self._permissions.tighten, "the modes could not be set")
        if wrong & _VIEW:
            done += _attempt(self._make_view_anew, "data.json could not be made anew")
        return done

    def _make_view_anew(self) -> list[str]:
        self._projection().catch_up(anew=True)
        return ["made data.json anew from the log"]


def _attempt(mend: Callable[[], list[str]], otherwise: str) -> list[str]:
    try:
        return mend()
    except (OpenClawManagerError, OSError) as error:
        return [f"{otherwise}: {error}"]


def _outcome_of(examination: Examination, before: Sequence[Check]) -> Iterator[Check]:
    """Yield a check for each thing that an examination looks at, whatever happens in it."""
    fine = {check.id for check in before if check.verdict is Verdict.OK}
    missing = [check.id for check in before if check.id in examination.needs - fine]
    if missing:
        yield from _skipped(examination.ids, missing[0])
        return
    left = list(examination.ids)
    blamed = left[0]
    for check in _timed(examination):
        blamed = check.id
        left.remove(check.id)
        yield check
    yield from _skipped(left, blamed)


def _timed(examination: Examination) -> Iterator[Check]:
    """Time each check, and make one of an error."""
    found = examination.examine()
    left = list(examination.ids)
    while True:
        began = perf_counter()
        try:
            check = next(found)
        except StopIteration:
            return
        except (OpenClawManagerError, OSError) as error:
            check = Check(left[0], Verdict.FAILED, str(error))
        left = left[left.index(check.id) + 1 :]
        yield replace(check, ms=(perf_counter() - began) * _MS)


def _skipped(ids: Iterable[CheckId], because: CheckId) -> Iterator[Check]:
    for id_ in ids:
        yield Check(id_, Verdict.SKIPPED, f"not checked, since {because} is not ok")
