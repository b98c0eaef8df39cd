"""The view's file, read whole and left alone."""

from openclaw_manager.adapters.data_json.document import DamagedDocument, read
from openclaw_manager.application.ports.view_reading import ViewContent
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable


class DataJsonReading:
    """Reads ``data.json``; see ``ViewReading``."""

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self) -> ViewContent | None:
        """Read the file as it is now."""
        try:
            with open(self._path, "rb") as file:
                return ViewContent(*read(file.read()))
        except FileNotFoundError:
            return None
        except DamagedDocument as damage:
            raise StoreDamaged(self._path, str(damage)) from damage
        except OSError as error:
            raise StoreUnavailable(self._path, f"cannot be read: {error.strerror}") from error
