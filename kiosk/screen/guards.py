"""Who may call what on the local page: every route names its guard, and a page of the wide web can call none of them.

The page listens on this PC only, but every web site the agent opens runs in the same browser and can send requests to
127.0.0.1. Each check below names the attack it stops; a request must pass all of them.
"""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD"})
JSON = ("application/json", "application/json;charset=utf-8")
#: what no form of another site can send without asking first, as little as JSON
BYTES = ("application/octet-stream",)
SECURITY_HEADERS = {
    # Attack: script or frames from elsewhere on our page; our page inside a frame of theirs (click-jacking).
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self';"
        " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class GuardRefused(Exception):
    """The request did not pass; `code` says which check, the text is for the agent."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code = status, code


def anyone_at_this_pc(view: View) -> View:
    """No cookie needed: the empty shell, its style and script, and the way in."""
    view.guard = "anyone_at_this_pc"  # type: ignore[attr-defined]
    return view


def opened_page(view: View) -> View:
    """The page opened with this start's secret."""
    view.guard = "opened_page"  # type: ignore[attr-defined]
    return view


def signed_in_agent(view: View) -> View:
    """The opened page, and a village agent signed in at it."""
    view.guard = "signed_in_agent"  # type: ignore[attr-defined]
    return view


def takes_bytes(view: View) -> View:
    """A body that is a file as it lies on the disk, not JSON."""
    view.takes = BYTES  # type: ignore[attr-defined]
    return view


class Gate:
    """The secrets of one start, and the checks of every request."""

    def __init__(self, port: int) -> None:
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"})
        self.origins = frozenset(f"http://{host}" for host in self.hosts)
        #: in the address's fragment, which browsers send to no server; anew at every start
        self.secret = secrets.token_urlsafe(32)
        self.cookie_name = f"kiosk-{port}"
        self._cookie = secrets.token_urlsafe(32)

    def install(self, app: Flask, is_signed_in: Callable[[], bool]) -> None:
        """Every request passes here before any view."""

        @app.before_request
        def _check() -> None:
            self._check_host()
            self._check_sender()
            guard = self._guard_of_route()
            if request.method not in SAFE_METHODS:
                self._check_change()
            if guard in ("opened_page", "signed_in_agent"):
                self._check_cookie()
            if guard == "signed_in_agent" and not is_signed_in():
                raise GuardRefused(401, "not_signed_in", "请先登录。")

        @app.after_request
        def _protect(response: Response) -> Response:
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            return response

    def open(self, secret: object) -> bool:
        """Whether this is the secret of this start; compared in constant time."""
        return isinstance(secret, str) and secrets.compare_digest(secret.encode(), self.secret.encode())

    def give_cookie(self, response: Response) -> None:
        """Attack: SameSite=Strict keeps other sites' requests without it, HttpOnly keeps it from any script."""
        response.set_cookie(self.cookie_name, self._cookie, httponly=True, samesite="Strict", path="/")

    def _check_host(self) -> None:
        """Attack: DNS rebinding. evil.example comes to mean 127.0.0.1, and the browser thinks us that site."""
        if request.environ.get("HTTP_HOST") not in self.hosts:
            raise GuardRefused(421, "wrong_host", "这个地址打不开村级窗口。请从桌面图标打开。")

    def _check_sender(self) -> None:
        """Attack: another site loads our addresses as pictures, scripts or frames. A typed address sends 'none'."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in ("same-origin", "none"):
            raise GuardRefused(403, "other_site", "别的网页不能使用村级窗口。")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._own_origins():
            raise GuardRefused(403, "other_origin", "别的网页不能使用村级窗口。")

    def _own_origins(self) -> frozenset[str]:
        """The origin must be that of the address asked, not just any of our three names."""
        return frozenset({f"http://{request.environ.get('HTTP_HOST')}"}) & self.origins

    def _check_change(self) -> None:
        """Attack: a form of another site posts here. It can send neither JSON nor bare bytes without asking first, and we
        never allow that."""
        if request.headers.get("Origin") is None:
            raise GuardRefused(403, "no_origin", "请从村级窗口的页面操作。")
        if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin"):
            raise GuardRefused(403, "other_site", "别的网页不能使用村级窗口。")
        kind = request.headers.get("Content-Type", "").replace(" ", "").lower()
        if kind not in self._taken_by_route():
            raise GuardRefused(415, "not_json", "请从村级窗口的页面操作。")

    def _check_cookie(self) -> None:
        given = request.cookies.get(self.cookie_name, "")
        if not secrets.compare_digest(given.encode(), self._cookie.encode()):
            raise GuardRefused(401, "not_opened", "请从桌面图标重新打开村级窗口。")

    def _taken_by_route(self) -> tuple[str, ...]:
        return getattr(current_app.view_functions.get(request.endpoint or ""), "takes", JSON)

    def _guard_of_route(self) -> str | None:
        """A route without a guard is refused, whoever asks: forgetting one must not open it. No route at all is a 404."""
        if request.endpoint is None:
            return None
        guard = getattr(current_app.view_functions[request.endpoint], "guard", None)
        if guard is None:
            raise GuardRefused(403, "no_guard", "这个功能没有开放。")
        return guard
