"""The official account as a phone drives it: what a person does is pushed to the account's server, replies shown."""

import logging
import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta

import requests

from forms.clock import Clock
from server.wechat_simulator.envelope import Envelope, UnreadableReply, message_xml
from server.wechat_simulator.settings import SimulatorSettings
from server.wechat_simulator.state import Person, State

_LOG = logging.getLogger(__name__)
_OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
_FIRST_MESSAGE_ID = 24_500_000_000_000_000


class NotFollowing(Exception):
    """The person does not follow the account, so their phone shows no chat to write in."""


@dataclass(frozen=True)
class Delivery:
    """How a push ended: whether the server answered, how often it was tried, and its reply."""

    delivered: bool
    attempts: int
    reply: str = ""


class OfficialAccount:
    """Everything a person can do with the account. Each act is pushed before the method returns."""

    def __init__(self, settings: SimulatorSettings, state: State, clock: Clock):
        self._settings = settings
        self._state = state
        self._clock = clock
        self._envelope = Envelope(settings.official_token, settings.official_aes_key, settings.official_app_id)

    def follow(self, person: Person) -> Delivery:
        return self._begin_to_follow(person, event_key="")

    def unfollow(self, person: Person) -> Delivery:
        self._state.set_follows(person.person_id, False)
        self._note(person, "你已取消关注")
        return self._push_event(person, "unsubscribe", "", shows_fault=False)

    def scan(self, person: Person, scene: str) -> Delivery:
        """Scan the account's code: SCAN for a follower; anybody else follows, with `qrscene_` before the scene."""
        if not person.follows:
            return self._begin_to_follow(person, event_key=f"qrscene_{scene}")
        self._allow(person, 3, timedelta(minutes=1))
        self._note(person, "你扫了公众号的二维码")
        return self._push_event(person, "SCAN", scene, Ticket=secrets.token_urlsafe(40))

    def click(self, person: Person, key: str) -> Delivery:
        """Press a menu button of type click. Raises NotFollowing."""
        self._demand_following(person)
        self._allow(person, 3, timedelta(minutes=1))
        return self._push_event(person, "CLICK", key)

    def write(self, person: Person, text: str) -> Delivery:
        """Send a text to the account. Raises NotFollowing."""
        self._demand_following(person)
        self._state.add_message(person.person_id, "person", "text", {"text": text}, self._clock.now())
        self._allow(person, 5, timedelta(hours=48))
        number = _FIRST_MESSAGE_ID + self._state.next_number("message")
        return self._push(person, {"MsgType": "text", "Content": text, "MsgId": number})

    def report_template_result(self, person: Person, message_id: int) -> None:
        """Tell the server, a moment later and from a thread, that a template message arrived."""
        fields = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": message_id, "Status": "success"}
        threading.Thread(target=self._push, args=(person, fields, False), daemon=True).start()

    def _begin_to_follow(self, person: Person, event_key: str) -> Delivery:
        self._state.set_follows(person.person_id, True)
        self._allow(person, 3, timedelta(minutes=1))
        self._note(person, f"你已关注“{self._settings.official_name}”")
        extra = {"Ticket": secrets.token_urlsafe(40)} if event_key else {}
        return self._push_event(person, "subscribe", event_key, **extra)

    def _push_event(self, person: Person, event: str, key: str, shows_fault: bool = True, **extra: str) -> Delivery:
        fields = {"MsgType": "event", "Event": event, "EventKey": key, **extra}
        return self._push(person, fields, shows_fault)

    def _push(self, person: Person, fields: dict[str, str | int], shows_fault: bool = True) -> Delivery:
        """Deliver one message: the same text each time, freshly sealed and signed, until the server answers."""
        head = {"ToUserName": self._settings.official_user_name, "FromUserName": person.official_openid}
        plain = message_xml({**head, "CreateTime": int(self._clock.now().timestamp()), **fields})
        for attempt in range(1, self._settings.deliveries + 1):
            try:
                body = self._deliver(person, plain)
                reply = self._envelope.read_reply(body, person.official_openid)
            except requests.RequestException as error:
                _LOG.warning("delivery %d to the callback failed: %s", attempt, type(error).__name__)
                continue
            except UnreadableReply as error:
                _LOG.warning("the callback's reply is not WeChat's: %s", error)
                return self._faulty(person, attempt, shows_fault)
            if reply:
                self._state.add_message(person.person_id, "account", "text", {"text": reply}, self._clock.now())
            return Delivery(delivered=True, attempts=attempt, reply=reply)
        return self._faulty(person, self._settings.deliveries, shows_fault)

    def _deliver(self, person: Person, plain: str) -> bytes:
        timestamp, nonce = str(int(self._clock.now().timestamp())), str(secrets.randbelow(2**31))
        sealed = self._envelope.seal(plain)
        address = {
            "signature": self._envelope.sign(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": person.official_openid,
            "encrypt_type": "aes",
            "msg_signature": self._envelope.sign(timestamp, nonce, sealed),
        }
        response = requests.post(
            self._settings.callback_url,
            params=address,
            data=message_xml({"ToUserName": self._settings.official_user_name, "Encrypt": sealed}).encode("utf-8"),
            headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
            timeout=self._settings.callback_timeout_seconds,
            allow_redirects=False,
        )
        if response.status_code >= 500:
            response.raise_for_status()
        if response.status_code != 200:
            raise UnreadableReply(f"HTTP {response.status_code}")
        return response.content

    def _faulty(self, person: Person, attempts: int, shows_fault: bool) -> Delivery:
        if shows_fault:
            self._note(person, _OUT_OF_ORDER)
        return Delivery(delivered=False, attempts=attempts)

    def _demand_following(self, person: Person) -> None:
        if not person.follows:
            raise NotFollowing(person.person_id)

    def _allow(self, person: Person, count: int, how_long: timedelta) -> None:
        self._state.allow_custom_messages(person.person_id, count, self._clock.now() + how_long)

    def _note(self, person: Person, text: str) -> None:
        self._state.add_message(person.person_id, "platform", "notice", {"text": text}, self._clock.now())
