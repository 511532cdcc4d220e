"""What the console shows of follow-ups: the list with the clock first, one of them, and, on record, whose case it is."""

from dataclasses import dataclass
from datetime import date, datetime

from server.db import follow_up as db
from server.db.audit import append_audit
from server.db.deadline import ClockRow
from server.db.follow_up import FollowUpEntryRow
from server.domain.deadline import working_days_left
from server.domain.follow_up import (
    STATE_LABELS,
    STEP_LABELS,
    Part,
    State,
    Step,
    allowed_steps,
    department_answered_for,
    parts_of,
)
from server.domain.people import Actor, Desk
from server.domain.rating import ASPECT_LABELS, CHANNELS, LABELS
from server.services.answers import answers_of
from server.services.follow_up import (
    CALL_BACK,
    RECTIFY,
    FollowUpHidden,
    Known,
    assignable,
    clocks_of,
    get_for,
    get_known,
    phone_of,
)
from server.services.item_version import item_of
from server.services.work import Work

SHOWN = 100
CLOCK_LABELS = {CALL_BACK: "回访", RECTIFY: "整改"}


@dataclass(frozen=True)
class FollowUpClock:
    """One limit in words; `card` is 'red', 'yellow' or None."""

    label: str
    words: str
    due_on: date | None
    card: str | None
    is_over: bool


@dataclass(frozen=True)
class FollowUpLine:
    """One follow-up in the list: no case, no name, no matter (a desk with one case would know whose it is).

    `opened_at` is None for the desk: whoever served one person that day would know who rated.
    """

    id: str
    clock: FollowUpClock | None
    grade_label: str
    state: str
    state_label: str
    desk: str
    opened_at: datetime | None
    handler_name: str | None
    is_mine: bool
    set_aside: bool


@dataclass(frozen=True)
class FollowUpStep:
    """One line of the history."""

    label: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class FollowUpPage:
    """One follow-up; `steps` are what this person may do now, `desks` whom it may be assigned to, with who may act there."""

    line: FollowUpLine
    clocks: tuple[FollowUpClock, ...]
    comment: str
    aspects: tuple[str, ...]
    channel: str
    may_be_called: bool
    history: tuple[FollowUpStep, ...]
    steps: tuple[tuple[str, str], ...]
    desks: tuple[tuple[str, str, tuple[str, ...]], ...]
    may_reveal: bool
    second_label: str | None
    second_comment: str | None


@dataclass(frozen=True)
class Revealed:
    """Whose case it is and whom to call; only for the follow-up's handler."""

    case_number: str
    item_name: str
    applicant: str
    phone: str | None


def list_lines(work: Work, actor: Actor) -> list[FollowUpLine]:
    """Those this person has a part in, the most urgent first, closed ones last."""
    villages = work.catalogue.regions.village_codes_in(actor.desk.region_code)
    lines = []
    for row in db.list_follow_ups(work.session, villages, SHOWN, department=department_answered_for(actor)):
        known = get_known(work, row)
        if parts := parts_of(actor, known.standing, work.catalogue.regions):
            lines.append(_line(work, known, parts))
    return sorted(lines, key=_urgency)


def _urgency(line: FollowUpLine) -> tuple[bool, bool, date]:
    """Equals stay in the order of the rows: the oldest first."""
    due = line.clock.due_on if line.clock else None
    return line.state == State.CLOSED, due is None, due or date.max


def _line(work: Work, known: Known, parts: frozenset[Part]) -> FollowUpLine:
    faces = _faces(work, known, parts)
    return FollowUpLine(
        id=known.row.id,
        clock=next((face for face in faces[::-1] if not face.is_over), None),
        grade_label=LABELS[known.rating.grade],
        state=known.row.state,
        state_label=STATE_LABELS[State(known.row.state)],
        desk=desk_words(work, known.desk),
        opened_at=None if Part.HEAD in parts else known.row.opened_at,
        handler_name=known.row.handler_name,
        is_mine=Part.HANDLER in parts,
        set_aside=known.rating.set_aside_at is not None,
    )


