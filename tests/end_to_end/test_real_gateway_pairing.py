"""The console script against real OpenClaw gateways: becoming, being and ceasing to be a device.

Opt-in, as ``test_real_gateway.py`` is.
"""

import re
import time

import pytest

from end_to_end.console import Answer
from end_to_end.openclaw_gateway.administrator import Administrator
from end_to_end.openclaw_gateway.process import RunningGateway
from end_to_end.openclaw_gateway.user import User

pytestmark = [
    pytest.mark.real_gateway,
    pytest.mark.timeout(1200),  # seconds, in which a gateway may have to be installed
]

_ASKS_WITHIN = 30  # seconds; a command takes half of one


def _pending(answer: Answer) -> str:
    """Read the id of the request that the user has to have approved, from what is shown."""
    assert answer.status == 5, answer
    [request_id] = re.findall(r"openclaw devices approve (\S+)", answer.err)
    assert isinstance(request_id, str)
    return request_id


def _the_pending_request(administrator: Administrator) -> str:
    deadline = time.monotonic() + _ASKS_WITHIN
    while time.monotonic() < deadline:
        _, pending = administrator.devices()
        if pending:
            [request_id] = pending
            return request_id
    raise AssertionError("nobody asked to be paired")


def test_on_the_gateways_own_host_pairing_is_done_at_once(
    user: User, gateway: RunningGateway, administrator: Administrator
) -> None:
    """The gateway lists this home's device with the scopes that were asked for, and no others."""
    user.register(gateway.url, gateway.token)

    answer = user.pair("--scopes", "operator.read,operator.approvals")

    assert answer.status == 0, answer.err
    devices, pending = administrator.devices()
    assert devices[user.device_id()] == {"operator.read", "operator.approvals"}
    assert not pending
    fields = user.fields()
    assert fields["deviceId"] == user.device_id()
    assert set(fields["scopes"]) == {"operator.read", "operator.approvals"}
    assert gateway.token not in answer.out + answer.err


def test_a_paired_instance_needs_its_device_token_only(
    user: User, gateway: RunningGateway, administrator: Administrator
) -> None:
    """With a shared token that opens nothing it is still let in, and told which gateway it is."""
    user.register(gateway.url, gateway.token)
    assert user.pair().status == 0
    assert user.ping()[1]["condition"] == "ok"
    before = administrator.devices()

    user.change_token("a-token-of-another-gateway")
    answer, result = user.ping()

    assert answer.status == 0, answer
    assert result["condition"] == "ok", result
    assert result["gatewayId"] == administrator.ask("gateway.identity.get")["deviceId"]
    assert result["gatewayId"] == user.fields()["gatewayId"]
    assert administrator.devices() == before


def test_elsewhere_a_person_approves_the_pairing(
    user: User, gateway: RunningGateway, administrator: Administrator, remote_url: str
) -> None:
    """The request keeps its id however often it is made, and once approved the device is in."""
    user.register(remote_url, gateway.token)

    request_id = _pending(user.pair())
    assert _pending(user.pair()) == request_id
    assert administrator.devices()[1] == {request_id}
    assert "deviceId" not in user.fields()

    administrator.ask("device.pair.approve", requestId=request_id)
    answer = user.pair()

    assert answer.status == 0, answer.err
    assert administrator.devices()[0][user.device_id()] == {"operator.read"}
    user.change_token("a-token-of-another-gateway")
    assert user.ping()[1]["condition"] == "ok"


def test_the_approval_can_be_waited_for(
    user: User, gateway: RunningGateway, administrator: Administrator, remote_url: str
) -> None:
    """One command, which ends when somebody on the gateway's host has approved."""
    user.register(remote_url, gateway.token)

    with user.pairing("--wait") as pairing:
        request_id = _the_pending_request(administrator)
        administrator.ask("device.pair.approve", requestId=request_id)
        answer = pairing.result()

    assert answer.status == 0, answer.err
    assert request_id in answer.err
    assert user.ping()[1]["condition"] == "ok"


def test_pairing_with_a_wrong_token_is_refused_and_asks_for_nothing(
    user: User, administrator: Administrator, remote_url: str
) -> None:
    """Otherwise anybody could fill the list of those who wait."""
    user.register(remote_url, "a-token-of-another-gateway")

    answer = user.pair()

    assert answer.status == 5, answer
    assert "does not take the registered token" in answer.err
    assert not administrator.devices()[1]


@pytest.mark.parametrize("method", ["device.token.revoke", "device.token.rotate"])
def test_a_device_whose_token_was_withdrawn_is_told_so_and_can_pair_again(
    method: str, user: User, gateway: RunningGateway, administrator: Administrator
) -> None:
    """Another token that the gateway keeps to itself withdraws the old one just as well."""
    user.register(gateway.url, gateway.token)
    assert user.pair().status == 0

    administrator.ask(method, deviceId=user.device_id(), role="operator")
    answer, result = user.ping()

    assert answer.status == 5, answer
    assert (result["condition"], result["cause"]) == ("refused", "device-revoked")
    again = user.pair()
    assert again.status == 0, again.err
    assert user.ping()[1]["condition"] == "ok"


def test_a_device_that_was_removed_is_told_so_and_creates_no_request(
    user: User, gateway: RunningGateway, administrator: Administrator, remote_url: str
) -> None:
    """A ping pairs nothing, also where the device is no longer known."""
    user.register(remote_url, gateway.token)
    administrator.ask("device.pair.approve", requestId=_pending(user.pair()))
    assert user.pair().status == 0

    administrator.ask("device.pair.remove", deviceId=user.device_id())
    answer, result = user.ping()

    assert answer.status == 5, answer
    assert result["condition"] == "refused"
    assert result["cause"] in ("device-revoked", "pairing-required")
    devices, pending = administrator.devices()
    assert user.device_id() not in devices
    assert not pending


def test_an_instance_that_is_unpaired_comes_with_its_token_again(
    user: User, gateway: RunningGateway
) -> None:
    """The device is not shown any more, so what the token is worth counts."""
    user.register(gateway.url, gateway.token)
    assert user.pair().status == 0

    user.unpair()

    assert "deviceId" not in user.fields()
    assert user.ping()[1]["condition"] == "ok"
    user.change_token("a-token-of-another-gateway")
    assert user.ping()[1]["cause"] == "token-mismatch"
