"""Telling the dialects apart, between the upgrade and the first frame."""

from openclaw_manager.adapters.gateway import challenge, openclaw
from openclaw_manager.adapters.gateway.bearer import BearerConversation
from openclaw_manager.adapters.gateway.conversation import ChallengedConversation
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import Message, decode, object_in
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect

_GRACE = 0.25
_GRACE_WHERE_REQUIRED = 2.0


class Opening:
    """What can be made of a gateway that has accepted the upgrade.

    Gateways that challenge do so at once, so the challenge normally overtakes the pong to a
    ping that was sent right after the upgrade, and a pong without a challenge means plain
    bearer. Not so for an instance with a device key, or one that used to be challenged: an
    impostor that never challenges must not look healthy.
    """

    def __init__(self, identity: Identity, last_spoken: Dialect | None, client: Client) -> None:
        self._identity = identity
        self._last_spoken = last_spoken
        self._client = client

    @property
    def grace(self) -> float:
        """How many seconds to wait for the first frame, counted from the pong."""
        if self.challenge_required:
            return _GRACE_WHERE_REQUIRED
        return 0.0 if self._last_spoken is Dialect.BEARER else _GRACE

    def hear(self, message: Message) -> ChallengedConversation:
        """Take the first frame, which decides."""
        frame = decode(message)
        kind = frame.get("type")
        if kind == challenge.CHALLENGE:
            self._check_pairing("the challenge dialect")
            return challenge.ChallengeConversation(message, self._identity)
        if kind == "event" and frame.get("event") == openclaw.CHALLENGE:
            return openclaw.OpenClawConversation(frame, self._identity, self._client)
        if kind == challenge.HELLO_ERROR:
            raise challenge.hello_refused(frame, self._identity)
        if challenge.HELLO_OK in (kind, object_in(frame, "payload").get("type")):
            raise Failure(Cause.CHALLENGE_MISSING, "a hello without a challenge before it")
        raise Failure(Cause.NOT_A_GATEWAY, "its first frame is of no dialect that we know")

    def silence(self) -> BearerConversation:
        """Conclude from a pong and no frame."""
        self._check_pairing("plain bearer authentication")
        if self.challenge_required:
            raise Failure(Cause.CHALLENGE_MISSING, "it answers, and never sent a challenge")
        return BearerConversation()

    def _check_pairing(self, spoken: str) -> None:
        if self._identity.pairing:
            raise Failure(Cause.PAIRING_UNSUPPORTED, f"it speaks {spoken}")

    @property
    def challenge_required(self) -> bool:
        """Whether a gateway that does not challenge is none that we may talk to."""
        has_key = self._identity.sign is not None or self._identity.device is not None
        return has_key or self._last_spoken in (Dialect.CHALLENGE, Dialect.OPENCLAW)
