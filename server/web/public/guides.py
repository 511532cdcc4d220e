"""办事指南: what can be applied for, what to bring, where it goes and how long it takes, and the sheet to print."""

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for

from forms.catalogue import UnknownItem
from forms.clock import local_date
from forms.item import ServiceItem, Stage, days_in_words
from forms.notice_sheet import LEVEL_WORDS, NoticeSheet, blank_notice_sheet
from forms.region import UnknownRegion
from forms.render.notice_sheet import render_notice_sheet
from server.web.public.home import open_page
from server.web.public.search import find_items
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force, installation
from server.web.webkit.rate import RateLimit

_ANY_VILLAGE = "您所在村（社区）"
# Setting a sheet takes a good part of a second of one core: one caller cannot keep the machine busy with it.
_sheets = RateLimit(calls=30, seconds=60)


@dataclass(frozen=True)
class Step:
    """One step of the way as a villager sees it; desks that work at the same time are one step."""

    where: str
    what: str
    days: str
    together: tuple[str, ...] = ()


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/services", view_func=list_services)
    blueprint.add_url_rule("/services/<code>", view_func=show_guide)
    blueprint.add_url_rule("/services/<code>/notice-sheet.pdf", view_func=print_notice_sheet)


@guarded_by("public")
def list_services() -> Response:
    words = request.args.get("words", "").strip()[:50]
    items = catalogue_in_force().offered_items.values()
    return open_page("public/services.html", words=words, found=find_items(items, words), everything=list(items))


@guarded_by("public")
def show_guide(code: str) -> Response:
    item = _item(code)
    catalogue = catalogue_in_force()
    return open_page(
        "public/guide.html",
        item=item,
        stopped=catalogue.suspended.get(item.code),
        sheet=_sheet(item, _ANY_VILLAGE),
        steps=steps_of(item),
        related=[catalogue.items[name] for name in item.related if name in catalogue.items],
        warning=catalogue.warning,
    )


@guarded_by("public")
def print_notice_sheet(code: str) -> Response:
    item = _item(code)
    _sheets.spend(request.remote_addr or "")
    try:
        village = request.args.get("village")
        name = catalogue_in_force().regions.full_name(village) if village else _ANY_VILLAGE
    except UnknownRegion:
        raise Refusal(404, "no_such_village", "没有找到这个村（社区）。请从“找我的村”里选。") from None
    return Response(render_notice_sheet(_sheet(item, name)), mimetype="application/pdf")


def _item(code: str) -> ServiceItem:
    try:
        return catalogue_in_force().get_item(code.upper())
    except UnknownItem:
        raise Refusal(404, "no_such_item", "没有找到这件事的办事指南。请回到“办事”里重新找。") from None


def _sheet(item: ServiceItem, village_name: str) -> NoticeSheet:
    tools = installation().tools
    return blank_notice_sheet(
        item,
        village_name=village_name,
        made_on=local_date(tools.clock.now()),
        guide_url=f"{tools.settings.public_url.rstrip('/')}{url_for('public.show_guide', code=item.code)}",
        digest=catalogue_in_force().digest,
    )


def steps_of(item: ServiceItem) -> list[Step]:
    """The way of a case; a group of parallel desks as one step, which takes as long as its slowest desk."""
    steps: list[Step] = []
    done: set[str] = set()
    for stage in item.stages:
        members = [other for other in item.stages if stage.group and other.group == stage.group and other.parallel]
        if stage.id in done:
            continue
        if stage.parallel and len(members) > 1:
            steps.append(_together(members))
            done.update(member.id for member in members)
        else:
            steps.append(Step(f"{LEVEL_WORDS[stage.level]}·{stage.department}", stage.what, _days(stage)))
    return steps


def _together(members: list[Stage]) -> Step:
    levels = "、".join(dict.fromkeys(LEVEL_WORDS[member.level] for member in members))
    slowest = max(members, key=lambda member: member.promised_days)
    desks = tuple(f"{member.department}：{member.what}" for member in members)
    return Step(f"{levels}{len(members)}个部门一起核查", "同时进行，您不用跑。", _days(slowest), desks)


def _days(stage: Stage) -> str:
    if stage.is_public_notice:
        return f"公示{stage.notice_days}天，不计入时限"
    if stage.stops_clock:
        return "不计入时限"
    return days_in_words(stage.promised_days, "working_day") if stage.promised_days else "当天"
