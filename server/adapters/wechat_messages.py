"""The way in from WeChat: who really sent a callback, what it says, and the reply that fits it. Pure: no network.

A callback comes signed (token, timestamp, nonce) and, in safe mode (安全模式), sealed with AES for our account.
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import WeChatException

from forms.clock import Clock
from server.adapters.wechat_text import message_text

MAX_CALLBACK_BYTES = 64 * 1024
TIMESTAMP_WINDOW = timedelta(minutes=5)
_AES_KEY_LENGTH = 43
_PARAMETER_LENGTH = 128


class NotFromWeChat(Exception):
    """A callback that does not prove it comes from WeChat, or cannot be read: answer it with nothing."""


@dataclass(frozen=True)
class IncomingMessage:
    """What a villager wrote or did. What they wrote stays out of repr, so that no log line carries it by accident."""

    to_user: str
    from_openid: str = field(repr=False)
    kind: str
    text: str = field(repr=False)
    event: str
    event_key: str = field(repr=False)
    created_at: datetime
    message_id: str
    dedup_key: str
    was_sealed: bool


class OfficialAccountDoor:
    """The official account's callback door (公众号接口).

    With an `aes_key` (EncodingAESKey, 43 characters) only sealed messages are let in; without one only plain ones.
    """

    def __init__(self, token: str, aes_key: str | None, app_id: str, clock: Clock):
        """Raises ValueError when the AES key cannot be one."""
        self._token = token
        self._app_id = app_id
        self._clock = clock
        self._seal = _Seal(aes_key, app_id) if aes_key else None

    def verify_callback(self, query: Mapping[str, str]) -> str:
        """Answer WeChat's address check (GET): the echo text, once the signature holds. Raises NotFromWeChat."""
        self._demand_signature(query, "signature")
        return _parameter(query, "echostr")

    def open(self, query: Mapping[str, str], body: bytes) -> IncomingMessage:
        """Check and read a pushed message (POST). Raises NotFromWeChat, whatever is wrong with it."""
        if len(body) > MAX_CALLBACK_BYTES:
            raise NotFromWeChat("the body is larger than any WeChat message")
        if self._seal is None:
            # Plain mode signs the address but not the body: only TLS keeps the text honest. Safe mode is the default.
            self._demand_signature(query, "signature")
            return _read_message(body, was_sealed=False)
        # Downgrade attack: an address copied from a proxy's log carries a good `signature`, and with it a forged plain
        # body would pass. So an account with a key reads Encrypt and msg_signature and nothing else.
        sealed = "".join(_fields(body).get("Encrypt", "").split())
        self._demand_signature(query, "msg_signature", sealed)
        return _read_message(self._seal.open(sealed), was_sealed=True)

    def reply_text(self, message: IncomingMessage, text: str) -> bytes:
        """The XML that answers `message` with `text`, sealed when the message came sealed; `success` for no text."""
        if not text.strip():
            return b"success"
        created = int(self._clock.now().timestamp())
        plain = _reply_xml(message, message_text(text), created)
        if not message.was_sealed or self._seal is None:
            return plain.encode("utf-8")
        return self._sealed_reply(plain, str(created), secrets.token_hex(8)).encode("utf-8")

    def _sealed_reply(self, plain: str, timestamp: str, nonce: str) -> str:
        assert self._seal is not None
        sealed = self._seal.close(plain)
        return (
            f"<xml><Encrypt>{_cdata(sealed)}</Encrypt>"
            f"<MsgSignature>{_cdata(signature_of(self._token, timestamp, nonce, sealed))}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
        )

    def _demand_signature(self, query: Mapping[str, str], name: str, *signed: str) -> None:
        given, timestamp, nonce = (_parameter(query, key) for key in (name, "timestamp", "nonce"))
        expected = signature_of(self._token, timestamp, nonce, *signed)
        # Timing attack: an ordinary comparison tells how many leading characters of a guess are right.
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise NotFromWeChat(f"{name} does not match")
        self._demand_fresh(timestamp)

    def _demand_fresh(self, timestamp: str) -> None:
        """Replay attack: a callback copied from a log is good for minutes only (and its dedup key is known by then)."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
            raise NotFromWeChat("the timestamp is not a number of seconds")
        if abs(self._clock.now() - datetime.fromtimestamp(int(timestamp), UTC)) > TIMESTAMP_WINDOW:
            raise NotFromWeChat("the timestamp is outside the window: replayed, or the server's clock is wrong")


class _Seal:
    """WeChat's message encryption, with wechatpy's several kinds of failure made one."""

    def __init__(self, aes_key: str, app_id: str):
        try:
            key = base64.b64decode(aes_key + "=") if len(aes_key) == _AES_KEY_LENGTH else b""
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ValueError("公众号的 EncodingAESKey 不对：应是公众平台上显示的 43 个字母和数字。")
        self._cipher = _Cipher(key)
        self._app_id = app_id

    def open(self, sealed: str) -> bytes:
        # Padding oracle: nobody gets here without a msg_signature over this very text, and every failure looks alike.
        try:
            return self._cipher.decrypt(sealed, self._app_id).encode("utf-8")
        except (ValueError, TypeError, IndexError, struct.error, WeChatException) as error:
            raise NotFromWeChat(f"Encrypt cannot be opened ({type(error).__name__})") from None

    def close(self, plain: str) -> str:
        return self._cipher.encrypt(plain, self._app_id).decode("ascii")


class _Cipher(PrpCrypto):
    """wechatpy's cipher with its guessable random prefix replaced: the IV is fixed, so that prefix is all the salt."""

    def get_random_string(self) -> str:
        return secrets.token_hex(8)


