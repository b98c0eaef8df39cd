"""What OpenClaw takes as a request, and as the parameters of ``connect``.

Measured on 2026.9.6 and 2026.3.28: the sets of client ids and modes are closed, and a
property that is not known is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

_MODES = frozenset({"webchat", "cli", "ui", "backend", "node", "worker", "probe", "test"})
_IDS_3 = frozenset(
    {
        *("webchat-ui", "openclaw-control-ui", "openclaw-tui", "webchat", "cli"),
        *("gateway-client", "openclaw-macos", "openclaw-ios", "openclaw-android"),
        *("node-host", "test", "fingerprint", "openclaw-probe"),
    }
)
_IDS_4 = _IDS_3 | {
    *("openclaw-browser-copilot", "openclaw-linux", "openclaw-watchos", "openclaw-worker"),
}
_NEWEST_PROTOCOL = 4

Check = Callable[[Any, str], "str | None"]
"""Takes a value and its path; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request frame."""

    id: str
    method: str
    params: Any = None


@dataclass(frozen=True, slots=True)
class Connect:
    """What a client says of itself in a ``connect`` that is well formed.

    ``auth`` and ``device`` are as they came, and may hold secrets; without ``scopes`` a
    client asks for none (measured).
    """

    lowest: int
    highest: int
    client_id: str
    mode: str
    platform: str
    family: str
    role: str
    scopes: tuple[str, ...]
    auth: Mapping[str, str] = field(repr=False)
    device: Mapping[str, Any] | None = field(repr=False)

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Self:
        """Read parameters in which ``problem_with_connect`` found nothing wrong."""
        client = params["client"]
        return cls(
            lowest=params["minProtocol"],
            highest=params["maxProtocol"],
            client_id=client["id"],
            mode=client["mode"],
            platform=client["platform"],
            family=client.get("deviceFamily", ""),
            role=params.get("role", "operator"),
            scopes=tuple(params.get("scopes", ())),
            auth=params.get("auth", {}),
            device=params.get("device"),
        )


def read_request(frame: Any) -> Request | None:
    """Read a request frame; absent for anything else, such as one with an integer id."""
    if not isinstance(frame, dict) or frame.get("type") != "req":
        return None
    if not frame.keys() <= {"type", "id", "method", "params"}:
        return None
    if _non_empty(frame.get("id"), "") or _non_empty(frame.get("method"), ""):
        return None
    return Request(frame["id"], frame["method"], frame.get("params"))


def problem_with_connect(params: Any, protocol: int) -> str | None:
    """Say what is wrong with the parameters of a ``connect``, as the gateway says it."""
    return _connect(protocol)(params, "")


def takes_texts(*names: str) -> Callable[[Any], str | None]:
    """Make what says what is wrong with the parameters of a call that takes these texts alone."""
    check = _record(dict.fromkeys(names, _non_empty), {})
    return lambda params: check(params, "")


def takes_nothing(params: Any) -> str | None:
    """Say what is wrong with the parameters of a call that has none."""
    return _record({}, {})(params, "")


def takes_an_agent(params: Any) -> str | None:
    """Say what is wrong with the parameters of a call about an agent."""
    return _record({}, {"agentId": _non_empty})(params, "")


def takes_a_page(params: Any) -> str | None:
    """Say what is wrong with the parameters of a call for a page of a list."""
    return _record({}, {"limit": _integer(1), "offset": _integer(0)})(params, "")


def takes_a_page_of_jobs(params: Any) -> str | None:
    """Say what is wrong with the parameters of a call for a page of jobs."""
    orders = _one_of(frozenset({"nextRunAtMs", "updatedAtMs", "name"}), newest=True)
    page = {"limit": _integer(1), "offset": _integer(0), "sortBy": orders}
    return _record({}, {**page, "includeDisabled": _flag})(params, "")


@cache
def _connect(protocol: int) -> Check:
    newest = protocol >= _NEWEST_PROTOCOL
    client = _record(
        {
            "id": _one_of(_IDS_4 if newest else _IDS_3, newest=newest),
            "version": _non_empty,
            "platform": _non_empty,
            "mode": _one_of(_MODES, newest=newest),
        },
        dict.fromkeys(("displayName", "deviceFamily", "modelIdentifier", "instanceId"), _non_empty),
    )
    device = _record(
        {
            **dict.fromkeys(("id", "publicKey", "signature"), _non_empty),
            "signedAt": _integer(0),
            "nonce": _non_empty,
        },
        {},
    )
    auth = _record({}, dict.fromkeys(("token", "deviceToken", "bootstrapToken", "password"), _text))
    return _record(
        {"minProtocol": _integer(1), "maxProtocol": _integer(1), "client": client},
        {
            "role": _non_empty,
            **dict.fromkeys(("scopes", "caps", "commands"), _list_of_texts),
            "permissions": _flags,
            **dict.fromkeys(("locale", "userAgent", "pathEnv"), _text),
            "device": device,
            "auth": auth,
        },
    )


def _at(path: str, problem: str) -> str:
    return f"at {path or 'root'}: {problem}"


def _text(value: Any, path: str) -> str | None:
    return None if isinstance(value, str) else _at(path, "must be string")


def _non_empty(value: Any, path: str) -> str | None:
    return _text(value, path) or (
        None if value else _at(path, "must not have fewer than 1 characters")
    )


def _list_of_texts(value: Any, path: str) -> str | None:
    if not isinstance(value, list):
        return _at(path, "must be array")
    problems = (_non_empty(item, f"{path}/{index}") for index, item in enumerate(value))
    return next(filter(None, problems), None)


def _flag(value: Any, path: str) -> str | None:
    return None if isinstance(value, bool) else _at(path, "must be boolean")


def _flags(value: Any, path: str) -> str | None:
    if not isinstance(value, dict):
        return _at(path, "must be object")
    wrong = (name for name, flag in value.items() if not isinstance(flag, bool))
    return next((_at(f"{path}/{name}", "must be boolean") for name in wrong), None)


def _integer(minimum: int) -> Check:
    def check(value: Any, path: str) -> str | None:
        if type(value) is not int:
            return _at(path, "must be integer")
        return None if value >= minimum else _at(path, f"must be >= {minimum}")

    return check


def _one_of(allowed: frozenset[str], *, newest: bool) -> Check:
    def check(value: Any, path: str) -> str | None:
        if isinstance(value, str) and value in allowed:
            return None
        if newest:
            return _at(path, "must be equal to one of the allowed values")
        constant = _at(path, "must be equal to constant")
        return f"{constant}; {_at(path, 'must match a schema in anyOf')}"

    return check


def _record(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    known = {**required, **optional}

    def check(value: Any, path: str) -> str | None:
        if not isinstance(value, dict):
            return _at(path, "must be object")
        for name in required:
            if name not in value:
                return _at(path, f"must have required property '{name}'")
        for name, item in value.items():
            if name not in known:
                return _at(path, f"unexpected property {name!r}")
            problem = known[name](item, f"{path}/{name}")
            if problem:
                return problem
        return None

    return check
