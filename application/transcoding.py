"""How events are written into the log: plain JSON, with the time as ISO text."""

from datetime import datetime
from json import JSONDecoder
from typing import Any

from eventsourcing.persistence import DatetimeAsISO, JSONTranscoder

_TAGGED = b'"_type_"'


class FactTranscoder(JSONTranscoder):
    """Writes an event as one flat JSON object that any tool can read.

    The library wraps each time into an object of its own, which is a third of the cost of
    reading an event. Only snapshots, whose times may stand anywhere, still use that form.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register(DatetimeAsISO())
        self._decode_plain = JSONDecoder().raw_decode

    def encode(self, obj: dict[str, Any]) -> bytes:
        """Write the state of an event or a snapshot as JSON."""
        return super().encode(obj | {"timestamp": obj["timestamp"].isoformat()})

    def decode(self, data: bytes) -> Any:
        """Read back what ``encode`` wrote; raises ``ValueError`` or ``KeyError`` if it is not."""
        state = super().decode(data) if _TAGGED in data else self._decode_plain(data.decode())[0]
        state["timestamp"] = datetime.fromisoformat(state["timestamp"])
        return state
