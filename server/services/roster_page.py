"""What screens read of a roster: the desk's table with everything masked, and the table the public sees."""

from dataclasses import dataclass
from datetime import datetime

from forms.identity import mask_account, mask_id_number, mask_name
from server.db.case import CaseRow
from server.db.roster import (
    HouseholdRow,
    RosterRow,
    find_roster,
    list_households,
    list_open_objections,
    list_payments,
    list_rosters_of_item,
)
from server.domain.case import CLOSED
from server.domain.people import Actor, Role
from server.domain.roster import (
    GRANTED,
    ROSTER_STATE,
    ROW_STATE,
    Reconciliation,
    RosterState,
    RowAction,
    RowState,
    Sum,
    allowed_actions,
    yuan,
)
from server.domain.roster_entry import Column, Entry, columns_of, pays
from server.services.answers import mask_numbers
from server.services.household import entry_of
from server.services.item_version import item_of
from server.services.roster import get_roster_case, may_enter, note, waits_to_hang
from server.services.roster_decision import holds
from server.services.roster_gate import notice_has_hung, total_of
from server.services.roster_objection import what_is_said
from server.services.roster_payment import is_payer, reconciliation, to_send
from server.services.work import Work


@dataclass(frozen=True)
class HouseholdLine:
    """One row of the desk's table; names and numbers masked unless the page was asked for in full."""

    number: int
    name: str
    id_number: str
    values: tuple[str, ...]
    quantity: str
    money: str
    account: str
    state: str
    state_label: str
    reason: str | None
    decided_by: str | None
    objections: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """One run of the payer."""

    kind: str
    total: Sum
    at: datetime
    by: str


@dataclass(frozen=True)
class RosterPage:
    """Everything the roster's page shows, and what this person may do on it now."""

    case_number: str
    item_name: str
    village: str
    exists: bool
    state: str
    state_label: str
    is_supplement: bool
    columns: tuple[Column, ...]
    measured: tuple[Column, ...]
    lines: tuple[HouseholdLine, ...]
    counts: tuple[tuple[str, int], ...]
    total: Sum
    has_quantity: bool
    pays: bool
    may_enter: bool
    confirms: bool
    waits_to_hang: bool
    may_judge: bool
    may_pay: bool
    may_object: bool
    may_see_objectors: bool
    undecided: int
    unpriced: int
    sending: Sum
    account: Reconciliation | None
    runs: tuple[Run, ...]
    earlier: tuple[str, ...]


def roster_page(work: Work, actor: Actor, case_number: str, *, in_full: bool = False) -> RosterPage:
    """Raises CaseHidden."""
    case = get_roster_case(work, actor, case_number)
    roster, item = find_roster(work.session, case.id), item_of(case)
    rows = list_households(work.session, roster.id) if roster else []
    state = RosterState(roster.state) if roster else RosterState.OPEN
    columns, judges = columns_of(item), holds(case, actor) and actor.role is not Role.VILLAGE_AGENT
    measured = tuple(column for column in columns if column.kind in ("number", "text"))
    entering, hung = may_enter(work, actor, case), notice_has_hung(work, case)
    allowed = _AllowedHere(state, actor.role, entering, judges, hung)
    objections = _objections(work, roster) if roster else {}
    lines = tuple(_line(work, row, measured, objections.get(row.id, ()), allowed, in_full) for row in rows)
    standing = [row for row in rows if RowState(row.state) in GRANTED]
    return RosterPage(
        case_number=case.case_number,
        item_name=case.item_name,
        village=work.catalogue.regions.full_name(case.village_code),
        exists=roster is not None,
        state=state,
        state_label=ROSTER_STATE[state],
        is_supplement=bool(roster and roster.supplement_of),
        columns=columns,
        measured=measured,
        lines=lines,
        counts=_counts(rows),
        total=total_of(standing),
        has_quantity=any(column.name == "quantity" for column in columns),
        pays=pays(item),
        may_enter=entering,
        confirms=bool(item.lifecycle and item.lifecycle.confirms),
        waits_to_hang=bool(roster) and entering and waits_to_hang(work, case),
        may_judge=judges and state is RosterState.OPEN and case.status not in CLOSED,
        may_pay=is_payer(case, actor) and state is RosterState.APPROVED,
        may_object=hung and state is RosterState.OPEN,
        may_see_objectors=judges and bool(objections),
        undecided=sum(1 for row in rows if row.state == RowState.ENTERED),
        unpriced=sum(1 for row in rows if row.fen is None and row.state != RowState.EXCLUDED),
        sending=total_of(to_send(rows)) if state is RosterState.APPROVED else Sum(),
        account=reconciliation(work, roster) if roster and roster.approved_at else None,
        runs=_runs(work, roster) if roster else (),
        earlier=() if roster else _earlier(work, case),
    )


