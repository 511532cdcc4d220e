"""差评回访: which step follows a bad rating, and who may take it.

Called back, put right or explained, reviewed, answered to the rater, who may say once more whether it is right now; the
rated desk may appeal once. 谁办理、谁负责: its head puts it right, but nobody handles the follow-up of his own service.
"""

from dataclasses import dataclass
from enum import StrEnum

from forms.region import RegionTree
from server.domain.people import Actor, Desk, Role

CONTROL_CENTRE = "综控中心"
VILLAGE_BODY = "村级组织"
UNREACHED_BEFORE_RECORDS = 3  # our rule: calls in vain after which the papers alone may be looked at


class State(StrEnum):
    """Stored as these words, labelled in STATE_LABELS."""

    OPENED = "opened"
    CALLED_BACK = "called_back"
    RECTIFYING = "rectifying"
    APPEALED = "appealed"
    RECTIFIED = "rectified"
    EXPLAINED = "explained"
    REVIEWED = "reviewed"
    REPLIED = "replied"
    CLOSED = "closed"


class Step(StrEnum):
    """What a person may do to a follow-up."""

    TAKE = "take"
    RECORD_CALL = "record_call"
    NOTE_UNREACHED = "note_unreached"
    CHECK_RECORDS = "check_records"
    ASSIGN = "assign"
    REPORT_RECTIFIED = "report_rectified"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    UPHOLD_APPEAL = "uphold_appeal"
    DISMISS_APPEAL = "dismiss_appeal"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    REPLY = "reply"
    CLOSE = "close"
    SAY_AGAIN = "say_again"


class Part(StrEnum):
    """How somebody stands to one follow-up; the table goes by parts, and `parts_of` gives them out by role."""

    CENTRE = "centre"
    HANDLER = "handler"
    HEAD = "head"
    OVERSEER = "overseer"
    RATER = "rater"


STATE_LABELS = {
    State.OPENED: "等回访",
    State.CALLED_BACK: "已回访核实",
    State.RECTIFYING: "部门整改中",
    State.APPEALED: "部门申诉，等裁定",
    State.RECTIFIED: "报已整改，等复核",
    State.EXPLAINED: "已作解释，等复核",
    State.REVIEWED: "已复核，等答复",
    State.REPLIED: "已答复群众",
    State.CLOSED: "已办结",
}
STEP_LABELS = {
    Step.TAKE: "由我经手",
    Step.RECORD_CALL: "记回访",
    Step.NOTE_UNREACHED: "没打通",
    Step.CHECK_RECORDS: "查记录核实",
    Step.ASSIGN: "交部门整改",
    Step.REPORT_RECTIFIED: "报已整改",
    Step.EXPLAIN: "解释说明",
    Step.APPEAL: "申诉",
    Step.UPHOLD_APPEAL: "申诉成立",
    Step.DISMISS_APPEAL: "申诉不成立",
    Step.CONFIRM: "复核通过",
    Step.SEND_BACK: "退回重改",
    Step.REPLY: "答复群众",
    Step.CLOSE: "办结",
    Step.SAY_AGAIN: "再评一次",
}
# The one table: state x step -> (whose, the state it leads to). Pages, refusals and tests all read it.
TABLE: dict[State, dict[Step, tuple[Part, State]]] = {
    State.OPENED: {
        Step.TAKE: (Part.CENTRE, State.OPENED),
        Step.RECORD_CALL: (Part.HANDLER, State.CALLED_BACK),
        Step.NOTE_UNREACHED: (Part.HANDLER, State.OPENED),
        Step.CHECK_RECORDS: (Part.HANDLER, State.CALLED_BACK),
    },
    State.CALLED_BACK: {
        Step.TAKE: (Part.CENTRE, State.CALLED_BACK),
        Step.ASSIGN: (Part.HANDLER, State.RECTIFYING),
    },
    State.RECTIFYING: {
        Step.TAKE: (Part.CENTRE, State.RECTIFYING),
        Step.REPORT_RECTIFIED: (Part.HEAD, State.RECTIFIED),
        Step.EXPLAIN: (Part.HEAD, State.EXPLAINED),
        Step.APPEAL: (Part.HEAD, State.APPEALED),
    },
    State.APPEALED: {
        Step.TAKE: (Part.CENTRE, State.APPEALED),
        Step.UPHOLD_APPEAL: (Part.HANDLER, State.REVIEWED),
        Step.DISMISS_APPEAL: (Part.HANDLER, State.RECTIFYING),
    },
    State.RECTIFIED: {
        Step.TAKE: (Part.CENTRE, State.RECTIFIED),
        Step.CONFIRM: (Part.HANDLER, State.REVIEWED),
        Step.SEND_BACK: (Part.HANDLER, State.RECTIFYING),
    },
    State.EXPLAINED: {
        Step.TAKE: (Part.CENTRE, State.EXPLAINED),
        Step.CONFIRM: (Part.HANDLER, State.REVIEWED),
        Step.SEND_BACK: (Part.HANDLER, State.RECTIFYING),
    },
    State.REVIEWED: {
        Step.TAKE: (Part.CENTRE, State.REVIEWED),
        Step.REPLY: (Part.HANDLER, State.REPLIED),
    },
    State.REPLIED: {
        Step.TAKE: (Part.CENTRE, State.REPLIED),
        Step.CLOSE: (Part.HANDLER, State.CLOSED),
        Step.SAY_AGAIN: (Part.RATER, State.REPLIED),
    },
    State.CLOSED: {Step.SAY_AGAIN: (Part.RATER, State.CLOSED)},
}


