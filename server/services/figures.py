"""The figures of a period and a region: every one with its rule and with what it asks for, so that it leads to its cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from forms.item import UNIT_WORDS
from forms.region import RegionTree
from server.db import case_list as db
from server.db.case import CaseRow
from server.domain.figures import (
    LABELS,
    OF_NOW,
    OF_PERIOD,
    OF_STEPS,
    PAUSES,
    RULES,
    Figure,
    Period,
    UsualTime,
    month_of,
    months_until,
    rate,
    usual_time,
)
from server.domain.people import Actor, Role
from server.domain.wanted import CaseWanted
from server.services.case_list import in_sight
from server.services.work import Work

_BY_ROW = (Figure.RECEIVED, Figure.CLOSED, Figure.ON_TIME, Figure.EARLY, Figure.OVERDUE, Figure.OPEN_OVERDUE)
_BY_MONTH = (Figure.RECEIVED, Figure.CLOSED, Figure.ON_TIME, Figure.OVERDUE)
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class FigureCell:
    """One figure: `asked` is what counted it and what lists it."""

    label: str
    rule: str
    count: int
    asked: CaseWanted


@dataclass(frozen=True)
class Usual:
    """通常用时 in words, with the cases it stands on."""

    words: str
    cases: int
    asked: CaseWanted


@dataclass(frozen=True)
class FigureRow:
    """A line of a table: an item, a township, a department or a month."""

    name: str
    cells: tuple[FigureCell, ...]
    on_time: float | None
    usual: Usual | None = None

    def count(self, figure: Figure) -> int:
        return next(cell.count for cell in self.cells if cell.asked.figure is figure)


@dataclass(frozen=True)
class Figures:
    """Everything the page of figures shows."""

    asked: CaseWanted
    period: Period
    place_name: str
    of_period: tuple[FigureCell, ...]
    of_now: tuple[FigureCell, ...]
    pauses: tuple[FigureCell, ...]
    on_time: float | None
    items: tuple[FigureRow, ...]
    townships: tuple[FigureRow, ...]
    departments: tuple[FigureRow, ...]
    months: tuple[FigureRow, ...]


def figures_of(work: Work, actor: Actor, asked: CaseWanted) -> Figures:
    """Of this month where no period is asked for. Raises OutOfSight."""
    period = asked.period or month_of(work.today)
    asked = CaseWanted(period=period, place=asked.place, item=asked.item, department=asked.department)
    in_sight(work, actor, asked)
    of_period = _cells(work, actor, asked, OF_PERIOD)
    counts = {cell.asked.figure: cell.count for cell in of_period}
    return Figures(
        asked=asked,
        period=period,
        place_name=work.catalogue.regions.get(asked.place or actor.desk.region_code).short_name,
        of_period=of_period,
        of_now=_cells(work, actor, asked, OF_NOW),
        pauses=_cells(work, actor, asked, PAUSES),
        on_time=rate(counts[Figure.ON_TIME], counts[Figure.OVERDUE]),
        items=_by_item(work, actor, asked),
        townships=_by_township(work, actor, asked),
        departments=_by_department(work, actor, asked),
        months=_by_month(work, actor, asked),
    )


def _cells(work: Work, actor: Actor, asked: CaseWanted, figures: tuple[Figure, ...]) -> tuple[FigureCell, ...]:
    counts = db.count_figures(work.session, in_sight(work, actor, asked), figures, work.now)[None]
    return _said(asked, counts)


def _said(asked: CaseWanted, counts: dict[Figure, int]) -> tuple[FigureCell, ...]:
    return tuple(
        FigureCell(LABELS[figure], RULES[figure], count, asked.but(figure=figure)) for figure, count in counts.items()
    )


def _row(name: str, asked: CaseWanted, counts: dict[Figure, int], usual: Usual | None = None) -> FigureRow:
    on_time, late = counts.get(Figure.ON_TIME, 0), counts.get(Figure.OVERDUE, 0)
    return FigureRow(name, _said(asked, counts), rate(on_time, late), usual)


def _by_item(work: Work, actor: Actor, asked: CaseWanted) -> tuple[FigureRow, ...]:
    scope = in_sight(work, actor, asked)
    counted = db.count_figures(work.session, scope, _BY_ROW, work.now, by=CaseRow.item_code)
    times = sorted(db.whole_times(work.session, scope, work.now))
    names = db.names_of_items(work.session, list(counted))
    usual = {item: _usual([row[1:] for row in rows]) for item, rows in groupby(times, key=lambda row: row[0])}
    return tuple(
        _row(
            names[item],
            asked.but(item=item),
            counts,
            _told(usual.get(item), asked.but(item=item, figure=Figure.USUAL)),
        )
        for item, counts in sorted(counted.items())
        if any(counts.values())
    )


def _usual(rows: Iterable[tuple[str, int, int]]) -> UsualTime | None:
    """Of an item whose limit changed its unit lately nothing is said: days and hours make no common measure."""
    by_unit = {unit: [row[1:] for row in found] for unit, found in groupby(rows, key=lambda row: row[0])}
    if len(by_unit) != 1:
        return None
    unit, histogram = next(iter(by_unit.items()))
    return usual_time(histogram, unit)


def _told(usual: UsualTime | None, asked: CaseWanted) -> Usual | None:
    return Usual(f"{usual.amount}{UNIT_WORDS[usual.unit]}", usual.cases, asked) if usual else None


def _by_township(work: Work, actor: Actor, asked: CaseWanted) -> tuple[FigureRow, ...]:
    """Villages up to their townships, which the database does not know."""
    regions = work.catalogue.regions
    scope = in_sight(work, actor, asked)
    towns: dict[str, dict[Figure, int]] = {}
    for village, counts in db.count_figures(work.session, scope, _BY_ROW, work.now, by=CaseRow.village_code).items():
        town = towns.setdefault(regions.ancestor(village, "township").id, dict.fromkeys(_BY_ROW, 0))
        for figure, count in counts.items():
            town[figure] += count
    return tuple(
        _row(regions.get(town).short_name, asked.but(place=_narrower(regions, town, asked.place)), counts)
        for town, counts in sorted(towns.items())
        if any(counts.values())
    )


def _narrower(regions: RegionTree, town: str, place: str) -> str:
    """Of a village asked for, its township's line counts that village only, and must lead to it."""
    return town if not place or regions.lies_in(town, place) else place


