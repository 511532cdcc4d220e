"""China's working-day calendar: the yearly notices as the `chinesecalendar` library carries them, and Guangxi's own days."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from chinese_calendar.constants import Holiday, holidays, workdays

from server.domain.statutory_days import StatutoryRule, rule_of, statutory_days
from server.domain.work_calendar import ONE_DAY, WorkCalendar

_DATA = Path(__file__).parents[1] / "data" / "calendar.yaml"
_LAST_KNOWN = max(holidays).year
# The library writes 清明 where the regulation writes 清明节.
_CHINESE = {holiday.value: holiday.chinese for holiday in Holiday} | {
    Holiday.tomb_sweeping_day.value: "清明节",
    Holiday.dragon_boat_festival.value: "端午节",
    Holiday.mid_autumn_festival.value: "中秋节",
}
_NATIONAL = "国务院办公厅关于{year}年部分节假日安排的通知（含当年调整），由程序所带 chinesecalendar 转录"
_STILL_TO_COME = "{year}年国务院办公厅放假安排尚未收录：只有法定节假日本身，调休未知，到期日只是暂估"


@cache
def beihai_calendar() -> WorkCalendar:
    """The calendar of Beihai: national notices to the last year the library knows, provisional years after it."""
    return _with_sanyuesan(_national(), _stated()["guangxi_sanyuesan"])


@cache
def statutory_rules() -> tuple[StatutoryRule, ...]:
    """法定节假日 as the regulation was revised, the oldest first."""
    return tuple(StatutoryRule(**version) for version in _stated()["statutory"])


def statutory_days_of(year: int) -> dict[date, str]:
    """The days off the regulation itself gives in `year`. Raises LookupError for a year whose feasts are not written down."""
    stated = _stated()
    fixed = {name: date(year, month, day) for name, (month, day) in stated["fixed_feasts"].items()}
    return statutory_days(fixed | stated["moving_feasts"][year], rule_of(year, statutory_rules()))


@cache
def _stated() -> dict[str, Any]:
    return yaml.safe_load(_DATA.read_text(encoding="utf-8"))


def _national() -> WorkCalendar:
    """What the whole country has: the notices, and of a year without one the statutory days alone."""
    days_off = {day: _CHINESE.get(name, name) for day, name in holidays.items()}
    worked = {day: f"{_CHINESE.get(name, name)}调休上班" for day, name in workdays.items()}
    basis: dict[int, tuple[str, ...]] = {day.year: (_NATIONAL.format(year=day.year),) for day in holidays}
    to_come = [year for year in _stated()["moving_feasts"] if year > _LAST_KNOWN]
    for year in to_come:
        days_off |= statutory_days_of(year)
        basis[year] = (_STILL_TO_COME.format(year=year), rule_of(year, statutory_rules()).basis)
    return WorkCalendar(days_off, worked, frozenset(to_come), basis)


def _with_sanyuesan(national: WorkCalendar, stated: Mapping[str, Any]) -> WorkCalendar:
    """Guangxi's two days: as each year's notice moved them, or by rule where the notice is still to come."""
    off, worked, basis = dict(national.holidays), dict(national.makeup_working_days), dict(national.basis)
    name = stated["name"]
    for year, notice in stated["notices"].items():
        worked = {day: why for day, why in worked.items() if day not in notice["days_off"]}
        off |= dict.fromkeys(notice["days_off"], name)
        worked |= dict.fromkeys(notice["worked"], f"{name}调休上班")
        basis[year] = (*basis.get(year, ()), f"自治区{year}年“{name}”放假通知（{notice['seen']}）")
    for year, first in stated["third_of_third"].items():
        days = _two_days_from(first, national)
        worked = {day: why for day, why in worked.items() if day not in days}
        off |= dict.fromkeys(days, name)
        basis[year] = (*basis.get(year, ()), f"“{name}”按农历推定，当年自治区通知未出：{stated['basis']}")
    return WorkCalendar(off, worked, national.provisional_years, basis)


def _two_days_from(first: date, national: WorkCalendar) -> Sequence[date]:
    days: list[date] = []
    day = first
    while len(days) < 2:
        if national.is_working_day(day):
            days.append(day)
        day += ONE_DAY
    return days
