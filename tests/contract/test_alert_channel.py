"""What every alert channel does, the fake one and the real ones."""

import asyncio
import sys
from collections.abc import Callable, Iterator

import pytest

from alert_receiver import answers, hangs, running_receiver
from fakes.alert_channel import NOT_NOW, FakeAlertChannel
from openclaw_manager.adapters.alerts.command import CommandChannel
from openclaw_manager.adapters.alerts.webhook import Webhook, WebhookChannel
from openclaw_manager.application.ports.alert_channel import AlertChannel, AlertMessage

MESSAGE = AlertMessage("slack", "down", title="home is down", text="home is down", at="now")
_SOON = 0.2  # seconds

Make = Callable[[str], AlertChannel]


def _fake(how: str) -> AlertChannel:
    channel = FakeAlertChannel(*([NOT_NOW] if how == "fails" else []))
    channel.hangs = how == "hangs"
    return channel


def _command(how: str) -> AlertChannel:
    ends = {"arrives": "0", "fails": "3", "hangs": "time.sleep(60)"}
    return CommandChannel([sys.executable, "-c", f"import sys, time; sys.exit({ends[how]})"])


@pytest.fixture(params=["fake", "webhook", "command"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    if request.param == "fake":
        yield _fake
        return
    if request.param == "command":
        yield _command
        return
    with running_receiver() as receiver:

        def webhook(how: str) -> AlertChannel:
            behaviours = {"arrives": answers(204), "fails": answers(500), "hangs": hangs}
            receiver.behaviours.append(behaviours[how])
            settings = Webhook(receiver.url, "POST", {}, "application/json", None)
            return WebhookChannel(settings, user_agent="tests")

        yield webhook


async def test_what_arrives_has_no_problem(make: Make) -> None:
    assert await make("arrives").send(MESSAGE, timeout=20) is None


async def test_what_does_not_says_why_and_that_it_may_pass(make: Make) -> None:
    undelivered = await make("fails").send(MESSAGE, timeout=20)
    assert undelivered is not None
    assert undelivered.problem
    assert undelivered.may_pass


async def test_what_takes_too_long_is_left(make: Make) -> None:
    undelivered = await make("hangs").send(MESSAGE, timeout=_SOON)
    assert undelivered is not None
    assert "within 0.2 s" in undelivered.problem
    assert undelivered.may_pass


async def test_sending_can_be_given_up_at_any_time(make: Make) -> None:
    sending = asyncio.create_task(make("hangs").send(MESSAGE, timeout=20))
    await asyncio.wait([sending], timeout=_SOON)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
