"""What anybody may read of a village: notices hanging out now, published results, and the count that proves them whole."""

from dataclasses import dataclass
from datetime import date, datetime

from server.db.case import count_closed_cases
from server.db.disclosure import count_results, list_results
from server.db.public_notice import list_open_notices
from server.db.roster import roster_ids_of
from server.services.work import Work

SHOWN = 100


@dataclass(frozen=True)
class Notice:
    """A public notice; every column is masked already."""

    item_name: str
    columns: tuple[tuple[str, str], ...]
    starts_on: date
    ends_on: date
    # 名册 of a batch: its table of households has a page of its own.
    roster_id: str | None = None


@dataclass(frozen=True)
class Result:
    """A published result; every column is masked already."""

    item_code: str
    item_name: str
    columns: tuple[tuple[str, str], ...]
    published_at: datetime
    roster_id: str | None = None


@dataclass(frozen=True)
class Board:
    """The proof that nothing was left out: `closed` cases = `shown` entries + those `withheld`, each with its reason."""

    notices: tuple[Notice, ...]
    results: tuple[Result, ...]
    closed: int
    shown: int
    withheld: tuple[tuple[str, int], ...]

    @property
    def due(self) -> int:
        """How many should be shown: all that closed but those withheld with a lawful reason."""
        return self.closed - sum(count for _, count in self.withheld)


def read_board(work: Work, village_code: str | None = None) -> Board:
    """The board of one village, or of the whole city. Raises UnknownRegion."""
    if village_code:
        work.catalogue.regions.get(village_code)
    shown, withheld = count_results(work.session, village_code)
    notices = list_open_notices(work.session, village_code)
    results = list_results(work.session, village_code, SHOWN)
    rosters = roster_ids_of(work.session, [row.case_id for row in (*notices, *results)])
    return Board(
        notices=tuple(
            Notice(row.item_name, _pairs(row.columns), row.starts_on, row.ends_on, rosters.get(row.case_id))
            for row in notices
        ),
        results=tuple(
            Result(row.item_code, row.item_name, _pairs(row.columns or []), row.published_at, rosters.get(row.case_id))
            for row in results
        ),
        closed=count_closed_cases(work.session, village_code),
        shown=shown,
        withheld=tuple(sorted(withheld.items())),
    )


def _pairs(columns: list) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in columns)
