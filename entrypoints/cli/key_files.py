"""Keys as files: written whole, for their owner alone, and never over another by accident."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from openclaw_manager.domain.errors import InvalidInput, OpenClawManagerError


class KeyFileExists(InvalidInput):
    """A file already has the name that a new key should get."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} exists already; it was left as it is"


class KeyFileNotWritten(OpenClawManagerError):
    """A key could not be written to where it should go."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.problem}"


def write_key_files(texts: Mapping[Path, str], *, force: bool) -> None:
    """Write a file for each text, all of them or none.

    Raises ``KeyFileExists`` unless ``force`` is given, and ``KeyFileNotWritten``.
    """
    if force:
        _replace_both(texts)
    else:
        _create_both(texts)


def _create_both(texts: Mapping[Path, str]) -> None:
    """Write two new files, or none if one of the names is taken."""
    created: list[Path] = []
    try:
        for path, text in texts.items():
            with _speaking_of(path):
                _create(path, text)
            created.append(path)
    except BaseException:
        for path in created:
            path.unlink()
        raise


def _replace_both(texts: Mapping[Path, str]) -> None:
    """Write two files in full before either takes the place of an older one."""
    drafts = {path: path.with_name(f".{uuid4().hex}") for path in texts}
    try:
        for path, draft in drafts.items():
            with _speaking_of(path):
                # Found out after the first was replaced, it would be too late.
                if stat.S_ISDIR(_mode(path)):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                _create(draft, texts[path])
        for path, draft in drafts.items():
            with _speaking_of(path):
                draft.replace(path)
                _sync_folder(path.parent)
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink()


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0


def _create(path: Path, text: str) -> None:
    """Write a new file durably, for its owner alone, or leave none behind."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
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
        raise KeyFileExists(path) from error
    except OSError as error:
        raise KeyFileNotWritten(path, error.strerror or type(error).__name__) from error
