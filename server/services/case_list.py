"""The lists of cases: what waits at a desk, what it has handled, a region's; filtered, a page at a time."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from forms.region import UnknownRegion
from server.db import case_list as db
from server.db.case import CaseRow, StageRow
from server.db.deadline import ClockRow
from server.db.staff import list_staff_named
from server.domain.case import CLOSED, Status
from server.domain.people import Actor, Desk, Role
from server.domain.review import StageState
from server.domain.wanted import PAGE_SIZE, CaseWanted, Page, offset_of
from server.domain.words import STATUS
from server.services.assignment import seat
from server.services.joint_review import leads
from server.services.review import desk_name, held_by
from server.services.tracking import clock_face, clock_in_words
from server.services.work import Work

LED_SHOWN = 200


class OutOfSight(LookupError):
    """A region or a list beyond what this person watches over."""

    def __init__(self) -> None:
        super().__init__("这个地区不归您看。请从自己的列表里选地区。")


@dataclass(frozen=True)
class InboxLine:
    """One case in a list, clock first. `card` is 'red', 'yellow' or None; the sorting puts the most urgent on top.

    `in_hand`: the colleague who has it; `mine`: the reader has; `for_whom`: the absent one at whose desk it waits.
    """

    case_number: str
    item_name: str
    applicant: str
    village: str
    status_label: str
    holders: tuple[str, ...]
    card: str | None
    due_on: date | None
    clock_words: str
    received_at: datetime
    verdicts: str
    in_hand: str = ""
    mine: bool = False
    for_whom: str = ""


@dataclass(frozen=True)
class Choices:
    """What the filters of a list can be set to: value and words."""

    items: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    statuses: tuple[tuple[str, str], ...]


def overseen_villages(work: Work, supervisor: Actor) -> list[str]:
    return work.catalogue.regions.village_codes_in(supervisor.desk.region_code)


def in_sight(work: Work, actor: Actor, asked: CaseWanted) -> CaseWanted:
    """What was asked for, within what this person may see (BOLA: an address is not a right). Raises OutOfSight."""
    oversees = actor.role is Role.SUPERVISOR
    villages = villages_in_sight(work, actor, asked.place)
    return asked.but(villages=villages, own_desks=() if oversees else actor.desks)


def villages_in_sight(work: Work, actor: Actor, place: str) -> frozenset[str] | None:
    """The villages of the place asked for; None: a desk's cases need no place. Raises OutOfSight."""
    regions = work.catalogue.regions
    oversees = actor.role is Role.SUPERVISOR
    if not place and not oversees:
        return None
    place = place or actor.desk.region_code
    try:
        regions.get(place)  # an address anybody may type: a place there is not is out of everybody's sight
        seen = not oversees or regions.lies_in(place, actor.desk.region_code)
    except UnknownRegion:
        seen = False
    if not seen:
        raise OutOfSight
    return frozenset(regions.village_codes_in(place))


def waiting_at(actor: Actor) -> CaseWanted:
    """A desk's inbox; a supervisor, who holds nothing, has the whole region instead."""
    return CaseWanted() if actor.role is Role.SUPERVISOR else CaseWanted(held_by=actor.desks)


def list_inbox(work: Work, actor: Actor) -> list[InboxLine]:
    """The first page of what waits here, the most urgent first."""
    return list(page_of_cases(work, actor, waiting_at(actor)).lines)


def in_hands_of(actor: Actor, asked: CaseWanted) -> CaseWanted:
    """Of what waits, what the reader has in hand, or somebody the reader stands in for."""
    own = [(actor.account_id, desk) for desk in actor.desks]
    return asked.but(in_hands=(*own, *((cover.account_id, cover.desk) for cover in actor.covers)))


def count_waiting(work: Work, actor: Actor) -> int:
    return db.count_cases(work.session, in_sight(work, actor, waiting_at(actor)), work.now)


def count_mine(work: Work, actor: Actor) -> int:
    wanted = in_sight(work, actor, in_hands_of(actor, waiting_at(actor)))
    return db.count_cases(work.session, wanted, work.now)


