"""Deny by default: every route names its guard, and a request to one without a guard is refused.

`@guarded_by(...)` marks a view; "public" is itself a named guard, so that an open door is always a decision somebody took.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

# Only these bodies are looked into here: an upload's must not be touched before its own view reads it piece by piece.
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
View = TypeVar("View", bound=Callable[..., Any])

GUARDS = frozenset(
    {
        "public",  # anybody; shows nothing personal
        "lookup_code",  # whoever holds the receipt's 10-sign code
        "rating_link",  # whoever holds a paper with a one-use link
        "rater_key",  # whoever rated: the receipt's code and the key given with the thanks
        "staff",  # a signed-in staff member; the view narrows by desk
        "machine",  # an enrolled village machine
        "enrolment_code",  # a machine that holds a one-time code
        "wechat_signature",  # WeChat's own signed callback
        "miniprogram_session",  # a mini-program user's session token
    }
)


def guarded_by(guard: str) -> Callable[[View], View]:
    if guard not in GUARDS:
        raise ValueError(f"no such guard: {guard}")

    def mark(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return mark


def guard_of(app: Flask, endpoint: str) -> str | None:
    return getattr(app.view_functions[endpoint], "guard", None)


def install_guards(app: Flask, checks: dict[str, Callable[[], None]]) -> None:
    """Run the check of each request's guard before its view. A check refuses by raising."""

    @app.before_request
    def _check_guard() -> None:
        if request.endpoint is None:
            return  # no such page: Flask answers 404
        # No name, number or opinion has a NUL, and PostgreSQL fails on text with one.
        if "\0" in request.path:
            abort(404)
        if request.mimetype in FORMS and any("\0" in value for value in request.form.values()):
            abort(400)
        guard = guard_of(current_app, request.endpoint)  # type: ignore[arg-type]
        if guard is None:
            abort(403)
        checks.get(guard, _nothing_to_check)()


def _nothing_to_check() -> None:
    return
