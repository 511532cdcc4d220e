"""What a button does: reads the form, asks the service, and on a refusal shows the page again with what was typed."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for

from server.domain.case import Action, ActionNotAllowed
from server.domain.correction import CorrectionPoint, CorrectionReason, CorrectionRefused
from server.domain.people import Actor
from server.domain.review import Verdict
from server.services.assignment import HandRefused, InAnothersHands, seat
from server.services.conflict import ConflictRefused, NearRelative, flag_matches, require_unconflicted
from server.services.correction import request_correction
from server.services.desk import case_page, get_case_to_act
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
from server.services.stale_screen import StaleScreen, require_fresh
from server.services.work import Work
from server.web.console.case import Typed, render_case
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

MAX_WORDS = 2000
STATED = "stated "
_Case = object  # a row of the services; views hand it on and never look inside
_Errand = Callable[[Work, _Case, Actor], None]


class FormIncomplete(Exception):
    """The form lacks something; the text says what to fill in."""


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_number>/actions/<action>", view_func=act, methods=["POST"])


@guarded_by("staff")
def act(case_number: str, action: str) -> Response:
    errand = ERRANDS.get(action) or abort(404)
    try:
        with installation().begin() as work:
            case = get_case_to_act(work, g.actor, case_number)
            require_fresh(work, case, g.actor, request.form.get("seen", ""))
            require_unconflicted(work, case, g.actor)
            errand(work, case, seat(case, g.actor))
    except tuple(REFUSED) as refused:
        return refuse(case_number, action, refused)
    except (ReasonMissing, CorrectionRefused, FormIncomplete) as refused:
        return _show_again(case_number, str(refused), 422)
    return redirect(url_for("console.show_case", case_number=case_number, done=1), 303)


# What is no slip of the pen but a try at what one may not: each goes on record, by its code.
REFUSED: dict[type[Exception], str] = {
    ActionNotAllowed: "out_of_turn",
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
    typed = Typed(sentence, request.form.to_dict(), tuple(request.form.getlist("material")))
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
    decline_case(work, case, actor, _words())


def _verify(work: Work, case: _Case, actor: Actor) -> None:
    verify_case(work, case, actor, _words(), applies=request.form.get("applies") != "no")


def _give_verdict(work: Work, case: _Case, actor: Actor) -> None:
    try:
        verdict = Verdict(request.form.get("verdict", ""))
    except ValueError:
        raise FormIncomplete("请先选一个意见：同意、不同意，再提交。") from None
    give_verdict(work, case, actor, verdict, _words())


def _approve(work: Work, case: _Case, actor: Actor) -> None:
    page = case_page(work, actor, request.view_args["case_number"])  # type: ignore[index]
    stated = {label: request.form.get(STATED + label, "").strip() for label in page.stated_labels}
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


ERRANDS: dict[str, _Errand] = {
    Action.ACCEPT: _accept,
    Action.DECLINE: _decline,
    Action.VERIFY: _verify,
    Action.GIVE_VERDICT: _give_verdict,
    Action.REQUEST_CORRECTION: _request_correction,
    Action.APPROVE: _approve,
    Action.REJECT: _reject,
    Action.ISSUE: _issue,
}