@dataclass(frozen=True)
class Standing:
    """What the rules ask of one follow-up. `rated_people` served in the case: they keep out of it, whatever their role."""

    state: State
    desk: Desk
    village_code: str
    handler: str | None
    rated_people: frozenset[str]
    may_be_called: bool
    unreached: int = 0
    has_appealed: bool = False
    has_said_again: bool = False


class StepNotAllowed(Exception):
    """This state, or what is known of this follow-up, does not allow the step to this person; the text says what is."""

    def __init__(self, standing: Standing, step: Step, allowed: list[Step]):
        offer = f"现在可以：{'、'.join(STEP_LABELS[one] for one in allowed)}。" if allowed else "现在没有要您办的。"
        super().__init__(f"这条评价现在是“{STATE_LABELS[standing.state]}”，不能“{STEP_LABELS[step]}”。{offer}")


def parts_of(actor: Actor, standing: Standing, regions: RegionTree) -> frozenset[Part]:
    """Nobody has a part in the follow-up of his own service (回避); a desk has one once it is assigned to it."""
    if actor.display_name in standing.rated_people:
        return frozenset()
    if actor.role is Role.SUPERVISOR and regions.lies_in(standing.village_code, actor.desk.region_code):
        return frozenset({Part.OVERSEER})
    if actor.role is Role.CONTROL_CENTRE and regions.lies_in(standing.village_code, actor.desk.region_code):
        return frozenset({Part.HANDLER if actor.account_id == standing.handler else Part.CENTRE})
    assigned = standing.state not in (State.OPENED, State.CALLED_BACK)
    return frozenset({Part.HEAD}) if assigned and answers_for(actor, standing.desk, regions) else frozenset()


def department_answered_for(actor: Actor) -> str | None:
    """Whose follow-ups this person could have a part in; None for those of every department."""
    if actor.role in (Role.CONTROL_CENTRE, Role.SUPERVISOR):
        return None
    return VILLAGE_BODY if actor.role is Role.TOWNSHIP_COUNTER else actor.desk.department


def answers_for(actor: Actor, desk: Desk, regions: RegionTree) -> bool:
    """Heads answer for their own department here and further down; a township's counter for its villages' own bodies."""
    if not regions.lies_in(desk.region_code, actor.desk.region_code):
        return False
    if desk.department == VILLAGE_BODY:
        return actor.role is Role.TOWNSHIP_COUNTER
    return actor.role is Role.DEPARTMENT_HEAD and actor.desk.department == desk.department


def allowed_steps(standing: Standing, parts: frozenset[Part]) -> list[Step]:
    return [
        step for step, (part, _) in TABLE[standing.state].items() if part in parts and not _is_spent(standing, step)
    ]


def next_state(standing: Standing, parts: frozenset[Part], step: Step) -> State:
    """Raises StepNotAllowed."""
    allowed = allowed_steps(standing, parts)
    if step not in allowed:
        raise StepNotAllowed(standing, step, allowed)
    return TABLE[standing.state][step][1]


def _is_spent(standing: Standing, step: Step) -> bool:
    """What this one follow-up does not allow, though its state would.

    实名差评回访率100%: where there is somebody to call, the papers alone will not do until calling has been tried.
    """
    if step in (Step.RECORD_CALL, Step.NOTE_UNREACHED):
        return not standing.may_be_called
    if step is Step.CHECK_RECORDS:
        return standing.may_be_called and standing.unreached < UNREACHED_BEFORE_RECORDS
    if step is Step.APPEAL:
        return standing.has_appealed
    return step is Step.SAY_AGAIN and standing.has_said_again
