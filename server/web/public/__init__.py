"""阳光红页: what villagers open on a phone; guides, progress by lookup code, ratings, notices and published results."""

from pathlib import Path

from flask import Blueprint

from server.web.public import (
    board,
    guides,
    home,
    policies,
    powers,
    progress,
    rate,
    ratings,
    rosters,
    search_page,
    which,
    withdrawal,
)
from server.web.webkit.assets import offer_assets


def public_blueprint() -> Blueprint:
    blueprint = Blueprint("public", __name__, template_folder="templates")
    offer_assets(blueprint, "public", Path(__file__).with_name("static"))
    for room in (
        home,
        search_page,
        guides,
        policies,
        which,
        progress,
        withdrawal,
        rate,
        ratings,
        board,
        powers,
        rosters,
    ):
        room.add_routes(blueprint)
    return blueprint
