"""What desks do to a case: accept, decline, verify, give a verdict, approve, reject, issue."""

from forms.item import Stage
from server.db.case import CaseRow, StageRow
from server.domain.case import Action, Status, require_allowed
from server.domain.disclosure import stated_labels
from server.domain.people import Actor, Desk
from server.domain.review import StageState, Verdict, asks_for_judgement, lead_of
from server.domain.words import LABELS, VERDICT
from server.services import deadline, roster_gate, walk
from server.services.acceptance import require_open_for_refusal
from server.services.answers import answers_of
from server.services.assignment import require_in_hand
from server.services.conflict import require_unconflicted
from server.services.event import record_event
from server.services.item_version import item_of
from server.services.open_procedure import require_result_noted
from server.services.work import Work

STAGE_ACTIONS = {
    Action.ACCEPT: "accept",
    Action.DECLINE: "accept",
    Action.VERIFY: "verify",
    Action.GIVE_VERDICT: "joint_review",
    Action.APPROVE: "approve",
    Action.REJECT: "approve",
    Action.ISSUE: "issue",
}


class NotYourDesk(Exception):
    """The case lies at another desk now; the text says where."""


class ReasonMissing(Exception):
    """An act that must be explained to the villager was not."""


def desks_of(case: CaseRow) -> set[Desk]:
    """The desks the case has reached: one it has yet to come to, or passed by, has no business reading it (最小必要).

    The lead presides over a joint review before its own step begins.
    """
    reached = {
        Desk(row.department, row.region_code)
        for row in case.stages
        if row.opened_at and not (row.state == StageState.NOT_APPLICABLE and row.verdict is None)
    }
    lead = presiding_row(case) if case.status == Status.IN_JOINT_REVIEW else None
    return reached | ({Desk(lead.department, lead.region_code)} if lead else set())


def joint_group(case: CaseRow) -> str | None:
    """The joint review the case is in, or was last in."""
    by_id = {row.stage_id: row for row in case.stages}
    opened = [
        stage.group for stage in item_of(case).stages if stage.group and stage.parallel and by_id[stage.id].opened_at
    ]
    return opened[-1] if opened else None


def presiding_row(case: CaseRow) -> StageRow | None:
    """The stage whose desk presides over the joint review."""
    group = joint_group(case)
    lead = lead_of(item_of(case).stages, group) if group else None
    return next((row for row in case.stages if lead and row.stage_id == lead.id), None)


def stage_at_desk(work: Work, case: CaseRow, actor: Actor, action: Action) -> StageRow:
    """The open stage this actor may act on; a correction fits any of them.

    Raises ActionNotAllowed, NotYourDesk, NearRelative, InAnothersHands.
    """
    require_allowed(Status(case.status), action, actor.role, LABELS)
    wanted = STAGE_ACTIONS.get(action)  # None: anything this desk holds will do
    active = [row for row in case.stages if row.state == StageState.ACTIVE]
    for row in active:
        if Desk(row.department, row.region_code) == actor.desk and wanted in (None, stage_of(case, row).action):
            require_unconflicted(work, case, actor)
            require_in_hand(work, row, actor)
            return row
    holders = "、".join(desk_name(work, row) for row in active) or "无"
    raise NotYourDesk(f"这件现在不在您这里，在：{holders}。")


def desk_name(work: Work, row: StageRow) -> str:
    return place_name(work, Desk(row.department, row.region_code))


def place_name(work: Work, desk: Desk) -> str:
    return f"{work.catalogue.regions.get(desk.region_code).short_name}·{desk.department}"


def held_by(case: CaseRow, actor: Actor) -> StageRow | None:
    """The open stage at this person's desk."""
    return next(
        (
            row
            for row in case.stages
            if row.state == StageState.ACTIVE and Desk(row.department, row.region_code) == actor.desk
        ),
        None,
    )


def accept_case(work: Work, case: CaseRow, actor: Actor) -> None:
    """受理 by the competent body: the statutory clock starts where the item says so."""
    row = stage_at_desk(work, case, actor, Action.ACCEPT)
    if stage_of(case, row).clock_start == "statutory":
        deadline.start_statutory_clock(work, case, item_of(case))
    _finish(work, case, row, actor, "accepted", f"{desk_name(work, row)}已受理。")


def verify_case(work: Work, case: CaseRow, actor: Actor, opinion: str, *, applies: bool = True) -> None:
    """核验通过, or 不适用 where the stage has a condition only its desk can judge."""
    row = stage_at_desk(work, case, actor, Action.VERIFY)
    row.opinion = opinion
    if not applies:
        _require_conditional(work, case, stage_of(case, row))
        require_reason(opinion)
        row.verdict = Verdict.NOT_APPLICABLE
    said = "已核验" if applies else "认为这一步不适用"
    _finish(work, case, row, actor, "verified" if applies else "not_applicable", f"{desk_name(work, row)}{said}。")


