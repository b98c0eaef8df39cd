"""Delivering one message: tried again where that makes sense, with longer and longer waits."""

import asyncio

from openclaw_manager.application.ports.alert_channel import (
    AlertChannel,
    AlertMessage,
    Undelivered,
)

_LONGEST_WAIT = 60.0  # seconds
_LONGEST_ASKED_FOR = 300.0  # by a receiver that says when it wants to be tried again
_GROWTH = 4


class Delivery:
    """One message on its way; ``attempts`` is how often it was tried until now."""

    def __init__(self, message: AlertMessage) -> None:
        self.message = message
        self.attempts = 0

    async def run(
        self, channel: AlertChannel, *, timeout: float, retries: int, first_wait: float
    ) -> Undelivered | None:
        """Send it, and try ``retries`` times more; None where it arrived. Times in seconds."""
        wait = first_wait
        while True:
            self.attempts += 1
            undelivered = await _sent(channel, self.message, timeout)
            if undelivered is None or not undelivered.may_pass or self.attempts > retries:
                return undelivered
            asked_for = min(undelivered.after or 0.0, _LONGEST_ASKED_FOR)
            await asyncio.sleep(max(wait, asked_for))
            wait = min(wait * _GROWTH, _LONGEST_WAIT)


async def _sent(channel: AlertChannel, message: AlertMessage, timeout: float) -> Undelivered | None:
    """Send it once. A fault of this program at one message keeps no other from being sent."""
    try:
        return await channel.send(message, timeout=timeout)
    except Exception as fault:  # noqa: BLE001 - alerts are part of the watch, which goes on
        kind = type(fault).__name__  # and no more of it, since what it says may hold the URL
        return Undelivered(f"a fault in openclaw-manager ({kind})", may_pass=False)
