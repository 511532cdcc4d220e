"""Signing in and out: locks, sessions that end, forms from elsewhere, and ways back that lead nowhere else."""

from datetime import timedelta

import pytest

from server.web.webkit.local_path import local_path
from tests.server.web.conftest import Official


def location(answer) -> str:
    return answer.headers["Location"]


class TestSigningIn:
    def test_the_inbox_opens_with_the_right_password(self, app):
        someone = Official(app, "head")
        assert location(someone.sign_in()) == "/console/"
        page = someone.read("/console/")
        assert "合浦县·民政" in page
        assert "李练习" in page

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, app):
        cookie = Official(app, "head").sign_in().headers.getlist("Set-Cookie")[-1]
        assert "hongye_staff=" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie

    def test_a_wrong_password_says_what_happens_next_and_keeps_the_name(self, app):
        answer = Official(app, "head").sign_in("wrong")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 401
        assert "连错5次会锁15分钟" in page
        assert 'value="head"' in page
        assert "wrong" not in page

    def test_five_wrong_passwords_lock_even_the_right_one_for_a_while(self, app, world):
        someone = Official(app, "head")
        for _ in range(5):
            someone.sign_in("wrong")
        assert "先锁15分钟" in someone.sign_in().get_data(as_text=True)
        world.clock.move_to(world.clock.now() + timedelta(minutes=16))
        assert someone.sign_in().status_code == 303

    def test_an_unknown_name_reads_like_a_wrong_password(self, app):
        known = Official(app, "head").sign_in("wrong").get_data(as_text=True)
        unknown = Official(app, "nobody").sign_in("wrong").get_data(as_text=True)
        assert "账号或密码不对" in known
        assert "账号或密码不对" in unknown

    def test_a_form_from_another_site_signs_nobody_in(self, app):
        someone = Official(app, "head")
        someone.token("/console/sign-in")
        form = {"sign_in_name": "head", "password": "x", "csrf_token": "made up"}
        assert someone.client.post("/console/sign-in", data=form).status_code == 403

    def test_a_planted_session_cookie_is_never_adopted(self, app):
        someone = Official(app, "head")
        someone.client.set_cookie("hongye_staff", "planted")
        someone.sign_in()
        assert someone.client.get_cookie("hongye_staff").value != "planted"

    def test_too_many_tries_from_one_address_wait(self, app):
        someone = Official(app, "nobody")
        answers = [someone.sign_in("wrong").status_code for _ in range(21)]
        assert (answers[0], answers[-1]) == (401, 429)


class TestTheWayBack:
    def test_a_supervisor_begins_at_the_wall_and_everybody_else_at_the_inbox(self, app):
        for name, first in (("supervisor", "/console/supervision"), ("head", "/console/"), ("centre", "/console/")):
            assert location(Official(app, name).sign_in()) == first, name

    def test_after_signing_in_one_is_where_one_wanted_to_be(self, app):
        someone = Official(app, "head")
        asked = someone.client.get("/console/cases/450521-20260914-0001?tab=course")
        assert location(asked) == "/console/sign-in?next=/console/cases/450521-20260914-0001?tab%3Dcourse"
        back = "/console/cases/450521-20260914-0001?tab=course"
        assert location(someone.sign_in(back=back)) == back

    @pytest.mark.parametrize(
        "evil",
        [
            "https://evil.example/console/",
            "//evil.example/console/",
            "/\\evil.example",
            "/console\\..\\evil",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/console/../../evil",
            "/consolation",
            "/services",
            "",
        ],
    )
    def test_it_never_leads_out_of_the_console(self, app, evil):
        assert location(Official(app, "head").sign_in(back=evil)) == "/console/"

    def test_local_paths_keep_their_query(self):
        assert local_path("/services?words=低保") == "/services?words=低保"
        assert local_path(None) is None


class TestSessionsEnd:
    def test_after_half_an_hour_of_rest(self, official, world):
        head = official("head")
        world.clock.move_to(world.clock.now() + timedelta(minutes=29))
        assert head.client.get("/console/").status_code == 200
        world.clock.move_to(world.clock.now() + timedelta(minutes=29))
        assert head.client.get("/console/").status_code == 200  # each visit puts the end off
        world.clock.move_to(world.clock.now() + timedelta(minutes=31))
        assert "/console/sign-in" in location(head.client.get("/console/"))

    def test_by_signing_out_on_the_server_too(self, official, app):
        head = official("head")
        token = head.client.get_cookie("hongye_staff").value
        assert location(head.send("/console/sign-out")) == "/console/sign-in"
        stolen = app.test_client()
        stolen.set_cookie("hongye_staff", token)
        assert stolen.get("/console/").status_code == 302

    def test_signing_out_needs_the_form(self, official):
        assert official("head").client.get("/console/sign-out").status_code == 405

    def test_words_typed_after_the_end_are_not_lost(self, official, world):
        number = world.new_case()
        counter = official("counter")
        token = counter.token()
        world.clock.move_to(world.clock.now() + timedelta(hours=1))
        form = {"csrf_token": token, "opinion": "写了很久的意见"}
        answer = counter.client.post(f"/console/cases/{number}/actions/verify", data=form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 401
        assert "写了很久的意见" in page
        assert f'value="/console/cases/{number}"' in page
        assert token not in page


class TestForgedForms:
    @pytest.mark.parametrize("token", [None, "", "wrong", "错"])
    def test_an_action_without_the_pages_token_is_refused(self, official, world, token):
        number = world.new_case()
        counter = official("counter")
        form = {"opinion": "好"} | ({} if token is None else {"csrf_token": token})
        answer = counter.client.post(f"/console/cases/{number}/actions/verify", data=form)
        assert answer.status_code == 403
        assert "核验中" in counter.read(f"/console/cases/{number}")

    def test_one_officials_token_does_not_serve_another(self, official, world):
        number = world.new_case()
        head, counter = official("head"), official("counter")
        answer = counter.client.post(f"/console/cases/{number}/actions/verify", data={"csrf_token": head.token()})
        assert answer.status_code == 403
