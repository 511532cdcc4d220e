"""权力运行: how one use of a village power walks its flow chart, step by step, and who may record, read and answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from forms.clock import written_date
from forms.item import days_in_words
from forms.power import Power, PowerStep, VotingRule
from forms.region import RegionTree
from server.domain.deadline import Limit, due_on
from server.domain.people import Actor, Role
from server.domain.vote import Count, Vote, VoteResult, judge
from server.domain.work_calendar import ONE_DAY, WorkCalendar

LATE_AFTER_DAYS = 1
EARLIEST_BACK = timedelta(days=3660)  # 发展党员 takes three years; a year typed wrong is further off


class UseState(StrEnum):
    """Stored as these words, labelled in `words`; a use outside the list walks no flow chart."""

    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    OUTSIDE_LIST = "outside_list"
    OUTSIDE_ANSWERED = "outside_answered"


class Finding(StrEnum):
    """What the supervisor finds about a use outside the list."""

    IN_LIST = "in_list"
    IMPROPER = "improper"
    NO_SUCH_MATTER = "no_such_matter"


class EntryKind(StrEnum):
    """A step as it was taken, the outcome of one whose days ran first, or the correction of either."""

    STEP = "step"
    OUTCOME = "outcome"
    CORRECTION = "correction"


class UseRefused(Exception):
    """Something that may not be recorded; the text says why, and what may."""


class StepOutOfTurn(UseRefused):
    """The flow chart does not allow this step now; `allowed` are the ids of those it does."""

    def __init__(self, flow: "Flow", course: "Course", step_id: str):
        self.allowed = course.allowed
        asked = flow.steps.get(step_id)
        named = f"“{asked.what}”" if asked else "这一步"
        super().__init__(f"现在不能记{named}。{_what_is_open(flow, course)}")


@dataclass(frozen=True)
class Flow:
    """A power and the voting rules its steps name, as they stood when the use began."""

    power: Power
    rules: Mapping[str, VotingRule]

    @property
    def steps(self) -> dict[str, PowerStep]:
        return self.power.steps_by_id


@dataclass(frozen=True)
class Entry:
    """What was recorded of one step, as far as the flow chart's rules look at it."""

    step_id: str
    done_on: date
    kind: EntryKind = EntryKind.STEP
    rule_id: str | None = None
    count: Count | None = None
    branch: str | None = None


@dataclass(frozen=True)
class Wait:
    """A step that may not come before a day, and the earlier step whose days must run first."""

    from_on: date
    step_id: str


@dataclass(frozen=True)
class Course:
    """Where a use stands: the steps that may be recorded next, or the step whose outcome is still to come.

    `again` says why the meeting recorded last must be held again.
    """

    allowed: tuple[str, ...]
    awaiting: str | None = None
    last_on: date | None = None
    waits: Mapping[str, Wait] = field(default_factory=dict)
    again: VoteResult | None = None

    @property
    def finished(self) -> bool:
        return not self.allowed and self.awaiting is None

    def earliest_on(self, step_id: str) -> date | None:
        """The first day this step may be dated; None when nothing bounds it."""
        wait = self.waits.get(step_id)
        return max((day for day in (self.last_on, wait and wait.from_on) if day), default=None)


def begin(flow: Flow) -> Course:
    return Course(allowed=(flow.power.steps[0].id,))


def read_course(flow: Flow, entries: Sequence[Entry], calendar: WorkCalendar) -> Course:
    """Raises UseRefused, CountWrong where an entry does not follow from those before it."""
    course = begin(flow)
    for entry in entries:
        course = advance(flow, course, entry, calendar)
    return course


def advance(flow: Flow, course: Course, entry: Entry, calendar: WorkCalendar) -> Course:
    """The course after one more entry. Raises UseRefused, CountWrong."""
    step = _step_in_turn(flow, course, entry)
    _require_order(flow, course, entry)
    if entry.kind is EntryKind.OUTCOME:
        return _decided(course, step, entry)
    if step.vote:
        return _voted(flow, course, step, entry, calendar)
    if runs_before_outcome(step):
        return _running(course, step, entry, calendar)
    return _gone_on(course, step, entry, _chosen(step, entry.branch), calendar)


