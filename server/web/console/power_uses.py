"""权力运行: the village agent begins a use of a power and records its next step; township and supervisor read, and answer flags."""

import secrets
from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for

from forms.catalogue import Catalogue
from forms.power import Power
from server.domain.power_use import EntryKind, Finding, UseRefused, may_record
from server.domain.vote import Count, CountWrong, least_in_words
from server.domain.words import FINDING
from server.services.power_use import (
    MAX_NOTE,
    MAX_PRESIDED,
    MAX_REASON,
    MAX_TITLE,
    LaterStepsBroken,
    RecordedMeanwhile,
    StepReport,
    UseHidden,
    answer_flag,
    begin_use,
    correct_entry,
    record,
    report_outside,
    stop_use,
)
from server.services.power_use_page import Body, NextStep, Said, UsePage, correction_form, list_uses, use_page
from server.services.work import Work
from server.web.console.actions import FormIncomplete
from server.web.console.case import Typed
from server.web.console.inbox import desk_in_words
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

REFUSED = (UseRefused, CountWrong, FormIncomplete)
ONLY_COUNT = "count"
NOT_HELD = "not_held"
OUTSIDE = "outside"
NOTHING_TYPED = Typed()
LIMITS = {"title": MAX_TITLE, "presided": MAX_PRESIDED, "note": MAX_NOTE, "reason": MAX_REASON}


def add_routes(blueprint: Blueprint) -> None:
    one = "/power-uses/<use_id>"
    blueprint.add_url_rule("/power-uses", view_func=show_power_uses)
    blueprint.add_url_rule("/power-uses/new", view_func=choose_power)
    blueprint.add_url_rule("/power-uses", view_func=begin_power_use, methods=["POST"])
    blueprint.add_url_rule(one, view_func=show_power_use)
    blueprint.add_url_rule(f"{one}/entries", view_func=record_power_step, methods=["POST"])
    blueprint.add_url_rule(f"{one}/stop", view_func=stop_power_use, methods=["POST"])
    blueprint.add_url_rule(f"{one}/finding", view_func=answer_power_flag, methods=["POST"])
    correction = f"{one}/entries/<int:position>/correction"
    blueprint.add_url_rule(correction, view_func=show_power_correction)
    blueprint.add_url_rule(correction, view_func=correct_power_step, methods=["POST"])
    blueprint.register_error_handler(UseHidden, _hidden)


def _hidden(hidden: UseHidden) -> Response:
    return current_app.handle_user_exception(Refusal(404, "power_use_hidden", str(hidden)))


@guarded_by("staff")
def show_power_uses() -> str:
    with installation().look() as work:
        lines = list_uses(work, g.actor)
        return _page(work, "console/power_uses.html", lines=lines, records=_records())


@guarded_by("staff")
def choose_power() -> str:
    return _choice(Typed(values={"category": request.args.get("category", "")}))


@guarded_by("staff")
def begin_power_use() -> Response:
    form, title = request.form, request.form.get("stated title", "")
    try:
        with installation().begin() as work:
            if form.get("category") == OUTSIDE:
                use = report_outside(work, g.actor, form.get("use_id", ""), title, form.get("stated reason", ""))
            else:
                use = begin_use(work, g.actor, form.get("use_id", ""), _power_code(), title)
    except REFUSED as refused:
        return make_response(_choice(Typed(str(refused), form.to_dict())), 422)
    return redirect(url_for("console.show_power_use", use_id=use.id), 303)


@guarded_by("staff")
def show_power_use(use_id: str) -> str:
    return _use(use_id)


@guarded_by("staff")
def record_power_step(use_id: str) -> Response:
    if request.form.get("only") == ONLY_COUNT:
        return make_response(_use(use_id, Typed(values=request.form.to_dict()), least=_least(use_id)))
    return _act(use_id, lambda work: record(work, g.actor, use_id, _report()))


@guarded_by("staff")
def stop_power_use(use_id: str) -> Response:
    return _act(use_id, lambda work: stop_use(work, g.actor, use_id, request.form.get("stated reason", "")))


@guarded_by("staff")
def answer_power_flag(use_id: str) -> Response:
    def answer(work: Work) -> None:
        words, code = request.form.get("stated words", ""), request.form.get("power", "")
        answer_flag(work, g.actor, use_id, _finding(), words, code)

    return _act(use_id, answer)


@guarded_by("staff")
def show_power_correction(use_id: str, position: int) -> str:
    return _correction(use_id, position)


@guarded_by("staff")
def correct_power_step(use_id: str, position: int) -> Response:
    form = request.form
    try:
        with installation().begin() as work:
            reason, sure = form.get("stated reason", ""), form.get("accept_stop") == "yes"
            correct_entry(work, g.actor, use_id, position, _report(), reason, accept_stop=sure)
    except REFUSED as refused:
        typed = Typed(str(refused), form.to_dict())
        breaks = isinstance(refused, LaterStepsBroken)
        return make_response(_correction(use_id, position, typed, breaks=breaks), _status(refused))
    return redirect(url_for("console.show_power_use", use_id=use_id), 303)


def _act(use_id: str, errand: Callable[[Work], None]) -> Response:
    try:
        with installation().begin() as work:
            errand(work)
    except REFUSED as refused:
        return make_response(_use(use_id, Typed(str(refused), request.form.to_dict())), _status(refused))
    return redirect(url_for("console.show_power_use", use_id=use_id), 303)


def _status(refused: Exception) -> int:
    return 409 if isinstance(refused, RecordedMeanwhile) else 422


