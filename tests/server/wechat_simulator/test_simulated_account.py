"""The simulated official account: what it pushes, how often, and what it makes of bad answers."""

import time
import xml.etree.ElementTree as ElementTree

import pytest
import requests
from flask import Flask, Response, request
from wechatpy.crypto import WeChatCrypto

from server.wechat_simulator import LocalServer, running_simulator
from tests.server.wechat_play import new_villager, noon_clock, official_gateway, practice_settings


class Listener:
    """Another account server, built on another library's crypto; answers as told and keeps what it was sent."""

    def __init__(self, *answers, status=200):
        self.app = Flask(__name__)
        self.heard = []
        self._answers = iter(answers)

        @self.app.post("/wechat/official")
        def hear():
            self.heard.append((request.args.to_dict(), request.get_data()))
            answer = next(self._answers, b"success")
            return Response(answer() if callable(answer) else answer, status=status)

    def opened(self, settings, index=-1):
        query, body = self.heard[index]
        crypto = WeChatCrypto(settings.official_token, settings.official_aes_key, settings.official_app_id)
        inner = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        return {child.tag: child.text for child in ElementTree.fromstring(inner)}


@pytest.fixture
def play(tmp_path):
    running = []

    def start(listener, **changes):
        server = LocalServer(listener.app)
        settings = practice_settings(tmp_path, f"{server.url}/wechat/official", **changes)
        simulator = running_simulator(settings, noon_clock())
        server.__enter__()
        running.append((simulator, server))
        url = simulator.__enter__()
        villager = new_villager(url)
        return url, settings, villager

    yield start
    for simulator, server in running:
        simulator.__exit__(None, None, None)
        server.__exit__(None, None, None)


def test_another_library_opens_what_is_pushed(play):
    _, settings, villager = play(listener := Listener())
    villager.do("follow")
    villager.do("text", text="在吗 ]]> 🎉")
    opened = listener.opened(settings)
    assert opened["Content"] == "在吗 ]]> 🎉"
    assert opened["FromUserName"] == villager.official_openid
    assert opened["ToUserName"] == settings.official_user_name
    assert opened["MsgId"].isdigit()


def test_a_slow_server_gets_the_same_message_three_times(play):
    def dawdle():
        time.sleep(0.6)
        return b"success"

    _, settings, villager = play(listener := Listener(b"success", *[dawdle] * 3), callback_timeout_seconds=0.2)
    villager.do("follow")
    outcome = villager.do("text", text="在吗")
    assert (outcome["delivered"], outcome["attempts"], len(listener.heard)) == (False, 3, 4)
    assert len({listener.opened(settings, index)["MsgId"] for index in (1, 2, 3)}) == 1
    assert len({query["nonce"] for query, _ in listener.heard[1:]}) == 3
    assert "服务出现故障" in villager.messages()[-1]["text"]


def test_a_server_in_error_is_asked_three_times(play):
    _, _, villager = play(listener := Listener(status=500))
    assert villager.do("follow")["attempts"] == 3
    assert len(listener.heard) == 3


@pytest.mark.parametrize(
    "answer", [b"hello", b"<xml><MsgType>text</MsgType></xml>", b'{"ok":1}', b"<xml><Encrypt>x</Encrypt></xml>"]
)
def test_a_reply_that_is_not_wechats_is_a_fault_and_not_retried(play, answer):
    _, _, villager = play(listener := Listener(answer))
    assert villager.do("follow")["delivered"] is False
    assert len(listener.heard) == 1
    assert "服务出现故障" in villager.messages()[-1]["text"]


def test_a_redirect_is_not_followed(play):
    _, _, villager = play(listener := Listener(status=302))
    assert villager.do("follow")["delivered"] is False
    assert len(listener.heard) == 1


def test_nobody_writes_without_following(play):
    _, _, villager = play(listener := Listener())
    outcome = villager.do("text", text="在吗")
    assert outcome["status"] == 409
    assert "关注" in outcome["error"]
    assert listener.heard == []


def test_a_template_message_is_reported_as_arrived(play):
    url, settings, villager = play(listener := Listener())
    villager.do("follow")
    gateway = official_gateway(url, settings, noon_clock())
    message_id = gateway.send_template(villager.official_openid, "progress", {"thing1": "津贴"}, "")
    for _ in range(100):
        if len(listener.heard) == 2:
            break
        time.sleep(0.02)
    opened = listener.opened(settings)
    assert (opened["Event"], opened["MsgID"], opened["Status"]) == ("TEMPLATESENDJOBFINISH", message_id, "success")


def test_a_menu_button_pushes_its_key(play):
    _, settings, villager = play(listener := Listener())
    villager.do("follow")
    villager.do("click", key="my_cases")
    assert (listener.opened(settings)["Event"], listener.opened(settings)["EventKey"]) == ("CLICK", "my_cases")


def test_chats_and_people_outlive_a_restart(play, tmp_path):
    _, settings, villager = play(Listener())
    villager.do("follow")
    with running_simulator(settings, noon_clock()) as again:
        people = requests.get(f"{again}/simulator/people", timeout=5).json()["people"]
    assert [(person["official_openid"], person["follows"]) for person in people] == [(villager.official_openid, True)]
