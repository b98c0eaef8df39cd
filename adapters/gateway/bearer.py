"""The plain bearer dialect: the token on the upgrade is all the authentication there is."""

from openclaw_manager.adapters.gateway.frames import Message
from openclaw_manager.domain.ping import Dialect


class BearerConversation:
    """Nothing is said, so nothing tells the version either."""

    dialect = Dialect.BEARER

    def offers(self, method: str) -> bool:  # noqa: ARG002 - there is none at all
        """Offer no method."""
        return False

    def ask_health(self) -> None:
        """There is nothing to ask."""

    def hear_health(self, message: Message) -> None:
        """Whatever comes is not about us."""

    def ask_who(self) -> None:
        """There is nothing to ask."""

    def hear_who(self, message: Message) -> None:
        """Whatever comes is not about us."""
