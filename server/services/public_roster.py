"""What anybody may read of a batch: its table by the item's own template, masked, or its count where it names nobody."""

from dataclasses import dataclass

from server.db.case import CaseRow
from server.db.public_notice import find_notice
from server.db.roster import RosterRow, list_households
from server.domain.case import Status
from server.domain.disclosure import result_columns
from server.domain.roster import GRANTED, RowState, Sum, yuan
from server.domain.roster_entry import Entry, is_money, is_quantity
from server.services.answers import mask_numbers
from server.services.disclosure import facts_of
from server.services.household import entry_of
from server.services.item_version import item_of
from server.services.roster_gate import total_of
from server.services.work import Work


@dataclass(frozen=True)
class PublicRoster:
    """What anybody may read: the template's columns, masked; of an item that names nobody the count alone."""

    item_name: str
    village: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: Sum | None
    granted: bool
    is_supplement: bool


def public_roster(work: Work, roster_id: str) -> PublicRoster | None:
    """The list while it hangs out and after it was granted; None before, and of a batch that was turned down."""
    roster = work.session.get(RosterRow, roster_id)
    case = work.session.get(CaseRow, roster.case_id) if roster else None
    if roster is None or case is None or not _is_public(work, case):
        return None
    granted = roster.approved_at is not None
    shown = GRANTED if granted else frozenset(RowState) - {RowState.EXCLUDED}
    rows = [row for row in list_households(work.session, roster.id) if RowState(row.state) in shown]
    named = item_of(case).publishes_cases
    table = [_published(work, case, entry_of(work, row)) for row in rows] if named else []
    return PublicRoster(
        item_name=case.item_name,
        village=work.catalogue.regions.full_name(case.village_code),
        labels=tuple(label for label, _ in table[0]) if table else (),
        rows=tuple(tuple(value for _, value in columns) for columns in table),
        total=total_of(rows),
        granted=granted,
        is_supplement=roster.supplement_of is not None,
    )


def _is_public(work: Work, case: CaseRow) -> bool:
    """While its notice hangs out, and once it is granted; between the two, and after a refusal, nobody's business."""
    notice = find_notice(work.session, case.id)
    return case.status == Status.COMPLETED or bool(notice and notice.ended_at is None)


def _published(work: Work, case: CaseRow, entry: Entry) -> list[tuple[str, str]]:
    """One household by the item's own template: the whitelist is the item's, the facts are the row's."""
    item = item_of(case)
    answers = {item.applicant.name: entry.name, **entry.values}
    stated = {label: mask_numbers(words) for label, words in case.stated_result.items()}
    measured = {field.label: entry.quantity for field in item.disclosure_fields if is_quantity(field.label)}
    money = {field.label: f"{yuan(entry.fen)}元" for field in item.disclosure_fields if is_money(field.label)}
    own = {label: text for label, text in {**measured, **(money if entry.fen else {})}.items() if text}
    return result_columns(item, facts_of(work, case, answers), {**stated, **own}) or []
