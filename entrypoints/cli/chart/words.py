"""What is said of a course in words, in all of its pictures."""

from typing import TYPE_CHECKING

from openclaw_manager.entrypoints.cli.lasting import lasting
from openclaw_manager.entrypoints.cli.percent import percent

if TYPE_CHECKING:
    from openclaw_manager.application.course import Course
    from openclaw_manager.domain.availability import Span


def heading(name: str, span: "Span") -> str:
    """Say what a picture shows."""
    return f"{name}: round trip, {span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC"


def summary(course: "Course") -> str:
    """Say how available an instance was, and how often it was down for how long."""
    if not (course.pings or course.outages):
        return "nothing was measured in this time"
    known = course.availability
    said = "never watched" if known is None else f"availability {percent(known)}"
    count = len(course.down)
    if not count:
        return f"{said}; no outage"
    outages = "1 outage" if count == 1 else f"{count} outages"
    return f"{said}; {outages}, {lasting(course.time_down.total_seconds())} in all"
