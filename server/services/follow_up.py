"""差评回访: opens the follow-up of a bad rating and takes it step by step, each step on record, each limit on a clock."""

from dataclasses import dataclass
from uuid import uuid4

from server.db import follow_up as db
from server.db.audit import append_audit
from server.db.case import CaseRow, StageRow
from server.db.deadline import ClockRow, list_clocks
from server.db.follow_up import FollowUpEntryRow, FollowUpRow
from server.db.rating import RatingRow, find_rating
from server.db.staff import list_active_staff
from server.domain.card_rules import ClockKind
from server.domain.deadline import Limit
from server.domain.follow_up import (
    CONTROL_CENTRE,
    STEP_LABELS,
    VILLAGE_BODY,
    Part,
    Standing,
    State,
    Step,
    answers_for,
    next_state,
    parts_of,
)
from server.domain.people import Actor, Desk
from server.domain.rating import Grade, RatingRefused
from server.domain.review import StageState
from server.services import deadline
from server.services.answers import answers_of, without_applicant
from server.services.event import SYSTEM
from server.services.item_version import item_of
from server.services.settling import settle
from server.services.staff import actor_of
from server.services.work import Work

MAX_WORDS, LEAST_WORDS = 1000, 5
CALL_BACK, RECTIFY = "call_back", "rectify"
UNDER_REVIEW = "follow_up_review"
RATER = "群众"
NOT_ANSWERED = "这条评价还没有答复。答复以后，您可以再评一次。"
WORDLESS = frozenset({Step.TAKE, Step.CLOSE})


class FollowUpHidden(LookupError):
    """No such follow-up, or none this person has a part in: told alike, so that nobody learns there is one."""

    def __init__(self) -> None:
        super().__init__("没有找到这条评价，或者它不归您处理。评价回访由综控中心交给部门，本人经办的不由本人处理。")


class WordsMissing(Exception):
    """A step that must be explained was not, or at too great length."""


class NobodyToAssign(Exception):
    """The desk chosen did not handle the case, or has nobody who may put it right."""


@dataclass(frozen=True)
class Known:
    """A follow-up with what its rules need."""

    row: FollowUpRow
    case: CaseRow
    rating: RatingRow
    entries: tuple[FollowUpEntryRow, ...]

    @property
    def desk(self) -> Desk:
        return Desk(self.row.department, self.row.region_code)

    @property
    def standing(self) -> Standing:
        steps = [entry.step for entry in self.entries]
        return Standing(
            state=State(self.row.state),
            desk=self.desk,
            village_code=self.row.village_code,
            handler=self.row.handler,
            rated_people=served_by(self.case, self.desk),
            may_be_called=self.row.may_be_called,
            unreached=steps.count(Step.NOTE_UNREACHED),
            has_appealed=Step.APPEAL in steps,
            has_said_again=self.rating.second_grade is not None,
        )


def open_follow_up(work: Work, case: CaseRow, rating: RatingRow) -> FollowUpRow:
    """The clock of the call-back starts with the rating, and lies with the city's control centre until somebody takes it."""
    row = FollowUpRow(
        id=uuid4().hex,
        case_id=case.id,
        village_code=case.village_code,
        department=rating.department,
        region_code=rating.region_code,
        state=State.OPENED,
        may_be_called=not rating.is_anonymous and phone_of(work, case) is not None,
        opened_at=work.now,
    )
    work.session.flush()  # the rating it belongs to comes first
    work.session.add(row)
    city = work.catalogue.regions.ancestor(case.village_code, "city").id
    _start(work, case, CALL_BACK, work.tools.settings.rating.call_back_working_days, Desk(CONTROL_CENTRE, city))
    append_audit(work.session, at=work.now, actor=SYSTEM, action="follow_up.opened", subject=row.id)
    return row


