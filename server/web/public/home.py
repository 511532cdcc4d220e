"""The first page: look something up, follow a case, read what is published; and the switch to large type."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from server.services.public_board import read_board
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.local_path import local_path
from server.web.webkit.reading import keep_reading_size

NEWEST = 5


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", view_func=show_home)
    blueprint.add_url_rule("/reading", view_func=set_reading_size, methods=["POST"])


def open_page(template: str, status: int = 200, **content: object) -> Response:
    """A page without personal data: it may be kept, and is asked for again each time it is shown."""
    response = make_response(render_template(template, **content), status)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"  # large type
    return response


@guarded_by("public")
def show_home() -> Response:
    with installation().look() as work:
        board, catalogue = read_board(work), work.catalogue
    return open_page(
        "public/home.html",
        items=len(catalogue.offered_items),
        policies=len(catalogue.policies),
        notices=board.notices[:NEWEST],
        results=board.results[:NEWEST],
        board=board,
    )


@guarded_by("public")
def set_reading_size() -> Response:
    back = local_path(request.form.get("back")) or url_for("public.show_home")
    return keep_reading_size(redirect(back, 303), request.form.get("size") == "elder")
