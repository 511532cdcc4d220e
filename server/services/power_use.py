"""Records the uses of village powers: begun, walked step by step, stopped, corrected in the open; or flagged 清单外."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from forms.catalogue import UnknownEntry
from forms.clock import written_time
from forms.power import Power, VotingRule
from server.db import power_use as db
from server.db.audit import append_audit
from server.db.power_use import PowerUseEntryRow, PowerUseRow
from server.domain.people import Actor
from server.domain.power_use import (
    Course,
    Entry,
    EntryKind,
    Finding,
    Flow,
    UseRefused,
    UseState,
    advance,
    after_correction,
    may_answer,
    may_read,
    may_record,
    read_course,
    require_real_day,
)
from server.domain.vote import Count
from server.domain.words import POWER_USE
from server.services.answers import mask_numbers
from server.services.work import Work

LEAST_TITLE, MAX_TITLE = 4, 60
MAX_PRESIDED, MAX_NOTE = 40, 300
LEAST_REASON, MAX_REASON = 5, 300
BROKEN_BY_CORRECTION = "更正以后，后面记的步骤对不上了，这次用权到此为止。更正的原因："
_USE_ID = re.compile("[0-9a-f]{32}")
_WHOLE = frozenset({UseState.RUNNING, UseState.COMPLETED})


class UseHidden(LookupError):
    """No such use, or none this person may see: the two are told alike (BOLA)."""

    def __init__(self) -> None:
        super().__init__("没有找到这次用权，或者它不归您这里看。请回到“权力运行”里选。")


class RecordedMeanwhile(UseRefused):
    """Somebody else, or the same person in another window, recorded something since the page was opened."""


class LaterStepsBroken(UseRefused):
    """A correction after which what was recorded later no longer follows; it may be made, and ends the use."""


@dataclass(frozen=True)
class StepReport:
    """What is said of a step. `position` is the place in the record the page offered: nobody takes it twice."""

    position: int
    step_id: str
    done_on: date
    kind: EntryKind = EntryKind.STEP
    presided_by: str = ""
    note: str = ""
    rule_id: str | None = None
    count: Count | None = None
    branch: str | None = None


def begin_use(work: Work, actor: Actor, use_id: str, power_code: str, title: str) -> PowerUseRow:
    """`use_id` comes from the form, so that a form sent twice begins one use. Raises UseRefused."""
    _require_agent(actor)
    title = _said(title, "事由", LEAST_TITLE, MAX_TITLE)
    power = _power_in_force(work, power_code)
    if before := _begun_already(work, actor, use_id, (power.code, title)):
        return before
    named = {name: work.catalogue.voting_rules[name] for step in power.steps for name in step.vote}
    use = _new_use(work, actor, use_id, title, UseState.RUNNING)
    use.power_code, use.power_name = power.code, power.name
    use.power_version = power.model_dump(mode="json", by_alias=True)
    use.voting_rules = [rule.model_dump(mode="json") for rule in named.values()]
    use.counts_only = power.disclosure.counts_only
    _keep(work, actor, use, "begun", power=power.code)
    return use


def report_outside(work: Work, actor: Actor, use_id: str, title: str, reason: str) -> PowerUseRow:
    """清单外: a matter no entry of the list covers is not lost but flagged, and goes nowhere. Raises UseRefused."""
    _require_agent(actor)
    title = _said(title, "事由", LEAST_TITLE, MAX_TITLE)
    reason = _said(reason, "为什么清单里没有", LEAST_REASON, MAX_REASON)
    if before := _begun_already(work, actor, use_id, (None, title)):
        return before
    use = _new_use(work, actor, use_id, title, UseState.OUTSIDE_LIST)
    use.reason = reason
    _keep(work, actor, use, "flagged")
    return use


def record(work: Work, actor: Actor, use_id: str, report: StepReport) -> None:
    """One step, or the outcome of one. Raises UseHidden, UseRefused, CountWrong."""
    use = _use_to_write(work, actor, use_id)
    rows, report = db.list_entries(work.session, use.id), _masked(report)
    if _sent_before(rows, report, actor):
        return
    _require_place(rows, report)
    _require_walking(use)
    require_real_day(report.done_on, work.today)
    flow = flow_of(use)
    before = read_course(flow, list(effective(rows).values()), work.calendar)
    course = advance(flow, before, _entry_of(report), work.calendar)
    _require_host(flow, report)
    work.session.add(_row(work, actor, use, report))
    use.last_step_id = report.step_id
    _settle(work, use, course)
    _note(
        work,
        actor,
        use,
        f"{report.kind.value}_recorded",
        position=report.position,
        step=report.step_id,
        **_counts(report),
    )


def stop_use(work: Work, actor: Actor, use_id: str, reason: str) -> None:
    """Not carried through; the reason is public. Raises UseHidden, UseRefused."""
    use = _use_to_write(work, actor, use_id)
    reason = _said(reason, "停止的原因", LEAST_REASON, MAX_REASON)
    if use.state == UseState.STOPPED and use.reason == reason:
        return
    _require_walking(use)
    _stop(work, use, reason)
    _note(work, actor, use, "stopped")


def correct_entry(
    work: Work, actor: Actor, use_id: str, corrects: int, report: StepReport, reason: str, *, accept_stop: bool = False
) -> None:
    """更正: beside the old, with its reason, checked by the same rules. Raises UseHidden, UseRefused, CountWrong."""
    use = _use_to_write(work, actor, use_id)
    rows = db.list_entries(work.session, use.id)
    reason = _said(reason, "更正的原因", LEAST_REASON, MAX_REASON)
    target = _entry_to_correct(rows, corrects)
    report = replace(_masked(report), step_id=target.step_id, kind=EntryKind(target.kind))
    if _sent_before(rows, report, actor, corrects):
        return
    _require_place(rows, report)
    require_real_day(report.done_on, work.today)
    flow, standing = flow_of(use), effective(rows)
    _require_host(flow, report)
    _require_change(rows, corrects, report)
    new, at = _entry_of(report), list(standing).index(target.position)
    course = after_correction(flow, list(standing.values()), at, new, work.calendar)
    if course is None and not accept_stop and use.state in _WHOLE:
        raise LaterStepsBroken(
            "改了以后，后面已经记的步骤就对不上了。确实要改，请勾选“这次用权到此为止”，再交一次；没办完的重新开始一次。"
        )
    row = _row(work, actor, use, report)
    row.kind, row.corrects, row.reason = EntryKind.CORRECTION, corrects, reason
    work.session.add(row)
    if use.state in _WHOLE:
        _settle(work, use, course, reason)
    _note(work, actor, use, "corrected", position=report.position, corrects=corrects, **_counts(report))


def answer_flag(
    work: Work, actor: Actor, use_id: str, finding: Finding, words: str, power_code: str | None = None
) -> None:
    """The supervisor closes the flag of a use outside the list. Raises UseHidden, UseRefused."""
    use = _visible(work, actor, db.lock_use(work.session, use_id))
    if not may_answer(actor, use.village_code, work.catalogue.regions):
        raise UseRefused("清单外用权由电子监察员核查，您这里只能查看。")
    words = _said(words, "核查结论", LEAST_REASON, MAX_REASON)
    if use.state != UseState.OUTSIDE_LIST:
        raise UseRefused(f"这一条现在是“{POWER_USE[use.state]}”，不用核查。")
    if finding is Finding.IN_LIST:
        use.finding_power_code = _known_power(work, power_code or "").code
    use.state, use.finding, use.finding_words = UseState.OUTSIDE_ANSWERED, finding, words
    use.answered_by_name, use.answered_at, use.closed_at = actor.display_name, work.now, work.now
    _note(work, actor, use, "answered", finding=finding.value)


def get_use_to_see(work: Work, actor: Actor, use_id: str) -> PowerUseRow:
    """Raises UseHidden."""
    return _visible(work, actor, db.find_use(work.session, use_id))


def flow_of(use: PowerUseRow) -> Flow:
    """The power as it was when the use began. Raises UseRefused for a use outside the list, which has none."""
    if use.power_version is None:
        raise UseRefused("清单外用权要等乡镇核查，不能记步骤。核查认为清单里有的，请按那一项重新开始。")
    rules = [VotingRule.model_validate(rule) for rule in use.voting_rules or []]
    return Flow(Power.model_validate(use.power_version), {rule.id: rule for rule in rules})


def effective(rows: Sequence[PowerUseEntryRow]) -> dict[int, Entry]:
    """What holds now at each place of the record: the last correction, else the entry itself."""
    standing: dict[int, Entry] = {}
    kinds: dict[int, EntryKind] = {}
    for row in rows:
        place = row.corrects or row.position
        kinds.setdefault(place, EntryKind(row.kind))
        standing[place] = entry_of(row, kinds[place])
    return standing


def entry_of(row: PowerUseEntryRow, kind: EntryKind) -> Entry:
    count = None if row.due is None else Count(row.due, row.present, row.agreed)
    return Entry(row.step_id, row.done_on, kind, row.rule_id, count, row.branch)


def _visible(work: Work, actor: Actor, use: PowerUseRow | None) -> PowerUseRow:
    if use is None or not may_read(actor, use.village_code, work.catalogue.regions):
        raise UseHidden
    return use


def _use_to_write(work: Work, actor: Actor, use_id: str) -> PowerUseRow:
    """Locked. Raises UseHidden, UseRefused."""
    use = _visible(work, actor, db.lock_use(work.session, use_id))
    if not may_record(actor, use.village_code):
        raise UseRefused("用权记录由本村代办员登记，您这里只能查看。")
    return use


def _require_agent(actor: Actor) -> None:
    if not may_record(actor, actor.desk.region_code):
        raise UseRefused("用权记录由本村代办员登记，您这里只能查看。")


def _power_in_force(work: Work, code: str) -> Power:
    power = _known_power(work, code)
    if power.code in work.catalogue.suspended:
        why = work.catalogue.suspended[power.code].rstrip("。")
        raise UseRefused(f"“{power.name}”{why}。不能再开始新的，有疑问请问乡镇。")
    return power


def _known_power(work: Work, code: str) -> Power:
    try:
        return work.catalogue.get_power(code)
    except UnknownEntry as unknown:
        raise UseRefused(f"{unknown}清单里确实没有的，请按“清单外”登记。") from None


def _begun_already(work: Work, actor: Actor, use_id: str, said: tuple[str | None, str]) -> PowerUseRow | None:
    """The use this very form has begun. Raises UseRefused when the form's id belongs to anything else."""
    use = db.find_use(work.session, use_id)
    if use and (use.recorded_by, use.power_code, use.title) == (actor.account_id, *said):
        return use
    if use or not _USE_ID.fullmatch(use_id):
        raise UseRefused("这个页面已经用过了，没有再记一次。请回到“权力运行”，重新开始一次。")
    return None


