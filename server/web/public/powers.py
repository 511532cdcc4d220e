"""村级权力: the list of what a village may do and how, and every single use of it, step by step, for anybody to check."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, request

from forms.catalogue import Catalogue, UnknownEntry
from forms.confidence_words import CONFIDENCE_WORDS
from forms.flow.of_power import chart_of_power
from forms.power import Power, PowerCategory, PowerStep, VotingRule
from forms.power_sheet import power_sheet_of
from forms.region import UnknownRegion
from forms.render.power_sheet import render_power_sheet
from server.services.power_use import UseHidden
from server.services.power_use_page import (
    Body,
    UseLine,
    body_of,
    days_of,
    list_power_uses,
    list_village_uses,
    public_use,
)
from server.web.public.home import open_page
from server.web.webkit.errors import Refusal
from server.web.webkit.flow import flow_of
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force, installation
from server.web.webkit.rate import RateLimit

# One caller cannot keep the machine busy with setting sheets.
_sheets = RateLimit(calls=30, seconds=60)


@dataclass(frozen=True)
class FlowStep:
    """One step of the flow chart in words: what comes next, under which result, and how many must come and agree."""

    number: int
    step: PowerStep
    days: str | None
    bodies: tuple[Body, ...]
    onward: tuple[tuple[str | None, int, str], ...]


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/powers", view_func=list_powers)
    blueprint.add_url_rule("/powers/<code>", view_func=show_power)
    blueprint.add_url_rule("/powers/<code>/sheet.pdf", view_func=print_power_sheet)
    blueprint.add_url_rule("/villages/<code>/powers", view_func=show_village_powers)
    blueprint.add_url_rule("/power-uses/<use_id>", view_func=show_power_use)


@guarded_by("public")
def list_powers() -> Response:
    catalogue = catalogue_in_force()
    return open_page(
        "public/powers.html",
        total=len(catalogue.powers),
        groups=[(category, _powers_of(catalogue, category)) for category in catalogue.vocabulary.categories.values()],
        suspended=catalogue.suspended,
    )


def _powers_of(catalogue: Catalogue, category: PowerCategory) -> list[Power]:
    return [power for power in catalogue.powers.values() if power.category_code == category.code]


@guarded_by("public")
def show_power(code: str) -> Response:
    with installation().look() as work:
        catalogue, uses = work.catalogue, list_power_uses(work, code.upper())
    power = _power(catalogue, code)
    return open_page(
        "public/power.html",
        power=power,
        steps=flow_in_words(power, catalogue.voting_rules),
        flow=flow_of(chart_of_power(power)),
        confidence=CONFIDENCE_WORDS[power.confidence],
        suspended=catalogue.suspended.get(power.code),
        uses=uses,
        villages=_by_village(uses.lines),
    )


@guarded_by("public")
def print_power_sheet(code: str) -> Response:
    catalogue = catalogue_in_force()
    power = _power(catalogue, code)
    _sheets.spend(request.remote_addr or "")
    sheet = power_sheet_of(power, catalogue.voting_rules)
    return Response(render_power_sheet(sheet), mimetype="application/pdf")


def _power(catalogue: Catalogue, code: str) -> Power:
    try:
        return catalogue.get_power(code.upper())
    except UnknownEntry:
        raise Refusal(404, "no_such_power", "清单里没有这项权力。请回到“村级权力”里重新找。") from None


def flow_in_words(power: Power, rules: Mapping[str, VotingRule]) -> list[FlowStep]:
    """The text equivalent of the flow chart: whoever cannot see the drawing reads the same steps, branches and loops."""
    numbers = {step.id: at for at, step in enumerate(power.steps, 1)}
    return [
        FlowStep(
            number=numbers[step.id],
            step=step,
            days=_days(step, numbers),
            bodies=tuple(body_of(rules[name]) for name in step.vote),
            onward=tuple(
                (label, numbers[name], power.steps_by_id[name].what)
                for label, name in zip(step.labels or (None,) * len(step.next), step.next, strict=True)
            ),
        )
        for step in power.steps
    ]


def _days(step: PowerStep, numbers: dict[str, int]) -> str | None:
    """Days that count to a later step name it (选举日20日前公布)."""
    days = days_of(step)
    return f"到第{numbers[step.days_before]}步{days}" if days and step.days_before in numbers else days


def _by_village(lines: tuple[UseLine, ...]) -> list[tuple[str, str, list[UseLine]]]:
    def village(line: UseLine) -> tuple[str, str]:
        return line.village_code, line.village

    return [(*key, list(group)) for key, group in groupby(sorted(lines, key=village), key=village)]


@guarded_by("public")
def show_village_powers(code: str) -> Response:
    regions = catalogue_in_force().regions
    try:
        is_village = regions.get(code).level == "village"
    except UnknownRegion:
        is_village = False
    if not is_village:
        raise Refusal(404, "no_such_village", "没有找到这个村（社区）。请回到首页，从“找我的村”里选。")
    with installation().look() as work:
        uses = list_village_uses(work, code)
    return open_page("public/village_powers.html", code=code, place=regions.full_name(code), uses=uses)


@guarded_by("public")
def show_power_use(use_id: str) -> Response:
    try:
        with installation().look() as work:
            page = public_use(work, use_id)
    except UseHidden:
        sentence = "没有找到这次用权。有的权力按规定只公开数量，不公开每一次。请从“村级权力”里看。"
        raise Refusal(404, "no_such_power_use", sentence) from None
    return open_page("public/power_use.html", page=page)
