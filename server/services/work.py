"""What every errand is handed: one open transaction, the time it happens at, and the tools of this installation."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from forms.catalogue import Catalogue
from forms.clock import Clock, local_date
from server.adapters.blob_store import BlobStore
from server.adapters.vault import Vault
from server.db.engine import RowConflict, Session
from server.domain.card_rules import Rules
from server.domain.clock_log import World
from server.domain.work_calendar import WorkCalendar
from server.services.calendar_in_force import InForce, KeptWorlds
from server.services.published import PublishedCatalogue
from server.settings import ServerSettings

__all__ = ["RowConflict", "Tools", "Work"]


@dataclass(frozen=True)
class Tools:
    """Built once by `bootstrap`. `catalogue` and `calendar` are the shipped ones; errands ask `Work`'s."""

    settings: ServerSettings
    clock: Clock
    catalogue: Catalogue
    calendar: WorkCalendar
    vault: Vault
    blobs: BlobStore
    published: PublishedCatalogue = field(default_factory=PublishedCatalogue)
    kept_worlds: KeptWorlds = field(default_factory=KeptWorlds)


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
    def _in_force(self) -> InForce:
        return self.tools.kept_worlds.in_force(self.session, self.tools.calendar)

    @property
    def calendar(self) -> WorkCalendar:
        """The working-day calendar in force when this errand began: what ships, with what officials edited over it."""
        return self._in_force.calendar

    @property
    def rules(self) -> Rules:
        """The supervision rules in force when this errand began."""
        return self._in_force.rules

    @property
    def worlds(self) -> list[World]:
        """Every calendar and every set of rules there was, with the time each came into force; oldest first."""
        return self._in_force.worlds

    @property
    def today(self) -> date:
        return local_date(self.now)
