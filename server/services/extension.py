"""延期: asked for by the desk before the limit is over, granted by a head with a reason the applicant is told (行政许可法 第42条)."""

from forms.item import ServiceItem
from server.db import proceeding as db
from server.db.case import CaseRow
from server.db.deadline import list_clocks
from server.db.proceeding import ExtensionRow
from server.domain.card_rules import WHOLE_CASE
from server.domain.case import Action, Status, require_allowed
from server.domain.deadline import Limit, in_unit
from server.domain.people import Actor
from server.domain.words import LABELS
from server.services import deadline
from server.services.event import record_event
from server.services.item_version import item_of
from server.services.review import NotYourDesk, held_by, require_reason, stage_at_desk
from server.services.work import Work

LICENCE_DAYS = 10  # 行政许可法 第42条: ten more days, with approval of the head


class ExtensionRefused(Exception):
    """An extension that cannot be asked for or granted; the text says why and what is left."""


def most_days(item: ServiceItem) -> int:
    """How many days more the item's own rule, or the licensing law, allows; 0 where none is provided for."""
    if item.extension is not None:
        limit = _law_or_promise(item)
        return max(0, item.extension.max_days - limit.amount // in_unit(1, limit.unit))
    return LICENCE_DAYS if item.licence else 0


def _law_or_promise(item: ServiceItem) -> Limit:
    if item.statutory_days:
        return Limit(item.statutory_days, item.statutory_unit)
    return Limit(item.promised_days, item.promised_unit)


def request_extension(work: Work, case: CaseRow, actor: Actor, days: int, reason: str) -> None:
    """Raises ActionNotAllowed, NotYourDesk, ReasonMissing, ExtensionRefused."""
    stage_at_desk(work, case, actor, Action.REQUEST_EXTENSION)
    require_reason(reason)
    _require_possible(work, case, days)
    work.session.add(
        ExtensionRow(case_id=case.id, days=days, reason=reason, requested_by=actor.account_id, requested_at=work.now)
    )
    record_event(work, case, "extension_requested", actor.display_name, f"申请延长{days}天，等负责人批。")


def _require_possible(work: Work, case: CaseRow, days: int) -> None:
    most = most_days(item_of(case))
    if most == 0:
        raise ExtensionRefused("这个事项没有规定可以延期，请在时限内办结。")
    if db.list_extensions(work.session, case.id):
        raise ExtensionRefused("这件已经申请过延期，只能延一次。")
    if not 1 <= days <= most:
        raise ExtensionRefused(f"这个事项最多延长{most}天，请填1到{most}。")
    _require_not_over(work, case)


def is_over(work: Work, case: CaseRow) -> bool:
    """Whether a limit of the whole case is over: then there is nothing left to extend."""
    return any(
        clock.kind in WHOLE_CASE and not clock.finished_at and clock.due_at and clock.due_at <= work.now
        for clock in list_clocks(work.session, case.id)
    )


def _require_not_over(work: Work, case: CaseRow) -> None:
    if is_over(work, case):
        raise ExtensionRefused("时限已经过了，不能再延期。请尽快办结，并在红牌上说明原因。")


def decide_extension(work: Work, case: CaseRow, actor: Actor, approved: bool, reason: str) -> None:
    """By a head of the desk that holds the case, who did not ask for it. Raises ActionNotAllowed, NotYourDesk, ReasonMissing, ExtensionRefused."""
    require_allowed(Status(case.status), Action.DECIDE_EXTENSION, actor.role, LABELS)
    if held_by(case, actor) is None:
        raise NotYourDesk(
            "延期由正在办这件的部门的负责人批（行政许可法第42条：本行政机关负责人），这件现在不在您的部门。"
        )
    asked = db.find_open_extension(work.session, case.id)
    if asked is None:
        raise ExtensionRefused("没有等着批的延期申请。")
    if asked.requested_by == actor.account_id:
        raise ExtensionRefused("自己申请的延期不能自己批，请由本部门其他负责人批。")
    require_reason(reason)
    if approved:
        _require_not_over(work, case)
        for clock in list_clocks(work.session, case.id):
            if clock.kind in WHOLE_CASE and not clock.finished_at:
                deadline.extend_clock(work, clock, in_unit(asked.days, clock.unit))
    asked.approved, asked.decided_by, asked.decided_at, asked.decision_reason = (
        approved,
        actor.account_id,
        work.now,
        reason,
    )
    words = f"办理时限延长{asked.days}天。原因：{reason}" if approved else "延期没有批准，按原来的时限办。"
    record_event(work, case, "extended" if approved else "extension_refused", actor.display_name, words)
    deadline.keep_time(work, case)
