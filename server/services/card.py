"""What people do about a card: see it, remind a desk of it, explain it, appeal against it, judge the appeal."""

from dataclasses import dataclass
from datetime import date

from forms.clock import local_date
from server.db import card as db
from server.db.audit import append_audit
from server.db.card import CardActRow
from server.db.case import CaseRow, find_case_by_number
from server.db.deadline import CardRow
from server.db.staff import desk_has_head
from server.domain.card import (
    CardAct,
    CardActKind,
    CardLife,
    CardTerms,
    Part,
    fold_card,
    last_day_to_answer,
    require_act,
)
from server.domain.people import Actor, Desk, Role
from server.domain.supervision_words import CARD_LIFE
from server.services.answers import mask_numbers
from server.services.event import SYSTEM
from server.services.work import Work

MAX_WORDS = 2000
MOST_ID = 2**31 - 1  # PostgreSQL fails on a greater one, as anybody can type into an address


class CardHidden(LookupError):
    """No such card, or none this person may see: the two are told alike, so that numbers cannot be tried out (BOLA)."""

    def __init__(self) -> None:
        super().__init__("没有找到这张牌，或者它不归您这里管。请从黄牌红牌列表里打开。")


class CardRefused(Exception):
    """The act is not possible as it was sent; the text says what to do."""


@dataclass(frozen=True)
class KnownCard:
    """A card with its case and its life, as one person meets it; `part` is None for one who may only read."""

    row: CardRow
    case: CaseRow
    life: CardLife
    part: Part | None

    @property
    def desks(self) -> list[Desk]:
        return desks_of_card(self.row)


def desks_of_card(row: CardRow) -> list[Desk]:
    return [Desk(one.department, one.region_code) for one in row.fell_on]


def terms_of(work: Work) -> CardTerms:
    return CardTerms(**work.tools.settings.supervision.model_dump())


def get_card(work: Work, actor: Actor, card_id: int) -> KnownCard:
    """To read. Raises CardHidden."""
    return _known(work, actor, _find(work, card_id))


def get_card_to_act(work: Work, actor: Actor, card_id: int) -> KnownCard:
    """Locked, after its case, as the sweep locks them: two who take locks in another order would wait for each other.

    Raises CardHidden.
    """
    card = _find(work, card_id)
    if card is not None:
        work.session.get(CaseRow, card.case_id, with_for_update=True)
    return _known(work, actor, card and db.lock_card(work.session, card_id))


def _find(work: Work, card_id: int) -> CardRow | None:
    return work.session.get(CardRow, card_id) if card_id <= MOST_ID else None


def _known(work: Work, actor: Actor, row: CardRow | None) -> KnownCard:
    if row is None:
        raise CardHidden
    case = work.session.get(CaseRow, row.case_id)
    assert case is not None
    desks = desks_of_card(row)
    if actor.desk not in desks and not _oversees(work, actor, case.village_code):
        raise CardHidden
    acts = [_act(one) for one in db.list_acts(work.session, row.id)]
    return KnownCard(row, case, fold_card(acts, desks), _part(work, actor, desks))


def _oversees(work: Work, actor: Actor, region_code: str) -> bool:
    return actor.role is Role.SUPERVISOR and work.catalogue.regions.lies_in(region_code, actor.desk.region_code)


def _part(work: Work, actor: Actor, desks: list[Desk]) -> Part | None:
    """A county's supervisor reads the card of a city's department, but watches over its own level only."""
    if actor.role is Role.SUPERVISOR:
        return Part.SUPERVISOR if any(_oversees(work, actor, desk.region_code) for desk in desks) else None
    if actor.desk not in desks:
        return None
    alone = not desk_has_head(work.session, actor.desk.department, actor.desk.region_code)
    return Part.HEAD if actor.role is Role.DEPARTMENT_HEAD or alone else Part.DESK


def _act(row: CardActRow) -> CardAct:
    desk = Desk(row.department, row.region_code) if row.department and row.region_code else None
    return CardAct(row.at, CardActKind(row.kind), row.actor, row.actor_name, desk, row.words)


def see_cards_of_case(work: Work, actor: Actor, case_number: str) -> None:
    """The desk has opened the case: it knows of its cards from now on."""
    case = find_case_by_number(work.session, case_number)
    for card in db.list_unseen_cards(work.session, case.id, actor.desk) if case else []:
        see_card(work, get_card_to_act(work, actor, card.id), actor)


def has_unseen_cards(work: Work, actor: Actor, case_number: str) -> bool:
    case = find_case_by_number(work.session, case_number)
    return case is not None and bool(db.list_unseen_cards(work.session, case.id, actor.desk))


def see_card(work: Work, card: KnownCard, actor: Actor) -> None:
    """Noted once a desk, whoever of it looks first."""
    seen = {(row.department, row.region_code) for row in db.list_acts(work.session, card.row.id) if row.kind == "seen"}
    if actor.desk in card.desks and (actor.desk.department, actor.desk.region_code) not in seen:
        append_act(work, card.row, card.case, CardActKind.SEEN, actor, actor.desk, "")


