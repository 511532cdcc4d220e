"""督办单: a supervisor orders a desk to act on a card and to answer by a day; the desk answers; the sheet is printed."""

from dataclasses import dataclass
from datetime import date, datetime

from forms.supervision_order_sheet import SupervisionOrderSheet
from server.db import supervision_order as db
from server.db.audit import append_audit
from server.db.case import CaseRow, next_serial
from server.db.deadline import CardRow
from server.db.supervision_order import SupervisionOrderRow
from server.domain.card import CardActKind, Part, last_day_to_answer
from server.domain.card_rules import Rule
from server.domain.people import Actor, Desk, Role
from server.domain.wanted import PAGE_SIZE, Page, offset_of
from server.domain.words import CARD, RULE
from server.services.card import (
    MOST_ID,
    CardHidden,
    CardRefused,
    KnownCard,
    append_act,
    get_card,
    get_card_to_act,
    require_watching,
    require_words,
)
from server.services.work import Work

FEWEST_DAYS, MOST_DAYS = 1, 30


@dataclass(frozen=True)
class OrderLine:
    """One order as screens show it; `state` is 'open', 'overdue' or 'answered'."""

    id: int
    number: str
    card_id: int
    desk: str
    words: str
    issued_by: str
    issued_at: datetime
    due_on: date
    state: str
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


def issue_order(work: Work, card: KnownCard, actor: Actor, desk: Desk, words: str, days: int) -> SupervisionOrderRow:
    """Raises CardActNotAllowed, CardRefused."""
    require_watching(work, card, actor, CardActKind.ORDERED, desk)
    said = require_words(words)
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise CardRefused(f"答复期限要在{FEWEST_DAYS}到{MOST_DAYS}个工作日之间。")
    order = SupervisionOrderRow(
        number=_number(work, actor),
        card_id=card.row.id,
        department=desk.department,
        region_code=desk.region_code,
        words=said,
        issuer_region=actor.desk.region_code,
        issued_by=actor.account_id,
        issued_by_name=actor.display_name,
        issued_at=work.now,
        answer_due_on=last_day_to_answer(work.today, days, work.calendar),
    )
    work.session.add(order)
    append_act(work, card.row, card.case, CardActKind.ORDERED, actor, desk, f"{order.number}：{said}")
    return order


def _number(work: Work, actor: Actor) -> str:
    """督〔2026〕450521-0001: year, region and serial."""
    prefix = f"督〔{work.today.year}〕{actor.desk.region_code}"
    return f"{prefix}-{next_serial(work.session, prefix):04d}"


def answer_order(work: Work, actor: Actor, order_id: int, words: str) -> SupervisionOrderRow:
    """By whoever answers for the desk; a late answer is taken and its day shows. Raises CardHidden, CardRefused."""
    order = _find(work, order_id)
    if order is None or order.desk != actor.desk:
        raise CardHidden
    card = get_card_to_act(work, actor, order.card_id)
    order = db.lock_order(work.session, order_id)
    assert order is not None
    if card.part is not Part.HEAD:
        raise CardRefused("督办单由部门负责人（没有设审批员的，由经办员）回复。")
    if order.answered_at:
        raise CardRefused(f"{order.number}已经由{order.answered_by_name}回复过了。")
    order.answer = require_words(words)
    order.answered_at, order.answered_by_name = work.now, actor.display_name
    append_act(work, card.row, card.case, CardActKind.ANSWERED, actor, actor.desk, f"{order.number}：{order.answer}")
    return order


def _find(work: Work, order_id: int) -> SupervisionOrderRow | None:
    return work.session.get(SupervisionOrderRow, order_id) if order_id <= MOST_ID else None


def list_orders(work: Work, actor: Actor, number: int = 1) -> Page[OrderLine]:
    """A supervisor's: those of its region and of the levels below; a desk's: those it owes an answer."""
    if actor.role is not Role.SUPERVISOR:
        own = db.list_open_orders_of_desk(work.session, actor.desk)
        return Page(tuple(order_line(work, row) for row in own), len(own))
    regions = issuing_regions(work, actor)
    rows = db.list_orders(work.session, regions, PAGE_SIZE, offset_of(number))
    return Page(tuple(order_line(work, row) for row in rows), db.count_orders(work.session, regions), number)


def issuing_regions(work: Work, actor: Actor) -> set[str]:
    """Where supervisors sit whose orders this one may read: its own place and the counties and townships in it."""
    regions = work.catalogue.regions
    below = [place.id for level in ("county", "township") for place in regions.list_level(level)]
    return {actor.desk.region_code, *(one for one in below if regions.lies_in(one, actor.desk.region_code))}


def order_line(work: Work, row: SupervisionOrderRow) -> OrderLine:
    late = work.today > row.answer_due_on
    return OrderLine(
        id=row.id,
        number=row.number,
        card_id=row.card_id,
        desk=_desk_words(work, row.desk),
        words=row.words,
        issued_by=row.issued_by_name,
        issued_at=row.issued_at,
        due_on=row.answer_due_on,
        state="answered" if row.answered_at else "overdue" if late else "open",
        answer=row.answer,
        answered_by=row.answered_by_name,
        answered_at=row.answered_at,
    )


def order_sheet(work: Work, actor: Actor, order_id: int) -> SupervisionOrderSheet:
    """The order on paper. The printing is put on record. Raises CardHidden."""
    row = _find(work, order_id)
    if row is None:
        raise CardHidden
    get_card(work, actor, row.card_id)
    card = work.session.get(CardRow, row.card_id)
    case = work.session.get(CaseRow, card.case_id) if card else None
    assert card is not None and case is not None
    secret = card.rule == Rule.FOLLOW_UP_LIMIT  # the desk must not learn who rated it badly
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action="supervision_order.printed", subject=row.number
    )
    return SupervisionOrderSheet(
        number=row.number,
        to=_desk_words(work, row.desk),
        issuer=f"{work.catalogue.regions.get(row.issuer_region).short_name}电子监察",
        issued_on=row.issued_at,
        due_on=row.answer_due_on,
        case_number="" if secret else case.case_number,
        item_name="差评回访（不写办件）" if secret else case.item_name,
        card=f"{CARD[card.colour]}（{RULE[card.rule]}），应在{card.due_on.month}月{card.due_on.day}日办结",
        words=row.words,
        answer=row.answer,
        answered=(row.answered_by_name, row.answered_at) if row.answered_by_name and row.answered_at else None,
    )


def _desk_words(work: Work, desk: Desk) -> str:
    return f"{work.catalogue.regions.get(desk.region_code).short_name}·{desk.department}"
