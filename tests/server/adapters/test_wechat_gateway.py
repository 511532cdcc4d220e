"""The way out to WeChat, over real HTTP: against the simulator, and against platforms that misbehave."""

import json
import logging
import socket
import threading
from datetime import timedelta

import pytest
import requests
from flask import Flask, Response, redirect, request

from server.adapters.wechat import (
    InMemoryTokenStore,
    StoredToken,
    WeChatGateway,
    WeChatIdentity,
    WeChatRefused,
    WeChatUnreachable,
)
from server.wechat_simulator import LocalServer, running_simulator
from tests.server.wechat_play import (
    miniprogram_gateway,
    new_villager,
    noon_clock,
    official_gateway,
    practice_settings,
)

DATA = {"thing1": "高龄老人生活津贴", "phrase2": "审批中", "character_string3": "450521-202611120007"}


@pytest.fixture
def world(tmp_path):
    settings, clock = practice_settings(tmp_path), noon_clock()
    with running_simulator(settings, clock) as url:
        yield url, settings, clock


@pytest.fixture
def follower(world):
    villager = new_villager(world[0])
    villager.do("follow")
    return villager


@pytest.fixture
def gateway(world):
    return official_gateway(*world)


class Scripted:
    """A platform that hands out tokens and answers every other call with the same thing; it counts both."""

    def __init__(self, answer, status=200):
        self.app = Flask(__name__)
        self.fetched = self.called = 0
        self.bodies, self.used_tokens = [], []

        @self.app.route("/cgi-bin/stable_token", methods=["POST"])
        def token():
            self.fetched += 1
            return {"access_token": f"token-{self.fetched}", "expires_in": 7200}

        @self.app.route("/<path:_>", methods=["GET", "POST"])
        def anything(_):
            self.called += 1
            self.bodies.append(request.get_data())
            self.used_tokens.append(request.args.get("access_token"))
            said = answer() if callable(answer) else answer
            return Response(said if isinstance(said, bytes) else json.dumps(said), status=status)


def asking(platform, clock=None, **given):
    server = LocalServer(platform.app)
    store = given.pop("token_store", None) or InMemoryTokenStore()
    return server, WeChatGateway(server.url, "wx1", "a-secret", store, clock or noon_clock(), **given)


class TestSending:
    def test_a_template_message_arrives_with_its_fields(self, gateway, follower):
        message_id = gateway.send_template(follower.official_openid, "progress", DATA, "https://example.cn/c/1")
        arrived = follower.messages()[-1]
        assert (arrived["kind"], arrived["data"], arrived["url"]) == ("template", DATA, "https://example.cn/c/1")
        assert message_id == str(arrived["id"])

    def test_values_are_cut_and_cleaned_on_the_way(self, gateway, follower):
        gateway.send_template(
            follower.official_openid, "progress", {"thing1": "材料\n不齐🎉" + "很" * 30, "thing2": ""}, ""
        )
        assert follower.messages()[-1]["data"] == {"thing1": "材料 不齐" + "很" * 14 + "…", "thing2": "无"}

    def test_one_client_message_id_reaches_a_person_once(self, gateway, follower):
        sent = [gateway.send_template(follower.official_openid, "progress", DATA, "", "outbound-7") for _ in range(2)]
        assert sent[0] == sent[1]
        assert [line["kind"] for line in follower.messages()].count("template") == 1

    def test_somebody_who_does_not_follow_is_told_apart(self, gateway, world):
        with pytest.raises(WeChatRefused) as refusal:
            gateway.send_template(new_villager(world[0]).official_openid, "progress", DATA, "")
        assert refusal.value.errcode == 43004
        assert refusal.value.is_not_following
        assert "没有关注公众号" in str(refusal.value)

    def test_an_openid_of_nobody_is_refused_for_good(self, gateway):
        with pytest.raises(WeChatRefused) as refusal:
            gateway.send_template("oNobody", "progress", DATA, "")
        assert refusal.value.errcode == 40003
        assert not refusal.value.is_not_following
        assert not refusal.value.concerns_our_account

    def test_a_customer_message_arrives(self, gateway, follower):
        gateway.send_custom_text(follower.official_openid, "您的材料已收到。")
        assert follower.messages()[-1]["text"] == "您的材料已收到。"

    def test_a_customer_message_too_late_is_refused(self, gateway, follower, world):
        world[2].move_to(world[2].now() + timedelta(hours=49))
        with pytest.raises(WeChatRefused, match="48 小时"):
            gateway.send_custom_text(follower.official_openid, "您好")

    def test_the_menu_leaves_as_readable_chinese(self):
        server, gateway = asking(platform := Scripted({"errcode": 0, "errmsg": "ok"}))
        with server:
            gateway.create_menu({"button": [{"type": "view", "name": "我的办件", "url": "https://example.cn"}]})
        assert "我的办件".encode() in platform.bodies[0]


