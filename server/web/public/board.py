"""公开: what hangs out in a village, the published results, and the count that shows whether anything is missing."""

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, jsonify, request

from forms.clock import local_date
from forms.region import Region, RegionTree, UnknownRegion
from server.services.public_board import Board, Result, read_board
from server.web.public.home import open_page
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force, installation

FOUND = 40


@dataclass(frozen=True)
class ResultTable:
    """The results of one item: they share their columns."""

    item_code: str
    item_name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    # One a row: the roster of a batch, None for a single case.
    rosters: tuple[str | None, ...] = ()


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/villages", view_func=list_villages)
    blueprint.add_url_rule("/villages/<code>", view_func=show_village)
    blueprint.add_url_rule("/results", view_func=show_results)
    blueprint.add_url_rule("/results.json", view_func=results_as_json)


@guarded_by("public")
def list_villages() -> Response:
    words = request.args.get("words", "").strip()[:20]
    regions = catalogue_in_force().regions
    villages = regions.list_level("village")
    found = [village for village in villages if words and words in regions.full_name(village.id)]
    return open_page(
        "public/villages.html",
        words=words,
        found=[(village.id, regions.full_name(village.id)) for village in found[:FOUND]],
        more=max(0, len(found) - FOUND),
        counties=_tree(regions),
    )


def _tree(regions: RegionTree) -> list[tuple[Region, list[tuple[Region, list[Region]]]]]:
    villages: dict[str | None, list[Region]] = {}
    for village in regions.list_level("village"):
        villages.setdefault(village.parent_id, []).append(village)
    towns = regions.list_level("township")
    return [
        (county, [(town, villages.get(town.id, [])) for town in towns if town.parent_id == county.id])
        for county in regions.list_level("county")
    ]


@guarded_by("public")
def show_village(code: str) -> Response:
    regions = catalogue_in_force().regions
    try:
        village = regions.get(code)
    except UnknownRegion:
        village = None
    if village is None or village.level != "village":
        raise Refusal(404, "no_such_village", "没有找到这个村（社区）。请回到首页，从“找我的村”里选。")
    return _show(_board(code), regions.full_name(code), village)


@guarded_by("public")
def show_results() -> Response:
    return _show(_board(None), "全市", None)


@guarded_by("public")
def results_as_json() -> Response:
    """The same results for a machine, so that anybody can check them, masking included."""
    results = _board(None).results
    return jsonify(
        [
            {
                "item": result.item_name,
                "columns": dict(result.columns),
                "published_on": local_date(result.published_at).isoformat(),
            }
            for result in results
        ]
    )


def _board(village_code: str | None) -> Board:
    with installation().look() as work:
        return read_board(work, village_code)


def _show(board: Board, place: str, village: Region | None) -> Response:
    return open_page(
        "public/board.html",
        board=board,
        place=place,
        village=village,
        tables=tables_of(board.results),
    )


def tables_of(results: tuple[Result, ...]) -> list[ResultTable]:
    """One table per item and set of columns (an item's template may change over the years), newest first inside."""

    def kind(result: Result) -> tuple[str, str, tuple[str, ...]]:
        return result.item_code, result.item_name, tuple(label for label, _ in result.columns)

    groups = [(key, list(group)) for key, group in groupby(sorted(results, key=kind), key=kind)]
    return [
        ResultTable(
            *key,
            rows=tuple(tuple(value for _, value in result.columns) for result in group),
            rosters=tuple(result.roster_id for result in group),
        )
        for key, group in groups
    ]
