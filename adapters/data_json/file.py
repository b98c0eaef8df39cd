"""The file itself: locked while it is changed, and replaced whole or not at all."""

import errno
import logging
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from openclaw_manager.adapters.data_json.document import DamagedDocument, Document
from openclaw_manager.adapters.data_json.lock import locked
from openclaw_manager.application.ports.view import Minion, Relation, Written
from openclaw_manager.domain.errors import StoreError, StoreFull, StoreLocked, StoreUnavailable
from openclaw_manager.domain.stamp import Stamp

_log = logging.getLogger("openclaw_manager")
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DataJson:
    """``data.json``, the view of the log that other tools read and write as well."""

    def __init__(self, path: Path, *, lock_timeout: float) -> None:
        self._path = path
        self._lock = path.with_name(f"{path.name}.lock")
        self._lock_timeout = lock_timeout
        self._remembered: tuple[tuple[int, ...], Document] | None = None

    @contextmanager
    def edit(self) -> Iterator["DataJsonEdit"]:
        """Hold the lock; see ``View``."""
        with ExitStack() as held:
            try:
                held.enter_context(locked(self._lock, timeout=self._lock_timeout))
            except TimeoutError as error:
                problem = f"another process held it for longer than {self._lock_timeout:g} s"
                raise StoreLocked(self._lock, problem) from error
            except OSError as error:
                raise _store_error(self._lock, error, "locked") from error
            yield DataJsonEdit(self, self._read())

    def _read(self) -> Document:
        """Read the file, unless it is still as this process left it.

        What is remembered is forgotten here, and known again once it is written: a change that
        did not get that far, for whatever reason, is not mistaken for the file.
        """
        remembered, self._remembered = self._remembered, None
        try:
            if remembered and remembered[0] == _identity(os.stat(self._path)):
                return remembered[1]
            data = self._path.read_bytes()
        except FileNotFoundError:
            return Document()
        except OSError as error:
            raise _store_error(self._path, error, "read") from error
        try:
            return Document.parse(data)
        except DamagedDocument as damage:
            self.keep_aside(str(damage))
            return Document()

    def keep_aside(self, problem: str) -> None:
        """Give the file a second name, under which it outlives its replacement.

        The name follows from the file, so one that could not be replaced gets no third name.
        """
        status = self._path.stat()
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(status.st_mtime))
        aside = self._path.with_name(f"{self._path.name}.damaged-{moment}-{status.st_ino}")
        try:
            with suppress(FileExistsError):
                os.link(self._path, aside)
            aside.chmod(0o600)  # another tool may have written it, secrets and all, for everybody
        except OSError as error:
            raise _store_error(aside, error, "written") from error
        _log.warning(
            "%s %s: it was kept as %s and made anew from the log", self._path, problem, aside.name
        )

    def write(self, document: Document, stamp: Stamp) -> None:
        """Replace the file, so that readers see the old one or the new one and nothing between."""
        draft = self._path.with_name(f".{self._path.name}.new")
        try:
            data = document.text(stamp).encode()
            _write_durably(draft, data)
            os.replace(draft, self._path)
            _sync_folder(self._path.parent)
            self._remembered = _identity(os.stat(self._path)), document
        except OSError as error:
            with suppress(OSError):
                os.unlink(draft)
            raise _store_error(self._path, error, "written") from error


class DataJsonEdit:
    """The file while its lock is held; see ``ViewEdit``."""

    def __init__(self, file: DataJson, document: Document) -> None:
        self._file = file
        self._document = document

    @property
    def stamp(self) -> Stamp | None:
        """What the file was made from."""
        return self._document.stamp

    def keep_aside(self, problem: str) -> None:
        """Keep the file as it is under another name."""
        self._file.keep_aside(problem)

    def belonging_to(self, instance_ids: Collection[str]) -> set[str]:
        """Tell the ids of the entries that say they belong to these instances."""
        return self._document.belonging_to(instance_ids)

    def save(
        self,
        minions: Sequence[Minion],
        stamp: Stamp,
        *,
        relations: Sequence[Relation] = (),
        gone: Collection[str] = (),
    ) -> None:
        """Put entries and relations in, take out what is gone, and replace the file."""
        for minion in minions:
            self._document.put(minion)
        for relation in relations:
            self._document.relate(relation)
        if gone:
            self._document.take_out(gone)
        self._file.write(self._document, stamp)

    def carry_over(self, entries: Sequence[Written], relations: Sequence[Written]) -> None:
        """Take in what others wrote elsewhere, and replace the file if it was not here yet."""
        if self._document.carry_over(entries, relations) and self.stamp is not None:
            self._file.write(self._document, self.stamp)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    """Tell this file from any later one that has its name: every change makes a new one."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _write_durably(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(path, flags, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _store_error(place: Path, error: OSError, done: str) -> StoreError:
    if error.errno in _NO_SPACE:
        return StoreFull(place, "there is no space left for it")
    return StoreUnavailable(place, f"cannot be {done}: {error.strerror}")
