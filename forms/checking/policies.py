"""Benefit policies: references, dates, and no amount that nobody read in the rule."""

import re
from collections.abc import Iterable, Sequence

from forms.catalogue_reading import Finding, Vocabulary
from forms.checking.shared import Fault, shared_values, situation_faults
from forms.item import ServiceItem
from forms.policy import Policy

POLICIES = "policies.yaml"


def check_policies(policies: Sequence[Policy], vocabulary: Vocabulary, items: Iterable[ServiceItem]) -> list[Finding]:
    codes = {item.code for item in items}
    own = [finding for policy in policies for finding in check_policy(policy, vocabulary, codes)]
    return [*shared_values(POLICIES, policies), *own]


def check_policy(policy: Policy, vocabulary: Vocabulary, codes: set[str], file: str = POLICIES) -> list[Finding]:
    faults = [
        *_policy_references(policy, vocabulary, codes),
        *_policy_dates(policy),
        *_unsourced_amount(policy),
        *situation_faults("suits", policy.suits, vocabulary),
    ]
    return [Finding(file, policy.code, field, fault) for field, fault in faults]


def _policy_references(policy: Policy, vocabulary: Vocabulary, codes: set[str]) -> list[Fault]:
    faults: list[Fault] = []
    if policy.department not in vocabulary.department_names:
        faults.append(("department", f"部门“{policy.department}”不在部门表里"))
    faults += [("item_codes", f"事项“{code}”不在目录里") for code in policy.item_codes if code not in codes]
    spoken = re.findall(r"[A-Z]{2}-\d{3}", policy.how_to_apply)
    faults += [("how_to_apply", f"事项“{code}”不在目录里") for code in spoken if code not in codes]
    return faults


def _policy_dates(policy: Policy) -> list[Fault]:
    if policy.effective and policy.expiry and policy.expiry < policy.effective:
        return [("expiry", "失效日期早于生效日期")]
    return []


def _unsourced_amount(policy: Policy) -> list[Fault]:
    """No invented amount: a sum nobody read in the rule itself must say so beside it."""
    names_a_sum = re.search(r"\d+万?元", policy.benefit)
    said = re.search("记忆|待核|待确认|参考", policy.benefit + (policy.note or ""))
    if names_a_sum and policy.confidence == "memory" and not said:
        return [("benefit", "写了金额又没有核对过原文，要注明“（记忆，待核）”")]
    return []