def _new_use(work: Work, actor: Actor, use_id: str, title: str, state: UseState) -> PowerUseRow:
    return PowerUseRow(
        id=use_id,
        village_code=actor.desk.region_code,
        counts_only=False,
        title=title,
        state=state,
        recorded_by=actor.account_id,
        recorded_by_name=actor.display_name,
        begun_at=work.now,
    )


def _keep(work: Work, actor: Actor, use: PowerUseRow, what: str, **detail: str) -> None:
    work.session.add(use)
    _note(work, actor, use, what, village=use.village_code, **detail)


def _note(work: Work, actor: Actor, use: PowerUseRow, what: str, **detail: object) -> None:
    """No words of anybody's: places, codes and numbers only."""
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action=f"power_use.{what}", subject=use.id, detail=detail
    )


def _said(text: str, what: str, least: int, most: int) -> str:
    """Masked as it comes in, so that no copy of the database holds the number. Raises UseRefused."""
    words = " ".join(text.split())
    if len(words) < least:
        raise UseRefused(f"请写明{what}（至少{least}个字），村民会看到它。")
    if len(words) > most:
        raise UseRefused(f"“{what}”最多写{most}个字，现在有{len(words)}个，请写短一点。")
    return mask_numbers(words)


def _masked(report: StepReport) -> StepReport:
    """Raises UseRefused."""
    presided = _said(report.presided_by, "主持（办理）人", 0, MAX_PRESIDED)
    note = _said(report.note, "给村民看的说明", 0, MAX_NOTE)
    return replace(report, presided_by=presided, note=note)


