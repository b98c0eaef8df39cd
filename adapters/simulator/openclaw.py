"""The OpenClaw protocol, versions 3 and 4."""

from collections.abc import Callable
from functools import partial
from typing import Any

from openclaw_manager.adapters.simulator.conversation import Closing, Reply, decode, encode
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw_admission import Admission, Entrance
from openclaw_manager.adapters.simulator.openclaw_calls import (
    ADMIN,
    Call,
    CallRefused,
    busy,
    missing_scope,
)
from openclaw_manager.adapters.simulator.openclaw_hello import hello_ok
from openclaw_manager.adapters.simulator.openclaw_methods import answer
from openclaw_manager.adapters.simulator.openclaw_pairing import Devices, scopes_cover
from openclaw_manager.adapters.simulator.openclaw_refusals import (
    Refusal,
    invalid_connect,
    refusal,
)
from openclaw_manager.adapters.simulator.openclaw_schema import (
    Connect,
    Request,
    problem_with_connect,
    read_request,
)
from openclaw_manager.adapters.simulator.openclaw_section_methods import SECTIONS
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.section_faults import STRUCK, played
from openclaw_manager.adapters.simulator.settings import Peer, Settings

_SHORTLY_MS = 100
_LARGEST_BEFORE_HELLO = 64 * 1024
_SERVICE_RESTART = Closing(1012, "service restart")
_AUTH_CHANGED = Closing(4001, "gateway auth changed")


class OpenClawConversation:
    """One connection; ``now`` tells the time in milliseconds since the epoch."""

    awaits_connect = True

    def __init__(
        self,
        settings: Settings,
        state: OpenClawState,
        devices: Devices,
        peer: Peer,
        *,
        nonce: str,
        connection_id: str,
        now: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._state = state
        self._devices = devices
        self._peer = peer
        self._nonce = nonce
        self._connection_id = connection_id
        self._now = now
        self._admission: Admission | None = None
        self._events_sent = 0
        self._put_off: set[str] = set()

    @property
    def device_id(self) -> str | None:
        """The device that was let in."""
        return self._admission.device_id if self._admission else None

    def challenge(self) -> str:
        """Make the event ``connect.challenge``."""
        return self._challenge(ts=self._now())

    def challenge_without_payload(self) -> str:
        """Make that event without its nonce."""
        return encode({"type": "event", "event": "connect.challenge"})

    def challenge_without_time(self) -> str:
        """Make that event without its time."""
        return self._challenge()

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
            return Reply((frame,), verdict.closing, verdict=verdict.closing.reason)
        self._admission = verdict
        return self._welcome(self._hello(request.id, verdict), verdict)

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
        fault = self._call_fault(request)
        if fault is not None:
            return fault
        call = Call(request.params, self._state, self._devices, self._now())
        try:
            payload = answer(request, self._scopes(), call)
        except CallRefused as refused:
            return Reply((_response(request, error=refused.error),))
        return Reply((_response(request, payload=payload),))

    def _call_fault(self, request: Request) -> Reply | None:
        """Answer a call as a fault has it, if one strikes here."""
        method, write = request.method, partial(_response, request)
        if self._has(Fault.BUSY):
            return Reply((write(error=busy()),))
        if self._has(Fault.BUSY_AT_FIRST) and method in SECTIONS and method not in self._put_off:
            self._put_off.add(method)
            return Reply((write(error=busy(retryAfterMs=_SHORTLY_MS)),))
        for_admins = self._has(Fault.SECTION_FOR_ADMINS) and method == STRUCK
        if for_admins and not scopes_cover(self._scopes(), ADMIN):
            error = missing_scope(ADMIN, newest=self._state.newest)
            return Reply((write(error=error),))
        return played(method, request.params, self._settings.faults, write)

    def tick(self) -> str:
        """Make the event ``tick``."""
        return self._event("tick", {"ts": self._now()})

    def farewell(self) -> Reply:
        """Announce the shutdown to those who were let in, then close for a restart."""
        announced = (self._shutdown(),) if self._admission else ()
        return Reply(announced, _SERVICE_RESTART)

    def _judge(self, request: Request) -> Admission | Refusal:
        if request.method != "connect":
            message = "invalid handshake: first request must be connect"
            return refusal("INVALID_REQUEST", message)
        problem = problem_with_connect(request.params, self._settings.protocol)
        if problem:
            return invalid_connect(problem)
        now = self._now()
        entrance = Entrance(self._settings, self._devices, self._peer, nonce=self._nonce, now=now)
        return entrance.admit(Connect.read(request.params))

    def _welcome(self, hello: str, admission: Admission) -> Reply:
        """Let a client in, or only until hello if a fault says so."""
        if self._has(Fault.AUTH_CHANGED):
            return Reply((hello,), _AUTH_CHANGED, verdict=f"fault {Fault.AUTH_CHANGED}")
        if self._has(Fault.SERVICE_RESTART):
            frames = hello, self._shutdown()
            return Reply(frames, _SERVICE_RESTART, verdict=f"fault {Fault.SERVICE_RESTART}")
        scopes = ", ".join(admission.scopes) or "no scopes"
        return Reply((hello,), verdict=f"connected with {scopes}")

    def _has(self, fault: Fault) -> bool:
        return fault in self._settings.faults

    def _challenge(self, **time: int) -> str:
        payload: dict[str, Any] = {"nonce": self._nonce, **time}
        if self._state.newest:
            payload["capabilities"] = ["model-catalog-snapshot"]
        return encode({"type": "event", "event": "connect.challenge", "payload": payload})

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

    def _shutdown(self) -> str:
        return self._event("shutdown", {"reason": "gateway stopping"})

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
