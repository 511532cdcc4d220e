"""名册: the list of batch cases, and one case's roster with its table, the row in hand, and what may be done to it."""

from collections.abc import Callable
from urllib.parse import quote

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for

from server.adapters.roster_sheet import RowFault
from server.adapters.spreadsheet import SpreadsheetFault
from server.domain.people import Actor
from server.domain.roster import ROW_ACTION, RosterRefused, RowAction, yuan
from server.services import roster, roster_decision, roster_objection, roster_payment
from server.services.desk import list_inbox
from server.services.roster import SheetRefused, get_roster_case
from server.services.roster_list import list_batches
from server.services.roster_objection import Objector
from server.services.roster_page import HouseholdLine, RosterPage, note_full_roster, roster_page
from server.services.work import Work
from server.web.console.inbox import desk_in_words
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_FAULTS = 200
_Case = object  # a row of the services; views hand it on and never look inside
_Errand = Callable[[Work, Actor, _Case], object]


def add_routes(blueprint: Blueprint) -> None:
    one = "/cases/<case_number>/roster"
    blueprint.add_app_template_filter(yuan, "yuan")
    blueprint.add_url_rule("/rosters", view_func=show_rosters)
    blueprint.add_url_rule(one, view_func=show_roster)
    blueprint.add_url_rule(f"{one}/form.xlsx", view_func=give_roster_form)
    blueprint.add_url_rule(f"{one}/full", view_func=show_roster_in_full, methods=["POST"])
    blueprint.add_url_rule(f"{one}/pay-list.xlsx", view_func=give_pay_list, methods=["POST"])
    blueprint.add_url_rule(f"{one}/rows/<int:number>/objectors", view_func=show_objectors, methods=["POST"])
    blueprint.add_url_rule(f"{one}/rows/<int:number>/<action>", view_func=act_on_row, methods=["POST"])
    blueprint.add_url_rule(f"{one}/<act>", view_func=act_on_roster, methods=["POST"])


def frame(work: Work, template: str, status: int = 200, **content: object) -> Response:
    """A page of what runs beside and after the single case: batches, benefits, reports of a death."""
    known = {"place": "batches", "waiting": len(list_inbox(work, g.actor)), "desk": desk_in_words(work)}
    return make_response(render_template(template, **known, **content), status)


@guarded_by("staff")
def show_rosters() -> Response:
    with installation().look() as work:
        return frame(work, "console/rosters.html", here="rosters", lines=list_batches(work, g.actor))


@guarded_by("staff")
def show_roster(case_number: str) -> Response:
    return _show(case_number)


@guarded_by("staff")
def show_roster_in_full(case_number: str) -> Response:
    """By POST and never by address: a page with whole numbers is neither linked to nor found in the history."""
    with installation().begin() as work:
        note_full_roster(work, g.actor, case_number)
    return _show(case_number, in_full=True)


@guarded_by("staff")
def show_objectors(case_number: str, number: int) -> Response:
    try:
        with installation().begin() as work:
            case = get_roster_case(work, g.actor, case_number, to_act=True)
            objectors = roster_objection.reveal_objectors(work, g.actor, case, number)
    except RosterRefused as refused:
        return _show(case_number, number, refused=str(refused), status=422)
    return _show(case_number, number, objectors=objectors)


def _show(
    case_number: str,
    number: int | None = None,
    *,
    in_full: bool = False,
    refused: str | None = None,
    faults: tuple[RowFault, ...] = (),
    objectors: list[Objector] | None = None,
    status: int = 200,
) -> Response:
    with installation().look() as work:
        page = roster_page(work, g.actor, case_number, in_full=in_full)
        response = frame(
            work,
            "console/roster.html",
            status,
            here="rosters",
            page=page,
            in_full=in_full,
            row=_row_in_hand(page, number or request.args.get("row", type=int)),
            refused=refused,
            faults=faults[:MOST_FAULTS],
            more=max(0, len(faults) - MOST_FAULTS),
            objectors=objectors,
            typed=request.form if refused else {},
            done=request.args.get("done", ""),
            labels=ROW_ACTION,
            shown_state=request.args.get("state", ""),
        )
    if in_full or objectors:
        response.headers["Cache-Control"] = "no-store"  # whole numbers stay on no shared PC's disk
    return response


