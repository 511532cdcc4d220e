"""惠民政策: a benefit policy, who it is for, what it gives, on what ground, and which errand applies for it."""

from datetime import date

from pydantic import Field

from forms.condition import CatalogueRecord, Condition
from forms.item import Confidence, Confirmation, Level


class Policy(CatalogueRecord):
    """One entry. `benefit` names no amount unless a national standard does: a city fills in its own (地方标准)."""

    code: str = Field(pattern=r"^P-[A-Z]{2}-\d{2}$")
    name: str = Field(alias="name_zh")
    department: str
    who: str
    suits: Condition | None = None
    benefit: str
    how_to_apply: str
    item_codes: tuple[str, ...]
    basis: str
    contact_level: Level
    effective: date | None
    expiry: date | None
    # What a date alone cannot say: 2025年秋季学期起, 2026年起政策待确认.
    effective_note: str | None = None
    expiry_note: str | None = None
    local_standard: bool = False
    note: str | None = None
    confidence: Confidence
    status: Confirmation

    @property
    def is_confirmed(self) -> bool:
        return self.status == "confirmed"

    def in_force(self, on: date) -> bool:
        """By the dates it states; one that states none is taken to hold."""
        return (self.effective is None or self.effective <= on) and (self.expiry is None or on <= self.expiry)
