"""The shipped calendar, year by year: the national notices, the regulation's own days and Guangxi's holiday."""

from datetime import date, timedelta

import pytest

from server.adapters.holidays import beihai_calendar, statutory_days_of, statutory_rules
from server.domain.statutory_days import rule_of

BEIHAI = beihai_calendar()
KNOWN_YEARS = range(2018, 2027)

# What a reader finds in each year's notice: a span of days off, and the weekend days worked for it.
NOTICES = [
    ("元旦 2018", "2017-12-30", "2018-01-01", []),
    ("春节 2018", "2018-02-15", "2018-02-21", ["2018-02-11", "2018-02-24"]),
    ("清明 2018", "2018-04-05", "2018-04-07", ["2018-04-08"]),
    ("劳动节 2018", "2018-04-29", "2018-05-01", ["2018-04-28"]),
    ("端午 2018", "2018-06-16", "2018-06-18", []),
    ("中秋 2018", "2018-09-22", "2018-09-24", []),
    ("国庆 2018", "2018-10-01", "2018-10-07", ["2018-09-29", "2018-09-30"]),
    ("元旦 2019", "2018-12-30", "2019-01-01", ["2018-12-29"]),
    ("春节 2019", "2019-02-04", "2019-02-10", ["2019-02-02", "2019-02-03"]),
    ("劳动节 2019，当年调整为4天", "2019-05-01", "2019-05-04", ["2019-04-28", "2019-05-05"]),
    ("国庆 2019", "2019-10-01", "2019-10-07", ["2019-09-29", "2019-10-12"]),
    ("春节 2020，因疫情延长到2月2日", "2020-01-24", "2020-02-02", ["2020-01-19"]),
    ("劳动节 2020", "2020-05-01", "2020-05-05", ["2020-04-26", "2020-05-09"]),
    ("端午 2020", "2020-06-25", "2020-06-27", ["2020-06-28"]),
    ("国庆中秋 2020", "2020-10-01", "2020-10-08", ["2020-09-27", "2020-10-10"]),
    ("春节 2021", "2021-02-11", "2021-02-17", ["2021-02-07", "2021-02-20"]),
    ("劳动节 2021", "2021-05-01", "2021-05-05", ["2021-04-25", "2021-05-08"]),
    ("中秋 2021", "2021-09-19", "2021-09-21", ["2021-09-18"]),
    ("国庆 2021", "2021-10-01", "2021-10-07", ["2021-09-26", "2021-10-09"]),
    ("春节 2022", "2022-01-31", "2022-02-06", ["2022-01-29", "2022-01-30"]),
    ("劳动节 2022", "2022-04-30", "2022-05-04", ["2022-04-24", "2022-05-07"]),
    ("国庆 2022", "2022-10-01", "2022-10-07", ["2022-10-08", "2022-10-09"]),
    ("元旦 2023", "2022-12-31", "2023-01-02", []),
    ("春节 2023", "2023-01-21", "2023-01-27", ["2023-01-28", "2023-01-29"]),
    ("劳动节 2023", "2023-04-29", "2023-05-03", ["2023-05-06"]),
    ("端午 2023", "2023-06-22", "2023-06-24", ["2023-06-25"]),
    ("中秋国庆 2023", "2023-09-29", "2023-10-06", ["2023-10-07", "2023-10-08"]),
    ("春节 2024", "2024-02-10", "2024-02-17", ["2024-02-04", "2024-02-18"]),
    ("清明 2024", "2024-04-04", "2024-04-06", ["2024-04-07"]),
    ("劳动节 2024", "2024-05-01", "2024-05-05", ["2024-04-28", "2024-05-11"]),
    ("中秋 2024", "2024-09-15", "2024-09-17", ["2024-09-14"]),
    ("国庆 2024", "2024-10-01", "2024-10-07", ["2024-09-29", "2024-10-12"]),
    ("春节 2025", "2025-01-28", "2025-02-04", ["2025-01-26", "2025-02-08"]),
    ("劳动节 2025", "2025-05-01", "2025-05-05", ["2025-04-27"]),
    ("端午 2025", "2025-05-31", "2025-06-02", []),
    ("国庆中秋 2025", "2025-10-01", "2025-10-08", ["2025-09-28", "2025-10-11"]),
    ("元旦 2026", "2026-01-01", "2026-01-03", ["2026-01-04"]),
    ("春节 2026", "2026-02-15", "2026-02-23", ["2026-02-14", "2026-02-28"]),
    ("劳动节 2026", "2026-05-01", "2026-05-05", ["2026-05-09"]),
    ("中秋 2026", "2026-09-25", "2026-09-27", []),
    ("国庆 2026", "2026-10-01", "2026-10-07", ["2026-09-20", "2026-10-10"]),
]


def days_from(first: str, last: str) -> list[date]:
    start = date.fromisoformat(first)
    return [start + timedelta(days=n) for n in range((date.fromisoformat(last) - start).days + 1)]