def after_correction(
    flow: Flow, entries: Sequence[Entry], at: int, corrected: Entry, calendar: WorkCalendar
) -> Course | None:
    """The course with entry `at` corrected; None when what was recorded after it no longer follows from it.

    The correction itself must keep the rules. Raises UseRefused, CountWrong.
    """
    course = read_course(flow, [*entries[:at], corrected], calendar)
    try:
        for entry in entries[at + 1 :]:
            course = advance(flow, course, entry, calendar)
    except UseRefused:
        return None
    return course


def vote_of(flow: Flow, entry: Entry) -> Vote | None:
    """What the meeting came to; None for a step nobody votes on. Raises CountWrong."""
    if entry.rule_id is None or entry.count is None:
        return None
    return judge(flow.rules[entry.rule_id], entry.count)


def runs_before_outcome(step: PowerStep) -> bool:
    """公示 with 有无异议: it is recorded when it begins, its outcome when the days are over or an objection comes."""
    return bool(_lasts(step) and step.decision and not step.vote and not step.days_before)


def over_on(step: PowerStep, done_on: date, calendar: WorkCalendar) -> date:
    """The last of the days a step must last; the day itself is not counted (民法典 第201条).

    A last day that is a day off is not moved (第203条 does that for whoever must act by it): a meeting called ten days
    ahead may be held on a Sunday.
    """
    assert step.days is not None
    if step.day_unit == "working_day":
        last = due_on(Limit(step.days, "working_day"), done_on, calendar)
        assert last is not None  # no stops were given
        return last
    return done_on + timedelta(days=step.days)


def require_real_day(done_on: date, today: date) -> None:
    """Raises UseRefused."""
    if done_on > today:
        raise UseRefused(f"日期不能在今天（{written_date(today)}）之后。办了再记，请核对日期。")
    if done_on < today - EARLIEST_BACK:
        raise UseRefused(f"日期{written_date(done_on)}太早了，多半是年份写错了。请核对日期。")


def is_late_entry(done_on: date, entered_on: date) -> bool:
    """补录: entered more than a day after it was done."""
    return (entered_on - done_on).days > LATE_AFTER_DAYS


def may_record(actor: Actor, village_code: str) -> bool:
    """The village's own agent and nobody else: whoever oversees a power does not write its record."""
    return actor.role is Role.VILLAGE_AGENT and actor.desk.region_code == village_code


def may_read(actor: Actor, village_code: str, regions: RegionTree) -> bool:
    """Least privilege: the own village; township and supervisor, the own region."""
    overseeing = actor.role in (Role.TOWNSHIP_COUNTER, Role.SUPERVISOR)
    return may_record(actor, village_code) or (overseeing and regions.lies_in(village_code, actor.desk.region_code))


def may_answer(actor: Actor, village_code: str, regions: RegionTree) -> bool:
    """Who closes the flag of a use outside the list."""
    return actor.role is Role.SUPERVISOR and regions.lies_in(village_code, actor.desk.region_code)


def _lasts(step: PowerStep) -> bool:
    return step.days is not None and step.days_mean == "at_least"


def _step_in_turn(flow: Flow, course: Course, entry: Entry) -> PowerStep:
    """Raises StepOutOfTurn."""
    outcome = entry.kind is EntryKind.OUTCOME
    in_turn = entry.step_id == course.awaiting if outcome else entry.step_id in course.allowed
    if not in_turn:
        raise StepOutOfTurn(flow, course, entry.step_id)
    return flow.steps[entry.step_id]


def _what_is_open(flow: Flow, course: Course) -> str:
    if course.awaiting:
        step = flow.steps[course.awaiting]
        return f"“{step.what}”的结果还没有记，请先记结果：{'或'.join(step.labels)}。"
    if not course.allowed:
        return "这次用权的步骤已经走完，不用再记。"
    return f"现在能记的是：{'、'.join(f'“{flow.steps[name].what}”' for name in course.allowed)}。"


