"""What is told of ratings: to a desk its own months, to everybody the city's; finished months only, small groups hidden.

The rule that keeps raters unknown: a month is shown once it is over, in groups of at least three ratings (a setting, never
less), the words without dates and in an order that says nothing of who came when. The attack: a desk that served one person
this week would read the newest line and know who wrote it.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.db.audit import append_audit
from server.db.follow_up import FollowUpRow, list_follow_ups_of_cases, list_late_case_ids
from server.db.rating import RatingRow, count_closed, count_unrated, list_rated, list_ratings_of_desk
from server.domain.deadline import start_of
from server.domain.follow_up import State
from server.domain.people import Actor
from server.domain.rating import LABELS, is_bad
from server.domain.rating_figures import Figures, Merged, RatedFact, figures_of, merge_small
from server.services.work import Work

MONTHS = 12
_ANSWERED = frozenset({State.REPLIED, State.CLOSED})


@dataclass(frozen=True)
class DeskMonth:
    """A month of one desk; `by_grade` and `comments` are None while too few rated."""

    month: date
    by_grade: tuple[tuple[str, int], ...] | None
    comments: tuple[str, ...] | None


@dataclass(frozen=True)
class MonthFigures:
    """A month of the whole city: of the cases closed in it how many were rated, and what was rated in it.

    `figures` is None while too few rated.
    """

    month: date
    closed: int
    responded: int
    figures: Figures | None


@dataclass(frozen=True)
class PublicFigures:
    """The page's content: the months, and of the one chosen the departments and the townships."""

    months: tuple[MonthFigures, ...]
    chosen: date
    by_department: Merged
    by_township: Merged
    least: int


def months_before(today: date, count: int = MONTHS) -> list[date]:
    """First days of the finished months, the newest first."""
    months, first = [], today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months


def _span(month: date) -> tuple[datetime, datetime]:
    return start_of(month), start_of((month + timedelta(days=32)).replace(day=1))


def list_desk_months(work: Work, actor: Actor) -> list[DeskMonth]:
    """What this person's own desk was told, month by month. The look is put on record."""
    desk = actor.desk
    subject = f"{desk.region_code} {desk.department}"
    append_audit(work.session, at=work.now, actor=actor.account_id, action="ratings.viewed", subject=subject)
    months = []
    for month in months_before(work.today):
        rows = list_ratings_of_desk(work.session, desk.department, desk.region_code, *_span(month))
        if rows:
            months.append(_desk_month(month, rows, work.tools.settings.rating.smallest_group))
    return months


def _desk_month(month: date, rows: list[RatingRow], least: int) -> DeskMonth:
    if len(rows) < least:
        return DeskMonth(month, None, None)
    by_grade = tuple((label, sum(row.grade == grade for row in rows)) for grade, label in LABELS.items())
    return DeskMonth(month, by_grade, shuffled(row.comment for row in rows if row.comment))


def shuffled(comments: Iterable[str]) -> tuple[str, ...]:
    """The same order at every look (a changing one could be averaged out), and none that time or a case number gives."""
    return tuple(sorted(comments, key=lambda words: hashlib.sha256(words.encode()).digest()))


def public_figures(work: Work, wanted: date | None = None) -> PublicFigures:
    """Raises nothing for an unknown month: the newest is shown."""
    months, least = months_before(work.today), work.tools.settings.rating.smallest_group
    chosen = wanted if wanted in months else months[0]
    facts = {month: _facts(work, month) for month in months}
    return PublicFigures(
        months=tuple(_month(work, month, facts[month], least) for month in months),
        chosen=chosen,
        by_department=merge_small(_grouped(facts[chosen], lambda row, _: row.department or "没有记录"), least),
        by_township=merge_small(_grouped(facts[chosen], lambda _, village: _township(work, village)), least),
        least=least,
    )


_Facts = list[tuple[RatingRow, str, RatedFact]]


def _facts(work: Work, month: date) -> _Facts:
    rated = list_rated(work.session, *_span(month))
    bad = [row.case_id for row, _ in rated if is_bad(row.grade)]
    follow_ups = {row.case_id: row for row in list_follow_ups_of_cases(work.session, bad)}
    late = list_late_case_ids(work.session, bad)
    return [(row, village, _fact(row, follow_ups.get(row.case_id), row.case_id in late)) for row, village in rated]


def _fact(row: RatingRow, follow_up: FollowUpRow | None, was_late: bool) -> RatedFact:
    answered = follow_up is not None and (State(follow_up.state) in _ANSWERED or was_late)
    return RatedFact(row.grade, row.set_aside_at is not None, answered, was_late)


def _month(work: Work, month: date, facts: _Facts, least: int) -> MonthFigures:
    closed = count_closed(work.session, *_span(month)).values()
    figures = figures_of((fact for _, _, fact in facts), _by_default(work, month))
    return MonthFigures(
        month=month,
        closed=sum(count for count, _ in closed),
        responded=sum(rated for _, rated in closed),
        figures=figures if len(facts) >= least else None,
    )


def _by_default(work: Work, month: date) -> int:
    """Nobody's opinion counts as a good one, unless the tenant decided so."""
    days = work.tools.settings.rating.default_good_after_days
    if days is None:
        return 0
    since, until = _span(month)
    return count_unrated(work.session, since, min(until, work.now - timedelta(days=days)))


def _grouped(facts: _Facts, name_of: Callable[[RatingRow, str], str]) -> dict[str, Figures]:
    groups: dict[str, list[RatedFact]] = {}
    for row, village, fact in facts:
        groups.setdefault(name_of(row, village), []).append(fact)
    return {name: figures_of(members) for name, members in groups.items()}


def _township(work: Work, village: str) -> str:
    return work.catalogue.regions.ancestor(village, "township").short_name
