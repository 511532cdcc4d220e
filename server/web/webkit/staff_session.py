"""The "staff" guard: who the session cookie belongs to, and that a form was sent from our own page."""

import hmac

from flask import Response, g, request

from server.services.staff import end_session, find_signed_in, needs_touch, touch_session
from server.web.webkit.errors import Refusal
from server.web.webkit.installation import installation

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_STALE = "这个页面放得太久，或不是从本系统打开的，没有办成。请返回上一步，刷新后再试。"


class SignedOut(Exception):
    """Nobody is signed in, or the session has ended; the audience shows its own sign-in page."""


class PasswordToChange(Exception):
    """Signed in with a one-time password: nothing is open but the page to choose an own one."""


# What somebody with a one-time password may reach: the page to choose an own one, and the door.
_BEFORE_A_PASSWORD = frozenset({"console.show_profile", "console.change_own_password", "console.sign_out"})


def check_staff() -> None:
    """The "staff" guard. Sets g.actor and g.csrf_token. Raises SignedOut, PasswordToChange, Refusal."""
    token = session_token()
    with installation().look() as work:
        signed_in = find_signed_in(work, token) if token else None
        worth_a_write = signed_in is not None and needs_touch(work, token)
    if signed_in is None:
        raise SignedOut
    g.actor, g.csrf_token = signed_in.actor, signed_in.csrf_token
    g.must_change_password = signed_in.must_change_password
    if request.method not in _READING:
        require_token(signed_in.csrf_token)
    if signed_in.must_change_password and request.endpoint not in _BEFORE_A_PASSWORD:
        raise PasswordToChange
    if worth_a_write:
        with installation().begin() as work:
            touch_session(work, token)


def require_token(expected: str) -> None:
    """The attack (CSRF): another site makes this browser send our form; it cannot know the token. Raises Refusal."""
    given = request.form.get("csrf_token", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refusal(403, "csrf", _STALE)


def cookie_name(name: str) -> str:
    """`__Host-` over HTTPS: no other host of the domain can plant the cookie."""
    return f"__Host-{name}" if installation().tools.settings.secure_cookies else name


def session_token() -> str:
    return request.cookies.get(cookie_name("hongye_staff"), "")


def keep_cookie(response: Response, name: str, value: str, *, same_site: str = "Lax") -> None:
    """Until the browser closes; no script reads it."""
    secure = installation().tools.settings.secure_cookies
    response.set_cookie(cookie_name(name), value, path="/", secure=secure, httponly=True, samesite=same_site)


def keep_session(response: Response, token: str) -> None:
    keep_cookie(response, "hongye_staff", token)


def leave_session(response: Response) -> None:
    """Sign out: the session ends on the server, and the cookie goes."""
    with installation().begin() as work:
        end_session(work, session_token())
    secure = installation().tools.settings.secure_cookies
    response.delete_cookie(cookie_name("hongye_staff"), path="/", secure=secure, httponly=True, samesite="Lax")
