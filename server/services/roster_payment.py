"""发放 of an approved roster: what the payer (财政一卡通) sent out, what the bank returned row by row, and whether it adds up."""

from server.adapters.roster_sheet import Line, RowFault, read_returns, write_pay_list
from server.db.case import CaseRow
from server.db.roster import HouseholdRow, PaymentRow, RosterRow, list_households, list_payments
from server.domain.people import Actor, Desk
from server.domain.roster import (
    Reconciliation,
    RosterRefused,
    RosterState,
    RowAction,
    RowState,
    Sum,
    next_state,
    reconcile,
    require_reason,
    said,
    yuan,
)
from server.domain.roster_entry import read_fen
from server.services.household import entry_of
from server.services.item_version import item_of
from server.services.roster import SheetRefused, get_roster, note
from server.services.roster_gate import total_of
from server.services.work import Work

PAID_WORDS = frozenset({"成功", "已发放", "发放成功"})
RETURNED_WORDS = frozenset({"失败", "退回", "退汇", "发放失败"})
_TO_SEND = frozenset({RowState.STANDS, RowState.CORRECTED})


def is_payer(case: CaseRow, actor: Actor) -> bool:
    """The desk that issues, or decides where nobody issues; it stays the payer after the case is closed."""
    stages = {stage.id: stage.action for stage in item_of(case).stages}
    desks = {action: Desk(row.department, row.region_code) for row in case.stages if (action := stages[row.stage_id])}
    return actor.desk == (desks.get("issue") or desks.get("approve"))


def get_roster_to_pay(work: Work, actor: Actor, case: CaseRow) -> RosterRow:
    """Raises RosterRefused."""
    roster = get_roster(work, case)
    if not is_payer(case, actor):
        raise RosterRefused("发放和退回由拨付的部门登记，不在您这里。")
    if roster.state != RosterState.APPROVED:
        what = "还没有批准，不能发放" if roster.state == RosterState.OPEN else "已经结清，不用再登记"
        raise RosterRefused(f"这份名册{what}。")
    return roster


def to_send(rows: list[HouseholdRow]) -> list[HouseholdRow]:
    return [row for row in rows if RowState(row.state) in _TO_SEND]


def pay_list(work: Work, actor: Actor, case: CaseRow) -> bytes:
    """The list with whole numbers for the payer's system; the taking is put on record. Raises RosterRefused."""
    roster = get_roster_to_pay(work, actor, case)
    rows = to_send(list_households(work.session, roster.id))
    if not rows:
        raise RosterRefused("没有要发的户：都发了，或在等村里改账号。")
    note(work, actor, case, "roster.pay_list_taken", rows=len(rows))
    return write_pay_list({**entry_of(work, row).texts(), "number": str(row.number)} for row in rows)


def record_payment(work: Work, actor: Actor, case: CaseRow, stated_rows: int, stated_yuan: str) -> Sum:
    """The payer's own count and sum, held against the roster's; then all rows to send are paid. Raises RosterRefused."""
    roster = get_roster_to_pay(work, actor, case)
    rows = to_send(list_households(work.session, roster.id))
    total, stated = total_of(rows), Sum(stated_rows, read_fen(stated_yuan.strip()) or 0)
    if not rows:
        raise RosterRefused("没有要发的户：都发了，或在等村里改账号。")
    if stated != total:
        raise RosterRefused(f"对不上账：名册要发{said(total)}，您填的是{said(stated)}。请同一卡通核对，对上了再记。")
    for row in rows:
        _step(work, actor, roster, row, RowAction.PAY)
    _keep_payment(work, actor, roster, "paid", total)
    note(work, actor, case, "roster.paid", rows=total.rows, fen=total.fen)
    return total


