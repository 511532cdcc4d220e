"""名册 of a batch case: who may open and see it, and how households get onto it, by hand or by a sheet, each fault by row."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from forms.item import Stage
from server.adapters.roster_sheet import MAX_ROWS, RowFault, read_form, write_form
from server.db import case as case_db
from server.db.audit import append_audit
from server.db.benefit import list_people_drawing
from server.db.case import CaseRow, StageRow
from server.db.roster import HouseholdRow, RosterRow, find_roster, last_number, list_households
from server.domain.case import CLOSED
from server.domain.people import Actor, Desk, Role, may_see_case
from server.domain.review import StageState
from server.domain.roster import ENTERING, RosterRefused, RosterState, RowAction, RowState, next_state
from server.domain.roster_entry import Entry, columns_of, read_entry
from server.services import deadline, public_notice
from server.services.answers import answers_of
from server.services.desk import CaseHidden
from server.services.household import entry_of, seal_entry
from server.services.item_version import item_of
from server.services.resident import name_of, number_index, number_of
from server.services.review import desks_of
from server.services.roster_gate import notice_has_hung, people_elsewhere
from server.services.work import Work


class SheetRefused(RosterRefused):
    """A handed-in sheet with faults; nothing of it was kept."""

    def __init__(self, faults: list[RowFault]):
        super().__init__(f"表里有{len(faults)}处要改，这次一户也没有收。请照下面改好，再交一次。")
        self.faults = tuple(faults)


def get_roster_case(work: Work, actor: Actor, case_number: str, *, to_act: bool = False) -> CaseRow:
    """A batch case this person may see the roster of. Raises CaseHidden."""
    find = case_db.lock_case if to_act else case_db.find_case_by_number
    case = find(work.session, case_number)
    if case is None or not item_of(case).batch or not may_see_roster(work, actor, case):
        raise CaseHidden
    return case


def may_see_roster(work: Work, actor: Actor, case: CaseRow) -> bool:
    """Besides the desks the case has reached: those who write the list, before the case comes to them."""
    if may_see_case(actor, desks_of(case), case.village_code, work.catalogue.regions):
        return True
    own = actor.role is Role.VILLAGE_AGENT and actor.desk.region_code == case.village_code
    desks = {Desk(row.department, row.region_code) for row in case.stages}
    return own or (actor.role is Role.TOWNSHIP_COUNTER and actor.desk in desks)


def get_roster(work: Work, case: CaseRow) -> RosterRow:
    """Raises RosterRefused."""
    roster = find_roster(work.session, case.id)
    if roster is None:
        raise RosterRefused("这一件还没有名册。请村代办员或乡镇窗口先建名册，再填各户。")
    return roster


def open_roster(work: Work, actor: Actor, case: CaseRow, supplement_of: str = "") -> RosterRow:
    """Begin the list of a received case; `supplement_of` names the case whose missed households it makes up for."""
    require_may_enter(work, actor, case)
    if find_roster(work.session, case.id):
        raise RosterRefused("这一件已经有名册了，不用再建。请直接往里加户。")
    _wait_with_the_notice(work, case)
    roster = RosterRow(
        id=uuid4().hex,
        case_id=case.id,
        item_code=case.item_code,
        village_code=case.village_code,
        supplement_of=_supplemented(work, case, supplement_of) if supplement_of else None,
        state=RosterState.OPEN,
        opened_by=actor.account_id,
        opened_at=work.now,
        approved_rows=0,
        approved_fen=0,
    )
    work.session.add(roster)
    work.session.flush()
    deadline.keep_time(work, case)
    note(work, actor, case, "roster.opened", supplement=bool(supplement_of))
    return roster


def _wait_with_the_notice(work: Work, case: CaseRow) -> None:
    """What hangs out already names one applicant: it comes down, and the list hangs its whole days once it is filled."""
    noticed = [row for stage, row in _stages(case) if stage.is_public_notice]
    if any(row.state == StageState.DONE for row in noticed):
        raise RosterRefused("这一件的公示已经结束，现在建名册就没有公示过。请另收一件，受理后马上建名册。")
    public_notice.take_down_what_hangs(work, case)


def _stages(case: CaseRow) -> list[tuple[Stage, StageRow]]:
    stages = {stage.id: stage for stage in item_of(case).stages}
    return [(stages[row.stage_id], row) for row in case.stages]


def hang_out(work: Work, actor: Actor, case: CaseRow) -> None:
    """The list is filled: it hangs out for the whole days of the item. Raises RosterRefused."""
    require_may_enter(work, actor, case)
    get_roster(work, case)
    waiting = [stage for stage, row in _stages(case) if stage.is_public_notice and row.state == StageState.ACTIVE]
    if not waiting:
        raise RosterRefused("这一件还没有走到公示。走到那一步时，名册会自动公示。")
    public_notice.start_public_notice(work, case, waiting[0], answers_of(work, case))
    if not notice_has_hung(work, case):
        raise RosterRefused("名册里还没有要公示的户。请先填好各户，再公示。")
    deadline.keep_time(work, case)
    note(work, actor, case, "roster.hung_out")


def discard_roster(work: Work, actor: Actor, case: CaseRow) -> None:
    """A roster begun by mistake, nobody on it yet: the case goes on as one applicant's. Raises RosterRefused."""
    require_may_enter(work, actor, case)
    roster = get_roster(work, case)
    if last_number(work.session, roster.id):
        raise RosterRefused("名册里已经填过户，不能取消。填错的户请写明理由“不列入”；整批不办的，请撤回这一件。")
    work.session.delete(roster)
    work.session.flush()
    for stage, row in _stages(case):
        if stage.is_public_notice and row.state == StageState.ACTIVE:
            public_notice.start_public_notice(work, case, stage, answers_of(work, case))
    deadline.keep_time(work, case)
    note(work, actor, case, "roster.discarded")


