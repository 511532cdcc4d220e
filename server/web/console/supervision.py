"""电子监察: the wall of a region, the list of cards, and the supervision orders."""

from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for

from forms.render.archive import archival
from forms.render.supervision_order import TITLE, render_supervision_order
from server.domain.supervision_words import CARD_SHOW, CARD_SHOW_RULE
from server.domain.wanted import CardShow
from server.domain.words import RULE
from server.services.card import CardRefused
from server.services.card_page import page_of_cards
from server.services.desk import Card, list_recent_cards
from server.services.supervision import Holder, wall_of
from server.services.supervision_order import answer_order, list_orders, order_sheet
from server.web.console.asking import card_args, card_wanted, case_args, desk_arg, page_asked
from server.web.console.inbox import desk_in_words, oversees
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/supervision", view_func=show_wall)
    blueprint.add_url_rule("/cards", view_func=show_cards)
    blueprint.add_url_rule("/cards.json", view_func=cards_as_json)
    blueprint.add_url_rule("/orders", view_func=show_orders)
    blueprint.add_url_rule("/orders/<int:order_id>/answer", view_func=send_answer, methods=["POST"])
    blueprint.add_url_rule("/orders/<int:order_id>/sheet.pdf", view_func=print_order, methods=["POST"])


@guarded_by("staff")
def show_wall() -> str | Response:
    """A supervisor's; everybody else has their own desk's cards."""
    if not oversees():
        return redirect(url_for("console.show_cards"))
    with installation().look() as work:
        wall = wall_of(work, g.actor, request.args.get("place", ""))
        return render_template(
            "console/wall.html",
            wall=wall,
            now=work.now,
            desk=desk_in_words(work),
            place="supervision",
            card_args=card_args,
            case_args=case_args,
            standing=_standing_args,
        )


def _standing_args(holder: Holder, colour: str, wall_place: str) -> dict[str, str]:
    asked = {"show": CardShow.STANDING.value, "colour": colour, "place": holder.place or wall_place}
    return {**asked, "desk": desk_arg(holder.desk)} if holder.desk else asked


@guarded_by("staff")
def show_cards() -> str:
    asked = card_wanted()
    with installation().look() as work:
        return render_template(
            "console/cards.html",
            page=page_of_cards(work, g.actor, asked, page_asked()),
            asked=asked,
            args=card_args(asked),
            asked_desk=desk_arg(asked.desk) if asked.desk else "",
            shown=CARD_SHOW,
            show_rule=CARD_SHOW_RULE[asked.show],
            rules=RULE,
            desk=desk_in_words(work),
            place="supervision" if oversees() else "cards",
        )


@guarded_by("staff")
def cards_as_json() -> Response:
    """The same cards for other programs of the supervisor's."""
    with installation().look() as work:
        return jsonify(cards=[_card_shape(card) for card in list_recent_cards(work, g.actor)])


def _card_shape(card: Card) -> dict[str, object]:
    return {
        "case_number": card.case_number,
        "colour": card.colour,
        "label": card.label,
        "clock": card.clock_label,
        "due_on": card.due_on.isoformat(),
        "fell_at": card.fell_at.isoformat(),
        "desks": list(card.desks),
        "withdrawn": card.withdrawn,
    }


@guarded_by("staff")
def show_orders() -> str:
    with installation().look() as work:
        page, desk = list_orders(work, g.actor, page_asked()), desk_in_words(work)
    place = "supervision" if oversees() else "cards"
    return render_template("console/orders.html", page=page, args={}, desk=desk, place=place)


@guarded_by("staff")
def send_answer(order_id: int) -> Response:
    try:
        with installation().begin() as work:
            order = answer_order(work, g.actor, order_id, request.form.get("words", ""))
            card_id = order.card_id
    except CardRefused as refused:
        raise Refusal(422, "answer_refused", str(refused)) from None
    return redirect(url_for("console.show_card", card_id=card_id), 303)


@guarded_by("staff")
def print_order(order_id: int) -> Response:
    """By POST, as the printing is put on record."""
    with installation().begin() as work:
        sheet, now = order_sheet(work, g.actor, order_id), work.now
    return _pdf(render_supervision_order(sheet), f"{TITLE} {sheet.number}", now)


def _pdf(content: bytes, title: str, made_at: datetime) -> Response:
    """As PDF/A-2b: the order goes into the archive."""
    response = Response(archival(content, title=title, made_at=made_at), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{title}.pdf')}"
    response.headers["Cache-Control"] = "no-store"
    return response
