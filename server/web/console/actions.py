"""What a button does: reads the form, asks the service, and on a refusal shows the page again with what was typed."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for

from server.domain.case import OF_THE_APPLICANT, Action, ActionNotAllowed
from server.domain.correction import CorrectionPoint, CorrectionReason, CorrectionRefused
from server.domain.people import Actor
from server.domain.review import Verdict
from server.domain.roster import RosterRefused
from server.services.acceptance import AlreadyAccepted
from server.services.assignment import HandRefused, InAnothersHands, seat
from server.services.conflict import ConflictRefused, NearRelative, flag_matches, require_unconflicted
from server.services.correction import allow_second_correction, request_correction
from server.services.desk import case_page, get_case_to_act
from server.services.disclosure import StatementRefused, state_result
from server.services.ending import reopen, terminate_case, withdraw_case
from server.services.extension import ExtensionRefused, decide_extension, request_extension
from server.services.hand_over import HandOverRefused, hand_over
from server.services.joint_review import ReviewRefused, add_party, conclude_review, give_late_verdict
from server.services.objection import ObjectionRefused, decide_objection, raise_objection
from server.services.refusal import note_refusal
from server.services.review import (
    NotYourDesk,
    ReasonMissing,
    accept_case,
    approve_case,
    decline_case,
    give_verdict,
    issue_result,
    reject_case,
    verify_case,
)
from server.services.special_procedure import ProcedureRefused, end_procedure, start_procedure
from server.services.stale_screen import StaleScreen, require_fresh
from server.services.work import Work
from server.web.console.case import Typed, render_case
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

MAX_WORDS = 2000
MAX_STATED = 200
STATED = "stated "
_Case = object  # a row of the services; views hand it on and never look inside
_Errand = Callable[[Work, _Case, Actor], None]


class FormIncomplete(Exception):
    """The form lacks something; the text says what to fill in."""


REFUSALS = (
    ReasonMissing,
    CorrectionRefused,
    FormIncomplete,
    ReviewRefused,
    ExtensionRefused,
    ProcedureRefused,
    ObjectionRefused,
    HandOverRefused,
    StatementRefused,
    RosterRefused,
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_number>/actions/<action>", view_func=act, methods=["POST"])


@guarded_by("staff")
def act(case_number: str, action: str) -> Response:
    errand = ERRANDS.get(action) or abort(404)
    try:
        with installation().begin() as work:
            case = get_case_to_act(work, g.actor, case_number)
            require_fresh(work, case, g.actor, request.form.get("seen", ""))
            if action not in OF_THE_APPLICANT:
                require_unconflicted(work, case, g.actor)
            errand(work, case, seat(case, g.actor))
    except tuple(REFUSED) as refused:
        return refuse(case_number, action, refused)
    except REFUSALS as refused:
        return _show_again(case_number, str(refused), 422)
    return redirect(url_for("console.show_case", case_number=case_number, done=1), 303)


# What is no slip of the pen but a try at what one may not: each goes on record, by its code.
REFUSED: dict[type[Exception], str] = {
    ActionNotAllowed: "out_of_turn",
    AlreadyAccepted: "out_of_turn",
    NotYourDesk: "other_desk",
    StaleScreen: "stale_screen",
    NearRelative: "near_relative",
    InAnothersHands: "in_anothers_hands",
    HandRefused: "hand_refused",
    ConflictRefused: "conflict_refused",
}


def refuse(case_number: str, action: str, refused: Exception) -> Response:
    """The try was rolled back whole; that it was made is kept in a transaction of its own."""
    with installation().begin() as work:
        note_refusal(work, g.actor, case_number, action, REFUSED[type(refused)])
        if isinstance(refused, NearRelative):
            flag_matches(work, get_case_to_act(work, g.actor, case_number), acting=g.actor.account_id)
    return _show_again(case_number, str(refused), 409)


def _show_again(case_number: str, sentence: str, status: int) -> Response:
    action = str((request.view_args or {}).get("action", ""))
    typed = Typed(sentence, request.form.to_dict(), tuple(request.form.getlist("material")), action)
    with installation().look() as work:
        return make_response(render_case(work, case_page(work, g.actor, case_number), typed=typed), status)


def _words() -> str:
    """Raises FormIncomplete."""
    words = request.form.get("opinion", "").strip()
    if len(words) > MAX_WORDS:
        raise FormIncomplete(f"意见最多写{MAX_WORDS}个字，请写短一点。")
    return words


def _accept(work: Work, case: _Case, actor: Actor) -> None:
    accept_case(work, case, actor)


def _decline(work: Work, case: _Case, actor: Actor) -> None:
    decline_case(work, case, actor, _words(), request.form.get("competent", ""))


def _verify(work: Work, case: _Case, actor: Actor) -> None:
    verify_case(work, case, actor, _words(), applies=request.form.get("applies") != "no")


def _verdict() -> Verdict:
    try:
        return Verdict(request.form.get("verdict", ""))
    except ValueError:
        raise FormIncomplete("请先选一个意见：同意、不同意，再提交。") from None


def _give_verdict(work: Work, case: _Case, actor: Actor) -> None:
    give_verdict(work, case, actor, _verdict(), _words())


def _approve(work: Work, case: _Case, actor: Actor) -> None:
    page = case_page(work, actor, request.view_args["case_number"])  # type: ignore[index]
    given = _stated()
    stated = {label: given.get(label, "") for label in page.stated_labels}
    offered = dict(page.actions)
    if Action.APPROVE in offered and (missing := [label for label, value in stated.items() if not value]):
        raise FormIncomplete(f"请先填“{'”“'.join(missing)}”，公开结果时要用；不填会公开成“未填写”。")
    approve_case(work, case, actor, _words(), stated)


def _reject(work: Work, case: _Case, actor: Actor) -> None:
    reject_case(work, case, actor, _words())


def _issue(work: Work, case: _Case, actor: Actor) -> None:
    issue_result(work, case, actor, _words())


def _request_correction(work: Work, case: _Case, actor: Actor) -> None:
    request_correction(work, case, actor, [_point(material) for material in request.form.getlist("material")])


def _point(material: str) -> CorrectionPoint:
    try:
        reason = CorrectionReason(request.form.get(f"reason {material}", ""))
    except ValueError:
        raise FormIncomplete("每样要补正的材料都要选一个原因：缺少、不对、过期或看不清。") from None
    return CorrectionPoint(material, reason, request.form.get(f"note {material}", "").strip()[:200])


def _reason() -> str:
    """Of a further action's own form. Raises FormIncomplete."""
    words = request.form.get("reason", "").strip()
    if len(words) > MAX_WORDS:
        raise FormIncomplete(f"理由最多写{MAX_WORDS}个字，请写短一点。")
    return words


