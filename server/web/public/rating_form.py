"""The form that asks for a rating, the same on every page that does: read here, and thanked for here."""

from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from server.domain.rating import LABELS, Grade, asked_aspects, parse_grade
from server.services.rating import MAX_COMMENT


@dataclass(frozen=True)
class StatedRating:
    """What the form said."""

    grade: Grade
    comment: str
    aspects: tuple[str, ...]
    is_anonymous: bool


def stated_rating() -> StatedRating:
    """Raises RatingRefused for no grade, or one there is not."""
    form = request.form
    anonymous = form.get("anonymous") == "yes"
    return StatedRating(
        parse_grade(form.get("grade", "")), form.get("comment", ""), tuple(form.getlist("aspect")), anonymous
    )


def form_content(channel: str) -> dict[str, object]:
    """What the form's template needs. No grade is chosen beforehand; after a refusal stands what was typed (不诱导)."""
    return {
        "grades": sorted(LABELS.items(), reverse=True),
        "aspects": asked_aspects(channel),
        "typed": {**request.form.to_dict(), "aspects": request.form.getlist("aspect")},
        "max_comment": MAX_COMMENT,
    }


def thanks(item_name: str, lookup_code: str, key: str) -> Response:
    """The key stands here once more each time the same rating is sent: an answer may be lost on the way."""
    return personal(render_template("public/thanks.html", item_name=item_name, lookup_code=lookup_code, key=key))


def personal(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
