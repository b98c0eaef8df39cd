"""One entry of another tool's file: what may be believed of it, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from openclaw_manager.application.credentials import Admitted, CredentialDesk, GivenCredentials
from openclaw_manager.application.ports.certificates import Authorities
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Status
from openclaw_manager.domain.errors import InvalidEntry, InvalidInput, InvalidTag
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.past import Past
from openclaw_manager.domain.secret import CredentialChanges
from openclaw_manager.domain.tag import Tag
from openclaw_manager.domain.text import is_printable
from openclaw_manager.domain.trust import TlsFingerprint, Trust

_STATUSES = {
    "online": Status.REACHABLE,
    "connected": Status.REACHABLE,
    "reachable": Status.REACHABLE,
    "unreachable": Status.UNREACHABLE,
    "registered": Status.REGISTERED,
}
_NOTHING = (None, "")
_TOKEN = ("token",)
_KEYS = ("devicePrivateKey", "devicePublicKey")
_LONGEST = 200  # characters of what is shown on one line
_SLOWEST = 1e9  # milliseconds


@dataclass(frozen=True, slots=True)
class LeftOff:
    """What stands under a key, without which an instance is adopted, and why."""

    key: str
    reason: str
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Adoptable:
    """An instance as another tool has it, without what our rules refuse of it.

    ``place`` counts the entries of the file from 1.
    """

    place: int
    id: UUID
    name: InstanceName
    url: GatewayUrl
    tags: tuple[Tag, ...]
    trust: Trust
    past: Past
    credentials: Admitted = field(repr=False)
    left_off: tuple[LeftOff, ...]


class _Credentials(NamedTuple):
    admitted: Admitted
    left_off: list[LeftOff]


class EntryReader:
    """Reads the entries that are instances, by the rules that hold for those given by hand."""

    def __init__(self, desk: CredentialDesk, authorities: Authorities) -> None:
        self._desk = desk
        self._authorities = authorities

    def read(self, place: int, entry: Mapping[str, Any], now: datetime) -> Adoptable:
        """Read an instance; ``now`` stands in where the entry does not say when it was made.

        Raises ``InvalidInput`` if it cannot be one of ours. What it can do without is left off
        instead. A pin is not: with less to go by, another gateway would be taken for this one.
        """
        fields = entry["fields"]
        instance_id = _id_in(entry)
        name = InstanceName(_text_in(entry, "title"))
        url = GatewayUrl(_text_in(fields, "url"))
        trust = self._trust(fields)
        reading = _Reading(entry, fields)
        credentials = self._credentials(instance_id, fields)
        tags, past = reading.tags(), reading.past(now)
        return Adoptable(
            place=place,
            id=instance_id,
            name=name,
            url=url,
            tags=tags,
            trust=trust,
            past=past,
            credentials=credentials.admitted,
            left_off=(*credentials.left_off, *reading.left_off),
        )

    def _trust(self, fields: Mapping[str, Any]) -> Trust:
        authorities = fields.get("tlsAuthorities")
        fingerprint = fields.get("tlsFingerprint")
        return Trust(
            None if authorities is None else self._authorities.admit(str(authorities)),
            None if fingerprint is None else TlsFingerprint(str(fingerprint)),
        )

    def _credentials(self, instance_id: UUID, fields: Mapping[str, Any]) -> _Credentials:
        """Admit the token and the key, each for itself: one may be refused and the other not."""
        changes = CredentialChanges()
        secrets: dict[str, str] = {}
        left_off: list[LeftOff] = []
        for keys, given_in in ((_TOKEN, _token_in), (_KEYS, _key_in)):
            try:
                admitted = self._desk.admit(instance_id, given_in(fields))
            except InvalidInput as refused:
                present = {key: fields[key] for key in keys if fields.get(key) not in _NOTHING}
                left_off += [LeftOff(key, str(refused), it) for key, it in present.items()]
            else:
                changes |= admitted.changes
                secrets |= admitted.secrets
        return _Credentials(Admitted(changes, secrets), left_off)


class _Reading:
    """Reads what an instance can do without, and notes what of it was refused."""

    def __init__(self, entry: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
        self._entry = entry
        self._fields = fields
        self.left_off: list[LeftOff] = []

    def tags(self) -> tuple[Tag, ...]:
        """Read the tags, which some tools write as null."""
        written = self._entry.get("tags") or []
        if not isinstance(written, list):
            self._leave_off("tags", "is no list", written)
            return ()
        return tuple(tag for text in written if (tag := self._tag(text)) is not None)

    def _tag(self, text: Any) -> Tag | None:
        try:
            return Tag(text)
        except InvalidTag as refused:
            self._leave_off("tags", str(refused), text)
        except TypeError:
            self._leave_off("tags", "is no text", text)
        return None

    def past(self, now: datetime) -> Past:
        """Read what the tool says of the instance up to now."""
        created_at = self._moment(self._entry, "createdAt") or now
        updated_at = self._moment(self._entry, "updatedAt") or created_at
        removed_at = self._moment(self._entry, "deletedAt")
        if self._entry.get("deletedAt"):
            removed_at = removed_at or updated_at
        return Past(
            created_at=created_at,
            updated_at=updated_at,
            removed_at=removed_at,
            status=self._status(),
            last_ping_at=self._moment(self._fields, "lastPingAt"),
            last_ping_latency_ms=self._latency(),
            version=self._line("version"),
            device_id=self._line("deviceId"),
        )

    def _moment(self, place: Mapping[str, Any], key: str) -> datetime | None:
        """Read a time in any ISO form; one without a zone is in UTC."""
        written = place.get(key) or None
        if written is None:
            return None
        try:
            moment = datetime.fromisoformat(written)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            self._leave_off(key, "is no time", written)
            return None

    def _status(self) -> Status:
        written = self._fields.get("status")
        known = _STATUSES.get(written) if isinstance(written, str) else None
        if known is None and written:
            self._leave_off("status", "is none that is known", written)
        return known or Status.REGISTERED

    def _latency(self) -> float | None:
        written = self._fields.get("lastPingLatencyMs")
        if written is None:
            return None
        is_number = isinstance(written, int | float) and not isinstance(written, bool)
        if not (is_number and 0 <= written < _SLOWEST):
            self._leave_off("lastPingLatencyMs", "is no number of milliseconds", written)
            return None
        return float(written)

    def _line(self, key: str) -> str | None:
        written = self._fields.get(key) or None
        if written is None:
            return None
        if not isinstance(written, str) or len(written) > _LONGEST or not is_printable(written):
            self._leave_off(key, "is no short line of text", written)
            return None
        return written

    def _leave_off(self, key: str, reason: str, value: Any) -> None:
        self.left_off.append(LeftOff(key, reason, value))


def _id_in(entry: Mapping[str, Any]) -> UUID:
    """Read the id, in the one form in which it can be written back."""
    written = _text_in(entry, "id")
    try:
        instance_id = UUID(written)
    except ValueError:
        raise InvalidEntry("id", "is no UUID") from None
    if instance_id.version != 4 or str(instance_id) != written:  # noqa: PLR2004 - the random kind
        raise InvalidEntry("id", "is no random UUID in lower case, as these tools draw them")
    return instance_id


def _text_in(place: Mapping[str, Any], key: str) -> str:
    value = place.get(key)
    if not isinstance(value, str):
        raise InvalidEntry(key, "is missing" if value is None else "is no text")
    return value


def _token_in(fields: Mapping[str, Any]) -> GivenCredentials:
    return GivenCredentials(token=_text_or_none(fields, "token"))


def _key_in(fields: Mapping[str, Any]) -> GivenCredentials:
    return GivenCredentials(
        private_key=_text_or_none(fields, "devicePrivateKey"),
        public_key=_text_or_none(fields, "devicePublicKey"),
    )


def _text_or_none(fields: Mapping[str, Any], key: str) -> str | None:
    """Read a text; some tools write an empty one, or null, where there is none."""
    return None if fields.get(key) in _NOTHING else _text_in(fields, key)
