"""Walks a case from stage to stage: opens what comes next, and closes the case after the last one."""

from forms.clock import written_time
from forms.item import Answers, Stage
from server.db.case import CaseRow, StageRow
from server.db.correction import find_open_correction
from server.domain.case import CLOSED, STATUS_OF_STAGE, Status, status_of
from server.domain.people import Actor, Desk, Role
from server.domain.review import StageState, rules_itself_out, settled_alternatives, stages_to_open
from server.services import aftermath, deadline, disclosure, open_procedure, public_notice
from server.services.answers import answers_of
from server.services.case_note import OPINION_BEFORE, note_on_case
from server.services.disclosure import withdraw_result
from server.services.event import SYSTEM, record_event
from server.services.item_version import item_of
from server.services.work import Work


def move_on(work: Work, case: CaseRow, answers: Answers) -> None:
    """Open whatever may open now, again and again, until somebody has something to do or the case is complete."""
    item = item_of(case)
    rows = {row.stage_id: row for row in case.stages}
    for stage in settled_alternatives(item.stages, {key: StageState(row.state) for key, row in rows.items()}):
        finish_stage(work, rows[stage.id], StageState.NOT_APPLICABLE)
    while opened := stages_to_open(item.stages, {key: StageState(row.state) for key, row in rows.items()}):
        for stage in opened:
            _open_stage(work, case, stage, rows[stage.id], answers)
    if case.status not in CLOSED:
        case.status = status_of(stage.action for stage in item.stages if rows[stage.id].state == StageState.ACTIVE)
    if case.status == Status.COMPLETED and case.closed_at is None:
        close_case(work, case, Status.COMPLETED, answers)
    elif case.status not in CLOSED:
        deadline.keep_time(work, case)


def _open_stage(work: Work, case: CaseRow, stage: Stage, row: StageRow, answers: Answers) -> None:
    row.opened_at = work.now
    if rules_itself_out(stage, answers):
        finish_stage(work, row, StageState.NOT_APPLICABLE)
        return
    row.state = StageState.ACTIVE
    case.status = STATUS_OF_STAGE[stage.action]
    if stage.clock_start == "statutory" and stage.action != "accept":
        deadline.start_statutory_clock(work, case, item_of(case))
    if stage.is_public_notice:
        if case.stopped_for == "objection":
            case.stopped_for = None
        public_notice.start_public_notice(work, case, stage, answers)
    elif stage.action == "publicise":
        finish_stage(work, row, StageState.DONE)  # a mere posting: the result itself is published when the case closes


def reopen_stage(work: Work, case: CaseRow, row: StageRow) -> None:
    """A desk looks again at what it had finished; what it had signed before is noted, for the routing form too."""
    if row.finished_at:
        signed = f"{row.handled_by}，{written_time(row.finished_at)}"
        note_on_case(
            work, case, OPINION_BEFORE, None, f"{row.department}原来的意见：{row.opinion or '没有写'}（{signed}）"
        )
    row.state, row.opened_at = StageState.ACTIVE, work.now
    row.finished_at = row.handled_by = row.verdict = row.opinion = None
    stage = next(stage for stage in item_of(case).stages if stage.id == row.stage_id)
    case.status = STATUS_OF_STAGE[stage.action]


def finish_stage(work: Work, row: StageRow, state: StageState, handled_by: str = SYSTEM) -> None:
    row.state = state
    row.finished_at = work.now
    row.handled_by = handled_by


def end_case(work: Work, case: CaseRow, status: Status, actor: Actor, reason: str) -> None:
    """撤回、终止: the case ends without a decision on the matter; what was asked stays on record with the reason."""
    case.decision, case.decision_reason = status.value, reason
    record_event(work, case, status.value, actor.display_name, reason, brief="原因请点开看")
    close_case(work, case, status, answers_of(work, case))


def reopen_case(work: Work, case: CaseRow, actor: Actor, reason: str) -> None:
    """恢复办理 of a case that was ended by mistake: its limits run on, the time between counts as a stop."""
    case.decision = case.decision_reason = None
    case.closed_at = None
    case.status = Status.IN_VERIFICATION  # any open one; the stages say which it is
    withdraw_result(work, case)
    deadline.reopen_clocks(work, case)
    record_event(work, case, "reopened", actor.display_name, reason)
    move_on(work, case, answers_of(work, case))
    _wait_for_papers_again(work, case)


def _wait_for_papers_again(work: Work, case: CaseRow) -> None:
    """It ended while papers were asked for: without this nobody could bring them, and no desk ask for them twice."""
    if correction := find_open_correction(work.session, case.id):
        correction.status_before, case.status = case.status, Status.AWAITING_CORRECTION
        deadline.keep_time(work, case)


def close_case(work: Work, case: CaseRow, status: Status, answers: Answers) -> None:
    """End the case: the clocks stand still, the result is published or its withholding explained."""
    case.status = status
    case.closed_at = work.now
    case.stopped_for = case.stopped_stage = None
    for row in case.stages:
        if row.state == StageState.ACTIVE:  # another desk that might have decided: nothing waits there any more
            row.state = StageState.PENDING
    public_notice.take_down_what_hangs(work, case)
    open_procedure.end_with_case(work, case)
    deadline.finish_clocks(work, case)
    disclosure.publish_result(work, case, answers)
    if status is Status.COMPLETED:
        record_event(work, case, "completed", SYSTEM, "事情办完了，请给这次服务评个价。")
        aftermath.begin_what_follows(work, case, answers, _end_for_death)


def _end_for_death(work: Work, case: CaseRow, reason: str) -> None:
    """A death registered ends what the person had applied for; nobody at a desk did it."""
    registered = Actor("system", SYSTEM, Role.CONTROL_CENTRE, Desk("", ""))
    end_case(work, case, Status.TERMINATED, registered, reason)
