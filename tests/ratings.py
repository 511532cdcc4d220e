"""Brings a case to its end and rates it, for the tests of the ratings loop; everybody in them is invented."""

from datetime import UTC, datetime
from uuid import uuid4

from server.bootstrap import Installation
from server.db.case import find_case_by_number
from server.db.follow_up import find_follow_up_of_case
from server.db.staff import StaffRow
from server.domain.follow_up import Step
from server.domain.people import Actor, Desk, Role
from server.domain.rating import Grade
from server.domain.review import Verdict
from server.jobs import end_expired_notices
from server.services import review
from server.services.desk import get_case_to_act
from server.services.follow_up import take_step
from server.services.intake import TakenIn
from server.services.machine import Machine
from server.services.rating import rate_case, rater_key
from tests import factories as make

CENTRE = Actor("zongkong-1", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
OTHER_CENTRE = Actor("zongkong-2", "乙示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
SECOND_HEAD = Actor("xian-mz-fu", "周示例", Role.DEPARTMENT_HEAD, Desk("民政", make.COUNTY))
HEAD_ELSEWHERE = Actor("xian-sw", "何旁人", Role.DEPARTMENT_HEAD, Desk("税务", make.COUNTY))
CIVIL = Desk("民政", make.COUNTY)  # the desk that decides
AFTER_NOTICE = datetime(2026, 9, 30, 1, tzinfo=UTC)


def closed_case(installation: Installation) -> TakenIn:
    return closed_cases(installation, 1)[0]


def closed_cases(installation: Installation, count: int) -> list[TakenIn]:
    """Refused by the county's head of 民政, after the whole way, on one day."""
    machine = make.enrolled_machine(installation)
    cases = [_in_notice(installation, machine) for _ in range(count)]
    installation.tools.clock.move_to(AFTER_NOTICE)
    end_expired_notices(installation)
    for taken in cases:
        act(installation, taken, make.COUNTY_HEAD, review.reject_case, "不具有本市户籍")
    return cases


def _in_notice(installation: Installation, machine: Machine) -> TakenIn:
    taken = make.take_in(installation, machine)
    act(installation, taken, make.TOWNSHIP_CIVIL, review.verify_case, "年龄、户籍相符")
    act(installation, taken, make.COUNTY_POLICE, review.give_verdict, Verdict.AGREE, "户籍正常")
    act(installation, taken, make.COUNTY_CIVIL, review.give_verdict, Verdict.AGREE, "未重复享受")
    return taken


def act(installation: Installation, taken: TakenIn, actor: Actor, errand, *given) -> None:
    with installation.begin() as work:
        errand(work, get_case_to_act(work, actor, taken.case_number), actor, *given)


def rate(installation: Installation, taken: TakenIn, grade: Grade, comment: str = "", **more) -> str:
    """The rater's key."""
    with installation.begin() as work:
        case = find_case_by_number(work.session, taken.case_number)
        rate_case(work, case, grade, comment, "web", **more)
        return rater_key(work, case.id)


def follow_up_of(installation: Installation, taken: TakenIn) -> str:
    return follow_up_of_number(installation, taken.case_number)


def follow_up_of_number(installation: Installation, case_number: str) -> str:
    with installation.look() as work:
        return find_follow_up_of_case(work.session, find_case_by_number(work.session, case_number).id).id


def bad_case(
    installation: Installation, comment: str = "跑了两趟", taken: TakenIn | None = None, **more
) -> tuple[TakenIn, str, str]:
    """(the case, its follow-up, the rater's key), with the account of a head who may put it right."""
    taken = taken or closed_case(installation)
    key = rate(installation, taken, Grade.DISSATISFIED, comment, **more)
    open_account(installation, SECOND_HEAD)
    return taken, follow_up_of(installation, taken), key


def open_account(installation: Installation, actor: Actor) -> None:
    """An account nobody signs in to: no password is hashed, which is slow."""
    desk = actor.desk
    with installation.begin() as work:
        row = StaffRow(
            id=uuid4().hex, sign_in_name=actor.account_id, display_name=actor.display_name, password_hash="-"
        )
        row.role, row.department, row.region_code = actor.role, desk.department, desk.region_code
        work.session.add(row)


def step(installation: Installation, actor: Actor, follow_up_id: str, name: Step, words: str = "已经写明情况", **more):
    with installation.begin() as work:
        take_step(work, actor, follow_up_id, name, words, **more)


def walk(installation: Installation, follow_up_id: str, *steps: tuple[Actor, Step]) -> None:
    """An assignment goes to the deciding desk."""
    for actor, name in steps:
        more = {"desk": CIVIL} if name is Step.ASSIGN else {}
        step(installation, actor, follow_up_id, name, **more)


TO_THE_DESK = ((CENTRE, Step.TAKE), (CENTRE, Step.RECORD_CALL), (CENTRE, Step.ASSIGN))
TO_THE_REPLY = (*TO_THE_DESK, (SECOND_HEAD, Step.REPORT_RECTIFIED), (CENTRE, Step.CONFIRM), (CENTRE, Step.REPLY))
