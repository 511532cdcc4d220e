"""The working-day clock: law's counting rules, stops, and when cards fall."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.holidays import beihai_calendar
from server.domain.deadline import (
    Limit,
    Pause,
    Stop,
    deadline,
    due_on,
    hours_deadline,
    start_of,
    working_days_left,
)
from server.domain.work_calendar import WorkCalendar

PLAIN = WorkCalendar()
BEIHAI = beihai_calendar()
DAYS = st.dates(date(2018, 1, 1), date(2026, 6, 30))


def working(days: int) -> Limit:
    return Limit(days, "working_day")


@pytest.mark.parametrize(
    ("started_on", "days", "expected"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),  # Monday: the day of receipt is not counted
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday: over the weekend
        (date(2026, 9, 24), 3, date(2026, 9, 30)),  # 25 to 27 September 2026 is the Mid-Autumn holiday
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # Sunday 20 September 2026 is a make-up working day
        (date(2026, 9, 30), 2, date(2026, 10, 9)),  # National Day, 1 to 7 October
        (date(2018, 2, 14), 1, date(2018, 2, 22)),  # Spring Festival 2018
        (date(2018, 4, 17), 1, date(2018, 4, 23)),  # 壮族三月三 2018: 18 to 20 April, with 15 April worked for it
        (date(2018, 4, 13), 1, date(2018, 4, 15)),
    ],
)
def test_working_day_limits_skip_what_the_yearly_notices_say(started_on, days, expected):
    assert due_on(working(days), started_on, BEIHAI) == expected


def test_a_calendar_day_limit_ending_on_a_day_off_moves_to_the_next_working_day():
    assert due_on(Limit(7, "calendar_day"), date(2026, 11, 21), PLAIN) == date(2026, 11, 30)  # 28 is a Saturday


def test_a_stop_begun_and_ended_on_one_day_costs_nothing():
    stop = Pause(date(2026, 11, 25), date(2026, 11, 25))
    assert due_on(working(5), date(2026, 11, 23), PLAIN, [stop]) == due_on(working(5), date(2026, 11, 23), PLAIN)


def test_nobody_can_know_the_due_date_while_a_stop_is_open():
    assert due_on(working(5), date(2026, 11, 23), PLAIN, [Pause(date(2026, 11, 25))]) is None


def test_a_limit_already_over_when_a_stop_begins_stays_over():
    assert due_on(working(1), date(2026, 11, 23), PLAIN, [Pause(date(2026, 11, 26))]) == date(2026, 11, 24)


@pytest.mark.property
@given(started_on=DAYS, days=st.integers(0, 60), stop_after=st.integers(0, 40), stop_days=st.integers(0, 40))
def test_a_stop_costs_exactly_the_working_days_it_covers(started_on, days, stop_after, stop_days):
    begun = started_on + timedelta(days=stop_after)
    ended = begun + timedelta(days=stop_days)
    without = due_on(working(days), started_on, BEIHAI)
    with_stop = due_on(working(days), started_on, BEIHAI, [Pause(begun, ended)])
    covered = sum(
        BEIHAI.is_working_day(begun + timedelta(days=n))
        for n in range(stop_days)
        if begun + timedelta(days=n) > started_on
    )
    if begun <= without and days:
        assert _working_days(without, with_stop) == covered
    else:
        assert with_stop == without


def _working_days(after: date, until: date) -> int:
    return sum(BEIHAI.is_working_day(after + timedelta(days=n + 1)) for n in range((until - after).days))


@pytest.mark.property
@given(started_on=DAYS, days=st.integers(0, 60))
def test_the_due_date_is_a_working_day_with_exactly_the_limit_before_it(started_on, days):
    last = due_on(working(days), started_on, BEIHAI)
    assert BEIHAI.is_working_day(last)
    if days:
        assert _working_days(started_on, last) == days


@pytest.mark.property
@given(started_on=DAYS, days=st.integers(0, 30), cut=st.integers(1, 20), stop_days=st.integers(1, 20))
def test_one_stop_costs_the_same_as_the_same_stop_cut_in_two(started_on, days, cut, stop_days):
    begun = started_on + timedelta(days=2)
    ended = begun + timedelta(days=stop_days)
    middle = min(begun + timedelta(days=cut), ended)
    whole = due_on(working(days), started_on, BEIHAI, [Pause(begun, ended)])
    halves = due_on(working(days), started_on, BEIHAI, [Pause(begun, middle), Pause(middle, ended)])
    assert whole == halves


def test_the_yellow_card_falls_with_one_working_day_left_and_the_red_one_after_the_last_day():
    due = deadline(working(5), date(2026, 11, 23), BEIHAI)
    assert due.due_on == date(2026, 11, 30)
    assert due.yellow_at == start_of(date(2026, 11, 27))
    assert due.red_at == start_of(date(2026, 12, 1))


def test_a_limit_of_one_day_warns_on_its_last_day_and_one_of_none_not_at_all():
    monday = date(2026, 11, 23)
    assert deadline(working(1), monday, BEIHAI).yellow_at == start_of(date(2026, 11, 24))
    assert deadline(working(0), monday, BEIHAI).yellow_at is None


def test_a_limit_in_hours_runs_by_night_and_on_days_off_and_stands_still_while_stopped():
    friday = datetime(2026, 11, 27, 10, tzinfo=UTC)
    stop = Stop(friday + timedelta(hours=5), friday + timedelta(hours=8))
    assert hours_deadline(Limit(24, "hour"), friday).red_at == friday + timedelta(hours=24)
    assert hours_deadline(Limit(24, "hour"), friday, [stop]).red_at == friday + timedelta(hours=27)
    assert hours_deadline(Limit(24, "hour"), friday, [Stop(friday + timedelta(hours=5))]) is None
    assert hours_deadline(Limit(4, "hour"), friday, [Stop(friday + timedelta(hours=5))]).red_at == friday + timedelta(
        hours=4
    )


def test_working_days_left_count_down_through_a_weekend_and_go_negative():
    friday = datetime(2026, 11, 27, 1, tzinfo=UTC)
    assert working_days_left(date(2026, 11, 30), friday, PLAIN) == 1
    assert working_days_left(date(2026, 11, 27), friday, PLAIN) == 0
    assert working_days_left(date(2026, 11, 25), friday, PLAIN) == -2


def test_a_weekend_after_the_due_day_is_over_and_not_today():
    saturday = datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert working_days_left(date(2026, 11, 27), saturday, PLAIN) == -1


def test_years_without_a_published_notice_say_so():
    assert BEIHAI.is_provisional(date(2027, 3, 1))
    assert not BEIHAI.is_provisional(date(2026, 11, 23))
