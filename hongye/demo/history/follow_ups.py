"""差评回访 in the demo history: the control centre calls back, the rated desk puts it right or explains, the rater hears of it."""

from hongye.demo.history.scene import Scene
from server.db.follow_up import find_follow_up_of_case
from server.db.staff import list_active_staff
from server.domain.follow_up import CONTROL_CENTRE, State, Step, allowed_steps, answers_for, parts_of
from server.domain.people import Actor, Desk
from server.domain.rating import Grade
from server.services.follow_up import WORDLESS, Known, assignable, get_known, say_again, take_step
from server.services.staff import actor_of

# How often each step is taken beside the others its state allows, and how many working days go by before the next.
STEPS: dict[Step, int] = {
    Step.TAKE: 1, Step.RECORD_CALL: 90, Step.NOTE_UNREACHED: 10, Step.CHECK_RECORDS: 30, Step.ASSIGN: 1,
    Step.REPORT_RECTIFIED: 60, Step.EXPLAIN: 25, Step.APPEAL: 15, Step.UPHOLD_APPEAL: 40, Step.DISMISS_APPEAL: 60,
    Step.CONFIRM: 85, Step.SEND_BACK: 15, Step.REPLY: 1, Step.CLOSE: 1,
}  # fmt: skip
DAYS = {State.OPENED: (0, 0, 0, 1), State.RECTIFYING: (2, 4, 6, 9, 12, 18)}
WORDS = "已核实情况并处理，详见记录（示范）"


def follow_up(scene: Scene) -> None:
    """One step, and the next one planned; it ends with the answer, or waits where nobody of the desk may put it right."""
    known = _known(scene)
    offered = {step: actor for actor in _people(scene, known) for step in _steps_of(scene, actor, known)}
    desk = _desk_to_assign(scene, known)
    if desk is None:
        offered.pop(Step.ASSIGN, None)
    if not offered:
        return
    [step] = scene.rng.choices(list(offered), weights=[STEPS[step] for step in offered])
    words = "" if step in WORDLESS else WORDS
    take_step(scene.work, offered[step], known.row.id, step, words, desk if step is Step.ASSIGN else None)
    if step is Step.REPLY and scene.rng.random() < 0.4:
        scene.later(scene.rng.randrange(1, 4), _say_again)
    scene.later(scene.rng.choice(DAYS.get(State(known.row.state), (0, 1, 1, 2))), follow_up)


def _known(scene: Scene) -> Known:
    return get_known(scene.work, find_follow_up_of_case(scene.work.session, scene.case.id))


def _people(scene: Scene, known: Known) -> list[Actor]:
    """The control centre's handler, and whoever answers for the desk without having been in the case himself."""
    names, regions = assignable(scene.work, scene.case).get(known.desk, ()), scene.work.catalogue.regions
    people = [actor_of(row) for row in list_active_staff(scene.work.session)]
    heads = [one for one in people if one.display_name in names and answers_for(one, known.desk, regions)]
    return [_centre(scene), *heads[:1]]


def _steps_of(scene: Scene, actor: Actor, known: Known) -> list[Step]:
    parts = parts_of(actor, known.standing, scene.work.catalogue.regions)
    return [step for step in allowed_steps(known.standing, parts) if step in STEPS]


def _centre(scene: Scene) -> Actor:
    city = scene.work.catalogue.regions.ancestor(scene.case.village_code, "city").id
    return scene.actor(Desk(CONTROL_CENTRE, city))


def _desk_to_assign(scene: Scene, known: Known) -> Desk | None:
    """The rated desk where somebody may put it right, else another that handled the case."""
    able = [desk for desk, people in assignable(scene.work, scene.case).items() if people]
    return known.desk if known.desk in able else next(iter(able), None)


def _say_again(scene: Scene) -> None:
    grade = scene.rng.choice((Grade.SATISFIED, Grade.FAIRLY_SATISFIED, Grade.DISSATISFIED))
    say_again(scene.work, scene.case.id, grade, "")
