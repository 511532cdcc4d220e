"""办件台: where officials sign in, see what waits for them, read the papers and act on a case."""

from pathlib import Path

from flask import Blueprint, Response, current_app

from server.services.desk import CaseHidden
from server.web.console import (
    actions,
    benefits,
    calendar,
    case,
    catalogue,
    catalogue_edit,
    catalogue_files,
    deaths,
    documents,
    hands,
    inbox,
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
        roster,
        benefits,
        deaths,
        calendar,
        supervision_rules,
    ):
        room.add_routes(blueprint)
    blueprint.register_error_handler(SignedOut, sign_in.ask_to_sign_in)
    blueprint.register_error_handler(CaseHidden, _hidden)
    return blueprint


def _hidden(hidden: CaseHidden) -> Response:
    return current_app.handle_user_exception(Refusal(404, "case_hidden", str(hidden)))
