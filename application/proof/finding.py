"""What a verification finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be.

    ``position`` is that of the event in the log, where it is about one; ``path`` is the place
    in ``data.json``, where it is about that. ``problem`` is a clause that never holds a secret.
    """

    problem: str
    position: int | None = None
    path: str | None = None