class _NoDoctype(ElementTree.TreeBuilder):
    """Entity bombs need a DOCTYPE to be declared in; WeChat never sends one."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise NotFromWeChat("a DOCTYPE in the XML")


def signature_of(*parts: str) -> str:
    """WeChat's signature: SHA-1 over the sorted parts, run together."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()


def _parameter(query: Mapping[str, str], name: str) -> str:
    value = query.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _PARAMETER_LENGTH:
        raise NotFromWeChat(f"no usable {name} in the address")
    return value


def _fields(xml: bytes) -> dict[str, str]:
    """The flat fields of a WeChat XML, nested ones left out. Raises NotFromWeChat."""
    try:
        # The encoding is ours to say: a UTF-7 or UTF-16 declaration could slip markup past whoever looked first.
        root = ElementTree.fromstring(xml, ElementTree.XMLParser(target=_NoDoctype(), encoding="utf-8"))
    except (ElementTree.ParseError, ValueError) as error:
        raise NotFromWeChat(f"the XML cannot be read ({type(error).__name__})") from None
    fields = {child.tag: child.text or "" for child in root if len(child) == 0}
    if len({child.tag for child in root}) != len(root):
        raise NotFromWeChat("a field of the XML stands twice")
    return fields


def _read_message(xml: bytes, was_sealed: bool) -> IncomingMessage:
    fields = _fields(xml)
    created = fields.get("CreateTime", "")
    if not all(fields.get(name) for name in ("ToUserName", "FromUserName", "MsgType")):
        raise NotFromWeChat("the message does not say from whom, to whom or what it is")
    if not (created.isascii() and created.isdigit() and len(created) <= 10):
        raise NotFromWeChat("the message does not say when it was written")
    return IncomingMessage(
        to_user=fields["ToUserName"],
        from_openid=fields["FromUserName"],
        kind=fields["MsgType"].lower(),
        text=fields.get("Content", ""),
        event=fields.get("Event", ""),
        event_key=fields.get("EventKey", ""),
        created_at=datetime.fromtimestamp(int(created), UTC),
        message_id=fields.get("MsgId", fields.get("MsgID", "")),
        dedup_key=_dedup_key(fields),
        was_sealed=was_sealed,
    )


def _dedup_key(fields: Mapping[str, str]) -> str:
    """The same for every delivery of one message and for no other.

    MsgId alone has clashed between people, and events of one second share CreateTime, so everything that tells two
    messages apart goes in; as JSON, so that no two fields can run into each other.
    """
    names = ("ToUserName", "FromUserName", "MsgType", "Event", "EventKey", "CreateTime", "MsgId", "MsgID", "Content")
    told = json.dumps([fields.get(name, "") for name in names])
    return hashlib.sha256(told.encode("ascii")).hexdigest()


def _reply_xml(message: IncomingMessage, text: str, created: int) -> str:
    return (
        f"<xml><ToUserName>{_cdata(message.from_openid)}</ToUserName>"
        f"<FromUserName>{_cdata(message.to_user)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType>{_cdata('text')}</MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def _cdata(text: str) -> str:
    """CDATA injection: a villager's own `]]>` in a quoted text would end the section and add elements of theirs."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