def phone_of(work: Work, case: CaseRow) -> str | None:
    """The applicant's own telephone, where the form asked for one."""
    answers = answers_of(work, case)
    stated = [answers.get(field.id) for field in item_of(case).form_fields if field.type == "phone"]
    return next((str(number) for number in stated if number), None)


def served_by(case: CaseRow, desk: Desk) -> frozenset[str]:
    """Who of this desk had a hand in the case. Stages keep names and no accounts, so it goes by name."""
    people = {row.handled_by for row in case.stages if _desk(row) == desk and row.handled_by not in (None, SYSTEM)}
    return frozenset(people | ({case.agent_display_name} if desk.department == VILLAGE_BODY else set()))


def _desk(row: StageRow) -> Desk:
    return Desk(row.department, row.region_code)


def get_known(work: Work, row: FollowUpRow | None) -> Known:
    """Raises FollowUpHidden."""
    if row is None:
        raise FollowUpHidden
    case, rating = work.session.get(CaseRow, row.case_id), find_rating(work.session, row.case_id)
    return Known(row, case, rating, tuple(db.list_entries(work.session, row.id)))


def get_for(work: Work, actor: Actor, follow_up_id: str) -> tuple[Known, frozenset[Part]]:
    """Raises FollowUpHidden."""
    known = get_known(work, db.find_follow_up(work.session, follow_up_id))
    parts = parts_of(actor, known.standing, work.catalogue.regions)
    if not parts:
        raise FollowUpHidden
    return known, parts


def take_step(
    work: Work, actor: Actor, follow_up_id: str, step: Step, words: str = "", desk: Desk | None = None
) -> None:
    """`desk` is whom an assignment goes to. Raises FollowUpHidden, StepNotAllowed, WordsMissing, NobodyToAssign."""
    _lock(work, db.find_follow_up(work.session, follow_up_id))
    known, parts = get_for(work, actor, follow_up_id)
    state = next_state(known.standing, parts, step)
    said = without_applicant(work, known.case, _checked(step, words))
    if step is Step.TAKE:
        known.row.handler, known.row.handler_name = actor.account_id, actor.display_name
    if step is Step.ASSIGN:
        _assign(work, known, desk)
    _enter(work, known, actor.account_id, actor.display_name, step, said)
    _keep_time(work, known, step)
    _settle(work, known, step, state)


def _lock(work: Work, row: FollowUpRow | None) -> None:
    """The case is locked first, as every desk does: of two who act at once the second sees what the first did."""
    if row is not None:
        work.session.get(CaseRow, row.case_id, with_for_update=True)
        work.session.refresh(row)


def _checked(step: Step, words: str) -> str:
    """Raises WordsMissing."""
    said = words.strip()
    if step not in WORDLESS and len(said) < LEAST_WORDS:
        raise WordsMissing(f"“{STEP_LABELS[step]}”要写明情况（至少{LEAST_WORDS}个字），请写好再交。")
    if len(said) > MAX_WORDS:
        raise WordsMissing(f"最多写{MAX_WORDS}个字，请写短一点。")
    return said


def _enter(work: Work, known: Known, account: str, name: str, step: Step, words: str) -> None:
    entry = FollowUpEntryRow(
        follow_up_id=known.row.id,
        position=len(known.entries) + 1,
        step=step,
        words=words,
        entered_by=account,
        entered_by_name=name,
        entered_at=work.now,
    )
    work.session.add(entry)
    append_audit(work.session, at=work.now, actor=account, action=f"follow_up.{step.value}", subject=known.row.id)


def _assign(work: Work, known: Known, desk: Desk | None) -> None:
    """谁办理、谁负责: the rating counts for the desk it is assigned to."""
    helpers = assignable(work, known.case)
    if desk not in helpers:
        raise NobodyToAssign("请选一个办过这件的部门。")
    if not helpers[desk]:
        raise NobodyToAssign(
            "这个部门没有可以整改的负责人（本人经办的不能自己处理）。请先让它的另一位负责人或上级部门负责人开通账号，"
            "或者选办过这件的别的部门。"
        )
    known.row.department, known.row.region_code = desk.department, desk.region_code
    known.rating.department, known.rating.region_code = desk.department, desk.region_code


