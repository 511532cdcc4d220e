"""查进度: what the holder of a receipt's lookup code sees of the case, and the villager's rating when it is closed."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from forms.packet import LOOKUP_CODE_LENGTH, normal_lookup_code
from server.domain.case import ActionNotAllowed
from server.domain.rating import LABELS as GRADE_LABELS
from server.domain.rating import RatingRefused, parse_grade
from server.services.rating import MAX_COMMENT, rate_by_lookup_code
from server.services.tracking import Progress, clock_in_words, find_progress
from server.services.work import RowConflict
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.rate import RateLimit

# A code has 49 bits; these keep a machine from trying them out, and are wide enough for a village behind one address.
_lookups = RateLimit(calls=30, seconds=60)
_misses = RateLimit(calls=20, seconds=60)
CHANNEL = "web"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/lookup", view_func=look_up)
    blueprint.add_url_rule("/c/<lookup_code>", view_func=show_progress)
    blueprint.add_url_rule("/c/<lookup_code>/rating", view_func=rate, methods=["POST"])


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
    comment = request.form.get("comment", "")
    try:
        grade = parse_grade(request.form.get("grade", ""))
        _keep_rating(progress.lookup_code, grade, comment)
    except ActionNotAllowed as refused:
        return _page(progress, refused=str(refused), comment=comment, status=409)
    except RatingRefused as refused:
        return _page(find_or_wait(progress.lookup_code) or progress, refused=str(refused), comment=comment, status=422)
    return _personal(render_template("public/thanks.html", progress=progress, grade_label=GRADE_LABELS[grade]))


def _keep_rating(lookup_code: str, grade: int, comment: str) -> None:
    """Raises RatingRefused, ActionNotAllowed."""
    for last_try in (False, True):
        try:
            with installation().begin() as work:
                rate_by_lookup_code(work, lookup_code, grade, comment, CHANNEL)
            return
        except RowConflict:  # the same rating sent twice at one moment: the second time it is found
            if last_try:
                raise


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


def _page(progress: Progress, *, refused: str | None = None, comment: str = "", status: int = 200) -> Response:
    page = render_template(
        "public/progress.html",
        progress=progress,
        clock_words=clock_in_words(progress.clock) if progress.clock else None,
        grades=sorted(GRADE_LABELS.items(), reverse=True),
        grade_label=GRADE_LABELS[progress.grade] if progress.grade else None,
        refused=refused,
        comment=comment,
        max_comment=MAX_COMMENT,
    )
    return _personal(page, status)


def _personal(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def ask_for_code(typed: str, status: int) -> Response:
    page = render_template("public/lookup.html", typed=typed, unknown=status == 404, length=LOOKUP_CODE_LENGTH)
    return _personal(page, status)
