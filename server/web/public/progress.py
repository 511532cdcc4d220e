"""查进度: what the holder of a receipt's lookup code sees of the case, and the villager's rating when it is closed."""

from flask import Blueprint, Response, redirect, render_template, request, url_for

from forms.packet import LOOKUP_CODE_LENGTH, normal_lookup_code
from server.domain.case import ActionNotAllowed
from server.domain.rating import Channel, RatingRefused
from server.services.rating import KEY_LENGTH, rate_by_lookup_code, rater_key
from server.services.tracking import Progress, clock_in_words, find_progress
from server.services.work import RowConflict
from server.web.public.rating_form import StatedRating, form_content, personal, stated_rating, thanks
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.rate import RateLimit

# A code has 49 bits; these keep a machine from trying them out, and are wide enough for a village behind one address.
_lookups = RateLimit(calls=30, seconds=60)
_misses = RateLimit(calls=20, seconds=60)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/lookup", view_func=look_up)
    blueprint.add_url_rule("/c/<lookup_code>", view_func=show_progress)
    blueprint.add_url_rule("/c/<lookup_code>/rating", view_func=rate, methods=["POST"])
    blueprint.add_url_rule("/c/<lookup_code>/rating", view_func=ask_for_key)


@guarded_by("public")
def look_up() -> Response:
    typed = request.args.get("code", "").strip()[:40]
    if not typed:
        return ask_for_code("", 200)
    _lookups.spend(request.remote_addr or "")
    code = normal_lookup_code(typed)
    return redirect(url_for("public.show_progress", lookup_code=code), 303) if code else ask_for_code(typed, 404)


@guarded_by("lookup_code")
def show_progress(lookup_code: str) -> Response:
    code = normal_lookup_code(lookup_code)
    if code and code != lookup_code:  # typed by hand, in small letters or with spaces
        return redirect(url_for("public.show_progress", lookup_code=code), 302)
    progress = find_or_wait(code)
    return _page(progress) if progress else ask_for_code(lookup_code, 404)


@guarded_by("lookup_code")
def rate(lookup_code: str) -> Response:
    progress = find_or_wait(normal_lookup_code(lookup_code))
    if progress is None:
        return ask_for_code(lookup_code, 404)
    try:
        key = _keep_rating(progress.lookup_code, stated_rating())
    except ActionNotAllowed as refused:
        return _page(progress, refused=str(refused), status=409)
    except RatingRefused as refused:
        return _page(find_or_wait(progress.lookup_code) or progress, refused=str(refused), status=422)
    return thanks(progress.item_name, progress.lookup_code, key)


def _keep_rating(lookup_code: str, stated: StatedRating) -> str:
    """The rater's key. Raises RatingRefused, ActionNotAllowed."""
    given = (stated.grade, stated.comment, Channel.WEB, stated.aspects)
    for last_try in (False, True):
        try:
            with installation().begin() as work:
                rating = rate_by_lookup_code(work, lookup_code, *given, is_anonymous=stated.is_anonymous)
                return rater_key(work, rating.case_id)
        except RowConflict:  # the same rating sent twice at one moment: the second time it is found
            if last_try:
                raise
    raise AssertionError("the last try either returns or raises")


@guarded_by("lookup_code")
def ask_for_key(lookup_code: str) -> Response:
    """The rater's key is typed here, and leads to the answer."""
    progress = find_or_wait(normal_lookup_code(lookup_code))
    if progress is None:
        return ask_for_code(lookup_code, 404)
    code, typed = progress.lookup_code, "".join(request.args.get("key", "").split()).upper()[:40]
    if typed:
        return redirect(url_for("public.show_answer", lookup_code=code, key=typed), 303)
    return personal(render_template("public/rating_key.html", lookup_code=code, length=KEY_LENGTH))


def find_or_wait(lookup_code: str | None) -> Progress | None:
    """Misses are counted by caller, and whoever has missed too often waits. Raises Refusal (429)."""
    caller = request.remote_addr or ""
    _misses.require_room(caller)
    with installation().look() as work:
        progress = find_progress(work, lookup_code) if lookup_code else None
    if progress is None:
        _misses.spend(caller)
    return progress


def show_again(progress: Progress, refused: str, status: int) -> Response:
    """The page with a sentence that says why something was not done."""
    return _page(progress, refused=refused, status=status)


def _page(progress: Progress, *, refused: str | None = None, status: int = 200) -> Response:
    page = render_template(
        "public/progress.html",
        progress=progress,
        clock_words=clock_in_words(progress.clock) if progress.clock else None,
        refused=refused,
        **form_content(Channel.WEB),
    )
    return personal(page, status)


def ask_for_code(typed: str, status: int) -> Response:
    page = render_template("public/lookup.html", typed=typed, unknown=status == 404, length=LOOKUP_CODE_LENGTH)
    return personal(page, status)
