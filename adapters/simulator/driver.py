"""Holds a conversation over a WebSocket, and misbehaves where a fault says so."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import ConnectionClosed

from openclaw_manager.adapters.simulator.conversation import Closing, Conversation, Reply
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw_hello import LARGEST_FRAME, TICK_SECONDS
from openclaw_manager.adapters.simulator.settings import Settings
from openclaw_manager.adapters.simulator.sockets import GatewaySocket

_CONNECT_WITHIN = 15.0  # seconds, measured on 2026.9.6
_DEVICE_REMOVED = Closing(4001, "device removed")

_WRONG_FIRST_FRAMES: dict[Fault, Callable[[Conversation], str | bytes]] = {
    Fault.GARBAGE_TEXT: lambda _: "this is no JSON {",
    Fault.BINARY_FRAME: lambda _: bytes(range(256)),
    Fault.JSON_ARRAY: lambda _: '["connect.challenge"]',
    Fault.OVERSIZED_FRAME: lambda _: '"' + "x" * LARGEST_FRAME + '"',
    Fault.CHALLENGE_WITHOUT_PAYLOAD: lambda talk: talk.challenge_without_payload(),
    Fault.CHALLENGE_WITHOUT_TIME: lambda talk: talk.challenge_without_time(),
    Fault.UNKNOWN_FIRST_FRAME: lambda _: '{"type":"greeting","payload":{"text":"good morning"}}',
    Fault.HELLO_WITHOUT_CHALLENGE: lambda talk: talk.hello_unasked(),
}


class Driver:
    """One connection of one client."""

    def __init__(self, socket: GatewaySocket, talk: Conversation, settings: Settings) -> None:
        self._socket = socket
        self._talk = talk
        self._settings = settings

    @property
    def device_id(self) -> str | None:
        """The device at the other end, once it was let in."""
        return self._talk.device_id

    async def run(self) -> None:
        """Hold the whole conversation, until one side or the other has gone."""
        try:
            if await self._let_in():
                await self._answer_calls()
        except ConnectionClosed:
            return

    async def say_goodbye(self) -> None:
        """Close as the dialect does when the gateway stops; a silent gateway stays silent."""
        if not self._socket.muted:
            await self._send(self._talk.farewell())

    async def throw_out(self) -> None:
        """Close on a device that may no longer be here (measured on 2026.9.6)."""
        await self._socket.close(_DEVICE_REMOVED.code, _DEVICE_REMOVED.reason)

    async def _let_in(self) -> bool:
        if self._socket.muted:
            await self._socket.wait_closed()
            return False
        if self._has(Fault.DROP_AFTER_UPGRADE):
            self._socket.break_off()
            return False
        for fault, frame in _WRONG_FIRST_FRAMES.items():
            if self._has(fault):
                await self._socket.send(frame(self._talk))
                await self._ignore_everything()
                return False
        if self._has(Fault.DROP_AFTER_CHALLENGE):
            await self._socket.send(self._talk.challenge())
            self._socket.break_off()
            return False
        if self._talk.awaits_connect:
            return await self._let_in_whoever_connects()
        return await self._let_in_whoever_upgraded()

    async def _let_in_whoever_upgraded(self) -> bool:
        if self._has(Fault.CLOSE_BEFORE_HELLO):
            await self._socket.close()
            return False
        self._socket.guests.judged("upgraded", accepted=True)
        return True

    async def _let_in_whoever_connects(self) -> bool:
        await self._socket.send(self._talk.challenge())
        try:
            async with asyncio.timeout(_CONNECT_WITHIN):
                message = await self._socket.recv()
        except TimeoutError:
            return await self._deliver(self._talk.connect_missing())
        if self._has(Fault.CLOSE_BEFORE_HELLO):
            await self._socket.close()
            return False
        if self._has(Fault.HANG_AFTER_CONNECT):
            await self._ignore_everything()
            return False
        await pause(self._socket, self._settings.latency)
        return await self._deliver(self._talk.connect(message))

    def _has(self, fault: Fault) -> bool:
        """Whether the fault strikes here; if so, the guest book says so."""
        if fault not in self._settings.faults:
            return False
        self._socket.guests.judged(f"fault {fault}", accepted=False)
        return True

    async def _deliver(self, verdict: Reply) -> bool:
        accepted = verdict.closing is None
        self._socket.guests.judged(verdict.verdict, accepted=accepted)
        await self._send(verdict)
        return accepted

    async def _answer_calls(self) -> None:
        loop = asyncio.get_running_loop()
        next_tick = loop.time() + TICK_SECONDS
        while True:
            try:
                async with asyncio.timeout_at(next_tick):
                    message = await self._socket.recv()
            except TimeoutError:
                next_tick += TICK_SECONDS
                tick = self._talk.tick()
                if tick is not None:
                    await self._socket.send(tick)
                continue
            await self._send(self._talk.call(message))

    async def _send(self, reply: Reply) -> None:
        for frame in reply.frames:
            await self._socket.send(frame)
        if reply.closing is not None:
            await self._socket.close(reply.closing.code, reply.closing.short_reason)

    async def _ignore_everything(self) -> None:
        async for _ in self._socket:
            pass


async def pause(socket: GatewaySocket, seconds: float) -> None:
    """Wait, but not for a client that has gone."""
    if seconds > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await socket.wait_closed()
