"""转办: a desk that is not competent forwards the case to the one that is; the first receipt's time and papers go along."""

from server.db.case import CaseRow
from server.domain.case import Action
from server.domain.people import Actor, Desk
from server.services import deadline
from server.services.event import record_event
from server.services.item_version import item_of
from server.services.open_procedure import require_result_noted
from server.services.review import desk_name, place_name, require_reason, stage_at_desk
from server.services.work import Work


class HandOverRefused(Exception):
    """A case that may not be handed over, or not there; the text says what to do instead."""


def hand_over(work: Work, case: CaseRow, actor: Actor, department: str, reason: str) -> None:
    """Give the open stage to another department of the same place (社会救助暂行办法 第60条).

    Raises ActionNotAllowed, NotYourDesk, ReasonMissing, HandOverRefused, ProcedureRefused.
    """
    row = stage_at_desk(work, case, actor, Action.HAND_OVER)
    if item_of(case).licence:
        raise HandOverRefused(
            "许可事项不能转办：不归本部门管的，应当场作出不予受理的决定，并告知向哪个部门申请（行政许可法第32条）。"
        )
    require_reason(reason)
    if department not in work.catalogue.departments.values() or department == row.department:
        raise HandOverRefused("请从部门名单里选另一个部门。")
    require_result_noted(work, case, row)
    before = desk_name(work, row)
    row.department, row.opened_at, row.assigned_to = department, work.now, None
    deadline.keep_time(work, case)
    words = f"{before}转给{place_name(work, Desk(department, row.region_code))}办，收件时间不变。"
    record_event(work, case, "handed_over", actor.display_name, words)
