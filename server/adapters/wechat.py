"""The way out to WeChat: templates, customer messages, the menu and mini-program login, over plain HTTP.

`base_url` decides whom it talks to: the real platform, or the simulator that ships with the product.
"""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests

from forms.clock import Clock
from server.adapters.wechat_text import message_text, template_value

WECHAT_BASE_URL = "https://api.weixin.qq.com"
_TOKEN_MARGIN = timedelta(minutes=5)

_SUCCESS = 0
_BUSY = {-1, 45009, 45011}
_TOKEN_NOT_TAKEN = {40001, 40014, 42001}
_NOT_FOLLOWING = {43004, 43019, 43101}
_SPENT_LOGIN_CODE = {40029, 40163}
_OUR_ACCOUNT = {40013, 40037, 40125, 40164, 40243, 41002, 41004, 48001, 61004, 89503} | _TOKEN_NOT_TAKEN
_MEANINGS = {
    40001: "访问令牌无效，换过一次新令牌仍被拒绝。请核对公众号的 AppSecret",
    40003: "收信人的 openid 不是这个公众号的用户",
    40013: "AppID 不对，请核对设置里的 app_id",
    40029: "登录码无效或已过期，请重新打开小程序",
    40037: "模板编号不对，请到公众平台核对已添加的模板",
    40125: "AppSecret 不对，请核对设置里的 secret",
    40163: "登录码已经用过，请重新打开小程序",
    40164: "服务器的出口地址不在公众号的 IP 白名单里",
    43004: "对方没有关注公众号",
    43101: "对方没有订阅这种消息",
    45015: "对方超过 48 小时没有来过消息，不能再主动发",
    45047: "主动发的条数已到上限，要等对方再来消息",
    47003: "模板内容的某一栏不合格式",
    48001: "公众号没有这个接口的权限，请核对是否已认证",
}


class WeChatUnreachable(Exception):
    """WeChat gave no usable answer (no network, 5xx, busy, over quota): worth trying again later.

    After a read timeout the message may have gone out all the same: sending is at least once, not exactly once.
    """


class WeChatRefused(Exception):
    """WeChat understood and said no: the same call will be refused again."""

    def __init__(self, errcode: int, errmsg: str):
        self.errcode = errcode
        self.errmsg = errmsg
        meaning = _MEANINGS.get(errcode, "微信拒绝了这次请求")
        super().__init__(f"{meaning}。（微信错误码 {errcode}：{errmsg}）")

    @property
    def is_not_following(self) -> bool:
        """The villager does not follow the account or has not subscribed: reach them another way."""
        return self.errcode in _NOT_FOLLOWING

    @property
    def is_spent_login_code(self) -> bool:
        """The mini-program's login code is unknown, too old or used: ask the phone for a fresh one."""
        return self.errcode in _SPENT_LOGIN_CODE

    @property
    def concerns_our_account(self) -> bool:
        """Our own settings are wrong, not this message: keep the queue and tell an operator."""
        return self.errcode in _OUR_ACCOUNT


@dataclass(frozen=True)
class WeChatIdentity:
    """Who WeChat says is holding the phone. The session_key is dropped at the door: nothing of ours needs it."""

    openid: str
    unionid: str | None


@dataclass(frozen=True)
class StoredToken:
    """An access token (访问令牌) and the instant after which it is no longer used."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenStore(Protocol):
    """Where all processes of an installation share one token per account."""

    def load(self, app_id: str) -> StoredToken | None:
        """The token last saved for `app_id`, or None."""

    def save(self, app_id: str, token: StoredToken) -> None:
        """Keep `token` for `app_id` in place of the last."""


class InMemoryTokenStore:
    """Tokens of one process: enough for a laptop, since stable tokens do not cancel one another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, StoredToken] = {}

    def load(self, app_id: str) -> StoredToken | None:
        with self._lock:
            return self._tokens.get(app_id)

    def save(self, app_id: str, token: StoredToken) -> None:
        with self._lock:
            self._tokens[app_id] = token


