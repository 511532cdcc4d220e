"""The way in from WeChat: official vectors, forged and broken callbacks, dedup keys and safe replies."""

import base64
import hashlib
import itertools
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from wechatpy.crypto import WeChatCrypto

from forms.clock import FixedClock
from server.adapters.wechat_messages import (
    MAX_CALLBACK_BYTES,
    NotFromWeChat,
    OfficialAccountDoor,
    _Seal,
    signature_of,
)

TOKEN, AES_KEY, APP_ID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
SEALED_BY_TENCENT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
TEXT = {
    "ToUserName": "gh_1",
    "FromUserName": "oVillager",
    "CreateTime": "1714112445",
    "MsgType": "text",
    "Content": "我的高龄津贴办到哪了",
    "MsgId": "1234567",
}


def door_at(seconds, aes_key=AES_KEY):
    return OfficialAccountDoor(TOKEN, aes_key, APP_ID, FixedClock(datetime.fromtimestamp(seconds, UTC)))


def xml_of(**fields):
    return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items()) + "</xml>"


def sealed_push(xml, seconds=1714112445, nonce="415670741", app_id=APP_ID):
    sealed = _Seal(AES_KEY, app_id).close(xml)
    query = {
        "timestamp": str(seconds),
        "nonce": nonce,
        "signature": signature_of(TOKEN, str(seconds), nonce),
        "msg_signature": signature_of(TOKEN, str(seconds), nonce, sealed),
        "encrypt_type": "aes",
    }
    return query, xml_of(ToUserName="gh_1", Encrypt=sealed).encode()


def plain_push(xml, seconds=1714112445, nonce="n"):
    query = {"timestamp": str(seconds), "nonce": nonce, "signature": signature_of(TOKEN, str(seconds), nonce)}
    return query, xml.encode()


def opened(**fields):
    return door_at(1714112445).open(*sealed_push(xml_of(**fields)))


