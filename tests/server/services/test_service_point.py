"""Where a village receives people: stated by those who know, never made up, and then on every sheet."""

import pytest

from forms.service_point import ServicePoint
from server.domain.people import Actor, Desk, Role
from server.services.service_point import PointRefused, list_points, point_of, state_point
from tests import factories as make

COUNTER = Actor("xz", "甲示范", Role.TOWNSHIP_COUNTER, Desk("民政", make.TOWNSHIP))
CENTRE = Actor("zk", "乙示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
SUPERVISOR = Actor("jc", "丙示范", Role.SUPERVISOR, Desk("督查", make.COUNTY))
ELSEWHERE = "450502001003"


def state(
    installation, actor, code=make.VILLAGE, place="村委会一楼", hours="周一至周五 8:00—12:00", telephone="0779-7200000"
):
    with installation.begin() as work:
        state_point(work, actor, code, place, hours, telephone)


def known(installation, code=make.VILLAGE) -> ServicePoint:
    with installation.look() as work:
        return point_of(work, code)


def test_nothing_is_known_until_somebody_says_it(installation):
    assert known(installation) == ServicePoint()
    assert known(installation).telephone_words == "待确认"


@pytest.mark.parametrize("actor", [make.VILLAGE_AGENT, COUNTER, CENTRE], ids=lambda actor: actor.role)
def test_those_who_know_the_village_state_it(installation, actor):
    state(installation, actor)
    assert known(installation) == ServicePoint("村委会一楼", "周一至周五 8:00—12:00", "0779-7200000")


@pytest.mark.parametrize("actor", [make.VILLAGE_AGENT, COUNTER, SUPERVISOR], ids=lambda actor: actor.role)
def test_nobody_states_what_is_not_theirs(installation, actor):
    with pytest.raises(PointRefused, match="您不能改这个村"):
        state(installation, actor, ELSEWHERE)
    assert known(installation, ELSEWHERE) == ServicePoint()


def test_a_part_taken_out_is_unconfirmed_again(installation):
    state(installation, COUNTER)
    state(installation, COUNTER, hours="  ")
    assert known(installation).hours is None
    assert known(installation).place == "村委会一楼"


@pytest.mark.parametrize(
    ("wrong", "told"), [({"telephone": "12345"}, "电话应是11位手机号"), ({"place": "长" * 61}, "最多写60个字")]
)
def test_what_cannot_be_printed_is_told_and_not_kept(installation, wrong, told):
    with pytest.raises(PointRefused, match=told):
        state(installation, COUNTER, **wrong)
    assert known(installation) == ServicePoint()


def test_each_sees_the_villages_they_may_state(installation):
    with installation.look() as work:
        counts = {actor.role: len(list_points(work, actor)) for actor in (make.VILLAGE_AGENT, CENTRE, SUPERVISOR)}
        assert all(line.name.startswith("合浦县廉州镇") for line in list_points(work, COUNTER))
    assert counts == {Role.VILLAGE_AGENT: 1, Role.CONTROL_CENTRE: 437, Role.SUPERVISOR: 0}