def _by_department(work: Work, actor: Actor, asked: CaseWanted) -> tuple[FigureRow, ...]:
    """A department's steps; a desk's head sees its own department only."""
    scope = in_sight(work, actor, asked)
    names = [asked.department] if asked.department else db.list_departments(work.session, scope)
    if actor.role is not Role.SUPERVISOR:
        names = [name for name in names if name == actor.desk.department]
    times = sorted(db.step_times(work.session, scope, work.now))
    usual = {
        name: usual_time([row[1:] for row in rows], "working_day")
        for name, rows in groupby(times, key=lambda row: row[0])
    }
    rows = []
    for name in names:
        one = asked.but(department=name)
        counts = db.count_figures(work.session, in_sight(work, actor, one), OF_STEPS, work.now)[None]
        share = rate(counts[Figure.STEP_ON_TIME], counts[Figure.STEP_LATE])
        told = _told(usual.get(name), one.but(figure=Figure.STEP_USUAL))
        rows.append(FigureRow(name, _said(one, counts), share, told))
    return tuple(rows)


def _by_month(work: Work, actor: Actor, asked: CaseWanted) -> tuple[FigureRow, ...]:
    rows = []
    for month in months_until(asked.period.last if asked.period else work.today, MONTHS_SHOWN):
        one = asked.but(period=month)
        counts = db.count_figures(work.session, in_sight(work, actor, one), _BY_MONTH, work.now)[None]
        rows.append(_row(f"{month.first:%Y-%m}", one, counts))
    return tuple(rows)
