"""公示: puts the masked notice up, and takes it down when its days are over."""

from uuid import uuid4

from forms.clock import written_date
from forms.identity import mask_name
from forms.item import Answers, Stage
from server.db.case import CaseRow, StageRow
from server.db.public_notice import PublicNoticeRow, find_expired_notice, find_notice
from server.domain.deadline import Limit, due_on
from server.services.event import SYSTEM, record_event
from server.services.item_version import item_of
from server.services.roster_gate import hang_households
from server.services.work import Work


def start_public_notice(work: Work, case: CaseRow, stage: Stage, answers: Answers) -> None:
    """The notice runs whole days: the day it goes up is not counted (民法典 第201条)."""
    households = hang_households(work, case)
    if households == 0:
        return  # the list is still being filled: `roster.hang_out` puts it up for its whole days
    item = item_of(case)
    unit = item.public_notice_unit or "calendar_day"
    ends_on = due_on(Limit(stage.notice_days or 0, unit), work.today, work.calendar)
    assert ends_on is not None  # no stops were given
    work.session.add(
        PublicNoticeRow(
            id=uuid4().hex,
            case_id=case.id,
            stage_id=stage.id,
            village_code=case.village_code,
            item_name=case.item_name,
            columns=_columns(work, case, stage, answers, households),
            started_at=work.now,
            starts_on=work.today,
            ends_on=ends_on,
        )
    )
    record_event(work, case, "public_notice_started", SYSTEM, f"公示到{written_date(ends_on)}")


def _columns(work: Work, case: CaseRow, stage: Stage, answers: Answers, households: int | None) -> list[list[str]]:
    """An item whose template names nobody names nobody here either: even 潘** beside a disability card tells a village
    who it is (个人信息保护法 第28条). The paper board in the village is the place its rule means.
    """
    item, place = item_of(case), work.catalogue.regions.full_name(case.village_code)
    named = [["姓名", mask_name(item.applicant_name(answers))]] if item.publishes_names else []
    if households:
        named = [["户数", f"{households}户"]]  # the names stand in the roster's own table
    return [*named, ["村（组）", place], ["事项", case.item_name], ["公示内容", stage.what]]


def take_down_notice(work: Work, notice_id: str) -> tuple[CaseRow, StageRow] | None:
    """Take one expired notice down; the case and the stage it held, or None when it is down, runs, or is objected to.

    The case is locked first, as every desk does: the other way round the two would wait for each other. Only then is
    looked whether the notice is over: an objection may have come in since the worker listed it.
    """
    listed = work.session.get(PublicNoticeRow, notice_id)
    case = listed and work.session.get(CaseRow, listed.case_id, with_for_update=True)
    notice = find_expired_notice(work.session, notice_id, work.today)
    if case is None or notice is None:
        return None
    notice.ended_at = work.now
    return case, next(row for row in case.stages if row.stage_id == notice.stage_id)


def take_down_what_hangs(work: Work, case: CaseRow) -> None:
    """A notice of a case that ended comes down: nobody withdrawn, refused or dead stays on a board."""
    notice = find_notice(work.session, case.id)
    if notice and notice.ended_at is None:
        notice.ended_at = work.now
