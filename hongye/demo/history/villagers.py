"""What villagers do beside the desks' work: change their mind, object to a public notice, say how it was."""

from hongye.demo.history.follow_ups import follow_up
from hongye.demo.history.places import Sitting
from hongye.demo.history.scene import Scene
from server.db.deadline import list_cards
from server.db.proceeding import list_objections
from server.db.rating import find_rating
from server.domain.card_rules import Rule
from server.domain.case import CLOSED, Action, Status
from server.domain.people import Actor, Desk
from server.domain.rating import Grade, is_bad
from server.services import ending, objection
from server.services.rating import rate_by_lookup_code


def change_their_mind(scene: Scene) -> None:
    """撤回: while the table of the case still allows it."""
    if scene.may(scene.agent, Action.WITHDRAW):
        ending.withdraw_case(scene.work, scene.case, scene.agent, "申请人说不办了（示范）")


def object_to_notice(scene: Scene) -> None:
    """异议: taken in at the township, answered by the desk that prepared the notice."""
    township = scene.work.catalogue.regions.ancestor(scene.case.village_code, "township").id
    clerk = scene.actor(Desk("民政", township))
    if scene.may(clerk, Action.OBJECT) and _answering(scene):
        found = objection.raise_objection(scene.work, scene.case, clerk, "示范村民", "家里有车，条件不符（示范）")
        scene.later(scene.rng.randrange(1, 5), lambda then: _answer_objection(then, found))


def _answering(scene: Scene) -> Actor | None:
    """Nobody, where the village itself prepared the notice: its agent may not decide on an objection."""
    row = objection.answering_row(scene.case)
    desk = Desk(row.department, row.region_code)
    seats = [scene.cast.get(Sitting(desk, deciding)) for deciding in (False, True)]
    return next((one for one in seats if one and scene.may(one, Action.DECIDE_OBJECTION)), None)


def _answer_objection(scene: Scene, objection_id: str) -> None:
    waiting = {row.id for row in list_objections(scene.work.session, scene.case.id) if row.decided_at is None}
    if objection_id in waiting and scene.case.status == Status.IN_PUBLIC_NOTICE and (handler := _answering(scene)):
        upheld = scene.rng.random() < 0.25
        reply = "已入户核实，现答复（示范）"
        objection.decide_objection(scene.work, scene.case, handler, objection_id, upheld, reply)


GRADES = {Grade.VERY_SATISFIED: 62, Grade.SATISFIED: 24, Grade.FAIRLY_SATISFIED: 8, Grade.DISSATISFIED: 4, Grade.VERY_DISSATISFIED: 2}  # fmt: skip
WORDS = {
    Grade.VERY_SATISFIED: ("", "很方便", "不用跑县里了", "代办员很耐心"),
    Grade.SATISFIED: ("", "挺好"),
    Grade.FAIRLY_SATISFIED: ("", "还可以再快一点"),
    Grade.DISSATISFIED: ("等得太久", "补材料没有一次说清"),
    Grade.VERY_DISSATISFIED: ("拖了很久没人回话", "问谁都说不清楚"),
}


def rate(scene: Scene) -> None:
    """Asked for, never forced; whoever waited too long is more often cross."""
    if scene.case.status not in CLOSED or find_rating(scene.work.session, scene.case.id):
        return
    cross = 6 if _was_late(scene) else 1
    weights = [weight * (cross if grade <= Grade.DISSATISFIED else 1) for grade, weight in GRADES.items()]
    grade = scene.rng.choices(list(GRADES), weights=weights)[0]
    channel = scene.rng.choice(("miniprogram", "web"))
    rate_by_lookup_code(scene.work, scene.case.lookup_code, grade, scene.rng.choice(WORDS[grade]), channel)
    if is_bad(grade):
        scene.later(scene.rng.choice((0, 0, 1, 2)), follow_up)


def _was_late(scene: Scene) -> bool:
    cards = list_cards(scene.work.session, scene.case.id)
    return any(card.colour == "red" and card.rule == Rule.WHOLE_LIMIT for card in cards)