class WeChatGateway:
    """One account (公众号 or 小程序) as its server sees it. Every method raises WeChatUnreachable or WeChatRefused."""

    def __init__(
        self,
        base_url: str,
        app_id: str,
        secret: str,
        token_store: TokenStore,
        clock: Clock,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (3, 5),
    ):
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._token_store = token_store
        self._clock = clock
        self._session = session or requests.Session()
        self._timeout = timeout
        _keep_addresses_out_of_logs()

    def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], url: str, client_message_id: str = ""
    ) -> str:
        """Send a template message (模板消息) and return WeChat's id of it.

        With a `client_message_id` WeChat sends the same message once only within ten minutes, so a retry after a
        timeout does not reach the villager twice.
        """
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            # Cut and cleaned here, for every caller: one field over 20 characters and WeChat refuses the whole message.
            "data": {name: {"value": template_value(value)} for name, value in data.items()},
        }
        if client_message_id:
            body["client_msg_id"] = client_message_id
        answer = self._call_with_token("/cgi-bin/message/template/send", body)
        return str(answer.get("msgid", ""))

    def send_custom_text(self, openid: str, text: str) -> None:
        """Send a customer message (客服消息); allowed for 48 hours after the villager last wrote."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": message_text(text)}}
        self._call_with_token("/cgi-bin/message/custom/send", body)

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Put `menu` (in WeChat's own shape, {"button": [...]}) at the foot of the official account."""
        self._call_with_token("/cgi-bin/menu/create", menu)

    def find_unionid(self, openid: str) -> str | None:
        """The unionid of a follower of the official account; None for somebody who does not follow, and for an account
        that is bound to no open-platform account."""
        answer = self._call_with_token("/cgi-bin/user/info", params={"openid": openid, "lang": "zh_CN"})
        return answer.get("unionid") or None

    def code_to_session(self, js_code: str) -> WeChatIdentity:
        """Trade a mini-program login code for the person; each code works once and for five minutes.

        Raises WeChatRefused with `is_spent_login_code` when the phone has to ask for a new one.
        """
        answer = self._exchange(
            "GET",
            "/sns/jscode2session",
            params={
                "appid": self._app_id,
                "secret": self._secret,
                "js_code": js_code,
                "grant_type": "authorization_code",
            },
        )
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise WeChatUnreachable("微信的登录回答里没有 openid，请稍后再试。")
        return WeChatIdentity(openid=openid, unionid=answer.get("unionid") or None)

    def _call_with_token(
        self, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Call with the shared token; one fresh token and one repetition when WeChat no longer takes it.

        Never more than one: repeating until it works has burned whole daily token quotas in other products.
        """
        token = self._current_token()
        try:
            return self._call_with(token, path, body, params)
        except WeChatRefused as refusal:
            if refusal.errcode not in _TOKEN_NOT_TAKEN:
                raise
        return self._call_with(self._token_after(token), path, body, params)

    def _call_with(
        self, token: StoredToken, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str] | None
    ) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        return self._exchange(method, path, params={"access_token": token.value, **(params or {})}, body=body)

    def _current_token(self) -> StoredToken:
        stored = self._token_store.load(self._app_id)
        return stored if stored and stored.expires_at > self._clock.now() else self._fetch_token()

    def _token_after(self, refused: StoredToken) -> StoredToken:
        """The token to use once `refused` was not taken: another process's newer one, or a fresh one."""
        stored = self._token_store.load(self._app_id)
        if stored and stored.value != refused.value and stored.expires_at > self._clock.now():
            return stored
        return self._fetch_token()

    def _fetch_token(self) -> StoredToken:
        """Ask for the stable token, which two processes may do at once without cancelling each other's."""
        asked_at = self._clock.now()
        answer = self._exchange(
            "POST",
            "/cgi-bin/stable_token",
            body={"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret},
        )
        value, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not isinstance(lifetime, int):
            raise WeChatUnreachable("微信没有给出访问令牌，请稍后再试。")
        # WeChat renews five minutes before the end; a short-lived answer is still used for the half of its life.
        useful = max(timedelta(seconds=lifetime) - _TOKEN_MARGIN, timedelta(seconds=lifetime) / 2)
        token = StoredToken(value=value, expires_at=asked_at + useful)
        self._token_store.save(self._app_id, token)
        return token

    def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One HTTP exchange. The requests library's own errors quote the address, secret and token included, so none
        of them is passed on or chained."""
        # The menu and the messages must leave as UTF-8, not as \u escapes, which WeChat would show letter by letter.
        content = json.dumps(body, ensure_ascii=False).encode("utf-8") if body is not None else None
        try:
            # No redirects: a redirecting proxy on the way would be handed the secret in the query.
            response = self._session.request(
                method,
                self._base_url + path,
                params=params,
                data=content,
                headers={"Content-Type": "application/json; charset=utf-8"} if content is not None else None,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise WeChatUnreachable(f"连不上微信（{path}，{type(error).__name__}），请稍后再试。") from None
        return _read_answer(path, response)


def _read_answer(path: str, response: requests.Response) -> dict[str, Any]:
    if response.status_code != 200:
        raise WeChatUnreachable(f"微信没有正常应答（{path}，HTTP {response.status_code}），请稍后再试。")
    try:
        # Bytes, not response.text: WeChat's headers make requests guess ISO-8859-1 and mangle Chinese.
        answer = json.loads(response.content.decode("utf-8"))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise WeChatUnreachable(f"微信的应答读不懂（{path}），可能被中间的网络设备改过，请稍后再试。")
    errcode = answer.get("errcode", _SUCCESS)
    if errcode == _SUCCESS:
        return answer
    if errcode in _BUSY:
        raise WeChatUnreachable(f"微信忙或今日次数已满（{path}，错误码 {errcode}），请稍后再试。")
    raise WeChatRefused(errcode, str(answer.get("errmsg", "")))


def _keep_addresses_out_of_logs() -> None:
    """At DEBUG the HTTP library writes every address it asks for, and WeChat puts secret and token in the address."""
    library = logging.getLogger("urllib3.connectionpool")
    if library.getEffectiveLevel() < logging.INFO or library.level == logging.NOTSET:
        library.setLevel(logging.INFO)
