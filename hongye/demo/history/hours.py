"""When offices work in the demo history: on working days of the calendar, in the morning and in the afternoon."""

from datetime import date, datetime, time, timedelta
from random import Random

from forms.clock import BEIJING_TIME, local
from server.domain.work_calendar import ONE_DAY, WorkCalendar

_MORNING, _AFTERNOON = time(8, 30), time(15, 0)  # as offices in Guangxi open
_HALF_DAY = 180  # minutes


def office_moment(calendar: WorkCalendar, after: datetime, working_days: int, rng: Random) -> datetime:
    """Some moment of office hours so many working days later; with 0, later on the same day when it is still possible."""
    day = local(after).date()
    for _ in range(working_days):
        day = calendar.next_working_day(day + ONE_DAY)
    moment = moment_of(calendar.next_working_day(day), rng)
    while moment <= after + timedelta(minutes=5):
        day = calendar.next_working_day(day + ONE_DAY)
        moment = moment_of(day, rng)
    return moment


def moment_of(day: date, rng: Random) -> datetime:
    """A minute and second of that day's office hours."""
    begins = datetime.combine(day, rng.choice((_MORNING, _AFTERNOON)), BEIJING_TIME)
    return begins + timedelta(seconds=rng.randrange(_HALF_DAY * 60))
