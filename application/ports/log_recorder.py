"""What the log needs of its recorder beyond what the library's own recorders give."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification


class LogRecorder(ApplicationRecorder):
    """A recorder that knows which log it holds, and finds events by what people ask for.

    A position is the number of an event in the log: unique, rising, never used again.
    Every method raises a ``StoreError`` when the store is at fault.
    """

    @abstractmethod
    def log_id(self) -> str:
        """Tell this log from every other one: a UUID4 drawn when it was created."""

    @abstractmethod
    def latest_versions(self, topics_beginning: str, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell which aggregates had such events at positions in (after, upto].

        The answer has the last version of each in that span, oldest aggregate first.
        """

    @abstractmethod
    def select_history(
        self, originator_id: UUID, upto: int, limit: int | None
    ) -> Sequence[Notification]:
        """Read the last events of one aggregate up to a position, oldest first."""

    @abstractmethod
    def ids_beginning(self, prefix: str, topic: str) -> Sequence[UUID]:
        """Find the aggregates that began with such an event and whose id begins so.

        ``prefix`` is lower-case hexadecimal, without dashes.
        """
