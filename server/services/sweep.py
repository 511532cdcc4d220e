"""What happens to a case when the time of one of its clocks has come."""

from server.db.case import CaseRow
from server.db.deadline import is_due, lock_case_of_clock
from server.domain.review import StageState
from server.services import deadline, walk
from server.services.acceptance import overdue_acceptance
from server.services.answers import answers_of
from server.services.event import SYSTEM, record_event
from server.services.item_version import item_of
from server.services.settling import settle
from server.services.work import Work


def sweep_clock(work: Work, clock_id: int) -> int:
    """Look at one clock whose time has come. Returns how many cards fell. Idempotent.

    The case is locked first, as every desk does: two who take locks in another order would wait for each other.
    """
    case = lock_case_of_clock(work.session, clock_id)
    if case is None or not is_due(work.session, clock_id, work.now):  # ten desks late at once are one case to settle
        return 0
    fallen = len(settle(work, case))
    _deem_accepted(work, case)
    return fallen


def _deem_accepted(work: Work, case: CaseRow) -> None:
    clock = overdue_acceptance(work, case)
    if clock is None:
        return
    row = next(row for row in case.stages if row.stage_id == clock.stage_id and row.state == StageState.ACTIVE)
    deadline.start_statutory_clock(work, case, item_of(case), since=clock.started_at)
    walk.finish_stage(work, row, StageState.DONE)
    record_event(work, case, "deemed_accepted", SYSTEM, "超过5个工作日没有答复，依法视为已经受理，继续办理。")
    walk.move_on(work, case, answers_of(work, case))
