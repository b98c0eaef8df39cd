"""The one exception of this package."""

from openclaw_manager.domain.condition import Cause


class Failure(Exception):
    """The way to a round trip ended here; the only exception that a conversation raises.

    ``detail`` may repeat what the peer said: it is cleaned before it leaves this package.
    """

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail
