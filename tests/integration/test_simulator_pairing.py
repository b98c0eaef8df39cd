"""The simulator on the wire: devices that are paired and thrown out, and faults after hello."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from fakes.openclaw_device import CLIENT, OpenClawDevice, connect_request, request
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.domain.ping import Dialect

_BACKEND = CLIENT | {"id": "gateway-client", "mode": "backend"}
_EVERY_PROTOCOL = pytest.mark.parametrize("protocol", [3, 4])


@asynccontextmanager
async def _connected(gateway: GatewaySimulator, device: OpenClawDevice, **changes: Any) -> Any:
    """Let a device connect; gives the socket, and the answer to its connect."""
    async with connect(gateway.url) as socket:
        await socket.send(device.answer(await socket.recv(), **changes))
        yield socket, json.loads(await socket.recv())


async def _called(socket: ClientConnection, method: str, **params: str) -> dict[str, Any]:
    await socket.send(request(method, params))
    answer: dict[str, Any] = json.loads(await socket.recv())
    return answer


async def _closed(socket: ClientConnection) -> tuple[int | None, str | None]:
    with pytest.raises(ConnectionClosed):
        await socket.recv()
    return socket.close_code, socket.close_reason


@_EVERY_PROTOCOL
async def test_a_device_waits_until_an_administrator_approves_it(protocol: int) -> None:
    """A backend of this machine is the administrator, as the gateway's own tools are."""
    gateway = GatewaySimulator(Dialect.OPENCLAW, token="right", protocol=protocol, pairing="ask")
    device = OpenClawDevice()
    async with gateway:
        async with _connected(gateway, device) as (socket, refused):
            request_id = refused["error"]["details"]["requestId"]
            assert (await _closed(socket))[0] == 1008
        [waiting] = gateway.pending
        assert (waiting.request_id, waiting.device.id) == (request_id, device.id)
        assert request_id in gateway.visits[-1].detail or protocol == 3
        admin = _connected(gateway, OpenClawDevice(), client=_BACKEND, scopes=["operator.pairing"])
        async with admin as (socket, _):
            assert (await _called(socket, "device.pair.approve", requestId=request_id))["ok"]
        async with _connected(gateway, device) as (_, hello):
            assert hello["payload"]["auth"]["deviceToken"]
        assert device.id in [paired.device.id for paired in gateway.paired]


async def test_a_device_is_approved_and_revoked_from_python() -> None:
    device = OpenClawDevice()
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", pairing="ask") as gateway:
        async with _connected(gateway, device) as (_, refused):
            paired = gateway.approve(refused["error"]["details"]["requestId"])
        assert gateway.paired == (paired,)
        assert paired.token is not None
        auth = {"deviceToken": paired.token.value}
        async with _connected(gateway, device, auth=auth) as (socket, hello):
            assert hello["ok"]
            gateway.revoke(device.id)
            assert await _closed(socket) == (4001, "device removed")
        async with _connected(gateway, device, auth=auth) as (_, refused):
            assert refused["error"]["details"]["code"] == "AUTH_DEVICE_TOKEN_MISMATCH"
        for unknown in (lambda: gateway.approve("none"), lambda: gateway.revoke("none")):
            with pytest.raises(KeyError):
                unknown()


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("device.token.rotate", {"role": "operator"}),
        ("device.token.revoke", {"role": "operator"}),
        ("device.pair.remove", {}),
    ],
)
async def test_open_connections_of_a_device_are_closed_with_its_token(
    method: str, params: dict[str, str]
) -> None:
    """And those of others are not."""
    device, other = OpenClawDevice(), OpenClawDevice()
    async with (
        GatewaySimulator(Dialect.OPENCLAW, token="right") as gateway,
        _connected(gateway, other, scopes=["operator.pairing"]) as (admin, _),
        _connected(gateway, device) as (socket, _),
    ):
        assert (await _called(admin, method, deviceId=device.id, **params))["ok"]
        assert await _closed(socket) == (4001, "device removed")
        assert (await _called(admin, "health"))["ok"]


async def test_it_keeps_its_devices_and_its_id_when_it_is_stopped_and_started() -> None:
    device = OpenClawDevice()
    gateway = GatewaySimulator(Dialect.OPENCLAW, token="right")
    async with gateway, _connected(gateway, device) as (socket, hello):
        token = hello["payload"]["auth"]["deviceToken"]
        identity = (await _called(socket, "gateway.identity.get"))["payload"]
    assert identity["deviceId"] == gateway.gateway_id
    async with gateway, _connected(gateway, device, auth={"deviceToken": token}) as (socket, _):
        assert (await _called(socket, "gateway.identity.get"))["payload"] == identity
    assert gateway.gateway_id != GatewaySimulator(Dialect.OPENCLAW).gateway_id


@pytest.mark.parametrize(
    ("fault", "closing"),
    [
        (Fault.AUTH_CHANGED, (4001, "gateway auth changed")),
        (Fault.SERVICE_RESTART, (1012, "service restart")),
    ],
)
async def test_a_fault_after_hello_closes_as_it_says(
    fault: Fault, closing: tuple[int, str]
) -> None:
    async with (
        GatewaySimulator(Dialect.OPENCLAW, token="right", faults=[fault]) as gateway,
        connect(gateway.url) as socket,
    ):
        await socket.recv()
        await socket.send(connect_request())
        assert json.loads(await socket.recv())["ok"]
        if fault is Fault.SERVICE_RESTART:
            assert json.loads(await socket.recv())["event"] == "shutdown"
        assert await _closed(socket) == closing
        assert [visit.detail for visit in gateway.visits] == [f"fault {fault}"]


async def test_a_clock_that_is_ten_years_off_is_no_obstacle() -> None:
    """The time of the challenge is what a device signs."""
    ten_years = 10 * 365 * 86_400.0
    async with (
        GatewaySimulator(Dialect.OPENCLAW, token="right", clock_offset=-ten_years) as gateway,
        _connected(gateway, OpenClawDevice()) as (_, hello),
    ):
        assert hello["ok"]
        assert hello["payload"]["auth"]["issuedAtMs"] < 2**40 * 2


async def test_requests_are_approved_after_the_time_that_was_given() -> None:
    device = OpenClawDevice()
    async with (
        GatewaySimulator(
            Dialect.OPENCLAW, token="right", pairing="ask", approve_after=0.2
        ) as gateway,
        asyncio.timeout(10),
    ):
        async with _connected(gateway, device) as (_, refused):
            assert refused["error"]["details"]["code"] == "PAIRING_REQUIRED"
        while not gateway.paired:
            async with _connected(gateway, device):
                pass
        async with _connected(gateway, device) as (_, hello):
            assert hello["ok"]
