"""A ping taken apart: what it says of each layer between us and the gateway's answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.caution import Caution, expires_soon
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect, PingOutcome, Step

LAYERS = (
    CheckId.RESOLVE,
    CheckId.TCP,
    CheckId.TLS,
    CheckId.HTTP_HEALTHZ,
    CheckId.HTTP_READYZ,
    CheckId.UPGRADE,
    CheckId.CHALLENGE,
    CheckId.PROTOCOL,
    CheckId.CREDENTIALS,
    CheckId.PAIRING,
    CheckId.SCOPES,
    CheckId.RPC,
)

_OF_STEP = {
    Step.RESOLVE: CheckId.RESOLVE,
    Step.CONNECT: CheckId.TCP,
    Step.TLS: CheckId.TLS,
    Step.UPGRADE: CheckId.UPGRADE,
    Step.CHALLENGE: CheckId.CHALLENGE,
    Step.AUTHENTICATE: CheckId.CREDENTIALS,
    Step.ROUND_TRIP: CheckId.RPC,
}

# A gateway looks at the protocol first, then at the token and the signature, then at whether
# it knows the device, and at last at what that device may do.
_OF_CAUSE = {
    Cause.PROTOCOL_UNSUPPORTED: CheckId.PROTOCOL,
    Cause.GATEWAY_STARTING: CheckId.PROTOCOL,
    Cause.CONNECTION_CLOSED: CheckId.PROTOCOL,
    Cause.MALFORMED_FRAME: CheckId.PROTOCOL,
    Cause.NOT_A_GATEWAY: CheckId.PROTOCOL,
    Cause.TIMEOUT: CheckId.PROTOCOL,
    Cause.PAIRING_REQUIRED: CheckId.PAIRING,
    Cause.DEVICE_REVOKED: CheckId.PAIRING,
    Cause.SCOPE_MISSING: CheckId.SCOPES,
}
_PASSED = {
    CheckId.RESOLVE: "the host has an address",
    CheckId.TCP: "something listens there",
    CheckId.TLS: "the certificate is trusted",
    CheckId.UPGRADE: "it takes WebSockets",
    CheckId.CHALLENGE: "it sent a challenge",
}
_MAY_READ = frozenset({"operator.read", "operator.write", "operator.admin"})


@dataclass(frozen=True, slots=True)
class Visit:
    """One gateway that was pinged at a moment (UTC), and the id that was expected there."""

    name: str
    target: Target
    outcome: PingOutcome
    at: datetime
    expected_id: str | None


def layers_of(visit: Visit, pages: dict[CheckId, Check]) -> list[Check]:
    """Say of each layer whether it is ok; ``pages`` are the checks made over HTTP.

    Where one failed, those after it are skipped.
    """
    failed = failing_layer(visit.outcome)
    reached = LAYERS if failed is None else LAYERS[: LAYERS.index(failed)]
    checks = [pages.get(id_) or _passed(id_, visit) for id_ in reached]
    if failed is None:
        return checks
    outcome = visit.outcome
    checks.append(_check(failed, Verdict.FAILED, outcome.detail or "", visit, code=outcome.cause))
    for id_ in LAYERS[len(checks) :]:
        skipped = f"not checked, since {failed} failed"
        checks.append(Check(id_, Verdict.SKIPPED, skipped, visit.name))
    return checks


def failing_layer(outcome: PingOutcome) -> CheckId | None:
    """Find the layer at which a ping failed; None if it did not."""
    if outcome.condition.reachable or outcome.cause is None:
        return None
    step = next((timed.step for timed in outcome.steps if not timed.ok), None)
    if step is None:
        return LAYERS[0]
    if step is Step.AUTHENTICATE:
        return _OF_CAUSE.get(outcome.cause, CheckId.CREDENTIALS)
    return _OF_STEP[step]


def got_as_far_as_http(outcome: PingOutcome) -> bool:
    """Whether a connection stood, with TLS where it is spoken, and an HTTP server may answer."""
    failed = failing_layer(outcome)
    return failed is None or LAYERS.index(failed) > LAYERS.index(CheckId.TLS)


def besides(visit: Visit) -> Iterator[Check]:
    """Check what is no layer: who the gateway is, and what travels in the open."""
    yield _identity(visit)
    target = visit.target
    secret = target.token or target.device_token
    if not secret or not GatewayUrl(target.url).is_plain_to_another_machine:
        yield _check(CheckId.PLAIN_WS_TOKEN, Verdict.OK, "no token travels unencrypted", visit)
        return
    yield _check(
        CheckId.PLAIN_WS_TOKEN,
        Verdict.WARNING,
        "the token travels unencrypted to another machine",
        visit,
        code=Caution.TOKEN_IN_PLAIN,
    )


def _passed(id_: CheckId, visit: Visit) -> Check:  # noqa: PLR0911 - a table of the layers
    """Say what is known of a layer that did not fail."""
    match id_:
        case CheckId.TLS:
            return _tls(visit)
        case CheckId.HTTP_HEALTHZ | CheckId.HTTP_READYZ:
            only = "only gateways of the openclaw dialect have such a page"
            return _check(id_, Verdict.SKIPPED, only, visit)
        case CheckId.CHALLENGE if visit.outcome.dialect is Dialect.BEARER:
            return _check(id_, Verdict.SKIPPED, "a plain bearer gateway sends none", visit)
        case CheckId.PROTOCOL:
            return _check(id_, Verdict.OK, _spoken(visit.outcome), visit)
        case CheckId.CREDENTIALS if visit.outcome.cause is Cause.DEVICE_REVOKED:
            return _check(id_, Verdict.SKIPPED, "the device token was all that was shown", visit)
        case CheckId.CREDENTIALS:
            return _check(id_, Verdict.OK, _shown(visit.target), visit)
        case CheckId.PAIRING:
            return _pairing(visit)
        case CheckId.SCOPES:
            return _scopes(visit)
        case CheckId.RPC:
            return _rpc(visit)
    return _check(id_, Verdict.OK, _PASSED[id_], visit)


def _tls(visit: Visit) -> Check:
    if not GatewayUrl(visit.target.url).is_secure:
        return _check(CheckId.TLS, Verdict.SKIPPED, "ws:// has none", visit)
    certificate = visit.outcome.certificate
    if certificate is None:
        return _check(CheckId.TLS, Verdict.OK, _PASSED[CheckId.TLS], visit)
    which = "the pinned certificate" if visit.target.trust.fingerprint else "the certificate"
    until = f"{which} is valid until {certificate.expires_at:%Y-%m-%d}"
    if expires_soon(certificate.expires_at, visit.at):
        code = Caution.CERTIFICATE_EXPIRES
        return _check(CheckId.TLS, Verdict.WARNING, until, visit, code=code)
    return _check(CheckId.TLS, Verdict.OK, until, visit)


def _spoken(outcome: PingOutcome) -> str:
    protocol = f" protocol {outcome.protocol}" if outcome.protocol is not None else ""
    return f"{outcome.dialect or 'unknown'}{protocol}"


def _shown(target: Target) -> str:
    """Name what the gateway was shown, and took: of a paired device only its own token."""
    if target.device is not None and target.device_token is not None:
        return "it takes the device token"
    shown = {
        "the token": target.token,
        "the device key": target.device or target.private_key,
    }
    names = [name for name, value in shown.items() if value is not None]
    return f"it takes {' and '.join(names)}" if names else "it asks for none"


def _pairing(visit: Visit) -> Check:
    if visit.target.device is not None:
        return _check(CheckId.PAIRING, Verdict.OK, "the gateway knows this device", visit)
    if visit.outcome.dialect is Dialect.OPENCLAW:
        message = "not paired: a ping needs no device, and most else does"
        return _check(CheckId.PAIRING, Verdict.SKIPPED, message, visit, about=visit.name)
    return _check(CheckId.PAIRING, Verdict.SKIPPED, "this dialect has none", visit)


def _scopes(visit: Visit) -> Check:
    scopes = visit.outcome.scopes
    if visit.target.device is None:
        return _check(CheckId.SCOPES, Verdict.SKIPPED, "only paired devices have any", visit)
    if _MAY_READ.isdisjoint(scopes):
        granted = ", ".join(scopes) or "none"
        message = f"operator.read is not among those granted: {granted}"
        return _check(CheckId.SCOPES, Verdict.WARNING, message, visit)
    return _check(CheckId.SCOPES, Verdict.OK, ", ".join(scopes), visit)


def _rpc(visit: Visit) -> Check:
    outcome = visit.outcome
    if outcome.cause is not None:
        message = outcome.detail or ""
        return _check(CheckId.RPC, Verdict.WARNING, message, visit, code=outcome.cause)
    return _check(CheckId.RPC, Verdict.OK, f"version {outcome.version or 'unknown'}", visit)


def _identity(visit: Visit) -> Check:
    failed = failing_layer(visit.outcome)
    if failed is not None:
        skipped = f"not checked, since {failed} failed"
        return _check(CheckId.IDENTITY, Verdict.SKIPPED, skipped, visit)
    found = visit.outcome.gateway_id
    if found is None:
        return _check(CheckId.IDENTITY, Verdict.SKIPPED, "the gateway did not say who it is", visit)
    if visit.expected_id not in (None, found):
        message = f"it is {found[:12]}…, and {visit.expected_id[:12]}… was here before"
        code = Caution.GATEWAY_REPLACED
        return _check(CheckId.IDENTITY, Verdict.WARNING, message, visit, code=code)
    return _check(CheckId.IDENTITY, Verdict.OK, f"{found[:12]}…", visit)


def _check(
    id_: CheckId,
    verdict: Verdict,
    message: str,
    visit: Visit,
    *,
    code: Cause | Caution | None = None,
    about: str | None = None,
) -> Check:
    """Make a check of a layer, with the time of the step that it was decided in."""
    taken = (timed.ms for timed in visit.outcome.steps if _OF_STEP[timed.step] is id_)
    ms = next(taken, None) if verdict is not Verdict.SKIPPED else None
    if verdict in (Verdict.WARNING, Verdict.FAILED):
        about = visit.name
    return Check(id_, verdict, message, visit.name, about, code, ms)
