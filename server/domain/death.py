"""死亡报告: who may make it stand or take it back, and what it means for claims, benefits and the desks that must know."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.domain.benefit import month_of, months_from, next_month
from server.domain.people import Role


class ReportState(StrEnum):
    """A village's report waits for a second person: wrongly declared dead, somebody loses everything at once."""

    REPORTED = "reported"
    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class ReportAction(StrEnum):
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


REPORT_STATE: dict[str, str] = {
    ReportState.REPORTED: "等核实",
    ReportState.STANDING: "已核实，待遇已停",
    ReportState.WITHDRAWN: "误报，已撤销",
}
REPORT_ACTION: dict[str, str] = {ReportAction.CONFIRM: "核实属实", ReportAction.WITHDRAW: "误报，撤销"}
SOURCES: dict[str, str] = {
    "registration": "死亡登记（注销户口）",
    "certificate": "死亡证明或推断书",
    "funeral": "殡葬火化信息",
    "data_match": "部门数据比对",
    "village": "村里得知",
}

_OFFICES = frozenset({Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})
REPORTING = _OFFICES | {Role.VILLAGE_AGENT}
READING = REPORTING | {Role.SUPERVISOR}

# state x action -> who may; that the confirming person is not the reporting one is held by the service.
ALLOWED: dict[ReportState, dict[ReportAction, frozenset[Role]]] = {
    ReportState.REPORTED: {ReportAction.CONFIRM: _OFFICES, ReportAction.WITHDRAW: _OFFICES | {Role.VILLAGE_AGENT}},
    ReportState.STANDING: {ReportAction.WITHDRAW: _OFFICES},
    ReportState.WITHDRAWN: {},
}

# 死亡登记: when it is done, it is the report; nobody reports a second time.
REGISTRATION = "GA-002"
# What heirs apply for, or carry on (丧葬补助金, 殡葬减免, 不动产首次登记), survives the person it names.
OF_HEIRS = frozenset({"RS-004", "MZ-013", "ZR-002"})


class DeathRefused(Exception):
    """What cannot be done with the report; the text says what is allowed and what to do next."""


def allowed_actions(state: ReportState, role: Role) -> list[ReportAction]:
    return [action for action, roles in ALLOWED[state].items() if role in roles]


def require_allowed(state: ReportState, action: ReportAction, role: Role) -> None:
    """Raises DeathRefused."""
    allowed = allowed_actions(state, role)
    if action not in allowed:
        offer = (
            f"现在可以：{'、'.join(REPORT_ACTION[name] for name in allowed)}。" if allowed else "现在没有需要您办的。"
        )
        raise DeathRefused(f"这份报告现在是“{REPORT_STATE[state]}”，不能“{REPORT_ACTION[action]}”。{offer}")


class ClaimFate(StrEnum):
    """What becomes of an application still under way."""

    TERMINATED = "claim_terminated"
    CONTINUES = "claim_continues"
    HOUSEHOLD = "household_continues"


def fate_of_claim(item_code: str, members: int) -> ClaimFate:
    """A personal claim ends with the person; heirs' claims and a household's of several go on."""
    if item_code in OF_HEIRS:
        return ClaimFate.CONTINUES
    return ClaimFate.HOUSEHOLD if members > 1 else ClaimFate.TERMINATED


@dataclass(frozen=True)
class Stop:
    """The last month that is owed, and how many months beyond it may have gone out already."""

    paid_through: str
    overpaid_months: int


def stop_of_benefit(died_on: date, months_after_death: int, last_paid: str) -> Stop:
    """It stops with the month after the death; a survivor's pension runs six months on (军人抚恤优待条例 第22条)."""
    through = next_month(month_of(died_on), months_after_death)
    return Stop(through, months_from(next_month(through), last_paid))


def months_to_pay_back(stopped_on: date, paid_through: str, today: date) -> int:
    """Months of a wrong report nobody was paid for: after the one it was stopped in and the last one owed anyway, before
    the one it goes on in."""
    first = max(next_month(month_of(stopped_on)), next_month(paid_through))
    return max(0, months_from(first, month_of(today)) - 1)


# GA-002 fans out: what each department has to do, once when somebody died and once when the report was wrong.
TASKS: dict[str, tuple[str, str]] = {
    "人社": ("停发养老金，核减多发，告知遗属可领丧葬补助金", "误报：恢复养老金，停发的按规定补发"),
    "民政": ("停发高龄津贴、低保（按户核减）、两项补贴", "误报：恢复津贴和补贴，停发的按规定补发"),
    "医保": ("终止参保，停用医保账户", "误报：恢复参保和待遇"),
    "残联": ("注销残疾人证", "误报：恢复残疾人证"),
    "退役军人": ("停发优抚待遇；定期抚恤金按规定再发6个月作丧葬补助", "误报：恢复优抚待遇，停发的按规定补发"),
}
