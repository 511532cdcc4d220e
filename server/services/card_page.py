"""What screens show of cards: the lists, and one card with its rule, its evidence, its life and what may be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from forms.clock import local, written_time
from forms.item import UNIT_WORDS
from server.db import card as db
from server.db.card import CardActRow
from server.db.case import CaseRow
from server.db.deadline import CardRow, ClockRow
from server.db.supervision_order import list_orders_of_card
from server.domain.card import CardActKind, allowed_acts, points_of
from server.domain.card_rules import Rule
from server.domain.deadline import working_days_left
from server.domain.people import Actor, Desk, Role
from server.domain.supervision_words import CARD_ACT, CARD_STATE, RULE_GROUND
from server.domain.wanted import PAGE_SIZE, CardWanted, Page, offset_of
from server.domain.words import CARD, CLOCK, PAUSE, RULE
from server.services.card import KnownCard, appeal_until, desks_of_card, get_card, terms_of
from server.services.case_list import villages_in_sight
from server.services.item_version import item_of
from server.services.supervision_order import OrderLine, order_line
from server.services.work import Work

WITHDRAWN_FOR = {"calendar": "工作日历改过，重新计算后没有超时", "appeal": "申诉成立"}


@dataclass(frozen=True)
class CardLine:
    """One card in a list; `days_over` is None where it no longer runs or has not run out."""

    id: int
    colour: str
    label: str
    rule: str
    case_number: str
    item_name: str
    village: str
    desks: tuple[str, ...]
    due_on: date
    fell_at: datetime
    days_over: int | None
    state_label: str
    withdrawn: bool
    escalated: bool


@dataclass(frozen=True)
class DeskOfCard:
    """A desk the card fell on, and what it said."""

    desk: Desk
    name: str
    seen_at: datetime | None
    explanation: str | None
    explained_by: str | None
    explained_at: datetime | None


@dataclass(frozen=True)
class CardHappening:
    at: datetime
    label: str
    who: str
    desk: str
    words: str


@dataclass(frozen=True)
class CardPage:
    """Everything the page of one card shows; `acts` are what this person may do now."""

    line: CardLine
    clock_label: str
    rule_version: int
    rule_ground: str
    recorded_at: datetime
    evidence: tuple[tuple[str, str], ...]
    desks: tuple[DeskOfCard, ...]
    life: tuple[CardHappening, ...]
    orders: tuple[OrderLine, ...]
    acts: tuple[str, ...]
    appeal_until: date
    points: int
    withdrawn_for: str | None


def cards_in_sight(work: Work, actor: Actor, asked: CardWanted) -> CardWanted:
    """What was asked for, within what this person may see. Raises OutOfSight."""
    own_desk = None if actor.role is Role.SUPERVISOR else actor.desk
    return asked.but(villages=villages_in_sight(work, actor, asked.place), own_desk=own_desk)


def page_of_cards(work: Work, actor: Actor, asked: CardWanted, number: int = 1) -> Page[CardLine]:
    """Raises OutOfSight."""
    wanted = cards_in_sight(work, actor, asked)
    found = db.list_cards_wanted(work.session, wanted, PAGE_SIZE, offset_of(number))
    lines = tuple(card_line(work, card, case, clock) for card, case, clock in found)
    return Page(lines, db.count_cards(work.session, wanted), number)


def card_line(work: Work, card: CardRow, case: CaseRow, clock: ClockRow | None) -> CardLine:
    """A late follow-up names no case: its desk must not learn who rated it badly (评价人信息保密)."""
    secret = card.rule == Rule.FOLLOW_UP_LIMIT
    return CardLine(
        id=card.id,
        colour=card.colour,
        label=CARD[card.colour],
        rule=RULE[card.rule],
        case_number="" if secret else case.case_number,
        item_name="差评回访" if secret else case.item_name,
        village="" if secret else work.catalogue.regions.get(case.village_code).short_name,
        desks=tuple(desk_words(work, desk) for desk in desks_of_card(card)),
        due_on=card.due_on,
        fell_at=card.fell_at,
        days_over=_days_over(work, card, clock),
        state_label=WITHDRAWN_FOR[card.withdrawn_for] if card.withdrawn_for else CARD_STATE[card.state],
        withdrawn=card.withdrawn_at is not None,
        escalated=card.escalated_at is not None,
    )


def desk_words(work: Work, desk: Desk) -> str:
    return f"{work.catalogue.regions.get(desk.region_code).short_name}·{desk.department}"


def days_over(work: Work, due_on: date) -> int | None:
    left = working_days_left(due_on, work.now, work.calendar)
    return -left if left < 0 else None


def _days_over(work: Work, card: CardRow, clock: ClockRow | None) -> int | None:
    """Only of a red card, while the clock still runs past its date."""
    if card.colour != "red" or clock is None or clock.finished_at or clock.due_on != card.due_on or card.withdrawn_at:
        return None
    return days_over(work, card.due_on)


def card_page(work: Work, actor: Actor, card_id: int) -> CardPage:
    """Raises CardHidden."""
    known = get_card(work, actor, card_id)
    card, case = known.row, known.case
    clock = work.session.get(ClockRow, card.clock_id) if card.clock_id else None
    acts = db.list_acts(work.session, card.id)
    return CardPage(
        line=card_line(work, card, case, clock),
        clock_label=_clock_words(case, clock) if clock else RULE[card.rule],
        rule_version=card.rule_version,
        rule_ground=RULE_GROUND[card.rule],
        recorded_at=card.recorded_at,
        evidence=() if card.rule == Rule.FOLLOW_UP_LIMIT else tuple(_evidence(case, card)),
        desks=tuple(_desk(work, known, desk, acts) for desk in known.desks),
        life=tuple(_happening(work, act) for act in acts),
        orders=tuple(order_line(work, row) for row in list_orders_of_card(work.session, card.id)),
        acts=_offered(work, known, actor),
        appeal_until=appeal_until(work, card),
        points=points_of(card.colour, withdrawn=card.withdrawn_at is not None, terms=terms_of(work)),
        withdrawn_for=WITHDRAWN_FOR.get(card.withdrawn_for or ""),
    )


def _offered(work: Work, known: KnownCard, actor: Actor) -> tuple[str, ...]:
    """As the table allows, less what the day or the person rules out."""
    if known.row.withdrawn_at:
        return ()
    offered = allowed_acts(known.life.state, known.part)
    if work.today > appeal_until(work, known.row):
        offered = [act for act in offered if act is not CardActKind.APPEALED]
    if actor.account_id in known.life.explained_by:
        offered = [act for act in offered if act not in (CardActKind.UPHELD, CardActKind.DISMISSED)]
    return tuple(offered)


def _clock_words(case: CaseRow, clock: ClockRow) -> str:
    stage = next((stage for stage in item_of(case).stages if stage.id == clock.stage_id), None)
    return f"{CLOCK[clock.kind]}（{stage.what}）" if stage else CLOCK[clock.kind]


def _evidence(case: CaseRow, card: CardRow) -> Iterator[tuple[str, str]]:
    """What was written down with the card when it fell, in words; nothing is looked up again."""
    said = card.evidence
    if "limit" in said:
        amount, unit = str(said["limit"]).split(" ")
        yield "时限", f"{CLOCK[str(said['clock'])]}，{amount}{UNIT_WORDS[unit]}"
        yield "从什么时候算", _written_in_full(str(said["started_at"]))
    for reason, began, ended in said.get("stops", ()):
        until = _written_in_full(ended) if ended else "亮牌时还停着"
        yield "停表", f"{PAUSE[reason]}：{_written_in_full(began)} 到 {until}"
    names = {stage.id: stage.what for stage in item_of(case).stages}
    if stages := [names.get(stage, stage) for stage in said.get("open_stages", ())]:
        yield "当时没办完的环节", "、".join(stages)
    known = {"limit", "clock", "started_at", "stops", "open_stages"}
    yield from ((str(key), str(value)) for key, value in said.items() if key not in known)


def _written_in_full(instant: str) -> str:
    """2018年3月30日 9:41: evidence may be read years later."""
    at = datetime.fromisoformat(instant)
    return f"{local(at).year}年{written_time(at)}"


def _desk(work: Work, known: KnownCard, desk: Desk, acts: list[CardActRow]) -> DeskOfCard:
    seen = [act.at for act in acts if act.kind == "seen" and Desk(act.department or "", act.region_code or "") == desk]
    said = known.life.explanations.get(desk)
    return DeskOfCard(
        desk=desk,
        name=desk_words(work, desk),
        seen_at=seen[0] if seen else None,
        explanation=said.words if said else None,
        explained_by=said.actor_name if said else None,
        explained_at=said.at if said else None,
    )


def _happening(work: Work, act: CardActRow) -> CardHappening:
    desk = desk_words(work, Desk(act.department, act.region_code)) if act.department and act.region_code else ""
    return CardHappening(act.at, CARD_ACT[act.kind], act.actor_name, desk, act.words)
