"""The simulated api.weixin.qq.com: error codes, tokens and limits, and a second client library as witness."""

import threading
from datetime import timedelta

import pytest
import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from server.wechat_simulator import MessageTemplate, create_simulator, running_simulator
from tests.server.wechat_play import new_villager, noon_clock, official_gateway, practice_settings


class Platform:
    """The simulator without a network: the quickest way to ask for one error code after another."""

    def __init__(self, folder, **changes):
        self.clock = noon_clock()
        self.settings = practice_settings(folder, **changes)
        self.web = create_simulator(self.settings, self.clock).test_client()

    def credentials(self, **changes):
        account = {"appid": self.settings.official_app_id, "secret": self.settings.official_secret}
        return {"grant_type": "client_credential", **account, **changes}

    def stable(self, **changes):
        return self.web.post("/cgi-bin/stable_token", json=self.credentials(**changes)).get_json(force=True)

    def classic(self):
        return self.web.get("/cgi-bin/token", query_string=self.credentials()).get_json(force=True)

    def post(self, path, body, token=None):
        token = self.stable()["access_token"] if token is None else token
        return self.web.post(f"/cgi-bin/{path}?access_token={token}", json=body).get_json(force=True)

    def follower(self):
        person = self.web.post("/simulator/people", json={"nickname": "潘阿婆"}).get_json()
        self.web.post(f"/simulator/people/{person['person_id']}/follow")
        return person["official_openid"]

    def works(self, token):
        return self.post("menu/create", {"button": [{"type": "click", "name": "一", "key": "k"}]}, token)["errcode"]

    def template(self, openid, **data):
        body = {"touser": openid, "template_id": "progress", "data": {name: {"value": data[name]} for name in data}}
        return self.post("message/template/send", body)


@pytest.fixture
def platform(tmp_path):
    return Platform(tmp_path, deliveries=1)