def list_led(work: Work, actor: Actor) -> list[InboxLine]:
    """The running joint reviews this person presides over: nothing waits here, but who is late is the lead's to see."""
    ahead = db.list_reviews_ahead_of(work.session, actor.desks, LED_SHOWN)
    return lines_of(work, [case for case in ahead if leads(case, seat(case, actor)) and held_by(case, actor) is None])


def list_past(work: Work, actor: Actor) -> list[InboxLine]:
    """The first page of what this desk has handled."""
    return list(page_of_cases(work, actor, CaseWanted(handled_by=(actor.desk,))).lines)


def page_of_cases(work: Work, actor: Actor, asked: CaseWanted, number: int = 1) -> Page[InboxLine]:
    """Raises OutOfSight."""
    wanted = in_sight(work, actor, asked)
    cases = db.list_cases(work.session, wanted, work.now, PAGE_SIZE, offset_of(number))
    lines = lines_of(work, cases)
    if wanted.held_by:
        lines = _in_hands(work, actor, cases, lines)
    return Page(tuple(lines), db.count_cases(work.session, wanted, work.now), number)


def choices_of(work: Work, actor: Actor, asked: CaseWanted) -> Choices:
    """What the filters offer: only what the whole, unfiltered list holds. Raises OutOfSight."""
    whole = in_sight(work, actor, CaseWanted(held_by=asked.held_by, handled_by=asked.handled_by))
    items, villages, statuses = (db.list_offered(work.session, whole, work.now, column) for column in db.FILTERED)
    regions = work.catalogue.regions
    places = [regions.get(code) for code in villages]
    if actor.role is Role.SUPERVISOR:
        places = list({town.id: town for town in (regions.ancestor(one.id, "township") for one in places)}.values())
    names = db.names_of_items(work.session, items)
    return Choices(
        items=tuple((code, names[code]) for code in items),
        places=tuple((one.id, one.short_name) for one in places),
        statuses=tuple((status, STATUS[status]) for status in statuses),
    )


def _in_hands(work: Work, actor: Actor, cases: list[CaseRow], lines: list[InboxLine]) -> list[InboxLine]:
    """The lines with whoever has each case in hand at the reader's desk."""
    rows = {case.case_number: held_by(case, seat(case, actor)) for case in cases}
    names = {row.assigned_to for row in rows.values() if row and row.assigned_to}
    known = {one.sign_in_name: one.display_name for one in list_staff_named(work.session, names)}
    covered = {cover.desk: cover.display_name for cover in actor.covers if cover.desk != actor.desk}
    return [_in_hand(actor, line, rows[line.case_number], known, covered) for line in lines]


def _in_hand(
    actor: Actor, line: InboxLine, row: StageRow | None, known: dict[str, str], covered: dict[Desk, str]
) -> InboxLine:
    if row is None:
        return line
    desk = Desk(row.department, row.region_code)
    mine = row.assigned_to is not None and actor.stands_for(row.assigned_to, desk)
    return replace(line, in_hand=known.get(row.assigned_to or "", ""), mine=mine, for_whom=covered.get(desk, ""))


def lines_of(work: Work, cases: list[CaseRow]) -> list[InboxLine]:
    """In the order given."""
    clocks = db.list_whole_clocks(work.session, [case.id for case in cases])
    return [_line(work, case, clocks[case.id]) for case in cases]


def _line(work: Work, case: CaseRow, clock: ClockRow) -> InboxLine:
    colours = {card.colour for card in clock.standing_cards if card.due_on == clock.due_on}
    reviews = [row for row in case.stages if row.verdict and row.state != StageState.PENDING]
    active = [row for row in case.stages if row.state == StageState.ACTIVE]
    asked = len(reviews) + len(active)
    return InboxLine(
        case_number=case.case_number,
        item_name=case.item_name,
        applicant=case.applicant_masked,
        village=work.catalogue.regions.get(case.village_code).short_name,
        status_label=STATUS[case.status],
        holders=tuple(desk_name(work, row) for row in active),
        card="red" if "red" in colours else "yellow" if "yellow" in colours else None,
        due_on=None if case.status in CLOSED else clock.due_on,
        clock_words=STATUS[case.status] if case.status in CLOSED else clock_in_words(clock_face(work, clock)),
        received_at=case.received_at,
        verdicts=f"意见 {len(reviews)}/{asked}" if case.status == Status.IN_JOINT_REVIEW else "",
    )
