"""惠民政策单: what stands on the sheet of one benefit policy; an amount a city has yet to set says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forms.clock import written_date
from forms.confidence_words import certainty_words
from forms.flow.of_item import LEVEL_WORDS
from forms.item import ServiceItem
from forms.policy import Policy

LOCAL_STANDARD = "地方标准（待确认）"
_NOT_STATED = "没有写明"


@dataclass(frozen=True)
class PolicySheet:
    """All the words of a policy's sheet. `facts`: a heading and its sentence, in the order people ask."""

    code: str
    name: str
    department: str
    who: str
    benefit: str
    how: str
    facts: tuple[tuple[str, str], ...]
    certainty: str
    is_confirmed: bool
    guide_url: str | None


def policy_sheet_of(
    policy: Policy, items: Mapping[str, ServiceItem], *, on: date, guide_url: str | None = None
) -> PolicySheet:
    """`on`: the day it is printed, to say when the policy no longer or not yet holds."""
    return PolicySheet(
        code=policy.code,
        name=policy.name,
        department=policy.department,
        who=policy.who,
        benefit=benefit_words(policy),
        how=how_words(policy, items),
        facts=tuple(_facts(policy, on)),
        certainty=certainty_words(policy.confidence, is_confirmed=policy.is_confirmed),
        is_confirmed=policy.is_confirmed,
        guide_url=guide_url,
    )


def benefit_words(policy: Policy) -> str:
    """Where the standard is a city's own, the words say so even if the entry forgot to."""
    if policy.local_standard and "地方标准" not in policy.benefit:
        return f"{LOCAL_STANDARD}；{policy.benefit}"
    return policy.benefit


def how_words(policy: Policy, items: Mapping[str, ServiceItem]) -> str:
    """到村里办“高龄津贴申请”（MZ-008）; where no errand of ours applies for it, what the entry says."""
    named = [f"“{items[code].name}”（{code}）" for code in policy.item_codes if code in items]
    if not named:
        return policy.how_to_apply
    told = policy.how_to_apply if policy.how_to_apply not in policy.item_codes else ""
    return "；".join(filter(None, (f"到村里的办事柜台办{'、'.join(named)}", told)))


def _facts(policy: Policy, on: date) -> Iterator[tuple[str, str]]:
    yield "找谁问", f"{LEVEL_WORDS[policy.contact_level]}·{policy.department}"
    yield "什么时候开始", _when(policy.effective, policy.effective_note)
    ends = _when(policy.expiry, policy.expiry_note)
    yield "什么时候到期", ends if policy.in_force(on) else f"{ends}。{_not_in_force(policy, on)}"
    yield "依据", policy.basis
    if policy.note:
        yield "说明", policy.note


def _not_in_force(policy: Policy, on: date) -> str:
    if policy.effective and on < policy.effective:
        return "现在还没有开始"
    return "日期已经过了，现在怎么办请先问清楚"


def _when(day: date | None, note: str | None) -> str:
    return "；".join(filter(None, (written_date(day) if day else "", note or ""))) or _NOT_STATED
