"""名册: one case for many households; which action a row's state allows to whom, and whether paid and returned add up."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.domain.people import Role


class RosterState(StrEnum):
    """OPEN until its case is approved; APPROVED while money goes out and comes back; SETTLED when the sums agree."""

    OPEN = "open"
    APPROVED = "approved"
    SETTLED = "settled"


class RowState(StrEnum):
    """Stored as these words, labelled below."""

    ENTERED = "entered"
    STANDS = "stands"
    EXCLUDED = "excluded"
    HELD = "held"
    PAID = "paid"
    RETURNED = "returned"
    CORRECTED = "corrected"


class RowAction(StrEnum):
    AGREE = "agree"
    EXCLUDE = "exclude"
    OBJECT = "object"
    CORRECT = "correct"
    PAY = "pay"
    RETURN = "return"


ROW_STATE: dict[str, str] = {
    RowState.ENTERED: "待核验",
    RowState.STANDS: "同意",
    RowState.EXCLUDED: "不列入",
    RowState.HELD: "有异议，重新核查",
    RowState.PAID: "已发放",
    RowState.RETURNED: "被退回",
    RowState.CORRECTED: "账号已改，等补发",
}
ROW_ACTION: dict[str, str] = {
    RowAction.AGREE: "同意",
    RowAction.EXCLUDE: "不列入",
    RowAction.OBJECT: "登记异议",
    RowAction.CORRECT: "改正",
    RowAction.PAY: "记为已发放",
    RowAction.RETURN: "记为退回",
}
ROSTER_STATE: dict[str, str] = {
    RosterState.OPEN: "核验中",
    RosterState.APPROVED: "已批准，发放中",
    RosterState.SETTLED: "已结清",
}

UNDECIDED = frozenset({RowState.ENTERED, RowState.HELD})
# What counts as granted once the roster is approved.
GRANTED = frozenset({RowState.STANDS, RowState.PAID, RowState.RETURNED, RowState.CORRECTED})
NEEDS_REASON = frozenset({RowAction.EXCLUDE, RowAction.RETURN})

# Whoever writes the list down never agrees to it: a village's list is judged from outside the village.
ENTERING = frozenset({Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER})
_REVIEWERS = frozenset({Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})
_DESKS = _REVIEWERS | {Role.VILLAGE_AGENT}


@dataclass(frozen=True)
class Step:
    """Where an action leads, and who may take it."""

    to: RowState
    roles: frozenset[Role]


# The one table: roster state x row state x action -> where it leads and who may. Buttons and refusals both read it.
ALLOWED: dict[RosterState, dict[RowState, dict[RowAction, Step]]] = {
    RosterState.OPEN: {
        RowState.ENTERED: {
            RowAction.AGREE: Step(RowState.STANDS, _REVIEWERS),
            RowAction.EXCLUDE: Step(RowState.EXCLUDED, _DESKS),
            RowAction.CORRECT: Step(RowState.ENTERED, ENTERING),
            RowAction.OBJECT: Step(RowState.HELD, _DESKS),
        },
        RowState.STANDS: {
            RowAction.EXCLUDE: Step(RowState.EXCLUDED, _REVIEWERS),
            RowAction.OBJECT: Step(RowState.HELD, _DESKS),
        },
        RowState.EXCLUDED: {
            RowAction.AGREE: Step(RowState.STANDS, _REVIEWERS),
            RowAction.OBJECT: Step(RowState.HELD, _DESKS),
        },
        # The re-check of an objection ends in one of these two, with a reason either way.
        RowState.HELD: {
            RowAction.AGREE: Step(RowState.STANDS, _REVIEWERS),
            RowAction.EXCLUDE: Step(RowState.EXCLUDED, _REVIEWERS),
        },
    },
    RosterState.APPROVED: {
        RowState.STANDS: {RowAction.PAY: Step(RowState.PAID, _REVIEWERS)},
        RowState.PAID: {RowAction.RETURN: Step(RowState.RETURNED, _REVIEWERS)},
        RowState.RETURNED: {RowAction.CORRECT: Step(RowState.CORRECTED, ENTERING)},
        RowState.CORRECTED: {
            RowAction.PAY: Step(RowState.PAID, _REVIEWERS),
            RowAction.CORRECT: Step(RowState.CORRECTED, ENTERING),
        },
    },
    RosterState.SETTLED: {},
}


class RosterRefused(Exception):
    """What the roster does not allow; the text says what happened, what is allowed and what to do next."""


def allowed_actions(roster: RosterState, row: RowState, role: Role) -> list[RowAction]:
    return [action for action, step in ALLOWED[roster].get(row, {}).items() if role in step.roles]


def next_state(roster: RosterState, row: RowState, action: RowAction, role: Role) -> RowState:
    """Raises RosterRefused."""
    step = ALLOWED[roster].get(row, {}).get(action)
    if step is None or role not in step.roles:
        allowed = "、".join(ROW_ACTION[name] for name in allowed_actions(roster, row, role))
        offer = f"现在可以：{allowed}。" if allowed else "现在没有需要您办的。"
        raise RosterRefused(f"这一行现在是“{ROW_STATE[row]}”，不能“{ROW_ACTION[action]}”。{offer}")
    return step.to


def require_reason(action: RowAction, row: RowState, reason: str) -> None:
    """Leaving somebody out, and whatever ends an objection, is explained (社会救助暂行办法 第11条: 书面说明理由)."""
    if (action in NEEDS_REASON or row is RowState.HELD) and len(reason.strip()) < 5:
        raise RosterRefused("请写明理由（至少5个字），这一户问起来要答得上。")


@dataclass(frozen=True)
class Sum:
    """Households and money, in fen."""

    rows: int = 0
    fen: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.rows + other.rows, self.fen + other.fen)

    def __sub__(self, other: "Sum") -> "Sum":
        return Sum(self.rows - other.rows, self.fen - other.fen)


@dataclass(frozen=True)
class Reconciliation:
    """对账: what was approved against what went out and what came back."""

    approved: Sum
    paid: Sum
    returned: Sum
    waiting: Sum

    @property
    def difference(self) -> Sum:
        return self.approved - self.paid - self.returned

    @property
    def balances(self) -> bool:
        """approved = paid + returned, household for household and fen for fen; nothing still waits to be sent."""
        return self.difference == Sum() and self.waiting == Sum()


def reconcile(approved: Sum, rows: Iterable[tuple[RowState, int]]) -> Reconciliation:
    sums = {state: Sum() for state in RowState}
    for state, fen in rows:
        sums[state] += Sum(1, fen)
    waiting = sums[RowState.STANDS] + sums[RowState.CORRECTED]
    return Reconciliation(approved, sums[RowState.PAID], sums[RowState.RETURNED], waiting)


def yuan(fen: int | None) -> str:
    """1234.50 as people write money; empty for a sum nobody has set."""
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def said(total: Sum) -> str:
    return f"{total.rows}户 {yuan(total.fen)}元"
