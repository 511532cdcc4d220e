"""The case: which action a status allows to whom, and which status the active stages add up to."""

from collections.abc import Iterable
from enum import StrEnum

from forms.item import StageAction
from server.domain.people import Role


class Status(StrEnum):
    """办件状态; stored as these words, labelled in `words`."""

    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    IN_VERIFICATION = "in_verification"
    IN_JOINT_REVIEW = "in_joint_review"
    IN_PUBLIC_NOTICE = "in_public_notice"
    AWAITING_DECISION = "awaiting_decision"
    AWAITING_ISSUE = "awaiting_issue"
    AWAITING_CORRECTION = "awaiting_correction"
    COMPLETED = "completed"
    REJECTED = "rejected"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


# Ends other than a decision on the matter count apart in every figure: nobody was refused and nothing was granted.
ENDED_WITHOUT_DECISION = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.TERMINATED})
CLOSED = frozenset({Status.COMPLETED, Status.REJECTED, *ENDED_WITHOUT_DECISION})


class Action(StrEnum):
    """What a person may do to a case."""

    ACCEPT = "accept"
    DECLINE = "decline"
    VERIFY = "verify"
    GIVE_VERDICT = "give_verdict"
    REQUEST_CORRECTION = "request_correction"
    ANSWER_CORRECTION = "answer_correction"
    APPROVE = "approve"
    REJECT = "reject"
    ISSUE = "issue"
    RATE = "rate"
    HAND_OVER = "hand_over"
    ADD_PARTY = "add_party"
    CONCLUDE_REVIEW = "conclude_review"
    GIVE_LATE_VERDICT = "give_late_verdict"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    START_SPECIAL_PROCEDURE = "start_special_procedure"
    END_SPECIAL_PROCEDURE = "end_special_procedure"
    OBJECT = "object"
    DECIDE_OBJECTION = "decide_objection"
    ALLOW_SECOND_CORRECTION = "allow_second_correction"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    REOPEN = "reopen"
    STATE_RESULT = "state_result"


STATUS_OF_STAGE: dict[StageAction, Status] = {
    "accept": Status.AWAITING_ACCEPTANCE,
    "verify": Status.IN_VERIFICATION,
    "joint_review": Status.IN_JOINT_REVIEW,
    "publicise": Status.IN_PUBLIC_NOTICE,
    "approve": Status.AWAITING_DECISION,
    "issue": Status.AWAITING_ISSUE,
}

_DESKS = frozenset({Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})
_REVIEWERS = frozenset({Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})
_HEADS = frozenset({Role.DEPARTMENT_HEAD})
_FOR_THE_APPLICANT = frozenset({Role.VILLAGER, Role.VILLAGE_AGENT})
# Whoever files these only passes on what the applicant or a neighbour asks for: it is no handling of the case (回避).
OF_THE_APPLICANT = frozenset({Action.WITHDRAW, Action.OBJECT, Action.ANSWER_CORRECTION})
_OVERSEERS = frozenset({Role.SUPERVISOR})

# What may be done to a case while a desk works on it, whatever its own step is.
_AT_WORK: dict[Action, frozenset[Role]] = {
    Action.HAND_OVER: _REVIEWERS,
    Action.REQUEST_EXTENSION: _REVIEWERS,
    Action.DECIDE_EXTENSION: _HEADS,
    Action.START_SPECIAL_PROCEDURE: _REVIEWERS,
    Action.END_SPECIAL_PROCEDURE: _REVIEWERS,
    Action.GIVE_LATE_VERDICT: _DESKS,
    Action.ALLOW_SECOND_CORRECTION: _OVERSEERS,
    Action.TERMINATE: _HEADS,
}
_ENDED: dict[Action, frozenset[Role]] = {Action.RATE: frozenset({Role.VILLAGER})}
_REVERSIBLE: dict[Action, frozenset[Role]] = {**_ENDED, Action.REOPEN: _HEADS}

