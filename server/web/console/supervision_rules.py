"""监察规则: how early each rule warns and whether it is on, with who changed it and why."""

from flask import Blueprint, Response, abort, g, redirect, request, url_for

from server.domain.card_rules import Rule, RuleSettings
from server.domain.supervision_rule import MOST_DAYS, MOST_HOURS, RuleRefused, may_change
from server.services.supervision_rule import change_rule, list_rules
from server.web.console.catalogue import render
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

MAX_REASON = 500
WHEN_IT_FALLS = {
    Rule.WHOLE_LIMIT: "整件办理超过承诺时限或法定时限。",
    Rule.STAGE_LIMIT: "一个环节超过它自己的时限，整件还没有超。",
    Rule.LATE_ACCEPTANCE: "收件后 5 个工作日内既不受理，也不一次性告知（行政许可法 第三十二条）。",
    Rule.NO_ONE_TIME_NOTICE: "没有一次性告知全部要补的材料（行政许可法 第三十二条、第七十二条）。",
    Rule.LATE_PUBLICATION: "应当公开的事项逾期没有公开（政府信息公开条例 第二十六条）。",
    Rule.FOLLOW_UP_LIMIT: "差评没有在限期内回访整改。",
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/supervision-rules", view_func=show_supervision_rules)
    blueprint.add_url_rule("/supervision-rules/<rule>", view_func=change_supervision_rule, methods=["POST"])


@guarded_by("staff")
def show_supervision_rules() -> Response:
    return _page()


def _page(*, typed_for: str = "", refused: str | None = None, status: int = 200) -> Response:
    with installation().look() as work:
        return render(
            work,
            "console/supervision_rules.html",
            status,
            here="calendar",
            lines=list_rules(work),
            when_it_falls=WHEN_IT_FALLS,
            most_days=MOST_DAYS,
            most_hours=MOST_HOURS,
            may_change=may_change(g.actor),
            saved=request.args.get("saved", ""),
            fallen=request.args.get("fallen", 0, type=int),
            typed_for=typed_for,
            refused=refused,
        )


@guarded_by("staff")
def change_supervision_rule(rule: str) -> Response:
    known = Rule(rule) if rule in set(Rule) else abort(404)
    form = request.form
    try:
        settings = _settings()
        with installation().begin() as work:
            done = change_rule(work, g.actor, known, settings, form.get("reason", "")[:MAX_REASON])
    except RuleRefused as refused:
        return _page(typed_for=known, refused=str(refused), status=422)
    return redirect(url_for("console.show_supervision_rules", saved=known, fallen=done.fallen, _anchor=known), 303)


def _settings() -> RuleSettings:
    """Raises RuleRefused."""
    form = request.form
    try:
        days, hours = int(form.get("days", "1")), int(form.get("hours", "2"))
    except ValueError:
        raise RuleRefused("提前几天、几小时，请写数字。没有存。") from None
    return RuleSettings(enabled="enabled" in form, yellow_working_days_left=days, yellow_hours_left=hours)
