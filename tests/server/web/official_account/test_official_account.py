"""The official account's callback, from a villager's phone to the desk and back, over real HTTP."""

import logging

import pytest
from flask import Flask

from server.adapters.wechat_messages import MAX_CALLBACK_BYTES, signature_of
from server.web.official_account import official_account_blueprint
from server.wechat_simulator import LocalServer, running_simulator
from tests.server.wechat_play import new_villager, noon_clock, official_door, practice_settings


class RecordingDesk:
    """Repeats what it hears, once for each message, or breaks when told to."""

    def __init__(self):
        self.heard = []
        self.fault = None

    def answer(self, message):
        self.heard.append(message)
        if self.fault:
            raise self.fault
        if message.kind == "text":
            return f"收到：{message.text}"
        return {"subscribe": "欢迎", "SCAN": f"扫到 {message.event_key}"}.get(message.event, "")


@pytest.fixture
def desk():
    return RecordingDesk()


@pytest.fixture
def app(desk, tmp_path):
    app = Flask(__name__)
    app.register_blueprint(official_account_blueprint(official_door(practice_settings(tmp_path), noon_clock()), desk))
    return app


@pytest.fixture
def villager(app, tmp_path):
    with LocalServer(app) as server:
        settings = practice_settings(tmp_path, f"{server.url}/wechat/official")
        with running_simulator(settings, noon_clock()) as url:
            yield new_villager(url)


def chat_of(villager):
    return [(line["from"], line["text"]) for line in villager.messages() if line["kind"] == "text"]


class TestFromPhoneToDesk:
    def test_a_villager_writes_and_reads_the_reply(self, villager, desk):
        villager.do("follow")
        outcome = villager.do("text", text="我的津贴办到哪了 ]]><x/> 🎉𠮷")
        assert (outcome["delivered"], outcome["attempts"]) == (True, 1)
        assert chat_of(villager) == [
            ("account", "欢迎"),
            ("person", "我的津贴办到哪了 ]]><x/> 🎉𠮷"),
            ("account", "收到：我的津贴办到哪了 ]]><x/> 🎉𠮷"),
        ]
        assert desk.heard[-1].from_openid == villager.official_openid
        assert desk.heard[-1].was_sealed

    def test_a_first_scan_follows_and_later_ones_scan(self, villager, desk):
        villager.do("scan", scene="bind_7")
        villager.do("scan", scene="bind_8")
        assert [(m.event, m.event_key) for m in desk.heard] == [("subscribe", "qrscene_bind_7"), ("SCAN", "bind_8")]

    def test_leaving_is_told_and_shows_no_reply(self, villager, desk):
        villager.do("follow")
        villager.do("unfollow")
        assert desk.heard[-1].event == "unsubscribe"
        assert chat_of(villager) == [("account", "欢迎")]

    def test_same_text_twice_is_two_messages(self, villager, desk):
        villager.do("follow")
        for _ in range(2):
            villager.do("text", text="在吗")
        assert desk.heard[-1].dedup_key != desk.heard[-2].dedup_key


class TestBrokenDesk:
    def test_the_villager_sees_nothing_odd_and_nothing_is_delivered_again(self, villager, desk):
        villager.do("follow")
        desk.fault = RuntimeError("the database is gone")
        outcome = villager.do("text", text="在吗")
        assert (outcome["delivered"], outcome["attempts"], outcome["reply"]) == (True, 1, "")
        assert villager.messages()[-1]["from"] == "person"

    def test_the_log_has_a_reference_and_nothing_the_villager_wrote(self, villager, desk, caplog):
        villager.do("follow")
        desk.fault = RuntimeError("INSERT failed, parameters: 低保被停了")
        with caplog.at_level(logging.DEBUG):
            villager.do("text", text="低保被停了")
        # The simulator and the HTTP client of this test run in the same process; only the server's own lines count.
        said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("server.web"))
        assert "reference" in said
        assert "RuntimeError" in said
        assert "低保被停了" not in said
        assert villager.official_openid not in said


class TestStrangers:
    def test_the_address_check_is_answered_as_plain_text(self, app, tmp_path):
        settings, seconds = practice_settings(tmp_path), str(int(noon_clock().now().timestamp()))
        query = {"timestamp": seconds, "nonce": "n", "echostr": "<script>1</script>"}
        signed = {**query, "signature": signature_of(settings.official_token, seconds, "n")}
        answer = app.test_client().get("/wechat/official", query_string=signed)
        assert (answer.text, answer.mimetype) == ("<script>1</script>", "text/plain")
        assert (
            app.test_client().get("/wechat/official", query_string={**query, "signature": "0" * 40}).status_code == 403
        )

    @pytest.mark.parametrize("body", [b"", b"<xml/>", b"x" * (MAX_CALLBACK_BYTES + 1)])
    def test_a_stranger_is_refused_without_a_word(self, app, desk, body):
        answer = app.test_client().post("/wechat/official", data=body, query_string={"msg_signature": "0" * 40})
        assert (answer.status_code, answer.data) == (403, b"")
        assert desk.heard == []

    def test_both_views_name_their_guard(self, app):
        views = [view for name, view in app.view_functions.items() if name.startswith("official_account.")]
        assert [view.guard for view in views] == ["wechat_signature"] * 2
