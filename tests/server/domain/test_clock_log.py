"""The fold from log to cards: it does not matter when anybody looked, and each card falls on the slow desk."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.holidays import beihai_calendar
from server.domain.card_rules import Rule, Rules, RuleSettings
from server.domain.clock_log import Entry, EntryKind, World, fold
from server.domain.deadline import start_of
from server.domain.people import Desk
from server.domain.work_calendar import WorkCalendar

BEIHAI = beihai_calendar()
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
ALWAYS = datetime.min.replace(tzinfo=UTC)
CIVIL, POLICE, LEAD = Desk("民政", "450521"), Desk("公安", "450521"), Desk("审批", "450521")
PLAIN_WORLD = [World(ALWAYS, WorkCalendar(), Rules())]


def started(clock: int, days: int, *, at: datetime = MONDAY, kind: str = "promised", desk: Desk | None = None) -> Entry:
    said = {"kind": kind, "amount": days, "unit": "working_day", "started_at": at.isoformat()}
    return Entry(at, EntryKind.STARTED, clock, {**said, "desk": desk and [desk.department, desk.region_code]})


def holders(at: datetime, *desks: Desk) -> Entry:
    held = [[[desk.department, desk.region_code], desk.department] for desk in desks]
    return Entry(at, EntryKind.HOLDERS, None, {"holders": held})


def stopped(at: datetime, clock: int = 1) -> Entry:
    return Entry(at, EntryKind.STOPPED, clock, {"reason": "correction"})


def resumed(at: datetime, clock: int = 1) -> Entry:
    return Entry(at, EntryKind.RESUMED, clock, {})


def finished(at: datetime, clock: int = 1) -> Entry:
    return Entry(at, EntryKind.FINISHED, clock, {})


def days(number: float) -> datetime:
    return MONDAY + timedelta(days=number)


def colours(log) -> list[tuple[str, date]]:
    return [(card.colour, card.due_on) for card in log.cards if card.withdrawn_at is None]


def test_a_limit_that_passes_gets_a_yellow_card_and_then_a_red_one_at_their_own_instants():
    log = fold([started(1, 5)], PLAIN_WORLD, days(30))
    assert [(card.colour, card.fell_at) for card in log.cards] == [
        ("yellow", start_of(date(2026, 11, 27))),
        ("red", start_of(date(2026, 12, 1))),
    ]


def test_nothing_falls_on_a_clock_that_ended_in_time_or_stands_still():
    assert fold([started(1, 5), finished(days(2))], PLAIN_WORLD, days(30)).cards == []
    assert fold([started(1, 5), stopped(days(2))], PLAIN_WORLD, days(300)).cards == []


def test_a_case_card_falls_on_the_desk_over_its_own_limit_and_not_on_the_one_that_waits():
    log = fold(
        [
            started(1, 5),
            holders(MONDAY, CIVIL, POLICE),
            started(2, 3, kind="stage", desk=CIVIL),
            started(3, 9, kind="stage", desk=POLICE),
        ],
        PLAIN_WORLD,
        start_of(date(2026, 12, 1)),
    )
    red = next(card for card in log.cards if card.clock == 1 and card.colour == "red")
    assert red.desks == (CIVIL,)


def test_who_acts_before_anybody_looked_does_not_answer_for_the_desk_before():
    late = days(8.2)  # 1 December, after the limit was over at midnight
    log = fold([started(1, 5), holders(MONDAY, CIVIL), holders(late, LEAD)], PLAIN_WORLD, days(9))
    assert [card.desks for card in log.cards] == [(CIVIL,), (CIVIL,)]


def test_an_extension_before_the_end_moves_the_end_and_warns_again():
    log = fold([started(1, 5), Entry(days(4), EntryKind.EXTENDED, 1, {"by": 5})], PLAIN_WORLD, days(30))
    assert colours(log) == [
        ("yellow", date(2026, 11, 30)),
        ("yellow", date(2026, 12, 7)),
        ("red", date(2026, 12, 7)),
    ]


def test_a_typhoon_closure_told_afterwards_takes_back_what_would_not_have_fallen():
    closed = WorkCalendar({date(2026, 11, 26): "台风停工", date(2026, 11, 27): "台风停工"})
    worlds = [*PLAIN_WORLD, World(days(8.5), closed, Rules())]
    log = fold([started(1, 5), holders(MONDAY, CIVIL), finished(days(8.2))], worlds, days(30))
    assert [(card.colour, card.withdrawn_at) for card in log.cards] == [("yellow", None), ("red", days(8.5))]


def test_a_day_off_taken_back_afterwards_blames_nobody_for_the_time_before():
    off = WorkCalendar({date(2026, 11, 26): "台风停工"})
    told = days(7.5)  # 30 November, at noon
    log = fold([started(1, 4)], [World(ALWAYS, off, Rules()), World(told, WorkCalendar(), Rules())], days(30))
    red = next(card for card in log.cards if card.colour == "red")
    assert red.due_on == date(2026, 11, 27) and red.fell_at == told


def test_a_changed_rule_governs_what_falls_from_then_on():
    early = Rules({Rule.WHOLE_LIMIT: RuleSettings(2, True, 3)})
    log = fold([started(1, 9)], [*PLAIN_WORLD, World(days(1), WorkCalendar(), early)], days(30))
    assert [(card.colour, card.settings.version) for card in log.cards] == [("yellow", 2), ("red", 2)]
    assert log.cards[0].fell_at == start_of(date(2026, 12, 1))  # three working days before 4 December


def test_a_breach_that_is_no_matter_of_days_is_a_red_card_at_once():
    said = {"rule": "no_one_time_notice", "on": "2026-11-24", "desks": [["民政", "450521"]]}
    log = fold([Entry(days(1), EntryKind.FAULT, None, said)], PLAIN_WORLD, days(2))
    assert [(card.rule, card.desks) for card in log.cards] == [(Rule.NO_ONE_TIME_NOTICE, (CIVIL,))]


def test_a_case_ended_by_mistake_and_reopened_has_lost_no_day():
    entries = [started(1, 5), finished(days(2)), Entry(days(9), EntryKind.REOPENED, 1, {})]
    log = fold(entries, PLAIN_WORLD, days(9))
    assert log.clocks[1].due.due_on == date(2026, 12, 7)


STEPS = st.lists(
    st.tuples(st.sampled_from(["stop", "resume", "extend", "hold"]), st.integers(0, 400)), min_size=0, max_size=12
)
CALENDARS = st.lists(
    st.tuples(st.integers(0, 1200), st.sets(st.integers(-10, 90), max_size=12)), min_size=0, max_size=3
)


def _a_log(limits: list[int], steps: list[tuple[str, int]]) -> list[Entry]:
    """A log that could be: hours between steps, a stop only while none is open."""
    entries = [started(1, limits[0]), started(2, limits[1], kind="stage", desk=POLICE), holders(MONDAY, CIVIL, POLICE)]
    at, open_stop = MONDAY, False
    for kind, hours in steps:
        at += timedelta(hours=hours)
        if kind == "stop" and not open_stop:
            entries.append(stopped(at))
            open_stop = True
        elif kind == "resume" and open_stop:
            entries.append(resumed(at))
            open_stop = False
        elif kind == "extend" and not open_stop:
            entries.append(Entry(at, EntryKind.EXTENDED, 1, {"by": 3}))
        elif kind == "hold":
            entries.append(holders(at, LEAD if hours % 2 else CIVIL))
    return entries


def _worlds(edits: list[tuple[int, set[int]]]) -> list[World]:
    worlds, at, off = [World(ALWAYS, BEIHAI, Rules())], MONDAY, dict(BEIHAI.holidays)
    for hours, closed in edits:
        at += timedelta(hours=hours)
        off = {**off, **{(MONDAY + timedelta(days=day)).date(): "停工" for day in closed}}
        worlds.append(World(at, WorkCalendar(off, BEIHAI.makeup_working_days), Rules()))
    return worlds


@pytest.mark.property
@given(
    limits=st.lists(st.integers(0, 30), min_size=2, max_size=2),
    steps=STEPS,
    edits=CALENDARS,
    looks=st.sets(st.integers(0, 6000), max_size=8),
)
def test_what_was_recorded_step_by_step_is_what_the_whole_log_says(limits, steps, edits, looks):
    """Whoever looks at any times records only cards the replay finds as well, and the last look has them all."""
    entries, worlds = _a_log(limits, steps), _worlds(edits)
    end = MONDAY + timedelta(days=400)
    whole = {
        card.key: (card.withdrawn_at, card.desks, card.settings.version) for card in fold(entries, worlds, end).cards
    }
    recorded: dict = {}
    for hours in sorted(looks):
        at = MONDAY + timedelta(hours=hours)
        known = [entry for entry in entries if entry.at <= at]
        for card in fold(known, [world for world in worlds if world.at <= at], at).cards:
            recorded[card.key] = (card.withdrawn_at, card.desks, card.settings.version)
    assert recorded.keys() <= whole.keys()
    for key, (withdrawn_at, *rest) in recorded.items():
        assert [*whole[key][1:]] == rest
        assert withdrawn_at in (None, whole[key][0])


@pytest.mark.property
@given(limits=st.lists(st.integers(0, 30), min_size=2, max_size=2), steps=STEPS, edits=CALENDARS)
def test_of_one_colour_a_clock_has_one_standing_card_for_a_due_date(limits, steps, edits):
    log = fold(_a_log(limits, steps), _worlds(edits), MONDAY + timedelta(days=400))
    for life in log.clocks.values():
        standing = [(card.colour, card.due_now) for card in life.cards if card.withdrawn_at is None]
        assert len(standing) == len(set(standing))
        assert all(card.fell_at >= life.started_at for card in life.cards)