def waits_to_hang(work: Work, case: CaseRow) -> bool:
    at_notice = any(stage.is_public_notice and row.state == StageState.ACTIVE for stage, row in _stages(case))
    return at_notice and not notice_has_hung(work, case)


def _supplemented(work: Work, case: CaseRow, case_number: str) -> str:
    earlier = case_db.find_case_by_number(work.session, case_number)
    roster = find_roster(work.session, earlier.id) if earlier else None
    if roster is None or (roster.item_code, roster.village_code) != (case.item_code, case.village_code):
        raise RosterRefused("没有找到要补报的那一批。请选本村同一事项、已经批准的那一件。")
    if roster.approved_at is None:
        raise RosterRefused("那一批还没有批准，不用补报：直接加在那一批的名册里。")
    return roster.id


def may_enter(work: Work, actor: Actor, case: CaseRow) -> bool:
    try:
        require_may_enter(work, actor, case)
    except RosterRefused:
        return False
    return True


def require_may_enter(work: Work, actor: Actor, case: CaseRow) -> None:
    """Raises RosterRefused."""
    if actor.role not in ENTERING:
        raise RosterRefused("名册由村代办员或乡镇窗口填写，您这里只核验。")
    roster = find_roster(work.session, case.id)
    if case.status in CLOSED or (roster and roster.state != RosterState.OPEN):
        raise RosterRefused("这一批已经定了，不能再加户。漏报的请另收一件，建名册时选“补报”。")
    if notice_has_hung(work, case):
        raise RosterRefused("名单已经公示，不能再加没有公示过的户。漏报的请另收一件，建名册时选“补报”。")


def add_household(work: Work, actor: Actor, case: CaseRow, texts: dict[str, str]) -> HouseholdRow:
    """One household by hand. Raises RosterRefused."""
    require_may_enter(work, actor, case)
    roster = get_roster(work, case)
    entry, faults = read_entry(columns_of(item_of(case)), texts)
    if entry is None:
        raise RosterRefused("；".join(faults) + "。请改好再加。")
    if twice := _twice(work, roster, [(0, entry)]):
        raise RosterRefused(twice[0].sentence + "。")
    [row] = _keep(work, actor, roster, [entry])
    note(work, actor, case, "roster.row_added", row=row.number)
    return row


def empty_form(work: Work, case: CaseRow) -> bytes:
    """The item's own sheet to fill in, with how to fill it."""
    asked = "、".join(column.label for column in columns_of(item_of(case)) if column.required)
    return write_form(
        columns_of(item_of(case)),
        (
            f"{case.item_name} 名册。一行一户，从第2行填起，填好在本页交回来。",
            f"必填：{asked}。不要改表头，不要写公式。",
            "号码列已设成“文本”；从别处粘贴时请选“只粘贴值”，否则Excel会丢掉号码的后几位。",
            "有一处不对就一户也不收，并逐行说明哪里要改。",
        ),
    )


def take_in_sheet(work: Work, actor: Actor, case: CaseRow, content: bytes) -> int:
    """All households of a sheet or, when one is wrong, none. Raises RosterRefused, SpreadsheetFault."""
    require_may_enter(work, actor, case)
    roster, columns = get_roster(work, case), columns_of(item_of(case))
    lines, faults = read_form(content, columns)
    unreadable = {fault.row for fault in faults}
    entries: list[tuple[int, Entry]] = []
    for line in lines:
        entry, wrong = (None, []) if line.row in unreadable else read_entry(columns, line.texts)
        faults += [RowFault(line.row, sentence) for sentence in wrong]
        entries += [(line.row, entry)] if entry else []
    faults += _twice(work, roster, entries)
    if faults:
        raise SheetRefused(sorted(faults, key=lambda fault: fault.row))
    if not entries:
        raise RosterRefused("表里一户也没有。请在下载的表里从第2行填起，一行一户，再交。")
    _keep(work, actor, roster, [entry for _, entry in entries])
    note(work, actor, case, "roster.sheet_taken_in", rows=len(entries))
    return len(entries)


