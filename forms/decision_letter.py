"""决定书: what a decision in writing must say: the facts, the ground, the reasons, and the ways to have it reviewed."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from forms.item import ServiceItem

Outcome = Literal["granted", "refused", "not_accepted"]
TITLES: dict[Outcome, str] = {
    "granted": "准予（确认）决定书",
    "refused": "不予批准决定书",
    "not_accepted": "不予受理决定书",
}
# Bodies whose decision is no administrative act: a village's own organs, associations, banks (行政复议法 第11条).
_NO_AUTHORITIES = frozenset({"村级组织", "残联", "金融机构"})
# 法律援助法 第49条: an objection to the judicial administration comes first; only its answer can be taken further.
_LEGAL_AID = (
    "如对本决定有异议，可以向司法行政部门提出；对司法行政部门维持的决定不服的，再依法申请行政复议或者提起行政诉讼"
    "（《法律援助法》第49条）。"
)


@dataclass(frozen=True)
class RatingInvitation:
    """A one-use address at which whoever holds the letter may rate the service, and its last day."""

    url: str
    until: date


@dataclass(frozen=True)
class DecisionLetter:
    """The words of a decision. `number` is None while nobody has given it one; `remedies` where it is such an act.

    `is_confirmed`: whether the department has confirmed the item's grounds; while not, the letter is a draft and says so.
    """

    outcome: Outcome
    number: str | None
    case_number: str
    item_name: str
    applicant_name: str
    authority: str
    decided_on: date
    facts: tuple[str, ...]
    decided: tuple[tuple[str, str], ...]
    reason: str | None
    legal_basis: tuple[str, ...]
    remedies: str | None
    is_confirmed: bool
    rating: RatingInvitation | None = None


def remedy_words(item: ServiceItem, department: str, review_body: str) -> str | None:
    """The paragraph on 行政复议 and 行政诉讼, or None where the decision is no act that can be taken there.

    An errand only run for people (帮办代办) is decided by another body in its own papers; one that nobody approves
    (filing, mediation) decides nothing.
    """
    decides = any(stage.action == "approve" for stage in item.stages)
    if not decides or item.mode == "帮办代办" or department in _NO_AUTHORITIES:
        return None
    if department == "司法":
        return _LEGAL_AID
    return (
        f"如对本决定不服，可以自知道本决定之日起60日内向{review_body}申请行政复议（《行政复议法》第20条），"
        "也可以自知道本决定之日起6个月内向有管辖权的人民法院提起行政诉讼（《行政诉讼法》第46条）。"
    )