class TestTokens:
    def test_the_stable_token_stays_until_five_minutes_before_its_end(self, platform):
        first = platform.stable()
        platform.clock.move_to(platform.clock.now() + timedelta(seconds=6000))
        assert platform.stable() == {"access_token": first["access_token"], "expires_in": 1200}
        platform.clock.move_to(platform.clock.now() + timedelta(seconds=1000))
        assert platform.stable()["access_token"] != first["access_token"]
        assert platform.works(first["access_token"]) == 0

    def test_a_forced_token_cancels_the_one_before(self, platform):
        first = platform.stable()["access_token"]
        platform.stable(force_refresh=True)
        assert platform.works(first) == 40001

    def test_a_classic_token_outlives_its_successor_by_five_minutes(self, platform):
        first = platform.classic()["access_token"]
        assert platform.classic()["access_token"] != first
        assert platform.works(first) == 0
        platform.clock.move_to(platform.clock.now() + timedelta(seconds=301))
        assert platform.works(first) == 40001

    def test_classic_and_stable_tokens_leave_each_other_alone(self, platform):
        stable = platform.stable()["access_token"]
        platform.classic()
        assert platform.works(stable) == 0

    def test_an_old_token_is_expired(self, platform):
        token = platform.stable()["access_token"]
        platform.clock.move_to(platform.clock.now() + timedelta(seconds=7201))
        assert platform.works(token) == 42001

    @pytest.mark.parametrize(
        ("changes", "errcode"), [({"appid": "wx?"}, 40013), ({"secret": "?"}, 40125), ({"grant_type": "?"}, 40002)]
    )
    def test_wrong_credentials(self, platform, changes, errcode):
        assert platform.stable(**changes)["errcode"] == errcode

    def test_every_refusal_ends_in_a_trace(self, platform):
        assert " rid: " in platform.stable(secret="?")["errmsg"]

    def test_many_threads_share_one_stable_token(self, platform):
        seen = []
        threads = [threading.Thread(target=lambda: seen.append(platform.stable()["access_token"])) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert len(seen) == 8
        assert len(set(seen)) == 1


class TestSending:
    @pytest.mark.parametrize(
        "data",
        [
            {"thing1": "一" * 21},
            {"thing1": "一\n二"},
            {"thing1": ""},
            {"character_string1": "编号一"},
            {"phrase1": "超过五个字了"},
            {},
        ],
    )
    def test_a_field_wechat_would_not_take(self, platform, data):
        assert platform.template(platform.follower(), **data)["errcode"] == 47003

    def test_missing_and_wrong_tokens(self, platform):
        assert platform.works("") == 41001
        assert platform.works("made-up") == 40001

    def test_only_templates_of_the_account_are_taken_when_they_are_listed(self, tmp_path):
        platform = Platform(tmp_path, templates={"other": MessageTemplate("别的", {})}, deliveries=1)
        assert platform.template(platform.follower(), thing1="好")["errcode"] == 40037

    def test_five_customer_messages_after_a_text_and_no_more(self, platform):
        openid = platform.follower()
        person = platform.web.get("/simulator/people").get_json()["people"][0]["person_id"]
        platform.web.post(f"/simulator/people/{person}/text", json={"text": "在吗"})
        body = {"touser": openid, "msgtype": "text", "text": {"content": "在"}}
        codes = [platform.post("message/custom/send", body)["errcode"] for _ in range(6)]
        assert codes == [0] * 5 + [45047]

    def test_a_body_that_is_no_json(self, platform):
        token = platform.stable()["access_token"]
        answer = platform.web.post(f"/cgi-bin/menu/create?access_token={token}", data=b"\xff")
        assert answer.get_json(force=True)["errcode"] == 47001

    @pytest.mark.parametrize(
        ("buttons", "errcode"),
        [
            ([], 40016),
            ([{"type": "click", "name": "一", "key": "k"}] * 4, 40016),
            ([{"type": "click", "name": "太长太长太长的名字", "key": "k"}], 40018),
            ([{"type": "click", "name": "一"}], 40019),
            ([{"type": "view", "name": "一", "url": "javascript:alert(1)"}], 40020),
            ([{"type": "dance", "name": "一"}], 40017),
            ([{"name": "一", "sub_button": [{"type": "view", "name": "二", "url": "https://example.cn"}]}], 0),
        ],
    )
    def test_menus(self, platform, buttons, errcode):
        assert platform.post("menu/create", {"button": buttons})["errcode"] == errcode


class TestWitness:
    """wechatpy's client was written against the real platform: what it accepts here is WeChat's shape, not ours."""

    @pytest.fixture
    def witness(self, tmp_path):
        settings = practice_settings(tmp_path, deliveries=1)
        with running_simulator(settings, noon_clock()) as url:
            client = WeChatClient(settings.official_app_id, settings.official_secret, auto_retry=False)
            client._http.mount("https://api.weixin.qq.com/", _Rerouted(url))
            yield client, new_villager(url)

    def test_it_sends_templates_texts_and_menus(self, witness):
        client, villager = witness
        villager.do("follow")
        client.message.send_template(villager.official_openid, "progress", {"thing1": {"value": "津贴"}})
        client.message.send_text(villager.official_openid, "您好")
        client.menu.create({"button": [{"type": "click", "name": "我的办件", "key": "my_cases"}]})
        assert [line["kind"] for line in villager.messages()][-2:] == ["template", "text"]

    def test_it_reads_our_refusals(self, witness):
        client, villager = witness
        with pytest.raises(WeChatClientException) as refusal:
            client.message.send_text(villager.official_openid, "您好")
        assert refusal.value.errcode == 43004


class _Rerouted(HTTPAdapter):
    def __init__(self, url):
        super().__init__()
        self._url = url

    def send(self, request, **given):
        request.url = request.url.replace("https://api.weixin.qq.com", self._url, 1)
        return super().send(request, **given)


def test_threads_over_http_lose_no_message(tmp_path):
    settings = practice_settings(tmp_path, deliveries=1)
    with running_simulator(settings, noon_clock()) as url:
        villager = new_villager(url)
        villager.do("follow")
        for_each = [official_gateway(url, settings, noon_clock()) for _ in range(6)]
        send = [
            threading.Thread(target=gateway.send_template, args=(villager.official_openid, "p", {"thing1": "好"}, ""))
            for gateway in for_each
        ]
        [thread.start() for thread in send]
        [thread.join() for thread in send]
        assert [line["kind"] for line in villager.messages()].count("template") == 6
        assert requests.get(f"{url}/simulator/people", timeout=5).status_code == 200
