"""The figures as an Excel file: the figures with their rules, and every case with the figures it counts in."""

from collections.abc import Sequence

from forms.clock import local
from server.adapters.table_book import BookSheet, Cell, write_book
from server.db import case_list as db
from server.db.audit import append_audit
from server.db.case import CaseRow
from server.db.deadline import ClockRow
from server.domain.figures import LABELS, OF_NOW, OF_PERIOD, Figure
from server.domain.people import Actor
from server.domain.wanted import CaseWanted
from server.domain.words import STATUS
from server.services.case_list import in_sight
from server.services.figures import FigureRow, Figures, figures_of
from server.services.work import Work

_SHOWN = (*OF_PERIOD, *OF_NOW)


def figures_book(work: Work, actor: Actor, asked: CaseWanted) -> bytes:
    """Who took it away is put on record: it lists people's cases, if by masked names. Raises OutOfSight."""
    figures = figures_of(work, actor, asked)
    detail = {"from": figures.period.first.isoformat(), "to": figures.period.last.isoformat(), "place": asked.place}
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action="figures.exported", subject="figures", detail=detail
    )
    sheets = [
        _totals(figures),
        _table("按事项", "事项", figures.items),
        _table("按乡镇", "乡镇", figures.townships),
        _table("按部门", "部门", figures.departments),
        _table("按月", "月份", figures.months),
        _cases(work, actor, figures.asked),
    ]
    return write_book(sheets)


def _totals(figures: Figures) -> BookSheet:
    period = f"{figures.period.first} 至 {figures.period.last}"
    cells = [*figures.of_period, *figures.of_now, *figures.pauses]
    rows: list[Sequence[Cell]] = [(cell.label, cell.count, cell.rule) for cell in cells]
    rows.append(("按时率", figures.on_time, "“按时办结”占“办结”的比例。"))
    return BookSheet("统计", ((f"{figures.place_name} {period}", 24), ("数", 10), ("怎么数的", 80)), rows)


def _table(title: str, what: str, found: Sequence[FigureRow]) -> BookSheet:
    labels = [cell.label for cell in found[0].cells] if found else []
    heads = [(what, 24), *((label, 12) for label in labels), ("按时率", 10), ("通常用时", 14), ("依据件数", 10)]
    rows = [
        (
            row.name,
            *(cell.count for cell in row.cells),
            row.on_time,
            row.usual.words if row.usual else None,
            row.usual.cases if row.usual else None,
        )
        for row in found
    ]
    return BookSheet(title, heads, rows)


def _cases(work: Work, actor: Actor, asked: CaseWanted) -> BookSheet:
    """A 1 under every figure the case counts in: the sums of the columns are the figures."""
    scope = in_sight(work, actor, asked)
    counted = {figure: db.list_case_ids(work.session, scope.but(figure=figure), work.now) for figure in _SHOWN}
    every = set().union(*counted.values())
    rows = [_case(work, case, clock, counted) for case, clock in db.iterate_cases(work.session, every)]
    heads = [("办件编号", 24), ("事项", 26), ("申请人", 10), ("乡镇", 12), ("村（社区）", 14), ("状态", 12)]
    heads += [("收件时间", 17), ("办结时间", 17), ("承诺到期", 12), *((LABELS[figure], 10) for figure in _SHOWN)]
    return BookSheet("办件清单", heads, sorted(rows, key=lambda row: str(row[0])))


def _case(work: Work, case: CaseRow, clock: ClockRow, counted: dict[Figure, set[str]]) -> Sequence[Cell]:
    regions = work.catalogue.regions
    return (
        case.case_number,
        case.item_name,
        case.applicant_masked,
        regions.ancestor(case.village_code, "township").short_name,
        regions.get(case.village_code).short_name,
        STATUS[case.status],
        f"{local(case.received_at):%Y-%m-%d %H:%M}",
        f"{local(case.closed_at):%Y-%m-%d %H:%M}" if case.closed_at else None,
        clock.due_on.isoformat() if clock.due_on else None,
        *(1 if case.id in ids else None for ids in counted.values()),
    )
