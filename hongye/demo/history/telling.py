"""Tells the demo history in one order of time: a heap of next steps, each played by the real errands at its moment."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from forms.clock import local_date
from forms.item import Stage
from hongye.demo.history.answers import AGES, GROWN_UP, Form
from hongye.demo.history.counter import VillageCounter
from hongye.demo.history.diary import Diary
from hongye.demo.history.dice import dice_for
from hongye.demo.history.hours import office_moment
from hongye.demo.history.places import Sitting
from hongye.demo.history.rechecks import await_recheck
from hongye.demo.history.residents import Register
from hongye.demo.history.scene import Act, AtDesk, Scene
from hongye.demo.history.seasons import Visit
from hongye.demo.history.turns import answer_late, go_on_without_the_silent, state_the_result, take_a_turn
from hongye.demo.history.villagers import change_their_mind, object_to_notice, rate
from server.db.case import CaseRow, StageRow, find_case_by_number, lock_case
from server.db.correction import find_open_correction
from server.db.deadline import list_clocks
from server.db.public_notice import PublicNoticeRow, list_expired_notice_ids
from server.domain.case import CLOSED, ENDED_WITHOUT_DECISION, Status
from server.domain.deadline import start_of
from server.domain.people import Actor, Desk
from server.domain.review import StageState
from server.domain.work_calendar import ONE_DAY
from server.services.disclosure import awaits_publication
from server.services.item_version import item_of
from server.services.work import Work

Key = tuple[str, str, datetime | None]
NARRATE_EVERY = 30


@dataclass(order=True)
class Step:
    """Something that happens at its moment; of two at one moment the one that was planned first."""

    at: datetime
    number: int
    play: Callable[[], None] = field(compare=False)


class History:
    """One telling. The same seed, visits and end give the same cases, steps and cards."""

    def __init__(self, diary: Diary, cast: Mapping[Sitting, Actor], counters: Mapping[str, VillageCounter], seed: int):
        self._diary, self._cast, self._counters, self._seed = diary, cast, counters, seed
        self._register = Register()
        self._steps: list[Step] = []
        self._numbers = count()
        self._dice: dict[str, Random] = {}
        self._planned: set[Key] = set()
        self._paces: dict[Desk, float] = {}
        self.tally: Counter[str] = Counter()

    def tell(self, visits: Iterable[Visit], until: datetime, narrate: Callable[[str], None]) -> None:
        for number, visit in enumerate(sorted(visits, key=lambda visit: visit.uploaded_at)):
            self._plan(visit.uploaded_at, lambda number=number, visit=visit: self._receive(visit, number))
        days, at = 0, self._steps[0].at if self._steps else None
        while at and at <= until:
            with self._diary.one_day():
                self._live_through(local_date(at), until)
                at = self._upcoming(local_date(at))
            days += 1
            if at is None or days % NARRATE_EVERY == 0:
                narrate(f"{local_date(self._diary.now)}：收件 {self.tally['received']}，办结 {self.tally['closed']}")
        with self._diary.one_day():
            self._diary.move_to(until)

    def _live_through(self, day: date, until: datetime) -> None:
        self._diary.move_to(start_of(day))
        with self._diary.begin() as work:
            ended = [
                work.session.get(PublicNoticeRow, key) for key in list_expired_notice_ids(work.session, work.today)
            ]
        self._diary.see_midnight()
        with self._diary.begin() as work:
            for notice in ended:
                self._follow(work, work.session.get(CaseRow, notice.case_id))
        over = min(start_of(day + ONE_DAY), until)
        while self._steps and self._steps[0].at < over:
            step = heapq.heappop(self._steps)
            self._diary.move_to(step.at)
            step.play()

    def _upcoming(self, day: date) -> datetime | None:
        by_itself = self._diary.next_by_itself()
        moments = [self._steps[0].at] if self._steps else []
        moments += [max(by_itself, start_of(day + ONE_DAY))] if by_itself else []
        return min(moments, default=None)

    def _plan(self, at: datetime, play: Callable[[], None]) -> None:
        heapq.heappush(self._steps, Step(at, next(self._numbers), play))

    # --- a case

    def _receive(self, visit: Visit, number: int) -> None:
        dice = dice_for(self._seed, f"case {number}")
        on = local_date(visit.received_at)
        with self._diary.begin() as work:
            item = work.catalogue.get_item(visit.item_code)
            applicant = self._register.visitor(visit.village, AGES.get(item.code, GROWN_UP), on, dice)
            answers = Form(item, applicant, self._register, visit.village, on, dice).fill()
            taken = self._counters[visit.village].receive(work, visit, answers)
            self._dice[taken.case_number] = dice
            self.tally["received"] += 1
            if dice.random() < 0.03:
                self._later(work, taken.case_number, dice.randrange(1, 12), change_their_mind)
            self._follow(work, find_case_by_number(work.session, taken.case_number))

    def _later(self, work: Work, case_number: str, working_days: int, act: Act) -> None:
        at = office_moment(work.calendar, work.now, working_days, self._dice[case_number])
        self._plan(at, lambda: self._play(case_number, act))

    def _play(self, case_number: str, act: Act) -> None:
        with self._diary.begin() as work:
            case = lock_case(work.session, case_number)
            act(self._scene(work, case))
            self._follow(work, case)

    def _scene(self, work: Work, case: CaseRow) -> Scene:
        number = case.case_number
        return Scene(work, case, self._dice[number], self._cast, lambda days, act: self._later(work, number, days, act))

    def _follow(self, work: Work, case: CaseRow) -> None:
        """Plan whatever comes next for the case as it stands now; what is planned already stays."""
        if case.status in CLOSED:
            self._once(work, case, "closed", case.closed_at, self._close)
        elif case.status == Status.AWAITING_CORRECTION:
            asked = find_open_correction(work.session, case.id)
            self._once(work, case, "papers", asked.requested_at, self._await_papers)
        elif case.stopped_for != "special_procedure":
            stages = {stage.id: stage for stage in item_of(case).stages}
            for row in case.stages:
                if row.state == StageState.ACTIVE:
                    self._await(work, case, row, stages[row.stage_id])

    def _once(
        self, work: Work, case: CaseRow, what: str, at: datetime | None, then: Callable[..., None], *said: Any
    ) -> None:
        key = (case.case_number, what, at)
        if key not in self._planned:
            self._planned.add(key)
            then(work, case, *said)

    def _await(self, work: Work, case: CaseRow, row: StageRow, stage: Stage) -> None:
        if stage.action == "publicise":
            self._once(work, case, row.stage_id, row.opened_at, self._await_objection)
            return
        if stage.action == "joint_review":
            self._once(work, case, f"chair {stage.group}", row.opened_at, self._await_verdicts, stage.promised_days)
        key = (case.case_number, row.stage_id, row.opened_at)
        if key not in self._planned:
            self._planned.add(key)
            self._later(work, case.case_number, self._days(row, stage, case), lambda scene: self._turn(scene, key))

    def _turn(self, scene: Scene, key: Key) -> None:
        """The desk's turn has come: whoever sits there does one of the things it may do now."""
        self._planned.discard(key)
        if scene.case.stopped_for == "special_procedure":
            return  # nobody passes the case on before the result is in; then the turn is planned anew
        stages = zip(item_of(scene.case).stages, scene.case.stages, strict=True)
        stage, row = next((stage, row) for stage, row in stages if row.stage_id == key[1])
        handler = scene.actor(Desk(row.department, row.region_code), deciding=stage.action == "approve")
        here = AtDesk(**vars(scene), row=row, stage=stage, handler=handler)
        if row.state == StageState.ACTIVE and row.opened_at == key[2]:
            take_a_turn(here)
        elif row.state == StageState.NO_ANSWER:
            answer_late(here)

    def _await_verdicts(self, work: Work, case: CaseRow, promised_days: int) -> None:
        """Every other lead waits for the last department; the others go on once its limit is over."""
        dice = self._dice[case.case_number]
        if dice.random() < 0.5:
            self._later(work, case.case_number, promised_days + dice.randrange(1, 4), go_on_without_the_silent)

    def _days(self, row: StageRow, stage: Stage, case: CaseRow) -> int:
        """How long a case lies at this desk: by the desk's pace, and now and then it is forgotten."""
        dice = self._dice[case.case_number]
        forgotten = dice.uniform(3, 7) if dice.random() < 0.07 else 1
        pace = self._pace(Desk(row.department, row.region_code)) * dice.uniform(0.5, 1.3) * forgotten
        return int(pace * max(stage.promised_days, 1) + dice.random() * 0.5)

    def _pace(self, desk: Desk) -> float:
        """Of the days it has: most desks need half of them, some all, a few more than they have."""
        if desk not in self._paces:
            dice = dice_for(self._seed, f"desk {desk.region_code} {desk.department}")
            low, high = dice.choices([(0.3, 0.7), (0.7, 1.0), (1.1, 1.6)], weights=[60, 28, 12])[0]
            self._paces[desk] = dice.uniform(low, high)
        return self._paces[desk]

    # --- the village's part

    def _await_papers(self, work: Work, case: CaseRow) -> None:
        """Most come within days; a few never do, and say so in the end."""
        dice = self._dice[case.case_number]
        if dice.random() < 0.04:
            self._later(work, case.case_number, dice.randrange(25, 50), change_their_mind)
        else:
            self._later(work, case.case_number, dice.choice((0, 1, 1, 2, 3, 5, 9)), self._bring_papers)

    def _bring_papers(self, scene: Scene) -> None:
        asked = find_open_correction(scene.work.session, scene.case.id)
        if asked and scene.case.status == Status.AWAITING_CORRECTION:
            counter = self._counters[scene.case.village_code]
            counter.bring_again(scene.work, scene.case, [point["material_id"] for point in asked.points])

    def _await_objection(self, work: Work, case: CaseRow) -> None:
        dice = self._dice[case.case_number]
        if dice.random() < 0.06:
            self._later(work, case.case_number, dice.randrange(1, 4), object_to_notice)

    def _close(self, work: Work, case: CaseRow) -> None:
        self.tally["closed"] += 1
        self.tally[case.status] += 1
        if case.status not in ENDED_WITHOUT_DECISION:
            promised = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")
            in_time = promised.due_at is None or case.closed_at < promised.due_at
            self.tally["on_time" if in_time else "late"] += 1
        await_recheck(self._scene(work, case))
        dice = self._dice[case.case_number]
        if dice.random() < 0.6:
            self._later(work, case.case_number, dice.randrange(0, 8), rate)
        if awaits_publication(work, case):
            self._later(work, case.case_number, dice.choice((1, 2, 3, 5, 8, 12, 23)), state_the_result)


def begins(until: datetime, *, with_2018: bool) -> datetime:
    """When the history's offices open their accounts."""
    return start_of(date(2018, 1, 1) if with_2018 else local_date(until) - timedelta(days=732))
