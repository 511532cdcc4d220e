"""Who may play a person: somebody sitting at this very machine, and no web page from elsewhere in their browser."""

import secrets
from urllib.parse import urlsplit

from flask import abort, redirect, request
from werkzeug.wrappers import Response

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_COOKIE = "simulator_key"
_HEADER = "X-Simulator-Key"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def demand_loopback(control_key: str | None) -> Response | None:
    """Run before every control and page request; aborts with 403, or redirects once to put the key into a cookie."""
    # DNS rebinding: a strange site that resolves its name to 127.0.0.1 reaches this port, but not with our Host.
    if _host_name(f"//{request.host}") not in _LOOPBACK:
        abort(403)
    # Cross-site request forgery: a strange page may post a form here; its browser then names another origin.
    origin = request.headers.get("Origin")
    if request.method not in _SAFE_METHODS and origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
    return _demand_key(control_key) if control_key else None


def _demand_key(control_key: str) -> Response | None:
    if request.method == "GET" and _is_key(request.args.get("key", ""), control_key):
        answer = redirect(request.path)
        answer.set_cookie(_COOKIE, control_key, httponly=True, samesite="Strict")
        return answer
    given = request.headers.get(_HEADER) or request.cookies.get(_COOKIE, "")
    if not _is_key(given, control_key):
        abort(403)
    return None


def _is_key(given: str, control_key: str) -> bool:
    return secrets.compare_digest(given.encode(), control_key.encode())


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
