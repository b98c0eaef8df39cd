"""Verbs that look around: for gateways nobody registered, and at whether all is well."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from openclaw_manager._errands import NothingToRescue, given_or_set
from openclaw_manager.application.checkup.gateways import broken_at_home
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.entrypoints.composition.embedded import Embedding, read_all
from openclaw_manager.results import DiscoverResult, DoctorResult

if TYPE_CHECKING:
    from openclaw_manager.application.discovering import Discovering
    from openclaw_manager.domain.instance import Instance
    from openclaw_manager.entrypoints.composition.container import Container


class Discover(NothingToRescue):
    """Looks for gateways in the surroundings."""

    _discovering: "Discovering"

    def __init__(self, interfaces: Sequence[str], timeout: float) -> None:
        self._interfaces = interfaces
        self._given = timeout

    def prepare(self, parts: "Container") -> None:
        """Read what is registered."""
        self._timeout = given_or_set(parts, "timeout", self._given)
        self._discovering = parts.discovering(self._interfaces)
        self._known = read_all(parts)

    async def go(self) -> None:
        """Look."""
        self._found = await self._discovering.search(self._known, timeout=self._timeout)

    def finish(self) -> DiscoverResult:
        """Tell it."""
        found, problems = self._found
        return DiscoverResult(tuple(found), tuple(problems))


class Examine:
    """Checks the home, and each gateway layer by layer, on parts of its own."""

    def __init__(
        self, embedding: Embedding, selector: str | None, timeout: float | None, *, fix: bool
    ) -> None:
        self._embedding = embedding
        self._selector = selector
        self._given = timeout
        self._fix = fix
        self._chosen: Sequence[Instance] = ()
        self._opened = ExitStack()

    def prepare(self, parts: "Container") -> None:
        """Check the home, mend it if that is wanted, and choose the gateways that can be told."""
        self._timeout = given_or_set(parts, "timeout", self._given)
        self._parts = self._embedding.untouched_container()
        self._opened.callback(self._parts.shutdown_resources)
        config = Check(CheckId.CONFIG, Verdict.OK, "every setting can be taken")
        checkup = self._parts.home_checkup()
        self._checks = checkup.examine(config)
        self._fixed = checkup.mend(self._checks) if self._fix else []
        if self._fixed:
            self._checks = checkup.examine(config)
        self._verdicts = {check.id: check.verdict for check in self._checks}
        if self._verdicts[CheckId.INSTANCES] is Verdict.OK:
            self._chosen = self._parts.gateway_checkup().choose(self._selector)

    async def go(self) -> None:
        """Look at the gateways."""
        if self._chosen:
            self._checks += await self._parts.gateway_checkup().examine(
                self._chosen,
                timeout=self._timeout,
                concurrency=self._parts.settings().concurrency,
                broken=broken_at_home(self._verdicts),
            )

    def rescue(self) -> None:
        """Close what was opened."""
        self._opened.close()

    def finish(self) -> DoctorResult:
        """Tell it."""
        self.rescue()
        return DoctorResult(tuple(self._checks), tuple(self._fixed))
