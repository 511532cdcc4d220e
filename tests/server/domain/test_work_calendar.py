"""Working days as the State Council's yearly notices and Guangxi's own holiday make them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.holidays import beihai_calendar
from server.domain.work_calendar import WorkCalendar

BEIHAI = beihai_calendar()


def days(first: tuple[int, int, int], last: tuple[int, int, int]) -> list[date]:
    start, end = date(*first), date(*last)
    return [start + timedelta(days=count) for count in range((end - start).days + 1)]


@pytest.mark.parametrize(
    ("name", "off"),
    [
        # 国办发明电〔2017〕12号
        ("元旦 2018", days((2017, 12, 30), (2018, 1, 1))),
        ("春节 2018", days((2018, 2, 15), (2018, 2, 21))),
        ("清明 2018", days((2018, 4, 5), (2018, 4, 7))),
        ("劳动节 2018", days((2018, 4, 29), (2018, 5, 1))),
        ("端午 2018", days((2018, 6, 16), (2018, 6, 18))),
        ("中秋 2018", days((2018, 9, 22), (2018, 9, 24))),
        ("国庆 2018", days((2018, 10, 1), (2018, 10, 7))),
        # the notice for 2026
        ("元旦 2026", days((2026, 1, 1), (2026, 1, 3))),
        ("春节 2026", days((2026, 2, 15), (2026, 2, 23))),
        ("清明 2026", days((2026, 4, 4), (2026, 4, 6))),
        ("劳动节 2026", days((2026, 5, 1), (2026, 5, 5))),
        ("端午 2026", days((2026, 6, 19), (2026, 6, 21))),
        ("中秋 2026", days((2026, 9, 25), (2026, 9, 27))),
        ("国庆 2026", days((2026, 10, 1), (2026, 10, 7))),
    ],
)
def test_the_days_of_the_yearly_notices_are_off(name, off):
    assert [day for day in off if BEIHAI.is_working_day(day)] == []


@pytest.mark.parametrize(
    "day",
    [
        *(date(2018, 2, 11), date(2018, 2, 24), date(2018, 4, 8), date(2018, 4, 28)),
        *(date(2018, 9, 29), date(2018, 9, 30), date(2018, 12, 29)),
        *(date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)),
        *(date(2026, 9, 20), date(2026, 10, 10)),
    ],
)
def test_make_up_days_are_weekend_days_that_are_worked(day):
    assert day.weekday() >= 5
    assert BEIHAI.is_working_day(day)


def test_plain_weekdays_and_weekends_are_what_they_are():
    assert BEIHAI.is_working_day(date(2026, 11, 23))
    assert not BEIHAI.is_working_day(date(2026, 11, 21))
    assert not BEIHAI.is_working_day(date(2026, 11, 22))


@pytest.mark.parametrize("year", [2027, 2028, 2029, 2035])
def test_a_year_whose_notice_is_not_out_is_provisional_and_so_is_every_later_one(year):
    assert BEIHAI.is_provisional(date(year, 6, 1))


@pytest.mark.parametrize("year", [2018, 2025, 2026])
def test_a_year_whose_notice_is_known_is_not_provisional(year):
    assert not BEIHAI.is_provisional(date(year, 6, 1))


def test_a_year_made_known_between_two_provisional_ones_is_known():
    calendar = WorkCalendar(provisional_years=frozenset({2027, 2029}))
    told = {year: calendar.is_provisional(date(year, 6, 1)) for year in range(2026, 2031)}
    assert told == {2026: False, 2027: True, 2028: False, 2029: True, 2030: True}


def test_a_calendar_that_knows_nothing_of_notices_calls_no_year_provisional():
    assert not WorkCalendar().is_provisional(date(2035, 1, 1))


def test_a_make_up_day_counts_even_where_a_holiday_is_written_on_it():
    sunday = date(2026, 11, 22)
    assert WorkCalendar({sunday: "错"}, {sunday: "调休上班"}).is_working_day(sunday)


@pytest.mark.property
@given(st.dates(date(2014, 1, 1), date(2030, 12, 31)))
def test_next_is_never_before_and_previous_never_after_and_nothing_workable_lies_between(day):
    after, before = BEIHAI.next_working_day(day), BEIHAI.previous_working_day(day)
    assert before < day <= after
    assert BEIHAI.is_working_day(after)
    assert BEIHAI.is_working_day(before)
    between = ((before + timedelta(days=count)) for count in range(1, (after - before).days))
    assert not any(BEIHAI.is_working_day(other) for other in between)
