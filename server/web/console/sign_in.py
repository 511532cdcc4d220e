"""Signing in and out, and what somebody sees whose session has ended in the middle of a sentence."""

import secrets

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from server.domain.people import Role
from server.services.staff import check_password, end_session, start_session
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.local_path import local_path
from server.web.webkit.rate import RateLimit
from server.web.webkit.staff_session import (
    SignedOut,
    cookie_name,
    keep_cookie,
    keep_session,
    leave_session,
    require_token,
    session_token,
)

_sign_ins = RateLimit(calls=20, seconds=60)
_KNOCK = "hongye_knock"
_ENDED = "登录已过期，请重新登录。"
_ENDED_TYPING = "登录已过期，刚才那一步没有办成。您写的字在下面，请先复制，再登录。"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/sign-in", view_func=show_sign_in)
    blueprint.add_url_rule("/sign-in", view_func=sign_in, methods=["POST"])
    blueprint.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])


@guarded_by("public")
def show_sign_in() -> Response:
    return _page(_back_to(request.args.get("next")), _ENDED if request.args.get("ended") else None)


@guarded_by("public")
def sign_in() -> Response:
    require_token(request.cookies.get(cookie_name(_KNOCK), ""))
    _sign_ins.spend(request.remote_addr or "")
    back = _back_to(request.form.get("next"))
    name = request.form.get("sign_in_name", "").strip()
    with installation().begin() as work:  # a refusal is committed too: failures are counted
        found = check_password(work, name, request.form.get("password", ""))
        token = None if isinstance(found, str) else start_session(work, found)
        if token:
            end_session(work, session_token())
            back = _first_page(found.role, back)
    if token is None:
        return _page(back, str(found), name=name, status=401)
    response = redirect(back, 303)
    keep_session(response, token)
    return response


@guarded_by("staff")
def sign_out() -> Response:
    response = redirect(url_for("console.show_sign_in"), 303)
    leave_session(response)
    return response


def ask_to_sign_in(_signed_out: SignedOut) -> Response:
    """The way to the sign-in page and back; what was typed into a form is shown, not lost."""
    if request.method == "GET":
        had_session = {"ended": 1} if session_token() else {}
        return redirect(url_for("console.show_sign_in", next=request.full_path.rstrip("?"), **had_session))
    back = url_for("console.show_inbox")
    if number := (request.view_args or {}).get("case_number"):
        back = url_for("console.show_case", case_number=number)
    return _page(back, _ENDED_TYPING, typed=_typed_words(), status=401)


def _typed_words() -> list[str]:
    """What a person wrote by hand: opinions, notes, stated results; never choices or tokens."""
    return [text for name, text in request.form.items() if name.split(" ")[0] in ("opinion", "note", "stated") and text]


def _back_to(wanted: str | None) -> str:
    return local_path(wanted, under="/console") or url_for("console.show_inbox")


def _first_page(role: str, back: str) -> str:
    """A supervisor, for whom nothing waits, begins the day at the wall."""
    at_rest = role == Role.SUPERVISOR and back == url_for("console.show_inbox")
    return url_for("console.show_wall") if at_rest else back


def _page(back: str, sentence: str | None, *, name: str = "", typed: list[str] = (), status: int = 200) -> Response:
    # The attack (login CSRF): another site signs this browser in as somebody else, to have work done under that name.
    # It can neither read nor set this cookie, so it cannot send the same token in the form.
    knock = request.cookies.get(cookie_name(_KNOCK)) or secrets.token_urlsafe(24)
    page = render_template(
        "console/sign_in.html", back=back, sentence=sentence, sign_in_name=name, typed=typed, csrf_token=knock
    )
    response = make_response(page, status)
    keep_cookie(response, _KNOCK, knock, same_site="Strict")
    return response
