"""惠民政策: all of them by department, each one's conditions, benefit, ground and dates, and the sheet to print."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, request, url_for

from forms.catalogue import Catalogue, UnknownEntry
from forms.clock import local_date
from forms.policy import Policy
from forms.policy_sheet import benefit_words, policy_sheet_of
from forms.render.policy_sheet import render_policy_sheet
from server.web.public.home import open_page
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import catalogue_in_force, installation
from server.web.webkit.rate import RateLimit

# A sheet takes a good part of a second of one core: one caller cannot keep the machine busy with it.
_sheets = RateLimit(calls=30, seconds=60)


@dataclass(frozen=True)
class PolicyState:
    """Whether a policy holds on a day, in one word and, where it matters, with what to do about it."""

    word: str
    holds: bool
    advice: str | None = None
    dated: bool = False


@dataclass(frozen=True)
class PolicyLine:
    """One policy in a list."""

    policy: Policy
    benefit: str
    state: PolicyState


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/policies", view_func=list_policies)
    blueprint.add_url_rule("/policies/<code>", view_func=show_policy)
    blueprint.add_url_rule("/policies/<code>/sheet.pdf", view_func=print_policy_sheet)


def today() -> date:
    return local_date(installation().tools.clock.now())


def state_of(policy: Policy, catalogue: Catalogue, on: date) -> PolicyState:
    if policy.code in catalogue.suspended:
        return PolicyState("现在不办", False, catalogue.suspended[policy.code])
    if policy.effective and on < policy.effective:
        return PolicyState("还没开始", False, "还没有到开始的日子，先别急着去办。")
    if not policy.in_force(on):
        return PolicyState("已过期", False, "写明的期限已经过了，有没有新政策，请先问清楚。")
    if policy.expiry_note:
        return PolicyState("期限要问清", True, f"{policy.expiry_note}，请先问清楚。")
    return PolicyState("现行", True, dated=True) if policy.effective else PolicyState("期限没写明", True)


@guarded_by("public")
def list_policies() -> Response:
    catalogue, day = catalogue_in_force(), today()
    lines: dict[str, list[PolicyLine]] = {}
    for policy in catalogue.policies.values():
        line = PolicyLine(policy, benefit_words(policy), state_of(policy, catalogue, day))
        lines.setdefault(policy.department, []).append(line)
    codes = {name: code for code, name in catalogue.departments.items()}
    groups = [(codes[name], name, of_department) for name, of_department in lines.items()]
    return open_page("public/policies.html", groups=groups, total=len(catalogue.policies))


@guarded_by("public")
def show_policy(code: str) -> Response:
    catalogue = catalogue_in_force()
    policy = _policy(catalogue, code)
    return open_page(
        "public/policy.html",
        policy=policy,
        sheet=policy_sheet_of(policy, catalogue.items, on=today()),
        state=state_of(policy, catalogue, today()),
        items=[catalogue.items[name] for name in policy.item_codes if name in catalogue.items],
    )


@guarded_by("public")
def print_policy_sheet(code: str) -> Response:
    catalogue = catalogue_in_force()
    policy = _policy(catalogue, code)
    _sheets.spend(request.remote_addr or "")
    address = f"{installation().tools.settings.public_url.rstrip('/')}{url_for('public.show_policy', code=policy.code)}"
    sheet = policy_sheet_of(policy, catalogue.items, on=today(), guide_url=address)
    return Response(render_policy_sheet(sheet), mimetype="application/pdf")


def _policy(catalogue: Catalogue, code: str) -> Policy:
    try:
        return catalogue.get_policy(code.upper())
    except UnknownEntry:
        raise Refusal(404, "no_such_policy", "没有找到这条政策。请回到“政策”里重新找。") from None
