"""待遇 after its case is done: which action its state allows to whom, when it is confirmed again, and what months come to."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forms.item import Lifecycle
from server.domain.people import Role


class BenefitState(StrEnum):
    """Stored as these words, labelled below."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class BenefitAction(StrEnum):
    RECORD_MATCH = "record_match"
    CONFIRM = "confirm"
    FAIL = "fail"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"


class RecheckState(StrEnum):
    """复核: first the data match at the county, then, for whom it does not find, a visit by the village."""

    MATCHING = "matching"
    VISITING = "visiting"
    PASSED = "passed"
    FAILED = "failed"
    OVERDUE = "overdue"
    CALLED_OFF = "called_off"


class Way(StrEnum):
    """How somebody was confirmed. Whoever is away or abroad need not come back for it."""

    DATA_MATCH = "data_match"
    HOME_VISIT = "home_visit"
    AT_VILLAGE = "at_village"
    VIDEO = "video"
    PROXY = "proxy"


BENEFIT_STATE: dict[str, str] = {
    BenefitState.ACTIVE: "发放中",
    BenefitState.SUSPENDED: "已暂停",
    BenefitState.TERMINATED: "已终止",
}
BENEFIT_ACTION: dict[str, str] = {
    BenefitAction.RECORD_MATCH: "登记数据比对结果",
    BenefitAction.CONFIRM: "复核通过",
    BenefitAction.FAIL: "复核不通过",
    BenefitAction.SUSPEND: "暂停发放",
    BenefitAction.RESUME: "恢复发放",
    BenefitAction.TERMINATE: "终止待遇",
}
RECHECK_STATE: dict[str, str] = {
    RecheckState.MATCHING: "等县里数据比对",
    RecheckState.VISITING: "等村里上门核实",
    RecheckState.PASSED: "通过",
    RecheckState.FAILED: "没有通过",
    RecheckState.OVERDUE: "逾期没有复核",
    RecheckState.CALLED_OFF: "不用再复核",
}
WAY: dict[str, str] = {
    Way.DATA_MATCH: "数据比对",
    Way.HOME_VISIT: "上门看望",
    Way.AT_VILLAGE: "本人到村",
    Way.VIDEO: "视频核实（在外地或境外）",
    Way.PROXY: "委托他人代办（凭委托书）",
}
WAY_SHORT: dict[Way, str] = {
    Way.DATA_MATCH: "数据比对",
    Way.HOME_VISIT: "上门",
    Way.AT_VILLAGE: "本人到村",
    Way.VIDEO: "视频",
    Way.PROXY: "委托代办",
}
VISITS = tuple(way for way in Way if way is not Way.DATA_MATCH)
ENTRY: dict[str, str] = {
    "opened": "待遇开始",
    "granted_again": "又办成一次，待遇照旧",
    "recheck_opened": "该复核了",
    "unmatched": "数据没有比对上，转村里核实",
    "confirmed": "复核通过",
    "suspended": "暂停发放",
    "resumed": "恢复发放",
    "terminated": "终止待遇",
    "stopped_for_death": "因死亡停发",
    "member_died": "家里有人去世，待核减",
    "restored": "误报更正，恢复原状",
}

_COUNTY = frozenset({Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})
_OFFICES = _COUNTY | {Role.TOWNSHIP_COUNTER}
_VILLAGE = frozenset({Role.VILLAGE_AGENT})
_HEADS = frozenset({Role.DEPARTMENT_HEAD})

# The one table: state x action -> who may. A recheck that nobody passes suspends; only a decision terminates.
ALLOWED: dict[BenefitState, dict[BenefitAction, frozenset[Role]]] = {
    BenefitState.ACTIVE: {
        BenefitAction.RECORD_MATCH: _COUNTY,
        BenefitAction.CONFIRM: _VILLAGE,
        BenefitAction.FAIL: _VILLAGE,
        BenefitAction.SUSPEND: _OFFICES,
        BenefitAction.TERMINATE: _HEADS,
    },
    BenefitState.SUSPENDED: {BenefitAction.RESUME: _COUNTY, BenefitAction.TERMINATE: _HEADS},
    BenefitState.TERMINATED: {},
}
# Which of the actions belong to an open re-verification, and to which of its steps.
OF_RECHECK: dict[BenefitAction, RecheckState] = {
    BenefitAction.RECORD_MATCH: RecheckState.MATCHING,
    BenefitAction.CONFIRM: RecheckState.VISITING,
    BenefitAction.FAIL: RecheckState.VISITING,
}


class BenefitRefused(Exception):
    """What the benefit's state does not allow; the text says what is allowed and what to do next."""


def allowed_actions(state: BenefitState, recheck: RecheckState | None, role: Role) -> list[BenefitAction]:
    return [
        action
        for action, roles in ALLOWED[state].items()
        if role in roles and OF_RECHECK.get(action, recheck) == recheck
    ]


def require_allowed(state: BenefitState, recheck: RecheckState | None, action: BenefitAction, role: Role) -> None:
    """Raises BenefitRefused."""
    allowed = allowed_actions(state, recheck, role)
    if action not in allowed:
        offer = (
            f"现在可以：{'、'.join(BENEFIT_ACTION[name] for name in allowed)}。" if allowed else "现在没有需要您办的。"
        )
        where = f"，复核“{RECHECK_STATE[recheck]}”" if recheck else ""
        raise BenefitRefused(f"这项待遇现在是“{BENEFIT_STATE[state]}”{where}，不能“{BENEFIT_ACTION[action]}”。{offer}")


# The village learns of a re-verification a month ahead (our own figure: no rule of the country's names one).
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class NextCheck:
    """When a benefit is due, and when the job looks at it next."""

    due_on: date | None
    check_on: date | None


def next_check(confirmed_on: date, recheck_months: int | None) -> NextCheck:
    """No term: nothing falls due by itself (动态核查), somebody has to look."""
    if recheck_months is None:
        return NextCheck(None, None)
    due = months_later(confirmed_on, recheck_months)
    return NextCheck(due, due - AHEAD)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the month's last where it has no such day (民法典 第202条)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def months_from(first: str, last: str) -> int:
    """How many months from `first` to `last`, both counted; 0 when last lies before."""
    return max(0, _count(last) - _count(first) + 1)


def next_month(month: str, by: int = 1) -> str:
    years, index = divmod(_count(month) + by, 12)
    return f"{years:04d}-{index + 1:02d}"


def _count(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def month_in_words(month: str | None) -> str:
    if not month:
        return ""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月"


def start_month(life: Lifecycle, applied_on: date, decided_on: date) -> str | None:
    """低保、特困、孤儿 from the month after the decision, 两项补贴 from the month of application; else locally decided."""
    if life.start_month == "of_application":
        return month_of(applied_on)
    if life.start_month == "after_decision":
        return next_month(month_of(decided_on))
    return None


def require_notice(notice_days: int, hung_from: date | None, today: date) -> None:
    """特困: the termination hangs out first (特困人员认定办法: 公示7天; the number is to be confirmed locally)."""
    if notice_days and (hung_from is None or (today - hung_from).days < notice_days):
        raise BenefitRefused(
            f"终止这项待遇前要在村里公示{notice_days}天。请先公示，填上开始公示的日期，公示满了再终止。"
        )
