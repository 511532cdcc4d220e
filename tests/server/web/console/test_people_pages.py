"""人员与岗位 and 我的账号 by their forms: who may open them, what each button does, and a one-time password from slip to own."""

import re
from datetime import timedelta

import pytest
from argon2 import Type

from server.services import staff
from server.services.machine import make_enrolment_code
from server.services.staff import ONE_TIME_LIFE
from tests.factories import COUNTY, TOWNSHIP
from tests.server.web.conftest import PASSWORD, Official

OWN = "一句好记的话 2026"
NEW = {
    "sign_in_name": "zhen-mz-2",
    "display_name": "韦样本",
    "role": "township_counter",
    "department": "民政",
    "region_code": TOWNSHIP,
}


def one_time(answer) -> str:
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200, page
    assert answer.headers["Cache-Control"] == "no-store"
    return re.search(r"<code>([a-z2-9-]{14})</code>", page)[1]


def opened(centre: Official, **changes) -> str:
    return one_time(centre.send("/console/people", {**NEW, **changes}))


def choose(someone: Official, current: str, wanted: str = OWN, repeated: str | None = None):
    form = {"current": current, "wanted": wanted, "repeated": wanted if repeated is None else repeated}
    return someone.client.post(
        "/console/profile/password", data={"csrf_token": someone.token("/console/profile"), **form}
    )


def deed(someone: Official, name: str, what: str, **form):
    return someone.send(f"/console/people/{name}/{what}", form)


class TestWhoMayOpenThem:
    @pytest.mark.parametrize("name", ["agent", "counter", "police", "supervisor"])
    def test_others_find_no_such_page_and_no_link_to_it(self, official, name):
        someone = official(name)
        assert "人员与岗位" not in someone.read("/console/")
        for path in ("/console/people", "/console/people/head"):
            assert someone.client.get(path).status_code == 404
        for what in ("disable", "enable", "unlock", "reset_password", "move", "set_absence", "end_absence"):
            assert deed(someone, "head", what).status_code == 404
        assert someone.send("/console/people", NEW).status_code == 404
        assert "韦样本" not in official("centre").read("/console/people")

    def test_the_centre_sees_the_city_and_finds_a_desk(self, official):
        page = official("centre").read("/console/people")
        assert "合浦县·民政" in page and "合浦县廉州镇·残联" in page
        found = official("centre").read("/console/people?words=残联")
        assert "梁示例" in found and "黄样本" not in found

    def test_a_desk_where_cases_wait_for_nobody_is_pointed_out_to_the_centre(self, official, world):
        world.new_case()
        centre = official("centre")
        assert "没有人办的岗位" not in centre.read("/console/people")
        deed(centre, "counter", "disable")
        page = centre.read("/console/people")
        assert "没有人办的岗位" in page and "<b>合浦县廉州镇·民政</b> 1 件" in page
        opened(centre)
        assert "没有人办的岗位" not in centre.read("/console/people")

    def test_a_head_sees_the_own_desk_only(self, official):
        head = official("head")
        page = head.read("/console/people")
        assert "李练习" in page and "黄样本" not in page
        assert head.client.get("/console/people/police").status_code == 404
        assert head.client.get("/console/people/nobody").status_code == 404

    def test_a_head_opens_accounts_at_the_own_desk_whatever_the_form_says(self, official):
        head, centre = official("head"), official("centre")
        form = {**NEW, "sign_in_name": "xian-mz-9", "role": "department_reviewer", "region_code": TOWNSHIP}
        one_time(head.send("/console/people", form))
        assert "合浦县·民政" in centre.read("/console/people/xian-mz-9")
        raised = head.send("/console/people", {**form, "sign_in_name": "xian-mz-8", "role": "department_head"})
        assert raised.status_code == 422 and "您不能给这个账号" in raised.get_data(as_text=True)


class TestAOneTimePassword:
    def test_opens_nothing_but_the_page_to_choose_an_own_one(self, official, app):
        slip = opened(official("centre"))
        someone = Official(app, "zhen-mz-2")
        assert someone.sign_in(slip).status_code == 303
        for path in ("/console/", "/console/past", "/console/cards", "/console/relatives"):
            assert someone.client.get(path).headers["Location"] == "/console/profile"
        assert "请先改成自己的密码" in someone.read("/console/profile")
        assert choose(someone, slip).status_code == 303
        assert "待办" in someone.read("/console/")
        again = Official(app, "zhen-mz-2")
        assert again.sign_in(slip).status_code == 401
        assert again.sign_in(OWN).status_code == 303

    def test_is_shown_once_and_dies_in_a_week(self, official, app, world):
        centre = official("centre")
        slip = opened(centre)
        assert slip not in centre.read("/console/people/zhen-mz-2")
        world.clock.move_to(world.clock.now() + ONE_TIME_LIFE)
        assert Official(app, "zhen-mz-2").sign_in(slip).status_code == 401

    def test_is_refused_at_a_kiosk(self, official, app, world):
        slip = opened(
            official("centre"), sign_in_name="cun-x", role="village_agent", region_code=world.machine.village_code
        )
        with world.installation.begin() as work:
            code = make_enrolment_code(work, world.machine.village_code)
        enrolled = app.test_client().post("/kiosk/enrol", json={"code": code, "enrolment_code": code, "name": "x"})
        body = enrolled.get_json()
        headers = {"Authorization": f"Machine {body['machine_id']}.{body['machine_secret']}"}
        answer = app.test_client().post(
            "/kiosk/agents/sign-in", json={"sign_in_name": "cun-x", "password": slip}, headers=headers
        )
        assert answer.status_code == 403 and answer.get_json()["error"]["code"] == "password_to_change"


