"""The server as the demo history lives through it: at a clock that is moved, and a day in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from forms.clock import FixedClock
from server.bootstrap import Installation
from server.db.deadline import find_next_check
from server.db.engine import Session, writing
from server.db.public_notice import list_open_notices
from server.domain.deadline import start_of
from server.domain.work_calendar import ONE_DAY
from server.jobs import (
    end_expired_notices,
    escalate_cards,
    note_shipped_calendar,
    open_due_reverifications,
    sweep_deadlines,
)
from server.services.work import Work

# What the worker does by itself and a history must do at its times; messages are sent to nobody.
AT_MIDNIGHT = (end_expired_notices, escalate_cards, open_due_reverifications)


class Diary:
    """An installation to the jobs and errands: `begin` and `look` give the one transaction of the day.

    Three thousand cases are forty thousand errands: one synced commit each would take longer than all of them.
    """

    def __init__(self, installation: Installation, begins: datetime):
        self._clock = FixedClock(begins.astimezone(UTC))
        self.tools = replace(installation.tools, clock=self._clock)
        self._engine = installation.engine
        self._session: Session | None = None
        self._fault: Exception | None = None

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @contextmanager
    def one_day(self) -> Iterator[None]:
        with writing(self._engine) as self._session:
            yield

    @contextmanager
    def begin(self) -> Iterator[Work]:
        assert self._session is not None
        try:
            yield Work(self._session, self.now, self.tools)
            self._session.flush()
        except Exception as fault:
            self._fault = fault
            raise

    look = begin

    def move_to(self, at: datetime) -> None:
        """On to `at`, with every card falling at its own instant on the way."""
        while (due := self._next_check()) and due <= at:
            self._clock.move_to(max(due.astimezone(UTC), self.now))
            self._run(sweep_deadlines)
        self._clock.move_to(max(at.astimezone(UTC), self.now))

    def note_the_calendar(self) -> None:
        """As a worker does when it starts: what ships counts from the first day on."""
        self._run(note_shipped_calendar)

    def see_midnight(self) -> None:
        for job in AT_MIDNIGHT:
            self._run(job)

    def _run(self, job) -> None:
        """A worker logs what fails and tries again; a history in which something fails is no history."""
        job(self)
        if self._fault:
            raise self._fault

    def _next_check(self) -> datetime | None:
        assert self._session is not None
        return find_next_check(self._session)

    def next_by_itself(self) -> datetime | None:
        """When something happens that nobody does: a card falls, a public notice has run its days."""
        assert self._session is not None
        notices = list_open_notices(self._session)
        ends = start_of(notices[0].ends_on + ONE_DAY) if notices else None
        return min((at for at in (self._next_check(), ends) if at), default=None)
