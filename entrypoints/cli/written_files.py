"""Files that commands write: whole, for their owner alone, never over another by accident."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from openclaw_manager.domain.errors import InvalidInput, OpenClawManagerError


class FileExists(InvalidInput):
    """A file already has the name that a new one should get."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} exists already; it was left as it is"


class FileNotWritten(OpenClawManagerError):
    """A file could not be written to where it should go."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.problem}"


def write_files(
    texts: Mapping[Path, str | Iterable[str]], *, force: bool, mode: int = 0o600
) -> None:
    """Write a file for each text, given whole or in parts: all of them or none.

    With ``force`` they take the place of files that exist. They get this ``mode``, whatever
    the umask. Raises ``FileExists`` and ``FileNotWritten``.
    """
    drafts = {path: path.with_name(f".{uuid4().hex}") for path in texts}
    placed: list[Path] = []
    try:
        for path, draft in drafts.items():
            with _speaking_of(path):
                # Found out after the first was put in its place, it would be too late.
                _refuse_to_replace(path, force=force)
                _create(draft, texts[path], mode)
        for path, draft in drafts.items():
            with _speaking_of(path):
                _put(draft, path, force=force)
                placed.append(path)
                _sync_folder(path.parent)
    except BaseException:
        for path in () if force else placed:
            path.unlink()
        raise
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink()


def _refuse_to_replace(path: Path, *, force: bool) -> None:
    """Refuse what exists, and even when forced what is no file, such as ``/dev/null``."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not force:
        raise FileExistsError
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise FileNotWritten(path, "it is no regular file")


def _put(draft: Path, path: Path, *, force: bool) -> None:
    """Give a draft its name at a stroke; a name that was taken meanwhile is refused too."""
    if force:
        draft.replace(path)
        return
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # some file systems know no links
        _refuse_to_replace(path, force=False)
        draft.replace(path)


def _create(path: Path, text: str | Iterable[str], mode: int) -> None:
    """Write a new file durably, for its owner alone until it is whole, or leave none behind."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines([text] if isinstance(text, str) else text)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        _sync_folder(path.parent)
    except BaseException:
        path.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _speaking_of(path: Path) -> Iterator[None]:
    """Say in our words why a file cannot be written."""
    try:
        yield
    except FileExistsError as error:
        raise FileExists(path) from error
    except OSError as error:
        raise FileNotWritten(path, error.strerror or type(error).__name__) from error
