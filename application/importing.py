"""Importing an exported log into a home that has none."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from openclaw_manager.application.archive import Header, event_in, numbered, secrets_in
from openclaw_manager.application.event_log import fact_mapper
from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.application.ports.log_restoration import LogRestoration
from openclaw_manager.application.ports.sealing import Sealed, Sealing
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.proof.chain_check import fits
from openclaw_manager.application.proof.folding import Folding
from openclaw_manager.application.proof.names import disagreements
from openclaw_manager.domain.chain import beginning
from openclaw_manager.domain.errors import ArchiveRefused, SealRefused

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Imported:
    """What came: the id of the log, how many events, and how many secrets."""

    log: str
    events: int
    secrets: int


class Archive:
    """The lines of one archive, read once from the first to the last.

    Every method raises ``ArchiveRefused`` for what was not exported like this.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        """Read the header."""
        self._lines = numbered(iter(lines))
        number, first = next(self._lines, (1, ""))
        self.header = Header.of(first)
        self._last = number
        self._folding = Folding(fact_mapper())

    def events(self) -> Iterator[StoredRow]:
        """Read the events, each of which must follow from the one before it."""
        chain = beginning(self.header.log)
        for position in range(1, self.header.events + 1):
            number, line = self._next()
            row = event_in(line, number)
            if row.position != position or not fits(row, chain):
                raise ArchiveRefused(number, "is not the event that belongs there")
            self._fold(row, number)
            chain = row.chain
            yield row
        if chain != self.header.head:
            raise ArchiveRefused(self._last, "is not the last event that the first line names")
        self._refuse_disagreements()

    def secrets(self) -> Sealed | None:
        """Read what follows the events."""
        sealed = None
        if self.header.secrets:
            number, line = self._next()
            sealed = secrets_in(line, number)
        for number, _ in self._lines:
            raise ArchiveRefused(number, "is more than the first line says")
        return sealed

    def _next(self) -> tuple[int, str]:
        self._last, line = next(self._lines, (self._last, None))
        if line is None:
            raise ArchiveRefused(self._last, "is the last, and the first says that more follow")
        return self._last, line

    def _fold(self, row: StoredRow, number: int) -> None:
        """Refuse an event that does not make sense after those before it."""
        self._folding.take(row)
        for finding in self._folding.findings:
            raise ArchiveRefused(number, f"has an event that {finding.problem}")

    def _refuse_disagreements(self) -> None:
        """Refuse a log in which a name is not held by who bears it."""
        try:
            for finding in disagreements(self._folding):
                raise ArchiveRefused(self._last, f"ends a log that {finding.problem}")
        except (AttributeError, LookupError, TypeError) as error:
            raise ArchiveRefused(self._last, "ends a log with names that are none") from error


class Importing:
    """Brings a log back from its lines: the very events, positions and links, or nothing."""

    def __init__(self, restoration: LogRestoration, secrets: SecretStore, sealing: Sealing) -> None:
        self._restoration = restoration
        self._secrets = secrets
        self._sealing = sealing

    def take(self, archive: Archive, passphrase: str | None = None) -> Imported:
        """Import an archive; secrets that were sealed come along where there is a passphrase.

        Raises ``LogExists``, ``ArchiveRefused`` with the line, ``SealRefused``, a
        ``StoreError``; and then nothing has changed.
        """
        with self._restoration.draft(archive.header.log) as draft:
            events = archive.events()
            while batch := list(islice(events, _BATCH)):
                draft.append(batch)
            secrets = self._opened(archive, passphrase)
            self._keep(secrets)
            draft.place()
        return Imported(archive.header.log, archive.header.events, len(secrets))

    def _opened(self, archive: Archive, passphrase: str | None) -> Mapping[str, str]:
        sealed = archive.secrets()
        if sealed is None or passphrase is None:
            return {}
        plain = self._sealing.open(sealed, passphrase, archive.header.sealed_for)
        try:
            secrets = json.loads(plain)
        except ValueError as error:
            raise SealRefused from error
        return {str(ref): str(secret) for ref, secret in secrets.items()}

    def _keep(self, secrets: Mapping[str, str]) -> None:
        """Store those that are not here yet: where only the log was lost, the others are."""
        here = self._secrets.get(secrets)
        missing = {ref: secret for ref, secret in secrets.items() if ref not in here}
        if missing:
            self._secrets.put(missing)
