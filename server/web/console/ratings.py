"""评价: follow-ups of bad ratings with the clock first, one of them with what may be done, and what one's own desk was told."""

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for

from server.domain.follow_up import State, Step, StepNotAllowed
from server.services.desk import list_inbox
from server.services.follow_up import MAX_WORDS, WORDLESS, FollowUpHidden, NobodyToAssign, WordsMissing, take_step
from server.services.follow_up_page import (
    FollowUpLine,
    Revealed,
    desk_from_key,
    follow_up_page,
    list_lines,
    reveal_case,
)
from server.services.rating_figures import list_desk_months
from server.services.work import Work
from server.web.console.case import Typed
from server.web.console.inbox import desk_in_words
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

NOTHING_TYPED = Typed()
# What the words of each step are for; the reply is the only one the rater reads.
ASKED_WORDS = {
    Step.RECORD_CALL: "回访时群众怎么说的",
    Step.NOTE_UNREACHED: "什么时候打的、怎么没打通",
    Step.CHECK_RECORDS: "查了哪些记录，查到什么",
    Step.ASSIGN: "要整改什么（不写群众姓名和办件编号）",
    Step.REPORT_RECTIFIED: "怎么整改的，改到什么程度",
    Step.EXPLAIN: "为什么这样办，依据是什么",
    Step.APPEAL: "为什么认为这条评价不公平，有什么凭据",
    Step.UPHOLD_APPEAL: "申诉为什么成立",
    Step.DISMISS_APPEAL: "申诉为什么不成立",
    Step.CONFIRM: "怎么复核的",
    Step.SEND_BACK: "哪里没有改到位",
    Step.REPLY: "写给群众的答复（评价的人会看到）",
}


def add_routes(blueprint: Blueprint) -> None:
    one = "/ratings/<follow_up_id>"
    blueprint.add_url_rule("/ratings", view_func=show_ratings)
    blueprint.add_url_rule(one, view_func=show_follow_up)
    blueprint.add_url_rule(f"{one}/case", view_func=show_rated_case, methods=["POST"])
    blueprint.add_url_rule(f"{one}/steps/<step>", view_func=take_follow_up_step, methods=["POST"])
    blueprint.register_error_handler(FollowUpHidden, _hidden)


def _hidden(hidden: FollowUpHidden) -> Response:
    return current_app.handle_user_exception(Refusal(404, "follow_up_hidden", str(hidden)))


@guarded_by("staff")
def show_ratings() -> str:
    with installation().begin() as work:  # the look at one's own desk's ratings is put on record
        months = list_desk_months(work, g.actor)
        lines = list_lines(work, g.actor)
        least = work.tools.settings.rating.smallest_group
        return _page(work, "console/ratings.html", lines=lines, months=months, open=_count_open(lines), least=least)


def _count_open(lines: list[FollowUpLine]) -> int:
    return sum(line.state != State.CLOSED for line in lines)


@guarded_by("staff")
def show_follow_up(follow_up_id: str) -> str:
    return _follow_up(follow_up_id)


@guarded_by("staff")
def show_rated_case(follow_up_id: str) -> str:
    """By POST: whose case it is stands in no address, and who looked stands in the log."""
    with installation().begin() as work:
        revealed = reveal_case(work, g.actor, follow_up_id)
    return _follow_up(follow_up_id, revealed=revealed)


@guarded_by("staff")
def take_follow_up_step(follow_up_id: str, step: str) -> Response:
    if step not in frozenset(Step) - {Step.SAY_AGAIN}:
        raise Refusal(404, "no_such_step", "没有这一步。请回到这条评价，从页面上的按钮操作。")
    words, desk = request.form.get("stated words", ""), desk_from_key(request.form.get("desk", ""))
    try:
        with installation().begin() as work:
            take_step(work, g.actor, follow_up_id, Step(step), words, desk)
    except StepNotAllowed as refused:
        return _again(follow_up_id, str(refused), 409)
    except (WordsMissing, NobodyToAssign) as refused:
        return _again(follow_up_id, str(refused), 422)
    return redirect(url_for("console.show_follow_up", follow_up_id=follow_up_id, done=step), 303)


def _again(follow_up_id: str, sentence: str, status: int) -> Response:
    return make_response(_follow_up(follow_up_id, Typed(sentence, request.form.to_dict())), status)


def _follow_up(follow_up_id: str, typed: Typed = NOTHING_TYPED, revealed: Revealed | None = None) -> str:
    with installation().look() as work:
        page = follow_up_page(work, g.actor, follow_up_id)
        return _page(
            work,
            "console/follow_up.html",
            page=page,
            typed=typed,
            revealed=revealed,
            asked_words=ASKED_WORDS,
            wordless=WORDLESS,
            chosen=_chosen(page.steps),
            max_words=MAX_WORDS,
            done=page.history[-1].label if page.history and "done" in request.args else None,
        )


def _chosen(steps: tuple[tuple[str, str], ...]) -> str | None:
    """The step whose form stands open: the one just refused, the one asked for, else the first that wants words."""
    wanted = (request.view_args or {}).get("step") or request.args.get("step")
    offered = [step for step, _ in steps]
    worded = [step for step in offered if step not in WORDLESS]
    return wanted if wanted in worded else next(iter(worded), None)


def _page(work: Work, template: str, **content: object) -> str:
    waiting = len(list_inbox(work, g.actor))
    return render_template(template, place="ratings", waiting=waiting, desk=desk_in_words(work), **content)
