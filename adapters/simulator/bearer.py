"""The bearer dialect: whoever gets through the upgrade is let in, and there is nothing to say."""

from openclaw_manager.adapters.simulator.challenge import ChallengeConversation
from openclaw_manager.adapters.simulator.conversation import Closing, Reply


class BearerConversation(ChallengeConversation):
    """Answers nothing but WebSocket pings.

    A plain bearer gateway has no challenge and no hello of its own. For the faults that
    need one it borrows those of the challenge dialect.
    """

    awaits_connect = False

    def call(self, message: str | bytes) -> Reply:  # noqa: ARG002 - the protocol has it
        """Ignore it."""
        return Reply()

    def farewell(self) -> Reply:
        """Close as servers that go away do."""
        return Reply(closing=Closing(1001, "going away"))
