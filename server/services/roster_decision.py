"""How each household of a roster is decided: by the desk that holds the case, one by one or all that are left at once."""

from server.db.case import CaseRow
from server.db.roster import HouseholdRow, RosterRow, list_households, list_open_objections
from server.domain.case import Status
from server.domain.people import Actor, Desk, Role
from server.domain.review import StageState
from server.domain.roster import RosterRefused, RosterState, RowAction, RowState, next_state, require_reason
from server.domain.roster_entry import priced, read_fen
from server.services.household import entry_of
from server.services.item_version import item_of
from server.services.review import desk_name
from server.services.roster import get_household, get_roster, note, require_may_enter
from server.services.work import Work

_JUDGING = frozenset({"accept", "verify", "joint_review", "approve"})


def decide(work: Work, actor: Actor, case: CaseRow, number: int, action: RowAction, reason: str) -> None:
    """Agree to one household or leave it out. Raises RosterRefused."""
    roster = get_roster(work, case)
    row = get_household(work, roster, number)
    to = next_state(RosterState(roster.state), RowState(row.state), action, actor.role)
    require_reason(action, RowState(row.state), reason)
    if actor.role is Role.VILLAGE_AGENT:
        require_may_enter(work, actor, case)  # what hung out is no longer the village's to change
    else:
        require_holding(work, actor, case)
    _decide(work, actor, row, action, to, reason.strip())
    _close_objections(work, actor, roster, row, reason.strip())
    note(work, actor, case, f"roster.row_{action}", row=number)


def agree_remaining(work: Work, actor: Actor, case: CaseRow) -> int:
    """Agree to every household nobody has decided; those held for an objection are looked at one by one."""
    roster = get_roster(work, case)
    require_holding(work, actor, case)
    rows = [row for row in list_households(work.session, roster.id) if row.state == RowState.ENTERED]
    for row in rows:
        to = next_state(RosterState(roster.state), RowState.ENTERED, RowAction.AGREE, actor.role)
        _decide(work, actor, row, RowAction.AGREE, to, "")
    if not rows:
        raise RosterRefused("没有待核验的户了。")
    note(work, actor, case, "roster.remaining_agreed", rows=len(rows))
    return len(rows)


def _decide(work: Work, actor: Actor, row: HouseholdRow, action: RowAction, to: RowState, reason: str) -> None:
    if action is RowAction.AGREE and row.entered_by == actor.account_id:
        raise RosterRefused(f"第{row.number}号是您自己填的，要由另一位同事核验（双人复核）。")
    row.state, row.reason = to, reason or None
    row.decided_by, row.decided_at = actor.display_name, work.now


def _close_objections(work: Work, actor: Actor, roster: RosterRow, row: HouseholdRow, reason: str) -> None:
    for objection in list_open_objections(work.session, roster.id):
        if objection.row_id == row.id:
            objection.outcome, objection.reason = row.state, reason
            objection.decided_by, objection.decided_at = actor.display_name, work.now


def holds(case: CaseRow, actor: Actor) -> bool:
    """Whether an open stage that judges lies at this person's desk; a notice hanging out judges nothing."""
    stages = {stage.id: stage.action for stage in item_of(case).stages}
    return any(
        row.state == StageState.ACTIVE
        and Desk(row.department, row.region_code) == actor.desk
        and stages[row.stage_id] in _JUDGING
        for row in case.stages
    )


def require_holding(work: Work, actor: Actor, case: CaseRow) -> None:
    """Raises RosterRefused."""
    if Status(case.status) is Status.AWAITING_CORRECTION:
        raise RosterRefused("这一件在等补材料，名册先不核验。材料补齐后再办。")
    if not holds(case, actor):
        active = [row for row in case.stages if row.state == StageState.ACTIVE]
        where = "、".join(desk_name(work, row) for row in active) or "无"
        raise RosterRefused(f"这一件现在不在您这里核验，在：{where}。名册由手上有这一件的部门核验。")


def price_rows(work: Work, actor: Actor, case: CaseRow, standard: str, *, by_quantity: bool) -> int:
    """Set the sum of every row that has none: the standard typed, for each household or times its quantity."""
    roster = get_roster(work, case)
    require_holding(work, actor, case)
    fen = read_fen(standard.strip())
    if roster.state != RosterState.OPEN or actor.role is Role.VILLAGE_AGENT:
        raise RosterRefused("金额由核验的部门在批准前填。现在不能改。")
    if not fen:
        raise RosterRefused("标准要填大于0的数，最多两位小数，例如 78.50。标准以当年本地文件为准。")
    waiting = [row for row in list_households(work.session, roster.id) if row.fen is None]
    done = [row for row in waiting if _price(work, row, fen, by_quantity)]
    if not done:
        raise RosterRefused("没有可以算的户：都有金额了，或没有填核定数量。")
    note(work, actor, case, "roster.priced", rows=len(done), standard_fen=fen, by_quantity=by_quantity)
    return len(done)


def _price(work: Work, row: HouseholdRow, fen: int, by_quantity: bool) -> bool:
    row.fen = priced(entry_of(work, row), fen) if by_quantity else fen
    return row.fen is not None
