"""Which days are working days: weekends, public holidays and make-up working days as one plain value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Days off and make-up working days (调休上班) that differ from the plain Monday-to-Friday week, each with its name.

    `provisional_years`: years whose yearly holiday notice (国务院办公厅节假日安排) was not out when the data was made, so
    only the statutory days themselves are known and a due date may still move. `basis`: where a year's days come from.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    makeup_working_days: Mapping[date, str] = field(default_factory=dict)
    provisional_years: frozenset[int] = frozenset()
    basis: Mapping[int, Sequence[str]] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        if day in self.makeup_working_days:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def name_of(self, day: date) -> str | None:
        """What makes this day unlike its weekday: a holiday's name, or what is made up for; None on a plain one."""
        return self.makeup_working_days.get(day) or self.holidays.get(day)

    def next_working_day(self, day: date) -> date:
        """`day` itself when it is a working day, else the first one after it (民法典 第203条)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def previous_working_day(self, day: date) -> date:
        """The last working day strictly before `day`."""
        day -= ONE_DAY
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def is_provisional(self, day: date) -> bool:
        """Whether the year's notice was still to come; so it was for every year after those, of which nothing is known."""
        if not self.provisional_years:
            return False
        return day.year in self.provisional_years or day.year > max(self.provisional_years)
