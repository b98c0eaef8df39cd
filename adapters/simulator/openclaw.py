"""The OpenClaw protocol, versions 3 and 4, for clients with a shared token and no device."""

from collections.abc import Callable
from typing import Any

from openclaw_manager.adapters.simulator.conversation import Closing, Reply, decode, encode
from openclaw_manager.adapters.simulator.openclaw_admission import (
    Admission,
    Refusal,
    admit,
    refusal,
)
from openclaw_manager.adapters.simulator.openclaw_hello import hello_ok
from openclaw_manager.adapters.simulator.openclaw_methods import CallRefused, answer
from openclaw_manager.adapters.simulator.openclaw_schema import (
    Request,
    problem_with_connect,
    read_request,
)
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings

_LARGEST_BEFORE_HELLO = 64 * 1024


class OpenClawConversation:
    """One connection; ``now`` tells the time in milliseconds since the epoch."""

    awaits_connect = True

    def __init__(
        self,
        settings: Settings,
        state: OpenClawState,
        peer: Peer,
        *,
        nonce: str,
        connection_id: str,
        now: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._state = state
        self._peer = peer
        self._nonce = nonce
        self._connection_id = connection_id
        self._now = now
        self._admission: Admission | None = None
        self._events_sent = 0

    def challenge(self) -> str:
        """Make the event ``connect.challenge``."""
        payload: dict[str, Any] = {"nonce": self._nonce, "ts": self._now()}
        if self._state.newest:
            payload["capabilities"] = ["model-catalog-snapshot"]
        return encode({"type": "event", "event": "connect.challenge", "payload": payload})

    def challenge_without_payload(self) -> str:
        """Make that event without its nonce."""
        return encode({"type": "event", "event": "connect.challenge"})

    def hello_unasked(self) -> str:
        """Answer a connect that nobody sent."""
        return self._hello("unasked", Admission("token", "operator", ("operator.admin",)))

    def connect(self, message: str | bytes) -> Reply:
        """Judge the first frame as the gateway does: its form, then the client."""
        request = _read_first(message)
        if isinstance(request, Reply):
            return request
        verdict = self._judge(request)
        if isinstance(verdict, Refusal):
            frame = _response(request, error=verdict.error)
            return Reply((frame,), verdict.closing, verdict=verdict.error["message"])
        self._admission = verdict
        scopes = ", ".join(verdict.scopes) or "no scopes"
        return Reply((self._hello(request.id, verdict),), verdict=f"connected with {scopes}")

    def connect_missing(self) -> Reply:
        """Close on a client that sends nothing."""
        return Reply(closing=Closing(1000), verdict="no connect came")

    def call(self, message: str | bytes) -> Reply:
        """Answer one call; what is no JSON is passed over in silence."""
        try:
            request = read_request(decode(message))
        except ValueError:
            return Reply()
        if request is None:
            return _not_a_request()
        try:
            payload = answer(request.method, self._scopes(), self._state, self._now())
        except CallRefused as refused:
            return Reply((_response(request, error=refused.error),))
        return Reply((_response(request, payload=payload),))

    def tick(self) -> str:
        """Make the event ``tick``."""
        return self._event("tick", {"ts": self._now()})

    def farewell(self) -> Reply:
        """Announce the shutdown to those who were let in, then close for a restart."""
        closing = Closing(1012, "service restart")
        if self._admission is None:
            return Reply(closing=closing)
        return Reply((self._event("shutdown", {"reason": "gateway stopping"}),), closing)

    def _judge(self, request: Request) -> Admission | Refusal:
        if request.method != "connect":
            problem = "invalid handshake: first request must be connect"
            return refusal("INVALID_REQUEST", problem)
        problem_with_schema = problem_with_connect(request.params, self._settings.protocol)
        if problem_with_schema:
            return refusal("INVALID_REQUEST", f"invalid connect params: {problem_with_schema}")
        return admit(request.params, self._peer, self._settings)

    def _hello(self, request_id: str, admission: Admission) -> str:
        payload = hello_ok(
            admission,
            self._state,
            host=self._peer.host,
            connection_id=self._connection_id,
            now=self._now(),
        )
        return _response(Request(request_id, "connect"), payload=payload)

    def _scopes(self) -> tuple[str, ...]:
        return self._admission.scopes if self._admission else ()

    def _event(self, name: str, payload: dict[str, Any]) -> str:
        self._events_sent += 1
        return encode(
            {"type": "event", "event": name, "payload": payload, "seq": self._events_sent}
        )


def _read_first(message: str | bytes) -> Request | Reply:
    """Read the request that comes first, or close; none of these gets an answer."""
    if isinstance(message, bytes):
        return Reply(closing=Closing(1000), verdict="a binary frame before connect")
    if len(message.encode()) > _LARGEST_BEFORE_HELLO:
        return Reply(closing=Closing(1009), verdict="more than 64 KiB before hello")
    try:
        return read_request(decode(message)) or _not_a_request()
    except ValueError:
        return Reply(closing=Closing(1000), verdict="not JSON")


def _response(request: Request, **outcome: Any) -> str:
    ok = "error" not in outcome
    return encode({"type": "res", "id": request.id, "ok": ok, **outcome})


def _not_a_request() -> Reply:
    problem = "invalid request frame"
    return Reply(closing=Closing(1008, problem), verdict=problem)
