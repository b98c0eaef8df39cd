"""Gateways of OpenClaw's profiles on this machine, from the ``openclaw.json`` of each."""

import json
import os
import ssl
from collections.abc import Iterator
from contextlib import suppress
from glob import escape, glob
from hashlib import sha256
from typing import Any

from openclaw_manager.application.ports.discovery import Search, Sighting, Source
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.errors import InvalidFingerprint, InvalidUrl
from openclaw_manager.domain.trust import TlsFingerprint

_DEFAULT_PORT = 18789
_HIGHEST_PORT = 65535
_CONFIG = "openclaw.json"
_LONGEST = 1_000_000  # bytes
_DEFAULT_PROFILE = ".openclaw"


class ProfileDiscovery:
    """Reads ``.openclaw/openclaw.json`` and ``.openclaw-NAME/openclaw.json`` in a folder.

    Whatever a gateway is bound to, clients on its own machine reach it at 127.0.0.1 (OpenClaw's
    documents, 2026.9). A profile in mode ``remote`` is a client, and tells of a gateway elsewhere.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder

    async def search(self, *, timeout: float) -> Search:  # noqa: ARG002 - it takes no time
        """Read all profiles; one that cannot be read is a problem, and no more."""
        sightings, problems = [], []
        for path in self._configs():
            try:
                sighting = _sighting(path, _read(path))
            except (OSError, ValueError, RecursionError) as error:
                reason = getattr(error, "strerror", None) or "is not a configuration of OpenClaw"
                problems.append(f"{path}: {reason}")
            else:
                sightings += [sighting] if sighting else []
        return Search(tuple(sightings), tuple(problems))

    def token_of(self, sighting: Sighting) -> str | None:
        """Read the token that the configuration holds itself."""
        try:
            gateway = _member(_read(sighting.place), "gateway")
        except (OSError, ValueError, RecursionError):
            return None
        where = _member(gateway, "remote") if _is_remote(gateway) else _member(gateway, "auth")
        token = where.get("token")
        # Anything else is a reference, to the environment or to where OpenClaw keeps secrets.
        return token if isinstance(token, str) and token and "${" not in token else None

    def _configs(self) -> Iterator[str]:
        folder = escape(self._folder)
        for pattern in (_DEFAULT_PROFILE, f"{_DEFAULT_PROFILE}-*"):
            yield from sorted(glob(os.path.join(folder, pattern, _CONFIG)))


def _read(path: str) -> dict[str, Any]:
    """Read a configuration: JSON5, of which JSON is a part; raises ``ValueError``, ``OSError``."""
    with open(path, "rb") as file:
        data = file.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise ValueError("too long")
    text = data.decode("utf-8-sig")
    try:
        config = json.loads(text)
    except ValueError:
        import json5

        config = json5.loads(text)
    if not isinstance(config, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the text is at fault, and not a type
    return config


def _sighting(path: str, config: dict[str, Any]) -> Sighting | None:
    gateway = _member(config, "gateway")
    profile = os.path.basename(os.path.dirname(path)).removeprefix(_DEFAULT_PROFILE).lstrip("-")
    if _is_remote(gateway):
        remote = _member(gateway, "remote")
        url, fingerprint = remote.get("url"), _given_fingerprint(remote.get("tlsFingerprint"))
    else:
        tls = _member(gateway, "tls")
        secure = tls.get("enabled") is True
        url = f"{'wss' if secure else 'ws'}://127.0.0.1:{_port(gateway)}"
        fingerprint = _own_fingerprint(path, tls) if secure else None
    try:
        usable = GatewayUrl(url if isinstance(url, str) else "")
    except InvalidUrl:
        return None
    auth = _member(gateway, "auth").get("mode")
    return Sighting(
        name=profile or "openclaw",
        url=str(usable),
        source=Source.PROFILE,
        place=path,
        fingerprint=fingerprint if usable.is_secure else None,
        auth=auth if auth in ("token", "password", "none", "trusted-proxy") else None,
    )


def _is_remote(gateway: dict[str, Any]) -> bool:
    return gateway.get("mode") == "remote"


def _port(gateway: dict[str, Any]) -> int:
    port = gateway.get("port")
    valid = isinstance(port, int) and not isinstance(port, bool) and 0 < port <= _HIGHEST_PORT
    return port if isinstance(port, int) and valid else _DEFAULT_PORT


def _given_fingerprint(text: object) -> TlsFingerprint | None:
    """Read a fingerprint that may or may not begin with its kind."""
    if isinstance(text, str):
        with suppress(InvalidFingerprint):
            return TlsFingerprint(f"sha256:{text.strip().lower().removeprefix('sha256:')}")
    return None


def _own_fingerprint(path: str, tls: dict[str, Any]) -> TlsFingerprint | None:
    """Take the certificate that the gateway of a profile has in its folder, if it is there."""
    generated = os.path.join(os.path.dirname(path), "gateway", "tls", "gateway-cert.pem")
    place = tls.get("certPath") if isinstance(tls.get("certPath"), str) else generated
    with suppress(OSError, ValueError), open(os.path.expanduser(str(place))) as file:
        first, end, _ = file.read(_LONGEST).partition("-----END CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert((first + end).strip())
        return TlsFingerprint(f"sha256:{sha256(der).hexdigest()}")
    return None


def _member(value: dict[str, Any], key: str) -> dict[str, Any]:
    member = value.get(key)
    return member if isinstance(member, dict) else {}
