"""What is wrong with a watch itself, each told once when it begins and once when it ends."""

from collections.abc import Callable

from openclaw_manager.application.ports.watch_observer import Trouble, WatchNotice
from openclaw_manager.application.watching.stamps import Stamps
from openclaw_manager.domain.errors import OpenClawManagerError


class Troubles:
    """Remembers what has been told, so that it is not told again with every ping."""

    def __init__(self, tell: Callable[[WatchNotice], None], stamps: Stamps) -> None:
        self._tell = tell
        self._stamps = stamps
        self._going_on: dict[tuple[Trouble, str], str] = {}

    def begin(self, trouble: Trouble, message: str, about: str = "") -> None:
        """Tell that something is wrong, unless that was told in these words."""
        if self._going_on.get((trouble, about)) != message:
            self._going_on[trouble, about] = message
            self._tell(WatchNotice(self._stamps.now(), trouble, message, about=about))

    def end(self, trouble: Trouble, message: str, about: str = "") -> None:
        """Tell that it is well again, if it was not."""
        if self._going_on.pop((trouble, about), None) is not None:
            notice = WatchNotice(self._stamps.now(), trouble, message, ended=True, about=about)
            self._tell(notice)

    def about(self, trouble: Trouble) -> list[str]:
        """Tell with whom this is wrong now."""
        return [about for kind, about in self._going_on if kind is trouble]


def sentence_of(error: Exception) -> str:
    """Say an error to a person; one that nobody foresaw by its kind alone."""
    if isinstance(error, OpenClawManagerError):
        return str(error)
    return f"a fault in openclaw-manager: {type(error).__name__}"
