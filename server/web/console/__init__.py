"""办件台: where officials sign in, see what waits for them, read the papers and act on a case."""

from pathlib import Path

from flask import Blueprint, Response, current_app

from server.services.card import CardHidden
from server.services.case_list import OutOfSight
from server.services.desk import CaseHidden
from server.web.console import (
    actions,
    batch,
    benefits,
    calendar,
    card,
    case,
    catalogue,
    catalogue_edit,
    catalogue_files,
    deaths,
    documents,
    figures,
    hands,
    inbox,
    opinions,
    paper,
    people,
    power_uses,
    profile,
    ratings,
    regions,
    relatives,
    roster,
    service_points,
    sign_in,
    supervision,
    supervision_rules,
)
from server.web.webkit.assets import offer_assets
from server.web.webkit.errors import Refusal
from server.web.webkit.staff_session import SignedOut


def console_blueprint() -> Blueprint:
    blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
    offer_assets(blueprint, "console", Path(__file__).with_name("static"))
    for room in (
        sign_in,
        inbox,
        case,
        documents,
        paper,
        actions,
        hands,
        people,
        profile,
        relatives,
        power_uses,
        ratings,
        catalogue,
        catalogue_edit,
        catalogue_files,
        service_points,
        regions,
        supervision,
        card,
        figures,
        batch,
        opinions,
        roster,
        benefits,
        deaths,
        calendar,
        supervision_rules,
    ):
        room.add_routes(blueprint)
    blueprint.register_error_handler(SignedOut, sign_in.ask_to_sign_in)
    for hidden in (CaseHidden, CardHidden, OutOfSight):
        blueprint.register_error_handler(hidden, _hidden)
    return blueprint


def _hidden(hidden: LookupError) -> Response:
    return current_app.handle_user_exception(Refusal(404, "case_hidden", str(hidden)))
