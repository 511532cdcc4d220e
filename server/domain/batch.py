"""What may be done to many cases at once: the plain steps, never a decision and never a refusal."""

from enum import StrEnum

from server.domain.case import ALLOWED, Action
from server.domain.people import Role

MOST_CASES = 50


class BatchAction(StrEnum):
    """Stands in the form; each is one of the case's own actions."""

    ACCEPT = "accept"
    VERIFY = "verify"
    AGREE = "agree"


LABELS: dict[BatchAction, str] = {
    BatchAction.ACCEPT: "受理",
    BatchAction.VERIFY: "核验属实",
    BatchAction.AGREE: "出具意见：同意",
}
_ACTIONS = {
    BatchAction.ACCEPT: Action.ACCEPT,
    BatchAction.VERIFY: Action.VERIFY,
    BatchAction.AGREE: Action.GIVE_VERDICT,
}


def batch_choices(role: Role) -> tuple[tuple[BatchAction, str], ...]:
    """Those that some status of a case allows to this role."""
    able = {action for actions in ALLOWED.values() for action, roles in actions.items() if role in roles}
    return tuple((batch, words) for batch, words in LABELS.items() if _ACTIONS[batch] in able)
