"""The wall of electronic supervision: what stands now in a region, by desk and township, and what a desk itself owes."""

from dataclasses import dataclass
from datetime import datetime

from server.db import card as db
from server.db.card import CardSum
from server.db.case_list import count_figures
from server.db.supervision_order import count_open_orders
from server.domain.deadline import start_of
from server.domain.figures import LABELS, OF_NOW, PAUSES, Figure, Period
from server.domain.people import Actor, Desk, Role
from server.domain.wanted import CardShow, CardWanted, CaseWanted
from server.services.card_page import CardLine, card_line, cards_in_sight, days_over, desk_words, page_of_cards
from server.services.case_list import in_sight, villages_in_sight
from server.services.supervision_order import OrderLine, issuing_regions, list_orders
from server.services.work import Work

SHOWN_TO_DESK = 5


@dataclass(frozen=True)
class CardTile:
    """A number of cards, and what was asked for, so that the tile leads to exactly those."""

    label: str
    count: int
    asked: CardWanted
    tone: str = ""


@dataclass(frozen=True)
class CaseTile:
    """A number of cases, and what was asked for."""

    label: str
    count: int
    asked: CaseWanted


@dataclass(frozen=True)
class Holder:
    """A desk or a township with standing cards: how many, since when, and by how many working days over at most."""

    name: str
    place: str
    desk: Desk | None
    red: int
    yellow: int
    since: datetime
    days_over: int | None


@dataclass(frozen=True)
class Wall:
    """Everything the wall of one region shows."""

    place: str
    place_name: str
    above: str | None
    cards: tuple[CardTile, ...]
    cases: tuple[CaseTile, ...]
    pauses: tuple[CaseTile, ...]
    desks: tuple[Holder, ...]
    townships: tuple[Holder, ...]
    escalated: tuple[CardLine, ...]
    orders_open: int
    orders_overdue: int


@dataclass(frozen=True)
class Owed:
    """What a desk must answer: red cards without an explanation (with the last reminder), and orders."""

    cards: tuple[tuple[CardLine, str], ...]
    more_cards: int
    orders: tuple[OrderLine, ...]


def wall_of(work: Work, actor: Actor, place: str = "") -> Wall:
    """Of a supervisor's whole region, or of a place in it. Raises OutOfSight."""
    villages_in_sight(work, actor, place)
    asked = CardWanted(place=place)
    regions = work.catalogue.regions
    here = regions.get(place or actor.desk.region_code)
    issuers = issuing_regions(work, actor)
    return Wall(
        place=place,
        place_name=here.short_name,
        above=here.parent_id if here.id != actor.desk.region_code else None,
        cards=tuple(_card_tiles(work, actor, asked)),
        cases=tuple(_case_tiles(work, actor, place)),
        pauses=tuple(_tiles(work, actor, CaseWanted(place=place), PAUSES)),
        desks=tuple(_by_desk(work, actor, asked)),
        townships=tuple(_by_township(work, actor, asked)),
        escalated=page_of_cards(work, actor, asked.but(show=CardShow.ESCALATED)).lines,
        orders_open=count_open_orders(work.session, issuers),
        orders_overdue=count_open_orders(work.session, issuers, due_before=work.today),
    )


def _card_tiles(work: Work, actor: Actor, asked: CardWanted) -> list[CardTile]:
    today = start_of(work.today)
    tiles = (
        ("红牌", asked.but(show=CardShow.STANDING, colour="red"), "red"),
        ("黄牌", asked.but(show=CardShow.STANDING, colour="yellow"), "yellow"),
        ("今天新亮", asked.but(fell_from=today), ""),
        ("红牌没有说明", asked.but(show=CardShow.UNEXPLAINED, colour="red"), ""),
        ("红牌逾期不说明，已上报", asked.but(show=CardShow.ESCALATED), ""),
        ("申诉待审", asked.but(show=CardShow.APPEALED), ""),
    )
    return [
        CardTile(label, db.count_cards(work.session, cards_in_sight(work, actor, one)), one, tone)
        for label, one, tone in tiles
    ]


def _case_tiles(work: Work, actor: Actor, place: str) -> list[CaseTile]:
    today = CaseWanted(place=place, period=Period(work.today, work.today))
    new = _tiles(work, actor, today, (Figure.RECEIVED, Figure.CLOSED))
    return [
        *(CaseTile(f"今天{tile.label}", tile.count, tile.asked) for tile in new),
        *_tiles(work, actor, CaseWanted(place=place), OF_NOW),
    ]


def _tiles(work: Work, actor: Actor, asked: CaseWanted, figures: tuple[Figure, ...]) -> list[CaseTile]:
    counts = count_figures(work.session, in_sight(work, actor, asked), figures, work.now)[None]
    return [CaseTile(LABELS[figure], counts[figure], asked.but(figure=figure)) for figure in figures]


def _by_desk(work: Work, actor: Actor, asked: CardWanted) -> list[Holder]:
    standing = cards_in_sight(work, actor, asked.but(show=CardShow.STANDING))
    found = []
    for one in db.sum_by_desk(work.session, standing):
        desk = Desk(one.key[0], one.key[1])
        found.append(_holder(work, one, desk_words(work, desk), asked.place, desk))
    return _worst_first(found)


def _by_township(work: Work, actor: Actor, asked: CardWanted) -> list[Holder]:
    """From villages up to their townships: the tree of places is no table of the database."""
    regions = work.catalogue.regions
    standing = cards_in_sight(work, actor, asked.but(show=CardShow.STANDING))
    towns: dict[str, CardSum] = {}
    for one in db.sum_by_village(work.session, standing):
        town = regions.ancestor(one.key[0], "township").id
        towns[town] = _joined(towns[town], one) if town in towns else one
    return _worst_first([_holder(work, one, regions.get(town).short_name, town, None) for town, one in towns.items()])


def _joined(one: CardSum, other: CardSum) -> CardSum:
    since, due_on = min(one.since, other.since), min(one.due_on, other.due_on)
    return CardSum(one.key, one.red + other.red, one.yellow + other.yellow, since, due_on)


def _holder(work: Work, one: CardSum, name: str, place: str, desk: Desk | None) -> Holder:
    return Holder(name, place, desk, one.red, one.yellow, one.since, days_over(work, one.due_on))


def _worst_first(holders: list[Holder]) -> list[Holder]:
    return sorted(holders, key=lambda one: (-one.red, -one.yellow, one.since))


def owed_by(work: Work, actor: Actor) -> Owed:
    """What stands on top of a desk's inbox until it is answered; a supervisor's desk owes nothing."""
    if actor.role is Role.SUPERVISOR:
        return Owed((), 0, ())
    found = db.list_desk_cards_to_answer(work.session, actor.desk, SHOWN_TO_DESK)
    reminders = db.list_last_reminders(work.session, [card.id for card, _ in found])
    lines = tuple(
        (card_line(work, card, case, None), reminders[card.id].words if card.id in reminders else "")
        for card, case in found
    )
    unexplained = CardWanted(show=CardShow.UNEXPLAINED, colour="red")
    total = db.count_cards(work.session, cards_in_sight(work, actor, unexplained))
    return Owed(lines, total - len(lines), list_orders(work, actor).lines)
