"""How the simulated OpenClaw gateway gets to know devices, and how it forgets them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fakes.openclaw_device import CLIENT, OpenClawDevice, connect_request, request
from openclaw_manager.adapters.simulator.conversation import Closing
from openclaw_manager.adapters.simulator.openclaw import OpenClawConversation
from openclaw_manager.adapters.simulator.openclaw_pairing import Devices
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings
from openclaw_manager.domain.ping import Dialect

_LOCAL = Peer(loopback=True, host="127.0.0.1:1")
_REMOTE = Peer(loopback=False, host="192.0.2.2:1")
_BACKEND = CLIENT | {"id": "gateway-client", "mode": "backend"}
_ALL = ["operator.admin", "operator.read"]
_SECOND = 1000  # ms
_MINUTE = 60 * _SECOND

_EVERY_PROTOCOL = pytest.mark.parametrize("protocol", [3, 4])


@dataclass
class Gateway:
    """One gateway, whose clock stands still until somebody moves it."""

    protocol: int = 4
    asks: bool = False
    token: str | None = "right"
    approve_after: float | None = None
    now: int = 1_000_000_000_000
    removed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.devices = Devices(removed=self.removed.append, approve_after=self.approve_after)

    def conversation(self, peer: Peer = _LOCAL) -> OpenClawConversation:
        return OpenClawConversation(
            Settings(
                dialect=Dialect.OPENCLAW,
                token=self.token,
                protocol=self.protocol,
                asks=self.asks,
            ),
            OpenClawState(version="1", protocol=self.protocol, started_at=0),
            self.devices,
            peer,
            nonce="nonce",
            connection_id="connection",
            now=lambda: self.now,
        )

    def answer(self, device: OpenClawDevice, peer: Peer = _LOCAL, **changes: Any) -> dict[str, Any]:
        """Let a device connect, and read the answer."""
        talk = self.conversation(peer)
        reply = talk.connect(device.answer(talk.challenge(), **changes))
        answer: dict[str, Any] = json.loads(reply.frames[0])
        assert (reply.closing is None) is answer["ok"]
        return answer

    def hello(self, device: OpenClawDevice, peer: Peer = _LOCAL, **changes: Any) -> dict[str, Any]:
        """Let a device connect, and read what it is authenticated as."""
        auth: dict[str, Any] = self.answer(device, peer, **changes)["payload"].get("auth", {})
        return auth

    def refusal(
        self, device: OpenClawDevice, peer: Peer = _LOCAL, **changes: Any
    ) -> dict[str, Any]:
        """Let a device connect, and read why it is refused."""
        details: dict[str, Any] = self.answer(device, peer, **changes)["error"]["details"]
        return details

    def administer(self, method: str, **params: str) -> dict[str, Any]:
        """Call a method as a client with every scope."""
        talk = self.conversation()
        talk.connect(OpenClawDevice().answer(talk.challenge(), client=_BACKEND, scopes=_ALL))
        answer: dict[str, Any] = json.loads(talk.call(request(method, params)).frames[0])
        return answer


# What a device shows --------------------------------------------------------------------------


@_EVERY_PROTOCOL
@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ({"id": "0" * 64}, "DEVICE_AUTH_DEVICE_ID_MISMATCH"),
        ({"publicKey": "no key"}, "DEVICE_AUTH_DEVICE_ID_MISMATCH"),
        ({"publicKey": "-----BEGIN nothing"}, "DEVICE_AUTH_DEVICE_ID_MISMATCH"),
        ({"publicKey": "\ud800"}, "DEVICE_AUTH_DEVICE_ID_MISMATCH"),
        ({"nonce": "another"}, "DEVICE_AUTH_NONCE_MISMATCH"),
        ({"signature": "AAAA"}, "DEVICE_AUTH_SIGNATURE_INVALID"),
        ({"signature": "\ud800"}, "DEVICE_AUTH_SIGNATURE_INVALID"),
        ({"signedAt": 1_000_000_000_001}, "DEVICE_AUTH_SIGNATURE_INVALID"),
        ({"signedAt": 0}, "DEVICE_AUTH_SIGNATURE_EXPIRED"),
        ({"signedAt": 10**40}, "DEVICE_AUTH_SIGNATURE_EXPIRED"),
    ],
)
def test_a_wrong_device_is_refused_by_code(protocol: int, shown: dict[str, Any], code: str) -> None:
    assert Gateway(protocol).refusal(OpenClawDevice(), shown=shown)["code"] == code


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [(-120, True), (120, True), (-121, False), (121, False)],
)
def test_a_signature_holds_for_two_minutes(offset: int, accepted: bool) -> None:
    gateway = Gateway()
    talk = gateway.conversation()
    connect = OpenClawDevice().answer(talk.challenge())
    gateway.now -= offset * _SECOND
    assert json.loads(talk.connect(connect).frames[0])["ok"] is accepted


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ["operator.admin"]},
        {"role": "node"},
        {"client": CLIENT | {"platform": "darwin"}},
        {"client": CLIENT | {"deviceFamily": "Mac"}},
        {"client": _BACKEND},
    ],
)
def test_what_was_signed_must_be_what_is_sent(change: dict[str, Any]) -> None:
    """Nothing can be changed on the way without the key."""
    talk = Gateway().conversation()
    frame = json.loads(OpenClawDevice().answer(talk.challenge()))
    frame["params"] |= change
    error = json.loads(talk.connect(json.dumps(frame)).frames[0])["error"]
    assert error["details"]["code"] == "DEVICE_AUTH_SIGNATURE_INVALID"


@pytest.mark.parametrize("platform", ["linux", " LINUX "])
def test_platforms_are_signed_in_lower_case(platform: str) -> None:
    """The fake signs what it is told, so only the first of the two fits."""
    client = CLIENT | {"platform": platform, "deviceFamily": "pc"}
    assert Gateway().answer(OpenClawDevice(), client=client)["ok"] is (platform == "linux")


# Pairing --------------------------------------------------------------------------------------


@_EVERY_PROTOCOL
def test_a_local_device_with_the_token_is_paired_silently_and_gets_a_token(protocol: int) -> None:
    gateway, device = Gateway(protocol), OpenClawDevice()
    issued = gateway.hello(device)["deviceToken"]
    assert len(issued) == 43
    [paired] = gateway.devices.paired(gateway.now)
    assert (paired.device.id, paired.approved_via) == (device.id, "silent")
    auth = gateway.hello(device, auth={"deviceToken": issued})
    assert auth["deviceToken"] == issued
    assert auth.get("method") == ("device-token" if protocol == 4 else None)


@pytest.mark.parametrize(
    ("protocol", "devices"),
    [(4, 0), (3, 1)],
)
def test_a_local_backend_is_never_paired_by_2026_9_6(protocol: int, devices: int) -> None:
    gateway = Gateway(protocol)
    auth = gateway.hello(OpenClawDevice(), client=_BACKEND)
    assert auth["scopes"] == ["operator.read"]
    assert ("deviceToken" in auth) is bool(devices)
    assert len(gateway.devices.paired(gateway.now)) == devices


def test_without_a_token_of_its_own_the_gateway_takes_any_local_device() -> None:
    auth = Gateway(token=None).hello(OpenClawDevice(), auth={})
    assert auth["method"] == "none"


@_EVERY_PROTOCOL
@pytest.mark.parametrize(("peer", "asks"), [(_REMOTE, False), (_LOCAL, True)])
def test_elsewhere_a_device_waits_in_one_request_until_it_is_approved(
    protocol: int,
    peer: Peer,
    asks: bool,
) -> None:
    gateway, device = Gateway(protocol, asks=asks), OpenClawDevice()
    first = gateway.refusal(device, peer)
    assert (first["code"], first["reason"]) == ("PAIRING_REQUIRED", "not-paired")
    gateway.now += 4 * _MINUTE
    assert gateway.refusal(device, peer) == first
    [listed] = gateway.administer("device.pair.list")["payload"]["pending"]
    assert (listed["requestId"], listed["deviceId"]) == (first["requestId"], device.id)
    assert gateway.administer("device.pair.approve", requestId=first["requestId"])["ok"]
    assert gateway.hello(device, peer)["deviceToken"]
    assert gateway.devices.pending(gateway.now) == ()


def test_the_close_names_the_request_as_the_real_one_does() -> None:
    talk = Gateway().conversation(_REMOTE)
    reply = talk.connect(OpenClawDevice().answer(talk.challenge()))
    request_id = json.loads(reply.frames[0])["error"]["details"]["requestId"]
    message = f"pairing required: device is not approved yet (requestId: {request_id})"
    assert reply.closing == Closing(1008, message)
    assert reply.verdict == message


def test_a_request_expires_after_five_minutes() -> None:
    gateway, device = Gateway(), OpenClawDevice()
    first = gateway.refusal(device, _REMOTE)["requestId"]
    gateway.now += 5 * _MINUTE
    assert gateway.administer("device.pair.approve", requestId=first)["ok"] is False
    assert gateway.refusal(device, _REMOTE)["requestId"] != first


def test_a_rejected_request_is_gone() -> None:
    gateway, device = Gateway(), OpenClawDevice()
    first = gateway.refusal(device, _REMOTE)["requestId"]
    rejected = gateway.administer("device.pair.reject", requestId=first)["payload"]
    assert rejected == {"requestId": first, "deviceId": device.id}
    assert gateway.refusal(device, _REMOTE)["requestId"] != first


def test_a_device_that_asks_for_something_else_waits_anew() -> None:
    gateway, device = Gateway(), OpenClawDevice()
    first = gateway.refusal(device, _REMOTE)["requestId"]
    assert gateway.refusal(device, _REMOTE, scopes=_ALL)["requestId"] != first
    assert len(gateway.devices.pending(gateway.now)) == 1


def test_requests_can_be_approved_by_time() -> None:
    gateway, device = Gateway(approve_after=3 * _SECOND), OpenClawDevice()
    gateway.refusal(device, _REMOTE)
    gateway.now += 2 * _SECOND
    gateway.refusal(device, _REMOTE)
    gateway.now += 1 * _SECOND
    assert gateway.hello(device, _REMOTE)["deviceToken"]


@_EVERY_PROTOCOL
@pytest.mark.parametrize("changed", [{"platform": "darwin"}, {"deviceFamily": "mac"}])
def test_another_platform_has_to_be_approved_even_locally(
    protocol: int, changed: dict[str, str]
) -> None:
    gateway, device = Gateway(protocol), OpenClawDevice()
    described = CLIENT | {"deviceFamily": "pc"}
    issued = gateway.hello(device, client=described)["deviceToken"]
    details = gateway.refusal(device, client=described | changed, auth={"deviceToken": issued})
    assert details["reason"] == "metadata-upgrade"
    [waiting] = gateway.devices.pending(gateway.now)
    assert waiting.repair


# Tokens and scopes ----------------------------------------------------------------------------


@_EVERY_PROTOCOL
def test_narrower_scopes_are_honoured(protocol: int) -> None:
    """Protocol 3 tells those of the token, and grants those that were asked for."""
    gateway, device = Gateway(protocol), OpenClawDevice()
    issued = gateway.hello(device, scopes=_ALL)["deviceToken"]
    talk = gateway.conversation()
    connect = device.answer(talk.challenge(), auth={"deviceToken": issued})
    hello = json.loads(talk.connect(connect).frames[0])["payload"]
    assert ("operator.admin" in hello["auth"]["scopes"]) is (protocol == 3)
    assert json.loads(talk.call(request("status", {})).frames[0])["ok"] is True
    assert json.loads(talk.call(request("device.pair.list", {})).frames[0])["ok"] is False


@pytest.mark.parametrize(
    ("protocol", "code"), [(4, "AUTH_SCOPE_MISMATCH"), (3, "AUTH_DEVICE_TOKEN_MISMATCH")]
)
def test_a_device_token_opens_no_wider_scopes(protocol: int, code: str) -> None:
    gateway, device = Gateway(protocol), OpenClawDevice()
    issued = gateway.hello(device)["deviceToken"]
    refused = gateway.refusal(device, scopes=_ALL, auth={"deviceToken": issued})
    assert refused["code"] == code


def test_the_shared_token_widens_scopes_locally_on_2026_9_6_with_another_token() -> None:
    gateway, device = Gateway(4), OpenClawDevice()
    narrow = gateway.hello(device)["deviceToken"]
    wide = gateway.hello(device, scopes=_ALL)["deviceToken"]
    assert wide != narrow
    refused = gateway.refusal(device, auth={"deviceToken": narrow})
    assert refused["code"] == "AUTH_DEVICE_TOKEN_MISMATCH"
    assert gateway.hello(device, scopes=_ALL, auth={"deviceToken": wide})


def test_the_shared_token_widens_nothing_on_2026_3_28() -> None:
    gateway, device = Gateway(3), OpenClawDevice()
    gateway.hello(device)
    assert gateway.refusal(device, scopes=_ALL)["reason"] == "scope-upgrade"


@_EVERY_PROTOCOL
def test_a_device_token_is_worth_nothing_to_another_device(protocol: int) -> None:
    gateway = Gateway(protocol)
    issued = gateway.hello(OpenClawDevice())["deviceToken"]
    refused = gateway.refusal(OpenClawDevice(), auth={"deviceToken": issued})
    assert refused["code"] == "AUTH_DEVICE_TOKEN_MISMATCH"


def _rotate(gateway: Gateway, device: OpenClawDevice) -> dict[str, Any]:
    return gateway.administer("device.token.rotate", deviceId=device.id, role="operator")


def _revoke(gateway: Gateway, device: OpenClawDevice) -> dict[str, Any]:
    return gateway.administer("device.token.revoke", deviceId=device.id, role="operator")


def _remove(gateway: Gateway, device: OpenClawDevice) -> dict[str, Any]:
    return gateway.administer("device.pair.remove", deviceId=device.id)


@_EVERY_PROTOCOL
@pytest.mark.parametrize("end", [_rotate, _revoke, _remove])
def test_an_ended_token_opens_nothing_and_the_shared_one_brings_another(
    protocol: int, end: Callable[[Gateway, OpenClawDevice], dict[str, Any]]
) -> None:
    gateway, device = Gateway(protocol), OpenClawDevice()
    old = gateway.hello(device)["deviceToken"]
    answer = end(gateway, device)
    assert answer["ok"], answer
    assert "token" not in answer["payload"]
    assert gateway.removed == [device.id]
    refused = gateway.refusal(device, auth={"deviceToken": old})
    assert refused["code"] == "AUTH_DEVICE_TOKEN_MISMATCH"
    new = gateway.hello(device)["deviceToken"]
    assert new != old
    assert gateway.hello(device, auth={"deviceToken": new})["deviceToken"] == new


def test_a_token_that_was_revoked_cannot_be_rotated() -> None:
    gateway, device = Gateway(), OpenClawDevice()
    gateway.hello(device)
    _revoke(gateway, device)
    assert _rotate(gateway, device)["error"]["code"] == "INVALID_REQUEST"
    with pytest.raises(KeyError):
        gateway.devices.rotate(device.id, gateway.now)


def test_a_client_without_a_device_leaves_no_trace() -> None:
    """What a ping of an instance that was never paired relies on."""
    gateway = Gateway()
    gateway.conversation().connect(connect_request())
    assert gateway.administer("device.pair.list")["payload"] == {"pending": [], "paired": []}


def test_no_token_is_ever_listed_or_written_by_repr() -> None:
    gateway, device = Gateway(), OpenClawDevice()
    issued = gateway.hello(device)["deviceToken"]
    assert issued not in json.dumps(gateway.administer("device.pair.list"))
    assert issued not in repr(gateway.devices.paired(gateway.now))