def _require_order(flow: Flow, course: Course, entry: Entry) -> None:
    """Raises UseRefused."""
    if course.last_on and entry.done_on < course.last_on:
        raise UseRefused(f"日期不能早于上一步的{written_date(course.last_on)}。请核对日期。")
    wait = course.waits.get(entry.step_id)
    if wait and entry.kind is EntryKind.STEP and entry.done_on < wait.from_on:
        raise UseRefused(f"{_days_to_run(flow.steps[wait.step_id])}，最早{written_date(wait.from_on)}才能办这一步。")


def _days_to_run(step: PowerStep) -> str:
    return f"“{step.what}”要满{days_in_words(step.days, step.day_unit or 'calendar_day')}（当天不算）"


def _chosen(step: PowerStep, branch: str | None) -> tuple[str, ...]:
    """The steps the chosen branch leads to. Raises UseRefused."""
    if not step.decision:
        if branch:
            raise UseRefused(f"“{step.what}”没有分支，不用选结果。")
        return step.next
    if branch not in step.labels:
        raise UseRefused(f"请选结果（{step.decision}）：{'或'.join(step.labels)}。")
    return (step.next[step.labels.index(branch)],)


def _voted(flow: Flow, course: Course, step: PowerStep, entry: Entry, calendar: WorkCalendar) -> Course:
    """The numbers decide the branch; the one who records states it as well, so that a slip of either is found.

    Raises UseRefused, CountWrong.
    """
    if entry.rule_id not in step.vote or entry.count is None:
        bodies = "、".join(flow.rules[name].body for name in step.vote)
        raise UseRefused(f"请先选这次开的是什么会：{bodies}。")
    vote = judge(flow.rules[entry.rule_id], entry.count)
    if vote.result is VoteResult.NOT_VALID or (vote.result is VoteResult.FAILED and not step.decision):
        if entry.branch:
            raise UseRefused(f"{vote.sentence}没有结果可选；如果开成了会，请核对人数。")
        return replace(course, allowed=(step.id,), last_on=entry.done_on, again=vote.result)
    if step.decision:
        fitting = step.labels[:1] if vote.result is VoteResult.PASSED else step.labels[1:]
        if entry.branch not in fitting:
            raise UseRefused(f"{vote.sentence}结果只能选“{'”或“'.join(fitting)}”。请核对人数，或者改选结果。")
    return _gone_on(course, step, entry, _chosen(step, entry.branch), calendar)


def _running(course: Course, step: PowerStep, entry: Entry, calendar: WorkCalendar) -> Course:
    if entry.branch:
        raise UseRefused(f"“{step.what}”先记开始的日期；结果等日子满了，或有人提出了，再记。")
    over = Wait(over_on(step, entry.done_on, calendar) + ONE_DAY, step.id)
    return Course(allowed=(), awaiting=step.id, last_on=entry.done_on, waits={**course.waits, step.id: over})


def _decided(course: Course, step: PowerStep, entry: Entry) -> Course:
    """无异议 is known when the days are over, 有异议 as soon as somebody objects. Raises UseRefused."""
    chosen, over = _chosen(step, entry.branch), course.waits[step.id]
    if entry.branch == step.labels[0] and entry.done_on < over.from_on:
        raise UseRefused(f"{_days_to_run(step)}，最早{written_date(over.from_on)}才能记“{entry.branch}”。")
    kept = {name: wait for name, wait in course.waits.items() if name != step.id}
    return Course(allowed=chosen, last_on=entry.done_on, waits=kept)


def _gone_on(course: Course, step: PowerStep, entry: Entry, onward: tuple[str, ...], calendar: WorkCalendar) -> Course:
    waits = {name: wait for name, wait in course.waits.items() if name != step.id}
    if _lasts(step):
        over = Wait(over_on(step, entry.done_on, calendar) + ONE_DAY, step.id)
        waits |= dict.fromkeys((step.days_before,) if step.days_before else onward, over)
    return Course(allowed=onward, last_on=entry.done_on, waits=waits)