def desk_words(work: Work, desk: Desk) -> str:
    return f"{work.catalogue.regions.get(desk.region_code).short_name}·{desk.department}"


def _faces(work: Work, known: Known, parts: frozenset[Part]) -> tuple[FollowUpClock, ...]:
    """A desk has its own clock only: the call's began when somebody rated."""
    clocks, own = clocks_of(work, known.case.id), (RECTIFY,) if Part.HEAD in parts else tuple(CLOCK_LABELS)
    return tuple(_face(work, CLOCK_LABELS[subject], clocks[subject]) for subject in own if subject in clocks)


def _entries(known: Known, parts: frozenset[Part]) -> tuple[FollowUpEntryRow, ...]:
    """A desk reads from its assignment on: what was said on the telephone is between rater and control centre."""
    if Part.HEAD not in parts:
        return known.entries
    since = next(entry.position for entry in known.entries if entry.step == Step.ASSIGN)
    return tuple(entry for entry in known.entries if entry.position >= since)


def _face(work: Work, label: str, clock: ClockRow) -> FollowUpClock:
    colours = {card.colour for card in clock.standing_cards}
    card = "red" if "red" in colours else "yellow" if "yellow" in colours else None
    return FollowUpClock(label, _clock_words(work, clock), clock.due_on, card, clock.finished_at is not None)


def _clock_words(work: Work, clock: ClockRow) -> str:
    if clock.finished_at:
        return "已完成"
    if clock.due_on is None:
        return "等综控中心，停表"
    left = working_days_left(clock.due_on, work.now, work.calendar)
    return f"超 {-left} 个工作日" if left < 0 else f"还剩 {left} 个工作日" if left else "今天到期"


def follow_up_page(work: Work, actor: Actor, follow_up_id: str) -> FollowUpPage:
    """Raises FollowUpHidden."""
    known, parts = get_for(work, actor, follow_up_id)
    rating, steps = known.rating, allowed_steps(known.standing, parts)
    desks = assignable(work, known.case) if Step.ASSIGN in steps else {}
    return FollowUpPage(
        line=_line(work, known, parts),
        clocks=_faces(work, known, parts),
        comment=rating.comment,
        aspects=tuple(ASPECT_LABELS[aspect] for aspect in rating.aspects),
        channel=CHANNELS.get(rating.channel, rating.channel),
        may_be_called=known.row.may_be_called,
        history=tuple(
            FollowUpStep(STEP_LABELS[Step(entry.step)], entry.words, entry.entered_by_name, entry.entered_at)
            for entry in _entries(known, parts)
        ),
        steps=tuple((step.value, STEP_LABELS[step]) for step in steps),
        desks=tuple((desk_key(desk), desk_words(work, desk), people) for desk, people in desks.items()),
        may_reveal=Part.HANDLER in parts and known.row.state != State.CLOSED,
        second_label=LABELS[rating.second_grade] if rating.second_grade else None,
        second_comment=rating.second_comment,
    )


def desk_key(desk: Desk) -> str:
    return f"{desk.region_code} {desk.department}"


def desk_from_key(key: str) -> Desk | None:
    region_code, _, department = key.partition(" ")
    return Desk(department, region_code) if department else None


def reveal_case(work: Work, actor: Actor, follow_up_id: str) -> Revealed:
    """Every such look is on record (个人信息保护法 第51条). Raises FollowUpHidden."""
    known, parts = get_for(work, actor, follow_up_id)
    if Part.HANDLER not in parts or known.row.state == State.CLOSED:
        raise FollowUpHidden
    case = known.case
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action="follow_up.case_viewed",
        subject=case.case_number,
        detail={"follow_up": follow_up_id},
    )
    called = known.row.may_be_called
    name = item_of(case).applicant_name(answers_of(work, case))
    phone = phone_of(work, case) if called else None
    return Revealed(case.case_number, case.item_name, name if called else case.applicant_masked, phone)
