"""What must hold of clocks and calendars whatever the days, the stops and the edits."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.holidays import beihai_calendar
from server.domain.calendar_edit import (
    StatedDay,
    days_that_differ,
    first_and_last,
    merged,
    of_stored,
    range_of_days,
    stored,
    with_changes,
    without_needless,
)
from server.domain.card_rules import Rules
from server.domain.clock_log import Entry, EntryKind, World, fold
from server.domain.deadline import Limit, Pause, Stop, days_used, deadline, due_on, hours_deadline
from server.domain.work_calendar import ONE_DAY

pytestmark = pytest.mark.property

BEIHAI = beihai_calendar()
ALWAYS = datetime.min.replace(tzinfo=UTC)
DAYS = st.dates(date(2018, 1, 1), date(2027, 12, 31))
LIMITS = st.builds(Limit, st.integers(0, 60), st.sampled_from(["working_day", "calendar_day"]))
WORKING_LIMITS = st.builds(Limit, st.integers(1, 40), st.just("working_day"))
STATED_DAY = st.builds(StatedDay, st.sampled_from(["off", "work"]), st.sampled_from(["停工", "调休"]))
STATED = st.one_of(st.none(), STATED_DAY)
# The edges where counting goes wrong, met far more often than days drawn at random would.
DAYS_OFF = st.sampled_from(sorted(day for day in BEIHAI.holidays if date(2018, 1, 1) <= day <= date(2027, 12, 31)))
MAKE_UP_DAYS = st.sampled_from(sorted(day for day in BEIHAI.makeup_working_days if day.year >= 2018))
WEEKEND_DAYS = st.sampled_from(
    [
        day
        for day in (date(2018, 1, 6) + timedelta(days=7 * week + end) for week in range(520) for end in (0, 1))
        if not BEIHAI.is_working_day(day)
    ]
)


@st.composite
def stops_from(draw, started_on: date) -> list[Pause]:
    """Up to three stops, one after another."""
    pauses, day = [], started_on
    for before, long in draw(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 20)), max_size=3)):
        begun = day + timedelta(days=before)
        day = begun + timedelta(days=long)
        pauses.append(Pause(begun, day))
    return pauses


@st.composite
def started_limits(draw) -> tuple[Limit, date, list[Pause]]:
    started_on = draw(DAYS)
    return draw(LIMITS), started_on, draw(stops_from(started_on))


@given(WORKING_LIMITS, st.one_of(DAYS_OFF, WEEKEND_DAYS), st.integers(0, 20))
def test_a_stop_over_days_off_costs_nothing(limit, day_off, started_before):
    """From the evening before a weekend or holiday to the morning after it: no working day was lost."""
    started_on = day_off - timedelta(days=started_before)
    stop = Pause(day_off, BEIHAI.next_working_day(day_off))
    assert due_on(limit, started_on, BEIHAI, [stop]) == due_on(limit, started_on, BEIHAI)


@given(WORKING_LIMITS, MAKE_UP_DAYS, st.integers(1, 20))
def test_a_stop_over_a_make_up_day_costs_that_day(limit, worked, started_before):
    started_on = worked - timedelta(days=started_before)
    without = due_on(limit, started_on, BEIHAI)
    stopped = due_on(limit, started_on, BEIHAI, [Pause(worked, worked + ONE_DAY)])
    assert stopped == (BEIHAI.next_working_day(without + ONE_DAY) if without >= worked else without)


@given(started_limits(), DAYS)
def test_one_more_day_off_never_brings_a_due_date_forward(started, day):
    limit, started_on, pauses = started
    closed = with_changes(BEIHAI, {day: StatedDay("off", "停工")})
    assert due_on(limit, started_on, closed, pauses) >= due_on(limit, started_on, BEIHAI, pauses)


@given(started_limits(), st.integers(0, 40))
def test_nor_does_one_on_its_very_way(started, ahead):
    limit, started_on, pauses = started
    before = due_on(limit, started_on, BEIHAI, pauses)
    day = started_on + timedelta(days=ahead)
    closed = with_changes(BEIHAI, {day: StatedDay("off", "停工")})
    after = due_on(limit, started_on, closed, pauses)
    assert after >= before
    if day > before or (day == started_on and limit.amount):
        assert after == before


@given(started_limits(), st.integers(0, 40))
def test_one_more_working_day_never_postpones_a_due_date(started, ahead):
    limit, started_on, pauses = started
    worked = with_changes(BEIHAI, {started_on + timedelta(days=ahead): StatedDay("work", "调休")})
    assert due_on(limit, started_on, worked, pauses) <= due_on(limit, started_on, BEIHAI, pauses)


@given(started_limits(), st.integers(0, 10))
def test_one_more_day_of_limit_never_brings_a_due_date_forward(started, more):
    limit, started_on, pauses = started
    longer = Limit(limit.amount + more, limit.unit)
    assert due_on(longer, started_on, BEIHAI, pauses) >= due_on(limit, started_on, BEIHAI, pauses)


@given(started_limits(), st.integers(0, 3))
def test_the_yellow_card_never_falls_after_the_red_one_nor_before_the_day_after_the_start(started, left):
    limit, started_on, pauses = started
    due = deadline(limit, started_on, BEIHAI, pauses)
    assert BEIHAI.is_working_day(due.due_on)
    if due.yellow_at:
        assert started_on < (due.yellow_at + timedelta(hours=8)).date() <= due.due_on
        assert due.yellow_at < due.red_at


@given(WORKING_LIMITS, DAYS, st.data())
def test_what_a_clock_has_used_and_what_is_left_come_to_the_limit(limit, started_on, data):
    pauses = data.draw(stops_from(started_on))
    stops = [Stop(_noon(pause.started_on), _noon(pause.ended_on)) for pause in pauses]
    last = due_on(limit, started_on, BEIHAI, pauses)
    assert days_used(limit, _noon(started_on), BEIHAI, stops, _noon(last)) == limit.amount


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@given(
    st.integers(1, 72),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.integers(0, 90),
    st.integers(0, 90),
)
def test_a_limit_in_hours_stands_still_exactly_as_long_as_it_is_stopped(hours, started, after, long):
    started_at = started.replace(tzinfo=UTC)
    limit = Limit(hours, "hour")
    stop = Stop(started_at + timedelta(hours=after), started_at + timedelta(hours=after + long))
    ends = hours_deadline(limit, started_at, [stop]).red_at
    assert ends - started_at == timedelta(hours=hours + (long if after < hours else 0))


EDITS = st.lists(st.dictionaries(DAYS, STATED, min_size=1, max_size=5), max_size=6)


@given(EDITS)
def test_edits_given_back_leave_what_ships(edits):
    given_back = {day: None for edit in edits for day in edit}
    assert with_changes(BEIHAI, merged([*edits, given_back])) is BEIHAI


@given(EDITS, DAYS)
def test_of_each_day_the_last_word_stands_and_every_other_is_untouched(edits, day):
    edited = with_changes(BEIHAI, merged(edits))
    said = [edit[day] for edit in edits if day in edit]
    if said and said[-1]:
        assert edited.is_working_day(day) == (said[-1].state == "work")
        assert edited.name_of(day) == said[-1].name
    else:
        assert edited.is_working_day(day) == BEIHAI.is_working_day(day)
        assert edited.name_of(day) == BEIHAI.name_of(day)


@given(DAYS, st.integers(0, 61), STATED, EDITS)
def test_a_range_at_once_and_day_by_day_come_to_the_same(first, long, stated, earlier):
    changes = range_of_days(first, first + timedelta(days=long), stated)
    one_by_one = [{day: said} for day, said in changes.items()]
    assert merged([*earlier, changes]) == merged([*earlier, *one_by_one]) == merged([*earlier, *reversed(one_by_one)])


@given(DAYS, st.integers(1, 61), STATED_DAY)
def test_what_a_range_leaves_out_it_did_not_need(first, long, stated):
    changes = range_of_days(first, first + timedelta(days=long), stated)
    needed = without_needless(changes, BEIHAI)
    assert days_that_differ(with_changes(BEIHAI, merged([changes])), with_changes(BEIHAI, merged([needed]))) == []
    assert sorted(needed) == days_that_differ(BEIHAI, with_changes(BEIHAI, merged([needed])))


@given(EDITS)
def test_the_days_that_differ_are_exactly_those(edits):
    edited = with_changes(BEIHAI, merged(edits))
    touched = {day for edit in edits for day in edit}
    assert set(days_that_differ(BEIHAI, edited)) == {
        day for day in touched if BEIHAI.is_working_day(day) != edited.is_working_day(day)
    }


@given(st.dictionaries(DAYS, STATED))
def test_what_is_stored_is_read_back(changes):
    assert of_stored(stored(changes)) == changes


@given(st.sets(DAYS, min_size=1))
def test_runs_of_days_name_every_day_between_their_ends(days):
    named: set[date] = set()
    for run in first_and_last(days).split("、"):
        first, _, last = run.partition(" 至 ")
        begun, ended = date.fromisoformat(first), date.fromisoformat(last or first)
        named |= {begun + timedelta(days=n) for n in range((ended - begun).days + 1)}
    assert named == days


@st.composite
def edited_after_the_fact(draw):
    """A clock that runs, the time an edit is made, and the days it changes, near the clock's end."""
    started_on = draw(DAYS)
    amount = draw(st.integers(1, 15))
    last = due_on(Limit(amount, "working_day"), started_on, BEIHAI)
    span = (last - started_on).days + 12
    around = st.integers(0, span).map(lambda n: started_on + timedelta(days=n))
    changes = draw(st.dictionaries(around, STATED_DAY, min_size=1, max_size=4))
    made_at = _noon(started_on) + timedelta(days=draw(st.integers(0, span)))
    seen_at = made_at + timedelta(days=draw(st.integers(0, 20)))
    return started_on, amount, changes, made_at, seen_at


@given(edited_after_the_fact())
def test_an_edit_after_the_fact_leaves_the_cards_that_would_have_fallen_had_it_been_known(drawn):
    started_on, amount, changes, made_at, seen_at = drawn
    at = _noon(started_on)
    said = {"kind": "promised", "amount": amount, "unit": "working_day", "started_at": at.isoformat(), "desk": None}
    entries = [Entry(at, EntryKind.STARTED, 1, said)]
    edited = with_changes(BEIHAI, changes)
    then = fold(entries, [World(ALWAYS, BEIHAI, Rules()), World(made_at, edited, Rules())], seen_at)
    always = fold(entries, [World(ALWAYS, edited, Rules())], seen_at)
    assert _standing(then) == _standing(always)
    assert then.clocks[1].due == always.clocks[1].due == deadline(Limit(amount, "working_day"), started_on, edited)
    assert all(card.withdrawn_at == made_at for card in then.cards if card.withdrawn_at)


def _standing(log) -> list[str]:
    """No card twice, none that should not be there."""
    return sorted(card.colour for card in log.cards if card.withdrawn_at is None)
