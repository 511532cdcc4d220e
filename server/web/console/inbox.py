"""The lists: what waits at this desk, what it has handled, and the cards that fell."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, jsonify, render_template, request

from server.domain.deadline import working_days_left
from server.domain.people import Role, keeps_accounts
from server.domain.words import ROLE
from server.services.desk import Card, InboxLine, list_inbox, list_past, list_recent_cards
from server.services.work import Work
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


@dataclass(frozen=True)
class ShortClock:
    """The clock as it stands before a name in a narrow list."""

    left: str
    day: str


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", view_func=show_inbox)
    blueprint.add_url_rule("/past", view_func=show_past)
    blueprint.add_url_rule("/cards", view_func=show_cards)
    blueprint.add_url_rule("/cards.json", view_func=cards_as_json)
    blueprint.context_processor(_about_whoever_is_signed_in)
    blueprint.add_app_template_filter(said_at_a_desk, "at_desk")


def said_at_a_desk(words: str) -> str:
    """Labels speak to the villager; on an official's screen 您 would be the official."""
    return words.replace("等您补材料", "等群众补材料")


def _about_whoever_is_signed_in() -> dict[str, object]:
    if "actor" not in g:
        return {}
    return {
        "actor": g.actor,
        "csrf_token": g.csrf_token,
        "role_label": ROLE[g.actor.role],
        "oversees": oversees(),
        "keeps_accounts": keeps_accounts(g.actor),
    }


def oversees() -> bool:
    """A supervisor reads a region's cases and acts on none."""
    return g.actor.role is Role.SUPERVISOR


def desk_in_words(work: Work) -> str:
    desk = g.actor.desk
    return f"{work.catalogue.regions.get(desk.region_code).short_name}·{desk.department}"


def short_clock(work: Work, line: InboxLine) -> ShortClock:
    if line.due_on is None:
        closed = line.clock_words == line.status_label
        return ShortClock(line.status_label if closed else "停表", "")
    left = working_days_left(line.due_on, work.now, work.calendar)
    words = f"超 {-left} 天" if left < 0 else f"剩 {left} 天" if left else "今天到期"
    return ShortClock(words, f"{line.due_on:%m-%d}")


@guarded_by("staff")
def show_inbox() -> str:
    with installation().look() as work:
        lines, desk = list_inbox(work, g.actor), desk_in_words(work)
    mine, only_mine = [line for line in lines if line.mine], "mine" in request.args
    return render_template(
        "console/inbox.html",
        lines=mine if only_mine else lines,
        desk=desk,
        place="inbox",
        waiting=len(lines),
        mine=len(mine),
        only_mine=only_mine,
    )


@guarded_by("staff")
def show_past() -> str:
    with installation().look() as work:
        lines, waiting, desk = list_past(work, g.actor), len(list_inbox(work, g.actor)), desk_in_words(work)
    return render_template("console/inbox.html", lines=lines, desk=desk, place="past", waiting=waiting)


@guarded_by("staff")
def show_cards() -> str:
    with installation().look() as work:
        cards, waiting, desk = list_recent_cards(work, g.actor), len(list_inbox(work, g.actor)), desk_in_words(work)
    return render_template("console/cards.html", cards=cards, desk=desk, place="cards", waiting=waiting)


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
    }
