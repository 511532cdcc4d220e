"""What a villager sees of a case: where it is, how long still, what is missing, and its result."""

from dataclasses import dataclass
from datetime import date, datetime

from forms.clock import written_time
from server.db.case import CaseRow, EventRow, find_case_by_lookup_code, list_events
from server.db.correction import find_open_correction
from server.db.deadline import ClockRow, list_clocks
from server.db.disclosure import find_result
from server.db.public_notice import find_notice
from server.db.rating import find_rating
from server.domain.case import CLOSED, Action, Status, allowed_actions
from server.domain.deadline import working_days_left
from server.domain.people import Role
from server.domain.review import StageState
from server.domain.words import EVENT, STATUS
from server.services.correction import PaperToBring, papers_to_bring
from server.services.item_version import item_of
from server.services.review import desk_name
from server.services.work import Work


@dataclass(frozen=True)
class ProgressStep:
    """One line of the timeline; `state` is 'done', 'now' or 'ahead'."""

    title: str
    detail: str
    at: datetime | None
    state: str


@dataclass(frozen=True)
class ClockFace:
    """How long still, for people: `days_left` is None while the clock stands; negative when over."""

    due_on: date | None
    days_left: int | None
    stopped_for: str | None
    due_at: datetime | None = None  # of a limit in hours


@dataclass(frozen=True)
class Progress:
    """Everything a holder of the lookup code may see; the applicant's name is masked."""

    case_number: str
    lookup_code: str
    item_code: str
    item_name: str
    applicant: str
    village_name: str
    status: str
    status_label: str
    is_closed: bool
    holders: tuple[str, ...]
    clock: ClockFace | None
    steps: tuple[ProgressStep, ...]
    missing: tuple[PaperToBring, ...]
    received_at: datetime
    decision_reason: str | None
    result: tuple[tuple[str, str], ...] | None
    notice_until: date | None
    is_rated: bool
    may_withdraw: bool


def find_progress(work: Work, lookup_code: str) -> Progress | None:
    case = find_case_by_lookup_code(work.session, lookup_code)
    return progress_of(work, case) if case else None


def progress_of(work: Work, case: CaseRow) -> Progress:
    result = find_result(work.session, case.id)
    notice = find_notice(work.session, case.id)
    active = [row for row in case.stages if row.state == StageState.ACTIVE]
    return Progress(
        case_number=case.case_number,
        lookup_code=case.lookup_code,
        item_code=case.item_code,
        item_name=case.item_name,
        applicant=case.applicant_masked,
        village_name=work.catalogue.regions.full_name(case.village_code),
        status=case.status,
        status_label=STATUS[case.status],
        is_closed=case.status in CLOSED,
        holders=tuple(desk_name(work, row) for row in active),
        clock=_clock_face(work, case),
        steps=_steps(work, case),
        missing=_missing(work, case),
        received_at=case.received_at,
        decision_reason=case.decision_reason,
        result=tuple((label, value) for label, value in result.columns) if result and result.columns else None,
        notice_until=notice.ends_on if notice and notice.ended_at is None else None,
        is_rated=find_rating(work.session, case.id) is not None,
        may_withdraw=Action.WITHDRAW in allowed_actions(Status(case.status), Role.VILLAGER),
    )


def _clock_face(work: Work, case: CaseRow) -> ClockFace | None:
    if case.status in CLOSED:
        return None
    clock = next((clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised"), None)
    return clock_face(work, clock) if clock else None


def clock_face(work: Work, clock: ClockRow) -> ClockFace:
    stop = clock.open_stop["reason"] if clock.open_stop else None
    left = working_days_left(clock.due_on, work.now, work.calendar) if clock.due_on else None
    due_at = clock.due_at if clock.unit == "hour" else None
    return ClockFace(clock.due_on, left, stop if clock.due_on is None else None, due_at)


def _missing(work: Work, case: CaseRow) -> tuple[PaperToBring, ...]:
    correction = find_open_correction(work.session, case.id)
    return papers_to_bring(case, correction) if correction else ()


def _steps(work: Work, case: CaseRow) -> tuple[ProgressStep, ...]:
    """What happened, where it is now, and what still lies ahead."""
    past = [_past(event) for event in list_events(work.session, case.id)]
    if case.status in CLOSED:
        return tuple(past)
    stages = {stage.id: stage for stage in item_of(case).stages}
    now = [
        ProgressStep(f"{desk_name(work, row)}：{STATUS[case.status]}", stages[row.stage_id].what, row.opened_at, "now")
        for row in case.stages
        if row.state == StageState.ACTIVE
    ]
    ahead = [
        ProgressStep(desk_name(work, row), stages[row.stage_id].what, None, "ahead")
        for row in case.stages
        if row.state == StageState.PENDING
    ]
    return tuple(past + now + ahead)


def _past(event: EventRow) -> ProgressStep:
    return ProgressStep(EVENT[event.kind], event.public_note, event.happened_at, "done")


def progress_in_words(progress: Progress) -> str:
    """The answer the official account gives: short, spoken, the most useful first."""
    lines = [f"{progress.item_name}（{progress.case_number}）", f"现在：{progress.status_label}"]
    if progress.missing:
        lines += [f"要补：{paper.material_name}（{paper.reason_label}）{paper.note}" for paper in progress.missing]
    elif progress.holders:
        lines.append(f"在谁那里：{'、'.join(progress.holders)}")
    if progress.clock:
        lines.append(clock_in_words(progress.clock))
    if progress.notice_until:
        lines.append(f"公示到{progress.notice_until.month}月{progress.notice_until.day}日")
    if progress.decision_reason:
        lines.append(f"原因：{progress.decision_reason}")
    if progress.is_closed and not progress.is_rated:
        lines.append("这件已经办结，请点开链接给服务评个价。")
    return "\n".join(lines)


def clock_in_words(clock: ClockFace) -> str:
    if clock.due_on is None or clock.days_left is None:
        return {"correction": "等您补材料，时限暂停", "public_notice": "公示期间，时限暂停"}.get(
            clock.stopped_for or "", "时限暂停"
        )
    if clock.due_at:
        return f"{written_time(clock.due_at)}前办结"
    day = f"{clock.due_on.month}月{clock.due_on.day}日"
    if clock.days_left < 0:
        return f"已超过时限{-clock.days_left}个工作日（应在{day}前办结）"
    return f"还剩{clock.days_left}个工作日，{day}前办结" if clock.days_left else f"今天（{day}）应当办结"