def _records() -> bool:
    return may_record(g.actor, g.actor.desk.region_code)


def _page(work: Work, template: str, **content: object) -> str:
    return render_template(template, place="powers", desk=desk_in_words(work), **content)


def _choice(typed: Typed) -> str:
    """First the area, then the power and the matter; 清单外 stands beside the areas and is never the easy way."""
    if not _records():
        raise UseHidden
    wanted = typed.values.get("category", "")
    with installation().look() as work:
        catalogue = work.catalogue
        return _page(
            work,
            "console/power_use_new.html",
            typed=typed,
            limits=LIMITS,
            use_id=typed.values.get("use_id") or secrets.token_hex(16),
            categories=list(catalogue.vocabulary.categories.values()),
            category=catalogue.vocabulary.categories.get(wanted),
            powers=_powers_in(catalogue, wanted),
            suspended=catalogue.suspended,
            outside=wanted == OUTSIDE,
        )


def _powers_in(catalogue: Catalogue, category_code: str) -> list[Power]:
    return [power for power in catalogue.powers.values() if power.category_code == category_code]


def _use(use_id: str, typed: Typed = NOTHING_TYPED, *, least: str | None = None) -> str:
    with installation().look() as work:
        page = use_page(work, g.actor, use_id)
        step = _chosen_step(page)
        return _page(
            work,
            "console/power_use.html",
            page=page,
            step=step,
            body=_chosen_body(step, typed),
            typed=typed,
            least=least,
            today=work.today,
            limits=LIMITS,
            findings=FINDING,
            powers=list(work.catalogue.powers.values()) if page.may_answer else [],
        )


def _chosen_step(page: UsePage) -> NextStep | None:
    """The one step the flow chart allows; where a chart allows several, the one asked for."""
    wanted = request.form.get("step_id") or request.args.get("step", "")
    named = [step for step in page.next_steps if step.step.id == wanted]
    return (named or list(page.next_steps) or [None])[0]


def _chosen_body(step: NextStep | None, typed: Typed) -> Body | None:
    """Whose meeting it is: the only one there may be, else the one chosen."""
    bodies = step.bodies if step else ()
    if len(bodies) == 1:
        return bodies[0]
    wanted = request.args.get("body") or typed.values.get("rule_id")
    return next((body for body in bodies if body.rule.id == wanted), None)


def _correction(use_id: str, position: int, typed: Typed | None = None, *, breaks: bool = False) -> str:
    with installation().look() as work:
        page, entry, step = correction_form(work, g.actor, use_id, position)
        shown = typed or Typed(values=_as_typed(entry.standing))
        return _page(
            work,
            "console/power_use_correction.html",
            page=page,
            entry=entry,
            step=step,
            body=_chosen_body(step, shown),
            typed=shown,
            least=None,
            today=work.today,
            limits=LIMITS,
            breaks=breaks,
        )


def _as_typed(said: Said) -> dict[str, str]:
    """What holds now, as the form would have been filled in."""
    names = {"应到": "due", "实到": "present", "赞成": "agreed"}
    numbers = {names[label]: str(number) for label, number in said.numbers}
    branch = said.branch or (NOT_HELD if said.rule_id else "")
    return {
        "rule_id": said.rule_id or "",
        "done_on": said.done_on.isoformat(),
        "stated presided": said.presided_by,
        "note": said.note,
        "branch": branch,
        **numbers,
    }


def _least(use_id: str) -> str:
    """How many are needed at the least, before the meeting is recorded; a wrong number is told in its place."""
    with installation().look() as work:
        page = use_page(work, g.actor, use_id)
    body = _chosen_body(_chosen_step(page), Typed(values=request.form.to_dict()))
    if body is None:
        return ""  # the page asks whose meeting it is
    try:
        return least_in_words(body.rule, _count() or Count(0))
    except (CountWrong, FormIncomplete) as wrong:
        return str(wrong)


def _report() -> StepReport:
    """Raises FormIncomplete."""
    form = request.form
    branch = form.get("branch", "")
    return StepReport(
        position=form.get("position", 0, type=int) or 0,
        step_id=form.get("step_id", ""),
        kind=EntryKind.OUTCOME if form.get("kind") == EntryKind.OUTCOME else EntryKind.STEP,
        done_on=_day(form.get("done_on", "")),
        presided_by=form.get("stated presided", ""),
        note=form.get("note", ""),
        rule_id=form.get("rule_id") or None,
        count=_count(),
        branch=None if branch in ("", NOT_HELD) else branch,
    )


def _day(text: str) -> date:
    """Raises FormIncomplete."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise FormIncomplete("请填办这一步的日期，写成 2026-09-14 这样。") from None


def _count() -> Count | None:
    """The numbers typed; None for a step nobody votes on. Raises FormIncomplete."""
    if not request.form.get("rule_id"):
        return None
    return Count(_number("due", "应到") or 0, _number("present", "实到"), _number("agreed", "赞成"))


def _number(name: str, label: str) -> int | None:
    """Raises FormIncomplete."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise FormIncomplete(f"“{label}”要填整数，例如 60。")
    return int(text)


def _power_code() -> str:
    """Raises FormIncomplete."""
    code = request.form.get("power", "")
    if not code:
        raise FormIncomplete("请先选用的是哪一项权力。")
    return code


def _finding() -> Finding:
    """Raises FormIncomplete."""
    try:
        return Finding(request.form.get("finding", ""))
    except ValueError:
        raise FormIncomplete("请先选核查结论。") from None