def give_verdict(work: Work, case: CaseRow, actor: Actor, verdict: Verdict, opinion: str) -> None:
    """One department's part of the joint review. A negative verdict needs a reason and does not end the review."""
    row = stage_at_desk(work, case, actor, Action.GIVE_VERDICT)
    stage = stage_of(case, row)
    if verdict is Verdict.NOT_APPLICABLE:
        _require_conditional(work, case, stage)
    if verdict is not Verdict.AGREE and not opinion.strip():
        raise ReasonMissing(f"选“{VERDICT[verdict]}”要写明理由。")
    row.verdict, row.opinion = verdict, opinion
    group = [other for other in case.stages if _gives_verdict_with(stage_of(case, other), stage)]
    given = sum(1 for other in group if other is row or other.finished_at)
    _finish(work, case, row, actor, "verdict_given", f"{desk_name(work, row)}已出意见（{given}/{len(group)}）。")


def _gives_verdict_with(other: Stage, stage: Stage) -> bool:
    """One of the same joint review; the deciding desk that may stand in the group gives no verdict."""
    return other is stage or (stage.group is not None and other.group == stage.group and other.action == stage.action)


def stage_of(case: CaseRow, row: StageRow) -> Stage:
    return next(stage for stage in item_of(case).stages if stage.id == row.stage_id)


def _require_conditional(work: Work, case: CaseRow, stage: Stage) -> None:
    if not asks_for_judgement(stage, answers_of(work, case)):
        raise ReasonMissing("按申请表，这个环节是要办的（或没有写明适用条件），不能选“不适用”，请选别的意见。")


def approve_case(work: Work, case: CaseRow, actor: Actor, opinion: str, stated: dict[str, str]) -> None:
    """`stated` fills the published columns the case does not know itself (amount, first month)."""
    row = stage_at_desk(work, case, actor, Action.APPROVE)
    roster_gate.approve_roster(work, case)
    row.opinion = opinion
    wanted = stated_labels(item_of(case))
    case.stated_result = {label: stated[label].strip() for label in wanted if stated.get(label, "").strip()}
    case.decision = "approved"
    _finish(work, case, row, actor, "approved", f"{desk_name(work, row)}已批准。")


def reject_case(work: Work, case: CaseRow, actor: Actor, reason: str) -> None:
    """不批准: reasons in writing and the ways to seek review (行政许可法 第38条)."""
    _end(work, case, actor, Action.REJECT, Status.REJECTED, reason)


def decline_case(work: Work, case: CaseRow, actor: Actor, reason: str, competent: str = "") -> None:
    """不予受理, with the reason and, where it is another's business, which body is competent (行政许可法 第32条(二))."""
    require_open_for_refusal(work, case)
    if competent and competent not in work.catalogue.departments.values():
        raise ReasonMissing("没有这个部门，请从部门名单里选应当受理的部门。")
    _end(work, case, actor, Action.DECLINE, Status.DECLINED, _with_body(reason, competent))


def _with_body(reason: str, competent: str) -> str:
    said = reason.strip()
    if not said or not competent:
        return said
    return f"{said}{'' if said[-1] in '。！' else '。'}请向{competent}部门申请。"


def issue_result(work: Work, case: CaseRow, actor: Actor, opinion: str) -> None:
    row = stage_at_desk(work, case, actor, Action.ISSUE)
    row.opinion = opinion
    _finish(work, case, row, actor, "issued", opinion.strip() or f"{desk_name(work, row)}已送达。")


def require_reason(reason: str) -> None:
    if len(reason.strip()) < 5:
        raise ReasonMissing("请写明理由（至少5个字），群众会看到它。")


def _finish(work: Work, case: CaseRow, row: StageRow, actor: Actor, kind: str, note: str) -> None:
    require_result_noted(work, case, row, decides=kind == "approved")
    done = StageState.NOT_APPLICABLE if row.verdict == Verdict.NOT_APPLICABLE else StageState.DONE
    walk.finish_stage(work, row, done, actor.display_name)
    record_event(work, case, kind, actor.display_name, note)
    walk.move_on(work, case, answers_of(work, case))


def _end(work: Work, case: CaseRow, actor: Actor, action: Action, status: Status, reason: str) -> None:
    """A case that ends without what was applied for; its decision and its event are called as its status is."""
    row = stage_at_desk(work, case, actor, action)
    require_reason(reason)
    require_result_noted(work, case, row, decides=True)
    row.opinion = reason
    case.decision, case.decision_reason = status.value, reason
    walk.finish_stage(work, row, StageState.DONE, actor.display_name)
    walk.close_case(work, case, status, answers_of(work, case))
    # The reason may tell of illness or income: it is read on our page, not on a locked phone by way of WeChat.
    record_event(work, case, status.value, actor.display_name, reason, brief="原因和下一步请点开看")
