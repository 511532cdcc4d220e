"""死亡报告: the form of a report, what a report changed, its confirmation or withdrawal, and what this desk was told to do."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for

from server.domain.death import REPORT_ACTION, REPORTING, SOURCES, DeathRefused, ReportAction
from server.domain.people import Actor
from server.services.death import ReportHidden, Stated, acknowledge, confirm_report, report_death, withdraw_report
from server.services.death_page import list_death_reports, list_tasks, note_full_report, report_page
from server.services.work import Work
from server.web.console.roster import frame
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/deaths", view_func=show_deaths)
    blueprint.add_url_rule("/deaths", view_func=keep_death, methods=["POST"])
    blueprint.add_url_rule("/deaths/<report_id>", view_func=show_death)
    blueprint.add_url_rule("/deaths/<report_id>/full", view_func=show_death_in_full, methods=["POST"])
    blueprint.add_url_rule("/deaths/<report_id>/<action>", view_func=act_on_death, methods=["POST"])
    blueprint.add_url_rule("/death-tasks/<int:notice_id>", view_func=acknowledge_death, methods=["POST"])
    blueprint.register_error_handler(ReportHidden, _hidden)


def _hidden(hidden: ReportHidden) -> Response:
    return current_app.handle_user_exception(Refusal(404, "report_hidden", str(hidden)))


@guarded_by("staff")
def show_deaths() -> Response:
    return _list()


def _list(refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        regions = work.catalogue.regions
        reports = g.actor.role in REPORTING
        codes = regions.village_codes_in(g.actor.desk.region_code) if reports else []
        return frame(
            work,
            "console/deaths.html",
            status,
            here="deaths",
            lines=list_death_reports(work, g.actor),
            tasks=list_tasks(work, g.actor),
            reports=reports,
            villages=[(code, regions.full_name(code)) for code in codes],
            sources={source: words for source, words in SOURCES.items() if source != "registration"},
            refused=refused,
            typed=request.form if refused else {},
            today=work.today,
        )


@guarded_by("staff")
def keep_death() -> Response:
    try:
        with installation().begin() as work:
            report_id = report_death(work, g.actor, _stated()).id
    except DeathRefused as refused:
        return _list(str(refused), 422)
    return redirect(url_for("console.show_death", report_id=report_id, done="reported"), 303)


def _stated() -> Stated:
    """Raises DeathRefused."""
    form = request.form
    try:
        died_on = date.fromisoformat(form.get("died_on", "").strip())
    except ValueError:
        raise DeathRefused("请填死亡日期，写成 2026-09-14 这样。") from None
    return Stated(
        name=form.get("stated name", ""),
        id_number=form.get("stated number", "")[:40],
        village_code=form.get("village", ""),
        died_on=died_on,
        source=form.get("source", ""),
    )


@guarded_by("staff")
def show_death(report_id: str) -> Response:
    return _show(report_id)


@guarded_by("staff")
def show_death_in_full(report_id: str) -> Response:
    """By POST and never by address: whole numbers are neither linked to nor found in the history."""
    with installation().begin() as work:
        note_full_report(work, g.actor, report_id)
    return _show(report_id, in_full=True)


def _show(report_id: str, *, in_full: bool = False, refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        response = frame(
            work,
            "console/death.html",
            status,
            here="deaths",
            page=report_page(work, g.actor, report_id, in_full=in_full),
            in_full=in_full,
            refused=refused,
            typed=request.form if refused else {},
            done=request.args.get("done", ""),
            labels=REPORT_ACTION,
        )
    if in_full:
        response.headers["Cache-Control"] = "no-store"
    return response


@guarded_by("staff")
def act_on_death(report_id: str, action: str) -> Response:
    errand = ERRANDS.get(action) or abort(404)
    try:
        with installation().begin() as work:
            errand(work, g.actor, report_id)
    except DeathRefused as refused:
        return _show(report_id, refused=str(refused), status=422)
    return redirect(url_for("console.show_death", report_id=report_id, done=action), 303)


@guarded_by("staff")
def acknowledge_death(notice_id: int) -> Response:
    with installation().begin() as work:
        acknowledge(work, g.actor, notice_id)
    return redirect(url_for("console.show_deaths"), 303)


def _withdraw(work: Work, actor: Actor, report_id: str) -> object:
    return withdraw_report(work, actor, report_id, request.form.get("reason", "")[:500])


ERRANDS: dict[str, Callable[[Work, Actor, str], object]] = {
    ReportAction.CONFIRM: confirm_report,
    ReportAction.WITHDRAW: _withdraw,
}
