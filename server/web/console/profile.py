"""我的账号: one's own seat as others keep it, and the one thing one changes oneself: the password."""

from flask import Blueprint, Response, g, redirect, request, url_for

from server.domain.password import SHORTEST
from server.services.people import desk_words
from server.services.staff import change_password
from server.services.work import Work
from server.web.console.catalogue import render
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation
from server.web.webkit.staff_session import PasswordToChange, session_token


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/profile", view_func=show_profile)
    blueprint.add_url_rule("/profile/password", view_func=change_own_password, methods=["POST"])
    blueprint.register_error_handler(PasswordToChange, _choose_one_first)


def _choose_one_first(_to_change: PasswordToChange) -> Response:
    return redirect(url_for("console.show_profile"), 303)


@guarded_by("staff")
def show_profile() -> Response:
    with installation().look() as work:
        return _page(work, done="done" in request.args and not g.must_change_password)


def _page(work: Work, *, done: bool = False, refused: str | None = None, status: int = 200) -> Response:
    return render(
        work,
        "console/profile.html",
        status,
        here="profile",
        own_desk=desk_words(work, g.actor.desk),
        covered=[(desk_words(work, cover.desk), cover.display_name) for cover in g.actor.covers],
        must_change=g.must_change_password,
        shortest=SHORTEST,
        done=done,
        refused=refused,
    )


@guarded_by("staff")
def change_own_password() -> Response:
    form = request.form
    typed = (form.get("current", ""), form.get("wanted", ""), form.get("repeated", ""))
    with installation().begin() as work:  # a refusal is committed too: failures are counted
        refused = change_password(work, g.actor, *typed, session_token())
    if refused:
        with installation().look() as work:
            return _page(work, refused=refused, status=422)
    return redirect(url_for("console.show_profile", done=1), 303)
