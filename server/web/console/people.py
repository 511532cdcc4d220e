"""人员与岗位: who sits at which desk, and what the control centre and the heads do about accounts and absences."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from server.domain.people import LEVELS_OF_ROLE, Deed, Role
from server.domain.words import ACCOUNT_DEED, ROLE
from server.services import account, people
from server.services.absence import AbsenceRefused, end_absence, set_absence
from server.services.account import AccountRefused, Seat
from server.services.assignment import HandRefused
from server.services.conflict import NearRelative
from server.services.people import PeopleHidden
from server.services.work import Work
from server.web.console.catalogue import render
from server.web.console.places import places_of_levels
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

_REFUSALS = (AccountRefused, AbsenceRefused, HandRefused, NearRelative)
# The errand of each button; those that make a new one-time password return it, to be shown this once.
_Errand = Callable[[Work, str], str | None]


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/people", view_func=show_people)
    blueprint.add_url_rule("/people", view_func=open_account, methods=["POST"])
    blueprint.add_url_rule("/people/<sign_in_name>", view_func=show_person)
    blueprint.add_url_rule("/people/<sign_in_name>/<deed>", view_func=change_account, methods=["POST"])
    blueprint.register_error_handler(PeopleHidden, _hidden)


def _hidden(hidden: PeopleHidden) -> Response:
    return current_app.handle_user_exception(Refusal(404, "people_hidden", str(hidden)))


@guarded_by("staff")
def show_people() -> Response:
    with installation().look() as work:
        return _people_page(work)


def _people_page(work: Work, *, refused: str | None = None, status: int = 200) -> Response:
    words = request.args.get("words", "").strip()[:30]
    lines = people.list_desks(work, g.actor, words)
    everywhere = g.actor.role is Role.CONTROL_CENTRE
    return render(
        work,
        "console/people.html",
        status,
        here="people",
        lines=lines[: people.MOST_DESKS],
        found=len(lines),
        unstaffed=people.list_unstaffed(work, g.actor),
        words=words,
        everywhere=everywhere,
        refused=refused,
        **(_seats(work) if everywhere else {"own_desk": people.desk_words(work, g.actor.desk)}),
        roles=_roles(),
    )


def _roles() -> list[tuple[str, str]]:
    """Those this reader may open an account for."""
    own_level = (Role.DEPARTMENT_REVIEWER, Role.TOWNSHIP_COUNTER)
    offered = LEVELS_OF_ROLE if g.actor.role is Role.CONTROL_CENTRE else own_level
    return [(role.value, ROLE[role]) for role in offered]


def _seats(work: Work) -> dict[str, object]:
    return {
        "departments": account.departments(work),
        "places": places_of_levels(work, ("city", "county", "township", "village")),
    }


@guarded_by("staff")
def open_account() -> Response:
    form = request.form
    name = form.get("sign_in_name", "").strip().lower()
    try:
        with installation().begin() as work:
            password = account.create_account(work, g.actor, name, form.get("display_name", ""), _seat())
    except AccountRefused as refused:
        with installation().look() as work:
            return _people_page(work, refused=str(refused), status=422)
    with installation().look() as work:
        return _person_page(work, name, done=ACCOUNT_DEED[Deed.CREATE], password=password)


def _seat() -> Seat:
    """What the form says; a head's accounts are at the own desk whatever a form says."""
    form = request.form
    if g.actor.role is Role.CONTROL_CENTRE:
        return Seat(form.get("role", ""), form.get("department", ""), form.get("region_code", ""))
    return Seat(form.get("role", ""), g.actor.desk.department, g.actor.desk.region_code)


@guarded_by("staff")
def show_person(sign_in_name: str) -> Response:
    done = ACCOUNT_DEED.get(request.args.get("done", ""))
    with installation().look() as work:
        return _person_page(work, sign_in_name, done=done)


def _person_page(
    work: Work,
    sign_in_name: str,
    *,
    done: str | None = None,
    password: str | None = None,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    page = people.person_page(work, g.actor, sign_in_name)
    response = render(
        work,
        "console/person.html",
        status,
        here="people",
        page=page,
        done=done,
        password=password,
        refused=refused,
        deeds=page.deeds,
        roles=_roles(),
        today=work.today,
        **(_seats(work) if Deed.MOVE in page.deeds else {}),
    )
    response.headers["Cache-Control"] = "no-store"  # a one-time password stays on no shared PC's disk
    return response


@guarded_by("staff")
def change_account(sign_in_name: str, deed: str) -> Response:
    errand = ERRANDS.get(deed) or abort(404)
    try:
        with installation().begin() as work:
            password = errand(work, sign_in_name)
    except _REFUSALS as refused:
        with installation().look() as work:
            return _person_page(work, sign_in_name, refused=str(refused), status=422)
    if password is None:
        return redirect(url_for("console.show_person", sign_in_name=sign_in_name, done=deed), 303)
    with installation().look() as work:
        return _person_page(work, sign_in_name, done=ACCOUNT_DEED[deed], password=password)


def _disable(work: Work, name: str) -> None:
    account.disable_account(work, g.actor, name, request.form.get("to", ""))


def _enable(work: Work, name: str) -> str:
    return account.enable_account(work, g.actor, name)


def _unlock(work: Work, name: str) -> None:
    account.unlock_account(work, g.actor, name)


def _reset_password(work: Work, name: str) -> str:
    return account.reset_password(work, g.actor, name)


def _move(work: Work, name: str) -> None:
    account.move_account(work, g.actor, name, _seat(), request.form.get("to", ""))


def _set_absence(work: Work, name: str) -> None:
    form = request.form
    set_absence(work, g.actor, name, _day(form.get("begins_on")), _day(form.get("ends_on")), form.get("cover", ""))


def _day(typed: str | None) -> date:
    try:
        return date.fromisoformat(typed or "")
    except ValueError:
        raise AbsenceRefused("请选从哪一天到哪一天不在岗，例：2026-11-25。") from None


def _end_absence(work: Work, name: str) -> None:
    end_absence(work, g.actor, name)


END_ABSENCE = "end_absence"
ERRANDS: dict[str, _Errand] = {
    Deed.DISABLE: _disable,
    Deed.ENABLE: _enable,
    Deed.UNLOCK: _unlock,
    Deed.RESET_PASSWORD: _reset_password,
    Deed.MOVE: _move,
    Deed.SET_ABSENCE: _set_absence,
    END_ABSENCE: _end_absence,
}