def assignable(work: Work, case: CaseRow) -> dict[Desk, tuple[str, ...]]:
    """The desks that handled the case, and who of each may put it right."""
    people = [actor_of(row) for row in list_active_staff(work.session)]
    desks = {_desk(row): None for row in case.stages if row.state == StageState.DONE and row.handled_by != SYSTEM}
    return {desk: _heads(work, case, desk, people) for desk in desks}


def _heads(work: Work, case: CaseRow, desk: Desk, people: list[Actor]) -> tuple[str, ...]:
    served, regions = served_by(case, desk), work.catalogue.regions
    able = [one for one in people if one.display_name not in served and answers_for(one, desk, regions)]
    return tuple(one.display_name for one in able)


def _start(work: Work, case: CaseRow, subject: str, days: int, desk: Desk) -> None:
    limit = Limit(days, "working_day")
    deadline.start_clock(work, case, ClockKind.FOLLOW_UP, limit, work.now, desk=desk, subject=subject)
    settle(work, case)


def clocks_of(work: Work, case_id: str) -> dict[str, ClockRow]:
    """The clocks of a follow-up by what they run for; a case has others, which are no business of it."""
    clocks = list_clocks(work.session, case_id)
    return {clock.subject: clock for clock in clocks if clock.kind == ClockKind.FOLLOW_UP}


def _keep_time(work: Work, known: Known, step: Step) -> None:
    """The desk's time stands while others look at what it did; the call's ends with the call."""
    clocks = clocks_of(work, known.case.id)
    if step in (Step.RECORD_CALL, Step.CHECK_RECORDS):
        deadline.finish_clock(work, clocks[CALL_BACK])
    elif step is Step.ASSIGN:
        _start(work, known.case, RECTIFY, work.tools.settings.rating.rectify_working_days, known.desk)
    elif step in (Step.REPORT_RECTIFIED, Step.EXPLAIN, Step.APPEAL):
        deadline.stop_clock(work, clocks[RECTIFY], UNDER_REVIEW, by=known.row.department, may_end=CONTROL_CENTRE)
    elif step in (Step.SEND_BACK, Step.DISMISS_APPEAL):
        deadline.resume_clock(work, clocks[RECTIFY])
    elif step in (Step.CONFIRM, Step.UPHOLD_APPEAL):
        deadline.finish_clock(work, clocks[RECTIFY])
    settle(work, known.case)


def _settle(work: Work, known: Known, step: Step, state: State) -> None:
    """An upheld appeal sets the rating aside in the figures: it is seen as such and never deleted."""
    known.row.state = state
    if step is Step.UPHOLD_APPEAL:
        known.rating.set_aside_at = work.now
    if state is State.CLOSED and known.row.closed_at is None:
        known.row.closed_at = work.now


def say_again(work: Work, case_id: str, grade: Grade, comment: str) -> None:
    """二次评价: after the answer the rater says once more whether it is right now. Raises RatingRefused."""
    row = db.find_follow_up_of_case(work.session, case_id)
    if row is None:
        raise RatingRefused(NOT_ANSWERED)
    _lock(work, row)
    known = get_known(work, row)
    work.session.refresh(known.rating)  # read before the lock, when the rater's key was looked at
    if State(row.state) not in (State.REPLIED, State.CLOSED):
        raise RatingRefused(NOT_ANSWERED)
    if known.standing.has_said_again:
        raise RatingRefused("答复以后已经再评过一次了，谢谢您。")
    next_state(known.standing, frozenset({Part.RATER}), Step.SAY_AGAIN)
    known.rating.second_grade, known.rating.second_rated_at = int(grade), work.now
    known.rating.second_comment = without_applicant(work, known.case, comment.strip())
    _enter(work, known, RATER, RATER, Step.SAY_AGAIN, "")