class TestTokens:
    def test_one_token_serves_many_calls(self):
        server, gateway = asking(platform := Scripted({"errcode": 0, "msgid": 1}))
        with server:
            for _ in range(5):
                gateway.send_template("o1", "t", DATA, "")
        assert (platform.fetched, platform.called) == (1, 5)

    def test_a_token_is_renewed_five_minutes_before_its_end(self):
        clock = noon_clock()
        server, gateway = asking(platform := Scripted({"errcode": 0}), clock)
        with server:
            gateway.create_menu({})
            clock.move_to(clock.now() + timedelta(seconds=7200 - 301))
            gateway.create_menu({})
            clock.move_to(clock.now() + timedelta(seconds=2))
            gateway.create_menu({})
        assert platform.used_tokens == ["token-1", "token-1", "token-2"]

    def test_a_token_the_platform_forgot_is_replaced_once(self, gateway, follower, world):
        gateway.send_custom_text(follower.official_openid, "一")
        requests.post(f"{world[0]}/simulator/forget-tokens", timeout=5)
        gateway.send_custom_text(follower.official_openid, "二")
        assert follower.messages()[-1]["text"] == "二"

    @pytest.mark.parametrize("errcode", [40001, 40014, 42001])
    def test_a_platform_that_never_takes_a_token_costs_two_fetches(self, errcode):
        server, gateway = asking(platform := Scripted({"errcode": errcode, "errmsg": "invalid credential rid: 1"}))
        with server, pytest.raises(WeChatRefused) as refusal:
            gateway.send_template("o1", "t", DATA, "")
        assert (platform.fetched, platform.called) == (2, 2)
        assert refusal.value.concerns_our_account

    def test_a_newer_token_of_another_process_is_used_before_one_is_fetched(self):
        store, clock = InMemoryTokenStore(), noon_clock()
        newer = StoredToken("newer", clock.now() + timedelta(hours=1))

        def refuse_once():
            if store.load("wx1") == newer:
                return {"errcode": 0}
            store.save("wx1", newer)
            return {"errcode": 40001, "errmsg": "not latest"}

        server, gateway = asking(platform := Scripted(refuse_once), clock, token_store=store)
        with server:
            gateway.create_menu({})
        assert platform.used_tokens == ["token-1", "newer"]
        assert platform.fetched == 1

    def test_a_wrong_secret_is_an_operators_matter(self, world):
        url, settings, clock = world
        with pytest.raises(WeChatRefused) as refusal:
            WeChatGateway(url, settings.official_app_id, "wrong", InMemoryTokenStore(), clock).create_menu({})
        assert refusal.value.concerns_our_account
        assert "AppSecret" in str(refusal.value)

    def test_the_miniprogram_may_not_send_for_the_official_account(self, world, follower):
        with pytest.raises(WeChatRefused) as refusal:
            miniprogram_gateway(*world).send_custom_text(follower.official_openid, "好")
        assert refusal.value.errcode == 48001