def _require_host(flow: Flow, report: StepReport) -> None:
    """A meeting has somebody who presides. Raises UseRefused."""
    step = flow.steps.get(report.step_id)
    if step and step.vote and not report.presided_by:
        raise UseRefused("请写明这次会议谁主持。")


def _require_walking(use: PowerUseRow) -> None:
    """Raises UseRefused."""
    if use.state != UseState.RUNNING:
        flow_of(use)
        raise UseRefused(f"这次用权“{POWER_USE[use.state]}”，不能再记。记错了的，请用“更正”。")


def _require_place(rows: Sequence[PowerUseEntryRow], report: StepReport) -> None:
    """Raises RecordedMeanwhile."""
    if report.position != len(rows) + 1:
        last = f"（{rows[-1].entered_by_name}，{written_time(rows[-1].entered_at)}）" if rows else ""
        raise RecordedMeanwhile(f"刚才已经有人记了一条{last}，您这一次没有记下。请看最新的记录，还没记的再记。")


def _sent_before(
    rows: Sequence[PowerUseEntryRow], report: StepReport, actor: Actor, corrects: int | None = None
) -> bool:
    """The same form again: its place holds just what it says, by the same person."""
    if not 1 <= report.position <= len(rows):
        return False
    row = rows[report.position - 1]
    return row.entered_by == actor.account_id and row.corrects == corrects and _same(row, report)