def fill_from_benefits(work: Work, actor: Actor, case: CaseRow) -> int:
    """生存认证 and the like: everybody of the village who draws what this errand confirms. Raises RosterRefused."""
    require_may_enter(work, actor, case)
    roster, life = get_roster(work, case), item_of(case).lifecycle
    if life is None or life.confirms is None:
        raise RosterRefused("这个事项不是认证待遇的，不能从待遇里带人。请交表或一户一户加。")
    residents = list_people_drawing(work.session, life.confirms, case.village_code)
    entries = [Entry(name=name_of(work, person), id_number=number_of(work, person)) for person in residents]
    wrong = {fault.row for fault in _twice(work, roster, list(enumerate(entries)))}
    fresh = [entry for row, entry in enumerate(entries) if row not in wrong]
    if not fresh:
        raise RosterRefused("本村在领这项待遇的人都在名册里了。")
    _keep(work, actor, roster, fresh)
    note(work, actor, case, "roster.filled_from_benefits", rows=len(fresh))
    return len(fresh)


def _twice(work: Work, roster: RosterRow, entries: list[tuple[int, Entry]]) -> list[RowFault]:
    """The same person twice: in the sheet, in this roster, or in another one of the item under way."""
    here = {row.number_index: row.number for row in list_households(work.session, roster.id)}
    indexes = [(row, number_index(work, entry.id_number)) for row, entry in entries]
    elsewhere = people_elsewhere(work, roster, [index for _, index in indexes])
    faults, seen = [], {}
    for row, index in indexes:
        if index in seen:
            faults.append(RowFault(row, f"同第{seen[index]}行是同一个人"))
        elif index in here:
            faults.append(RowFault(row, f"这个人已经在名册里，是第{here[index]}号"))
        elif index in elsewhere:
            faults.append(RowFault(row, f"这个人已经在本事项的另一份名册里（{elsewhere[index]}）"))
        seen.setdefault(index, row)
    return faults


def _keep(work: Work, actor: Actor, roster: RosterRow, entries: list[Entry]) -> list[HouseholdRow]:
    first = last_number(work.session, roster.id) + 1
    if first + len(entries) - 1 > MAX_ROWS:
        raise RosterRefused(f"一份名册最多{MAX_ROWS}户，这次加不下。请分几批报。")
    rows = []
    for number, entry in enumerate(entries, first):
        row = HouseholdRow(
            id=uuid4().hex,
            roster_id=roster.id,
            number=number,
            number_index=number_index(work, entry.id_number),
            fen=entry.fen,
            state=RowState.ENTERED,
            entered_by=actor.account_id,
            entered_at=work.now,
        )
        seal_entry(work, row, entry)
        rows.append(row)
    work.session.add_all(rows)
    work.session.flush()
    return rows


def get_household(work: Work, roster: RosterRow, number: int) -> HouseholdRow:
    """Raises RosterRefused."""
    found = [row for row in list_households(work.session, roster.id) if row.number == number]
    if not found:
        raise RosterRefused("名册里没有这一号。请刷新页面再办。")
    return found[0]


def correct_household(work: Work, actor: Actor, case: CaseRow, number: int, texts: dict[str, str]) -> None:
    """A slip mended before anybody decided, or a bad account after the payer returned it. Raises RosterRefused."""
    roster = get_roster(work, case)
    row = get_household(work, roster, number)
    to = next_state(RosterState(roster.state), RowState(row.state), RowAction.CORRECT, actor.role)
    if to is RowState.ENTERED:
        require_may_enter(work, actor, case)
    old = entry_of(work, row)
    entry, faults = read_entry(columns_of(item_of(case)), {**old.texts(), **texts})
    if entry is None:
        raise RosterRefused("；".join(faults) + "。请改好再存。")
    if to is not RowState.ENTERED:  # who is paid and how much was approved; only where it goes is mended
        entry = replace(old, holder=entry.holder, account=entry.account)
    if entry.id_number != old.id_number:
        if twice := _twice(work, roster, [(0, entry)]):
            raise RosterRefused(twice[0].sentence + "。")
        row.number_index = number_index(work, entry.id_number)
    seal_entry(work, row, entry)
    row.state, row.entered_by = to, actor.account_id
    note(work, actor, case, "roster.row_corrected", row=number)


def note(work: Work, actor: Actor, case: CaseRow, action: str, **detail: Any) -> None:
    """Row numbers and counts only: the log outlives every erasure."""
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action=action, subject=case.case_number, detail=detail
    )
