"""好差评公开: the city's figures by month, department and township; small groups hidden, unrated cases kept apart."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request

from server.domain.rating import LABELS
from server.services.rating_figures import MonthFigures, public_figures
from server.web.public.home import open_page
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation

BAR_WIDTH, BAR_STEP, FULL_HEIGHT, HEAD, FOOT = 36, 54, 150, 24, 26


@dataclass(frozen=True)
class Bar:
    """One month of the chart, in its own units; `height` is None for a month that is not shown."""

    left: int
    top: float
    height: float | None
    words: str
    month: str


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/ratings", view_func=show_ratings)
    blueprint.add_app_template_filter(percent)


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}%"


@guarded_by("public")
def show_ratings() -> Response:
    with installation().look() as work:
        figures = public_figures(work, _month_asked())
    return open_page(
        "public/ratings.html",
        figures=figures,
        labels=sorted(LABELS.items(), reverse=True),
        bars=bars_of(figures.months),
        chart=(BAR_STEP * len(figures.months) + BAR_STEP // 2, HEAD + FULL_HEIGHT + FOOT),
        base=HEAD + FULL_HEIGHT,
        bar_width=BAR_WIDTH,
    )


def _month_asked() -> date | None:
    try:
        return date.fromisoformat(f"{request.args.get('month', '')[:7]}-01")
    except ValueError:
        return None


def bars_of(months: tuple[MonthFigures, ...]) -> list[Bar]:
    """Oldest first, as time is read. A month nobody may see has its place and says so."""
    return [_bar(place, month) for place, month in enumerate(reversed(months))]


def _bar(place: int, month: MonthFigures) -> Bar:
    share = month.figures.satisfaction if month.figures else None
    height = None if share is None else share * FULL_HEIGHT
    words = "不足" if share is None else f"{share * 100:.0f}%"
    left = BAR_STEP // 2 + place * BAR_STEP
    return Bar(left, HEAD + FULL_HEIGHT - (height or 0), height, words, f"{month.month.month}月")
