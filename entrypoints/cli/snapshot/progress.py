"""How far a capture is, for somebody who waits for it at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openclaw_manager.entrypoints.cli.progress import live_line


class Progress:
    """Counts what came so far, and shows it."""

    def __init__(self, gateways: int, show: Callable[[str], None]) -> None:
        self._gateways = gateways
        self._show_line = show
        self._captured = 0
        self._sections = 0

    def heard(self) -> None:
        """Count a section that was decided."""
        self._sections += 1
        self._show()

    def found(self) -> None:
        """Count a gateway that is through."""
        self._captured += 1
        self._show()

    def _show(self) -> None:
        self._show_line(
            f"captured {self._captured} of {self._gateways}, sections so far: {self._sections}"
        )


@contextmanager
def progress(gateways: int) -> Iterator[Progress]:
    """Tell how far it is, on a terminal only."""
    with live_line() as show:
        yield Progress(gateways, show)
