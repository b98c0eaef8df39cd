"""The live table of a watch, as a text for a screen of any size."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from rich.text import Text

from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Trouble,
    Watched,
    WatchNotice,
)
from openclaw_manager.domain.thresholds import Down
from openclaw_manager.entrypoints.cli.instance.details import milliseconds
from openclaw_manager.entrypoints.cli.lasting import lasting
from openclaw_manager.entrypoints.cli.printable import printable
from openclaw_manager.entrypoints.cli.watching.columns import (
    GAP,
    Cell,
    cut,
    line_of,
    natural_widths,
    that_fit,
)
from openclaw_manager.entrypoints.cli.watching.standing import WORST_FIRST, Standing, State

_HEADS = ("NAME", "STATE", "FOR", "ROUND TRIP", "CAUSE", "LATELY", "VERSION", "URL")
_MOST = (64, 10, 11, 10, 20, 40, 14, 60)
_LATELY = _HEADS.index("LATELY")
_BY_IMPORTANCE = (0, 1, 2, 4, 3, 5, 6, 7)
_NARROW_NAME = 20
_HAPPENED = 3  # of the last changes that are shown
_LEAST_FOR_THE_TABLE = 7  # lines
_NOBODY = "no instances; register one: openclaw-manager instance register NAME --url URL"


_OF_THE_WATCH_ITSELF = frozenset(Trouble) - {Trouble.CHECK_FAILED, Trouble.SECRET_MISSING}


class WatchTable:
    """Looks on at a watch, and draws how all instances stand, the worst first."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._standings: dict[UUID, Standing] = {}
        self._troubles: dict[tuple[Trouble, str], str] = {}
        self._happened: deque[Cell] = deque(maxlen=_HAPPENED)

    def watching(self, instances: Sequence[Watched]) -> None:
        """Show these from now on."""
        now, before = datetime.now(UTC), self._standings
        standings = {one.id: before.get(one.id) or Standing(one) for one in instances}
        for instance in instances:
            standings[instance.id].go_on_as(instance, now)
        self._standings = standings

    def seen(self, observation: Observation) -> None:
        """Show what a ping found."""
        standing = self._standings.get(observation.instance.id)
        if standing is not None:
            standing.see(observation)

    def changed(self, transition: Transition) -> None:
        """Say what happened."""
        change, name = transition.change, transition.instance.name
        if isinstance(change, Down):
            since = f"{change.cause}, since {_time(change.since)}"
            self._say(change.at, f"{name} is down: {since}", "red")
        else:
            self._say(change.at, f"{name} is up again", "green")

    def noticed(self, notice: WatchNotice) -> None:
        """Say what is wrong with the watch, for as long as it is."""
        if notice.trouble in _OF_THE_WATCH_ITSELF:
            self._troubles.pop((notice.trouble, notice.about), None)
            if not notice.ended:
                self._troubles[notice.trouble, notice.about] = printable(notice.message)
                return
        self._say(notice.at, notice.message, "yellow")

    def warned(self, sentence: str) -> None:
        """Say what else a person should know."""
        self._say(datetime.now(UTC), sentence, "yellow")

    def _say(self, at: datetime, sentence: str, style: str) -> None:
        self._happened.append(Cell(f"{_time(at)} {printable(sentence)}", style))

    def draw(self, width: int, height: int) -> Text:
        """Draw it all for a screen of that size, which happens in a thread of its own."""
        standings = sorted(
            self._standings.values(),
            key=lambda one: (WORST_FIRST[one.state], one.watched.name.casefold()),
        )
        troubles = [Cell(said, "bold yellow") for said in list(self._troubles.values())]
        said = [_line(cell, width) for cell in [*troubles, *self._happened]]
        foot = [Text(), *said] if said else []
        if len(foot) + _LEAST_FOR_THE_TABLE > height:
            foot = []
        rows = self._rows(standings, width, height - 2 - len(foot))
        return Text("\n").join([_line(self._summary(standings), width), Text(), *rows, *foot])

    def _summary(self, standings: Sequence[Standing]) -> Cell:
        how_many = f"{len(standings)} instance{'' if len(standings) == 1 else 's'}"
        how = f": {_counted(standings)}" if standings else ""
        return Cell(f"{how_many}{how}; pinged every {self._interval:g} s, Ctrl-C ends it", "bold")

    def _rows(self, standings: Sequence[Standing], width: int, height: int) -> Iterable[Text]:
        """Draw as many as there is room for, and say of the others how they stand."""
        if not standings:
            return [_line(Cell(_NOBODY), width)]
        room = max(height - 1, 1)  # below the heads
        if len(standings) > room:
            room = max(room - 1, 1)
        shown, others = standings[:room], standings[room:]
        now = datetime.now(UTC)
        rows = [[Cell(head, "bold") for head in _HEADS], *(_row(one, now) for one in shown)]
        lines = _laid_out(rows, width)
        if others:
            lines.append(_line(Cell(f"and {len(others)} more: {_counted(others)}", "bold"), width))
        return lines


def _laid_out(rows: Sequence[Sequence[Cell]], width: int) -> list[Text]:
    """Give each column what it needs, and names what is left, as far as it goes."""
    widths = natural_widths(rows, _MOST)
    whole_name, widths[0] = widths[0], min(widths[0], _NARROW_NAME)
    chosen = that_fit(widths, _BY_IMPORTANCE, width) or [0]
    left = width - sum(GAP + widths[place] for place in chosen[1:])
    widths[0] = min(whole_name, left)
    chosen_widths = [widths[place] for place in chosen]
    return [line_of([row[place] for place in chosen], chosen_widths) for row in rows]


def _row(standing: Standing, now: datetime) -> list[Cell]:
    outcome, style = standing.outcome, standing.state.style
    reached = outcome is not None and outcome.condition.reachable
    return [
        Cell(printable(standing.watched.name)),
        Cell(standing.state.word, style),
        Cell(_since(standing.since, now)),
        Cell((outcome and reached and milliseconds(outcome.latency_ms)) or ""),
        Cell((outcome and outcome.cause) or "", style),
        Cell(standing.lately(_MOST[_LATELY]), "" if reached else style),
        Cell(printable((outcome and outcome.version) or "")),
        Cell(standing.watched.url, "dim"),
    ]


def _counted(standings: Iterable[Standing]) -> str:
    """Count how instances stand, the worst first."""
    numbers = Counter(standing.state for standing in standings)
    if len(numbers) == 1:
        return f"all {next(iter(numbers)).word}"
    return ", ".join(f"{numbers[state]} {state.word}" for state in State if numbers[state])


def _line(cell: Cell, width: int) -> Text:
    return Text(cut(cell.text, width, tail=0), cell.style, no_wrap=True, overflow="crop")


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"


def _since(moment: datetime | None, now: datetime) -> str:
    return lasting(max((now - moment).total_seconds(), 1.0)) if moment else ""
