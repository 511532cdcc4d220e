"""可能重复: notices that somebody has applied for the same before; flags it for the desks and refuses nothing."""

from dataclasses import dataclass
from datetime import timedelta

from server.db.case import CaseRow
from server.db.duplicate import DuplicateRow, list_cases_of_resident, list_duplicates
from server.domain.case import CLOSED, Status
from server.domain.words import STATUS
from server.services.case_note import note_on_case
from server.services.work import Work

# No law says how long a benefit once granted makes a new application a duplicate [M]; most are looked at again yearly.
RUNNING_FOR = timedelta(days=365)
_ENDED_WITHOUT = CLOSED - {Status.COMPLETED}


@dataclass(frozen=True)
class Duplicate:
    """The other case of a pair; `ready_sentence` declines this one because of it."""

    case_number: str
    status_label: str
    ready_sentence: str


def flag_duplicates(work: Work, case: CaseRow) -> None:
    """At intake: both cases say so, whichever page is opened first."""
    for earlier in list_cases_of_resident(work.session, case.resident_id, case.item_code):
        if earlier.id == case.id or not _still_counts(work, earlier):
            continue
        work.session.add(DuplicateRow(case_id=case.id, earlier_id=earlier.id, found_at=work.now))
        work.session.flush()
        for one, other in ((case, earlier), (earlier, case)):
            note_on_case(work, one, "duplicate_found", None, f"同一人同一事项还有 {other.case_number}")


def _still_counts(work: Work, case: CaseRow) -> bool:
    """One that is under way, or was completed and may still be paid out."""
    if case.closed_at is None:
        return True
    return case.status not in _ENDED_WITHOUT and case.closed_at > work.now - RUNNING_FOR


def duplicates_of(work: Work, case: CaseRow) -> tuple[Duplicate, ...]:
    return tuple(
        Duplicate(other.case_number, STATUS[other.status], _ready_sentence(other))
        for other in list_duplicates(work.session, case.id)
    )


def _ready_sentence(other: CaseRow) -> str:
    standing = "还在办理" if other.closed_at is None else "已经办结"
    after = (
        "请等那一件的结果，用回执上的查询码可以查进度。"
        if other.closed_at is None
        else "结果见那一件的回执，情况有变化的可以再来申请。"
    )
    return f"您已经申请过同一事项（办件编号{other.case_number}），{standing}，这一件重复，不再受理。{after}"
