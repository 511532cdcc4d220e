"""What a desk may do when its turn has come, and how often it does: one line a turn, so that a new act is one line more."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hongye.demo.history.answers import stated_result
from hongye.demo.history.places import Sitting
from hongye.demo.history.scene import AtDesk, Scene
from server.db.correction import list_corrections
from server.db.proceeding import list_extensions
from server.domain.case import Action
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.disclosure import stated_labels
from server.domain.people import Actor, Desk
from server.domain.review import StageState, Verdict, asks_for_judgement, lead_of
from server.services import correction, disclosure, ending, extension, joint_review, review, special_procedure
from server.services.acceptance import overdue_acceptance
from server.services.answers import answers_of
from server.services.item_version import item_of

STEPS = frozenset(review.STAGE_ACTIONS)


@dataclass(frozen=True)
class Turn:
    """An act of a desk: how often it is taken, what the table of the case must allow, when it fits, and what is done."""

    weight: float
    action: Action
    take: Callable[[AtDesk], None]
    fits: Callable[[AtDesk], bool] = lambda scene: True

    def is_open(self, scene: AtDesk) -> bool:
        own = self.action not in STEPS or review.STAGE_ACTIONS[self.action] == scene.stage.action
        return own and scene.may(scene.handler, self.action) and self.fits(scene)


def take_a_turn(scene: AtDesk) -> bool:
    """False when the desk can do nothing now."""
    turns = [turn for turn in TURNS if turn.is_open(scene)]
    if turns:
        scene.rng.choices(turns, weights=[turn.weight for turn in turns])[0].take(scene)
    return bool(turns)


# --- the step itself


def _accept(scene: AtDesk) -> None:
    review.accept_case(scene.work, scene.case, scene.handler)


def _decline(scene: AtDesk) -> None:
    review.decline_case(scene.work, scene.case, scene.handler, "户籍不在本地，请向户籍所在地的部门申请（示范）")


def _verify(scene: AtDesk) -> None:
    applies = not (_is_judged(scene) and scene.rng.random() < 0.4)
    words = "已核对，情况属实" if applies else "情况简单，不用走这一步"
    review.verify_case(scene.work, scene.case, scene.handler, words, applies=applies)


def _agree(scene: AtDesk) -> None:
    applies = not (_is_judged(scene) and scene.rng.random() < 0.4)
    verdict = Verdict.AGREE if applies else Verdict.NOT_APPLICABLE
    review.give_verdict(scene.work, scene.case, scene.handler, verdict, "已比对，无异常" if applies else "不涉及本部门")


def _disagree(scene: AtDesk) -> None:
    review.give_verdict(scene.work, scene.case, scene.handler, Verdict.DISAGREE, "比对信息不一致，请复核（示范）")


def _approve(scene: AtDesk) -> None:
    stated = stated_result(stated_labels(item_of(scene.case)), scene.work.today, scene.rng)
    review.approve_case(scene.work, scene.case, scene.handler, "符合条件", stated)


def _reject(scene: AtDesk) -> None:
    review.reject_case(scene.work, scene.case, scene.handler, "不符合规定的条件，详见告知（示范）")


def _issue(scene: AtDesk) -> None:
    review.issue_result(scene.work, scene.case, scene.handler, "已告知本人")


def _is_judged(scene: AtDesk) -> bool:
    """As the service sees it: a desk that stands in a group twice acts on its first open row."""
    row = review.stage_at_desk(scene.work, scene.case, scene.handler, _STEP_OF[scene.stage.action])
    return asks_for_judgement(review.stage_of(scene.case, row), answers_of(scene.work, scene.case))


_STEP_OF = {"verify": Action.VERIFY, "joint_review": Action.GIVE_VERDICT}


# --- papers asked for


def _never_asked(scene: AtDesk) -> bool:
    in_time = overdue_acceptance(scene.work, scene.case) is None
    return in_time and bool(_askable(scene)) and not list_corrections(scene.work.session, scene.case.id)


def _asked_once(scene: AtDesk) -> bool:
    in_time = overdue_acceptance(scene.work, scene.case) is None
    return in_time and bool(_askable(scene)) and len(list_corrections(scene.work.session, scene.case.id)) == 1


def _askable(scene: AtDesk) -> list[str]:
    """Papers that are always needed and were not asked for before."""
    earlier = list_corrections(scene.work.session, scene.case.id)
    asked = {point["material_id"] for request in earlier for point in request.points}
    materials = correction.correctable_materials(item_of(scene.case))
    return [one.id for one in materials if one.when is None and one.id not in asked]


def _ask_for_papers(scene: AtDesk) -> None:
    wanted = scene.rng.sample(_askable(scene), k=min(len(_askable(scene)), scene.rng.choice((1, 1, 2))))
    points = [CorrectionPoint(one, CorrectionReason.UNCLEAR, "拍得不清楚，请重拍（示范）") for one in wanted]
    correction.request_correction(scene.work, scene.case, scene.handler, points)


def _ask_again_with_leave(scene: AtDesk) -> None:
    """What should have been told the first time: the supervisor lets it pass, and the fault is put on record."""
    county = scene.work.catalogue.regions.ancestor(scene.case.village_code, "county").id
    supervisor = scene.actor(Desk("电子监察", county))
    correction.allow_second_correction(scene.work, scene.case, supervisor, "漏看一样材料，准许再补一次（示范）")
    _ask_for_papers(scene)


# --- more time


def _may_be_extended(scene: AtDesk) -> bool:
    head = _head_beside(scene, scene.handler)
    if head is None or head.account_id == scene.handler.account_id or not extension.most_days(item_of(scene.case)):
        return False
    return not list_extensions(scene.work.session, scene.case.id) and not extension.is_over(scene.work, scene.case)


def _head_beside(scene: Scene, handler: Actor) -> Actor | None:
    return scene.cast.get(Sitting(handler.desk, True))


def _ask_for_more_days(scene: AtDesk) -> None:
    days = min(5, extension.most_days(item_of(scene.case)))
    extension.request_extension(scene.work, scene.case, scene.handler, days, "要到现场再核实一次（示范）")
    handler = scene.handler
    scene.later(1, lambda then: _grant_more_days(then, handler))


def _grant_more_days(scene: Scene, handler: Actor) -> None:
    head = _head_beside(scene, handler)
    if not head or not review.held_by(scene.case, head):
        return
    if scene.may(head, Action.DECIDE_EXTENSION) and not extension.is_over(scene.work, scene.case):
        granted = scene.rng.random() < 0.8
        extension.decide_extension(
            scene.work, scene.case, head, granted, "情况属实，同意延期" if granted else "现有材料够了，不用延期"
        )


def _begin_procedure(scene: AtDesk) -> None:
    days = scene.rng.randrange(5, 25)
    kind = scene.rng.choice(special_procedure.KINDS[3:])
    special_procedure.start_procedure(scene.work, scene.case, scene.handler, kind, days, "须由专业机构出具结论（示范）")
    handler = scene.handler
    scene.later(days, lambda then: _end_procedure(then, handler))


def _end_procedure(scene: Scene, handler: Actor) -> None:
    if scene.case.stopped_for == "special_procedure" and scene.may(handler, Action.END_SPECIAL_PROCEDURE):
        special_procedure.end_procedure(scene.work, scene.case, handler, "结论已出，附在卷内（示范）")


# --- what is published


def state_the_result(scene: Scene) -> None:
    """Where no desk decides, the last one fills in what is to be published."""
    if not disclosure.awaits_publication(scene.work, scene.case):
        return
    desk = disclosure.last_desk(scene.case)
    sitting = next(one for one in (Sitting(desk, False), Sitting(desk, True)) if one in scene.cast)
    stated = stated_result(list(disclosure.missing_labels(scene.case)), scene.work.today, scene.rng)
    disclosure.state_result(scene.work, scene.case, scene.cast[sitting], stated)


# --- a joint review that one department keeps waiting


def go_on_without_the_silent(scene: Scene) -> None:
    """The lead concludes it where every department that is silent is over its limit."""
    stages = item_of(scene.case).stages
    waiting = {row.stage_id for row in scene.case.stages if row.state == StageState.ACTIVE}
    group = next((stage.group for stage in stages if stage.id in waiting and stage.group), None)
    lead = lead_of(stages, group) if group else None
    row = next((row for row in scene.case.stages if lead and row.stage_id == lead.id), None)
    if lead is None or row is None or lead.level == "village":
        return
    chair = scene.actor(Desk(row.department, row.region_code), deciding=lead.action == "approve")
    if scene.may(chair, Action.CONCLUDE_REVIEW):
        with suppress(joint_review.ReviewRefused):  # somebody is in time still
            joint_review.conclude_review(scene.work, scene.case, chair)


def answer_late(scene: AtDesk) -> None:
    if scene.may(scene.handler, Action.GIVE_LATE_VERDICT) and joint_review.unanswered_at(scene.case, scene.handler):
        words = "比对无异常，因人手少答复晚了（示范）"
        joint_review.give_late_verdict(scene.work, scene.case, scene.handler, Verdict.AGREE, words)


def _terminate(scene: AtDesk) -> None:
    ending.terminate_case(scene.work, scene.case, scene.handler, "申请人已迁出本市，终止办理（示范）")


# Weights beside the 100 of the step itself. What is built next is one line here.
TURNS = (
    Turn(100, Action.ACCEPT, _accept),
    Turn(5, Action.DECLINE, _decline, lambda scene: overdue_acceptance(scene.work, scene.case) is None),
    Turn(100, Action.VERIFY, _verify),
    Turn(100, Action.GIVE_VERDICT, _agree),
    Turn(3, Action.GIVE_VERDICT, _disagree),
    Turn(100, Action.APPROVE, _approve),
    Turn(5, Action.REJECT, _reject),
    Turn(100, Action.ISSUE, _issue),
    Turn(14, Action.REQUEST_CORRECTION, _ask_for_papers, _never_asked),
    Turn(5, Action.REQUEST_CORRECTION, _ask_again_with_leave, _asked_once),
    Turn(3, Action.REQUEST_EXTENSION, _ask_for_more_days, _may_be_extended),
    Turn(0.7, Action.START_SPECIAL_PROCEDURE, _begin_procedure, lambda scene: not scene.case.stopped_for),
    Turn(0.4, Action.TERMINATE, _terminate),
)
