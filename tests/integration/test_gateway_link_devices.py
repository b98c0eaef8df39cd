"""Being a device: pairing, coming back with its token, and being thrown out."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest
from websockets.asyncio.server import ServerConnection, serve

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.application.ports.gateway_link import Device, Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.ping import Dialect, PingOutcome, Step

AMPLE = 5.0  # seconds; for what is expected to be over at once
SHORT = 0.5  # seconds; for what is expected to run into the timeout
SLACK = 0.4  # seconds that a busy machine may add

READ = ("operator.read",)
YEARS = 10 * 365 * 24 * 3600.0  # seconds in ten of them
CHALLENGE = '{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}}'


@pytest.fixture(scope="module")
def device() -> Device:
    pair = PemDeviceKeys().generate(KeyKind.ED25519)
    return Device(pair.private_pem, pair.public_pem, "linux")


@pytest.fixture
def device_id(device: Device) -> str:
    return sha256(PemDeviceKeys().raw_public(device.public_key)).hexdigest()


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")


@asynccontextmanager
async def gateway(handler: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """Run a WebSocket server that does what it is told; gives its URL."""
    async with serve(handler, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def hello(*, scopes: str = '"operator.read"', methods: str = "") -> str:
    return (
        '{"type":"res","id":"1","ok":true,"payload":{"type":"hello-ok","protocol":4,'
        f'"features":{{"methods":[{methods}]}},"auth":{{"scopes":[{scopes}]}}}}}}'
    )


async def paired(link: WebSocketGatewayLink, target: Target) -> PingOutcome:
    outcome = await link.pair(target, READ, timeout=AMPLE)
    assert outcome.condition is Condition.OK
    return outcome


@pytest.mark.parametrize("protocol", [4, 3])
async def test_a_device_is_paired_at_once_and_comes_back_with_its_token(
    link: WebSocketGatewayLink, device: Device, device_id: str, protocol: int
) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", protocol=protocol) as simulator:
        target = Target(simulator.url, token="right", device=device)
        first = await link.pair(target, ("operator.read", "operator.pairing"), timeout=AMPLE)
        target = Target(simulator.url, device=device, device_token=first.device_token)
        again = await link.ping(target, timeout=AMPLE)
        gateway_id = simulator.gateway_id
        assert [one.device.id for one in simulator.paired] == [device_id]
    assert set(first.scopes) == {"operator.read", "operator.pairing"}
    assert "operator.read" in again.scopes
    for outcome in (first, again):
        assert (outcome.condition, outcome.protocol) == (Condition.OK, protocol)
        assert (outcome.device_id, outcome.gateway_id) == (device_id, gateway_id)
        assert outcome.device_token == first.device_token
        assert str(first.device_token) not in repr(outcome)


async def test_a_device_waits_under_one_request_until_it_is_approved(
    link: WebSocketGatewayLink, device: Device
) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", pairing="ask") as simulator:
        target = Target(simulator.url, token="right", device=device)
        waiting = [await link.pair(target, READ, timeout=AMPLE) for _ in range(2)]
        request_ids = {outcome.request_id for outcome in waiting}
        assert request_ids == {request.request_id for request in simulator.pending}
        [request_id] = request_ids
        simulator.approve(str(request_id))
        approved = await paired(link, target)
        revisit = await link.ping(
            target._replace(device_token=approved.device_token), timeout=AMPLE
        )
    for outcome in waiting:
        assert (outcome.condition, outcome.cause) == (Condition.REFUSED, Cause.PAIRING_REQUIRED)
        assert outcome.device_token is None
    assert revisit.condition is Condition.OK


async def test_a_ping_never_asks_for_a_pairing(link: WebSocketGatewayLink, device: Device) -> None:
    """A device that lost its token would be asking for one, so it is not shown at all."""
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", pairing="ask") as simulator:
        for target in (
            Target(simulator.url, token="right"),
            Target(simulator.url, token="right", device=device),
            Target(simulator.url, token="right", device=device, device_token="worthless"),
        ):
            await link.ping(target, timeout=AMPLE)
        assert simulator.pending == ()
        assert simulator.paired == ()


async def test_a_device_that_was_thrown_out_is_told_so_and_can_be_paired_again(
    link: WebSocketGatewayLink, device: Device, device_id: str
) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        target = Target(simulator.url, token="right", device=device)
        target = target._replace(device_token=(await paired(link, target)).device_token)
        simulator.revoke(device_id)
        revoked = await link.ping(target, timeout=AMPLE)
        assert (revoked.condition, revoked.cause) == (Condition.REFUSED, Cause.DEVICE_REVOKED)
        again = await paired(link, target)
    assert again.device_token != target.device_token


async def test_a_device_is_thrown_out_in_the_middle_of_a_ping(
    link: WebSocketGatewayLink, device: Device
) -> None:
    """After the round trip, so that the close code alone tells."""

    async def throw_out(ws: ServerConnection) -> None:
        await ws.send(CHALLENGE)
        await ws.recv()
        await ws.send(hello())
        await ws.recv()
        await ws.close(4001, "device removed")

    async with gateway(throw_out) as url:
        as_device = Target(url, device=device, device_token="d")
        revoked = await link.ping(as_device, timeout=AMPLE)
        changed = await link.ping(Target(url, token="t"), timeout=AMPLE)
    assert (revoked.cause, changed.cause) == (Cause.DEVICE_REVOKED, Cause.TOKEN_MISMATCH)


@pytest.mark.parametrize("offset", [-YEARS, YEARS])
async def test_a_clock_that_is_ten_years_off_does_no_harm(
    link: WebSocketGatewayLink, device: Device, offset: float
) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", clock_offset=offset) as simulator:
        await paired(link, Target(simulator.url, token="right", device=device))


async def test_a_device_needs_the_time_of_the_gateway_and_a_token_does_not(
    link: WebSocketGatewayLink, device: Device
) -> None:
    async def timeless(ws: ServerConnection) -> None:
        await ws.send('{"type":"event","event":"connect.challenge","payload":{"nonce":"n"}}')
        await ws.recv()
        await ws.send(hello())
        await ws.wait_closed()

    async with gateway(timeless) as url:
        outcome = await link.pair(Target(url, token="t", device=device), READ, timeout=AMPLE)
        tokens = await link.ping(Target(url, token="t"), timeout=SHORT)
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.MALFORMED_FRAME, Step.CHALLENGE)
    assert tokens.condition is Condition.DEGRADED  # it was reached, and says nothing of health


@pytest.mark.parametrize("dialect", [Dialect.CHALLENGE, Dialect.BEARER])
async def test_other_dialects_have_no_pairing_and_say_so(
    link: WebSocketGatewayLink, device: Device, dialect: Dialect
) -> None:
    async with GatewaySimulator(dialect, token="right") as simulator:
        target = Target(simulator.url, token="right", device=device)
        outcome = await link.pair(target, READ, timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.REFUSED, Cause.PAIRING_UNSUPPORTED)
    assert str(outcome.detail).startswith("it speaks")


async def test_a_wrong_token_pairs_nobody(link: WebSocketGatewayLink, device: Device) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        wrong = Target(simulator.url, token="wrong", device=device)
        outcomes = [
            await link.pair(target, READ, timeout=AMPLE)
            for target in (wrong, wrong._replace(token=None))
        ]
        assert simulator.paired == ()
    assert [one.cause for one in outcomes] == [Cause.TOKEN_MISMATCH, Cause.TOKEN_MISSING]


@pytest.mark.parametrize("public_key", ["damaged", "of RSA"])
async def test_a_device_whose_key_is_no_ed25519_key_is_an_outcome(
    link: WebSocketGatewayLink, device: Device, public_key: str
) -> None:
    if public_key == "of RSA":
        public_key = PemDeviceKeys().generate(KeyKind.RSA).public_pem
    target = Target("ws://127.0.0.1:9", device=device._replace(public_key=public_key))
    outcome = await link.pair(target, READ, timeout=AMPLE)
    assert (outcome.cause, outcome.steps) == (Cause.DEVICE_KEY_REFUSED, ())


async def test_a_key_of_the_wrong_kind_is_told_in_words(link: WebSocketGatewayLink) -> None:
    keys = PemDeviceKeys()
    rsa, ed25519 = keys.generate(KeyKind.RSA), keys.generate(KeyKind.ED25519)
    async with GatewaySimulator(
        Dialect.OPENCLAW, token="right", faults=[Fault.DEVICE_REQUIRED]
    ) as openclaw:
        target = Target(openclaw.url, token="right", private_key=rsa.private_pem)
        taken_for_openclaw = await link.ping(target, timeout=AMPLE)
    async with GatewaySimulator(Dialect.CHALLENGE, public_key=rsa.public_pem) as challenging:
        target = Target(challenging.url, private_key=ed25519.private_pem)
        taken_for_rsa = await link.ping(target, timeout=AMPLE)
    assert taken_for_openclaw.cause is Cause.DEVICE_KEY_MISSING
    assert "an RSA key" in str(taken_for_openclaw.detail)
    assert taken_for_rsa.cause is Cause.DEVICE_KEY_REFUSED
    assert "an Ed25519 key" in str(taken_for_rsa.detail)


WHO = '"gateway.identity.get"'
HEALTHY = '{"type":"res","id":"2","ok":true,"payload":{"ok":true}}'
RAW_KEY = bytes(32)
IDENTITY = (
    '{"type":"res","id":"3","ok":true,"payload":'
    f'{{"deviceId":"{sha256(RAW_KEY).hexdigest()}",'
    f'"publicKey":"{urlsafe_b64encode(RAW_KEY).rstrip(b"=").decode()}"}}}}'
)


@pytest.mark.parametrize(
    ("answer", "gateway_id"),
    [
        (IDENTITY, sha256(RAW_KEY).hexdigest()),
        ('{"type":"res","id":"3","ok":false,"error":{"code":"FORBIDDEN"}}', None),
        ("garbage", None),
        (None, None),  # it closes
        ("", None),  # it says nothing
    ],
)
async def test_not_to_say_who_one_is_is_no_fault(
    link: WebSocketGatewayLink, answer: str | None, gateway_id: str | None
) -> None:
    async def introduce(ws: ServerConnection) -> None:
        await ws.send(CHALLENGE)
        await ws.recv()
        await ws.send(hello(methods=WHO))
        await ws.recv()
        await ws.send(HEALTHY)
        await ws.recv()
        if answer is None:
            return
        if answer:
            await ws.send(answer)
        await ws.wait_closed()

    async with gateway(introduce) as url, asyncio.timeout(SHORT + SLACK):
        outcome = await link.ping(Target(url, token="t"), timeout=SHORT)
    assert (outcome.condition, outcome.gateway_id) == (Condition.OK, gateway_id)


@pytest.mark.parametrize(("scopes", "methods"), [("", WHO), ('"operator.read"', '"health"')])
async def test_a_gateway_that_would_not_say_who_it_is_is_not_asked(
    link: WebSocketGatewayLink, scopes: str, methods: str
) -> None:
    asked: list[str | bytes] = []

    async def listen(ws: ServerConnection) -> None:
        await ws.send(CHALLENGE)
        await ws.recv()
        await ws.send(hello(scopes=scopes, methods=methods))
        await ws.recv()
        await ws.send(HEALTHY)
        asked.extend([message async for message in ws])

    async with gateway(listen) as url:
        outcome = await link.ping(Target(url, token="t"), timeout=AMPLE)
    assert (outcome.condition, asked) == (Condition.OK, [])


async def test_an_answer_of_more_than_25_mebibytes_is_malformed(
    link: WebSocketGatewayLink,
) -> None:
    """It came after the round trip, and no gateway would send it all the same."""

    async def overdo(ws: ServerConnection) -> None:
        await ws.send(CHALLENGE)
        await ws.recv()
        await ws.send(hello())
        await ws.recv()
        await ws.send("x" * 26_214_401)

    async with gateway(overdo) as url:
        outcome = await link.ping(Target(url, token="t"), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.MALFORMED_FRAME)
