"""Which kinds of events there are, and which of them somebody means."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from openclaw_manager.domain.errors import UnknownEvent
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact, FactKeeper
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.snapshot import Snapshot
from openclaw_manager.domain.stored_content import StoredContent

_KEEPERS: tuple[type[FactKeeper], ...] = (Instance, NameReservation, Snapshot, StoredContent)


def kinds_of(keeper: type[FactKeeper]) -> Iterator[tuple[str, type[Fact]]]:
    """Go through the events of an aggregate, in the order of its source, with their topics."""
    for kind in vars(keeper).values():
        if isinstance(kind, type) and issubclass(kind, Fact) and "TOPIC" in vars(kind):
            yield str(vars(kind)["TOPIC"]), kind


def topics_of(wanted: Iterable[str]) -> list[str]:
    """Find the topics that are meant, each once.

    Each of ``wanted`` is a topic, its last part, the name of the event, all in whatever case,
    or a pattern of topics such as ``name.*``. Raises ``UnknownEvent`` for one that is none.
    """
    found: dict[str, None] = {}
    known = [known for keeper in _KEEPERS for known in kinds_of(keeper)]
    for one in wanted:
        meant = [topic for topic, kind in known if _is_meant(one.lower(), topic, kind)]
        if not meant:
            raise UnknownEvent(one, [topic for topic, _ in known])
        found |= dict.fromkeys(meant)
    return list(found)


def _is_meant(wanted: str, topic: str, kind: type[Fact]) -> bool:
    names = (topic, topic.partition(".")[2], kind.__name__.lower())
    return wanted in names or fnmatchcase(topic, wanted)
