"""视为受理: a licence neither accepted nor answered within five days counts as accepted from the day of receipt (行政许可法 第32条)."""

from server.db.case import CaseRow
from server.db.deadline import ClockRow, list_clocks
from server.domain.card_rules import ClockKind
from server.domain.case import Status
from server.services.item_version import item_of
from server.services.work import Work


class AlreadyAccepted(Exception):
    """The five days are over: law has accepted the application; the text says what is left to do."""

    def __init__(self) -> None:
        super().__init__(
            "已经超过5个工作日没有受理、也没有告知补正，依法自收到材料之日起视为受理，不能再不予受理或要求补正。请继续审查并作出决定。"
        )


def overdue_acceptance(work: Work, case: CaseRow) -> ClockRow | None:
    """The acceptance clock of a licence whose days are over."""
    if not item_of(case).licence or case.status != Status.AWAITING_ACCEPTANCE:
        return None
    running = [
        clock
        for clock in list_clocks(work.session, case.id)
        if clock.kind == ClockKind.ACCEPTANCE and not clock.finished_at
    ]
    return next((clock for clock in running if clock.due_at and clock.due_at <= work.now), None)


def require_open_for_refusal(work: Work, case: CaseRow) -> None:
    """Raises AlreadyAccepted."""
    if overdue_acceptance(work, case):
        raise AlreadyAccepted
