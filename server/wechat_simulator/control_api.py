"""The people's side as JSON: a demo or a test makes villagers, lets them write and scan, and reads their chats."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from forms.clock import Clock
from server.wechat_simulator.account import Delivery, NotFollowing, OfficialAccount
from server.wechat_simulator.guards import demand_loopback
from server.wechat_simulator.platform_api import LOGIN_CODE_LIFETIME
from server.wechat_simulator.state import ChatMessage, Person, State, UnknownPerson
from server.wechat_simulator.tokens import Tokens

_LONGEST_TEXT = 600


def control_blueprint(
    state: State, tokens: Tokens, account: OfficialAccount, clock: Clock, control_key: str | None
) -> Blueprint:
    """The blueprint under /simulator; wrong input is answered with 400, 404 or 409 and a sentence in `error`."""
    blueprint = Blueprint("control", __name__, url_prefix="/simulator")
    blueprint.before_request(lambda: demand_loopback(control_key))

    @blueprint.get("/people")
    def list_people() -> Response:
        return jsonify(people=[_person_json(person) for person in state.list_people()])

    @blueprint.post("/people")
    def add_person() -> tuple[Response, int]:
        return jsonify(_person_json(state.add_person(_word("nickname", 30)))), 201

    @blueprint.post("/people/<person_id>/follow")
    def follow(person_id: str) -> Response:
        return _delivery_json(account.follow(state.get_person(person_id)))

    @blueprint.post("/people/<person_id>/unfollow")
    def unfollow(person_id: str) -> Response:
        return _delivery_json(account.unfollow(state.get_person(person_id)))

    @blueprint.post("/people/<person_id>/text")
    def write(person_id: str) -> Response:
        return _delivery_json(account.write(state.get_person(person_id), _word("text", _LONGEST_TEXT)))

    @blueprint.post("/people/<person_id>/scan")
    def scan(person_id: str) -> Response:
        return _delivery_json(account.scan(state.get_person(person_id), _word("scene", 64)))

    @blueprint.post("/people/<person_id>/click")
    def click(person_id: str) -> Response:
        return _delivery_json(account.click(state.get_person(person_id), _word("key", 128)))

    @blueprint.post("/people/<person_id>/login-code")
    def login_code(person_id: str) -> Response:
        person = state.get_person(person_id)
        code = state.add_login_code(person.person_id, clock.now() + LOGIN_CODE_LIFETIME)
        return jsonify(code=code, expires_in=int(LOGIN_CODE_LIFETIME.total_seconds()))

    @blueprint.get("/people/<person_id>/messages")
    def list_messages(person_id: str) -> Response:
        person = state.get_person(person_id)
        return jsonify(messages=[_message_json(message) for message in state.list_messages(person.person_id)])

    @blueprint.post("/forget-tokens")
    def forget_tokens() -> tuple[str, int]:
        tokens.expire_all()
        return "", 204

    _answer_errors(blueprint)
    return blueprint


def _answer_errors(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(UnknownPerson)
    def unknown_person(_: UnknownPerson) -> tuple[Response, int]:
        return jsonify(error="没有这个人，请先新建。"), 404

    @blueprint.errorhandler(NotFollowing)
    def not_following(_: NotFollowing) -> tuple[Response, int]:
        return jsonify(error="这个人还没有关注公众号，请先点“关注”。"), 409

    @blueprint.errorhandler(ValueError)
    def wrong_input(error: ValueError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400


def _word(name: str, longest: int) -> str:
    """A short text out of the JSON body. Raises ValueError."""
    body = request.get_json(silent=True)
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
        raise ValueError(f"请在 JSON 里给出 {name}：1 到 {longest} 个字。")
    return value.strip()


def _person_json(person: Person) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "nickname": person.nickname,
        "official_openid": person.official_openid,
        "miniprogram_openid": person.miniprogram_openid,
        "unionid": person.unionid,
        "follows": person.follows,
    }


def _message_json(message: ChatMessage) -> dict[str, Any]:
    head = {"id": message.id, "from": message.sender, "kind": message.kind}
    return {**head, **message.content, "created_at": message.created_at.isoformat()}


def _delivery_json(delivery: Delivery) -> Response:
    return jsonify(delivered=delivery.delivered, attempts=delivery.attempts, reply=delivery.reply)
