"""What the doctor makes of one ping: each layer ok, failed or skipped, and what stands beside."""

from datetime import UTC, datetime, timedelta

import pytest

from openclaw_manager.application.checkup.layers import (
    LAYERS,
    Visit,
    besides,
    failing_layer,
    got_as_far_as_http,
    layers_of,
)
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.application.ports.gateway_link import Device, Target
from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome, Step, TimedStep
from openclaw_manager.domain.trust import TlsFingerprint, Trust

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PIN = TlsFingerprint("sha256:" + "ab" * 32)
DEVICE = Device("private", "public", "linux")
STEPS = tuple(TimedStep(step, 1.5, ok=True) for step in Step)


def reached(**facts: object) -> PingOutcome:
    known = {"dialect": Dialect.OPENCLAW, "protocol": 4, "version": "2026.9.6", "steps": STEPS}
    return PingOutcome(Condition.OK, **(known | facts))  # type: ignore[arg-type]


def refused(cause: Cause, at: Step) -> PingOutcome:
    steps = [timed for timed in STEPS if list(Step).index(timed.step) < list(Step).index(at)]
    return PingOutcome(
        cause.condition,
        cause,
        "in its own words",
        dialect=Dialect.OPENCLAW,
        steps=(*steps, TimedStep(at, 2.5, ok=False)),
    )


def visit(outcome: PingOutcome, url: str = "ws://127.0.0.1:1", **target: object) -> Visit:
    return Visit("alpha", Target(url, **target), outcome, NOW, None)  # type: ignore[arg-type]


def looked_at(seen: Visit) -> dict[CheckId, Check]:
    checks = [*layers_of(seen, {}), *besides(seen)]
    assert len({check.id for check in checks}) == len(checks)
    return {check.id: check for check in checks}


def test_every_layer_of_a_gateway_that_was_reached_is_there_in_order() -> None:
    checks = layers_of(visit(reached()), {})

    assert tuple(check.id for check in checks) == LAYERS
    assert {check.subject for check in checks} == {"alpha"}
    assert not [check for check in checks if check.verdict is Verdict.FAILED]
    assert all(check.message for check in checks)


@pytest.mark.parametrize(
    ("cause", "at", "layer"),
    [
        (Cause.NAME_NOT_RESOLVED, Step.RESOLVE, CheckId.RESOLVE),
        (Cause.CONNECTION_REFUSED, Step.CONNECT, CheckId.TCP),
        (Cause.TIMEOUT, Step.CONNECT, CheckId.TCP),
        (Cause.TLS_PIN_MISMATCH, Step.TLS, CheckId.TLS),
        (Cause.TOKEN_MISMATCH, Step.UPGRADE, CheckId.UPGRADE),
        (Cause.CHALLENGE_MISSING, Step.CHALLENGE, CheckId.CHALLENGE),
        (Cause.PROTOCOL_UNSUPPORTED, Step.AUTHENTICATE, CheckId.PROTOCOL),
        (Cause.GATEWAY_STARTING, Step.AUTHENTICATE, CheckId.PROTOCOL),
        (Cause.TOKEN_MISSING, Step.AUTHENTICATE, CheckId.CREDENTIALS),
        (Cause.TOKEN_MISMATCH, Step.AUTHENTICATE, CheckId.CREDENTIALS),
        (Cause.DEVICE_KEY_REFUSED, Step.AUTHENTICATE, CheckId.CREDENTIALS),
        (Cause.RATE_LIMITED, Step.AUTHENTICATE, CheckId.CREDENTIALS),
        (Cause.PAIRING_REQUIRED, Step.AUTHENTICATE, CheckId.PAIRING),
        (Cause.DEVICE_REVOKED, Step.AUTHENTICATE, CheckId.PAIRING),
        (Cause.SCOPE_MISSING, Step.AUTHENTICATE, CheckId.SCOPES),
        (Cause.CONNECTION_CLOSED, Step.ROUND_TRIP, CheckId.RPC),
    ],
)
def test_a_refusal_fails_its_layer_and_skips_those_after_it(
    cause: Cause, at: Step, layer: CheckId
) -> None:
    checks = layers_of(visit(refused(cause, at)), {})
    by_id = {check.id: check for check in checks}
    place = LAYERS.index(layer)

    assert tuple(by_id) == LAYERS
    assert failing_layer(refused(cause, at)) is layer
    assert by_id[layer].verdict is Verdict.FAILED
    assert (by_id[layer].code, by_id[layer].about) == (cause, "alpha")
    assert Verdict.FAILED not in {by_id[id_].verdict for id_ in LAYERS[:place]}
    assert {by_id[id_].verdict for id_ in LAYERS[place + 1 :]} <= {Verdict.SKIPPED}


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("at", list(Step))
def test_whatever_fails_wherever_exactly_one_layer_failed(cause: Cause, at: Step) -> None:
    outcome = refused(cause, at)
    failed = [one for one in layers_of(visit(outcome), {}) if one.verdict is Verdict.FAILED]

    assert len(failed) == (not outcome.condition.reachable)


def test_an_outcome_without_steps_failed_at_the_first_layer() -> None:
    assert failing_layer(PingOutcome(Condition.DOWN, Cause.TIMEOUT)) is CheckId.RESOLVE


