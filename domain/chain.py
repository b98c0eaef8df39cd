"""The chain over all events: each link vouches for one event and for every one before it."""

from hashlib import sha256
from struct import Struct

LENGTH = 32  # bytes of a link

_PLACE = Struct(">Q16sQI")  # position, id of the aggregate, its version, length of the topic


def beginning(log_id: str) -> bytes:
    """Give what the first link of a log follows: no two logs begin alike."""
    return sha256(f"openclaw-manager log {log_id}".encode()).digest()


def link(
    previous: bytes, position: int, originator_id: bytes, version: int, topic: str, state: bytes
) -> bytes:
    """Make the link of an event from the link before it and from all that is stored of it.

    It is the SHA-256 of: the link before (32 bytes), the position (8 bytes, big endian), the
    id of the aggregate (16), its version (8), the length of the topic in bytes (4), the topic
    as UTF-8, and the state as it is stored.
    """
    name = topic.encode()
    place = _PLACE.pack(position, originator_id, version, len(name))
    return sha256(previous + place + name + state).digest()
