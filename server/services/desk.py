"""What a desk sees: its inbox with the clock first, one case with papers and history, and what it may do to it."""

from dataclasses import dataclass
from datetime import date, datetime

from forms.clock import local_date
from forms.item import UNIT_WORDS
from server.db import case as db
from server.db.audit import append_audit
from server.db.case import CaseRow, DocumentRow, EventRow, StageRow
from server.db.correction import find_open_correction
from server.db.deadline import (
    CardRow,
    ClockRow,
    list_cards,
    list_cards_of_desk,
    list_cards_of_villages,
    list_clocks,
)
from server.domain.card_rules import WHOLE_CASE, ClockKind, Rule
from server.domain.case import CLOSED, Action, Status, allowed_actions
from server.domain.disclosure import stated_labels
from server.domain.people import Actor, Desk, Role, may_see_case
from server.domain.review import StageState, asks_for_judgement
from server.domain.words import ACTION, CARD, CLOCK, EVENT, PAUSE, RULE, STATUS, VERDICT
from server.services.answers import answers_of, shown_answers
from server.services.assignment import seat
from server.services.case_list import InboxLine, list_inbox, list_past, overseen_villages
from server.services.correction import PaperToBring, correctable_materials, papers_to_bring
from server.services.item_version import item_of
from server.services.offers import MoreActions, more_actions
from server.services.review import STAGE_ACTIONS, desk_name, desks_of
from server.services.roster_gate import labels_of_rows
from server.services.tracking import ClockFace, clock_face, clock_in_words
from server.services.work import Work

__all__ = ["CaseHidden", "InboxLine", "case_page", "get_case_to_act", "get_case_to_see", "list_inbox", "list_past"]

PAST_SHOWN = 100  # of the cards other programs fetch


class CaseHidden(LookupError):
    """No such case, or none this person may see: the two are told alike, so that numbers cannot be tried out (BOLA)."""

    def __init__(self) -> None:
        super().__init__("没有找到这件，或者它不归您这里办。请核对办件编号。")


@dataclass(frozen=True)
class Card:
    """A yellow or red card as the case shows it; `may_open` for its desks and whoever watches over them."""

    id: int
    may_open: bool
    case_number: str
    colour: str
    label: str
    clock_label: str
    due_on: date
    fell_at: datetime
    desks: tuple[str, ...]
    withdrawn: bool


@dataclass(frozen=True)
class ClockLine:
    """One limit of a case in words."""

    label: str
    limit: str
    due_on: date | None
    words: str
    pauses: tuple[str, ...]
    finished: bool
    whole: bool


@dataclass(frozen=True)
class Paper:
    """One document in the viewer; `pages` are the PDF's own."""

    id: str
    name: str
    pages: int
    captured_at: datetime
    checked_with_original: bool
    replaced: bool


@dataclass(frozen=True)
class StageLine:
    """One stage of the routing form."""

    desk: str
    what: str
    state: str
    verdict: str | None
    opinion: str | None
    handled_by: str | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Happening:
    """One line of the history; `late_entry` when it was entered over an hour after it happened."""

    label: str
    note: str
    actor: str
    at: datetime
    late_entry: bool


@dataclass(frozen=True)
class CasePage:
    """Everything one case page shows; `actions` are the ones this person may take now, in the table's order."""

    case_number: str
    item_code: str
    item_name: str
    is_batch: bool
    applicant: str
    village: str
    agent: str
    status: str
    status_label: str
    is_closed: bool
    received_at: datetime
    clocks: tuple[ClockLine, ...]
    cards: tuple[Card, ...]
    answers: tuple[tuple[str, str], ...]
    papers: tuple[Paper, ...]
    stages: tuple[StageLine, ...]
    history: tuple[Happening, ...]
    actions: tuple[tuple[str, str], ...]
    more: MoreActions
    may_be_not_applicable: bool
    correctable: tuple[tuple[str, str], ...]
    asked: tuple[PaperToBring, ...]
    stated_labels: tuple[str, ...]
    unconfirmed: bool
    decision_reason: str | None


def get_case_to_see(work: Work, actor: Actor, case_number: str) -> CaseRow:
    """Raises CaseHidden."""
    return _visible(work, actor, db.find_case_by_number(work.session, case_number))


def get_case_to_act(work: Work, actor: Actor, case_number: str) -> CaseRow:
    """The case locked for this transaction. Raises CaseHidden."""
    return _visible(work, actor, db.lock_case(work.session, case_number))


