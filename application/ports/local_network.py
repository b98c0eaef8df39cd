"""The need to know whether this machine has a network at all."""

from typing import Protocol


class LocalNetwork(Protocol):
    """Looks at the network of this machine, and no further than to its own router."""

    async def online(self) -> bool:
        """Whether there is a default route, and the router on it answers.

        Takes a few seconds at most. Where it cannot be known, the answer is yes.
        """
        ...
