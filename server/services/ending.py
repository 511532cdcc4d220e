"""Ends without a decision: the applicant takes the application back, a head terminates it, and either may be undone."""

from server.db.case import CaseRow, lock_case_by_lookup_code
from server.domain.case import Action, Status, require_allowed
from server.domain.people import Actor, Desk, Role
from server.domain.words import LABELS
from server.services.review import NotYourDesk, desks_of, require_reason
from server.services.walk import end_case, reopen_case
from server.services.work import Work


class NotFound(Exception):
    """No case for this lookup code; the text says where it is printed."""

    def __init__(self) -> None:
        super().__init__("没有查到这件。请核对回执上的10位查询码。")


def withdraw_case(work: Work, case: CaseRow, actor: Actor, reason: str) -> None:
    """By the village's own agent for the applicant. Raises ActionNotAllowed, NotYourDesk, ReasonMissing."""
    require_allowed(Status(case.status), Action.WITHDRAW, actor.role, LABELS)
    if actor.role is Role.VILLAGE_AGENT and actor.desk.region_code != case.village_code:
        raise NotYourDesk("这件不是您村里收的，请由收件的村办理撤回。")
    require_reason(reason)
    end_case(work, case, Status.WITHDRAWN, actor, reason)


def withdraw_by_lookup_code(work: Work, lookup_code: str) -> None:
    """By whoever holds the receipt; it takes turns with the desk that may be deciding. Raises ActionNotAllowed, NotFound."""
    case = lock_case_by_lookup_code(work.session, lookup_code)
    if case is None:
        raise NotFound
    villager = Actor("villager", "群众", Role.VILLAGER, Desk("", case.village_code))
    withdraw_case(work, case, villager, "申请人自己在网上撤回")


def terminate_case(work: Work, case: CaseRow, actor: Actor, reason: str) -> None:
    """终止: by the head of a desk the case has reached. Raises ActionNotAllowed, NotYourDesk, ReasonMissing."""
    require_allowed(Status(case.status), Action.TERMINATE, actor.role, LABELS)
    _require_reached(case, actor)
    require_reason(reason)
    end_case(work, case, Status.TERMINATED, actor, reason)


def reopen(work: Work, case: CaseRow, actor: Actor, reason: str) -> None:
    """恢复办理 of what was withdrawn or terminated. Raises ActionNotAllowed, NotYourDesk, ReasonMissing."""
    require_allowed(Status(case.status), Action.REOPEN, actor.role, LABELS)
    _require_reached(case, actor)
    require_reason(reason)
    reopen_case(work, case, actor, reason)


def _require_reached(case: CaseRow, actor: Actor) -> None:
    if actor.desk not in desks_of(case):
        raise NotYourDesk("这件没有到过您的部门，请由办理它的部门的负责人办。")