def _visible(work: Work, actor: Actor, case: CaseRow | None) -> CaseRow:
    if case is None or not may_see_case(actor, desks_of(case), case.village_code, work.catalogue.regions):
        raise CaseHidden
    return case


def case_page(work: Work, actor: Actor, case_number: str, *, in_full: bool = False) -> CasePage:
    """`in_full` shows numbers unmasked; the view asks for it by POST and `note_full_view` records it. Raises CaseHidden."""
    case = get_case_to_see(work, actor, case_number)
    actor = seat(case, actor)
    item = item_of(case)
    correction = find_open_correction(work.session, case.id)
    # Whether and how the villager rated is kept from the desks that served (评价人信息保密): their clocks tell it too.
    clocks = {clock.id: clock for clock in list_clocks(work.session, case.id) if clock.kind != ClockKind.FOLLOW_UP}
    cards = [card for card in list_cards(work.session, case.id) if card.rule != Rule.FOLLOW_UP_LIMIT]
    events = [event for event in db.list_events(work.session, case.id) if event.kind != "rated"]
    of_rows = labels_of_rows(work, case)
    return CasePage(
        case_number=case.case_number,
        item_code=case.item_code,
        item_name=case.item_name,
        is_batch=item.batch,
        applicant=case.applicant_masked,
        village=work.catalogue.regions.full_name(case.village_code),
        agent=case.agent_display_name,
        status=case.status,
        status_label=STATUS[case.status],
        is_closed=case.status in CLOSED,
        received_at=case.received_at,
        clocks=tuple(_clock_line(work, case, clock) for clock in clocks.values()),
        cards=tuple(_card(work, actor, case, clocks.get(card.clock_id), card) for card in cards),
        answers=tuple(shown_answers(work, case, in_full=in_full)),
        papers=tuple(_paper(document) for document in db.list_documents(work.session, case.id)),
        stages=tuple(_stage_line(work, case, row) for row in case.stages),
        history=tuple(_happening(event) for event in events),
        actions=_actions(work, case, actor),
        more=more_actions(work, case, actor),
        may_be_not_applicable=needs_judgement(work, case, actor),
        correctable=tuple((material.id, material.name) for material in correctable_materials(item)),
        asked=papers_to_bring(case, correction) if correction else (),
        stated_labels=tuple(label for label in stated_labels(item) if label not in of_rows),
        unconfirmed=not item.is_confirmed,
        decision_reason=case.decision_reason,
    )


def note_full_view(work: Work, actor: Actor, case_number: str) -> None:
    """Who looked at unmasked personal data, and when (个人信息保护法 第51条; 居民身份证法 第19条)."""
    get_case_to_see(work, actor, case_number)
    append_audit(work.session, at=work.now, actor=actor.account_id, action="case.viewed_in_full", subject=case_number)


def get_paper(work: Work, actor: Actor, case_number: str, document_id: str) -> tuple[Paper, bytes, str]:
    """(paper, its PDF, the watermark's words). The reading is put on record. Raises CaseHidden."""
    case = get_case_to_see(work, actor, case_number)
    found = [row for row in db.list_documents(work.session, case.id) if row.id == document_id]
    if not found:
        raise CaseHidden
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action="document.viewed",
        subject=case_number,
        detail={"material": found[0].material_id},
    )
    words = f"仅供办理{case.item_name}使用 {actor.display_name} {work.today.isoformat()}"
    return _paper(found[0]), work.tools.blobs.get(found[0].sha256), words


def note_printing(work: Work, actor: Actor, case_number: str, document_id: str) -> Paper:
    """The paper about to be printed; the printing is put on record. Raises CaseHidden."""
    case = get_case_to_see(work, actor, case_number)
    found = [row for row in db.list_documents(work.session, case.id) if row.id == document_id]
    if not found:
        raise CaseHidden
    detail = {"material": found[0].material_id}
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action="document.printed",
        subject=case_number,
        detail=detail,
    )
    return _paper(found[0])


def _clock_line(work: Work, case: CaseRow, clock: ClockRow) -> ClockLine:
    face: ClockFace = clock_face(work, clock)
    return ClockLine(
        label=_clock_label(case, clock),
        limit=f"{clock.amount}{UNIT_WORDS[clock.unit]}",
        due_on=clock.due_on,
        words="已停止计时" if clock.finished_at else clock_in_words(face),
        pauses=tuple(_pause_words(stop) for stop in clock.stops),
        finished=clock.finished_at is not None,
        whole=clock.kind in WHOLE_CASE,
    )


