"""统计: the figures of a period, every one a link to its cases and with its rule beside it, charts, and the Excel file."""

from urllib.parse import quote

from flask import Blueprint, Response, g, render_template

from server.domain.figures import FEWEST_CASES, USUAL_DAYS, Figure
from server.domain.wanted import CaseWanted
from server.services.case_list import choices_of
from server.services.figures import Figures, figures_of
from server.services.figures_book import figures_book
from server.web.console.asking import case_args, case_wanted
from server.web.console.chart import Series, bar_chart, line_chart, share_chart
from server.web.console.inbox import desk_in_words
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/figures", view_func=show_figures)
    blueprint.add_url_rule("/figures.xlsx", view_func=export_figures, methods=["POST"])


@guarded_by("staff")
def show_figures() -> str:
    with installation().look() as work:
        figures = figures_of(work, g.actor, case_wanted())
        return render_template(
            "console/figures.html",
            figures=figures,
            args=case_args(figures.asked),
            case_args=case_args,
            charts=_charts(figures),
            choices=choices_of(work, g.actor, CaseWanted()),
            usual_days=USUAL_DAYS,
            fewest=FEWEST_CASES,
            desk=desk_in_words(work),
            place="figures",
        )


def _charts(figures: Figures) -> dict[str, str]:
    months = figures.months
    lines = [
        Series(name, [row.count(figure) for row in months])
        for name, figure in (("收件", Figure.RECEIVED), ("办结", Figure.CLOSED))
    ]
    steps = [(row.name, row.count(Figure.STEP_DONE)) for row in figures.departments]
    on_time = [(row.name, row.count(Figure.STEP_ON_TIME), row.count(Figure.STEP_LATE)) for row in figures.departments]
    return {
        "months": line_chart("months", "每月收件和办结", [row.name for row in months], lines),
        "departments": bar_chart("departments", "各部门办完环节的件数", steps),
        "on_time": share_chart("on-time", "各部门环节按时的比例", on_time),
    }


@guarded_by("staff")
def export_figures() -> Response:
    """By POST, as it is put on record who took the list away."""
    with installation().begin() as work:
        book, today = figures_book(work, g.actor, case_wanted()), work.today
    response = Response(book, mimetype=_XLSX)
    name = quote(f"办件统计 {today}.xlsx")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "no-store"
    return response