def take_in_returns(work: Work, actor: Actor, case: CaseRow, content: bytes) -> Sum:
    """The list as the payer gave it back, row by row; a list that does not fit the roster changes nothing."""
    roster = get_roster_to_pay(work, actor, case)
    rows = {row.number: row for row in list_households(work.session, roster.id)}
    lines, faults = read_returns(content)
    returned: list[tuple[HouseholdRow, str]] = []
    seen: set[int] = set()
    for line in lines:
        row, fault = _row_of(work, rows, line, seen)
        faults += [RowFault(line.row, fault)] if fault else []
        if row and not fault and line.texts["result"] in RETURNED_WORDS:
            returned.append((row, line.texts.get("reason", "")))
    if faults:
        raise SheetRefused(sorted(faults, key=lambda fault: fault.row))
    if not returned:
        raise RosterRefused("表里没有一户是退回的，没有要记的。")
    for row, reason in returned:
        _step(work, actor, roster, row, RowAction.RETURN, reason)
    total = total_of([row for row, _ in returned])
    _keep_payment(work, actor, roster, "returned", total)
    note(work, actor, case, "roster.returned", rows=total.rows, fen=total.fen)
    return total


def _row_of(
    work: Work, rows: dict[int, HouseholdRow], line: Line, seen: set[int]
) -> tuple[HouseholdRow | None, str | None]:
    """The household a returned line speaks of, or why it cannot be: a list of another batch must move no money here."""
    text = line.texts["number"]
    row = rows.get(int(text)) if text.isdecimal() and len(text) < 7 else None
    if row is None:
        return None, "名册里没有这个序号"
    if row.number in seen:
        return None, "这个序号在表里出现了两次"
    seen.add(row.number)
    if entry_of(work, row).name != line.texts["name"]:
        return None, f"姓名同名册第{row.number}号对不上，可能是别的批次的表"
    if read_fen(line.texts["money"]) != row.fen:
        return None, f"金额同名册第{row.number}号对不上（名册是{yuan(row.fen)}元）"
    return row, _result_fault(row, line.texts["result"], line.texts.get("reason", ""))


def _result_fault(row: HouseholdRow, result: str, reason: str) -> str | None:
    if result not in PAID_WORDS | RETURNED_WORDS:
        return "“发放结果”只能写：成功、退回"
    if row.state != RowState.PAID:
        return f"第{row.number}号没有记为已发放，不能登记结果"
    return "退回的要写“退回原因”（至少5个字）" if result in RETURNED_WORDS and len(reason) < 5 else None


def _step(work: Work, actor: Actor, roster: RosterRow, row: HouseholdRow, action: RowAction, reason: str = "") -> None:
    to = next_state(RosterState(roster.state), RowState(row.state), action, actor.role)
    require_reason(action, RowState(row.state), reason)
    row.state, row.reason = to, reason or None
    row.decided_by, row.decided_at = actor.display_name, work.now


def _keep_payment(work: Work, actor: Actor, roster: RosterRow, kind: str, total: Sum) -> None:
    work.session.add(
        PaymentRow(
            roster_id=roster.id,
            kind=kind,
            rows=total.rows,
            fen=total.fen,
            stated_at=work.now,
            stated_by=actor.display_name,
        )
    )


def reconciliation(work: Work, roster: RosterRow) -> Reconciliation:
    rows = list_households(work.session, roster.id)
    approved = Sum(roster.approved_rows, roster.approved_fen)
    return reconcile(approved, [(RowState(row.state), row.fen or 0) for row in rows])


def ledger(work: Work, roster: RosterRow) -> Sum:
    """What left and did not come back, by the runs as they were stated: a second way to the same sum."""
    total = Sum()
    for run in list_payments(work.session, roster.id):
        total = total + Sum(run.rows, run.fen) if run.kind == "paid" else total - Sum(run.rows, run.fen)
    return total


def settle(work: Work, actor: Actor, case: CaseRow) -> None:
    """结清: only when approved = paid + returned, by the rows and by the runs alike. Raises RosterRefused."""
    roster = get_roster_to_pay(work, actor, case)
    found = reconciliation(work, roster)
    if not found.balances or ledger(work, roster) != found.paid:
        raise RosterRefused(
            f"还对不上账：批准{said(found.approved)}，已发{said(found.paid)}，退回{said(found.returned)}，"
            f"等发{said(found.waiting)}。等发的发完、退回的登记好，再结清。"
        )
    roster.state, roster.settled_at, roster.settled_by = RosterState.SETTLED, work.now, actor.display_name
    note(work, actor, case, "roster.settled", paid=found.paid.rows, returned=found.returned.rows)
