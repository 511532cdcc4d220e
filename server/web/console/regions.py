"""区划: the tree of places by a year's list, compared, reviewed by a second person and let out."""

from datetime import date

from flask import Blueprint, Response, g, redirect, request, url_for

from forms.region_list import CHANGE_WORDS, RegionListFault
from server.adapters.spreadsheet import SpreadsheetFault, read_region_rows
from server.domain.catalogue_version import ACTION_WORDS, VersionAction, VersionRefused
from server.services import catalogue as versions
from server.services.region_list import propose_list, region_page
from server.web.console.catalogue import render
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/regions", view_func=show_regions)
    blueprint.add_url_rule("/regions", view_func=take_region_list, methods=["POST"])
    blueprint.add_url_rule("/regions/<version_id>/<action>", view_func=act_on_region_list, methods=["POST"])


@guarded_by("staff")
def show_regions() -> Response:
    return _page()


def _page(*, refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        page = region_page(work, g.actor)
        return render(
            work, "console/regions.html", status, page=page, words=CHANGE_WORDS, labels=ACTION_WORDS, refused=refused
        )


@guarded_by("staff")
def take_region_list() -> Response:
    file = request.files.get("file")
    try:
        since = date.fromisoformat(request.form.get("since", ""))
    except ValueError:
        return _page(refused="请写新名单从哪一天起用，例如 2025-01-01。", status=422)
    try:
        rows = read_region_rows(file.read() if file else b"", (file.filename or "") if file else "")
        with installation().begin() as work:
            propose_list(work, g.actor, rows, since)
    except (SpreadsheetFault, RegionListFault, VersionRefused) as refused:
        return _page(refused=str(refused), status=422)
    return redirect(url_for("console.show_regions"), 303)


@guarded_by("staff")
def act_on_region_list(version_id: str, action: str) -> Response:
    known = {
        action.value
        for action in (VersionAction.PUBLISH, VersionAction.DISCARD, VersionAction.RETURN, VersionAction.SUBMIT)
    }
    try:
        with installation().begin() as work:
            if action not in known:
                raise VersionRefused("名单只能发布，或退回后重新交。")
            reason = request.form.get("reason", "")[:500]
            versions.act_on_version(work, g.actor, version_id, VersionAction(action), reason)
    except VersionRefused as refused:
        return _page(refused=str(refused), status=409)
    return redirect(url_for("console.show_regions"), 303)