def _row_in_hand(page: RosterPage, number: int | None) -> HouseholdLine | None:
    return next((line for line in page.lines if line.number == number), None)


@guarded_by("staff")
def give_roster_form(case_number: str) -> Response:
    with installation().look() as work:
        page = roster_page(work, g.actor, case_number)
        content = roster.empty_form(work, get_roster_case(work, g.actor, case_number))
    return _download(content, f"名册-{page.item_name}.xlsx")


@guarded_by("staff")
def give_pay_list(case_number: str) -> Response:
    try:
        with installation().begin() as work:
            case = get_roster_case(work, g.actor, case_number, to_act=True)
            content = roster_payment.pay_list(work, g.actor, case)
    except RosterRefused as refused:
        return _show(case_number, refused=str(refused), status=422)
    return _download(content, f"发放清单-{case_number}.xlsx")


def _download(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=EXCEL)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response


@guarded_by("staff")
def act_on_roster(case_number: str, act: str) -> Response:
    errand = ERRANDS.get(act) or abort(404)
    return _act(case_number, act, errand)


@guarded_by("staff")
def act_on_row(case_number: str, number: int, action: str) -> Response:
    errand = ROW_ERRANDS.get(action) or abort(404)
    return _act(case_number, action, lambda work, actor, case: errand(work, actor, case, number), number)


def _act(case_number: str, done: str, errand: _Errand, number: int | None = None) -> Response:
    try:
        with installation().begin() as work:
            errand(work, g.actor, get_roster_case(work, g.actor, case_number, to_act=True))
    except SheetRefused as refused:
        return _show(case_number, refused=str(refused), faults=refused.faults, status=422)
    except (RosterRefused, SpreadsheetFault) as refused:
        return _show(case_number, number, refused=str(refused), status=422)
    following = number + 1 if number else None
    return redirect(url_for("console.show_roster", case_number=case_number, done=done, row=following), 303)


def _said(name: str, longest: int = 500) -> str:
    return request.form.get(name, "").strip()[:longest]


def _file() -> bytes:
    """Raises RosterRefused."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        raise RosterRefused("还没有选文件。请点“选择文件”，选好填好的Excel，再交。")
    return content


def _texts() -> dict[str, str]:
    return {name.removeprefix("stated "): text for name, text in request.form.items() if name.startswith("stated ")}


def _pay(work: Work, actor: Actor, case: _Case) -> object:
    count = _said("count")
    if not count.isdecimal() or len(count) > 6:
        raise RosterRefused("请照一卡通的回单填发了几户、共多少元。")
    return roster_payment.record_payment(work, actor, case, int(count), _said("total"))


def _price(work: Work, actor: Actor, case: _Case) -> object:
    return roster_decision.price_rows(work, actor, case, _said("standard"), by_quantity=_said("by") == "quantity")


def _object(work: Work, actor: Actor, case: _Case, number: int) -> object:
    said = (_said("stated words", 600), _said("stated name", 60), _said("stated contact", 60))
    return roster_objection.raise_objection(work, actor, case, number, *said)


ERRANDS: dict[str, _Errand] = {
    "open": lambda work, actor, case: roster.open_roster(work, actor, case, _said("supplement_of")),
    "discard": roster.discard_roster,
    "sheet": lambda work, actor, case: roster.take_in_sheet(work, actor, case, _file()),
    "row": lambda work, actor, case: roster.add_household(work, actor, case, _texts()),
    "benefits": roster.fill_from_benefits,
    "hang": roster.hang_out,
    "remaining": roster_decision.agree_remaining,
    "price": _price,
    "payment": _pay,
    "returns": lambda work, actor, case: roster_payment.take_in_returns(work, actor, case, _file()),
    "settle": roster_payment.settle,
}
ROW_ERRANDS: dict[str, Callable[[Work, Actor, _Case, int], object]] = {
    RowAction.AGREE: lambda work, actor, case, number: roster_decision.decide(
        work, actor, case, number, RowAction.AGREE, _said("reason")
    ),
    RowAction.EXCLUDE: lambda work, actor, case, number: roster_decision.decide(
        work, actor, case, number, RowAction.EXCLUDE, _said("reason")
    ),
    RowAction.CORRECT: lambda work, actor, case, number: roster.correct_household(
        work, actor, case, number, {name: text for name, text in _texts().items() if text.strip()}
    ),
    RowAction.OBJECT: _object,
}
