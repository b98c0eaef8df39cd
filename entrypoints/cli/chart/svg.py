"""The course of an instance as a picture: one SVG file that needs nothing else."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from openclaw_manager.entrypoints.cli.chart.scale import (
    marks_up_to,
    number_label,
    time_label,
    times_within,
)
from openclaw_manager.entrypoints.cli.chart.words import heading, summary
from openclaw_manager.entrypoints.cli.lasting import lasting

if TYPE_CHECKING:
    from openclaw_manager.application.course import Course, Slice
    from openclaw_manager.application.ports.watch_records import OutageRecord
    from openclaw_manager.domain.availability import Span

_WIDTH, _HEIGHT = 960, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 936, 64, 300  # where the axes are
_SLICES = 428  # of two units each
_MARKS, _TIMES = 5, 10
_LEGEND = 344
_OPENING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
    f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-labelledby="title words">'
)
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# In a browser the picture follows the page or the system from light to dark; programs that know
# no such rule show the light one, on a background of its own.
_STYLE = """
  .back { fill: #ffffff } .grid { stroke: #e3e6ea } .axis { stroke: #9aa1aa }
  text { fill: #3b424b; font: 13px system-ui, -apple-system, "Segoe UI", sans-serif }
  .title { font-size: 16px; font-weight: 600 }
  .band { fill: #7aa7e8; fill-opacity: .35 } .median { stroke: #1f5fbf; fill: none }
  .down { fill: #d6362b; fill-opacity: .28 } .failed { fill: #b97700 } .watched { fill: #2f9e57 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #15191f } .grid { stroke: #2a313a } .axis { stroke: #6c7682 }
    text { fill: #cdd4dc } .band { fill: #5c94e6; fill-opacity: .3 } .median { stroke: #8ab8ff }
    .down { fill: #ff6a5e; fill-opacity: .32 } .failed { fill: #e8b04a }
    .watched { fill: #58c581 }
  }"""

_SWATCHES = (
    ('<path class="median" stroke-width="2" d="M{x} {y}h16"/>', "median"),
    ('<rect class="band" x="{x}" y="{top}" width="16" height="12"/>', "up to the 95th percentile"),
    ('<rect class="down" x="{x}" y="{top}" width="16" height="12"/>', "down"),
    ('<rect class="watched" x="{x}" y="{low}" width="16" height="4"/>', "watched"),
    ('<circle class="failed" cx="{middle}" cy="{y}" r="3"/>', "a ping failed"),
)
_SWATCH_EVERY = (0, 90, 290, 370, 470)


def svg_plot(name: str, course: "Course") -> str:
    """Draw a course."""
    slices = course.slices(_SLICES)
    marks = marks_up_to(max((one.p95 or 0 for one in slices), default=0), _MARKS)
    title, words = _text(heading(name, course.span)), _text(summary(course))
    parts = [
        _OPENING,
        f'<title id="title">{title}</title>',
        f'<desc id="words">{words}</desc>',
        f"<style>{_STYLE}\n</style>",
        f'<rect class="back" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>',
        f'<text class="title" x="{_LEFT}" y="28">{title}</text>',
        f'<text x="{_LEFT}" y="50">{words}</text>',
        *_latency_axis(marks),
        *_time_axis(course.span),
        *(_outage(one, course.span) for one in course.outages if _seen(one, course.span)),
        *_bands(slices, marks[-1]),
        f'<path class="median" stroke-width="2" d="{_median_line(slices, marks[-1])}"/>',
        _watched(slices),
        *_failures(course),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _text(text: str) -> str:
    """Write a text as XML can hold it; it has no room for some characters, however spelled."""
    return escape(_NO_XML.sub("\ufffd", text))


def _x(part: float) -> str:
    return f"{_LEFT + part * (_RIGHT - _LEFT):.5g}"


def _y(number: float, top: float) -> str:
    return f"{_BOTTOM - number / top * (_BOTTOM - _TOP):.5g}"


def _part(moment: datetime, span: "Span") -> float:
    """Tell how far on its way from one end of the span to the other a moment is, from 0 to 1."""
    return min(max((moment - span.start) / (span.end - span.start), 0.0), 1.0)


def _latency_axis(marks: Sequence[float]) -> Iterator[str]:
    for mark in marks:
        y = _y(mark, marks[-1])
        yield f'<path class="grid" d="M{_LEFT} {y}H{_RIGHT}"/>'
        yield (
            f'<text x="{_LEFT - 8}" y="{y}" dy="4.5" text-anchor="end">{number_label(mark)}</text>'
        )


def _time_axis(span: "Span") -> Iterator[str]:
    times, step = times_within(span, _TIMES)
    yield f'<path class="axis" d="M{_LEFT} {_BOTTOM}H{_RIGHT}"/>'
    for moment in times:
        x = _x(_part(moment, span))
        yield f'<path class="axis" d="M{x} {_BOTTOM}v5"/>'
        label = time_label(moment, step)
        yield f'<text x="{x}" y="{_BOTTOM + 22}" text-anchor="middle">{label}</text>'


def _seen(outage: "OutageRecord", span: "Span") -> bool:
    return outage.began < span.end and (outage.ended is None or outage.ended > span.start)


def _outage(outage: "OutageRecord", span: "Span") -> str:
    """Shade an outage, no matter how short; a browser says what it was under the pointer."""
    begin, end = _part(outage.began, span), _part(outage.ended or span.end, span)
    width = max((end - begin) * (_RIGHT - _LEFT), 1.5)
    lasted = lasting(((outage.ended or span.end) - outage.began).total_seconds())
    until = f"{outage.ended:%Y-%m-%d %H:%M:%S}" if outage.ended else "now"
    said = f"down from {outage.began:%Y-%m-%d %H:%M:%S} to {until} ({lasted}): {outage.cause}"
    return (
        f'<rect class="down" x="{_x(begin)}" y="{_TOP}" width="{width:.5g}" '
        f'height="{_BOTTOM - _TOP}"><title>{_text(said)}</title></rect>'
    )


def _runs(slices: "Sequence[Slice]") -> "Iterator[list[tuple[int, float, float]]]":
    """Find the slices that follow each other and have round trips: number, median and p95."""
    run: list[tuple[int, float, float]] = []
    for number, one in enumerate(slices):
        if one.median is not None and one.p95 is not None:
            run.append((number, one.median, one.p95))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _steps(heights: Sequence[tuple[int, float]], top: float) -> str:
    """Draw a line that is level within each slice."""
    return "".join(f"V{_y(height, top)}H{_x((number + 1) / _SLICES)}" for number, height in heights)


def _median_line(slices: "Sequence[Slice]", top: float) -> str:
    lines = []
    for run in _runs(slices):
        medians = [(number, median) for number, median, _ in run]
        number, first = medians[0]
        lines.append(f"M{_x(number / _SLICES)} {_y(first, top)}{_steps(medians, top)}")
    return "".join(lines)


def _bands(slices: "Sequence[Slice]", top: float) -> Iterator[str]:
    """Shade what lies between the median and the 95th percentile."""
    for run in _runs(slices):
        start = f"M{_x(run[0][0] / _SLICES)} {_y(run[0][1], top)}"
        there = _steps([(number, p95) for number, _, p95 in run], top)
        back = "".join(
            f"V{_y(median, top)}H{_x(number / _SLICES)}" for number, median, _ in reversed(run)
        )
        yield f'<path class="band" d="{start}{there}{back}Z"/>'


def _watched(slices: "Sequence[Slice]") -> str:
    """Mark below the axis when it was watched and not down."""
    width = (_RIGHT - _LEFT) / _SLICES
    watched = "".join(
        f"M{_x(number / _SLICES)} {_BOTTOM + 1}h{width:.5g}v3h-{width:.5g}z"
        for number, one in enumerate(slices)
        if one.watched and not one.down
    )
    return f'<path class="watched" d="{watched}"/>' if watched else ""


def _failures(course: "Course") -> Iterator[str]:
    """Mark where pings failed outside of an outage; a browser says how many of how many."""
    places: dict[str, tuple[int, int]] = {}
    for record in course.stray_failures:
        middle = record.since + (record.until - record.since) / 2
        x = _x(round(_part(middle, course.span) * _SLICES) / _SLICES)
        failures, count = places.get(x, (0, 0))
        places[x] = failures + record.failures, count + record.pings
    for x, (failures, count) in places.items():
        said = f"{failures} of {count} pings failed" if count > 1 else "a ping failed"
        place = f'cx="{x}" cy="{_BOTTOM - 6}" r="3"'
        yield f'<circle class="failed" {place}><title>{said}</title></circle>'


def _legend() -> Iterator[str]:
    for (swatch, said), offset in zip(_SWATCHES, _SWATCH_EVERY, strict=True):
        x = _LEFT + offset
        yield swatch.format(x=x, middle=x + 8, y=_LEGEND - 4, top=_LEGEND - 10, low=_LEGEND - 6)
        yield f'<text x="{x + 22}" y="{_LEGEND}">{said}</text>'
