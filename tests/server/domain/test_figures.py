"""Figures: usual times, rates, periods, and that each figure says what it counts."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.figures import LABELS, RULES, Figure, Period, month_of, months_until, rate, usual_time


def test_every_figure_has_its_name_and_its_rule():
    assert set(LABELS) == set(RULES) == set(Figure)


@given(st.lists(st.integers(0, 30), min_size=5, max_size=200))
def test_nine_of_ten_cases_needed_no_more_than_the_usual_time_and_no_shorter_time_would_do(times):
    histogram = [(time, times.count(time)) for time in set(times)]
    usual = usual_time(histogram, "working_day")
    assert usual.cases == len(times) and usual.amount in times
    assert sum(time <= usual.amount for time in times) * 100 >= 90 * len(times)
    assert sum(time < usual.amount for time in times) * 100 < 90 * len(times)


@given(st.lists(st.integers(0, 30), max_size=4))
def test_fewer_than_five_cases_say_nothing(times):
    assert usual_time([(time, 1) for time in times], "hour") is None


def test_a_rate_of_nothing_is_none_and_not_a_hundred_per_cent():
    assert rate(0, 0) is None
    assert rate(3, 1) == pytest.approx(0.75)


def test_a_period_reaches_to_the_end_of_its_last_day_in_beihai():
    period = Period(date(2026, 9, 1), date(2026, 9, 30))
    assert (period.starts_at.isoformat(), period.ends_at.isoformat()) == (
        "2026-09-01T00:00:00+08:00",
        "2026-10-01T00:00:00+08:00",
    )


def test_months_follow_one_another_without_gap():
    months = months_until(date(2026, 3, 15), 12)
    assert (months[0], months[-1]) == (month_of(date(2025, 4, 1)), Period(date(2026, 3, 1), date(2026, 3, 31)))
    assert all((later.first - month.last).days == 1 for month, later in pairwise(months))
