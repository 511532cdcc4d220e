"""The figures of a period: what each one counts, in words, and how rates and usual times are worked out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.domain.deadline import start_of
from server.domain.work_calendar import ONE_DAY

FEWEST_CASES = 5  # fewer say nothing about what is usual
USUAL_DAYS = 30
USUAL_SHARE = 90  # per cent of the cases that were done within the usual time


class Figure(StrEnum):
    """Stands in addresses; every one has its rule in `RULES`."""

    ALL = ""
    RECEIVED = "received"
    CLOSED = "closed"
    ON_TIME = "on_time"
    EARLY = "early"
    OVERDUE = "overdue"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    OPEN = "open"
    OPEN_OVERDUE = "open_overdue"
    PAUSED = "paused"
    PAUSED_CORRECTION = "paused_correction"
    PAUSED_NOTICE = "paused_notice"
    PAUSED_PROCEDURE = "paused_procedure"
    PAUSED_OBJECTION = "paused_objection"
    USUAL = "usual"
    STEP_DONE = "step_done"
    STEP_ON_TIME = "step_on_time"
    STEP_LATE = "step_late"
    STEP_OPEN = "step_open"
    STEP_OPEN_LATE = "step_open_late"
    STEP_USUAL = "step_usual"


LABELS: Mapping[Figure, str] = {
    Figure.ALL: "全部",
    Figure.RECEIVED: "收件",
    Figure.CLOSED: "办结",
    Figure.ON_TIME: "按时办结",
    Figure.EARLY: "提前办结",
    Figure.OVERDUE: "超时办结",
    Figure.DECLINED: "不予受理",
    Figure.WITHDRAWN: "撤回",
    Figure.TERMINATED: "终止",
    Figure.OPEN: "在办",
    Figure.OPEN_OVERDUE: "在办已超时",
    Figure.PAUSED: "停表",
    Figure.PAUSED_CORRECTION: "停表：等补材料",
    Figure.PAUSED_NOTICE: "停表：公示",
    Figure.PAUSED_PROCEDURE: "停表：特别程序",
    Figure.PAUSED_OBJECTION: "停表：异议复查",
    Figure.USUAL: "通常用时的依据",
    Figure.STEP_DONE: "办完环节",
    Figure.STEP_ON_TIME: "环节都按时",
    Figure.STEP_LATE: "有环节超时",
    Figure.STEP_OPEN: "现在手上",
    Figure.STEP_OPEN_LATE: "手上已超时",
    Figure.STEP_USUAL: "环节通常用时的依据",
}

RULES: Mapping[Figure, str] = {
    Figure.ALL: "看得到的全部办件。",
    Figure.RECEIVED: "村里收件的时间在这段日子里的件，不论后来怎样。",
    Figure.CLOSED: "在这段日子里办结的件：批准并送达的，和不批准的。不予受理、撤回、终止的另外数。",
    Figure.ON_TIME: "“办结”里面，办结时承诺时限还没过的。扣除补正、公示、特别程序的时间。",
    Figure.EARLY: "“按时办结”里面，用掉的时间比承诺时限至少少一天（小时计的少一小时）的。",
    Figure.OVERDUE: "“办结”里面，办结时承诺时限已经过了的。和“按时办结”加起来就是“办结”。",
    Figure.DECLINED: "在这段日子里不予受理的件。不算办结，不进按时率。",
    Figure.WITHDRAWN: "在这段日子里申请人撤回的件。不算办结，不进按时率。",
    Figure.TERMINATED: "在这段日子里终止的件。不算办结，不进按时率。",
    Figure.OPEN: "现在还没有结束的件，不分哪天收的。",
    Figure.OPEN_OVERDUE: "现在没有结束、承诺时限已经过了的件，不分哪天收的；过了以后才停表的也在内。",
    Figure.PAUSED: "现在没有结束、承诺时限停着、还没有过的件，不分哪天收的。",
    Figure.PAUSED_CORRECTION: "停表的件里，等群众补材料的。",
    Figure.PAUSED_NOTICE: "停表的件里，正在公示的。",
    Figure.PAUSED_PROCEDURE: "停表的件里，在走特别程序（鉴定、勘验等）的。",
    Figure.PAUSED_OBJECTION: "停表的件里，在复查异议的。",
    Figure.USUAL: f"最近{USUAL_DAYS}天办结的件：一百件里九十件不超过的时间就是“通常用时”；不到{FEWEST_CASES}件不显示。",
    Figure.STEP_DONE: "在这段日子里，这个部门办完过自己环节的件（一件数一次）。",
    Figure.STEP_ON_TIME: "“办完环节”里面，这个部门的环节没有一个超过环节时限的。",
    Figure.STEP_LATE: "“办完环节”里面，这个部门至少有一个环节超过环节时限的。",
    Figure.STEP_OPEN: "现在在这个部门手上、环节时限还在的件。",
    Figure.STEP_OPEN_LATE: "现在在这个部门手上、环节时限已经过了的件。",
    Figure.STEP_USUAL: f"最近{USUAL_DAYS}天这个部门办完环节（按工作日计）的件，用时扣除停表；不到{FEWEST_CASES}件不显示。",
}

OF_PERIOD = (
    Figure.RECEIVED,
    Figure.CLOSED,
    Figure.ON_TIME,
    Figure.EARLY,
    Figure.OVERDUE,
    Figure.DECLINED,
    Figure.WITHDRAWN,
    Figure.TERMINATED,
)
OF_NOW = (Figure.OPEN, Figure.OPEN_OVERDUE, Figure.PAUSED)
PAUSES = (
    Figure.PAUSED_CORRECTION,
    Figure.PAUSED_NOTICE,
    Figure.PAUSED_PROCEDURE,
    Figure.PAUSED_OBJECTION,
)
OF_STEPS = (Figure.STEP_DONE, Figure.STEP_ON_TIME, Figure.STEP_LATE, Figure.STEP_OPEN, Figure.STEP_OPEN_LATE)


@dataclass(frozen=True)
class Period:
    """Whole days in Beihai, both ends included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return start_of(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant that is past it."""
        return start_of(self.last + ONE_DAY)


@dataclass(frozen=True)
class UsualTime:
    """What was needed in ninety of a hundred cases, and how many cases it stands on."""

    amount: int
    unit: str
    cases: int


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY)


def months_until(day: date, count: int) -> list[Period]:
    """The last `count` calendar months, the one of `day` as the last."""
    months = [month_of(day)]
    while len(months) < count:
        months.insert(0, month_of(months[0].first - ONE_DAY))
    return months


def rate(part: int, others: int) -> float | None:
    """The share of `part` in both, None where there is nothing to share."""
    return part / (part + others) if part + others else None


def usual_time(histogram: Iterable[tuple[int, int]], unit: str) -> UsualTime | None:
    """From (amount used, number of cases): the nearest-rank percentile, so that it is a time some case really took."""
    counted = sorted(histogram)
    cases = sum(number for _, number in counted)
    if cases < FEWEST_CASES:
        return None
    rank, reached = -(-cases * USUAL_SHARE // 100), 0
    for amount, number in counted:
        reached += number
        if reached >= rank:
            return UsualTime(amount, unit, cases)
    raise AssertionError("the rank is never beyond the last case")
