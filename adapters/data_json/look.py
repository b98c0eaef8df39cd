"""A look at the view that takes no lock and changes nothing."""

from typing import Any

from openclaw_manager.adapters.data_json.document import DamagedDocument, read
from openclaw_manager.domain.errors import StoreUnavailable
from openclaw_manager.domain.stamp import Stamp


def look_at(path: str) -> tuple[list[Any], Stamp | None]:
    """Read the entries of the view, and what it was made from.

    A view that is missing or damaged has no entries and no stamp: it is for ``DataJson`` to
    mend it. Raises ``StoreUnavailable`` for a file that cannot be read.
    """
    try:
        with open(path, "rb") as file:
            stamp, entries, _ = read(file.read())
    except (FileNotFoundError, DamagedDocument):
        return [], None
    except OSError as error:
        raise StoreUnavailable(path, f"cannot be read: {error.strerror}") from error
    return entries, stamp