class TestOfficialVectors:
    def test_the_address_check_is_answered_with_its_echo(self):
        query = {
            "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
            "timestamp": "1714036504",
            "nonce": "1514711492",
            "echostr": "4375120948345356249",
        }
        assert door_at(1714036504).verify_callback(query) == "4375120948345356249"

    def test_the_plain_push_carries_the_published_signature(self):
        assert signature_of(TOKEN, "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"

    def test_the_sealed_push_opens(self):
        signed = signature_of(TOKEN, "1714112445", "415670741", SEALED_BY_TENCENT)
        assert signed == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
        plain = _Seal(AES_KEY, APP_ID).open(SEALED_BY_TENCENT)
        assert len(plain) == 167
        assert b'"debug_str":"hello world"' in plain

    def test_the_reply_is_sealed_as_published(self, monkeypatch):
        seal = _Seal(AES_KEY, APP_ID)
        monkeypatch.setattr(seal._cipher, "get_random_string", lambda: "707722b803182950")
        sealed = seal.close('{"demo_resp":"good luck"}')
        assert sealed == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
        assert signature_of(TOKEN, "1713424427", "415670741", sealed) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"

    def test_the_plain_signature_does_not_open_a_sealed_push(self):
        query = {
            "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
            "msg_signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
            "timestamp": "1714112445",
            "nonce": "415670741",
        }
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open(query, xml_of(Encrypt=SEALED_BY_TENCENT).encode())


class TestReading:
    def test_a_sealed_text_is_read(self):
        message = opened(**TEXT)
        assert (message.kind, message.text, message.from_openid) == ("text", TEXT["Content"], "oVillager")
        assert message.created_at == datetime.fromtimestamp(1714112445, UTC)
        assert message.message_id == "1234567"
        assert message.was_sealed

    def test_a_first_scan_keeps_its_scene(self):
        message = opened(**{**TEXT, "MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_bind_7"})
        assert (message.kind, message.event, message.event_key) == ("event", "subscribe", "qrscene_bind_7")

    def test_an_unknown_event_is_still_a_message(self):
        assert opened(**{**TEXT, "MsgType": "event", "Event": "made_up_next_year"}).event == "made_up_next_year"

    def test_nested_fields_are_left_out(self):
        xml = xml_of(**TEXT).replace("</xml>", "<List><Item>1</Item></List></xml>")
        assert door_at(1714112445).open(*sealed_push(xml)).text == TEXT["Content"]

    def test_whitespace_around_the_seal_does_no_harm(self):
        query, body = sealed_push(xml_of(**TEXT))
        assert door_at(1714112445).open(query, body.replace(b"]]></Encrypt>", b"\r\n ]]></Encrypt>")).kind == "text"

    def test_an_account_without_a_key_takes_plain_messages(self):
        message = door_at(1714112445, aes_key=None).open(*plain_push(xml_of(**TEXT)))
        assert message.text == TEXT["Content"]
        assert not message.was_sealed

    def test_what_a_villager_wrote_stays_out_of_repr(self):
        shown = repr(opened(**TEXT))
        assert TEXT["Content"] not in shown
        assert "oVillager" not in shown

    @pytest.mark.parametrize("aes_key", ["A" * 42, "A" * 44, "好" * 43])
    def test_a_key_that_is_none_is_refused_at_the_start(self, aes_key):
        with pytest.raises(ValueError, match="EncodingAESKey"):
            door_at(1714112445, aes_key)


class TestRefusing:
    def test_a_plain_body_under_a_captured_good_signature(self):
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open(*plain_push(xml_of(**TEXT)))

    @pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6)])
    def test_an_old_or_future_push(self, late):
        query, body = sealed_push(xml_of(**TEXT), seconds=1714112445 - int(late.total_seconds()))
        with pytest.raises(NotFromWeChat, match="window"):
            door_at(1714112445).open(query, body)

    @pytest.mark.parametrize("timestamp", ["", "x", "-1", "1" * 40, "１７１４１１２４４５", "9999999999"])
    def test_a_timestamp_that_is_none(self, timestamp):
        query = {"timestamp": timestamp, "nonce": "n", "signature": signature_of(TOKEN, timestamp, "n"), "echostr": "e"}
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).verify_callback(query)

    @pytest.mark.parametrize("missing", ["timestamp", "nonce", "msg_signature"])
    def test_an_address_with_a_part_missing(self, missing):
        query, body = sealed_push(xml_of(**TEXT))
        del query[missing]
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open(query, body)

    def test_a_signature_that_is_not_even_latin(self):
        query, body = sealed_push(xml_of(**TEXT))
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open({**query, "msg_signature": "签名\ud800"}, body)

    def test_a_message_sealed_for_another_account(self):
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open(*sealed_push(xml_of(**TEXT), app_id="wxsomebodyelse"))

    def test_a_body_too_large(self):
        query, _ = sealed_push(xml_of(**TEXT))
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open(query, b" " * (MAX_CALLBACK_BYTES + 1))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<xml>",
            b"<a/>",
            b"<xml></xml>",
            b"\xff\xfe\x00",
            b"null",
            b"<xml><Encrypt/></xml>",
            '<?xml version="1.0" encoding="utf-16"?><xml/>'.encode("utf-16"),
        ],
    )
    def test_a_body_that_is_no_message(self, body):
        query, _ = sealed_push(xml_of(**TEXT))
        for door in (door_at(1714112445), door_at(1714112445, aes_key=None)):
            with pytest.raises(NotFromWeChat):
                door.open(query, body)

    @pytest.mark.parametrize("sealed", ["", "====", "AAAA", "A" * 43, "好", base64.b64encode(bytes(64)).decode()])
    def test_a_broken_seal_under_a_good_signature(self, sealed):
        query, _ = sealed_push("")
        query["msg_signature"] = signature_of(TOKEN, query["timestamp"], query["nonce"], sealed)
        with pytest.raises(NotFromWeChat):
            door_at(1714112445).open(query, xml_of(Encrypt=sealed).encode())

    def test_an_entity_bomb(self):
        bomb = '<!DOCTYPE xml [<!ENTITY a "aaaa">]>' + xml_of(**TEXT).replace("1234567", "&a;")
        with pytest.raises(NotFromWeChat, match="DOCTYPE"):
            door_at(1714112445).open(*sealed_push(bomb))

    def test_a_field_given_twice(self):
        twice = xml_of(**TEXT).replace("</xml>", "<FromUserName>oSomebodyElse</FromUserName></xml>")
        with pytest.raises(NotFromWeChat, match="twice"):
            door_at(1714112445).open(*sealed_push(twice))

    @pytest.mark.parametrize("missing", ["ToUserName", "FromUserName", "MsgType", "CreateTime"])
    def test_a_message_without_a_necessary_field(self, missing):
        with pytest.raises(NotFromWeChat):
            opened(**{name: value for name, value in TEXT.items() if name != missing})


