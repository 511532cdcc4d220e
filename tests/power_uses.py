"""Uses of village powers the way an agent would record them: ways through the flow chart, and meetings that pass or fail."""

from collections import deque
from datetime import date, timedelta
from itertools import count as counting
from uuid import uuid4

from forms.catalogue import load_catalogue
from forms.power import VotingRule
from server.adapters.holidays import beihai_calendar
from server.bootstrap import Installation
from server.domain.people import Actor
from server.domain.power_use import Course, Entry, EntryKind, Flow, advance, begin, runs_before_outcome
from server.domain.vote import Count, asks_agreed, asks_present, is_meeting, least
from server.services.power_use import StepReport, begin_use, record
from tests.factories import VILLAGE_AGENT

CATALOGUE = load_catalogue()
CALENDAR = beihai_calendar()
LONG_AGO = date(2022, 3, 1)  # a party member is admitted over three years
Way = list[tuple[str, str | None]]


def flow_for(code: str) -> Flow:
    return Flow(CATALOGUE.get_power(code), CATALOGUE.voting_rules)


def passing(rule: VotingRule, due: int = 60) -> Count:
    """Just enough came, and just enough agreed."""
    came = least(rule.present, due) if rule.present else due
    base = due if rule.agree and rule.agree.of == "due" else came
    agreed = least(rule.agree, base) if rule.agree else None
    came = max(came, agreed or 0)
    return Count(due, came if asks_present(rule) else None, agreed)


def failing(rule: VotingRule, due: int = 60) -> Count:
    """One short of what is needed to pass; the meeting itself is valid."""
    enough = passing(rule, due)
    if not asks_agreed(rule):
        return Count(due, enough.present - 1)
    return Count(due, enough.present, enough.agreed - 1)


def void(rule: VotingRule, due: int = 60) -> Count:
    """One short of a meeting at all."""
    assert is_meeting(rule)
    return Count(due, least(rule.present, due) - 1)


def way_to(flow: Flow, target: str) -> Way:
    """The shortest way from the first step to `target`, each step with the branch it takes; the last takes its first."""
    first = flow.power.steps[0].id
    waiting, came_by = deque([first]), {first: []}
    while target not in came_by:
        at = waiting.popleft()
        step = flow.steps[at]
        for label, onward in zip(step.labels or [None] * len(step.next), step.next, strict=True):
            if onward not in came_by:
                came_by[onward] = [*came_by[at], (at, label)]
                waiting.append(onward)
    last = flow.steps[target]
    return [*came_by[target], (target, last.labels[0] if last.labels else None)]


def entries_of(flow: Flow, course: Course, step_id: str, branch: str | None, day: date) -> list[Entry]:
    """What is recorded of one step, on the first days it may be dated."""
    step = flow.steps[step_id]
    day = max(day, course.earliest_on(step_id) or day)
    if step.vote:
        rule = flow.rules[step.vote[0]]
        passes = not step.labels or branch == step.labels[0]
        numbers = passing(rule) if passes else failing(rule)
        return [Entry(step_id, day, rule_id=rule.id, count=numbers, branch=branch)]
    if not runs_before_outcome(step):
        return [Entry(step_id, day, branch=branch)]
    begun = Entry(step_id, day)
    known = advance(flow, course, begun, CALENDAR).earliest_on(step_id)
    return [begun, Entry(step_id, known, EntryKind.OUTCOME, branch=branch)]


def entries_along(flow: Flow, way: Way, start_on: date = LONG_AGO) -> list[Entry]:
    """Raises what the flow chart refuses."""
    course, entries = begin(flow), []
    for step_id, branch in way:
        for entry in entries_of(flow, course, step_id, branch, start_on):
            course = advance(flow, course, entry, CALENDAR)
            entries.append(entry)
    return entries


def report_of(entry: Entry, position: int, **changes) -> StepReport:
    said = {
        "position": position,
        "step_id": entry.step_id,
        "done_on": entry.done_on,
        "kind": entry.kind,
        "presided_by": "陈示范" if entry.rule_id else "",
        "rule_id": entry.rule_id,
        "count": entry.count,
        "branch": entry.branch,
    }
    return StepReport(**{**said, **changes})


def begun_use(
    installation: Installation, code: str = "Q-GC-01", title: str = "示范村道硬化", actor: Actor = VILLAGE_AGENT
) -> str:
    with installation.begin() as work:
        return begin_use(work, actor, uuid4().hex, code, title).id


def walked_use(
    installation: Installation,
    code: str = "Q-GC-01",
    to: str | None = None,
    *,
    title: str = "示范村道硬化",
    actor: Actor = VILLAGE_AGENT,
    start_on: date | None = None,
) -> str:
    """A use recorded the shortest way to step `to`, or to its first end, a step each transaction."""
    flow = flow_for(code)
    target = to or next(step.id for step in flow.power.steps if not step.next)
    use_id = begun_use(installation, code, title, actor)
    start = start_on or installation.tools.clock.now().date() - timedelta(days=1400)
    for position, entry in zip(counting(1), entries_along(flow, way_to(flow, target), start), strict=False):
        with installation.begin() as work:
            record(work, actor, use_id, report_of(entry, position))
    return use_id
