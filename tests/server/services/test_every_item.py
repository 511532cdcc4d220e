"""Every item from a complete packet to its end by whoever's turn it is: nothing here knows an item's way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from forms.catalogue import load_catalogue
from forms.check import find_gaps, questions
from forms.clock import local_date
from forms.condition import asks_a_person, with_visit_day
from forms.item import Answers, FormField, ServiceItem, Stage
from server.db.case import CaseRow, find_case_by_number, list_events
from server.db.deadline import ClockRow, list_clocks
from server.db.disclosure import DisclosureRow
from server.db.public_notice import find_notice
from server.domain.case import Status
from server.domain.disclosure import NOT_STATED, stated_labels
from server.domain.people import Actor, Desk, Role
from server.domain.review import StageState, Verdict, asks_for_judgement, rules_itself_out
from server.jobs import end_expired_notices
from server.services import review
from server.services.audit import verify_audit
from server.services.desk import case_page, get_case_to_act
from server.services.disclosure import (
    WITHHELD_COUNTS_ONLY,
    WITHHELD_NOT_GRANTED,
    awaits_publication,
    last_desk,
    missing_labels,
    state_result,
)
from server.services.public_board import read_board
from server.services.tracking import find_progress, progress_in_words
from tests import factories as make

ITEMS = load_catalogue().items
EVERY = list(ITEMS)
# On both databases: joint review, an assessment outside, a first desk that verifies, one that only registers.
OTHERS = ["MZ-001", "MZ-002", "CL-001", "NY-002", "SJ-002"]
JUDGED = [
    code for code, item in ITEMS.items() if any(stage.when and asks_a_person(stage.when) for stage in item.stages)
]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STATED = "按实际核定"


def answer_of(field: FormField):
    values = {
        "id_number": make.FICTITIOUS_ID, "phone": "13800000000", "date": "2026-12-01", "money": "120.50",
        "bank_account": make.LUHN_CARD, "bool": field.id == "promise", "address": "合浦县廉州镇烟楼村委会样板队1号",
    }  # fmt: skip
    if field.id.endswith("_name"):
        return make.FICTITIOUS_NAME
    if field.choices:
        return field.choices[0]
    return values.get(field.type, "12" if field.format == "number" else "如实填写")


def complete_answers(item: ServiceItem) -> Answers:
    answers: Answers = {}
    for field in item.form_fields:
        if field.required and field.applies(answers):
            answers[field.id] = answer_of(field)
    answers |= {material.question: False for material in questions(item)}
    return with_visit_day(answers, local_date(make.MONDAY_MORNING))


def whose_turn(stage: Stage, desk: Desk) -> Actor:
    if stage.action == "approve":
        role = Role.DEPARTMENT_HEAD
    else:
        role = {"village": Role.VILLAGE_AGENT, "township": Role.TOWNSHIP_COUNTER}.get(
            stage.level, Role.DEPARTMENT_REVIEWER
        )
    return Actor(f"{desk.region_code}-{desk.department}", f"{desk.department}某", role, desk)


@dataclass
class Walk:
    """One case on its way; every step checks what must hold at every step."""

    installation: object
    item: ServiceItem
    number: str
    judged_to_apply: bool = True

    def case(self, work) -> CaseRow:
        return find_case_by_number(work.session, self.number)

    def open_stages(self) -> list[tuple[Stage, Desk]]:
        stages = {stage.id: stage for stage in self.item.stages}
        with self.installation.look() as work:
            active = [row for row in self.case(work).stages if row.state == StageState.ACTIVE]
        return [(stages[row.stage_id], Desk(row.department, row.region_code)) for row in active]

    def is_judged(self, stage: Stage) -> bool:
        """Whether the answers leave it to the desk to say that the stage applies."""
        return asks_for_judgement(stage, complete_answers(self.item))

    def expected_to_be_skipped(self) -> set[str]:
        """What the answers rule out, what the desks judged away, and the desks of which another one decided."""
        answers = complete_answers(self.item)
        skipped = {stage.id for stage in self.item.stages if rules_itself_out(stage, answers)}
        if not self.judged_to_apply:
            skipped |= {
                stage.id
                for stage in self.item.stages
                if self.is_judged(stage) and stage.action in ("verify", "joint_review")
            }
        deciders: dict[str, str] = {}
        for stage in self.item.stages:
            if stage.group and not stage.parallel and stage.id not in skipped:
                skipped |= {stage.id} if deciders.setdefault(stage.group, stage.id) != stage.id else set()
        return skipped

    def clocks(self) -> dict[str, ClockRow]:
        with self.installation.look() as work:
            found = list_clocks(work.session, self.case(work).id)
            for clock in found:
                list(clock.cards)  # loaded while the session lives
            return {clock.kind: clock for clock in found if clock.kind in ("promised", "statutory")}

    def status(self) -> str:
        with self.installation.look() as work:
            return self.case(work).status

    def disclosures(self) -> list[DisclosureRow]:
        with self.installation.look() as work:
            return list(work.session.scalars(select(DisclosureRow).where(DisclosureRow.case_id == self.case(work).id)))

    def next_day(self, days: int = 1) -> None:
        clock = self.installation.tools.clock
        clock.move_to(clock.now() + timedelta(days=days))

    def act(self, stage: Stage, desk: Desk, applies: bool | None = None) -> None:
        """`applies` None: as the item and this walk say."""
        actor = whose_turn(stage, desk)
        if applies is None:
            applies = self.judged_to_apply or not self.is_judged(stage)
        with self.installation.begin() as work:
            assert case_page(work, actor, self.number).actions, "the desk whose turn it is has no button"
            case = get_case_to_act(work, actor, self.number)
            if stage.action == "accept":
                review.accept_case(work, case, actor)
            elif stage.action == "verify":
                review.verify_case(work, case, actor, "已核对，人数没有达到规模", applies=applies)
            elif stage.action == "joint_review":
                verdict = Verdict.AGREE if applies else Verdict.NOT_APPLICABLE
                review.give_verdict(work, case, actor, verdict, "已核查")
            elif stage.action == "approve":
                stated = dict.fromkeys(case_page(work, actor, self.number).stated_labels, STATED)
                review.approve_case(work, case, actor, "符合条件", stated)
            else:
                review.issue_result(work, case, actor, "")

    def wait_for_the_notice(self) -> None:
        with self.installation.look() as work:
            notice = find_notice(work.session, self.case(work).id)
            assert make.FICTITIOUS_NAME not in str(notice.columns)
            ends_on, started_on = notice.ends_on, notice.starts_on
        assert (ends_on - started_on).days >= self.item.public_notice_days
        self.next_day((ends_on - local_date(self.installation.tools.clock.now())).days)
        assert end_expired_notices(self.installation) == 0
        self.next_day()
        assert end_expired_notices(self.installation) == 1

    def check_clocks(self) -> None:
        """A clock stands exactly while every open stage is one the item does not count."""
        stages = [stage for stage, _ in self.open_stages()]
        stands = all(stage.stops_clock for stage in stages)
        reason = ("public_notice" if stages[0].action == "publicise" else "special_procedure") if stands else None
        for clock in self.clocks().values():
            assert [stop["reason"] for stop in clock.stops if not stop["ended_at"]] == ([reason] if stands else [])
            assert (clock.due_on is None) == stands

    def step(self) -> None:
        self.check_clocks()
        stage, desk = self.open_stages()[0]
        self.next_day()
        if stage.is_public_notice:
            self.wait_for_the_notice()
        else:
            self.act(stage, desk)

    def to(self, action: str) -> "Walk":
        while self.open_stages()[0][0].action != action:
            self.step()
        return self

    def fill_in_what_is_published(self) -> None:
        """Where no desk decides, the last one states what the form does not know."""
        with self.installation.begin() as work:
            case = self.case(work)
            desk = last_desk(case)
            if awaits_publication(work, case):
                actor = Actor("last", "李示例", Role.DEPARTMENT_REVIEWER, desk)
                state_result(work, case, actor, dict.fromkeys(missing_labels(case), STATED))

    def to_its_end(self) -> "Walk":
        for _ in range(len(self.item.stages) + 1):
            if not self.open_stages():
                self.fill_in_what_is_published()
                return self
            self.step()
        raise AssertionError("the case does not come to an end")


def begin(installation, code: str, **more) -> Walk:
    item = installation.tools.catalogue.get_item(code)
    answers = complete_answers(item)
    taken = make.take_in(installation, make.enrolled_machine(installation), item_code=code, answers=answers)
    return Walk(installation, item, taken.case_number, **more)


@ON_SQLITE
@pytest.mark.parametrize("code", OTHERS)
def test_the_answers_made_here_are_complete_but_for_the_papers(installation, code):
    item = installation.tools.catalogue.get_item(code)
    assert {gap.kind for gap in find_gaps(item, complete_answers(item), {})} == {"material"}


@pytest.mark.parametrize("code", OTHERS)
def test_an_item_goes_its_whole_way_and_is_accounted_for(installation, code):
    goes_its_way(begin(installation, code))


@ON_SQLITE
@pytest.mark.parametrize("code", [code for code in EVERY if code not in OTHERS])
def test_so_does_each_of_the_others(installation, code):
    goes_its_way(begin(installation, code))


@ON_SQLITE
@pytest.mark.parametrize("code", JUDGED)
def test_so_does_one_whose_desks_find_that_a_step_does_not_apply(installation, code):
    goes_its_way(begin(installation, code, judged_to_apply=False))


def goes_its_way(walk: Walk) -> None:
    installation = walk.installation
    walk.to_its_end()
    assert walk.status() == Status.COMPLETED
    with installation.look() as work:
        case = walk.case(work)
        skipped = {row.stage_id for row in case.stages if row.state == StageState.NOT_APPLICABLE}
        assert skipped == walk.expected_to_be_skipped()
        assert {row.state for row in case.stages} <= {StageState.DONE, StageState.NOT_APPLICABLE}
        assert all(row.finished_at and row.handled_by for row in case.stages)
        assert case.closed_at == work.now
        kinds = [event.kind for event in list_events(work.session, case.id)]
        assert (kinds[0], kinds.count("completed")) == ("received", 1)
        assert kinds[-1] == ("result_published" if "result_published" in kinds else "completed")
        board = read_board(work, make.VILLAGE)
        assert verify_audit(work).broken_at is None
    for clock in walk.clocks().values():
        assert clock.finished_at is not None
        assert clock.next_check_at is None
        assert all(stop["ended_at"] for stop in clock.stops)
    [row] = walk.disclosures()
    assert row.outcome == Status.COMPLETED
    assert board.closed == 1
    if walk.item.publishes_cases:
        assert row.withheld_reason is None
        shown = dict(row.columns)
        assert list(shown) == [field.label for field in walk.item.disclosure_fields]
        assert make.FICTITIOUS_NAME not in str(shown)
        assert ("潘**" in shown.values()) == walk.item.publishes_names
        assert NOT_STATED not in shown.values() or not stated_labels(walk.item)
        assert board.shown == 1
    else:
        assert (row.columns, row.withheld_reason) == (None, WITHHELD_COUNTS_ONLY)
        assert (board.shown, board.results) == (0, ())


@ON_SQLITE
@pytest.mark.parametrize("code", OTHERS)
def test_the_statutory_clock_starts_where_the_item_says_and_only_where_law_sets_a_limit(installation, code):
    walk = begin(installation, code)
    marked = next(stage for stage in walk.item.stages if stage.clock_start == "statutory")
    while walk.open_stages()[0][0].id != marked.id:
        assert set(walk.clocks()) == {"promised"}
        walk.step()
    if marked.action == "accept":
        assert set(walk.clocks()) == {"promised"}  # the desk has not accepted yet
        walk.step()
    clocks = walk.clocks()
    if walk.item.statutory_days is None:
        assert set(clocks) == {"promised"}
        assert set(walk.to_its_end().clocks()) == {"promised"}
        return
    statutory = clocks["statutory"]
    assert local_date(statutory.started_at) == local_date(installation.tools.clock.now())
    assert (statutory.amount, statutory.unit) == (walk.item.statutory_days, walk.item.statutory_unit)
    assert clocks["promised"].started_at < statutory.started_at


@ON_SQLITE
def test_where_the_first_competent_desk_verifies_the_statutory_clock_starts_when_the_case_lies_there(installation):
    item = installation.tools.catalogue.get_item("NY-002").model_copy(update={"statutory_days": 60})
    catalogue = installation.tools.catalogue
    limited = replace(catalogue, items={**catalogue.items, "NY-002": item})
    walk = begin(replace(installation, tools=replace(installation.tools, catalogue=limited)), "NY-002")
    assert set(walk.clocks()) == {"promised"}  # the village's own public notice hangs first
    walk.step()
    assert local_date(walk.clocks()["statutory"].started_at) == local_date(installation.tools.clock.now())


@ON_SQLITE
def test_an_assessment_outside_stops_the_clock_and_costs_its_working_days(installation):
    walk = begin(installation, "CL-001").to("joint_review")
    before = walk.clocks()["promised"]
    assert before.due_on is None
    [stop] = before.stops
    assert stop["reason"] == "special_procedure"
    with installation.look() as work:
        progress = find_progress(work, walk.case(work).lookup_code)
        assert (progress.clock.due_on, progress.clock.days_left) == (None, None)
        assert "时限暂停" in progress_in_words(progress)
    walk.next_day(40)
    walk.act(*walk.open_stages()[0])
    [stop, notice] = walk.clocks()["promised"].stops  # from one stop straight into the next: the notice
    assert _day(stop["ended_at"]) - _day(stop["started_at"]) == timedelta(days=40)
    assert (notice["reason"], notice["started_at"]) == ("public_notice", stop["ended_at"])
    walk.wait_for_the_notice()
    due_on = walk.clocks()["promised"].due_on
    calendar = installation.tools.calendar
    worked = [day for day in _days_after(local_date(make.MONDAY_MORNING), due_on) if calendar.is_working_day(day)]
    stopped = [
        day for day in worked if _day(stop["started_at"]) <= day < _day(walk.clocks()["promised"].stops[-1]["ended_at"])
    ]
    assert len(worked) - len(stopped) == walk.item.promised_days


def _day(instant: str):
    return local_date(datetime.fromisoformat(instant))


def _days_after(first, last):
    return [first + timedelta(days=count) for count in range(1, (last - first).days + 1)]


@ON_SQLITE
@pytest.mark.parametrize("code", ["MZ-001", "SJ-002"])
def test_not_applicable_is_only_for_stages_whose_condition_a_person_judges(installation, code):
    walk = begin(installation, code)
    while walk.open_stages():
        stage, desk = walk.open_stages()[0]
        actor = whose_turn(stage, desk)
        if not walk.is_judged(stage) and stage.action in ("verify", "joint_review"):
            with pytest.raises(review.ReasonMissing, match="不适用"):
                walk.act(stage, desk, applies=False)
        with installation.look() as work:
            assert case_page(work, actor, walk.number).may_be_not_applicable == walk.is_judged(stage)
        walk.step()


@ON_SQLITE
def test_verdicts_are_counted_among_those_who_give_one_and_not_the_deciding_desk(installation):
    walk = begin(installation, "MZ-001").to_its_end()
    with installation.look() as work:
        notes = [
            event.public_note
            for event in list_events(work.session, walk.case(work).id)
            if event.kind == "verdict_given"
        ]
    assert [note.rsplit("（")[-1].rstrip("）。") for note in notes] == [
        *(f"{given}/10" for given in range(1, 11)),
        "1/1",
    ]


@ON_SQLITE
def test_a_case_declined_on_the_way_is_withheld_with_its_reason_and_counted(installation):
    walk = begin(installation, "CL-001").to("accept")
    stage, desk = walk.open_stages()[0]
    actor = whose_turn(stage, desk)
    with installation.begin() as work:
        case = get_case_to_act(work, actor, walk.number)
        with pytest.raises(review.ReasonMissing, match="没有这个部门"):
            review.decline_case(work, case, actor, "户籍不在本县", "天文")
        review.decline_case(work, case, actor, "户籍不在本县", "民政")
    [row] = walk.disclosures()
    assert (row.outcome, row.columns, row.withheld_reason) == (Status.DECLINED, None, WITHHELD_NOT_GRANTED)
    with installation.look() as work:
        board = read_board(work, make.VILLAGE)
        assert (board.closed, board.shown) == (1, 0)
        reason = find_progress(work, walk.case(work).lookup_code).decision_reason
        assert reason == "户籍不在本县。请向民政部门申请。"
    assert all(clock.finished_at for clock in walk.clocks().values())


@ON_SQLITE
def test_a_rejected_application_publishes_no_name(installation):
    walk = begin(installation, "MZ-002").to("approve")
    stage, desk = walk.open_stages()[0]
    actor = whose_turn(stage, desk)
    with installation.begin() as work:
        review.reject_case(work, get_case_to_act(work, actor, walk.number), actor, "有法定义务人且有履行能力")
    assert [row.withheld_reason for row in walk.disclosures()] == [WITHHELD_NOT_GRANTED]


@ON_SQLITE
def test_a_notice_of_an_item_that_names_nobody_names_nobody_on_the_web(installation):
    begin(installation, "CL-001").to("publicise")
    with installation.look() as work:
        [notice] = read_board(work, make.VILLAGE).notices
    assert [label for label, _ in notice.columns] == ["村（组）", "事项", "公示内容"]
    assert "潘" not in str(notice.columns)


@ON_SQLITE
def test_a_refused_case_waits_at_no_other_desk_that_might_have_decided(installation):
    walk = begin(installation, "LY-001").to("approve")
    stages = walk.open_stages()
    assert len(stages) > 1
    head = Actor("head", "示例", Role.DEPARTMENT_HEAD, stages[0][1])
    with installation.begin() as work:
        review.reject_case(work, walk.case(work), head, "收入超过规定的标准")
    assert walk.open_stages() == []