@dataclass(frozen=True)
class _AllowedHere:
    """The table's actions of a row, as far as this person may take them on this page now."""

    state: RosterState
    role: Role
    entering: bool
    judges: bool
    hung: bool

    def of(self, row: RowState) -> tuple[str, ...]:
        return tuple(action.value for action in allowed_actions(self.state, row, self.role) if self._here(action, row))

    def _here(self, action: RowAction, row: RowState) -> bool:
        if action is RowAction.CORRECT:
            return self.entering or row is not RowState.ENTERED
        if action is RowAction.OBJECT:
            return self.hung
        if action in (RowAction.PAY, RowAction.RETURN):
            return False  # money goes out and comes back by lists, never by a click on one row
        return self.judges or (self.entering and self.role is Role.VILLAGE_AGENT)


def _line(
    work: Work,
    row: HouseholdRow,
    measured: tuple[Column, ...],
    objections: tuple[str, ...],
    allowed: _AllowedHere,
    in_full: bool,
) -> HouseholdLine:
    entry = entry_of(work, row)
    return HouseholdLine(
        number=row.number,
        name=entry.name if in_full else mask_name(entry.name),
        id_number=entry.id_number if in_full else mask_id_number(entry.id_number),
        values=tuple(mask_numbers(entry.values.get(column.name, "")) for column in measured),
        quantity=entry.quantity,
        money=yuan(row.fen),
        account=_account(entry, in_full),
        state=row.state,
        state_label=ROW_STATE[row.state],
        reason=row.reason,
        decided_by=row.decided_by,
        objections=objections,
        actions=allowed.of(RowState(row.state)),
    )


def _account(entry: Entry, in_full: bool) -> str:
    if not entry.account:
        return ""
    return f"{entry.holder} {entry.account}" if in_full else f"{mask_name(entry.holder)} {mask_account(entry.account)}"


def _objections(work: Work, roster: RosterRow) -> dict[str, tuple[str, ...]]:
    said: dict[str, tuple[str, ...]] = {}
    for objection in list_open_objections(work.session, roster.id):
        said[objection.row_id] = (*said.get(objection.row_id, ()), what_is_said(work, objection))
    return said


def _counts(rows: list[HouseholdRow]) -> tuple[tuple[str, int], ...]:
    states = [row.state for row in rows]
    return tuple((label, states.count(state)) for state, label in ROW_STATE.items() if state in states)


def _runs(work: Work, roster: RosterRow) -> tuple[Run, ...]:
    return tuple(
        Run(run.kind, Sum(run.rows, run.fen), run.stated_at, run.stated_by)
        for run in list_payments(work.session, roster.id)
    )


def _earlier(work: Work, case: CaseRow) -> tuple[str, ...]:
    return tuple(number for _, number in list_rosters_of_item(work.session, case.item_code, case.village_code))


def note_full_roster(work: Work, actor: Actor, case_number: str) -> None:
    """Who looked at a whole village's numbers, and when (个人信息保护法 第51条). Raises CaseHidden."""
    case = get_roster_case(work, actor, case_number)
    note(work, actor, case, "roster.viewed_in_full")