# The one table: status x action -> roles. The console's buttons, the API and the refusals all read it.
ALLOWED: dict[Status, dict[Action, frozenset[Role]]] = {
    Status.AWAITING_ACCEPTANCE: {
        Action.ACCEPT: _DESKS,
        Action.DECLINE: _REVIEWERS,
        Action.REQUEST_CORRECTION: _REVIEWERS,
        Action.HAND_OVER: _REVIEWERS,
        Action.ALLOW_SECOND_CORRECTION: _OVERSEERS,
        Action.WITHDRAW: _FOR_THE_APPLICANT,
        Action.TERMINATE: _HEADS,
    },
    Status.IN_VERIFICATION: {
        Action.VERIFY: _DESKS,
        Action.REQUEST_CORRECTION: _REVIEWERS,
        Action.WITHDRAW: _FOR_THE_APPLICANT,
        **_AT_WORK,
    },
    # No withdrawal here: the departments asked have begun, and each verdict given is on record. The lead may end the case.
    Status.IN_JOINT_REVIEW: {
        Action.GIVE_VERDICT: _DESKS,
        Action.ADD_PARTY: _REVIEWERS,
        Action.CONCLUDE_REVIEW: _REVIEWERS,
        **{action: roles for action, roles in _AT_WORK.items() if action is not Action.HAND_OVER},
    },
    Status.IN_PUBLIC_NOTICE: {
        Action.OBJECT: _FOR_THE_APPLICANT | {Role.TOWNSHIP_COUNTER},
        Action.DECIDE_OBJECTION: _REVIEWERS,
        Action.GIVE_LATE_VERDICT: _DESKS,
        Action.WITHDRAW: _FOR_THE_APPLICANT,
        Action.TERMINATE: _HEADS,
    },
    Status.AWAITING_DECISION: {
        Action.APPROVE: _HEADS,
        Action.REJECT: _HEADS,
        Action.ADD_PARTY: _HEADS,
        Action.WITHDRAW: _FOR_THE_APPLICANT,
        **{action: roles for action, roles in _AT_WORK.items() if action is not Action.HAND_OVER},
    },
    Status.AWAITING_ISSUE: {Action.ISSUE: _DESKS, Action.GIVE_LATE_VERDICT: _DESKS},
    Status.AWAITING_CORRECTION: {
        Action.ANSWER_CORRECTION: frozenset({Role.VILLAGE_AGENT}),
        Action.WITHDRAW: _FOR_THE_APPLICANT,
        Action.TERMINATE: _HEADS,
    },
    Status.COMPLETED: {**_ENDED, Action.STATE_RESULT: _DESKS},
    Status.REJECTED: _ENDED,
    Status.DECLINED: _ENDED,
    Status.WITHDRAWN: _REVERSIBLE,
    Status.TERMINATED: _REVERSIBLE,
}


class ActionNotAllowed(Exception):
    """The status does not allow this action to this role; the text lists what it does allow."""

    def __init__(self, status: Status, action: Action, role: Role, labels: dict[str, str]):
        allowed = [labels[name] for name in allowed_actions(status, role)]
        offer = f"现在可以：{'、'.join(allowed)}。" if allowed else "现在没有需要您办的事。"
        super().__init__(f"这件现在是“{labels[status]}”，不能“{labels[action]}”。{offer}")
        self.allowed = allowed_actions(status, role)


def allowed_actions(status: Status, role: Role) -> list[Action]:
    return [action for action, roles in ALLOWED[status].items() if role in roles]


def actions_of(role: Role) -> frozenset[Action]:
    """What this role may ever do to a case, in whatever status."""
    return frozenset(action for table in ALLOWED.values() for action, roles in table.items() if role in roles)


def require_allowed(status: Status, action: Action, role: Role, labels: dict[str, str]) -> None:
    """Raises ActionNotAllowed."""
    if role not in ALLOWED[status].get(action, frozenset()):
        raise ActionNotAllowed(status, action, role, labels)


def status_of(active_actions: Iterable[StageAction]) -> Status:
    """The status the active stages add up to; with none left the case is completed."""
    for action in active_actions:
        return STATUS_OF_STAGE[action]
    return Status.COMPLETED
