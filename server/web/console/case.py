"""One case on one screen: the inbox beside it, its papers in the middle, its facts, clocks and buttons on the right."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, g, render_template, request

from server.domain.case import Action, Status
from server.domain.people import is_by
from server.domain.words import ACTION, CORRECTION_REASON, VERDICT
from server.services.card import has_unseen_cards, see_cards_of_case
from server.services.case_paper import list_sheets
from server.services.case_people import CasePeople, people_of_case
from server.services.desk import Card, CasePage, Happening, InboxLine, StageLine, case_page, list_inbox, note_full_view
from server.services.opinion import opinions_for
from server.services.work import Work
from server.web.console.inbox import desk_in_words, short_clock
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

# The key of each button. It only moves to the button: a slip of one finger must not decide a case.
KEYS = {
    Action.ACCEPT: "Y",
    Action.VERIFY: "Y",
    Action.GIVE_VERDICT: "Y",
    Action.APPROVE: "Y",
    Action.ISSUE: "Y",
    Action.REQUEST_CORRECTION: "B",
    Action.DECLINE: "N",
    Action.REJECT: "N",
}
STAGE_STATES = {"pending": "还没到", "active": "正在办", "done": "办完了", "not_applicable": "不适用"}
ANSWERS, COURSE, HISTORY = "answers", "course", "history"


@dataclass(frozen=True)
class Typed:
    """What stood in the form when it was refused, so that nobody types it twice."""

    sentence: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    materials: tuple[str, ...] = ()
    action: str = ""


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case_number>", view_func=show_case)
    blueprint.add_url_rule("/cases/<case_number>/full", view_func=show_in_full, methods=["POST"])


@guarded_by("staff")
def show_case(case_number: str) -> str:
    """A desk that opens the case has seen its cards; that is put on record once, and only then is anything written."""
    with installation().look() as work:
        unseen = has_unseen_cards(work, g.actor, case_number)
    if unseen:
        with installation().begin() as work:
            see_cards_of_case(work, g.actor, case_number)
    with installation().look() as work:
        return render_case(work, case_page(work, g.actor, case_number))


@guarded_by("staff")
def show_in_full(case_number: str) -> str:
    """By POST and never by address: a page with whole numbers is neither linked to nor found in the history."""
    with installation().begin() as work:
        note_full_view(work, g.actor, case_number)
    with installation().look() as work:
        return render_case(work, case_page(work, g.actor, case_number, in_full=True), in_full=True)


def render_case(work: Work, page: CasePage, *, typed: Typed = Typed(), in_full: bool = False) -> str:
    lines = list_inbox(work, g.actor)
    people = people_of_case(work, g.actor, page.case_number)
    actions = () if people.kept_off else page.actions
    return render_template(
        "console/case.html",
        place="inbox",
        desk=desk_in_words(work),
        lines=[(line, short_clock(work, line)) for line in lines],
        page=page,
        typed=typed,
        in_full=in_full,
        tab=ANSWERS if in_full else _tab(page),
        sheet=max(1, request.args.get("page", 1, type=int) or 1),
        offered=dict(actions),
        main_actions=[name for name, _ in actions if name != Action.REQUEST_CORRECTION],
        keys=KEYS,
        standing_cards=standing_cards(page),
        reviews=reviews(page),
        verdicts=[
            (value, label)
            for value, label in VERDICT.items()
            if value != "not_applicable" or page.may_be_not_applicable
        ],
        opinions=opinions_for(work, g.actor, [name for name, _ in actions]),
        correction_reasons=CORRECTION_REASON,
        stage_states=STAGE_STATES,
        sheets=list_sheets(work, g.actor, page.case_number),
        next_case=_next(lines, page.case_number),
        previous_case=_next(lines[::-1], page.case_number),
        just_done=_just_done(page),
        people=people,
        history=_with_notes(page, people),
        action_labels=ACTION,
    )


def _tab(page: CasePage) -> str:
    """The tab asked for, else the first paper: papers are what an official opens a case for."""
    tabs = [*(paper.id for paper in page.papers), ANSWERS, COURSE, HISTORY]
    wanted = request.args.get("tab", "")
    return wanted if wanted in tabs else tabs[0]


def standing_cards(page: CasePage) -> list[Card]:
    """The cards that hold against the case now: one a clock, the red one before the yellow."""
    due = {clock.label: clock.due_on for clock in page.clocks if not clock.finished}
    standing: dict[str, Card] = {}
    for card in page.cards:
        holds = due.get(card.clock_label) == card.due_on and not card.withdrawn
        if holds and (card.colour == "red" or card.clock_label not in standing):
            standing[card.clock_label] = card
    return list(standing.values())


def reviews(page: CasePage) -> list[StageLine]:
    """The joint review: verdicts given and, while it runs, those still awaited."""
    running = page.status == Status.IN_JOINT_REVIEW
    return [stage for stage in page.stages if stage.verdict or (running and stage.state == "active")]


def _next(lines: list[InboxLine], case_number: str) -> str | None:
    """The case after this one in the list; the first one when this case has left it."""
    numbers = [line.case_number for line in lines]
    if case_number not in numbers:
        return numbers[0] if numbers else None
    after = numbers[numbers.index(case_number) + 1 :]
    return after[0] if after else None


def _with_notes(page: CasePage, people: CasePeople) -> list[Happening]:
    """The history with what the desks noted among themselves, which no villager reads."""
    notes = [
        Happening(note.label, f"{note.words}（内部记录，群众看不到）", note.actor, note.at, False)
        for note in people.notes
    ]
    return sorted((*page.history, *notes), key=lambda entry: entry.at)


def _just_done(page: CasePage) -> str | None:
    """Told after an action: this person's newest entry in the history, so that an address alone cannot claim it."""
    if request.method != "GET" or "done" not in request.args:
        return None
    own = [entry for entry in page.history if is_by(entry.actor, g.actor)]
    return own[-1].label if own else None