def test_the_time_of_a_step_is_that_of_its_layer() -> None:
    checks = looked_at(visit(refused(Cause.TOKEN_MISMATCH, Step.AUTHENTICATE)))

    assert checks[CheckId.TCP].ms == 1.5
    assert checks[CheckId.CREDENTIALS].ms == 2.5
    assert checks[CheckId.RPC].ms is None


@pytest.mark.parametrize(
    ("at", "expected"), [(Step.CONNECT, False), (Step.TLS, False), (Step.UPGRADE, True)]
)
def test_pages_are_read_only_where_a_connection_stood(at: Step, *, expected: bool) -> None:
    assert got_as_far_as_http(refused(Cause.TIMEOUT, at)) is expected
    assert got_as_far_as_http(reached())


def test_what_was_found_over_http_stands_among_the_layers() -> None:
    page = Check(CheckId.HTTP_READYZ, Verdict.WARNING, "ready is false", "alpha")
    checks = layers_of(visit(reached()), {CheckId.HTTP_READYZ: page})

    assert checks[LAYERS.index(CheckId.HTTP_READYZ)] is page


@pytest.mark.parametrize(("days", "verdict"), [(13, Verdict.WARNING), (15, Verdict.OK)])
def test_a_certificate_that_ends_within_two_weeks_is_warned_of(days: int, verdict: Verdict) -> None:
    certificate = Certificate(PIN, NOW + timedelta(days=days))
    seen = visit(reached(certificate=certificate), "wss://127.0.0.1:1", trust=Trust(None, PIN))
    tls = looked_at(seen)[CheckId.TLS]

    assert tls.verdict is verdict
    assert tls.message == f"the pinned certificate is valid until 2026-12-{days - 7:02}"
    assert tls.code == (Caution.CERTIFICATE_EXPIRES if verdict is Verdict.WARNING else None)


def test_ws_has_no_tls_to_check() -> None:
    assert looked_at(visit(reached()))[CheckId.TLS].verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("url", "token", "verdict"),
    [
        ("ws://192.0.2.7:18789", "secret", Verdict.WARNING),
        ("ws://127.0.0.1:18789", "secret", Verdict.OK),
        ("ws://localhost:18789", "secret", Verdict.OK),
        ("wss://192.0.2.7:18789", "secret", Verdict.OK),
        ("ws://192.0.2.7:18789", None, Verdict.OK),
    ],
)
def test_a_token_in_the_open_to_another_machine_is_warned_of(
    url: str, token: str | None, verdict: Verdict
) -> None:
    check = looked_at(visit(reached(), url, token=token))[CheckId.PLAIN_WS_TOKEN]

    assert check.verdict is verdict
    assert "secret" not in repr(check)


def test_an_unpaired_instance_is_told_that_it_can_be_paired() -> None:
    pairing = looked_at(visit(reached()))[CheckId.PAIRING]

    assert (pairing.verdict, pairing.about) == (Verdict.SKIPPED, "alpha")


@pytest.mark.parametrize(
    ("scopes", "verdict"),
    [
        (("operator.read",), Verdict.OK),
        (("operator.write",), Verdict.OK),  # which includes reading
        (("operator.pairing",), Verdict.WARNING),
        ((), Verdict.WARNING),
    ],
)
def test_a_paired_device_should_be_allowed_to_read(
    scopes: tuple[str, ...], verdict: Verdict
) -> None:
    checks = looked_at(visit(reached(scopes=scopes), device=DEVICE))

    assert checks[CheckId.PAIRING].verdict is Verdict.OK
    assert checks[CheckId.SCOPES].verdict is verdict


def test_a_gateway_that_lets_us_in_and_reports_a_fault_is_a_warning() -> None:
    outcome = PingOutcome(
        Condition.DEGRADED, Cause.NOT_READY, "a channel is down", dialect=Dialect.OPENCLAW
    )
    rpc = looked_at(visit(outcome))[CheckId.RPC]

    assert (rpc.verdict, rpc.code, rpc.message) == (
        Verdict.WARNING,
        Cause.NOT_READY,
        "a channel is down",
    )


def test_other_dialects_have_no_pages_pairing_or_scopes() -> None:
    checks = looked_at(visit(reached(dialect=Dialect.BEARER, protocol=None)))
    skipped = {id_ for id_, check in checks.items() if check.verdict is Verdict.SKIPPED}

    assert skipped == {
        CheckId.TLS,
        CheckId.HTTP_HEALTHZ,
        CheckId.HTTP_READYZ,
        CheckId.CHALLENGE,
        CheckId.PAIRING,
        CheckId.SCOPES,
        CheckId.IDENTITY,
    }
    assert checks[CheckId.PROTOCOL].message == "bearer"


def test_another_gateway_than_before_is_warned_of() -> None:
    seen = Visit("alpha", Target("ws://127.0.0.1:1"), reached(gateway_id="b" * 64), NOW, "a" * 64)
    identity = looked_at(seen)[CheckId.IDENTITY]

    assert (identity.verdict, identity.code) == (Verdict.WARNING, Caution.GATEWAY_REPLACED)
    assert "bbbb" in identity.message
    assert "aaaa" in identity.message


def test_the_same_gateway_as_before_is_ok() -> None:
    seen = Visit("alpha", Target("ws://127.0.0.1:1"), reached(gateway_id="a" * 64), NOW, "a" * 64)

    assert looked_at(seen)[CheckId.IDENTITY].verdict is Verdict.OK
