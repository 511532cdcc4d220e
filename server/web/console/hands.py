"""What the case page sends about people: taking and assigning a case, and what was found out about a near relative."""

from flask import Blueprint, Response, abort, g, redirect, request, url_for

from server.domain.assignment import HandDeed
from server.services.assignment import HandRefused, move_hand
from server.services.conflict import ConflictRefused, NearRelative, decide_conflict
from server.services.desk import get_case_to_act
from server.services.stale_screen import StaleScreen, require_fresh
from server.web.console.actions import refuse
from server.web.console.relatives import conflict_state
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_number>/hands/<deed>", view_func=hand, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_number>/kin/<int:conflict_id>", view_func=decide_kin, methods=["POST"])


@guarded_by("staff")
def hand(case_number: str, deed: str) -> Response:
    wanted = HandDeed(deed) if deed in set(HandDeed) else abort(404)
    try:
        with installation().begin() as work:
            case = get_case_to_act(work, g.actor, case_number)
            require_fresh(work, case, g.actor, request.form.get("seen", ""))
            move_hand(work, case, g.actor, wanted, request.form.get("to", ""))
    except (HandRefused, NearRelative, StaleScreen) as refused:
        return refuse(case_number, deed, refused)
    return redirect(url_for("console.show_case", case_number=case_number), 303)


@guarded_by("staff")
def decide_kin(case_number: str, conflict_id: int) -> Response:
    form = request.form
    try:
        with installation().begin() as work:
            case = get_case_to_act(work, g.actor, case_number)
            require_fresh(work, case, g.actor, form.get("seen", ""))
            state, official = conflict_state(form.get("state")), form.get("official", "")
            decide_conflict(work, case, g.actor, conflict_id, state, form.get("reason", ""), official)
    except (ConflictRefused, StaleScreen) as refused:
        return refuse(case_number, "decide_kin", refused)
    return redirect(url_for("console.show_case", case_number=case_number), 303)
