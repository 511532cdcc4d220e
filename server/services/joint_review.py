"""联审 beyond the plain verdict: a party added late, a lead that waits no longer, a verdict that comes after the merge."""

from forms.catalogue import digest_of
from forms.item import ServiceItem, Stage
from server.db.case import CaseRow, StageRow
from server.db.deadline import list_clocks
from server.domain.card_rules import ClockKind
from server.domain.case import Action, Status, require_allowed
from server.domain.people import Actor, Desk, desk_of
from server.domain.review import StageState, Verdict
from server.domain.words import LABELS
from server.services import walk
from server.services.answers import answers_of
from server.services.event import record_event
from server.services.item_version import item_of, version_of
from server.services.review import (
    NotYourDesk,
    ReasonMissing,
    desk_name,
    joint_group,
    place_name,
    presiding_row,
    require_reason,
)
from server.services.work import Work

ADDED_DAYS = 3


class ReviewRefused(Exception):
    """Something the joint review cannot take now; the text says what is allowed."""


def add_party(work: Work, case: CaseRow, actor: Actor, department: str, question: str) -> None:
    """Ask one more department of the lead's own level; the lead waits for it as for the others.

    Raises ActionNotAllowed, NotYourDesk, ReasonMissing, ReviewRefused.
    """
    require_allowed(Status(case.status), Action.ADD_PARTY, actor.role, LABELS)
    item, group = item_of(case), _group_of(case)
    lead = require_lead(work, case, actor)
    require_reason(question)
    if department not in work.catalogue.departments.values():
        raise ReviewRefused("没有这个部门，请从部门名单里选。")
    if any(row.department == department and _is_asked(case, row, group) for row in case.stages):
        raise ReviewRefused(f"{department}已经在这次联审里，不用再加。")
    added = Stage(
        id=f"added{sum(stage.id.startswith('added') for stage in item.stages) + 1}",
        level=lead.level,
        department=department,
        role="后加的联审部门",
        parallel=True,
        promised_days=ADDED_DAYS,
        action="joint_review",
        group=group,
        what=question,
    )
    _insert(work, case, item, added)
    record_event(work, case, "party_added", actor.display_name, f"请{department}也出具意见。")
    walk.move_on(work, case, answers_of(work, case))


def _insert(work: Work, case: CaseRow, item: ServiceItem, added: Stage) -> None:
    """The case's own copy of the item gets the stage, so that every screen and paper shows it; the catalogue does not."""
    at = 1 + max(place for place, stage in enumerate(item.stages) if stage.group == added.group and stage.parallel)
    grown = item.model_copy(update={"stages": (*item.stages[:at], added, *item.stages[at:])})
    desk = desk_of(added, case.village_code, work.catalogue.regions)
    for row in case.stages:
        if row.position >= at:
            row.position += 1
            if row.state == StageState.ACTIVE:  # the deciding desk: it waits for one more
                row.state, row.opened_at = StageState.PENDING, None
    case.stages.append(
        StageRow(
            case_id=case.id,
            position=at,
            stage_id=added.id,
            department=desk.department,
            region_code=desk.region_code,
            state=StageState.PENDING,
        )
    )
    case.item_version, case.item_digest = version_of(grown), digest_of(grown)
    work.session.flush()
    work.session.refresh(case, ["stages"])
    new = next(row for row in case.stages if row.stage_id == added.id)
    if any(row.state == StageState.ACTIVE for row in case.stages):
        new.state, new.opened_at = StageState.ACTIVE, work.now


def _is_asked(case: CaseRow, row: StageRow, group: str) -> bool:
    stage = next(stage for stage in item_of(case).stages if stage.id == row.stage_id)
    return stage.group == group and stage.parallel


def _group_of(case: CaseRow) -> str:
    """The joint review the case is in, or was last in. Raises ReviewRefused."""
    group = joint_group(case)
    if group is None:
        raise ReviewRefused("这件没有联审环节，不能增加联审部门；需要哪个部门的意见，请在意见里写明。")
    return group


