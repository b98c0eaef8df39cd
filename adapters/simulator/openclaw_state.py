"""What a simulated OpenClaw gateway says of itself, in the shapes recorded from real ones."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw_manager.adapters.simulator.holdings import Held, Holdings
from openclaw_manager.adapters.simulator.openclaw_sections import HOME, sessions_path

_NEWEST_PROTOCOL = 4
_HEARTBEAT_MS = 1_800_000


def _random_id() -> str:
    return str(uuid4())


def _random_key() -> bytes:
    return Ed25519PrivateKey.generate().public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClawState:
    """One running gateway; ``started_at`` and every ``now`` are milliseconds since the epoch.

    ``held`` tells what it holds at the moment in which it is asked for it, and
    ``public_key`` is the gateway's own Ed25519 key: nothing in the protocol ever proves that
    it has the private half.
    """

    version: str
    protocol: int
    started_at: int
    healthy: bool = True
    held: Held = Holdings
    boot_id: str = field(default_factory=_random_id)
    instance_id: str = field(default_factory=_random_id)
    public_key: bytes = field(default_factory=_random_key)

    @property
    def newest(self) -> bool:
        """Whether the shapes are those of protocol 4, and not of 3."""
        return self.protocol >= _NEWEST_PROTOCOL

    def health(self, now: int) -> dict[str, Any]:
        """Report the health of a gateway with one agent and no channel."""
        sessions = {"path": sessions_path(newest=self.newest), "count": 0, "recent": []}
        heartbeat = {"enabled": True, "every": "30m", "everyMs": _HEARTBEAT_MS}
        report = {
            "ok": self.healthy,
            "ts": now,
            "durationMs": 0,
            "channels": {},
            "channelOrder": [],
            "channelLabels": {},
            "heartbeatSeconds": _HEARTBEAT_MS // 1000,
            "defaultAgentId": "main",
            "agents": [
                {
                    "agentId": "main",
                    "isDefault": True,
                    "heartbeat": heartbeat,
                    "sessions": sessions,
                }
            ],
            "sessions": sessions,
        }
        if self.newest:
            report["plugins"] = {"loaded": [], "errors": [], "unavailable": []}
            report["configReload"] = {"hotReloadStatus": "active"}
            report["modelRuntime"] = {"degraded": False, "pendingAgents": []}
            report["eventLoop"] = {"degraded": False, "degradedSinceMs": None, "reasons": []}
        return report

    def presence(self, now: int) -> list[dict[str, Any]]:
        """List the gateway itself and nobody else."""
        myself = {
            "host": "simulator",
            "ip": "192.0.2.1",
            "version": self.version,
            "platform": "linux",
            "deviceFamily": "Linux",
            "mode": "gateway",
            "reason": "self",
            "text": f"Gateway: simulator (192.0.2.1) - app {self.version} - mode gateway",
            "ts": now,
        }
        return [{**myself, "instanceId": self.instance_id} if self.newest else myself]

    def identity(self) -> dict[str, str]:
        """Give the id of the gateway: the SHA-256 of its raw public key."""
        encoded = urlsafe_b64encode(self.public_key).rstrip(b"=").decode()
        return {"deviceId": sha256(self.public_key).hexdigest(), "publicKey": encoded}

    def snapshot(self, now: int, scopes: tuple[str, ...]) -> dict[str, Any]:
        """Sum up the state for a hello; 2026.9.6 leaves out what the scopes do not cover."""
        admin = "operator.admin" in scopes
        reads = admin or "operator.read" in scopes or "operator.write" in scopes
        snapshot: dict[str, Any] = {
            "presence": self.presence(now) if reads or not self.newest else [],
            "health": self.health(now),
            "stateVersion": {"presence": 1, "health": 1},
            "uptimeMs": now - self.started_at,
            "sessionDefaults": {
                "defaultAgentId": "main",
                "mainKey": "main",
                "mainSessionKey": "agent:main:main",
                "scope": "per-sender",
            },
        }
        if self.newest:
            snapshot["suspension"] = {"phase": "accepting"}
            snapshot["appliedConfigHash"] = f"hmac-sha256:v1:{self._config_hash()}"
        if self.newest and reads:
            snapshot["updateSchedule"] = {"channel": "stable", "autoEnabled": False}
        if admin or not self.newest:
            snapshot["configPath"] = f"{HOME}/openclaw.json"
            snapshot["stateDir"] = HOME
            snapshot["authMode"] = "token"
        return snapshot

    def _config_hash(self) -> str:
        return urlsafe_b64encode(sha256(b"no configuration").digest()).rstrip(b"=").decode()
