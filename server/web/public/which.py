"""哪些我能办: a few questions without a name, answered from the entries' own conditions; nothing of it is kept anywhere."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, Response, request

from forms.catalogue import Catalogue
from forms.condition import Answers
from forms.item import ServiceItem
from forms.policy import Policy
from forms.policy_sheet import benefit_words
from forms.situation import Match, SituationQuestion, find_exclusions, find_matches, read_answers
from server.web.public.home import open_page
from server.web.public.policies import state_of, today
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force

ASKED_NEXT = 4


@dataclass(frozen=True)
class Card:
    """One thing the person may get: a policy with the errands that apply for it, or an errand."""

    match: Match
    gives: str
    errands: tuple[ServiceItem, ...] = ()
    # What to know beside it: a policy that no longer holds, an errand that was stopped, two that bar each other.
    notices: tuple[str, ...] = ()

    @property
    def is_policy(self) -> bool:
        return isinstance(self.match.entry, Policy)


@dataclass(frozen=True)
class Offer:
    """What the answers leave open, as the page shows it: 很可能可以, and 还要看 in three parts. For the `judged` and the
    `unanswered` something speaks already, and an office's judgement or an answer is missing; for the `unsaid` nothing."""

    likely: tuple[Card, ...]
    judged: tuple[Card, ...]
    unanswered: tuple[Card, ...]
    unsaid: tuple[Card, ...]
    asked_next: tuple[SituationQuestion, ...]


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/which", view_func=show_which)


@guarded_by("public")
def show_which() -> Response:
    catalogue = catalogue_in_force()
    questions = catalogue.vocabulary.questions
    answers = read_answers(request.args.to_dict(flat=False), questions)
    response = open_page(
        "public/which.html",
        groups=[
            (name, list(asked)) for name, asked in groupby(questions.values(), key=lambda question: question.group)
        ],
        answers=answers,
        questions=questions,
        offer=offer_for(catalogue, answers, today()) if answers else None,
    )
    # The next person at a shared phone must not find the last one's answers in the browser.
    response.headers["Cache-Control"] = "no-store"
    return response


def offer_for(catalogue: Catalogue, answers: Answers, on: date) -> Offer:
    """Every entry the answers leave open stands in exactly one card, or as the errand of a policy beside it."""
    questions = catalogue.vocabulary.questions
    found = find_matches([*catalogue.policies.values(), *catalogue.items.values()], answers, questions)
    likely, open_still = [], []
    for match in found:
        (likely if match.chance == "likely" and _holds(match, catalogue, on) else open_still).append(match)
    judged = [match for match in open_still if match.because and not match.open_questions]
    unanswered = [match for match in open_still if match.because and match.open_questions]
    barred = find_exclusions(_items_of([*likely, *judged, *unanswered]), catalogue.vocabulary.mutual_exclusions)
    notes = {code: [_barred_words(catalogue, *one) for one in rules] for code, rules in barred.items()}
    unsaid = [match for match in open_still if not match.because]
    cards = [_cards(matches, catalogue, on, notes) for matches in (likely, judged, unanswered, unsaid)]
    wanted = Counter(name for match in open_still for name in match.open_questions)
    asked_next = tuple(questions[name] for name, _ in wanted.most_common(ASKED_NEXT))
    return Offer(*cards, asked_next)


def _holds(match: Match, catalogue: Catalogue, on: date) -> bool:
    entry = match.entry
    if isinstance(entry, Policy):
        return state_of(entry, catalogue, on).holds
    return entry.code not in catalogue.suspended


def _items_of(matches: Iterable[Match]) -> set[str]:
    """The errands spoken of, directly or as the way to a policy."""
    return {code for match in matches for code in getattr(match.entry, "item_codes", (match.entry.code,))}


def _barred_words(catalogue: Catalogue, rule: str, others: list[str]) -> str:
    names = "、".join(f"“{catalogue.items[code].name}”" for code in others if code in catalogue.items)
    return f"和{names}一起看：{rule}。"


def _cards(matches: Sequence[Match], catalogue: Catalogue, on: date, notes: dict[str, list[str]]) -> tuple[Card, ...]:
    """An errand stands with the policy it applies for, when both are as near; else it has a card of its own."""
    applied_for = _items_of(match for match in matches if isinstance(match.entry, Policy))
    return tuple(
        _card(match, catalogue, on, notes)
        for match in matches
        if isinstance(match.entry, Policy) or match.entry.code not in applied_for
    )


def _card(match: Match, catalogue: Catalogue, on: date, notes: dict[str, list[str]]) -> Card:
    entry = match.entry
    if isinstance(entry, ServiceItem):
        stopped = catalogue.suspended.get(entry.code)
        return Card(match, entry.summary, (entry,), tuple(filter(None, (stopped, *notes.get(entry.code, ())))))
    errands = tuple(catalogue.items[code] for code in entry.item_codes if code in catalogue.items)
    stopped = [
        f"“{errand.name}”{catalogue.suspended[errand.code]}。"
        for errand in errands
        if errand.code in catalogue.suspended
    ]
    barred = [note for errand in errands for note in notes.get(errand.code, ())]
    notices = dict.fromkeys(filter(None, (state_of(entry, catalogue, on).advice, *stopped, *barred)))
    return Card(match, benefit_words(entry), errands, tuple(notices))
