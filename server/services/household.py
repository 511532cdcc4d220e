"""One sealed row of a roster, opened and sealed again for the errands that must know who it is."""

import json

from server.db.roster import HouseholdRow
from server.domain.roster_entry import Entry
from server.services.resident import resident_of
from server.services.work import Work


def seal_entry(work: Work, row: HouseholdRow, entry: Entry) -> None:
    stored = json.dumps(entry.as_stored(), ensure_ascii=False).encode()
    row.sealed, row.fen = work.tools.vault.seal(stored, f"roster row {row.id}"), entry.fen


def entry_of(work: Work, row: HouseholdRow) -> Entry:
    return Entry(**json.loads(work.tools.vault.open(row.sealed, f"roster row {row.id}")), fen=row.fen)


def resident_of_row(work: Work, row: HouseholdRow) -> str:
    """The resident's id, written down on first sight."""
    entry = entry_of(work, row)
    return resident_of(work, entry.id_number, entry.name).id
