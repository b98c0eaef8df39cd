"""The folder in which everything of one manager lies."""

from pathlib import Path

from openclaw_manager.domain.errors import StoreUnavailable
from openclaw_manager.entrypoints.composition.reading import refuse_lost_log


class Home:
    """A folder for its owner alone, made when something is first written into it."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def place(self, name: str) -> Path:
        """Make sure of the folder, and tell where a file lies in it."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                self._path, f"cannot be made a folder: {error.strerror}"
            ) from error
        return self._path / name

    def place_of_log(self, name: str) -> Path:
        """Tell where the log lies, and refuse to begin a new one where an old one was lost."""
        refuse_lost_log(str(self._path))
        return self.place(name)