def _days() -> int:
    days = request.form.get("days", "").strip()
    if not days.isdecimal() or len(days) > 4:
        raise FormIncomplete("请把天数填成数字。")
    return int(days)


def _yes(name: str, question: str) -> bool:
    answer = request.form.get(name, "")
    if answer not in ("yes", "no"):
        raise FormIncomplete(f"请先选{question}，再提交。")
    return answer == "yes"


def _hand_over(work: Work, case: _Case, actor: Actor) -> None:
    hand_over(work, case, actor, request.form.get("department", ""), _reason())


def _add_party(work: Work, case: _Case, actor: Actor) -> None:
    add_party(work, case, actor, request.form.get("department", ""), _reason())


def _conclude_review(work: Work, case: _Case, actor: Actor) -> None:
    conclude_review(work, case, actor)


def _give_late_verdict(work: Work, case: _Case, actor: Actor) -> None:
    give_late_verdict(work, case, actor, _verdict(), _reason())


def _request_extension(work: Work, case: _Case, actor: Actor) -> None:
    request_extension(work, case, actor, _days(), _reason())


def _decide_extension(work: Work, case: _Case, actor: Actor) -> None:
    decide_extension(work, case, actor, _yes("approved", "“批准”或“不批准”"), _reason())


def _start_procedure(work: Work, case: _Case, actor: Actor) -> None:
    start_procedure(work, case, actor, request.form.get("kind", ""), _days(), _reason())


def _end_procedure(work: Work, case: _Case, actor: Actor) -> None:
    end_procedure(work, case, actor, _reason())


def _object(work: Work, case: _Case, actor: Actor) -> None:
    raise_objection(work, case, actor, request.form.get("who", "").strip()[:100], _reason())


def _decide_objection(work: Work, case: _Case, actor: Actor) -> None:
    upheld = _yes("upheld", "“成立”或“不成立”")
    decide_objection(work, case, actor, request.form.get("objection", ""), upheld, _reason())


def _allow_second_correction(work: Work, case: _Case, actor: Actor) -> None:
    allow_second_correction(work, case, actor, _reason())


def _withdraw(work: Work, case: _Case, actor: Actor) -> None:
    withdraw_case(work, case, actor, _reason())


def _terminate(work: Work, case: _Case, actor: Actor) -> None:
    terminate_case(work, case, actor, _reason())


def _reopen(work: Work, case: _Case, actor: Actor) -> None:
    reopen(work, case, actor, _reason())


def _state_result(work: Work, case: _Case, actor: Actor) -> None:
    state_result(work, case, actor, _stated())


def _stated() -> dict[str, str]:
    """The published columns as filled in, by their labels. Raises FormIncomplete."""
    typed = {name: value.strip() for name, value in request.form.items() if name.startswith(STATED)}
    stated = {name.removeprefix(STATED): value for name, value in typed.items()}
    if long := [label for label, value in stated.items() if len(value) > MAX_STATED]:
        raise FormIncomplete(f"“{'”“'.join(long)}”最多写{MAX_STATED}个字，请写短一点。")
    return stated


ERRANDS: dict[str, _Errand] = {
    Action.ACCEPT: _accept,
    Action.DECLINE: _decline,
    Action.VERIFY: _verify,
    Action.GIVE_VERDICT: _give_verdict,
    Action.REQUEST_CORRECTION: _request_correction,
    Action.APPROVE: _approve,
    Action.REJECT: _reject,
    Action.ISSUE: _issue,
    Action.HAND_OVER: _hand_over,
    Action.ADD_PARTY: _add_party,
    Action.CONCLUDE_REVIEW: _conclude_review,
    Action.GIVE_LATE_VERDICT: _give_late_verdict,
    Action.REQUEST_EXTENSION: _request_extension,
    Action.DECIDE_EXTENSION: _decide_extension,
    Action.START_SPECIAL_PROCEDURE: _start_procedure,
    Action.END_SPECIAL_PROCEDURE: _end_procedure,
    Action.OBJECT: _object,
    Action.DECIDE_OBJECTION: _decide_objection,
    Action.ALLOW_SECOND_CORRECTION: _allow_second_correction,
    Action.WITHDRAW: _withdraw,
    Action.TERMINATE: _terminate,
    Action.REOPEN: _reopen,
    Action.STATE_RESULT: _state_result,
}
