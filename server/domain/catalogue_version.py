"""Versions of catalogue entries: who may do what with a draft, a version in review and one in force."""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.people import Actor, Role


class VersionState(StrEnum):
    """Stored as these words. Of each entry at most one is open (draft or in review) and one stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


OPEN = frozenset({VersionState.DRAFT, VersionState.IN_REVIEW})
STANDING = frozenset({VersionState.PUBLISHED, VersionState.SUSPENDED, VersionState.WITHDRAWN})


class VersionAction(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    DISCARD = "discard"
    RETURN = "return"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"


# The one table: state x action -> the state it leads to. Buttons, refusals and services all read it.
LEADS_TO: dict[VersionState, dict[VersionAction, VersionState]] = {
    VersionState.DRAFT: {
        VersionAction.EDIT: VersionState.DRAFT,
        VersionAction.SUBMIT: VersionState.IN_REVIEW,
        VersionAction.DISCARD: VersionState.DISCARDED,
    },
    VersionState.IN_REVIEW: {
        VersionAction.RETURN: VersionState.DRAFT,
        VersionAction.PUBLISH: VersionState.PUBLISHED,
    },
    VersionState.PUBLISHED: {
        VersionAction.SUSPEND: VersionState.SUSPENDED,
        VersionAction.WITHDRAW: VersionState.WITHDRAWN,
    },
    VersionState.SUSPENDED: {
        VersionAction.RESUME: VersionState.PUBLISHED,
        VersionAction.WITHDRAW: VersionState.WITHDRAWN,
    },
    VersionState.WITHDRAWN: {},
    VersionState.SUPERSEDED: {},
    VersionState.DISCARDED: {},
}
# What a second person must do: whoever wrote a version cannot be the one who lets it out (双人复核).
SECOND_PERSON = frozenset({VersionAction.PUBLISH})
NEEDS_REASON = frozenset({VersionAction.RETURN, VersionAction.SUSPEND, VersionAction.WITHDRAW, VersionAction.RESUME})

STATE_WORDS: dict[VersionState, str] = {
    VersionState.DRAFT: "草稿",
    VersionState.IN_REVIEW: "等复核",
    VersionState.PUBLISHED: "在用",
    VersionState.SUSPENDED: "暂停办理",
    VersionState.WITHDRAWN: "已取消",
    VersionState.SUPERSEDED: "已被新版代替",
    VersionState.DISCARDED: "已作废",
}
ACTION_WORDS: dict[VersionAction, str] = {
    VersionAction.EDIT: "修改",
    VersionAction.SUBMIT: "送复核",
    VersionAction.DISCARD: "作废草稿",
    VersionAction.RETURN: "退回修改",
    VersionAction.PUBLISH: "复核通过并发布",
    VersionAction.SUSPEND: "暂停办理",
    VersionAction.RESUME: "恢复办理",
    VersionAction.WITHDRAW: "取消（不再办理）",
}


class VersionRefused(Exception):
    """An action on a version that is not allowed; the text says what is, and who may."""


@dataclass(frozen=True)
class Writers:
    """Everybody whose words are in a version: none of them may publish it."""

    account_ids: frozenset[str]


def may_edit(actor: Actor, department: str | None) -> bool:
    """综控中心 edits everything, a department's head what is the own department's; village powers have no department."""
    if actor.role is Role.CONTROL_CENTRE:
        return True
    return actor.role is Role.DEPARTMENT_HEAD and department is not None and actor.desk.department == department


def offered_actions(state: VersionState, actor: Actor, department: str | None, writers: Writers) -> list[VersionAction]:
    """The buttons."""
    if not may_edit(actor, department):
        return []
    own = actor.account_id in writers.account_ids
    return [action for action in LEADS_TO[state] if not (own and action in SECOND_PERSON)]


def require_action(
    state: VersionState, action: VersionAction, actor: Actor, department: str | None, writers: Writers, reason: str = ""
) -> VersionState:
    """The state it leads to. Raises VersionRefused."""
    if not may_edit(actor, department):
        whose = f"“{department}”部门的负责人" if department else "综控中心"
        raise VersionRefused(
            f"您不能改这一条。能改的是：综控中心{'' if not department else '，和' + whose}。请找他们办。"
        )
    allowed = offered_actions(state, actor, department, writers)
    if action in SECOND_PERSON and action in LEADS_TO[state] and action not in allowed:
        raise VersionRefused("这一版是您写的，不能由您自己复核发布。请另一位有权的同事复核。")
    if action not in allowed:
        offer = f"现在可以：{'、'.join(ACTION_WORDS[one] for one in allowed)}。" if allowed else "现在没有可以办的。"
        raise VersionRefused(f"这一版现在是“{STATE_WORDS[state]}”，不能“{ACTION_WORDS[action]}”。{offer}")
    if action in NEEDS_REASON and not reason.strip():
        raise VersionRefused(f"“{ACTION_WORDS[action]}”要写明理由，群众和同事会看到。")
    return LEADS_TO[state][action]
