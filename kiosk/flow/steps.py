"""What may be done at which step: the table `ALLOWED`. The screen shows its buttons from it, and every action asks it."""

from typing import Any, Literal

from kiosk.flow.visit import Step, Visit

Action = Literal[
    "choose_item", "turn_to", "print_notice", "answer", "read_card", "print_form", "print_mandate", "print_covers", "add_page",
    "retake", "drop_page", "move_page", "turn_page", "vouch_page", "sort_stack", "undo", "check_originals", "take_over", "pack", "print_receipt",
    "reopen", "deliver", "abandon",
]  # fmt: skip

STEP_WORDS: dict[Step, str] = {
    "choose_item": "选事项", "notice": "告知单", "answers": "填表", "capture": "拍材料", "check": "核对",
    "packed": "上传", "sent": "上传",
}  # fmt: skip
ACTION_WORDS: dict[Action, str] = {
    "choose_item": "选事项", "turn_to": "换一步", "print_notice": "打印告知单", "answer": "填表",
    "read_card": "读身份证",
    "print_form": "打印申请表", "print_mandate": "打印委托书", "print_covers": "打印分隔页", "add_page": "拍一页",
    "retake": "重拍", "drop_page": "去掉一页", "move_page": "挪一页", "turn_page": "转一页", "vouch_page": "就用这一页",
    "sort_stack": "分一叠", "undo": "撤销",
    "check_originals": "和原件核对", "take_over": "接着办", "pack": "上传", "print_receipt": "打印回执",
    "reopen": "没有收下时重新打开", "deliver": "送到", "abandon": "不办了",
}  # fmt: skip

_PAPERWORK: frozenset[Action] = frozenset(
    {
        "turn_to",
        "print_notice",
        "answer",
        "read_card",
        "print_form",
        "print_mandate",
        "print_covers",
        "take_over",
        "abandon",
    }
)
_PAGES: frozenset[Action] = frozenset(
    {"add_page", "retake", "drop_page", "move_page", "turn_page", "vouch_page", "sort_stack", "undo"}
)
ALLOWED: dict[Step, frozenset[Action]] = {
    "choose_item": frozenset({"choose_item", "take_over", "abandon"}),
    "notice": _PAPERWORK | {"choose_item"},
    "answers": _PAPERWORK | {"choose_item"},
    "capture": _PAPERWORK | _PAGES,
    "check": _PAPERWORK | _PAGES | {"check_originals", "pack"},
    "packed": frozenset({"print_receipt", "reopen", "deliver"}),
    "sent": frozenset({"print_receipt"}),
}
OPEN_STEPS: dict[str, tuple[Step, ...]] = {
    "application": ("notice", "answers", "capture", "check"),
    "correction": ("capture", "check"),
}


class StepNotAllowed(Exception):
    """The action does not fit the step; the text lists what is allowed instead."""

    code = "step_not_allowed"

    def __init__(self, visit: "Visit", action: Action, why: str = "") -> None:
        self.allowed = allowed_actions(visit)
        possible = "、".join(ACTION_WORDS[name] for name in self.allowed) or "什么都不用做"
        reason = why or f"现在是“{STEP_WORDS[visit.step]}”这一步，不能“{ACTION_WORDS[action]}”。"
        super().__init__(f"{reason}现在可以：{possible}。")


def allowed_actions(visit: Visit) -> tuple[Action, ...]:
    """What the table allows now, in the order of ACTION_WORDS."""
    return tuple(action for action in ACTION_WORDS if action in ALLOWED[visit.step])


def require(visit: Visit, action: Action) -> None:
    """Asked by every action, and before work that cannot be undone, such as printing. Raises StepNotAllowed."""
    if action not in ALLOWED[visit.step]:
        raise StepNotAllowed(visit, action)


def changed(visit: Visit, **changes: Any) -> Visit:
    return visit.model_copy(update=changes)


def turn_to(visit: Visit, step: Step) -> Visit:
    """Go to another open step, forward or back; only packing asks whether everything is there."""
    require(visit, "turn_to")
    open_steps = OPEN_STEPS[visit.kind]
    if step not in open_steps:
        names = "、".join(STEP_WORDS[name] for name in open_steps)
        raise StepNotAllowed(visit, "turn_to", f"这件事只有这几步可以去：{names}。")
    return changed(visit, step=step, retaking=None)
