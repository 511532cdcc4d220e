"""One card: its rule, its evidence, its life, and what a person may do about it."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for

from server.domain.card import CardActKind, CardActNotAllowed
from server.domain.people import Actor, Desk
from server.domain.supervision_words import CARD_ACT, CARD_RULE_NOTE
from server.services.card import (
    CardRefused,
    KnownCard,
    appeal_card,
    explain_card,
    get_card_to_act,
    judge_appeal,
    remind_desk,
    see_card,
)
from server.services.card_page import card_page
from server.services.supervision_order import FEWEST_DAYS, MOST_DAYS, issue_order
from server.services.work import Work
from server.web.console.asking import desk_arg, desk_asked
from server.web.console.inbox import desk_in_words, oversees
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cards/<int:card_id>", view_func=show_card)
    blueprint.add_url_rule("/cards/<int:card_id>/acts/<act>", view_func=act_on_card, methods=["POST"])


@guarded_by("staff")
def show_card(card_id: int) -> str:
    """The first look of the desk it fell on is put on record: from then on nobody can say they did not know."""
    if not oversees():
        with installation().begin() as work:
            see_card(work, get_card_to_act(work, g.actor, card_id), g.actor)
    return _render(card_id)


def _render(card_id: int, refused: str | None = None) -> str:
    with installation().look() as work:
        return render_template(
            "console/card.html",
            page=card_page(work, g.actor, card_id),
            desk=desk_in_words(work),
            place="supervision" if oversees() else "cards",
            refused=refused,
            typed=request.form,
            act_labels=CARD_ACT,
            rule_note=CARD_RULE_NOTE,
            desk_arg=desk_arg,
            fewest=FEWEST_DAYS,
            most=MOST_DAYS,
        )


@guarded_by("staff")
def act_on_card(card_id: int, act: str) -> Response:
    errand = ERRANDS.get(act) or abort(404)
    try:
        with installation().begin() as work:
            errand(work, get_card_to_act(work, g.actor, card_id), g.actor)
    except CardActNotAllowed as refused:
        return make_response(_render(card_id, str(refused)), 409)
    except CardRefused as refused:
        return make_response(_render(card_id, str(refused)), 422)
    return redirect(url_for("console.show_card", card_id=card_id), 303)


def _words() -> str:
    return request.form.get("words", "")


def _desk() -> Desk:
    """Raises CardRefused."""
    desk = desk_asked(request.form.get("desk", ""))
    if desk is None:
        raise CardRefused("请先选要催办或督办的部门。")
    return desk


def _remind(work: Work, card: KnownCard, actor: Actor) -> None:
    remind_desk(work, card, actor, _desk(), _words())


def _order(work: Work, card: KnownCard, actor: Actor) -> None:
    days = request.form.get("days", type=int)
    if days is None:
        raise CardRefused("请填几个工作日内答复，写数字。")
    issue_order(work, card, actor, _desk(), _words(), days)


def _explain(work: Work, card: KnownCard, actor: Actor) -> None:
    explain_card(work, card, actor, _words())


def _appeal(work: Work, card: KnownCard, actor: Actor) -> None:
    appeal_card(work, card, actor, _words())


def _uphold(work: Work, card: KnownCard, actor: Actor) -> None:
    judge_appeal(work, card, actor, _words(), upheld=True)


def _dismiss(work: Work, card: KnownCard, actor: Actor) -> None:
    judge_appeal(work, card, actor, _words(), upheld=False)


ERRANDS: dict[str, Callable[[Work, KnownCard, Actor], None]] = {
    CardActKind.REMINDED: _remind,
    CardActKind.ORDERED: _order,
    CardActKind.EXPLAINED: _explain,
    CardActKind.APPEALED: _appeal,
    CardActKind.UPHELD: _uphold,
    CardActKind.DISMISSED: _dismiss,
}
