"""近亲属登记: the register of officials' near relatives, and the control centre's list of what has yet to be looked into."""

from flask import Blueprint, Response, abort, g, redirect, request, url_for

from server.domain.conflict import ConflictState, Relation
from server.domain.words import RELATION
from server.services import relative
from server.services.conflict import ConflictRefused, decide_conflict
from server.services.relative import Entry, RelativeRefused
from server.services.work import Work
from server.web.console.catalogue import render
from server.web.console.places import places_of_levels
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/relatives", view_func=show_relatives)
    blueprint.add_url_rule("/relatives", view_func=enter, methods=["POST"])
    blueprint.add_url_rule("/relatives/<relative_id>/<deed>", view_func=change, methods=["POST"])
    blueprint.add_url_rule("/relatives/flags/<int:conflict_id>", view_func=decide_open_flag, methods=["POST"])


@guarded_by("staff")
def show_relatives() -> Response:
    if not relative.may_keep_register(g.actor):
        raise Refusal(403, "not_keeper", "近亲属登记册由综控中心和乡镇经办员登记，您不用填。要登记的请告诉他们。")
    with installation().look() as work:
        return _page(work)


def _page(work: Work, *, refused: str | None = None, status: int = 200) -> Response:
    words = request.args.get("words", "").strip()[:30]
    within = g.actor.desk.region_code
    return render(
        work,
        "console/relatives.html",
        status,
        here="relatives",
        lines=relative.list_register(work, g.actor, words),
        flags=relative.list_open_flags(work, g.actor),
        words=words,
        relations=[(one.value, RELATION[one]) for one in Relation],
        villages=places_of_levels(work, ("village",)),
        serving=places_of_levels(work, ("township", "village"), within),
        refused=refused,
        saved="saved" in request.args,
    )


def _again(sentence: str) -> Response:
    if not relative.may_keep_register(g.actor):
        raise Refusal(403, "not_keeper", sentence)
    with installation().look() as work:
        return _page(work, refused=sentence, status=422)


def _back() -> Response:
    return redirect(url_for("console.show_relatives", saved=1), 303)


@guarded_by("staff")
def enter() -> Response:
    form = request.form
    typed = Entry(**{name: form.get(name, "") for name in Entry.__dataclass_fields__})
    try:
        with installation().begin() as work:
            relative.enter_relative(work, g.actor, typed)
    except RelativeRefused as refused:
        return _again(str(refused))
    return _back()


@guarded_by("staff")
def change(relative_id: str, deed: str) -> Response:
    if deed not in ("number", "remove"):
        abort(404)
    try:
        with installation().begin() as work:
            if deed == "number":
                relative.add_number(work, g.actor, relative_id, request.form.get("id_number", ""))
            else:
                relative.remove_relative(work, g.actor, relative_id)
    except RelativeRefused as refused:
        return _again(str(refused))
    return _back()


@guarded_by("staff")
def decide_open_flag(conflict_id: int) -> Response:
    form = request.form
    try:
        with installation().begin() as work:
            case = relative.case_with_open_flag(work, g.actor, conflict_id)
            state, official = conflict_state(form.get("state")), form.get("official", "")
            decide_conflict(work, case, g.actor, conflict_id, state, form.get("reason", ""), official)
    except ConflictRefused as refused:
        return _again(str(refused))
    return _back()


def conflict_state(typed: str | None) -> ConflictState:
    """Raises ConflictRefused."""
    if typed not in (ConflictState.CONFIRMED, ConflictState.DISMISSED):
        raise ConflictRefused("请选核实的结果：属实，还是不是。")
    return ConflictState(typed)
