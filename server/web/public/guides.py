"""办事指南: what can be applied for, what to bring, where it goes and how long it takes, and the sheet to print."""

from flask import Blueprint, Response, request, url_for

from forms.catalogue import UnknownItem
from forms.clock import local_date
from forms.flow.of_item import chart_of_item
from forms.item import ServiceItem
from forms.notice_sheet import NOWHERE_STATED, NoticeSheet, blank_notice_sheet
from forms.region import UnknownRegion
from forms.render.flow_sheet import render_flow_sheet
from forms.render.notice_sheet import render_notice_sheet
from forms.service_point import ServicePoint
from server.services.service_point import point_of
from server.web.public.home import open_page
from server.web.public.search_page import asked_words, show_found
from server.web.webkit.errors import Refusal
from server.web.webkit.flow import flow_of
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force, installation
from server.web.webkit.rate import RateLimit

_ANY_VILLAGE = "您所在村（社区）"
# Setting a sheet takes a good part of a second of one core: one caller cannot keep the machine busy with it.
_sheets = RateLimit(calls=30, seconds=60)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/services", view_func=list_services)
    blueprint.add_url_rule("/services/<code>", view_func=show_guide)
    blueprint.add_url_rule("/services/<code>/notice-sheet.pdf", view_func=print_notice_sheet)
    blueprint.add_url_rule("/services/<code>/flowchart.pdf", view_func=print_flow_sheet)


@guarded_by("public")
def list_services() -> Response:
    """All that can be applied for, by department; an address with words in it finds as the search page does."""
    if words := asked_words():
        return show_found(words)
    catalogue = catalogue_in_force()
    items: dict[str, list[ServiceItem]] = {}
    for item in catalogue.offered_items.values():
        items.setdefault(item.department, []).append(item)
    groups = [(code, name, items[name]) for code, name in catalogue.departments.items() if name in items]
    return open_page("public/services.html", groups=groups, total=len(catalogue.offered_items))


@guarded_by("public")
def show_guide(code: str) -> Response:
    item = _item(code)
    catalogue = catalogue_in_force()
    return open_page(
        "public/guide.html",
        item=item,
        stopped=catalogue.suspended.get(item.code),
        sheet=_sheet(item, _ANY_VILLAGE),
        flow=flow_of(chart_of_item(item)),
        policies=[policy for policy in catalogue.policies.values() if item.code in policy.item_codes],
        related=[catalogue.items[name] for name in item.related if name in catalogue.items],
        warning=catalogue.warning,
    )


@guarded_by("public")
def print_notice_sheet(code: str) -> Response:
    item = _item(code)
    _sheets.spend(request.remote_addr or "")
    village = request.args.get("village", "")
    with installation().look() as work:
        try:
            name = work.catalogue.regions.full_name(village) if village else _ANY_VILLAGE
        except UnknownRegion:
            raise Refusal(404, "no_such_village", "没有找到这个村（社区）。请从“找我的村”里选。") from None
        point = point_of(work, village)
    return Response(render_notice_sheet(_sheet(item, name, point)), mimetype="application/pdf")


@guarded_by("public")
def print_flow_sheet(code: str) -> Response:
    item = _item(code)
    _sheets.spend(request.remote_addr or "")
    return Response(render_flow_sheet(chart_of_item(item)), mimetype="application/pdf")


def _item(code: str) -> ServiceItem:
    try:
        return catalogue_in_force().get_item(code.upper())
    except UnknownItem:
        raise Refusal(404, "no_such_item", "没有找到这件事的办事指南。请回到“办事”里重新找。") from None


def _sheet(item: ServiceItem, village_name: str, point: ServicePoint = NOWHERE_STATED) -> NoticeSheet:
    tools = installation().tools
    return blank_notice_sheet(
        item,
        village_name=village_name,
        made_on=local_date(tools.clock.now()),
        guide_url=f"{tools.settings.public_url.rstrip('/')}{url_for('public.show_guide', code=item.code)}",
        digest=catalogue_in_force().digest,
        point=point,
    )
