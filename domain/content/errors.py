"""Why JSON from a gateway is not taken, or cannot be changed as asked."""

from openclaw_manager.domain.errors import OpenClawManagerError


class ContentRefused(OpenClawManagerError):
    """JSON that cannot be kept; never repeats any of it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the content {self.problem}"


class ChangeDoesNotFit(OpenClawManagerError):
    """A change of something that the value to be changed does not have."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"there is nothing at {self.path!r} that could be changed like this"