class TestLogin:
    def test_a_code_becomes_a_person_without_any_token(self, world, follower):
        identity = miniprogram_gateway(*world).code_to_session(follower.login_code())
        assert identity == WeChatIdentity(follower.miniprogram_openid, follower.unionid)

    def test_a_code_works_once(self, world, follower):
        gateway, code = miniprogram_gateway(*world), follower.login_code()
        gateway.code_to_session(code)
        with pytest.raises(WeChatRefused) as refusal:
            gateway.code_to_session(code)
        assert refusal.value.errcode == 40163
        assert refusal.value.is_spent_login_code

    def test_of_simultaneous_uses_one_wins(self, world, follower):
        gateway, code, outcomes = miniprogram_gateway(*world), follower.login_code(), []

        def use():
            try:
                outcomes.append(gateway.code_to_session(code).openid)
            except WeChatRefused as refusal:
                outcomes.append(refusal.errcode)

        threads = [threading.Thread(target=use) for _ in range(6)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(map(str, outcomes)) == sorted(["40163"] * 5 + [follower.miniprogram_openid])

    def test_a_code_lasts_five_minutes(self, world, follower):
        code = follower.login_code()
        world[2].move_to(world[2].now() + timedelta(minutes=5, seconds=1))
        with pytest.raises(WeChatRefused) as refusal:
            miniprogram_gateway(*world).code_to_session(code)
        assert refusal.value.errcode == 40029

    def test_an_account_without_a_unionid_is_a_person_too(self):
        server, gateway = asking(Scripted({"openid": "o1", "session_key": "k"}))
        with server:
            assert gateway.code_to_session("c") == WeChatIdentity("o1", None)


class TestFollowers:
    def test_a_followers_unionid_is_the_one_the_miniprogram_knows(self, gateway, follower):
        assert gateway.find_unionid(follower.official_openid) == follower.unionid

    def test_nobody_else_has_one(self, gateway, world):
        assert gateway.find_unionid(new_villager(world[0]).official_openid) is None
        with pytest.raises(WeChatRefused):
            gateway.find_unionid("oNobody")


class TestUnreachable:
    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            ({"errcode": -1, "errmsg": "system error"}, 200),
            ({"errcode": 45009, "errmsg": "reach max api daily quota limit"}, 200),
            ({"errcode": 0}, 502),
            ({"errcode": 0}, 302),
            (b"<html>login to the hotel network</html>", 200),
            (b"[]", 200),
            (b"\xff\xfe", 200),
        ],
    )
    def test_no_usable_answer_is_worth_another_try(self, answer, status):
        server, gateway = asking(Scripted(answer, status))
        with server, pytest.raises(WeChatUnreachable, match="稍后再试"):
            gateway.send_custom_text("o1", "好")

    def test_nobody_listening(self, tmp_path):
        gateway = official_gateway("http://127.0.0.1:9", practice_settings(tmp_path), noon_clock())
        with pytest.raises(WeChatUnreachable):
            gateway.create_menu({})

    def test_a_platform_that_accepts_and_never_answers_is_left_alone(self, tmp_path):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            gateway = official_gateway(url, practice_settings(tmp_path), noon_clock(), timeout=(0.2, 0.2))
            with pytest.raises(WeChatUnreachable, match="ReadTimeout"):
                gateway.create_menu({})

    def test_a_login_answer_without_a_person(self):
        server, gateway = asking(Scripted({"session_key": "k"}))
        with server, pytest.raises(WeChatUnreachable):
            gateway.code_to_session("c")


class TestSecrets:
    def test_a_redirect_is_not_handed_the_secret(self):
        thief = Scripted({"openid": "o1"})
        with LocalServer(thief.app) as elsewhere:
            proxy = Flask(__name__)
            proxy.add_url_rule("/sns/jscode2session", view_func=lambda: redirect(f"{elsewhere.url}/sns/jscode2session"))
            with LocalServer(proxy) as server, pytest.raises(WeChatUnreachable, match="302"):
                WeChatGateway(server.url, "wx1", "a-secret", InMemoryTokenStore(), noon_clock()).code_to_session("c")
        assert thief.called == 0

    def test_no_error_quotes_the_secret(self, tmp_path):
        settings = practice_settings(tmp_path)
        with pytest.raises(WeChatUnreachable) as failure:
            miniprogram_gateway("http://127.0.0.1:9", settings, noon_clock()).code_to_session("c")
        assert settings.miniprogram_secret not in str(failure.value)
        assert failure.value.__suppress_context__

    def test_no_log_line_quotes_secret_or_token(self, world, follower, caplog):
        url, settings, clock = world
        with caplog.at_level(logging.DEBUG):
            store = InMemoryTokenStore()
            official_gateway(url, settings, clock, token_store=store).send_custom_text(follower.official_openid, "好")
            miniprogram_gateway(url, settings, clock).code_to_session(follower.login_code())
        token = store.load(settings.official_app_id)
        assert token.value not in caplog.text
        assert settings.miniprogram_secret not in caplog.text
        assert token.value not in repr(token)