class TestDedupKey:
    def test_a_second_delivery_has_the_same_key(self):
        again = door_at(1714112450).open(*sealed_push(xml_of(**TEXT), seconds=1714112450, nonce="another"))
        assert again.dedup_key == opened(**TEXT).dedup_key

    def test_anything_that_differs_makes_another_key(self):
        event = {**TEXT, "MsgType": "event", "Event": "SCAN", "EventKey": "a"}
        variants = [TEXT, event, {**event, "EventKey": "b"}, {**event, "Event": "CLICK"}]
        variants += [{**TEXT, name: TEXT[name] + "1"} for name in ("ToUserName", "FromUserName", "MsgId", "Content")]
        variants += [{**TEXT, "CreateTime": "1714112446"}]
        keys = {opened(**variant).dedup_key for variant in variants}
        assert len(keys) == len(variants)

    def test_fields_do_not_run_into_each_other(self):
        one = opened(**{**TEXT, "MsgType": "event", "Event": "ab", "EventKey": "c"})
        other = opened(**{**TEXT, "MsgType": "event", "Event": "a", "EventKey": "bc"})
        assert one.dedup_key != other.dedup_key

    def test_the_key_is_a_sha256(self):
        assert len(bytes.fromhex(opened(**TEXT).dedup_key)) == hashlib.sha256().digest_size


class TestReplying:
    def read(self, reply):
        return {child.tag: child.text for child in ElementTree.fromstring(reply)}

    def test_a_plain_message_gets_a_plain_reply_to_its_sender(self):
        door = door_at(1714112445, aes_key=None)
        reply = self.read(door.reply_text(door.open(*plain_push(xml_of(**TEXT))), "办到县级审批了"))
        assert (reply["ToUserName"], reply["FromUserName"]) == ("oVillager", "gh_1")
        assert (reply["MsgType"], reply["Content"], reply["CreateTime"]) == ("text", "办到县级审批了", "1714112445")

    def test_a_sealed_message_gets_a_reply_that_another_library_can_open(self):
        door = door_at(1714112445)
        outer = self.read(door.reply_text(opened(**TEXT), "办到县级审批了"))
        assert set(outer) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
        judge = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        envelope = f"<xml><Encrypt>{outer['Encrypt']}</Encrypt></xml>"
        inner = judge.decrypt_message(envelope, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
        assert self.read(inner)["Content"] == "办到县级审批了"

    @pytest.mark.parametrize(
        "text", ["a]]><MsgType>evil</MsgType>", "]]>", "]]]]>>", "<![CDATA[x]]>", "&lt;a&amp;", "]]>]]>"]
    )
    def test_no_text_breaks_out_of_its_field(self, text):
        door = door_at(1714112445, aes_key=None)
        reply = self.read(door.reply_text(door.open(*plain_push(xml_of(**TEXT))), text))
        assert reply["Content"] == text
        assert list(reply) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]

    def test_no_openid_breaks_out_of_its_field(self):
        door = door_at(1714112445, aes_key=None)
        message = replace(door.open(*plain_push(xml_of(**TEXT))), from_openid="o]]><x/>")
        assert self.read(door.reply_text(message, "好"))["ToUserName"] == "o]]><x/>"

    def test_characters_xml_cannot_hold_are_dropped(self):
        door = door_at(1714112445, aes_key=None)
        message = door.open(*plain_push(xml_of(**TEXT)))
        assert self.read(door.reply_text(message, "好\x00\x0b\ud800\uffff的\n𠮷"))["Content"] == "好的\n𠮷"

    def test_a_long_reply_is_cut_to_2048_bytes_between_characters(self):
        door = door_at(1714112445, aes_key=None)
        content = self.read(door.reply_text(door.open(*plain_push(xml_of(**TEXT))), "长" * 1000))["Content"]
        assert content == "长" * 682

    @pytest.mark.parametrize("text", ["", " \n"])
    def test_nothing_to_say_is_success(self, text):
        assert door_at(1714112445).reply_text(opened(**TEXT), text) == b"success"

    def test_no_two_sealed_replies_are_alike(self):
        door, message = door_at(1714112445), opened(**TEXT)
        replies = [door.reply_text(message, "好") for _ in range(3)]
        assert all(one != other for one, other in itertools.combinations(replies, 2))
