"""办事点: where a village receives people, when, and under which number; what nobody has stated says 待确认."""

from dataclasses import dataclass

TO_BE_CONFIRMED = "待确认"


@dataclass(frozen=True)
class ServicePoint:
    """Each part may be None: then nobody has stated it, and no sheet makes one up."""

    place: str | None = None
    hours: str | None = None
    telephone: str | None = None

    def place_at(self, village_name: str) -> str:
        """The stated place, else the counter every village has, with a word that its address is not confirmed."""
        return self.place or f"{village_name or '各村（社区）'}的办事柜台（门牌{TO_BE_CONFIRMED}）"

    @property
    def hours_words(self) -> str:
        return self.hours or TO_BE_CONFIRMED

    @property
    def telephone_words(self) -> str:
        return self.telephone or TO_BE_CONFIRMED
