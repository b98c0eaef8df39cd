"""What a simulated OpenClaw gateway says of itself, in the shapes recorded from real ones."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_HOME = "/home/operator/.openclaw"
_NEWEST_PROTOCOL = 4
_HEARTBEAT_MS = 1_800_000


def _random_id() -> str:
    return str(uuid4())


def _random_key() -> bytes:
    return Ed25519PrivateKey.generate().public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClawState:
    """One running gateway; ``started_at`` and every ``now`` are milliseconds since the epoch.

    ``public_key`` is the gateway's own Ed25519 key: nothing in the protocol ever proves that
    it has the private half.
    """

    version: str
    protocol: int
    started_at: int
    healthy: bool = True
    boot_id: str = field(default_factory=_random_id)
    instance_id: str = field(default_factory=_random_id)
    public_key: bytes = field(default_factory=_random_key)

    @property
    def newest(self) -> bool:
        """Whether the shapes are those of protocol 4, and not of 3."""
        return self.protocol >= _NEWEST_PROTOCOL

    def health(self, now: int) -> dict[str, Any]:
        """Report the health of a gateway with one agent and no channel."""
        sessions = {"path": self._sessions_path(), "count": 0, "recent": []}
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

    def status(self) -> dict[str, Any]:
        """Report the version, and a gateway with nothing to do."""
        return {
            "runtimeVersion": self.version,
            "heartbeat": {
                "defaultAgentId": "main",
                "agents": [
                    {
                        "agentId": "main",
                        "enabled": True,
                        "every": "30m",
                        "everyMs": _HEARTBEAT_MS,
                    }
                ],
            },
            "channelSummary": [],
            "queuedSystemEvents": [],
            "sessions": {"paths": [self._sessions_path()], "count": 0, "recent": []},
        }

    def identity(self) -> dict[str, str]:
        """Give the id of the gateway: the SHA-256 of its raw public key."""
        encoded = urlsafe_b64encode(self.public_key).rstrip(b"=").decode()
        return {"deviceId": sha256(self.public_key).hexdigest(), "publicKey": encoded}

    def agents(self) -> dict[str, Any]:
        """List the one agent."""
        if not self.newest:
            agents = [{"id": "main"}]
            return {"defaultId": "main", "mainKey": "main", "scope": "per-sender", "agents": agents}
        return {
            "defaultId": "main",
            "ownership": "sole",
            "selectionRequired": False,
            "mainKey": "main",
            "scope": "per-sender",
            "agents": [
                {
                    "id": "main",
                    "workspace": f"{_HOME}/workspace",
                    "model": {"primary": "simulator/simulated"},
                }
            ],
        }

    def channels(self, now: int) -> dict[str, Any]:
        """Report no channel."""
        report: dict[str, Any] = {
            "ts": now,
            "channelOrder": [],
            "channelLabels": {},
            "channelDetailLabels": {},
            "channelSystemImages": {},
            "channelMeta": [],
            "channels": {},
            "channelAccounts": {},
            "channelDefaultAccountId": {},
        }
        return {**report, "statusIssues": []} if self.newest else report

    def models(self) -> dict[str, Any]:
        """List one model."""
        return {"models": [{"id": "simulated", "name": "Simulated", "provider": "simulator"}]}

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
            snapshot["configPath"] = f"{_HOME}/openclaw.json"
            snapshot["stateDir"] = _HOME
            snapshot["authMode"] = "token"
        return snapshot

    def _sessions_path(self) -> str:
        name = "agent/openclaw-agent.sqlite" if self.newest else "sessions/sessions.json"
        return f"{_HOME}/agents/main/{name}"

    def _config_hash(self) -> str:
        return urlsafe_b64encode(sha256(b"no configuration").digest()).rstrip(b"=").decode()
