"""What the screens show of uses of village powers: lists, one use step by step, and what may be recorded next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forms.clock import local_date
from forms.item import days_in_words
from forms.power import Power, PowerStep, VotingRule
from server.db import power_use as db
from server.db.power_use import PowerUseEntryRow, PowerUseRow
from server.domain.people import Actor, Role
from server.domain.power_use import (
    Course,
    EntryKind,
    Flow,
    UseState,
    is_late_entry,
    may_answer,
    may_record,
    read_course,
    runs_before_outcome,
    vote_of,
)
from server.domain.vote import VoteResult, asks_agreed, asks_present, is_meeting, rule_in_words, unit
from server.domain.words import FINDING, POWER_USE
from server.services.power_use import UseHidden, effective, entry_of, flow_of, get_use_to_see
from server.services.work import Work

SHOWN = 100


@dataclass(frozen=True)
class UseLine:
    """One use in a list; `standing` is the step recorded last."""

    id: str
    village_code: str
    village: str
    power_code: str | None
    power_name: str | None
    title: str
    state: str
    state_label: str
    standing: str
    begun_at: datetime


@dataclass(frozen=True)
class PublicUses:
    """Uses anybody may read, newest first; `withheld` are powers of which only the count is published."""

    lines: tuple[UseLine, ...]
    withheld: tuple[tuple[str, int], ...]
    total: int


@dataclass(frozen=True)
class Said:
    """What one entry or its correction says of a step."""

    done_on: date
    presided_by: str
    note: str
    rule_id: str | None
    body: str | None
    numbers: tuple[tuple[str, int], ...]
    verdict: str | None
    result: str | None
    branch: str | None
    entered_at: datetime
    entered_by: str
    late: bool
    reason: str | None

    @property
    def held(self) -> bool:
        return self.result != VoteResult.NOT_VALID


@dataclass(frozen=True)
class UseStep:
    """One recorded step with its corrections, oldest first; `time` counts how often this step was taken."""

    position: int
    step_id: str
    is_outcome: bool
    who: str
    what: str
    decision: str | None
    time: int
    first: Said
    corrections: tuple[Said, ...]

    @property
    def standing(self) -> Said:
        return self.corrections[-1] if self.corrections else self.first


@dataclass(frozen=True)
class Body:
    """Whose meeting it may be, and what its rule asks for."""

    rule: VotingRule
    words: str
    unit: str
    asks_present: bool
    asks_agreed: bool
    is_meeting: bool


@dataclass(frozen=True)
class NextStep:
    """What may be recorded now: the form shows this and nothing else."""

    kind: EntryKind
    position: int
    step: PowerStep
    bodies: tuple[Body, ...]
    labels: tuple[str, ...]
    days: str | None
    earliest_on: date | None
    passing_from: date | None
    again: VoteResult | None


@dataclass(frozen=True)
class UsePage:
    """Everything one use shows; `entries` counts the places of its record taken so far."""

    id: str
    village_code: str
    village: str
    power: Power | None
    title: str
    state: str
    state_label: str
    counts_only: bool
    begun_at: datetime
    recorded_by: str
    reason: str | None
    closed_at: datetime | None
    finding: str | None
    finding_words: str | None
    finding_power: tuple[str, str] | None
    answered_by: str | None
    answered_at: datetime | None
    steps: tuple[UseStep, ...]
    next_steps: tuple[NextStep, ...]
    entries: int
    may_record: bool
    may_answer: bool


def list_uses(work: Work, actor: Actor) -> list[UseLine]:
    """The own village's, or the region's with unanswered flags first. Raises UseHidden for whoever has neither."""
    if actor.role is Role.VILLAGE_AGENT:
        villages = [actor.desk.region_code]
    elif actor.role in (Role.TOWNSHIP_COUNTER, Role.SUPERVISOR):
        villages = work.catalogue.regions.village_codes_in(actor.desk.region_code)
    else:
        raise UseHidden
    return [_line(work, use) for use in db.list_uses_of_villages(work.session, villages, SHOWN)]


def use_page(work: Work, actor: Actor, use_id: str) -> UsePage:
    """For those who record and oversee. Raises UseHidden."""
    use = get_use_to_see(work, actor, use_id)
    records = may_record(actor, use.village_code)
    answers = use.state == UseState.OUTSIDE_LIST and may_answer(actor, use.village_code, work.catalogue.regions)
    return _page(work, use, records=records, answers=answers)


def public_use(work: Work, use_id: str) -> UsePage:
    """For anybody. Raises UseHidden for a use whose power publishes only how many there were."""
    use = db.find_use(work.session, use_id)
    if use is None or use.counts_only:
        raise UseHidden
    return _page(work, use, records=False, answers=False)


def list_village_uses(work: Work, village_code: str) -> PublicUses:
    """A village's uses, newest first. Raises UnknownRegion."""
    work.catalogue.regions.get(village_code)
    return _public(work, village_code=village_code)


def list_power_uses(work: Work, power_code: str) -> PublicUses:
    """One power's uses in all villages, newest first."""
    return _public(work, power_code=power_code)


def bodies_of(flow: Flow, step: PowerStep) -> tuple[Body, ...]:
    return tuple(body_of(flow.rules[name]) for name in step.vote)


def body_of(rule: VotingRule) -> Body:
    return Body(rule, rule_in_words(rule), unit(rule), asks_present(rule), asks_agreed(rule), is_meeting(rule))


def days_of(step: PowerStep) -> str | None:
    """要满5个自然日, or 要在5个工作日内办好."""
    if step.days is None:
        return None
    days = days_in_words(step.days, step.day_unit or "calendar_day")
    return f"要在{days}内办好" if step.days_mean == "at_most" else f"要满{days}"


