"""A limit counted out day by day agrees with the rule that computes it, and says why each day did not count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.holidays import beihai_calendar
from server.domain.day_count import count_days
from server.domain.deadline import Limit, Pause, due_on
from server.domain.work_calendar import WorkCalendar

BEIHAI = beihai_calendar()
DAYS = st.dates(date(2018, 1, 1), date(2028, 6, 30))
LIMITS = st.builds(Limit, st.integers(0, 60), st.sampled_from(["working_day", "calendar_day"]))


def why(counted) -> dict[str, str]:
    return {f"{skipped.day:%m-%d}": f"{skipped.why} {skipped.words}" for skipped in counted.skipped}


def test_weekends_holidays_and_make_up_days_are_named():
    counted = count_days(Limit(6, "working_day"), date(2026, 9, 18), BEIHAI)
    assert counted.due_on == date(2026, 9, 28)
    assert why(counted) == {
        "09-19": "off 周六",
        "09-25": "off 中秋节（周五）",
        "09-26": "off 中秋节（周六）",
        "09-27": "off 中秋节（周日）",
    }
    assert counted.made_up == ((date(2026, 9, 20), "国庆节调休上班"),)


def test_calendar_days_skip_nothing_but_the_last_day_moves():
    counted = count_days(Limit(7, "calendar_day"), date(2026, 9, 24), BEIHAI)
    assert (counted.due_on, why(counted)) == (date(2026, 10, 8), {
        f"10-{day:02}": f"moved 国庆节（{weekday}）"
        for day, weekday in zip(range(1, 8), ("周四", "周五", "周六", "周日", "周一", "周二", "周三"), strict=True)
    })  # fmt: skip


def test_stopped_days_are_told_apart_from_days_off():
    counted = count_days(
        Limit(2, "working_day"), date(2026, 11, 23), BEIHAI, [Pause(date(2026, 11, 24), date(2026, 11, 26))]
    )
    assert counted.due_on == date(2026, 11, 27)
    assert why(counted) == {"11-24": "stopped 停表", "11-25": "stopped 停表"}


def test_an_open_stop_hides_the_end():
    assert count_days(Limit(2, "working_day"), date(2026, 11, 23), BEIHAI, [Pause(date(2026, 11, 24))]) is None


def test_a_year_to_come_says_it_is_provisional():
    assert count_days(Limit(1, "working_day"), date(2026, 12, 31), BEIHAI).provisional
    assert not count_days(Limit(1, "working_day"), date(2026, 12, 30), BEIHAI).provisional


def test_hours_are_not_counted_in_days():
    with pytest.raises(ValueError, match="day and night"):
        count_days(Limit(4, "hour"), date(2026, 11, 23), WorkCalendar())


@pytest.mark.property
@given(
    limit=LIMITS,
    started_on=DAYS,
    stops=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=3),
)
def test_what_is_counted_and_what_is_skipped_is_every_day_to_the_due_date(limit, started_on, stops):
    pauses = [
        Pause(started_on + timedelta(days=begun), started_on + timedelta(days=begun + long)) for begun, long in stops
    ]
    counted = count_days(limit, started_on, BEIHAI, pauses)
    assert counted.due_on == due_on(limit, started_on, BEIHAI, pauses)
    days = (counted.due_on - started_on).days
    moved = [skipped for skipped in counted.skipped if skipped.why == "moved"]
    # Moved days come one after another at the end, and the due date itself is worked.
    assert [skipped.day for skipped in moved] == [counted.due_on - timedelta(days=n) for n in range(len(moved), 0, -1)]
    assert days - len(counted.skipped) == (limit.amount or min(days, 1))
