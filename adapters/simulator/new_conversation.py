"""Begins the conversation that a new connection calls for."""

import ipaddress
import secrets
from collections.abc import Callable
from uuid import uuid4

from websockets.asyncio.server import ServerConnection

from openclaw_manager.adapters.simulator.bearer import BearerConversation
from openclaw_manager.adapters.simulator.challenge import ChallengeConversation
from openclaw_manager.adapters.simulator.conversation import Conversation
from openclaw_manager.adapters.simulator.openclaw import OpenClawConversation
from openclaw_manager.adapters.simulator.openclaw_pairing import Devices
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings
from openclaw_manager.domain.ping import Dialect


def new_conversation(
    connection: ServerConnection,
    settings: Settings,
    state: OpenClawState,
    devices: Devices,
    now: Callable[[], int],
) -> Conversation:
    """Begin a conversation in the dialect of the settings, with a nonce of its own."""
    match settings.dialect:
        case Dialect.OPENCLAW:
            return OpenClawConversation(
                settings,
                state,
                devices,
                _peer(connection),
                nonce=str(uuid4()),
                connection_id=str(uuid4()),
                now=now,
            )
        case Dialect.CHALLENGE:
            nonce = secrets.token_urlsafe(24)
            return ChallengeConversation(settings, state.held, nonce=nonce, now=now)
        case Dialect.BEARER:
            nonce = secrets.token_urlsafe(24)
            return BearerConversation(settings, state.held, nonce=nonce, now=now)


def is_local(connection: ServerConnection) -> bool:
    """Whether the client is on this machine, as far as its address tells."""
    address = connection.remote_address
    return bool(address) and ipaddress.ip_address(address[0].partition("%")[0]).is_loopback


def _peer(connection: ServerConnection) -> Peer:
    assert connection.request is not None
    headers = connection.request.headers
    return Peer(
        loopback=is_local(connection),
        host=",".join(headers.get_all("Host")),
        origin=",".join(headers.get_all("Origin")) or None,
        scope_cap=",".join(headers.get_all("x-openclaw-scopes")) or None,
    )
