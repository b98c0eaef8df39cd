"""The key for the secrets in a shared store: from the environment, or from a file."""

import os
import stat
from typing import TYPE_CHECKING

from openclaw_manager.domain.errors import SecretsSealed, StoreUnavailable
from openclaw_manager.entrypoints.composition.settings import KEY

if TYPE_CHECKING:
    from openclaw_manager.entrypoints.composition.settings import Settings

_FOR_OTHERS = 0o077


def key_of(settings: "Settings") -> str:
    """Find the key; raises ``SecretsSealed`` where there is none, or everybody may read it."""
    if KEY in settings.unshown:
        return settings.unshown[KEY]
    place = key_place(settings)
    try:
        with open(place, encoding="ascii", errors="replace") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & _FOR_OTHERS:
                raise SecretsSealed(place, f"is open to others ({mode:03o}): chmod 600 it")
            return file.read(4096)
    except FileNotFoundError as error:
        missing = f"is not there, and {KEY} is not set: the secrets of this store are sealed"
        raise SecretsSealed(place, missing) from error
    except OSError as error:
        raise StoreUnavailable(place, f"cannot be read: {error.strerror}") from error


def key_place(settings: "Settings") -> str:
    """Tell where the file of the key is."""
    return os.path.join(settings.home, os.path.expanduser(settings.key_file))


def make_key(settings: "Settings") -> str:
    """Draw a key, and keep it in the file of the key, which must not be there; gives its place."""
    from openclaw_manager.adapters.postgres.seal import new_key
    from openclaw_manager.entrypoints.composition.home import Home

    Home(settings.home).place("")
    place = key_place(settings)
    try:
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise StoreUnavailable(place, "is there already, and is left as it is") from error
    except OSError as error:
        raise StoreUnavailable(place, f"cannot be created: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(descriptor)
    return place
