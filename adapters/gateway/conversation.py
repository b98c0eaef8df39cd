"""What is said on a socket: messages in, frames and findings out, and no I/O."""

from typing import NamedTuple, Protocol

from openclaw_manager.adapters.gateway.frames import Message
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.secret import repr_without


class Hello(NamedTuple):
    """A gateway took us for who we are, and this is what it said of itself."""

    version: str | None = None
    protocol: int | None = None
    device_id: str | None = None
    device_token: str | None = None
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return repr_without(self, "device_token")


class Health(NamedTuple):
    """What a gateway says of its own health; ``fault`` is None when all is well."""

    fault: str | None = None
    cause: Cause = Cause.NOT_READY


class SelfDescription(NamedTuple):
    """Who a gateway says that it is; ``gateway_id`` is None when it does not say so credibly."""

    gateway_id: str | None = None


class Conversation(Protocol):
    """One dialect on an authenticated connection. Methods raise ``Failure``, and only that."""

    @property
    def dialect(self) -> Dialect:
        """Which dialect this is."""
        ...

    def offers(self, method: str) -> bool:
        """Whether there may be such a method, as far as the gateway has told."""
        ...

    def ask_health(self) -> str | None:
        """Compose the question how the gateway is; None where the dialect has none."""
        ...

    def hear_health(self, message: Message) -> Health | None:
        """Take in what comes after that question; None for what is not the answer."""
        ...

    def ask_who(self) -> str | None:
        """Compose the question which gateway this is; None where it would not be answered."""
        ...

    def hear_who(self, message: Message) -> SelfDescription | None:
        """Take in what comes after that question; None for what is not the answer."""
        ...


class ChallengedConversation(Conversation, Protocol):
    """One dialect from the challenge on."""

    def introduce(self) -> str:
        """Compose the frame that answers the challenge."""
        ...

    def hear(self, message: Message) -> Hello | None:
        """Take in what comes until the hello; None for what is not about us."""
        ...
