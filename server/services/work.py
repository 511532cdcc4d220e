"""What every errand is handed: one open transaction, the time it happens at, and the tools of this installation."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from forms.catalogue import Catalogue
from forms.clock import Clock, local_date
from server.adapters.blob_store import BlobStore
from server.adapters.vault import Vault
from server.db.engine import RowConflict, Session
from server.domain.card_rules import Rules
from server.domain.clock_log import World
from server.domain.work_calendar import WorkCalendar
from server.services.published import PublishedCatalogue
from server.settings import ServerSettings

__all__ = ["RowConflict", "Tools", "Work"]


@dataclass(frozen=True)
class Tools:
    """Built once by `bootstrap`. `catalogue` is the shipped one; errands ask `Work.catalogue`."""

    settings: ServerSettings
    clock: Clock
    catalogue: Catalogue
    calendar: WorkCalendar
    vault: Vault
    blobs: BlobStore
    published: PublishedCatalogue = field(default_factory=PublishedCatalogue)


@dataclass(frozen=True)
class Work:
    """One errand's transaction; `now` is read once so that everything in it happens at one instant."""

    session: Session
    now: datetime
    tools: Tools

    @cached_property
    def catalogue(self) -> Catalogue:
        """What was in force when this errand began: what ships, with what the city published standing over it."""
        return self.tools.published.in_force(self.session, self.tools.catalogue)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The working-day calendar in force."""
        return self.tools.calendar

    @cached_property
    def rules(self) -> Rules:
        """The supervision rules in force."""
        return Rules()

    @cached_property
    def worlds(self) -> list[World]:
        """Every calendar and every set of rules there was, with the time each came into force; oldest first."""
        return [World(datetime.min.replace(tzinfo=UTC), self.calendar, self.rules)]

    @property
    def today(self) -> date:
        return local_date(self.now)
