"""办事点: place, hours and telephone of each village's counter, as they stand on every notice sheet."""

from flask import Blueprint, Response, g, redirect, request, url_for

from server.domain.wanted import PAGE_SIZE, Page, page_of
from server.services.service_point import PointLine, PointRefused, list_points, state_point
from server.services.work import Work
from server.web.console.asking import page_asked
from server.web.console.catalogue import render
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/service-points", view_func=show_service_points)
    blueprint.add_url_rule("/service-points/<region_code>", view_func=keep_service_point, methods=["POST"])


@guarded_by("staff")
def show_service_points() -> Response:
    with installation().look() as work:
        return _page(work)


def _page(work: Work, *, refused: str | None = None, typed_for: str = "", status: int = 200) -> Response:
    saved = request.args.get("saved", "")
    words = request.args.get("words", "").strip()[:20]
    found = [line for line in list_points(work, g.actor) if words in line.name]
    return render(
        work,
        "console/service_points.html",
        status,
        here="service_points",
        page=_page_of(found, saved or typed_for),
        words=words,
        refused=refused,
        typed_for=typed_for,
        saved=saved,
    )


def _page_of(found: list[PointLine], keep_in_view: str) -> Page[PointLine]:
    """The page asked for, or the one with the village just written about: 437 forms at once are nobody's to read."""
    codes = [line.region_code for line in found]
    number = codes.index(keep_in_view) // PAGE_SIZE + 1 if keep_in_view in codes else page_asked()
    return page_of(found, number)


@guarded_by("staff")
def keep_service_point(region_code: str) -> Response:
    form = request.form
    try:
        with installation().begin() as work:
            parts = (form.get("place", ""), form.get("hours", ""), form.get("telephone", ""))
            state_point(work, g.actor, region_code, *parts)
    except PointRefused as refused:
        with installation().look() as work:
            return _page(work, refused=str(refused), typed_for=region_code, status=422)
    return redirect(url_for("console.show_service_points", saved=region_code, _anchor=f"v{region_code}"), 303)
