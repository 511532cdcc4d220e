"""名单: a batch's households as its item publishes them, masked, while the notice hangs out and once it was granted."""

from flask import Blueprint, Response

from server.domain.roster import yuan
from server.services.public_roster import public_roster
from server.web.public.home import open_page
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/rosters/<roster_id>", view_func=show_public_roster)


@guarded_by("public")
def show_public_roster(roster_id: str) -> Response:
    with installation().look() as work:
        page = public_roster(work, roster_id)
    if page is None:
        raise Refusal(
            404,
            "no_such_roster",
            "这份名单现在没有公开：公示已经结束、还没有批准，或没有这份名单。请到村的公开页面看。",
        )
    money = f"{yuan(page.total.fen)}元" if page.total and page.total.fen else ""
    return open_page("public/roster.html", page=page, money=money)