def test_the_product_hashes_passwords_with_real_work():
    """OWASP's least for argon2id is 19 MiB and two passes; the pages' tests hash with less."""
    assert staff._hasher.type is Type.ID
    assert staff._hasher.memory_cost >= 19 * 1024 and staff._hasher.time_cost >= 2


class TestChangingThePassword:
    @pytest.mark.parametrize(
        ("current", "wanted", "repeated", "told"),
        [
            ("wrong", OWN, OWN, "现在的密码不对"),
            (PASSWORD, OWN, OWN + "x", "不一样"),
            (PASSWORD, PASSWORD, PASSWORD, "和现在的一样"),
            (PASSWORD, "short 1", "short 1", "10到128"),
            (PASSWORD, "my counter 2026", "my counter 2026", "账号名"),
        ],
    )
    def test_what_will_not_do_is_told(self, official, current, wanted, repeated, told):
        answer = choose(official("counter"), current, wanted, repeated)
        assert answer.status_code == 422 and told in answer.get_data(as_text=True)

    def test_other_sessions_end_and_this_one_goes_on(self, official):
        here, elsewhere = official("counter"), official("counter")
        assert choose(here, PASSWORD).status_code == 303
        assert "密码改好了" in here.read("/console/profile?done=1")
        assert elsewhere.client.get("/console/").status_code == 302

    def test_guessing_the_current_one_locks_the_account(self, official):
        someone = official("counter")
        for _ in range(5):
            choose(someone, "guess")
        answer = choose(someone, PASSWORD)
        assert answer.status_code == 422 and "锁15分钟" in answer.get_data(as_text=True)


class TestWhatIsDoneToAnAccount:
    def test_stopped_it_is_out_and_back_it_has_a_new_slip(self, official, app):
        centre, police = official("centre"), official("police")
        assert deed(centre, "police", "disable").status_code == 303
        assert police.client.get("/console/").status_code == 302
        assert "已停用" in centre.read("/console/people/police")
        slip = one_time(deed(centre, "police", "enable"))
        assert Official(app, "police").sign_in().status_code == 401
        assert Official(app, "police").sign_in(slip).status_code == 303

    def test_a_locked_one_is_let_in_again(self, official, app):
        centre = official("centre")
        assert "解锁" not in centre.read("/console/people/police")
        for _ in range(5):
            Official(app, "police").sign_in("wrong")
        assert "锁住了" in centre.read("/console/people/police")
        assert deed(centre, "police", "unlock").status_code == 303
        assert Official(app, "police").sign_in().status_code == 303

    def test_moved_it_has_the_new_desk_and_its_cases_stay(self, official, world):
        number = world.new_case()
        centre, counter = official("centre"), official("counter")
        counter.send(f"/console/cases/{number}/hands/take", {"seen": counter.seen(number)})
        page = centre.read("/console/people/counter")
        assert number in page and "手上的 1 件交给谁" in page
        seat = {"role": "township_counter", "department": "残联", "region_code": TOWNSHIP}
        assert deed(centre, "counter", "move", **seat).status_code == 303
        assert number not in counter.read("/console/")
        opened(centre)
        assert "没有" in centre.read("/console/people/zhen-mz-2")

    @pytest.mark.parametrize("what", ["disable", "enable", "unlock", "reset_password", "move"])
    def test_nobody_does_it_to_himself(self, official, what):
        seat = {"role": "supervisor", "department": "", "region_code": COUNTY}
        answer = deed(official("centre"), "centre", what, **seat)
        assert answer.status_code == 422 and "不能给自己" in answer.get_data(as_text=True)

    def test_there_is_no_other_button(self, official):
        assert deed(official("centre"), "police", "promote").status_code == 404

    def test_a_refused_absence_keeps_what_was_typed(self, official):
        answer = deed(official("centre"), "police", "set_absence", begins_on="2026-09-20", ends_on="2026-09-18")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "日子不对" in page and 'value="2026-09-18"' in page
        assert deed(official("centre"), "police", "set_absence", begins_on="明天").status_code == 422


class TestCoverFromEndToEnd:
    """A counter is away for a week; the colleague of another desk does the work, and the record says for whom."""

    def test_the_case_goes_on_and_the_cover_ends_with_the_absence(self, official, world):
        number = world.new_case()
        centre, town = official("centre"), official("disabled_town")
        assert town.client.get(f"/console/cases/{number}").status_code == 404
        form = {"begins_on": "2026-09-14", "ends_on": "2026-09-18", "cover": "disabled_town"}
        assert deed(centre, "counter", "set_absence", **form).status_code == 303
        assert "由梁示例代办" in centre.read("/console/people/counter")
        assert "不在岗到09-18，梁示例代" in centre.read("/console/people")
        assert "代林演示" in town.read("/console/")
        assert "（代林演示）" in town.read("/console/profile")
        assert town.act(number, "verify", opinion="属实。").status_code == 303
        assert "梁示例（代林演示）" in official("police").read(f"/console/cases/{number}")
        assert deed(centre, "counter", "end_absence").status_code == 303
        second = world.new_case()
        assert town.client.get(f"/console/cases/{second}").status_code == 404
        assert town.act(second, "verify").status_code == 404

    def test_after_the_last_day_nothing_is_left_of_it(self, official, world):
        number = world.new_case()
        form = {"begins_on": "2026-09-14", "ends_on": "2026-09-14", "cover": "disabled_town"}
        deed(official("centre"), "counter", "set_absence", **form)
        assert number in official("disabled_town").read("/console/")
        world.clock.move_to(world.clock.now() + timedelta(days=1))
        assert number not in official("disabled_town").read("/console/")
