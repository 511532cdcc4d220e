"""Papers a desk prints of its case: the notice for the village board, the decision in writing, the routing form."""

from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Response, g

from forms.render.archive import archival
from forms.render.decision_letter import render_decision_letter
from forms.render.public_notice_sheet import render_public_notice_sheet
from forms.render.routing_form import render_routing_form
from server.services.case_paper import BOARD_NOTICE, DECISION, ROUTING_FORM, SHEET_WORDS, board_notice, decision_letter
from server.services.routing_form import routing_form
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_number>/board_notice.pdf", view_func=print_board_notice, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_number>/decision.pdf", view_func=print_decision, methods=["POST"])
    blueprint.add_url_rule("/cases/<case_number>/routing_form.pdf", view_func=print_routing_form, methods=["POST"])


@guarded_by("staff")
def print_board_notice(case_number: str) -> Response:
    """By POST, as whoever prints it is put on record: no page fetched ahead of time may do that."""
    with installation().begin() as work:
        sheet, now = board_notice(work, g.actor, case_number), work.now
    return _pdf(render_public_notice_sheet(sheet), BOARD_NOTICE, case_number, now)


@guarded_by("staff")
def print_decision(case_number: str) -> Response:
    with installation().begin() as work:
        letter, now = decision_letter(work, g.actor, case_number), work.now
    return _pdf(render_decision_letter(letter), DECISION, case_number, now)


@guarded_by("staff")
def print_routing_form(case_number: str) -> Response:
    with installation().begin() as work:
        form, now = routing_form(work, g.actor, case_number), work.now
    return _pdf(render_routing_form(form), ROUTING_FORM, case_number, now)


def _pdf(content: bytes, kind: str, case_number: str, made_at: datetime) -> Response:
    """As PDF/A-2b: both papers go into the case's archive."""
    title = f"{SHEET_WORDS[kind]} {case_number}"
    response = Response(archival(content, title=title, made_at=made_at), mimetype="application/pdf")
    name = quote(f"{title}.pdf")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "no-store"  # it names somebody
    return response
