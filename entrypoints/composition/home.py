"""The folder in which everything of one manager lies."""

import logging
import stat
from pathlib import Path

from openclaw_manager.domain.errors import StoreUnavailable
from openclaw_manager.entrypoints.composition.files import refuse_lost_log

_FOR_OTHERS = 0o077
_log = logging.getLogger("openclaw_manager")


class Home:
    """A folder for its owner alone, made when something is first written into it."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def place(self, name: str) -> Path:
        """Make sure of the folder, and tell where a file lies in it."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = stat.S_IMODE(self._path.stat().st_mode)
            if mode & _FOR_OTHERS:
                self._path.chmod(mode & ~_FOR_OTHERS)
                _log.warning("%s was open to others (%03o), and is no longer", self._path, mode)
        except OSError as error:
            problem = f"cannot be made a folder for its owner alone: {error.strerror}"
            raise StoreUnavailable(self._path, problem) from error
        return self._path / name

    def place_of_log(self, name: str) -> Path:
        """Tell where the log lies, and refuse to begin a new one where an old one was lost."""
        refuse_lost_log(str(self._path))
        return self.place(name)


class UntouchedHome(Home):
    """The folder as it is, or is not: for a checkup, which changes nothing."""

    def place(self, name: str) -> Path:
        """Tell where a file lies in it."""
        return self._path / name