def _public(work: Work, **narrowed: str) -> PublicUses:
    kinds = db.count_uses(work.session, **narrowed)
    return PublicUses(
        lines=tuple(_line(work, use) for use in db.list_public_uses(work.session, SHOWN, **narrowed)),
        withheld=tuple((name or "", count) for _, name, counts_only, count in kinds if counts_only),
        total=sum(count for *_, count in kinds),
    )


def _line(work: Work, use: PowerUseRow) -> UseLine:
    return UseLine(
        id=use.id,
        village_code=use.village_code,
        village=work.catalogue.regions.full_name(use.village_code),
        power_code=use.power_code,
        power_name=use.power_name,
        title=use.title,
        state=use.state,
        state_label=POWER_USE[use.state],
        standing=_last_recorded(use) or (FINDING[use.finding] if use.finding else ""),
        begun_at=use.begun_at,
    )


def _last_recorded(use: PowerUseRow) -> str:
    """Read from the kept version as it lies: a list of a hundred is not a hundred powers parsed."""
    steps = (use.power_version or {}).get("steps", ())
    return next((step["what"] for step in steps if step["id"] == use.last_step_id), "")


def _page(work: Work, use: PowerUseRow, *, records: bool, answers: bool) -> UsePage:
    flow = flow_of(use) if use.power_version else None
    rows = db.list_entries(work.session, use.id)
    running = flow is not None and use.state == UseState.RUNNING
    found = work.catalogue.powers.get(use.finding_power_code or "")
    return UsePage(
        id=use.id,
        village_code=use.village_code,
        village=work.catalogue.regions.full_name(use.village_code),
        power=flow.power if flow else None,
        title=use.title,
        state=use.state,
        state_label=POWER_USE[use.state],
        counts_only=use.counts_only,
        begun_at=use.begun_at,
        recorded_by=use.recorded_by_name,
        reason=use.reason,
        closed_at=use.closed_at,
        finding=FINDING[use.finding] if use.finding else None,
        finding_words=use.finding_words,
        finding_power=(found.code, found.name) if found else None,
        answered_by=use.answered_by_name,
        answered_at=use.answered_at,
        steps=_steps(flow, rows) if flow else (),
        next_steps=_next_steps(work, flow, rows) if flow and running else (),
        entries=len(rows),
        may_record=records,
        may_answer=answers,
    )


def _steps(flow: Flow, rows: Sequence[PowerUseEntryRow]) -> tuple[UseStep, ...]:
    taken: Counter[tuple[str, str]] = Counter()
    steps = []
    for row in rows:
        if row.kind == EntryKind.CORRECTION:
            continue
        taken[row.step_id, row.kind] += 1
        step = flow.steps[row.step_id]
        steps.append(
            UseStep(
                position=row.position,
                step_id=row.step_id,
                is_outcome=row.kind == EntryKind.OUTCOME,
                who=step.who,
                what=step.what,
                decision=step.decision,
                time=taken[row.step_id, row.kind],
                first=_said(flow, row),
                corrections=tuple(_said(flow, other) for other in rows if other.corrects == row.position),
            )
        )
    return tuple(steps)


def _said(flow: Flow, row: PowerUseEntryRow) -> Said:
    vote = vote_of(flow, entry_of(row, EntryKind(row.kind)))
    rule = flow.rules[row.rule_id] if row.rule_id else None
    counted = (("应到", row.due), ("实到", row.present), ("赞成", row.agreed))
    return Said(
        done_on=row.done_on,
        presided_by=row.presided_by,
        note=row.note,
        rule_id=row.rule_id,
        body=rule.body if rule else None,
        numbers=tuple((label, number) for label, number in counted if number is not None),
        verdict=vote.sentence if vote else None,
        result=vote.result if vote else None,
        branch=row.branch,
        entered_at=row.entered_at,
        entered_by=row.entered_by_name,
        late=row.kind != EntryKind.CORRECTION and is_late_entry(row.done_on, local_date(row.entered_at)),
        reason=row.reason,
    )


def _next_steps(work: Work, flow: Flow, rows: Sequence[PowerUseEntryRow]) -> tuple[NextStep, ...]:
    course = read_course(flow, list(effective(rows).values()), work.calendar)
    position = len(rows) + 1
    if course.awaiting:
        return (_next(flow, course, flow.steps[course.awaiting], position, EntryKind.OUTCOME),)
    return tuple(_next(flow, course, flow.steps[name], position, EntryKind.STEP) for name in course.allowed)


def _next(flow: Flow, course: Course, step: PowerStep, position: int, kind: EntryKind) -> NextStep:
    outcome = kind is EntryKind.OUTCOME
    return NextStep(
        kind=kind,
        position=position,
        step=step,
        bodies=() if outcome else bodies_of(flow, step),
        labels=() if not outcome and runs_before_outcome(step) else step.labels,
        days=days_of(step),
        earliest_on=course.last_on if outcome else course.earliest_on(step.id),
        passing_from=course.earliest_on(step.id) if outcome else None,
        again=course.again,
    )


def correction_form(work: Work, actor: Actor, use_id: str, position: int) -> tuple[UsePage, UseStep, NextStep]:
    """The entry at `position`, and the form that corrects it. Raises UseHidden, also for an entry that is not there."""
    page = use_page(work, actor, use_id)
    found = next((step for step in page.steps if step.position == position), None)
    if found is None or not page.may_record:
        raise UseHidden
    flow = flow_of(get_use_to_see(work, actor, use_id))
    kind = EntryKind.OUTCOME if found.is_outcome else EntryKind.STEP
    form = _next(flow, Course(allowed=()), flow.steps[found.step_id], page.entries + 1, kind)
    return page, found, form