def remind_desk(work: Work, card: KnownCard, actor: Actor, desk: Desk, words: str) -> None:
    """催办: it stands on top of the desk's inbox until the card is explained. Raises CardActNotAllowed, CardRefused."""
    require_watching(work, card, actor, CardActKind.REMINDED, desk)
    append_act(work, card.row, card.case, CardActKind.REMINDED, actor, desk, require_words(words))


def explain_card(work: Work, card: KnownCard, actor: Actor, words: str) -> None:
    """Once a desk; said again it takes the place of what was said, and both stay on record."""
    require_act(card.life, CardActKind.EXPLAINED, card.part, CARD_LIFE)
    _require_valid(card)
    append_act(work, card.row, card.case, CardActKind.EXPLAINED, actor, actor.desk, require_words(words))


def appeal_card(work: Work, card: KnownCard, actor: Actor, words: str) -> None:
    """Once, within the days the settings say. Raises CardActNotAllowed, CardRefused."""
    require_act(card.life, CardActKind.APPEALED, card.part, CARD_LIFE)
    _require_valid(card)
    last = appeal_until(work, card.row)
    if work.today > last:
        raise CardRefused(f"申诉期到{last.month}月{last.day}日为止，已经过了。可以写说明，监察员会看到。")
    append_act(work, card.row, card.case, CardActKind.APPEALED, actor, actor.desk, require_words(words))


def appeal_until(work: Work, row: CardRow) -> date:
    """Counted from the day it was put on record: before that nobody could know of it."""
    return last_day_to_answer(local_date(row.recorded_at), terms_of(work).appeal_working_days, work.calendar)


def judge_appeal(work: Work, card: KnownCard, actor: Actor, words: str, *, upheld: bool) -> None:
    """An upheld appeal withdraws the card, which stays visible. Raises CardActNotAllowed, CardRefused."""
    kind = CardActKind.UPHELD if upheld else CardActKind.DISMISSED
    require_act(card.life, kind, card.part, CARD_LIFE)
    _require_valid(card)
    if actor.account_id in card.life.explained_by:
        raise CardRefused("这张牌的说明或申诉是您写的，不能由您来审。请换一位监察员。")
    appeal = card.life.appeal
    if appeal and appeal.desk and not _oversees(work, actor, appeal.desk.region_code):
        raise CardRefused("提出申诉的部门不在您监察的地区，要由它上一级的监察员来审。")
    append_act(work, card.row, card.case, kind, actor, appeal.desk if appeal else None, require_words(words))
    if upheld:
        card.row.withdrawn_at, card.row.withdrawn_for = work.now, "appeal"


def require_watching(work: Work, card: KnownCard, actor: Actor, kind: CardActKind, desk: Desk) -> None:
    """Whoever watches over the desk may urge it, while the card holds. Raises CardActNotAllowed, CardRefused."""
    require_act(card.life, kind, card.part, CARD_LIFE)
    _require_valid(card)
    if desk not in card.desks or not _oversees(work, actor, desk.region_code):
        raise CardRefused("请选这张牌落在的部门；只能催办、督办您监察的地区的部门。")


def _require_valid(card: KnownCard) -> None:
    if card.row.withdrawn_at:
        raise CardRefused("这张牌已经撤销，不用再说明、申诉或催办。")


def require_words(words: str) -> str:
    """What is said about a card is read by others, and later by those who check; long numbers in it are masked.

    Raises CardRefused.
    """
    said = words.strip()
    if len(said) < 5:
        raise CardRefused("请写清楚（至少5个字），对方和以后查的人都会看到。")
    if len(said) > MAX_WORDS:
        raise CardRefused(f"最多写{MAX_WORDS}个字，请写短一点。")
    return mask_numbers(said)


def append_act(
    work: Work, card: CardRow, case: CaseRow, kind: CardActKind, actor: Actor | None, desk: Desk | None, words: str
) -> None:
    """Add one line to the card's life and keep its state as the fold of all lines says."""
    line = CardActRow(
        card_id=card.id,
        at=work.now,
        kind=kind,
        actor=actor.account_id if actor else "system",
        actor_name=actor.display_name if actor else SYSTEM,
        department=desk.department if desk else None,
        region_code=desk.region_code if desk else None,
        words=words,
    )
    work.session.add(line)
    work.session.flush()
    card.state = fold_card([_act(one) for one in db.list_acts(work.session, card.id)], desks_of_card(card)).state
    detail = {"card": card.id, "desk": f"{desk.region_code} {desk.department}" if desk else None}
    append_audit(
        work.session, at=work.now, actor=line.actor, action=f"card.{kind}", subject=case.case_number, detail=detail
    )


def escalate_card(work: Work, card_id: int) -> int:
    """A red card nobody explained in time is put before the next level. Returns 1 if it was. Idempotent."""
    seen = work.session.get(CardRow, card_id)
    case = work.session.get(CaseRow, seen.case_id, with_for_update=True) if seen else None
    card = db.lock_card(work.session, card_id)
    if card is None or case is None or card.escalated_at or card.withdrawn_at or card.state not in db.UNANSWERED:
        return 0
    card.escalated_at = work.now
    append_act(work, card, case, CardActKind.ESCALATED, None, None, "")
    return 1
