"""Discovering: finding gateways that are not registered yet, and registering them."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count

from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.instances import Instances
from openclaw_manager.application.ports.discovery import (
    Discovery,
    ProfileTokens,
    Search,
    Sighting,
    Source,
)
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.errors import InvalidName, NameTaken
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.trust import Trust

_LONGEST = 80  # characters of a name, which may get a number
_ORDER = list(Source)


@dataclass(frozen=True, slots=True)
class Discovered:
    """A gateway that was found; ``registered_as`` is the name of the instance at its URL.

    ``pin`` is the fingerprint that is pinned for that instance, which nothing that is found
    in a network ever replaces.
    """

    sighting: Sighting
    registered_as: str | None = None
    pin: str | None = None

    @property
    def contradicts_pin(self) -> bool:
        """Whether it is said to have another certificate than the pinned one."""
        found = self.sighting.fingerprint
        return self.pin is not None and found is not None and found != self.pin


class Discovering:
    """Asks every source at once, and registers what a person wants of what was found."""

    def __init__(
        self,
        sources: Sequence[Discovery],
        tokens: ProfileTokens,
        instances: Callable[[], Instances],
    ) -> None:
        self._sources = sources
        self._tokens = tokens
        self._instances = instances

    async def search(
        self,
        known: Iterable[Minion],
        *,
        timeout: float,
    ) -> tuple[list[Discovered], list[str]]:
        """Look for gateways for ``timeout`` seconds; also says what kept it from seeing more.

        ``known`` are the instances that there are, to tell which of those found are new.
        """
        searches: list[Search] = await asyncio.gather(
            *(source.search(timeout=timeout) for source in self._sources)
        )
        sightings = [sighting for search in searches for sighting in search.sightings]
        problems = [problem for search in searches for problem in search.problems]
        present = [minion for minion in known if "deletedAt" not in minion]
        return [_compared(sighting, present) for sighting in _merged(sightings)], problems

    def register(
        self, sighting: Sighting, *, with_token: bool, reason: str | None = None
    ) -> Minion:
        """Register a gateway under the name that it gives itself, or one like it that is free.

        Its fingerprint becomes the pin: that a person agreed to it is for the caller to know.
        """
        token = self._tokens.token_of(sighting) if with_token else None
        for name in _names(sighting):
            try:
                return self._instances().register(
                    name,
                    sighting.url,
                    GivenCredentials(token=token),
                    reason=reason,
                    trust=Trust(fingerprint=sighting.fingerprint),
                )
            except NameTaken:
                continue
        raise AssertionError("there is always another number")


def _merged(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Make one of those that are at one place, led by the most telling source.

    Whoever only saw a port does not know whether TLS is spoken there.
    """
    found: dict[str, Sighting] = {}
    for sighting in sorted(sightings, key=lambda one: _ORDER.index(one.source)):
        place = _place(sighting.url)
        first = found.setdefault(place, sighting)
        if first.fingerprint is None and first.url.startswith("wss:"):
            found[place] = replace(first, fingerprint=sighting.fingerprint)
    return list(found.values())


def _compared(sighting: Sighting, known: Iterable[Minion]) -> Discovered:
    same = next((one for one in known if _is_at(one["fields"]["url"], sighting)), None)
    if same is None:
        return Discovered(sighting)
    return Discovered(sighting, same["title"], same["fields"].get("tlsFingerprint"))


def _is_at(url: str, sighting: Sighting) -> bool:
    if sighting.source is Source.PORT:
        return _place(url) == _place(sighting.url)
    return GatewayUrl(url).endpoint == GatewayUrl(sighting.url).endpoint


def _place(url: str) -> str:
    """Tell the host and port of a URL."""
    return GatewayUrl(url).endpoint.split("/")[2]


def _names(sighting: Sighting) -> Iterable[str]:
    """Offer a valid name, and then that name with a number."""
    fallback = _place(sighting.url)
    wanted = sighting.name.lstrip("- ")[:_LONGEST].strip() or fallback
    try:
        name = InstanceName(wanted)
    except InvalidName:
        name = InstanceName(fallback)
    yield name
    yield from (f"{name}-{number}" for number in count(2))
