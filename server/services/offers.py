"""What a person may do to a case beside its plain step, and what the forms for it need to know."""

from collections.abc import Callable
from dataclasses import dataclass

from server.db import proceeding
from server.db.case import CaseRow
from server.db.correction import list_corrections
from server.domain.case import Action, Status, allowed_actions
from server.domain.people import Actor, Role
from server.domain.words import ACTION
from server.services.disclosure import awaits_publication, last_desk, missing_labels
from server.services.extension import most_days
from server.services.item_version import item_of
from server.services.joint_review import leads, unanswered_at
from server.services.objection import answers_objections, read_objections
from server.services.review import desks_of, held_by
from server.services.special_procedure import KINDS
from server.services.work import Work


@dataclass(frozen=True)
class OpenObjection:
    """One objection for the desk that answers it; `who` may be empty."""

    id: str
    who: str
    words: str


@dataclass(frozen=True)
class MoreActions:
    """The further actions in the table's order, and what their forms offer to choose from."""

    actions: tuple[tuple[str, str], ...]
    departments: tuple[str, ...]
    procedures: tuple[str, ...]
    most_days: int
    extension_asked: str
    objections: tuple[OpenObjection, ...]
    to_publish: tuple[str, ...]


def more_actions(work: Work, case: CaseRow, actor: Actor) -> MoreActions:
    allowed = [action for action in allowed_actions(Status(case.status), actor.role) if action in _FITS]
    asked = proceeding.find_open_extension(work.session, case.id)
    return MoreActions(
        actions=tuple((action.value, ACTION[action]) for action in allowed if _FITS[action](work, case, actor)),
        departments=tuple(sorted(work.catalogue.departments.values())),
        procedures=KINDS,
        most_days=most_days(item_of(case)),
        extension_asked=f"申请延长{asked.days}天：{asked.reason}" if asked else "",
        objections=tuple(OpenObjection(row.id, who, words) for row, who, words in read_objections(work, case, actor)),
        to_publish=missing_labels(case),
    )


_Fits = Callable[[Work, CaseRow, Actor], bool]


def _holds(work: Work, case: CaseRow, actor: Actor) -> bool:
    return held_by(case, actor) is not None


def _may_hand_over(work: Work, case: CaseRow, actor: Actor) -> bool:
    return _holds(work, case, actor) and not item_of(case).licence


def _may_ask_for_days(work: Work, case: CaseRow, actor: Actor) -> bool:
    asked = proceeding.list_extensions(work.session, case.id)
    return _holds(work, case, actor) and most_days(item_of(case)) > 0 and not asked


def _may_grant_days(work: Work, case: CaseRow, actor: Actor) -> bool:
    asked = proceeding.find_open_extension(work.session, case.id)
    return asked is not None and asked.requested_by != actor.account_id and _holds(work, case, actor)


def _may_begin_procedure(work: Work, case: CaseRow, actor: Actor) -> bool:
    return _holds(work, case, actor) and case.stopped_for is None


def _may_end_procedure(work: Work, case: CaseRow, actor: Actor) -> bool:
    standing = proceeding.find_open_procedure(work.session, case.id)
    own = (actor.desk.department, actor.desk.region_code)
    return standing is not None and (standing.department, standing.region_code) == own


def _leads(work: Work, case: CaseRow, actor: Actor) -> bool:
    return leads(case, actor)


def _owes_a_verdict(work: Work, case: CaseRow, actor: Actor) -> bool:
    return unanswered_at(case, actor) is not None


def _reached(work: Work, case: CaseRow, actor: Actor) -> bool:
    return actor.desk in desks_of(case)


def _of_the_village(work: Work, case: CaseRow, actor: Actor) -> bool:
    return actor.role is not Role.VILLAGE_AGENT or actor.desk.region_code == case.village_code


def _answers(work: Work, case: CaseRow, actor: Actor) -> bool:
    return answers_objections(case, actor) and bool(read_objections(work, case, actor))


def _was_corrected(work: Work, case: CaseRow, actor: Actor) -> bool:
    return bool(list_corrections(work.session, case.id))


def _states_result(work: Work, case: CaseRow, actor: Actor) -> bool:
    return awaits_publication(work, case) and last_desk(case) == actor.desk


# Beside the table: what must be so on the case itself for the button to make sense. The errands refuse all the same.
_FITS: dict[Action, _Fits] = {
    Action.HAND_OVER: _may_hand_over,
    Action.ADD_PARTY: _leads,
    Action.CONCLUDE_REVIEW: _leads,
    Action.GIVE_LATE_VERDICT: _owes_a_verdict,
    Action.REQUEST_EXTENSION: _may_ask_for_days,
    Action.DECIDE_EXTENSION: _may_grant_days,
    Action.START_SPECIAL_PROCEDURE: _may_begin_procedure,
    Action.END_SPECIAL_PROCEDURE: _may_end_procedure,
    Action.OBJECT: _of_the_village,
    Action.DECIDE_OBJECTION: _answers,
    Action.ALLOW_SECOND_CORRECTION: _was_corrected,
    Action.WITHDRAW: _of_the_village,
    Action.TERMINATE: _reached,
    Action.REOPEN: _reached,
    Action.STATE_RESULT: _states_result,
}
