"""The home as a folder and files: whose they are, and who else may read them."""

import os
import shutil
import stat
from collections.abc import Iterator

from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.errors import StoreUnavailable

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_FOR_OTHERS = 0o077
# Drafts have a dot before these names, and lock files, journals and damaged ones something after.
_OURS = ("events.db", "data.json", "secrets.db", "store.key", "watch.lock")
_MB = 1_000_000
_LITTLE, _TOO_LITTLE = 100 * _MB, 10 * _MB


class HomeFiles:
    """Examines the folder and the files in it, and sets the modes that they should have."""

    ids = (
        CheckId.HOME_FOLDER,
        CheckId.HOME_OWNER,
        CheckId.HOME_MODE,
        CheckId.FILE_MODES,
        CheckId.DISK_SPACE,
    )
    needs: frozenset[CheckId] = frozenset()

    def __init__(self, home: str) -> None:
        self._home = home

    def examine(self) -> Iterator[Check]:
        """Look at the folder first; without one there is nothing else to look at."""
        folder = self._folder()
        yield folder
        if folder.verdict is not Verdict.OK:
            return
        status = os.stat(self._home)
        yield self._owner(status)
        yield _mode(status)
        yield self._file_modes()
        yield self._disk_space()

    def tighten(self) -> list[str]:
        """Set the modes, that of the folder first: then nobody else can swap a file."""
        done = []
        mode = stat.S_IMODE(os.stat(self._home).st_mode)
        if mode & _FOR_OTHERS:
            os.chmod(self._home, mode & ~_FOR_OTHERS)
            done.append(f"took {self._home} from others (mode {mode:04o})")
        for name, wrong in self._wrong_modes():
            os.chmod(os.path.join(self._home, name), _FILE_MODE)
            done.append(f"gave {name} the mode {_FILE_MODE:04o}, in place of {wrong:04o}")
        return done

    def _folder(self) -> Check:
        if not os.path.lexists(self._home):
            nothing = f"{self._home} is not there: the first instance that is registered makes it"
            return Check(CheckId.HOME_FOLDER, Verdict.WARNING, nothing)
        if not os.path.isdir(self._home):
            raise StoreUnavailable(self._home, "is not a folder")
        if not os.access(self._home, os.R_OK | os.W_OK | os.X_OK):
            raise StoreUnavailable(self._home, "may not be read and written by this user")
        return Check(CheckId.HOME_FOLDER, Verdict.OK, self._home)

    def _owner(self, status: os.stat_result) -> Check:
        if status.st_uid != os.geteuid():
            stranger = f"{self._home} belongs to user {status.st_uid}, and this is {os.geteuid()}"
            return Check(CheckId.HOME_OWNER, Verdict.WARNING, stranger)
        return Check(CheckId.HOME_OWNER, Verdict.OK, "it is ours")

    def _file_modes(self) -> Check:
        wrong = [f"{name} ({mode:04o})" for name, mode in self._wrong_modes()]
        if wrong:
            message = f"not for their owner alone (0600): {', '.join(wrong)}"
            return Check(CheckId.FILE_MODES, Verdict.FAILED, message)
        return Check(CheckId.FILE_MODES, Verdict.OK, "all 0600")

    def _disk_space(self) -> Check:
        free = shutil.disk_usage(self._home).free
        verdict = Verdict.OK if free >= _LITTLE else Verdict.WARNING
        if free < _TOO_LITTLE:
            verdict = Verdict.FAILED
        return Check(CheckId.DISK_SPACE, verdict, f"{free // _MB:,} MB are free")

    def _wrong_modes(self) -> Iterator[tuple[str, int]]:
        """Name our files that have another mode than they should; links are not ours."""
        with os.scandir(self._home) as entries:
            files = sorted(
                (entry.name, entry.stat(follow_symlinks=False))
                for entry in entries
                if entry.name.removeprefix(".").startswith(_OURS)
            )
        for name, status in files:
            mode = stat.S_IMODE(status.st_mode)
            if stat.S_ISREG(status.st_mode) and mode != _FILE_MODE:
                yield name, mode


def _mode(status: os.stat_result) -> Check:
    mode = stat.S_IMODE(status.st_mode)
    if mode & _FOR_OTHERS:
        message = f"is {mode:04o}, and others have no business in it ({_FOLDER_MODE:04o})"
        return Check(CheckId.HOME_MODE, Verdict.WARNING, message)
    return Check(CheckId.HOME_MODE, Verdict.OK, f"{mode:04o}")
