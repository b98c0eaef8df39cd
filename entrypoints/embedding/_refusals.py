"""What the public package refuses by itself."""

from openclaw_manager.domain.errors import InvalidInput, OpenClawManagerError
from openclaw_manager.domain.section import Section


class ManagerClosed(OpenClawManagerError):
    """The manager was closed, before or while something was asked of it."""

    def __str__(self) -> str:
        return "the manager is closed"


class UnknownSection(InvalidInput):
    """A part of a capture that there is not."""

    def __init__(self, section: str) -> None:
        super().__init__(section)
        self.section = section

    def __str__(self) -> str:
        return f"{self.section!r} is no section; there are {', '.join(Section)}"
