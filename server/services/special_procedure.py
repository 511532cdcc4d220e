"""特别程序: what law leaves out of the limit, begun by the desk that holds the case and told with the days it needs (行政许可法 第45条)."""

from server.db import proceeding as db
from server.db.case import CaseRow
from server.db.proceeding import SpecialProcedureRow
from server.domain.case import Action, Status, require_allowed
from server.domain.people import Actor, Desk
from server.domain.words import LABELS
from server.services import deadline
from server.services.event import record_event
from server.services.open_procedure import ProcedureRefused
from server.services.review import NotYourDesk, place_name, require_reason, stage_at_desk
from server.services.work import Work

# 行政许可法 第45条 names these; nothing else stops the clock by this door.
KINDS = ("听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审")
MOST_DAYS = 365


def start_procedure(work: Work, case: CaseRow, actor: Actor, kind: str, days_needed: int, reason: str) -> None:
    """Raises ActionNotAllowed, NotYourDesk, ReasonMissing, ProcedureRefused."""
    row = stage_at_desk(work, case, actor, Action.START_SPECIAL_PROCEDURE)
    require_reason(reason)
    if kind not in KINDS:
        raise ProcedureRefused(f"特别程序只有：{'、'.join(KINDS)}。其他原因不能停表。")
    if not 1 <= days_needed <= MOST_DAYS:
        raise ProcedureRefused("请写明需要多少天，申请人要知道。")
    if case.stopped_for:
        raise ProcedureRefused("这件已经停表，一次只能有一个停表原因。请先登记前一个的结果。")
    work.session.add(
        SpecialProcedureRow(
            case_id=case.id,
            stage_id=row.stage_id,
            kind=kind,
            reason=reason,
            days_needed=days_needed,
            department=row.department,
            region_code=row.region_code,
            started_by=actor.display_name,
            started_at=work.now,
        )
    )
    case.stopped_for, case.stopped_stage = "special_procedure", row.stage_id
    deadline.keep_time(work, case)
    words = f"要做{kind}，大约{days_needed}天，这段时间不计入时限。"
    record_event(work, case, "special_procedure_started", actor.display_name, words)


def end_procedure(work: Work, case: CaseRow, actor: Actor, result: str) -> None:
    """By the desk that began it. Raises ActionNotAllowed, NotYourDesk, ReasonMissing, ProcedureRefused."""
    require_allowed(Status(case.status), Action.END_SPECIAL_PROCEDURE, actor.role, LABELS)
    standing = db.find_open_procedure(work.session, case.id)
    if standing is None:
        raise ProcedureRefused("这件没有在做特别程序。")
    desk = Desk(standing.department, standing.region_code)
    if desk != actor.desk:
        raise NotYourDesk(f"特别程序由开始它的部门结束：{place_name(work, desk)}。")
    require_reason(result)
    standing.ended_by, standing.ended_at, standing.result = actor.display_name, work.now, result
    case.stopped_for = case.stopped_stage = None
    deadline.keep_time(work, case)
    record_event(work, case, "special_procedure_ended", actor.display_name, f"{standing.kind}做完了，继续办理。")
