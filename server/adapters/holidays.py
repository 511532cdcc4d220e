"""China's working-day calendar: the yearly notices as the `chinesecalendar` library carries them, and Guangxi's own days."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from chinese_calendar.constants import Holiday, holidays, workdays

from server.domain.work_calendar import WorkCalendar

_DATA = Path(__file__).parents[1] / "data" / "calendar.yaml"


@cache
def beihai_calendar() -> WorkCalendar:
    """The calendar of Beihai: national notices to the last year the library knows, provisional years after it."""
    stated = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    last_known = max(holidays).year
    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    days_off: dict[date, str] = {day: chinese.get(name, name) for day, name in holidays.items()}
    provisional = {year: days for year, days in stated["provisional"]["days"].items() if year > last_known}
    for days in provisional.values():
        days_off.update(dict(days))
    national = WorkCalendar(days_off, frozenset(workdays), frozenset(provisional))
    return _with_sanyuesan(national, stated["guangxi_sanyuesan"])


def _with_sanyuesan(national: WorkCalendar, rule: dict[str, Any]) -> WorkCalendar:
    """Two days off from the third of the third lunar month; what falls on a day off anyway is made up right after."""
    added: dict[date, str] = {}
    for first in rule["lunar_third_of_third"]:
        day, owed = first, 2
        while owed:
            if national.is_working_day(day):
                added[day] = rule["name"]
                owed -= 1
            day += timedelta(days=1)
    return WorkCalendar(
        {**national.holidays, **added},
        national.makeup_working_days - added.keys(),
        national.provisional_years,
    )
