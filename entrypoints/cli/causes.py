"""What each cause means to a person, and the one command to run next."""

from typing import NamedTuple

from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect


class Advice(NamedTuple):
    """What happened, in a clause, and what to type; ``{name}`` and ``{url}`` are filled in."""

    happened: str
    next: str


_PING = "openclaw-manager instance ping {name}"
_PAIR = "openclaw-manager instance pair {name}"
_TRUST = "openclaw-manager instance trust {name}"
_TOKEN = "openclaw-manager instance update {name} --token @FILE"
_URL = "openclaw-manager instance update {name} --url URL"
_KEY = "openclaw-manager instance update {name} --private-key @device.pem"

ADVICE = {
    Cause.GATEWAY_STARTING: Advice("the gateway is starting and takes no clients yet", _PING),
    Cause.SLOW: Advice("the gateway answers, but slowly", "openclaw status  # on its host"),
    Cause.NOT_READY: Advice(
        "the gateway let us in and reports a fault of its own", "openclaw status  # on its host"
    ),
    Cause.TOKEN_MISSING: Advice("the gateway wants a token, and none is registered", _TOKEN),
    Cause.TOKEN_MISMATCH: Advice("the gateway does not take the registered token", _TOKEN),
    Cause.CHALLENGE_MISSING: Advice(
        "a device is to be proved here and the gateway never asked for the proof, "
        "so it may be another one",
        _URL,
    ),
    Cause.DEVICE_KEY_MISSING: Advice(
        "the gateway wants a device key, and none is registered", _KEY
    ),
    Cause.DEVICE_KEY_REFUSED: Advice("the gateway does not take the registered device key", _KEY),
    Cause.PAIRING_REQUIRED: Advice(
        "the gateway wants this device to be paired first",
        _PAIR,
    ),
    Cause.PAIRING_UNSUPPORTED: Advice("the gateway has no pairing, and needs none", _PING),
    Cause.DEVICE_REVOKED: Advice("the gateway no longer trusts this device", _PAIR),
    Cause.SCOPE_MISSING: Advice("the gateway let us in, but allows us too little", _PAIR),
    Cause.RATE_LIMITED: Advice(
        "the gateway locked us out for a while after too many failed attempts",
        "sleep 300; " + _PING,
    ),
    Cause.PROTOCOL_UNSUPPORTED: Advice(
        "the gateway speaks no version of the protocol that we speak (3 or 4)",
        "openclaw --version  # on its host",
    ),
    Cause.ORIGIN_REFUSED: Advice(
        "the gateway, or a proxy before it, does not take where we come from", _URL
    ),
    Cause.HTTP_REFUSED: Advice("an HTTP server answered, and refused a WebSocket", _URL),
    Cause.NAME_NOT_RESOLVED: Advice("the host name has no address", _URL),
    Cause.CONNECTION_REFUSED: Advice(
        "the host is there, and nothing listens on that port",
        "openclaw gateway status  # on its host",
    ),
    Cause.NETWORK_UNREACHABLE: Advice("there is no way to that host", "ip route"),
    Cause.TIMEOUT: Advice("the gateway did not answer in time", _PING + " --timeout 30s"),
    Cause.TLS_UNTRUSTED: Advice("nothing here vouches for the certificate of the gateway", _TRUST),
    Cause.TLS_PIN_MISMATCH: Advice(
        "the gateway shows another certificate than the pinned one", _TRUST
    ),
    Cause.NOT_A_GATEWAY: Advice("something answered that is no gateway", _URL),
    Cause.CONNECTION_CLOSED: Advice(
        "the gateway closed the connection before it was through", _PING
    ),
    Cause.MALFORMED_FRAME: Advice("the gateway sent something that no gateway sends", _URL),
}

# What a cause means where the gateway knows devices by pairing, and not by a registered key.
OPENCLAW_ADVICE = {
    Cause.DEVICE_KEY_MISSING: Advice("the gateway wants a device that it knows", _PAIR),
    Cause.DEVICE_KEY_REFUSED: Advice(
        "the gateway does not take the device that it was shown", _PAIR
    ),
}


def advice_on(cause: Cause, dialect: Dialect | None) -> Advice:
    """Tell what a cause means, and what to type, for a gateway of a dialect."""
    if dialect is Dialect.OPENCLAW:
        return OPENCLAW_ADVICE.get(cause, ADVICE[cause])
    return ADVICE[cause]


CAUTIONS = {
    Caution.GATEWAY_REPLACED: (
        "{name}: another gateway than before answers there; if that is right: " + _TRUST
    ),
    Caution.CERTIFICATE_EXPIRES: (
        "{name}: its certificate ends within 14 days, or has ended; renew it on its host, "
        "and then, if it is pinned here: " + _TRUST
    ),
    Caution.TOKEN_IN_PLAIN: (
        "{name}: the token goes over the network in plain text; better: "
        "openclaw-manager instance update {name} --url wss://HOST:PORT"
    ),
}
