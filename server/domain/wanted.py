"""Which cases or cards a list asks for: one plain value that counts, lists, exports and addresses all read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from server.domain.figures import Figure, Period
from server.domain.people import Desk

PAGE_SIZE = 50
Line = TypeVar("Line")


class CardShow(StrEnum):
    ALL = ""
    STANDING = "standing"
    UNEXPLAINED = "unexplained"
    APPEALED = "appealed"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class CardWanted:
    """`villages` and `own_desk` are what the asker may see; the rest is what was asked for."""

    villages: frozenset[str] | None = None
    own_desk: Desk | None = None
    place: str = ""
    show: CardShow = CardShow.ALL
    colour: str = ""
    desk: Desk | None = None
    rule: str = ""
    fell_from: datetime | None = None

    def but(self, **changes: object) -> "CardWanted":
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class CaseWanted:
    """`villages` and `own_desks` are what the asker may see; the rest is what was asked for.

    `held_by` asks for what lies at desks now, `handled_by` for what they have done, `in_hands` for what lies there in
    somebody's hands.
    """

    villages: frozenset[str] | None = None
    own_desks: tuple[Desk, ...] = ()
    held_by: tuple[Desk, ...] = ()
    handled_by: tuple[Desk, ...] = ()
    in_hands: tuple[tuple[str, Desk], ...] = ()
    figure: Figure = Figure.ALL
    period: Period | None = None
    place: str = ""
    item: str = ""
    department: str = ""
    status: str = ""
    card: str = ""
    touched_by: str = ""

    def but(self, **changes: object) -> "CaseWanted":
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Page(Generic[Line]):
    """One page of a list, and where it stands in the whole."""

    lines: tuple[Line, ...]
    total: int
    number: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def page_of(found: Sequence[Line], number: int) -> Page[Line]:
    """One page of a list that is already here whole."""
    start = offset_of(number)
    return Page(tuple(found[start : start + PAGE_SIZE]), len(found), number)


def offset_of(number: int) -> int:
    return (max(1, number) - 1) * PAGE_SIZE