def require_lead(work: Work, case: CaseRow, actor: Actor) -> Stage:
    """The lead's stage, when it is this person's. Raises NotYourDesk, ReviewRefused."""
    _group_of(case)
    row = presiding_row(case)
    if row is None:
        raise ReviewRefused("这个联审没有牵头部门，等各部门意见到齐后自动往下走。")
    if not leads(case, actor):
        raise NotYourDesk(f"联审由牵头部门主持，牵头的是：{desk_name(work, row)}。")
    return next(stage for stage in item_of(case).stages if stage.id == row.stage_id)


def leads(case: CaseRow, actor: Actor) -> bool:
    """Whether this person's desk presides over the joint review the case is in or was in last."""
    row = presiding_row(case)
    return row is not None and Desk(row.department, row.region_code) == actor.desk


def conclude_review(work: Work, case: CaseRow, actor: Actor) -> None:
    """The lead goes on without those whose limit is over; what they say later is kept as a late verdict.

    Raises ActionNotAllowed, NotYourDesk, ReviewRefused.
    """
    require_allowed(Status(case.status), Action.CONCLUDE_REVIEW, actor.role, LABELS)
    require_lead(work, case, actor)
    silent = [row for row in case.stages if row.state == StageState.ACTIVE]
    if in_time := [desk_name(work, row) for row in _in_time(work, case, silent)]:
        raise ReviewRefused(f"{'、'.join(in_time)}的时限还没到，不能跳过。到期仍不答复的，再结束联审。")
    for row in silent:
        walk.finish_stage(work, row, StageState.NO_ANSWER, actor.display_name)
    names = "、".join(desk_name(work, row) for row in silent)
    record_event(work, case, "review_concluded", actor.display_name, f"{names}逾期没有答复，不再等。")
    walk.move_on(work, case, answers_of(work, case))


def _in_time(work: Work, case: CaseRow, silent: list[StageRow]) -> list[StageRow]:
    """Those that may still answer: by their own limit, or by the group's longest where the item gives them no days."""
    clocks = list_clocks(work.session, case.id)
    due = {clock.stage_id: clock.due_at for clock in clocks if clock.kind == ClockKind.STAGE}
    whole = next(clock.due_at for clock in clocks if clock.kind == ClockKind.PROMISED)
    group = _group_of(case)
    ends = [due.get(row.stage_id) for row in case.stages if _is_asked(case, row, group)]
    last = max((at for at in ends if at), default=whole)
    at_most = [(row, due.get(row.stage_id, last)) for row in silent]
    return [row for row, at in at_most if at is None or at > work.now]


def unanswered_at(case: CaseRow, actor: Actor) -> StageRow | None:
    """The stage this desk left without a verdict until the lead went on."""
    return next(
        (
            row
            for row in case.stages
            if row.state == StageState.NO_ANSWER
            and row.verdict is None
            and Desk(row.department, row.region_code) == actor.desk
        ),
        None,
    )


def give_late_verdict(work: Work, case: CaseRow, actor: Actor, verdict: Verdict, opinion: str) -> None:
    """Kept and shown to whoever decides; it moves nothing. Raises ActionNotAllowed, NotYourDesk, ReasonMissing."""
    require_allowed(Status(case.status), Action.GIVE_LATE_VERDICT, actor.role, LABELS)
    row = unanswered_at(case, actor)
    if row is None:
        raise NotYourDesk(f"{place_name(work, actor.desk)}没有欠这件的意见，不用补交。")
    if not opinion.strip():
        raise ReasonMissing("补交意见要写明意见和迟交的原因。")
    row.verdict, row.opinion, row.handled_by = verdict, opinion, actor.display_name
    row.finished_at = work.now
    record_event(work, case, "late_verdict_given", actor.display_name, f"{desk_name(work, row)}补交了意见。")
