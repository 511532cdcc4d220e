"""评价: the page behind a one-use link on paper, and the one on which the rater follows the answer."""

from flask import Blueprint, Response, redirect, render_template, request, url_for

from forms.packet import normal_lookup_code
from server.domain.rating import Channel, RatingRefused
from server.services.rating_answer import RatingAnswer, find_answer, rate_again
from server.services.rating_link import find_asked, rate_by_link
from server.web.public.rating_form import form_content, personal, stated_rating, thanks
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.rate import RateLimit

# Tokens have 96 bits and keys 48: these keep a machine from trying, and are wide enough for a village behind one address.
_misses = RateLimit(calls=20, seconds=60)
UNKNOWN_LINK = "没有找到这个评价码。请用手机对准纸上的码再扫一次，或者用回执上的查询码查进度，在那里评价。"


def add_routes(blueprint: Blueprint) -> None:
    answer = "/c/<lookup_code>/rating/<key>"
    blueprint.add_url_rule("/r/<token>", view_func=ask_for_rating)
    blueprint.add_url_rule("/r/<token>", view_func=rate_once, methods=["POST"])
    blueprint.add_url_rule(answer, view_func=show_answer)
    blueprint.add_url_rule(answer, view_func=say_again, methods=["POST"])


@guarded_by("rating_link")
def ask_for_rating(token: str) -> Response:
    return _form(token, None, 200)


def _form(token: str, refused: str | None, status: int) -> Response:
    _misses.require_room(_caller())
    with installation().look() as work:
        asked = find_asked(work, token)
    if asked is None:
        raise _missed(UNKNOWN_LINK)
    content = form_content(Channel.LINK)
    return personal(render_template("public/rate.html", token=token, asked=asked, refused=refused, **content), status)


@guarded_by("rating_link")
def rate_once(token: str) -> Response:
    _misses.require_room(_caller())
    try:
        stated = stated_rating()
        with installation().begin() as work:
            asked = find_asked(work, token)
            given = (stated.grade, stated.comment, stated.aspects)
            kept = rate_by_link(work, token, *given, is_anonymous=stated.is_anonymous)
    except RatingRefused as refused:
        return _form(token, str(refused), 422)
    if asked is None or kept is None:
        raise _missed(UNKNOWN_LINK)
    return thanks(asked.item_name, *kept)


@guarded_by("rater_key")
def show_answer(lookup_code: str, key: str) -> Response:
    return _answer(_find(lookup_code, key), key, None, 200)


@guarded_by("rater_key")
def say_again(lookup_code: str, key: str) -> Response:
    answer = _find(lookup_code, key)
    try:
        stated = stated_rating()
        with installation().begin() as work:
            rate_again(work, answer.lookup_code, key, stated.grade, stated.comment)
    except RatingRefused as refused:
        return _answer(answer, key, str(refused), 422)
    return redirect(url_for("public.show_answer", lookup_code=answer.lookup_code, key=key), 303)


def _find(lookup_code: str, key: str) -> RatingAnswer:
    """Raises Refusal."""
    _misses.require_room(_caller())
    with installation().look() as work:
        answer = find_answer(work, normal_lookup_code(lookup_code) or "", key)
    if answer is None:
        raise _missed("没有找到这条评价。请核对查询码和评价口令；口令在评完那一页上，只给评价的人。")
    return answer


def _answer(answer: RatingAnswer, key: str, refused: str | None, status: int) -> Response:
    content = form_content(Channel.WEB)
    return personal(
        render_template("public/rating_answer.html", answer=answer, key=key, refused=refused, **content), status
    )


def _caller() -> str:
    return request.remote_addr or ""


def _missed(sentence: str) -> Refusal:
    """Counted against the caller: whoever misses too often waits."""
    _misses.spend(_caller())
    return Refusal(404, "no_such_rating", sentence)
