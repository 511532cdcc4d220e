"""A villager rates at the counter: the machine hands the rating in, and whoever is signed in at it is no part of it."""

from typing import Any

from flask import Blueprint, Response, g, jsonify

from forms.packet import normal_lookup_code
from server.domain.case import ActionNotAllowed
from server.domain.rating import Channel, RatingRefused, asked_aspects, parse_grade
from server.services.rating import find_village_case, rate_case, rater_key
from server.services.work import Work
from server.web.kiosk_api.machines import json_body
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.rate import RateLimit

_misses = RateLimit(calls=20, seconds=60)
UNKNOWN = "没有查到这件，或者不是本村收的件。请核对回执上的10位查询码。"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/ratings/<lookup_code>", view_func=ask_for_rating)
    blueprint.add_url_rule("/ratings", view_func=take_rating, methods=["POST"])


@guarded_by("machine")
def ask_for_rating(lookup_code: str) -> Response:
    """Whether this case may be rated now; how it was rated is not for the machine."""
    with installation().look() as work:
        case = _case(work, lookup_code)
        aspects = [{"value": value, "label": label} for value, label in asked_aspects(Channel.KIOSK)]
        return jsonify(item_name=case.item_name, lookup_code=case.lookup_code, aspects=aspects)


@guarded_by("machine")
def take_rating() -> tuple[Response, int]:
    body = json_body()
    try:
        with installation().begin() as work:
            case = _case(work, str(body.get("lookup_code", "")))
            rate_case(work, case, *_given(body), is_anonymous=body.get("anonymous") is True)
            return jsonify(answer_key=rater_key(work, case.id), lookup_code=case.lookup_code), 201
    except (ActionNotAllowed, RatingRefused) as refused:
        raise Refusal(409, "rating_refused", str(refused)) from None


def _given(body: dict[str, Any]) -> tuple[Any, ...]:
    """Raises RatingRefused."""
    aspects = body.get("aspects", [])
    stated = tuple(map(str, aspects)) if isinstance(aspects, list) else ()
    return parse_grade(body.get("grade", "")), str(body.get("comment", "")), Channel.KIOSK, stated


def _case(work: Work, lookup_code: str) -> Any:
    """Only a case of the machine's own village (BOLA). Raises Refusal."""
    _misses.require_room(g.machine.id)
    case = find_village_case(work, normal_lookup_code(lookup_code) or "", g.machine.village_code)
    if case is None:
        _misses.spend(g.machine.id)
        raise Refusal(404, "unknown_case", UNKNOWN)
    return case
