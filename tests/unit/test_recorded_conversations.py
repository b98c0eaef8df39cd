"""What real gateways said, replayed: every recorded conversation, and every recorded signature.

The same code speaks to 2026.9.6 (protocol 4) and 2026.3.28 (protocol 3).
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from openclaw_manager.adapters.gateway.conversation import (
    ChallengedConversation,
    Health,
    Hello,
    SelfDescription,
)
from openclaw_manager.adapters.gateway.device_proof import prove
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Client, Identity, ShownDevice
from openclaw_manager.adapters.gateway.openclaw import OpenClawConversation
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.domain.condition import Cause

RECORDED = Path(__file__).parents[1] / "data" / "gateway-frames"
CLIENT = Client("openclaw-manager/0.1.0", platform="linux")
VERSIONS = ("2026.9.6", "2026.3.28")

Frame = dict[str, Any]
Outcome = Cause | int

# What each recorded handshake comes to for us: a cause, or the protocol of the hello. Where
# two stand, the versions differ, and the order is theirs.
OUTCOMES: dict[str, Outcome | tuple[Outcome, Outcome]] = {
    "a_nodevice_cli_cli": (4, 3),
    "a_nodevice_cli_operator": Cause.PROTOCOL_UNSUPPORTED,
    "a_nodevice_fingerprint_cli": (4, 3),
    "a_nodevice_gateway-client_backend": (4, 3),
    "a_nodevice_gateway-client_cli": (4, 3),
    "a_nodevice_node-host_node": Cause.DEVICE_KEY_MISSING,
    "a_nodevice_openclaw-control-ui_ui": Cause.ORIGIN_REFUSED,
    "a_nodevice_openclaw-control-ui_webchat": Cause.ORIGIN_REFUSED,
    "a_nodevice_openclaw-linux_ui": (4, Cause.PROTOCOL_UNSUPPORTED),
    "a_nodevice_openclaw-manager_cli": Cause.PROTOCOL_UNSUPPORTED,
    "a_nodevice_openclaw-probe_probe": (4, 3),
    "a_nodevice_openclaw-tui_ui": Cause.DEVICE_KEY_MISSING,
    "a_nodevice_test_test": (4, 3),
    "a_nodevice_webchat_webchat": Cause.ORIGIN_REFUSED,
    "b1_v3_cli_shared_token": (4, 3),
    "b2_v3_again_shared_token": (4, 3),
    "b3_deviceToken_field": (4, 3),
    "b4_deviceToken_in_token_field": (4, 3),
    "b5_deviceToken_narrow": (4, 3),
    "b5b_deviceToken_empty_scopes": (4, 3),
    "b5c_deviceToken_no_scopes_field": (4, 3),
    "b6_wrong_deviceToken": Cause.DEVICE_REVOKED,
    "b6b_wrong_shared_good_deviceToken": (4, 3),
    "b7_deviceToken_without_device": Cause.TOKEN_MISSING,
    "b8_platform_changed": Cause.PAIRING_REQUIRED,
    "b9_other_client_id": (4, 3),
    "b10_v2_readonly": (4, 3),
    "b11_deviceToken_scope_upgrade": (Cause.SCOPE_MISSING, Cause.DEVICE_REVOKED),
    "b12_shared_scope_upgrade": (4, Cause.PAIRING_REQUIRED),
    "b13_backend_with_device": (Cause.PROTOCOL_UNSUPPORTED, 3),  # a hello without a token
    "b14_probe_with_device": (4, 3),
    "b15_gatewayclient_cli_with_device": (4, 3),
    "c1_rsa_spki_der_b64url": Cause.DEVICE_KEY_REFUSED,
    "c2_rsa_pem": (Cause.DEVICE_KEY_REFUSED, 3),
    "c3_ed25519_pem_pubkey": (4, 3),
    "c4_ed25519_std_base64": (4, 3),
    "c5_wrong_device_id": Cause.DEVICE_KEY_REFUSED,
    "c6_bad_signature": Cause.DEVICE_KEY_REFUSED,
    "c7_stale_signedAt": Cause.DEVICE_KEY_REFUSED,
    "d1_wrong_token_nodevice": Cause.TOKEN_MISMATCH,
    "d2_wrong_token_device": Cause.TOKEN_MISMATCH,
    "d3_token_in_password_field": (4, Cause.TOKEN_MISSING),
    "e1_missing_token_nodevice": Cause.TOKEN_MISSING,
    "e2_missing_token_device": Cause.TOKEN_MISSING,
    "f1_wrong_nonce": Cause.DEVICE_KEY_REFUSED,
    "f2_empty_nonce": Cause.PROTOCOL_UNSUPPORTED,
    "f3_nonce_field_missing": Cause.PROTOCOL_UNSUPPORTED,
    "g_proto_1_4": (4, 3),
    "g_proto_3_3": (Cause.PROTOCOL_UNSUPPORTED, 3),
    "g_proto_3_3_cli_probe": (4, 3),
    "g_proto_3_3_probe": (4, 3),
    "g_proto_3_99": (4, 3),
    "g_proto_4_4": (4, Cause.PROTOCOL_UNSUPPORTED),
    "g_proto_5_6": Cause.PROTOCOL_UNSUPPORTED,
    "g_proto_99_99": Cause.PROTOCOL_UNSUPPORTED,
    "h1_bearer_header_only": Cause.TOKEN_MISSING,
    "h2_bad_bearer_header_good_token": (4, 3),
    "h3_origin_same": (4, 3),
    "h4_origin_evil": Cause.ORIGIN_REFUSED,
    "h5_other_path": (4, 3),
    "h6_scope_cap_header": (4, 3),
}

# Recorded with the client id and mode that ours has, and without a lie in the device block.
AS_WE_WOULD = (
    "b1_v3_cli_shared_token",
    "b2_v3_again_shared_token",
    "b3_deviceToken_field",
    "b4_deviceToken_in_token_field",
    "b5_deviceToken_narrow",
    "b5b_deviceToken_empty_scopes",
    "b6_wrong_deviceToken",
    "b8_platform_changed",
    "b11_deviceToken_scope_upgrade",
    "b12_shared_scope_upgrade",
    "d2_wrong_token_device",
    "e2_missing_token_device",
)

REMOTE_PAIRING: dict[str, Outcome] = {
    "remote cli no device": 4,
    "remote backend no device": 4,
    "remote cli device first": Cause.PAIRING_REQUIRED,
    "remote cli device second": Cause.PAIRING_REQUIRED,
    "remote after approve (shared token)": 4,
    "remote after approve (device token)": 4,
    "remote scope upgrade": Cause.PAIRING_REQUIRED,
    "old device token after rotate": Cause.DEVICE_REVOKED,
    "shared token after rotate": 4,
    "device token after revoke": Cause.DEVICE_REVOKED,
    "device token after remove": Cause.DEVICE_REVOKED,
}


class Recording:
    """One conversation: what the gateway sent, and what it was shown."""

    def __init__(self, log: Iterable[Frame], signed_payload: str | None = None) -> None:
        entries = list(log)
        self.received: list[Frame] = [entry["frame"] for entry in entries if entry["dir"] == "<"]
        self.connect: Frame = next(entry["frame"] for entry in entries if entry["dir"] == ">")
        self.params: Frame = self.connect["params"]
        self.signed_payload = signed_payload
        self.signed: list[str] = []

    @classmethod
    def of_handshake(cls, version: str, name: str) -> "Recording":
        path = RECORDED / version / "handshake" / f"handshake_{name}.json"
        recorded = json.loads(path.read_text())
        return cls(recorded["log"], recorded.get("signed_payload"))

    @property
    def answer(self) -> Frame:
        return next(frame for frame in self.received if frame.get("id") == self.connect["id"])

    @property
    def identity(self) -> Identity:
        auth = self.params.get("auth", {})
        return Identity(
            token=auth.get("token"),
            device_token=auth.get("deviceToken"),
            device=self.device if "device" in self.params else None,
            scopes=tuple(self.params.get("scopes", ())),
        )

    @property
    def device(self) -> ShownDevice:
        def sign(message: bytes) -> bytes:
            self.signed.append(message.decode())
            return decoded(self.params["device"]["signature"])

        shown = self.params["device"]
        platform = self.params["client"]["platform"]
        return ShownDevice(shown["id"], shown["publicKey"], platform, sign)

    def replay(self) -> tuple[ChallengedConversation, Hello | Failure]:
        """Hold the conversation again, with the ids of our own requests in the answers."""
        talk = Opening(self.identity, None, CLIENT).hear(json.dumps(self.received[0]))
        ours = json.loads(talk.introduce())["id"]
        for frame in self.received[1:]:
            answer = frame | ({"id": ours} if frame.get("id") == self.connect["id"] else {})
            try:
                hello = talk.hear(json.dumps(answer))
            except Failure as failure:
                return talk, failure
            if hello is not None:
                return talk, hello
        pytest.fail("the recording has no answer")


def decoded(text: str) -> bytes:
    """Read base64 in either alphabet, padded or not."""
    text = text.rstrip("=").replace("+", "-").replace("/", "_")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check(heard: Hello | Failure, expected: Outcome, recording: Recording) -> None:
    if isinstance(expected, Cause):
        assert isinstance(heard, Failure)
        assert heard.cause is expected
        return
    assert isinstance(heard, Hello)
    assert heard.protocol == expected
    payload = recording.answer["payload"]
    auth = payload.get("auth", {})
    shown = recording.params.get("device")
    assert heard.version == payload["server"]["version"]
    assert heard.scopes == tuple(auth.get("scopes", ()))
    assert heard.device_token == auth.get("deviceToken")
    assert heard.device_id == (shown["id"] if shown else None)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OUTCOMES)
def test_a_recorded_handshake_comes_to_its_outcome(version: str, name: str) -> None:
    expected = OUTCOMES[name]
    if isinstance(expected, tuple):
        expected = expected[VERSIONS.index(version)]
    recording = Recording.of_handshake(version, name)
    _, heard = recording.replay()
    check(heard, expected, recording)


def test_every_recorded_handshake_is_in_the_table() -> None:
    for version in VERSIONS:
        recordings = (RECORDED / version / "handshake").glob("*.json")
        names = {path.stem.removeprefix("handshake_") for path in recordings}
        assert names == set(OUTCOMES)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", AS_WE_WOULD)
def test_our_own_connect_signs_the_very_text_that_was_accepted(version: str, name: str) -> None:
    recording = Recording.of_handshake(version, name)
    recording.replay()
    assert recording.signed == [recording.signed_payload]


def signed_recordings() -> list[tuple[str, str]]:
    """List those whose signature was made with an Ed25519 key, which is all but the RSA ones."""
    return [
        (version, name)
        for version in VERSIONS
        for name in OUTCOMES
        if Recording.of_handshake(version, name).signed_payload
    ]


def public_key(text: str) -> Ed25519PublicKey:
    if text.startswith("-----"):
        key = load_pem_public_key(text.encode())
        assert isinstance(key, Ed25519PublicKey)
        return key
    return Ed25519PublicKey.from_public_bytes(decoded(text))


@pytest.mark.parametrize(("version", "name"), signed_recordings())
def test_a_recorded_signature_verifies_against_what_we_would_sign(version: str, name: str) -> None:
    """For the same parameters; those that lie about the device are told from their challenge."""
    recording = Recording.of_handshake(version, name)
    shown, challenge = recording.params["device"], recording.received[0]["payload"]
    key = public_key(shown["publicKey"])
    signed: list[str] = []

    def sign(message: bytes) -> bytes:
        signed.append(message.decode())
        return b""

    platform = recording.params["client"]["platform"]
    device = ShownDevice.with_key(key.public_bytes_raw(), platform, sign)
    prove(device, recording.params, shown.get("nonce", challenge["nonce"]), shown["signedAt"])
    [text] = signed
    if name == "b10_v2_readonly":
        text = second_form(text)
    assert text == recording.signed_payload
    if name == "c6_bad_signature":
        with pytest.raises(InvalidSignature):
            key.verify(decoded(shown["signature"]), text.encode())
    else:
        key.verify(decoded(shown["signature"]), text.encode())
    honest_id = device.id if name != "c5_wrong_device_id" else "0" * 64
    assert shown["id"] == honest_id


def second_form(third: str) -> str:
    """Turn into the older form, which has neither platform nor device family."""
    return "|".join(["v2", *third.split("|")[1:-2]])


def test_most_recordings_with_a_device_are_signed() -> None:
    """So that the test above cannot pass for want of anything to verify."""
    assert len(signed_recordings()) == 54


@pytest.mark.parametrize("moment", REMOTE_PAIRING)
def test_a_recorded_remote_pairing_goes_as_it_went(moment: str) -> None:
    """Asked for, asked for again, approved, widened, rotated, revoked, removed."""
    steps = json.loads((RECORDED / "2026.9.6" / "remote_pairing.json").read_text())
    recording = Recording(steps[moment]["log"])
    _, heard = recording.replay()
    check(heard, REMOTE_PAIRING[moment], recording)


def test_every_step_of_the_recorded_remote_pairing_is_in_the_table() -> None:
    steps = json.loads((RECORDED / "2026.9.6" / "remote_pairing.json").read_text())
    assert {name for name, step in steps.items() if "log" in step} == set(REMOTE_PAIRING)


def test_asking_again_for_a_pairing_finds_the_same_request() -> None:
    steps = json.loads((RECORDED / "2026.9.6" / "remote_pairing.json").read_text())
    found = [
        Recording(steps[moment]["log"]).replay()[1]
        for moment in ("remote cli device first", "remote cli device second")
    ]
    request_ids = {failure.request_id for failure in found if isinstance(failure, Failure)}
    assert request_ids == {steps["approve"]["payload"]["requestId"]}


def test_a_recorded_start_says_when_to_try_again_and_then_lets_us_in() -> None:
    refused, starting, ready = json.loads((RECORDED / "2026.9.6" / "slow_start.json").read_text())
    assert "ConnectionRefusedError" in refused[1]
    _, heard = Recording(starting[2]).replay()
    assert isinstance(heard, Failure)
    assert (heard.cause, heard.retry_after_ms) == (Cause.GATEWAY_STARTING, 500)
    _, heard = Recording(ready[2]).replay()
    assert isinstance(heard, Hello)


def test_a_recorded_lockout_is_one() -> None:
    log = json.loads((RECORDED / "2026.9.6" / "ratelimited.json").read_text())
    _, heard = Recording(log).replay()
    assert isinstance(heard, Failure)
    assert heard.cause is Cause.RATE_LIMITED


def test_nothing_of_a_recorded_shutdown_is_taken_for_an_answer() -> None:
    talk, _ = Recording.of_handshake("2026.9.6", "a_nodevice_cli_cli").replay()
    talk.ask_health()
    for entry in json.loads((RECORDED / "2026.9.6" / "shutdown.json").read_text()):
        assert talk.hear_health(json.dumps(entry["frame"])) is None


def welcomed(version: str) -> OpenClawConversation:
    """Be a device that may read."""
    talk, heard = Recording.of_handshake(version, "b1_v3_cli_shared_token").replay()
    assert isinstance(talk, OpenClawConversation)
    assert isinstance(heard, Hello)
    return talk


def answer_to(question: str | None, version: str, method: str) -> str:
    assert question is not None
    asked = json.loads(question)
    recorded = json.loads((RECORDED / version / "rpc" / f"{method}.json").read_text())
    assert {name: asked[name] for name in ("method", "params")} == recorded["request"]
    return json.dumps(recorded["response"] | {"id": asked["id"]})


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_gateway_says_how_it_is_and_who(version: str) -> None:
    talk = welcomed(version)
    question = talk.ask_health()
    assert talk.hear_health(answer_to(question, version, "health")) == Health()
    answer = answer_to(talk.ask_who(), version, "gateway.identity.get")
    gateway_id = json.loads(answer)["payload"]["deviceId"]
    assert talk.hear_who(answer) == SelfDescription(gateway_id)
