"""A 特别程序 that is not over yet: its desk does not decide or pass the case on, and a case that ends ends it too."""

from server.db.case import CaseRow, StageRow
from server.db.proceeding import find_open_procedure
from server.services.event import SYSTEM
from server.services.work import Work


class ProcedureRefused(Exception):
    """A special procedure that cannot begin or end now, or that must end first; the text says why."""


def require_result_noted(work: Work, case: CaseRow, row: StageRow, *, decides: bool = False) -> None:
    """Raises ProcedureRefused. `decides`: the matter is decided, so nobody's procedure may be open.

    The attack: 鉴定 for a year, then 核验通过. Every clock would stand still for whoever comes after, and after 转办 for
    ever, since the desk that could end it no longer has the case.
    """
    standing = find_open_procedure(work.session, case.id)
    if standing and (decides or standing.stage_id == row.stage_id):
        raise ProcedureRefused(
            f"{standing.department}开始的{standing.kind}还没有结果，停表还没有结束。请先登记{standing.kind}的结果，再办这一步。"
        )


def end_with_case(work: Work, case: CaseRow) -> None:
    """Its result no longer matters; left open it would keep the next one from beginning when the case is reopened."""
    if standing := find_open_procedure(work.session, case.id):
        standing.ended_by, standing.ended_at, standing.result = SYSTEM, work.now, "办件已结束，没有做完。"
