"""The checkup of gateways: each is pinged once, and asked over HTTP how it is."""

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from time import perf_counter
from uuid import UUID

from openclaw_manager.application.checkup.layers import (
    LAYERS,
    Visit,
    besides,
    got_as_far_as_http,
    layers_of,
)
from openclaw_manager.application.checkup.records import all_instances, together
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.application.ports.gateway_http import GatewayHttp, Page
from openclaw_manager.application.ports.gateway_link import GatewayLink
from openclaw_manager.application.selection import select
from openclaw_manager.application.targets import Targets
from openclaw_manager.domain.errors import InstanceRemoved, OpenClawManagerError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.text import is_printable

_MS = 1000
_LONGEST_WORD = 60  # of what a gateway says over HTTP


def broken_at_home(verdicts: Mapping[CheckId, Verdict]) -> set[CheckId]:
    """Name what the gateways cannot be shown; that there is no key yet is no fault."""
    broken = {id_ for id_, verdict in verdicts.items() if verdict is Verdict.FAILED}
    unread = verdicts[CheckId.SECRET_STORE] is not Verdict.OK
    return broken | {CheckId.SECRET_STORE} if unread else broken


class GatewayCheckup:
    """Looks at gateways layer by layer. Nothing is recorded, and nothing changed on a gateway."""

    def __init__(
        self, log: EventLog, targets: Targets, link: GatewayLink, http: GatewayHttp, clock: Clock
    ) -> None:
        self._log = log
        self._targets = targets
        self._link = link
        self._http = http
        self._clock = clock

    def choose(self, selector: str | None) -> list[Instance]:
        """Find the instance that is meant; without a selector, all that are not removed.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``.
        """
        if selector is None:
            return [one for one in all_instances(self._log) if one.removed_at is None]
        instance = self._log.instance(UUID(select(selector, LogDirectory(self._log)).id))
        if instance.removed_at is not None:
            raise InstanceRemoved(instance.name, instance.removed_at)
        return [instance]

    async def examine(
        self,
        instances: Sequence[Instance],
        *,
        timeout: float,
        concurrency: int,
        broken: Container[CheckId] = (),
    ) -> list[Check]:
        """Check each gateway, at most ``concurrency`` at once.

        ``broken`` is what is not ok at home. Without the secret store no gateway is contacted,
        and without the device key none that is paired: the key would be made anew.
        """
        places = asyncio.Semaphore(concurrency)
        observed: dict[UUID, str] = {}

        async def examine_one(instance: Instance) -> list[Check]:
            if CheckId.SECRET_STORE in broken:
                return _unreached(instance, CheckId.SECRET_STORE)
            if CheckId.DEVICE_KEY in broken and instance.pairing is not None:
                return _unreached(instance, CheckId.DEVICE_KEY)
            try:
                [target] = self._targets.of([instance])
            except OpenClawManagerError as error:
                return _unreached(instance, CheckId.CREDENTIALS, str(error))
            async with places:
                outcome = await self._link.ping(target, timeout=timeout)
                visit = Visit(
                    instance.name, target, outcome, self._clock.now(), instance.gateway_id
                )
                pages = await self._pages(visit, timeout)
            if outcome.gateway_id is not None:
                observed[instance.id] = outcome.gateway_id
            return [*layers_of(visit, pages), *besides(visit)]

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(examine_one(one)) for one in instances]
        checks = [check for task in tasks for check in task.result()]
        return [*checks, self._duplicates(observed)]

    async def _pages(self, visit: Visit, timeout: float) -> dict[CheckId, Check]:
        """Read the pages of a gateway that is an OpenClaw one, or may be."""
        other_dialect = visit.outcome.dialect not in (None, Dialect.OPENCLAW)
        if other_dialect or not got_as_far_as_http(visit.outcome):
            return {}
        return {
            id_: await self._page(visit, id_, path, key, timeout)
            for id_, path, key in (
                (CheckId.HTTP_HEALTHZ, "/healthz", "ok"),
                (CheckId.HTTP_READYZ, "/readyz", "ready"),
            )
        }

    async def _page(
        self,
        visit: Visit,
        id_: CheckId,
        path: str,
        key: str,
        timeout: float,
    ) -> Check:
        """Look for the one key by which a gateway says that all is well."""
        began = perf_counter()
        page = await self._http.get(visit.target.url, path, timeout=timeout)
        ms = (perf_counter() - began) * _MS
        message = _why_not(page, path, key)
        verdict = Verdict.WARNING if message else Verdict.OK
        about = visit.name if message else None
        return Check(id_, verdict, message or f"{key} is true", visit.name, about, ms=ms)

    def _duplicates(self, observed: dict[UUID, str]) -> Check:
        """Tell which instances are one gateway, by the id that it gives itself."""
        return together(
            CheckId.DUPLICATE_GATEWAY,
            "are the same gateway",
            [
                (gateway_id, one.name)
                for one in all_instances(self._log)
                if one.removed_at is None
                and (gateway_id := observed.get(one.id, one.gateway_id)) is not None
            ],
        )


def _unreached(instance: Instance, because: CheckId, problem: str | None = None) -> list[Check]:
    """Skip a gateway; a ``problem`` is what failed about the layer that is to blame."""
    name, reason = instance.name, f"not contacted, since {because} is not ok"
    return [
        Check(id_, Verdict.FAILED, problem, name, about=name)
        if problem and id_ is because
        else Check(id_, Verdict.SKIPPED, reason, name)
        for id_ in (*LAYERS, CheckId.IDENTITY, CheckId.PLAIN_WS_TOKEN)
    ]


def _why_not(page: Page | str, path: str, key: str) -> str | None:
    """Say what is wrong with a page, if anything is: status 200 alone says nothing."""
    if isinstance(page, str):
        return page
    if page.document is None or not isinstance(page.document.get(key), bool):
        return f"{path} answered {page.status}, and not with the JSON of a gateway"
    if page.document[key]:
        return None
    failing = ", ".join(_words(page.document.get("failing")))
    return f"{key} is false" + (f": {failing}" if failing else "")


def _words(said: object) -> Iterable[str]:
    """Take of what a stranger listed only what can be shown."""
    words = said if isinstance(said, list) else []
    return [word[:_LONGEST_WORD] for word in words if isinstance(word, str) and is_printable(word)]
