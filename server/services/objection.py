"""异议: taken in while a public notice hangs, in secret; an upheld one has the matter looked into again and a new full notice."""

from uuid import uuid4

from forms.item import Stage
from server.db import proceeding as db
from server.db.case import CaseRow, StageRow
from server.db.proceeding import ObjectionRow
from server.db.public_notice import find_notice
from server.domain.case import Action, Status, require_allowed
from server.domain.people import Actor, Desk
from server.domain.review import StageState
from server.domain.words import LABELS
from server.services import deadline
from server.services.event import record_event
from server.services.item_version import item_of
from server.services.review import NotYourDesk, place_name, require_reason
from server.services.walk import reopen_stage
from server.services.work import Work


class ObjectionRefused(Exception):
    """An objection that cannot be taken or decided; the text says why."""


def raise_objection(work: Work, case: CaseRow, actor: Actor, objector: str, words: str) -> str:
    """Take one in; the case is held until it is answered. Returns its id. Raises ActionNotAllowed, ObjectionRefused.

    Who objects is read by nobody but the desk that answers: a village is small (打击报复).
    """
    require_allowed(Status(case.status), Action.OBJECT, actor.role, LABELS)
    notice = find_notice(work.session, case.id)
    if notice is None or notice.ended_at:
        raise ObjectionRefused("公示已经结束，不能再提异议。请向办理部门反映，或按决定书上写的途径办。")
    require_reason(words)
    row_id, vault = uuid4().hex, work.tools.vault
    work.session.add(
        ObjectionRow(
            id=row_id,
            case_id=case.id,
            notice_id=notice.id,
            sealed_objector=vault.seal(objector.strip().encode(), f"objector {row_id}"),
            sealed_words=vault.seal(words.strip().encode(), f"objection {row_id}"),
            received_by=actor.account_id,
            received_at=work.now,
        )
    )
    record_event(work, case, "objection_received", "公示异议", "公示期间收到异议，正在核实。")
    return row_id


def decide_objection(work: Work, case: CaseRow, actor: Actor, objection_id: str, upheld: bool, reply: str) -> None:
    """By the desk that hears objections. Raises ActionNotAllowed, NotYourDesk, ReasonMissing, ObjectionRefused."""
    require_allowed(Status(case.status), Action.DECIDE_OBJECTION, actor.role, LABELS)
    answering = answering_row(case)
    desk = Desk(answering.department, answering.region_code)
    if desk != actor.desk:
        raise NotYourDesk(f"异议由上一级核实的部门答复：{place_name(work, desk)}。")
    found = work.session.get(ObjectionRow, objection_id)
    if found is None or found.case_id != case.id or found.decided_at:
        raise ObjectionRefused("没有这条等着答复的异议，请刷新后再看。")
    require_reason(reply)
    found.upheld, found.reply, found.decided_by, found.decided_at = upheld, reply, actor.display_name, work.now
    if not upheld:
        record_event(work, case, "objection_dismissed", actor.display_name, "异议经核实不成立，公示照常。")
        return
    _look_again(work, case, _investigating_row(case))
    record_event(work, case, "objection_upheld", actor.display_name, "异议成立，重新调查，之后重新公示足够的天数。")


def _look_again(work: Work, case: CaseRow, row: StageRow) -> None:
    """The notice comes down, the desk before it looks again; the case's own clocks stand still meanwhile."""
    notice = find_notice(work.session, case.id)
    assert notice is not None
    notice.ended_at = work.now
    hanging = next(other for other in case.stages if other.stage_id == notice.stage_id)
    hanging.state, hanging.opened_at = StageState.PENDING, None
    reopen_stage(work, case, row)
    case.stopped_for, case.stopped_stage = "objection", None
    deadline.keep_time(work, case)


def answering_row(case: CaseRow) -> StageRow:
    """Who hears objections: the desk above the village that prepared the notice, else the one the case goes to next.

    Never the village itself: its neighbours would have to complain to those they complain of.
    """
    before, after = _around_the_notice(case)
    prepared = [row for stage, row in before if stage.level != "village"]
    next_up = [row for stage, row in after if stage.level != "village"]
    return [*prepared[-1:], *next_up, before[-1][1]][0]


def _investigating_row(case: CaseRow) -> StageRow:
    """The last desk before the notice that looked into the matter by itself: it looks again."""
    return _around_the_notice(case)[0][-1][1]


def _around_the_notice(case: CaseRow) -> tuple[list[tuple[Stage, StageRow]], list[tuple[Stage, StageRow]]]:
    steps = list(zip(item_of(case).stages, case.stages, strict=True))
    hanging = next(
        at for at, (stage, row) in enumerate(steps) if row.state == StageState.ACTIVE and stage.action == "publicise"
    )
    alone = [(at, step) for at, step in enumerate(steps) if step[0].action != "publicise" and not step[0].parallel]
    before = [step for at, step in alone if at < hanging and step[1].state == StageState.DONE]
    return before, [step for at, step in alone if at > hanging]


def answers_objections(case: CaseRow, actor: Actor) -> bool:
    """Whether this person's desk hears objections to the notice that hangs."""
    if case.status != Status.IN_PUBLIC_NOTICE:
        return False
    row = answering_row(case)
    return Desk(row.department, row.region_code) == actor.desk


def read_objections(work: Work, case: CaseRow, actor: Actor) -> list[tuple[ObjectionRow, str, str]]:
    """(row, who, what) for the desk that answers; everybody else sees only that there is one."""
    if not answers_objections(case, actor):
        return []
    vault = work.tools.vault
    return [
        (
            row,
            vault.open(row.sealed_objector, f"objector {row.id}").decode(),
            vault.open(row.sealed_words, f"objection {row.id}").decode(),
        )
        for row in db.list_objections(work.session, case.id)
        if row.decided_at is None
    ]