@pytest.mark.parametrize(("name", "first", "last", "worked"), NOTICES)
def test_the_calendar_is_what_the_years_notice_says(name, first, last, worked):
    assert [day for day in days_from(first, last) if BEIHAI.is_working_day(day)] == []
    assert all(BEIHAI.is_working_day(date.fromisoformat(day)) for day in worked)


@pytest.mark.parametrize("year", KNOWN_YEARS)
def test_every_statutory_day_is_off_under_its_own_name(year):
    """Two sources that know nothing of each other: the notices, and the regulation with the lunar dates."""
    for day, name in statutory_days_of(year).items():
        assert not BEIHAI.is_working_day(day), (day, name)
        assert BEIHAI.holidays[day] in name.split("、"), (day, name)


@pytest.mark.parametrize("year", [*KNOWN_YEARS, 2027, 2028])
def test_the_regulation_gives_11_days_to_2024_and_13_from_2025(year):
    assert rule_of(year, statutory_rules()).count == (11 if year < 2025 else 13)


def test_of_two_feasts_on_one_day_both_are_named():
    assert statutory_days_of(2020)[date(2020, 10, 1)] == "中秋节、国庆节"
    assert len(statutory_days_of(2020)) == 10


def test_new_years_eve_became_a_statutory_day_in_2025_and_so_did_the_second_of_may():
    assert date(2024, 2, 9) not in statutory_days_of(2024) and date(2024, 5, 2) not in statutory_days_of(2024)
    assert date(2025, 1, 28) in statutory_days_of(2025) and date(2025, 5, 2) in statutory_days_of(2025)


def test_each_version_of_the_regulation_names_its_basis():
    assert [("2013" in rule.basis, "2024" in rule.basis) for rule in statutory_rules()] == [
        (True, False),
        (False, True),
    ]


def test_a_year_before_the_first_version_has_no_rule():
    with pytest.raises(LookupError):
        rule_of(2013, statutory_rules())


def test_a_year_to_come_has_its_statutory_days_and_says_it_is_provisional():
    days = statutory_days_of(2027)
    assert len(days) == 13 and not any(BEIHAI.is_working_day(day) for day in days)
    assert BEIHAI.is_provisional(date(2027, 3, 1)) and not BEIHAI.is_provisional(date(2026, 12, 31))
    assert any("暂估" in words for words in BEIHAI.basis[2027])


@pytest.mark.parametrize("year", [*KNOWN_YEARS, 2027])
def test_every_year_says_where_its_days_come_from(year):
    assert any("国务院办公厅" in words for words in BEIHAI.basis[year])
    assert any("三月三" in words for words in BEIHAI.basis[year])


# 自治区办公厅's notices on 壮族三月三: which working days they gave, and which weekend days were worked for them.
SANYUESAN = {
    2018: (["2018-04-18", "2018-04-19", "2018-04-20"], ["2018-04-15"]),
    2019: (["2019-04-04", "2019-04-08"], []),
    2020: ([], ["2020-03-26", "2020-03-27"]),  # called off for the epidemic
    2021: (["2021-04-14", "2021-04-15", "2021-04-16"], ["2021-04-18"]),
    2022: (["2022-04-02", "2022-04-06"], []),  # 2 April was to be worked for 清明节
    2023: (["2023-04-21", "2023-04-23"], []),  # 23 April was to be worked for 劳动节
    2024: (["2024-04-11", "2024-04-12"], []),
    2025: (["2025-03-31", "2025-04-01"], []),
    2026: (["2026-04-17", "2026-04-20"], ["2026-04-21"]),
}


@pytest.mark.parametrize("year", SANYUESAN)
def test_guangxis_own_holiday_is_where_that_years_notice_put_it(year):
    off, worked = SANYUESAN[year]
    named = [
        day.isoformat() for day, name in sorted(BEIHAI.holidays.items()) if name == "壮族三月三" and day.year == year
    ]
    assert named == off
    assert not any(BEIHAI.is_working_day(date.fromisoformat(day)) for day in off)
    assert all(BEIHAI.is_working_day(date.fromisoformat(day)) for day in worked)


def test_guangxis_own_holiday_takes_two_working_days_of_a_year_to_come():
    days = [day for day, name in BEIHAI.holidays.items() if name == "壮族三月三" and day.year == 2027]
    assert days == [date(2027, 4, 9), date(2027, 4, 12)]  # Friday, and the Monday for Saturday the 10th


def test_a_make_up_day_is_a_weekend_day_and_says_what_for():
    for day, name in BEIHAI.makeup_working_days.items():
        if day.year in KNOWN_YEARS:
            assert day.weekday() >= 5 and name.endswith("调休上班")


def test_no_day_is_both_off_and_made_up():
    assert not BEIHAI.holidays.keys() & BEIHAI.makeup_working_days.keys()


def test_a_plain_day_has_no_name():
    assert BEIHAI.name_of(date(2026, 11, 23)) is None
    assert BEIHAI.name_of(date(2026, 10, 10)) == "国庆节调休上班"
    assert BEIHAI.name_of(date(2026, 2, 17)) == "春节"
