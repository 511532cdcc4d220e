"""日历: a year of working days, an edit shown before it is made, who changed what and why, and a limit counted out."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, g, redirect, request, url_for

from server.domain.calendar_edit import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_NAME,
    SHORTEST_REASON,
    CalendarRefused,
    Changes,
    StatedDay,
)
from server.domain.day_count import WEEKDAYS, DayCount
from server.domain.deadline import Limit
from server.services.calendar import changes_of_range, edit_calendar, preview_edit
from server.services.calendar_page import MOST_DAYS, count_out, year_page
from server.services.work import Work
from server.web.console.catalogue import render
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

MAX_REASON = 500
WHAT = {"off": "放假、停工", "work": "调休上班", "shipped": "恢复程序原来的安排"}
UNITS = {"working": "working_day", "calendar": "calendar_day"}
DATE_UNREADABLE = "请写从哪一天到哪一天，例如 2026-11-25。"


@dataclass(frozen=True)
class Typed:
    """The edit's form as it was sent, to be shown again."""

    first: str
    last: str
    what: str
    name: str
    known: str
    reason: str


@dataclass(frozen=True)
class Question:
    """The calculator's form as it was sent, with its answer or why there is none."""

    start: str
    days: str
    unit: str
    answer: DayCount | None = None
    fault: str | None = None


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/calendar", view_func=show_calendar)
    blueprint.add_url_rule("/calendar/preview", view_func=show_edit, methods=["POST"])
    blueprint.add_url_rule("/calendar/edits", view_func=make_edit, methods=["POST"])


@guarded_by("staff")
def show_calendar() -> Response:
    with installation().look() as work:
        return _page(work, saved=request.args.get("saved", 0, type=int))


def _page(
    work: Work, *, typed: Typed | None = None, refused: str | None = None, saved: int = 0, status: int = 200
) -> Response:
    year = request.args.get("year", work.today.year, type=int)
    page = year_page(work, g.actor, min(max(year, FIRST_YEAR), LAST_YEAR))
    return render(
        work,
        "console/calendar.html",
        status,
        here="calendar",
        page=page,
        weekdays=WEEKDAYS,
        what=WHAT,
        longest_name=LONGEST_NAME,
        typed=typed or Typed("", "", "off", "", "", ""),
        refused=refused,
        saved=next((edit for edit in page.history if edit.number == saved), None),
        asked=_question(work),
        most_days=MOST_DAYS,
    )


def _question(work: Work) -> Question:
    """The calculator: a start, a number of days, how they are counted."""
    start, days = request.args.get("start", ""), request.args.get("days", "")
    unit = request.args.get("unit", "working")
    if not start and not days:
        return Question(work.today.isoformat(), "", "working")
    try:
        started_on, amount = date.fromisoformat(start), int(days)
        if not 0 <= amount <= MOST_DAYS or not FIRST_YEAR <= started_on.year <= LAST_YEAR or unit not in UNITS:
            raise ValueError
    except ValueError:
        fault = f"请写 {FIRST_YEAR} 到 {LAST_YEAR} 年的一个日期，和 0 到 {MOST_DAYS} 的天数。"
        return Question(start, days, unit, fault=fault)
    return Question(start, days, unit, count_out(work, Limit(amount, UNITS[unit]), started_on))  # type: ignore[arg-type]


def _typed() -> Typed:
    form = request.form
    fields = ("first", "last", "what", "name", "known", "reason")
    return Typed(*(form.get(field, "").strip()[:MAX_REASON] for field in fields))


def _changes(work: Work, typed: Typed) -> tuple[Changes, list[int]]:
    """The days, and the year whose notice is said to be entered whole. Raises CalendarRefused."""
    try:
        first = date.fromisoformat(typed.first)
        last = date.fromisoformat(typed.last or typed.first)
        known = [int(typed.known)] if typed.known else []
    except ValueError:
        raise CalendarRefused(DATE_UNREADABLE) from None
    if typed.what not in WHAT:
        raise CalendarRefused("请选这几天是放假、上班，还是恢复原来的安排。")
    stated = None if typed.what == "shipped" else StatedDay(typed.what, typed.name)  # type: ignore[arg-type]
    return changes_of_range(work, first, last, stated), known


@guarded_by("staff")
def show_edit() -> Response:
    """What the edit would do; nothing is saved."""
    return _preview(_typed())


def _preview(typed: Typed, *, refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        try:
            changes, known = _changes(work, typed)
            preview = preview_edit(work, g.actor, changes, known)
        except CalendarRefused as unusable:
            return _page(work, typed=typed, refused=str(unusable), status=422)
        return render(
            work,
            "console/calendar_preview.html",
            status,
            here="calendar",
            preview=preview,
            typed=typed,
            refused=refused,
            shortest=SHORTEST_REASON,
            weekdays=WEEKDAYS,
        )


@guarded_by("staff")
def make_edit() -> Response:
    typed = _typed()
    try:
        with installation().begin() as work:
            changes, known = _changes(work, typed)
            number = edit_calendar(work, g.actor, changes, typed.reason, known).number
    except CalendarRefused as refused:
        return _preview(typed, refused=str(refused), status=422)
    return redirect(url_for("console.show_calendar", year=min(changes).year, saved=number), 303)
