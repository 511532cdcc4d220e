"""The platform's side: the paths of api.weixin.qq.com that servers call, with WeChat's own error codes."""

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from forms.clock import Clock
from server.wechat_simulator.account import OfficialAccount
from server.wechat_simulator.settings import SimulatorSettings
from server.wechat_simulator.state import Person, State
from server.wechat_simulator.tokens import Tokens

LOGIN_CODE_LIFETIME = timedelta(minutes=5)
_SAME_MESSAGE_FOR = timedelta(minutes=10)
_TEMPLATE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MESSAGES = {
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    44004: "empty content",
    45002: "content size out of limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    48001: "api unauthorized",
}


class Refusal(Exception):
    """WeChat says no: HTTP 200 with an errcode."""

    def __init__(self, errcode: int, errmsg: str = ""):
        self.errcode = errcode
        self.errmsg = errmsg or _MESSAGES[errcode]
        super().__init__(f"{errcode} {self.errmsg}")


class Platform:
    """What each path does, once the caller's token or secret has been judged."""

    def __init__(
        self, settings: SimulatorSettings, state: State, tokens: Tokens, account: OfficialAccount, clock: Clock
    ):
        self._settings = settings
        self._state = state
        self._tokens = tokens
        self._account = account
        self._clock = clock

    def stable_token(self) -> dict[str, Any]:
        body = _body()
        app_id = self._app_of(body, grant_type="client_credential")
        token, seconds = self._tokens.stable(app_id, self._clock.now(), force=body.get("force_refresh") is True)
        return {"access_token": token, "expires_in": seconds}

    def classic_token(self) -> dict[str, Any]:
        app_id = self._app_of(request.args, grant_type="client_credential")
        token, seconds = self._tokens.classic(app_id, self._clock.now())
        return {"access_token": token, "expires_in": seconds}

    def send_template(self) -> dict[str, Any]:
        self._demand_official_token()
        body = _body()
        person = self._follower(body.get("touser"))
        template_id = body.get("template_id")
        if not isinstance(template_id, str) or not self._is_template(template_id):
            raise Refusal(40037)
        content = {"template_id": template_id, "url": _text(body.get("url")), "data": _template_data(body.get("data"))}
        client_id, now = _text(body.get("client_msg_id")), self._clock.now()
        sent = self._state.find_sent(person.person_id, client_id, now - _SAME_MESSAGE_FOR) if client_id else None
        if sent is None:
            sent = self._state.add_message(person.person_id, "account", "template", content, now, client_id)
            self._account.report_template_result(person, sent)
        return {"errcode": 0, "errmsg": "ok", "msgid": sent}

    def send_custom(self) -> dict[str, Any]:
        self._demand_official_token()
        body = _body()
        person = self._follower(body.get("touser"))
        if body.get("msgtype") != "text":
            raise Refusal(40008)
        text = _text(body["text"].get("content")) if isinstance(body.get("text"), dict) else ""
        if not text:
            raise Refusal(44004)
        if len(text.encode("utf-8")) > 2048:
            raise Refusal(45002)
        verdict = self._state.spend_custom_message(person.person_id, self._clock.now())
        if verdict != "sent":
            raise Refusal(45015 if verdict == "too_late" else 45047)
        self._state.add_message(person.person_id, "account", "text", {"text": text}, self._clock.now())
        return {"errcode": 0, "errmsg": "ok"}

    def create_menu(self) -> dict[str, Any]:
        self._demand_official_token()
        menu = _body()
        _check_buttons(menu.get("button"), most=3, name_bytes=16)
        self._state.set_menu(menu)
        return {"errcode": 0, "errmsg": "ok"}

    def user_info(self) -> dict[str, Any]:
        """A follower with their unionid; of anybody else WeChat tells only that they do not follow."""
        self._demand_official_token()
        person = self._state.find_by_official_openid(request.args.get("openid", ""))
        if person is None:
            raise Refusal(40003)
        told = {"subscribe": int(person.follows), "openid": person.official_openid}
        return {**told, "unionid": person.unionid} if person.follows else told

    def code_to_session(self) -> dict[str, Any]:
        self._app_of(request.args, "authorization_code", self._settings.miniprogram_app_id)
        outcome = self._state.use_login_code(request.args.get("js_code", ""), self._clock.now())
        if isinstance(outcome, Person):
            session_key = base64.b64encode(secrets.token_bytes(16)).decode()
            return {"openid": outcome.miniprogram_openid, "session_key": session_key, "unionid": outcome.unionid}
        raise Refusal(40163 if outcome == "used" else 40029)

    def _app_of(self, given: Mapping[str, Any], grant_type: str, only: str | None = None) -> str:
        if given.get("grant_type") != grant_type:
            raise Refusal(40002)
        app_id = _text(given.get("appid"))
        secret = self._settings.secret_of(app_id)
        if secret is None or (only is not None and app_id != only):
            raise Refusal(40013)
        if not secrets.compare_digest(secret.encode(), _text(given.get("secret")).encode()):
            raise Refusal(40125)
        return app_id

    def _demand_official_token(self) -> None:
        value = request.args.get("access_token", "")
        if not value:
            raise Refusal(41001)
        verdict, app_id = self._tokens.judge(value, self._clock.now())
        if verdict != "good":
            raise Refusal(42001 if verdict == "expired" else 40001)
        if app_id != self._settings.official_app_id:
            raise Refusal(48001)

    def _follower(self, openid: object) -> Person:
        person = self._state.find_by_official_openid(_text(openid))
        if person is None:
            raise Refusal(40003)
        if not person.follows:
            raise Refusal(43004)
        return person

    def _is_template(self, template_id: str) -> bool:
        if self._settings.templates:
            return template_id in self._settings.templates
        return _TEMPLATE_ID.fullmatch(template_id) is not None


