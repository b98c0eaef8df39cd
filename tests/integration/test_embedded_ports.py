"""Parts that a host brings along take the place of ours."""

from datetime import UTC, datetime
from pathlib import Path

from fakes.clock import TickingClock
from fakes.device_keys import FakeDeviceKeys
from fakes.gateway_link import REACHED, FakeGatewayLink
from fakes.secret_store import InMemorySecretStore
from openclaw_manager import CheckId, KeyKind, Manager
from openclaw_manager.adapters.device_keys.pem import PemDeviceKeys
from openclaw_manager.ports import Clock, DeviceKeys, GatewayLink, KeyPair, SecretStore
from openclaw_manager.simulation import RunningGateway

URL = "ws://gateway.example.com"


def test_secrets_go_where_the_host_keeps_them_and_nowhere_else(tmp_path: Path) -> None:
    secrets: SecretStore = (kept := InMemorySecretStore())
    with Manager.open(tmp_path, secrets=secrets, snapshot_secrets="omit") as manager:
        manager.register("home", url=URL, token="very-secret")
        assert list(kept.kept.values()) == ["very-secret"]
        assert not any(b"very-secret" in file.read_bytes() for file in tmp_path.iterdir())
        assert not (tmp_path / "secrets.db").exists()

        manager.remove("home")
        manager.purge("home")

        assert kept.kept == {}


def test_the_doctor_asks_the_secret_store_of_the_host(tmp_path: Path) -> None:
    with Manager.open(tmp_path, secrets=InMemorySecretStore()) as manager:
        manager.register("home", url="ws://127.0.0.1:1", token="secret")

        checks = {check.id: check for check in manager.doctor().checks}

        assert checks[CheckId.SECRET_STORE].message == "the secret store of the host answers"
        assert checks[CheckId.SECRETS_RESOLVE].verdict == "ok"


def test_gateways_are_reached_in_the_way_of_the_host(tmp_path: Path) -> None:
    link: GatewayLink = (fake := FakeGatewayLink())
    fake.answers[URL] = REACHED
    with Manager.open(tmp_path, link=link) as manager:
        manager.register("home", url=URL, token="secret")

        assert manager.ping("home").latency_ms == 14.2
        assert [target.token for target in fake.seen] == ["secret"]


def test_the_time_is_that_of_the_host(tmp_path: Path) -> None:
    clock: Clock = TickingClock()
    with Manager.open(tmp_path, clock=clock) as manager:
        made = manager.register("home", url=URL)

    assert made.registered_at == datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)


def test_keys_are_admitted_by_the_host(tmp_path: Path) -> None:
    keys: DeviceKeys = (fake := FakeDeviceKeys())
    with Manager.open(tmp_path, keys=keys) as manager:
        pair = manager.generate_key()

        assert manager.register("home", url=URL, private_key=pair.private_pem).public_key == (
            fake.admit(pair.private_pem).public_pem
        )


class _Vault(PemDeviceKeys):
    """Signs with keys that never leave it: what the manager keeps is only what they are called."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self.signed = 0

    def keep(self, handle: str, pem: str) -> None:
        self._keys[handle] = pem

    def admit(
        self, private_pem: str, public_pem: str | None = None, passphrase: str | None = None
    ) -> KeyPair:
        pair = super().admit(self._keys[private_pem], public_pem, passphrase)
        return pair._replace(private_pem=private_pem)

    def kind(self, pem: str) -> KeyKind:
        return super().kind(self._keys.get(pem, pem))

    def sign(self, private_pem: str, message: bytes) -> bytes:
        self.signed += 1
        return super().sign(self._keys[private_pem], message)


def test_a_signer_of_the_host_needs_to_give_no_key_away(tmp_path: Path) -> None:
    pair = PemDeviceKeys().generate(KeyKind.RSA)
    vault = _Vault()
    vault.keep("vault:device-1", pair.private_pem)
    with (
        RunningGateway("challenge", public_key=pair.public_pem) as gateway,
        Manager.open(tmp_path, keys=vault) as manager,
    ):
        manager.register("home", url=gateway.url, private_key="vault:device-1")

        assert manager.ping("home").reachable
        assert vault.signed == 1
    assert not any(pair.private_pem.encode() in file.read_bytes() for file in tmp_path.iterdir())
