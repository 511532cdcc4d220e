"""待遇: those due for re-verification first, and one benefit with its history and what may be done to it."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from server.domain.benefit import BENEFIT_ACTION, VISITS, WAY, BenefitAction, BenefitRefused, Way
from server.domain.people import Actor
from server.domain.wanted import page_of
from server.services import benefit, recheck
from server.services.benefit import BenefitHidden, get_benefit_to_act
from server.services.benefit_page import benefit_page, list_benefits, note_full_name
from server.services.work import Work
from server.web.console.asking import page_asked
from server.web.console.roster import frame
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

_Benefit = object  # a row of the services; views hand it on and never look inside


def add_routes(blueprint: Blueprint) -> None:
    one = "/benefits/<benefit_id>"
    blueprint.add_url_rule("/benefits", view_func=show_benefits)
    blueprint.add_url_rule("/benefits", view_func=match_benefits, methods=["POST"])
    blueprint.add_url_rule(one, view_func=show_benefit)
    blueprint.add_url_rule(f"{one}/full", view_func=show_benefit_in_full, methods=["POST"])
    blueprint.add_url_rule(f"{one}/<action>", view_func=act_on_benefit, methods=["POST"])
    blueprint.register_error_handler(BenefitHidden, _hidden)


def _hidden(hidden: BenefitHidden) -> Response:
    return current_app.handle_user_exception(Refusal(404, "benefit_hidden", str(hidden)))


@guarded_by("staff")
def show_benefits() -> Response:
    return _list()


def _list(refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        lines = list_benefits(work, g.actor)
        page = page_of(lines, page_asked())
        return frame(
            work,
            "console/benefits.html",
            status,
            here="benefits",
            page=page,
            mine=sum(line.mine for line in lines),
            matches=sum(line.to_match for line in page.lines),
            matched=request.args.get("matched", type=int),
            refused=refused,
            today=work.today,
        )


@guarded_by("staff")
def match_benefits() -> Response:
    """What the county's data found of many at once; all or, when one is no longer to be matched, none."""
    chosen = list(dict.fromkeys(request.form.getlist("benefit")))
    if not chosen:
        return _list("还没有选。请在比对上的前面打勾，再登记。", 422)
    try:
        with installation().begin() as work:
            for benefit_id in sorted(chosen):
                recheck.record_match(work, g.actor, get_benefit_to_act(work, g.actor, benefit_id), True, "")
    except BenefitRefused as refused:
        return _list(f"{refused}这次一个也没有登记，请刷新再选。", 422)
    return redirect(url_for("console.show_benefits", matched=len(chosen)), 303)


@guarded_by("staff")
def show_benefit(benefit_id: str) -> Response:
    return _show(benefit_id)


@guarded_by("staff")
def show_benefit_in_full(benefit_id: str) -> Response:
    """By POST and never by address: a whole name is neither linked to nor found in the history."""
    with installation().begin() as work:
        note_full_name(work, g.actor, benefit_id)
    return _show(benefit_id, in_full=True)


def _show(benefit_id: str, *, in_full: bool = False, refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        page = benefit_page(work, g.actor, benefit_id, in_full=in_full)
        response = frame(
            work,
            "console/benefit.html",
            status,
            here="benefits",
            page=page,
            in_full=in_full,
            refused=refused,
            typed=request.form if refused else {},
            tried=(request.view_args or {}).get("action", ""),
            done=request.args.get("done", ""),
            labels=BENEFIT_ACTION,
            ways=WAY,
            visits=VISITS,
            today=work.today,
        )
    if in_full:
        response.headers["Cache-Control"] = "no-store"
    return response


@guarded_by("staff")
def act_on_benefit(benefit_id: str, action: str) -> Response:
    errand = ERRANDS.get(action) or abort(404)
    try:
        with installation().begin() as work:
            errand(work, g.actor, get_benefit_to_act(work, g.actor, benefit_id))
    except BenefitRefused as refused:
        return _show(benefit_id, refused=str(refused), status=422)
    return redirect(url_for("console.show_benefit", benefit_id=benefit_id, done=action), 303)


def _said(name: str) -> str:
    return request.form.get(name, "").strip()[:500]


def _way() -> Way:
    """Raises BenefitRefused."""
    try:
        return Way(_said("way"))
    except ValueError:
        raise BenefitRefused("请先选怎么核实的。") from None


def _matched() -> bool:
    """Raises BenefitRefused."""
    if _said("matched") not in ("yes", "no"):
        raise BenefitRefused("请先选比对结果：比对上了，还是没有比对上。")
    return _said("matched") == "yes"


def _hung_from() -> date | None:
    """Raises BenefitRefused."""
    if not _said("hung_from"):
        return None
    try:
        return date.fromisoformat(_said("hung_from"))
    except ValueError:
        raise BenefitRefused("开始公示的日期要写成 2026-09-14 这样。") from None


ERRANDS: dict[str, Callable[[Work, Actor, _Benefit], None]] = {
    BenefitAction.RECORD_MATCH: lambda work, actor, row: recheck.record_match(
        work, actor, row, _matched(), _said("words")
    ),
    BenefitAction.CONFIRM: lambda work, actor, row: recheck.confirm(work, actor, row, _way(), _said("words")),
    BenefitAction.FAIL: lambda work, actor, row: recheck.fail(work, actor, row, _said("words")),
    BenefitAction.SUSPEND: lambda work, actor, row: benefit.suspend(work, actor, row, _said("words")),
    BenefitAction.RESUME: lambda work, actor, row: benefit.resume(
        work, actor, row, _way(), _said("words"), _said("back_pay")
    ),
    BenefitAction.TERMINATE: lambda work, actor, row: benefit.terminate(work, actor, row, _said("words"), _hung_from()),
}
