"""What a device key adds to a connect."""

import asyncio
from statistics import median

from bench import Bench, Goal, Result
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from homes import open_home
from processes import simulator

from openclaw_manager.application.ports.gateway_link import GatewayLink, Target
from openclaw_manager.domain.ping import Dialect

_CONNECTS_PER_RUN = 10


def signing_row(bench: Bench) -> list[Result]:
    """Connect with a key that is verified, and where no signature is asked for."""
    container = open_home(bench.folder / "home")
    private_pem, public_pem = a_key()
    connects = bench.size(bench.runs * _CONNECTS_PER_RUN, quick=2)
    with (
        simulator(bench.folder, "challenge", "--public-key", public_pem) as with_key,
        simulator(bench.folder, "challenge") as without_key,
    ):
        signed, unsigned = asyncio.run(
            _connect(
                container.gateway_link(),
                Target(with_key, private_key=private_pem, dialect=Dialect.CHALLENGE),
                Target(without_key, dialect=Dialect.CHALLENGE),
                connects,
            )
        )
    what = "RSA authentication, added to a connect"
    return [Result(what, signed, unsigned, "ms", signed - unsigned, Goal("at most", 2, "ms"))]


async def _connect(
    link: GatewayLink, signing: Target, silent: Target, times: int
) -> tuple[float, float]:
    """Connect to both in turns; the medians in milliseconds."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for target, kept in zip((signing, silent), took, strict=True):
            outcome = await link.ping(target, timeout=10)
            assert outcome.connect_ms is not None, outcome
            kept.append(outcome.connect_ms)
    return median(took[0]), median(took[1])


def a_key() -> tuple[str, str]:
    """Make a device key as ``openssl`` would, both halves."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
