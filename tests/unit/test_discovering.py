"""What is made of what the sources saw: one gateway for each place, with a name that is free."""

from typing import Any

import pytest

from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.discovering import Discovered, Discovering
from openclaw_manager.application.ports.discovery import Search, Sighting, Source
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.domain.errors import NameTaken
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.trust import TlsFingerprint, Trust

PIN = TlsFingerprint("sha256:" + "ab" * 32)
OTHER = TlsFingerprint("sha256:" + "cd" * 32)


class Seen:
    """A source that has seen these."""

    def __init__(self, *sightings: Sighting, problems: tuple[str, ...] = ()) -> None:
        self._search = Search(sightings, problems)

    async def search(self, *, timeout: float) -> Search:
        """Tell them at once."""
        assert timeout > 0
        return self._search


class Tokens:
    """Has one token for everybody, and notes who asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def token_of(self, sighting: Sighting) -> str | None:
        """Give it."""
        self.asked.append(sighting.url)
        return "tok-profile"


class Registry:
    """Takes every valid name once; ``known`` has what was registered."""

    def __init__(self, *names: str) -> None:
        self._taken = {name_key(name) for name in names}
        self.known: list[tuple[str, str, GivenCredentials, Trust]] = []

    def register(
        self,
        name: str,
        url: str,
        given: GivenCredentials,
        reason: str | None = None,
        *,
        trust: Trust,
    ) -> Minion:
        """Register as the use case does."""
        assert reason is None
        if name_key(InstanceName(name)) in self._taken:
            raise NameTaken(name, "somebody")
        self._taken.add(name_key(name))
        self.known.append((name, url, given, trust))
        return {"title": name}


def finder(*sources: Any, registry: Registry | None = None, tokens: Any = None) -> Discovering:
    taken: Any = registry or Registry()
    return Discovering(sources, tokens or Tokens(), lambda: taken)


def sighting(url: str = "ws://192.0.2.7:18789", **facts: Any) -> Sighting:
    known = {"name": "attic", "source": Source.MDNS, "place": "attic.local"}
    return Sighting(url=url, **(known | facts))


def minion(name: str, url: str, **fields: Any) -> Minion:
    return {"title": name, "fields": {"url": url} | fields}


async def search(discovering: Discovering, *known: Minion) -> list[Discovered]:
    return (await discovering.search(known, timeout=1))[0]


async def test_what_one_source_could_not_see_is_said_and_the_others_are_heard() -> None:
    found, problems = await finder(Seen(problems=("no network",)), Seen(sighting())).search(
        [], timeout=1
    )

    assert problems == ["no network"]
    assert [one.sighting.name for one in found] == ["attic"]


async def test_an_instance_at_the_same_url_is_the_one_that_is_registered() -> None:
    [one] = await search(
        finder(Seen(sighting("wss://192.0.2.7:18789", fingerprint=PIN))),
        minion("other", "ws://192.0.2.7:18789"),
        minion("home", "wss://192.0.2.7:18789/", tlsFingerprint=str(PIN)),
    )

    assert (one.registered_as, one.contradicts_pin) == ("home", False)


async def test_a_removed_instance_does_not_count() -> None:
    removed = minion("home", "ws://192.0.2.7:18789") | {"deletedAt": "2026-11-23T12:00:00.000Z"}

    assert [one.registered_as for one in await search(finder(Seen(sighting())), removed)] == [None]


async def test_a_fingerprint_that_is_not_the_pinned_one_contradicts_it() -> None:
    [one] = await search(
        finder(Seen(sighting("wss://192.0.2.7:18789", fingerprint=OTHER))),
        minion("home", "wss://192.0.2.7:18789", tlsFingerprint=str(PIN)),
    )

    assert one.contradicts_pin
    assert one.pin == PIN


@pytest.mark.parametrize("found", [PIN, None])
async def test_no_pin_and_no_fingerprint_contradict_nothing(found: TlsFingerprint | None) -> None:
    [one] = await search(
        finder(Seen(sighting("wss://192.0.2.7:18789", fingerprint=found))),
        minion("home", "wss://192.0.2.7:18789"),
    )

    assert not one.contradicts_pin


async def test_a_profile_tells_more_than_the_port_that_it_is_at() -> None:
    profile = sighting("wss://127.0.0.1:18789", source=Source.PROFILE, fingerprint=PIN)
    port = sighting("ws://localhost:18789", source=Source.PORT)

    [one] = await search(finder(Seen(port), Seen(profile)))

    assert one.sighting == profile


async def test_a_port_is_registered_whatever_is_spoken_there() -> None:
    port = sighting("ws://127.0.0.1:18789", source=Source.PORT)

    [one] = await search(finder(Seen(port)), minion("home", "wss://localhost:18789"))

    assert one.registered_as == "home"


def test_a_gateway_is_registered_with_its_fingerprint_and_without_a_token() -> None:
    registry, tokens = Registry(), Tokens()
    finder(registry=registry, tokens=tokens).register(
        sighting("wss://192.0.2.7:1", fingerprint=PIN), with_token=False
    )

    assert registry.known == [
        ("attic", "wss://192.0.2.7:1", GivenCredentials(), Trust(fingerprint=PIN))
    ]
    assert tokens.asked == []


def test_a_token_is_taken_over_only_where_that_was_asked_for() -> None:
    registry = Registry()
    finder(registry=registry).register(sighting(), with_token=True)

    [(_, _, given, _)] = registry.known
    assert given.token == "tok-profile"


def test_a_name_that_is_taken_gets_a_number() -> None:
    registry = Registry("ATTIC", "attic-2")

    assert finder(registry=registry).register(sighting(), with_token=False)["title"] == "attic-3"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("", "192.0.2.7:18789"),
        ("--home", "home"),
        ("-", "192.0.2.7:18789"),
        (" attic ", "attic"),
        ("x" * 300, "x" * 80),
        ("a\x1b[31mb", "192.0.2.7:18789"),
    ],
)
def test_whatever_a_gateway_calls_itself_its_name_is_valid(said: str, name: str) -> None:
    registered = finder().register(sighting(name=said), with_token=False)

    assert registered["title"] == name
