"""The life of a card once it has fallen: seen, reminded of, explained, appealed against, judged; and what it weighs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from server.domain.people import Desk
from server.domain.work_calendar import ONE_DAY, WorkCalendar


class CardState(StrEnum):
    """Where a card stands; one that the calendar took back keeps the state it had."""

    FALLEN = "fallen"
    SEEN = "seen"
    EXPLAINED = "explained"
    APPEALED = "appealed"
    UPHELD = "upheld"  # 申诉成立：the card is withdrawn and stays visible
    DISMISSED = "dismissed"


class CardActKind(StrEnum):
    """What may happen to a card; rows of a log that is only ever added to."""

    SEEN = "seen"
    REMINDED = "reminded"
    EXPLAINED = "explained"
    APPEALED = "appealed"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    ORDERED = "ordered"
    ANSWERED = "answered"
    ESCALATED = "escalated"


class Part(StrEnum):
    """As what somebody meets a card: the desk's people, whoever answers for the desk, or who watches over it."""

    DESK = "desk"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


@dataclass(frozen=True)
class CardTerms:
    """What the installation sets: days to appeal and to answer, and what a card weighs in the assessment.

    No law says how many; municipal rules differ, so each is a setting and the defaults are ours [M].
    """

    appeal_working_days: int = 10
    escalate_after_working_days: int = 3
    yellow_points: int = 1
    red_points: int = 5


@dataclass(frozen=True)
class CardAct:
    """One line of a card's life."""

    at: datetime
    kind: CardActKind
    account_id: str
    actor_name: str
    desk: Desk | None
    words: str = ""


@dataclass(frozen=True)
class CardLife:
    """What the log of a card comes to. An explanation is the desk's last wording; earlier ones stay in the log."""

    state: CardState
    explanations: Mapping[Desk, CardAct] = field(default_factory=dict)
    appeal: CardAct | None = None
    judgement: CardAct | None = None
    explained_by: frozenset[str] = frozenset()


_DESK, _HEAD = frozenset({Part.DESK, Part.HEAD}), frozenset({Part.HEAD})
_WATCH, _RUN = frozenset({Part.SUPERVISOR}), frozenset({Part.SYSTEM})
_STANDING: dict[CardActKind, frozenset[Part]] = {
    CardActKind.REMINDED: _WATCH,
    CardActKind.ORDERED: _WATCH,
    CardActKind.ANSWERED: _HEAD,
}
_TO_ANSWER: dict[CardActKind, frozenset[Part]] = {
    CardActKind.SEEN: _DESK,
    CardActKind.EXPLAINED: _HEAD,
    CardActKind.APPEALED: _HEAD,
    CardActKind.ESCALATED: _RUN,
    **_STANDING,
}
_JUDGING: dict[CardActKind, frozenset[Part]] = {
    CardActKind.EXPLAINED: _HEAD,  # may be amended until it is judged
    CardActKind.UPHELD: _WATCH,
    CardActKind.DISMISSED: _WATCH,
    **_STANDING,
}

# The one table: state x act -> part. Buttons and refusals both read it.
ALLOWED: dict[CardState, dict[CardActKind, frozenset[Part]]] = {
    CardState.FALLEN: _TO_ANSWER,
    CardState.SEEN: _TO_ANSWER,
    CardState.EXPLAINED: {
        CardActKind.EXPLAINED: _HEAD,
        CardActKind.APPEALED: _HEAD,
        CardActKind.SEEN: _DESK,
        **_STANDING,
    },
    CardState.APPEALED: _JUDGING,
    CardState.UPHELD: {CardActKind.ANSWERED: _HEAD},
    CardState.DISMISSED: _STANDING,
}

_NEXT = {
    CardActKind.APPEALED: CardState.APPEALED,
    CardActKind.UPHELD: CardState.UPHELD,
    CardActKind.DISMISSED: CardState.DISMISSED,
}


def fold_card(acts: Iterable[CardAct], desks: Sequence[Desk]) -> CardLife:
    """The life of a card that fell on `desks`: it is explained once every one of them has said why."""
    life = CardLife(CardState.FALLEN)
    for act in acts:
        life = _after(life, act, desks)
    return life


def _after(life: CardLife, act: CardAct, desks: Sequence[Desk]) -> CardLife:
    explanations, answerers = dict(life.explanations), life.explained_by
    if act.kind is CardActKind.EXPLAINED and act.desk:
        explanations[act.desk] = act
    if act.kind in (CardActKind.EXPLAINED, CardActKind.APPEALED):
        answerers |= {act.account_id}
    return CardLife(
        state=_state_after(life.state, act.kind, all(desk in explanations for desk in desks)),
        explanations=explanations,
        appeal=act if act.kind is CardActKind.APPEALED else life.appeal,
        judgement=act if act.kind in (CardActKind.UPHELD, CardActKind.DISMISSED) else life.judgement,
        explained_by=answerers,
    )


def _state_after(state: CardState, kind: CardActKind, all_explained: bool) -> CardState:
    if kind is CardActKind.SEEN and state is CardState.FALLEN:
        return CardState.SEEN
    if kind is CardActKind.EXPLAINED and state in (CardState.FALLEN, CardState.SEEN):
        return CardState.EXPLAINED if all_explained else CardState.SEEN
    return _NEXT.get(kind, state)


class CardActNotAllowed(Exception):
    """The card's state does not allow this act to this person; the text says what it does allow."""

    def __init__(self, life: CardLife, kind: CardActKind, part: Part | None, labels: Mapping[str, str]):
        allowed = [labels[f"do_{name}"] for name in allowed_acts(life.state, part) if f"do_{name}" in labels]
        offer = f"现在可以：{'、'.join(allowed)}。" if allowed else "现在没有需要您做的事。"
        super().__init__(f"这张牌现在是“{labels[life.state]}”，您不能“{labels[f'do_{kind}']}”。{offer}")


def allowed_acts(state: CardState, part: Part | None) -> list[CardActKind]:
    return [kind for kind, parts in ALLOWED[state].items() if part in parts]


def require_act(life: CardLife, kind: CardActKind, part: Part | None, labels: Mapping[str, str]) -> None:
    """Raises CardActNotAllowed."""
    if part not in ALLOWED[life.state].get(kind, frozenset()):
        raise CardActNotAllowed(life, kind, part, labels)


def points_of(colour: str, *, withdrawn: bool, terms: CardTerms) -> int:
    """What the card weighs in the assessment; one that was withdrawn weighs nothing."""
    if withdrawn:
        return 0
    return terms.red_points if colour == "red" else terms.yellow_points


def last_day_to_answer(since: date, working_days: int, calendar: WorkCalendar) -> date:
    """The day on which that many working days after `since` are over; `since` itself is not counted (民法典 第201条)."""
    day = since
    for _ in range(working_days):
        day = calendar.next_working_day(day + ONE_DAY)
    return day


def first_day_in_time(today: date, working_days: int, calendar: WorkCalendar) -> date:
    """What is on record since before this day has by `today` seen all those working days go by.

    It is the first day whose last day to answer is not over yet.
    """
    day = today
    for _ in range(working_days):
        day = calendar.previous_working_day(day)
    return day
