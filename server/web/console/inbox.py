"""The lists of cases: what waits at this desk, what it has handled, and the cases behind a figure."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request

from server.domain.batch import batch_choices
from server.domain.deadline import working_days_left
from server.domain.figures import LABELS as FIGURE_LABELS
from server.domain.figures import RULES as FIGURE_RULES
from server.domain.people import Role, keeps_accounts
from server.domain.wanted import CaseWanted
from server.domain.words import ROLE
from server.services.case_list import (
    InboxLine,
    choices_of,
    count_mine,
    count_waiting,
    in_hands_of,
    page_of_cases,
    waiting_at,
)
from server.services.opinion import list_opinions
from server.services.supervision import owed_by
from server.services.work import Work
from server.web.console.asking import case_args, case_wanted, page_asked
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
    blueprint.add_url_rule("/cases", view_func=show_cases)
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
        "count_waiting": _count_waiting,
    }


def _count_waiting() -> int:
    """Asked by the frame of every page, for the number beside 待办."""
    with installation().look() as work:
        return count_waiting(work, g.actor)


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
    only_mine = "mine" in request.args and not oversees()
    whole = waiting_at(g.actor)
    return _show("console.show_inbox", "inbox", in_hands_of(g.actor, whole) if only_mine else whole)


@guarded_by("staff")
def show_past() -> str:
    return _show("console.show_past", "past", CaseWanted(handled_by=(g.actor.desk,)))


@guarded_by("staff")
def show_cases() -> str:
    """The cases one figure counts: the same condition that counted them lists them."""
    return _show("console.show_cases", "figures", CaseWanted())


def _show(endpoint: str, place: str, whole: CaseWanted) -> str:
    asked = case_wanted().but(held_by=whole.held_by, handled_by=whole.handled_by, in_hands=whole.in_hands)
    if place == "inbox":
        asked = asked.but(touched_by="")
    with installation().look() as work:
        return render_template(
            "console/inbox.html",
            page=page_of_cases(work, g.actor, asked, page_asked()),
            choices=choices_of(work, g.actor, asked),
            asked=asked,
            args=case_args(asked),
            endpoint=endpoint,
            only_mine=bool(asked.in_hands),
            mine=count_mine(work, g.actor) if place == "inbox" else 0,
            rule=FIGURE_RULES[asked.figure],
            figure_label=FIGURE_LABELS[asked.figure],
            own_opinions=list_opinions(work, g.actor) if place == "inbox" else {},
            owed=owed_by(work, g.actor) if place == "inbox" else None,
            batch=batch_choices(g.actor.role) if place == "inbox" else (),
            desk=desk_in_words(work),
            place=place,
        )
