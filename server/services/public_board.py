"""What anybody may read of a village: notices hanging out now, published results, and the count that proves them whole."""

from dataclasses import dataclass
from datetime import date, datetime

from server.db.disclosure import count_results, list_results
from server.db.public_notice import list_open_notices
from server.services.work import Work

SHOWN = 100


@dataclass(frozen=True)
class Notice:
    """A public notice; every column is masked already."""

    item_name: str
    columns: tuple[tuple[str, str], ...]
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Result:
    """A published result; every column is masked already."""

    item_code: str
    item_name: str
    columns: tuple[tuple[str, str], ...]
    published_at: datetime


@dataclass(frozen=True)
class Board:
    """`closed` cases should have an entry; `shown` of them do; the rest are withheld with a lawful reason."""

    notices: tuple[Notice, ...]
    results: tuple[Result, ...]
    closed: int
    shown: int


def read_board(work: Work, village_code: str | None = None) -> Board:
    """The board of one village, or of the whole city. Raises UnknownRegion."""
    if village_code:
        work.tools.catalogue.regions.get(village_code)
    closed, shown = count_results(work.session, village_code)
    return Board(
        notices=tuple(
            Notice(row.item_name, _pairs(row.columns), row.starts_on, row.ends_on)
            for row in list_open_notices(work.session, village_code)
        ),
        results=tuple(
            Result(row.item_code, row.item_name, _pairs(row.columns or []), row.published_at)
            for row in list_results(work.session, village_code, SHOWN)
        ),
        closed=closed,
        shown=shown,
    )


def _pairs(columns: list) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in columns)
