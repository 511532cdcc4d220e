"""A villager's rating from the village machine, over the real wire."""

import json

import pytest

from kiosk.server_link import MachineCredentials, ServerLink, ServerRefused
from server.app import create_app
from server.db.audit import iterate_audit
from server.db.case import find_case_by_number, list_events
from server.db.rating import find_rating
from server.services.machine import enrol_machine, make_enrolment_code
from server.web.kiosk_api import ratings
from server.web.webkit.rate import RateLimit
from tests import factories as make
from tests.ratings import closed_case
from tests.serving import served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OTHER_VILLAGE = "450521100201"


@pytest.fixture
def link_of(installation, monkeypatch):
    monkeypatch.setattr(ratings, "_misses", RateLimit(20, 60))

    def link(url: str, village: str = make.VILLAGE) -> ServerLink:
        with installation.begin() as work:
            enrolled = enrol_machine(work, make_enrolment_code(work, village), "测试机")
        return ServerLink(
            url,
            MachineCredentials(
                machine_id=enrolled.machine.id,
                machine_secret=enrolled.secret,
                village_code=village,
                village_name="合浦县廉州镇烟楼村",
                server_public_key="00" * 32,
                public_url=url,
            ),
        )

    with served(create_app(installation)) as url:
        yield lambda village=make.VILLAGE: link(url, village)


def rating(taken, grade=1, **more):
    return {"lookup_code": taken.lookup_code, "grade": grade, "aspects": ["agent"], "anonymous": True, **more}


def test_a_rating_at_the_counter_is_the_villagers_and_nobody_elses(installation, link_of):
    taken, link = closed_case(installation), link_of()
    asked = link.find_rating(taken.lookup_code)
    assert (asked["item_name"], asked["lookup_code"]) == (taken.item_name, taken.lookup_code)
    key = link.send_rating(rating(taken))["answer_key"]
    assert link.send_rating(rating(taken))["answer_key"] == key, "sent again as the answer was lost"
    with installation.look() as work:
        case = find_case_by_number(work.session, taken.case_number)
        kept = find_rating(work.session, case.id)
        assert (kept.grade, kept.channel, kept.aspects, kept.is_anonymous) == (1, "kiosk", ["agent"], True)
        assert list_events(work.session, case.id)[-1].actor_name == "群众"
        told = [row for row in iterate_audit(work.session) if row.action in ("case.rated", "follow_up.opened")]
        assert make.VILLAGE_AGENT.account_id not in json.dumps([row.actor for row in told])


def test_the_machine_of_another_village_finds_nothing_to_rate(installation, link_of):
    taken, other = closed_case(installation), link_of(OTHER_VILLAGE)
    with pytest.raises(ServerRefused, match="不是本村收的件"):
        other.find_rating(taken.lookup_code)
    with pytest.raises(ServerRefused, match="不是本村收的件"):
        other.send_rating(rating(taken, 5))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"grade": 9}, "五档里选一档"), ({"aspects": ["guide"]}, "重新勾选"), ({"grade": None}, "五档")],
)
def test_what_does_not_fit_is_refused_in_words(installation, link_of, wrong, sentence):
    taken, link = closed_case(installation), link_of()
    with pytest.raises(ServerRefused, match=sentence):
        link.send_rating(rating(taken) | wrong)


def test_a_machine_that_guesses_codes_is_stopped(installation, link_of):
    link, told = link_of(), []
    for two in range(22):
        with pytest.raises(ServerRefused) as refused:
            link.find_rating(f"ABCDEFGH{two // 8 + 2}{two % 8 + 2}")
        told.append(refused.value.status)
    assert (told[0], told[-1]) == (404, 429)