def _same(row: PowerUseEntryRow, report: StepReport) -> bool:
    said = _entry_of(report)
    return entry_of(row, said.kind) == said and (row.presided_by, row.note) == (report.presided_by, report.note)


def _entry_to_correct(rows: Sequence[PowerUseEntryRow], corrects: int) -> PowerUseEntryRow:
    """Raises UseRefused."""
    found = [row for row in rows if row.position == corrects and row.kind != EntryKind.CORRECTION]
    if not found:
        raise UseRefused("没有找到要更正的那一条。请从记录里点“更正”。")
    return found[0]


def _require_change(rows: Sequence[PowerUseEntryRow], corrects: int, report: StepReport) -> None:
    """Raises UseRefused."""
    last = [row for row in rows if corrects in (row.position, row.corrects)][-1]
    if _same(last, report):
        raise UseRefused("和原来记的一样，没有要更正的。请改好再交。")


def _entry_of(report: StepReport) -> Entry:
    return Entry(report.step_id, report.done_on, report.kind, report.rule_id, report.count, report.branch)


def _counts(report: StepReport) -> dict[str, int | None]:
    return asdict(report.count) if report.count else {}


def _row(work: Work, actor: Actor, use: PowerUseRow, report: StepReport) -> PowerUseEntryRow:
    return PowerUseEntryRow(
        use_id=use.id,
        position=report.position,
        kind=report.kind,
        step_id=report.step_id,
        done_on=report.done_on,
        presided_by=report.presided_by,
        note=report.note,
        rule_id=report.rule_id,
        branch=report.branch,
        entered_by=actor.account_id,
        entered_by_name=actor.display_name,
        entered_at=work.now,
        **(asdict(report.count) if report.count else {}),
    )


def _settle(work: Work, use: PowerUseRow, course: Course | None, reason: str = "") -> None:
    """The state the record now adds up to."""
    if course is None:
        _stop(work, use, BROKEN_BY_CORRECTION + reason)
    elif course.finished:
        use.state, use.closed_at = UseState.COMPLETED, use.closed_at or work.now
    else:
        use.state, use.closed_at = UseState.RUNNING, None


def _stop(work: Work, use: PowerUseRow, reason: str) -> None:
    use.state, use.reason, use.closed_at = UseState.STOPPED, reason, work.now