def _clock_label(case: CaseRow, clock: ClockRow) -> str:
    if clock.stage_id is None or clock.department is None:
        return CLOCK[clock.kind]
    return f"{CLOCK[clock.kind]}（{clock.department}）"


def _pause_words(stop: dict[str, str | None]) -> str:
    began = local_date(datetime.fromisoformat(str(stop["started_at"])))
    ended = stop["ended_at"] and local_date(datetime.fromisoformat(stop["ended_at"]))
    until = f"{ended:%m-%d}" if ended else f"今，结束要等{stop['may_end']}" if stop.get("may_end") else "今"
    return f"{PAUSE[str(stop['reason'])]}：{began:%m-%d} 至 {until}"


def _card(work: Work, actor: Actor, case: CaseRow, clock: ClockRow | None, card: CardRow) -> Card:
    regions = work.catalogue.regions
    desks = tuple(f"{regions.get(desk.region_code).short_name}·{desk.department}" for desk in card.fell_on)
    label = _clock_label(case, clock) if clock else RULE[card.rule]
    withdrawn = card.withdrawn_at is not None
    may_open = actor.role is Role.SUPERVISOR or actor.desk in {
        Desk(desk.department, desk.region_code) for desk in card.fell_on
    }
    # A late follow-up names no case: its desk must not learn who rated it badly.
    number = "" if card.rule == Rule.FOLLOW_UP_LIMIT else case.case_number
    return Card(
        card.id,
        may_open,
        number,
        card.colour,
        CARD[card.colour],
        label,
        card.due_on,
        card.fell_at,
        desks,
        withdrawn,
    )


def list_recent_cards(work: Work, actor: Actor) -> list[Card]:
    """The newest cards this person may see."""
    if actor.role is Role.SUPERVISOR:
        cards = list_cards_of_villages(work.session, overseen_villages(work, actor), PAST_SHOWN)
    else:
        cards = list_cards_of_desk(work.session, actor.desk.department, actor.desk.region_code, PAST_SHOWN)
    shown = []
    for card in cards:
        case = work.session.get(CaseRow, card.case_id)
        clock = work.session.get(ClockRow, card.clock_id) if card.clock_id else None
        shown.append(_card(work, actor, case, clock, card))
    return shown


def _paper(row: DocumentRow) -> Paper:
    return Paper(row.id, row.name, row.sheets, row.captured_at, row.checked_with_original, row.replaced_at is not None)


def _stage_line(work: Work, case: CaseRow, row: StageRow) -> StageLine:
    stage = next(stage for stage in item_of(case).stages if stage.id == row.stage_id)
    return StageLine(
        desk=desk_name(work, row),
        what=stage.what,
        state=row.state,
        verdict=VERDICT[row.verdict] if row.verdict else None,
        opinion=row.opinion,
        handled_by=row.handled_by,
        finished_at=row.finished_at,
    )


def _happening(event: EventRow) -> Happening:
    late = (event.entered_at - event.happened_at).total_seconds() > 3600
    return Happening(EVENT[event.kind], event.public_note, event.actor_name, event.happened_at, late)


def _own_stage(case: CaseRow, actor: Actor) -> StageRow | None:
    return next(
        (
            row
            for row in case.stages
            if row.state == StageState.ACTIVE and Desk(row.department, row.region_code) == actor.desk
        ),
        None,
    )


def _actions(work: Work, case: CaseRow, actor: Actor) -> tuple[tuple[str, str], ...]:
    """The buttons: the table's actions, as far as the open stage is this desk's."""
    own = _own_stage(case, actor)
    if own is None:
        return ()
    kind = next(stage.action for stage in item_of(case).stages if stage.id == own.stage_id)
    offered = []
    for action in allowed_actions(Status(case.status), actor.role):
        if STAGE_ACTIONS.get(action) == kind or action is Action.REQUEST_CORRECTION:
            offered.append((action.value, ACTION[action]))
    return tuple(offered)


def needs_judgement(work: Work, case: CaseRow, actor: Actor) -> bool:
    """Whether this desk's open step may be 不适用, which only somebody who looked can say."""
    own = _own_stage(case, actor)
    if own is None:
        return False
    answers = answers_of(work, case)
    return any(asks_for_judgement(stage, answers) for stage in item_of(case).stages if stage.id == own.stage_id)