def platform_blueprint(platform: Platform) -> Blueprint:
    """The blueprint with WeChat's own paths; every answer is HTTP 200 and JSON, refusals too."""
    blueprint = Blueprint("platform", __name__)
    paths: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
        "/cgi-bin/stable_token": ("POST", platform.stable_token),
        "/cgi-bin/token": ("GET", platform.classic_token),
        "/cgi-bin/message/template/send": ("POST", platform.send_template),
        "/cgi-bin/message/custom/send": ("POST", platform.send_custom),
        "/cgi-bin/menu/create": ("POST", platform.create_menu),
        "/cgi-bin/user/info": ("GET", platform.user_info),
        "/sns/jscode2session": ("GET", platform.code_to_session),
    }
    for path, (method, act) in paths.items():
        view = _answering(method, act)
        blueprint.add_url_rule(path, endpoint=act.__name__, view_func=view, methods=["GET", "POST"])
    return blueprint


def _answering(method: str, act: Callable[[], dict[str, Any]]) -> Callable[[], Response]:
    def view() -> Response:
        try:
            if method == "POST" and request.method != "POST":
                raise Refusal(43002)
            return _json(act())
        except Refusal as refusal:
            trace = "-".join(secrets.token_hex(4) for _ in range(3))
            return _json({"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {trace}"})

    return view


def _json(answer: dict[str, Any]) -> Response:
    # WeChat's own header, which names no charset where libraries look for it.
    content = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return Response(content, content_type="application/json; encoding=utf-8")


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data(cache=False).decode("utf-8"))
    except ValueError:
        raise Refusal(47001) from None
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _template_data(data: object) -> dict[str, str]:
    """The fields of a template message as they will be shown. Raises Refusal(47003) for the first that cannot be."""
    if not isinstance(data, dict) or not data:
        raise Refusal(47003, "argument invalid! data is empty")
    shown = {}
    for name, entry in data.items():
        value = _text(entry.get("value")) if isinstance(entry, dict) else ""
        if not _is_template_value(name, value):
            raise Refusal(47003, f"argument invalid! data.{name}.value invalid")
        shown[name] = value
    return shown


def _is_template_value(name: str, value: str) -> bool:
    if not value or len(value) > 20 or not value.isprintable():
        return False
    if name.startswith("character_string"):
        return _CHINESE.search(value) is None
    return not name.startswith("phrase") or len(value) <= 5


def _check_buttons(buttons: object, most: int, name_bytes: int) -> None:
    """Raises Refusal when a menu, or a sub-menu, is not one WeChat would show."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= most:
        raise Refusal(40016)
    for button in buttons:
        name = _text(button.get("name")) if isinstance(button, dict) else ""
        if not name or len(name.encode("utf-8")) > name_bytes:
            raise Refusal(40018)
        if button.get("sub_button"):
            _check_buttons(button["sub_button"], most=5, name_bytes=60)
        else:
            _check_action(button)


def _check_action(button: Mapping[str, Any]) -> None:
    kind = button.get("type")
    if kind == "click" and not _text(button.get("key")):
        raise Refusal(40019)
    if kind == "view" and not _text(button.get("url")).startswith(("https://", "http://")):
        raise Refusal(40020)
    if kind not in ("click", "view", "miniprogram"):
        raise Refusal(40017)
