"""Benefits and the desks around them, for the tests that need one; everybody in them is invented."""

from datetime import timedelta

from server.bootstrap import Installation
from server.db.benefit import list_benefits_of_resident, list_rechecks
from server.db.case import find_case_by_number
from server.domain.people import Actor, Desk, Role
from server.services import review
from server.services.benefit import get_benefit_to_act
from server.services.desk import get_case_to_act
from tests import factories as make
from tests.server.services.test_every_item import Walk, complete_answers

FARM_HEAD = Actor("xian-ny", "蒙练习", Role.DEPARTMENT_HEAD, Desk("农业农村", make.COUNTY))


def walked(installation: Installation, item_code: str = "MZ-008", **answers: object) -> str:
    """A case of the item walked to its end by whoever's turn it is; its number."""
    walk = begun(installation, item_code, **answers)
    walk.to_its_end()
    return walk.number


def begun(installation: Installation, item_code: str, machine=None, **answers: object) -> Walk:
    item = installation.tools.catalogue.get_item(item_code)
    known = complete_answers(item) | answers
    taken = make.take_in(
        installation, machine or make.enrolled_machine(installation), item_code=item_code, answers=known
    )
    return Walk(installation, item, taken.case_number)


def benefits(installation: Installation, case_number: str) -> list:
    with installation.look() as work:
        case = find_case_by_number(work.session, case_number)
        return list_benefits_of_resident(work.session, case.resident_id)


def rechecks(installation: Installation, benefit_id: str) -> list:
    with installation.look() as work:
        return list_rechecks(work.session, benefit_id)


def on_benefit(installation: Installation, actor: Actor, benefit_id: str, errand, *given):
    with installation.begin() as work:
        return errand(work, actor, get_benefit_to_act(work, actor, benefit_id), *given)


def reject(installation: Installation, number: str, actor: Actor) -> None:
    with installation.begin() as work:
        review.reject_case(work, get_case_to_act(work, actor, number), actor, "不符合条件，户籍不在本市")


def move_to(installation: Installation, day) -> None:
    """To ten in the morning of a day in Beihai."""
    clock = installation.tools.clock
    today = clock.now()
    clock.move_to(today.replace(hour=2, minute=0) + timedelta(days=(day - (today + timedelta(hours=8)).date()).days))
