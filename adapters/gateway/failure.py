"""The one exception of this package."""

from openclaw_manager.domain.condition import Cause


class Failure(Exception):
    """The way to a round trip ended here; the only exception that a conversation raises.

    ``detail`` may repeat what the peer said: it is cleaned before it leaves this package.
    ``request_id`` is the pairing request under which a gateway waits for an approval, and
    ``retry_after_ms`` when it wants to be asked again.
    """

    def __init__(
        self,
        cause: Cause,
        detail: str,
        *,
        request_id: str | None = None,
        retry_after_ms: float | None = None,
    ) -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail
        self.request_id = request_id
        self.retry_after_ms = retry_after_ms
