"""What of a peer's words is shown and stored."""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from openclaw_manager.adapters.gateway import outcomes
from openclaw_manager.adapters.gateway.conversation import Health, Hello, SelfDescription
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Certificate
from openclaw_manager.domain.trust import TlsFingerprint

TARGET = Target("ws://127.0.0.1", token="s3cr3t-bearer", device_token="s3cr3t-device")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("two\r\n  lines\t", "two lines"),
        ("a\x1b[31mred\u202eb", "a[31mredb"),
        ("you sent s3cr3t-bearer and s3cr3t-device", "you sent … and …"),
        ("you sent s3cr3t\u202e-bearer", "you sent …"),
        ("x" * 500, "x" * 200),
        ("x" * 190 + "s3cr3t-bearer", "x" * 190 + "…"),
        ("\x00", None),
    ],
)
def test_a_detail_is_one_line_without_secrets(said: str, shown: str | None) -> None:
    outcome = outcomes.failed(Failure(Cause.CONNECTION_CLOSED, said), TARGET, Progress())
    assert outcome.detail == shown


def test_a_gateway_cannot_make_us_store_a_secret_as_its_version() -> None:
    hello = Hello(
        version="v s3cr3t-bearer",
        device_id="s3cr3t-device",
        device_token="new",
        scopes=("operator.read", "as s3cr3t-device", "\x00"),
    )
    outcome = outcomes.succeeded(
        hello, Health(), SelfDescription(), TARGET, Progress(), connect_ms=2.0, latency_ms=1.0
    )
    assert (outcome.version, outcome.device_id) == ("v …", "…")
    assert outcome.scopes == ("operator.read", "as …")
    assert outcome.device_token == "new"
    assert "new" not in repr(outcome)


def test_a_gateway_that_is_not_well_is_degraded_and_was_still_reached() -> None:
    outcome = outcomes.succeeded(
        Hello(),
        Health("not well"),
        SelfDescription(),
        TARGET,
        Progress(),
        connect_ms=2.0,
        latency_ms=1.0,
    )
    assert (outcome.condition, outcome.cause) == (Condition.DEGRADED, Cause.NOT_READY)
    assert (outcome.detail, outcome.latency_ms) == ("not well", 1.0)


class Presented(NamedTuple):
    certificate: Certificate | None


def test_an_outcome_carries_what_was_found_out_on_the_way() -> None:
    progress = Progress()
    progress.presented = Presented(
        Certificate(TlsFingerprint("sha256:" + "0" * 64), datetime(2036, 1, 1, tzinfo=UTC))
    )
    who = SelfDescription("f" * 64)
    reached = outcomes.succeeded(
        Hello(), Health(), who, TARGET, progress, connect_ms=2.0, latency_ms=1.0
    )
    waiting = Failure(Cause.PAIRING_REQUIRED, "wait", request_id="r-1")
    refused = outcomes.failed(waiting, TARGET, progress)
    assert reached.certificate == refused.certificate == progress.certificate
    assert (reached.gateway_id, refused.request_id) == ("f" * 64, "r-1")
