"""待遇复核 in the demo history: the county's data match finds most people, the village sees most of the others."""

from hongye.demo.history.scene import Scene
from server.db.benefit import BenefitRow, find_open_recheck, list_benefits_of_resident
from server.domain.benefit import BenefitState, RecheckState, Way
from server.domain.people import Actor, Desk
from server.services import recheck


def await_recheck(scene: Scene) -> None:
    """Plan the next one of every benefit this case began, some days after the job opens it."""
    for benefit in _benefits(scene):
        if benefit.next_check_on:
            days_off = (benefit.next_check_on - scene.work.today).days
            scene.later(
                max(0, days_off) * 2 // 3 + scene.rng.randrange(3, 9), look_again
            )  # of three days two are worked


def look_again(scene: Scene) -> None:
    for benefit in _benefits(scene):
        standing = find_open_recheck(scene.work.session, benefit.id)
        if standing and standing.state == RecheckState.MATCHING:
            _match(scene, benefit)
        elif standing:
            _visit(scene, benefit)
        elif benefit.state == BenefitState.ACTIVE:  # not opened yet
            scene.later(4, look_again)


def _match(scene: Scene, benefit: BenefitRow) -> None:
    county = scene.work.catalogue.regions.ancestor(benefit.village_code, "county").id
    found = scene.rng.random() < 0.8
    recheck.record_match(scene.work, _official(scene, Desk(benefit.department, county)), benefit, found, "")
    if found:
        await_recheck(scene)
    else:
        scene.later(scene.rng.randrange(2, 9), look_again)


def _official(scene: Scene, desk: Desk) -> Actor:
    """A department without reviewers has its head look."""
    return next(one for one in scene.cast.values() if one.desk == desk)


def _visit(scene: Scene, benefit: BenefitRow) -> None:
    if scene.rng.random() < 0.85:
        recheck.confirm(scene.work, scene.agent, benefit, Way.HOME_VISIT, "已上门见到本人（示范）")
        await_recheck(scene)
    else:
        recheck.fail(scene.work, scene.agent, benefit, "连续三次上门没有见到人，电话也没有人接（示范）")


def _benefits(scene: Scene) -> list[BenefitRow]:
    own = list_benefits_of_resident(scene.work.session, scene.case.resident_id)
    return [benefit for benefit in own if benefit.case_id == scene.case.id]
