"""Many marked cases at once: each in a transaction of its own, each with a line that says what came of it."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request

from server.domain.batch import LABELS, MOST_CASES, BatchAction
from server.services.batch import OneByOne, act_in_batch
from server.services.desk import CaseHidden
from server.services.refusal import note_refusal
from server.services.work import RowConflict
from server.web.console.actions import MAX_WORDS, REFUSALS, REFUSED
from server.web.console.inbox import desk_in_words
from server.web.webkit.errors import AT_ONCE, Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

_REFUSED = (*REFUSED, *REFUSALS, CaseHidden, OneByOne)


@dataclass(frozen=True)
class Outcome:
    """What came of one case."""

    case_number: str
    done: bool
    words: str


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/batch", view_func=act_on_many, methods=["POST"])


@guarded_by("staff")
def act_on_many() -> str:
    action, numbers, opinion = _asked()
    outcomes = [_act_on_one(number, action, opinion) for number in numbers]
    with installation().look() as work:
        desk = desk_in_words(work)
    return render_template("console/batch.html", outcomes=outcomes, label=LABELS[action], desk=desk, place="inbox")


def _asked() -> tuple[BatchAction, list[str], str]:
    """Raises Refusal."""
    numbers = list(dict.fromkeys(request.form.getlist("case")))
    chosen, opinion = request.form.get("action", ""), request.form.get("opinion", "").strip()
    if not numbers:
        raise Refusal(422, "none_marked", "还没有选办件。请返回列表，在要办的件前面打勾（键盘按 X），再办。")
    if len(numbers) > MOST_CASES:
        raise Refusal(422, "too_many", f"一次最多办{MOST_CASES}件，请分几次办。")
    if chosen not in LABELS:
        raise Refusal(422, "no_action", "请先选要办哪一步：受理、核验属实或同意。")
    if len(opinion) > MAX_WORDS:
        raise Refusal(422, "too_long", f"意见最多写{MAX_WORDS}个字，请写短一点。")
    return BatchAction(chosen), numbers, opinion


def _act_on_one(number: str, action: BatchAction, opinion: str) -> Outcome:
    """One that is refused keeps none of the others from going through."""
    try:
        with installation().begin() as work:
            return Outcome(number, True, act_in_batch(work, g.actor, number, action, opinion))
    except _REFUSED as refused:
        if code := REFUSED.get(type(refused)):
            with installation().begin() as work:
                note_refusal(work, g.actor, number, action, code)
        return Outcome(number, False, str(refused))
    except RowConflict:
        return Outcome(number, False, AT_ONCE)
