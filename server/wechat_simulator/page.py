"""The people's side as a page: a phone on the screen with the chat, the account's menu and a login code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from forms.clock import Clock, local, written_time
from server.wechat_simulator.account import NotFollowing, OfficialAccount
from server.wechat_simulator.guards import demand_loopback
from server.wechat_simulator.platform_api import LOGIN_CODE_LIFETIME
from server.wechat_simulator.settings import MessageTemplate, SimulatorSettings
from server.wechat_simulator.state import ChatMessage, Person, State, UnknownPerson

_LINK = re.compile(
    r"""<a\s+href=["']?(?P<url>[^"'\s>]+)["']?[^>]*>(?P<label>.*?)</a>|(?P<bare>https?://[^\s<>"'，。；）]+)""",
    re.DOTALL,
)
_FIELD = re.compile(r"([a-z_]+?)_?(\d*)")
_LABELS = {
    "thing": "事项", "time": "时间", "date": "日期", "character_string": "编号", "phrase": "状态", "const": "状态",
    "number": "数量", "amount": "金额", "name": "姓名", "phone_number": "电话", "car_number": "车牌",
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A run of chat text, with an address when WeChat would make it a link."""

    text: str
    url: str = ""


def page_blueprint(settings: SimulatorSettings, state: State, account: OfficialAccount, clock: Clock) -> Blueprint:
    """The blueprint with the page at / and the forms behind its buttons; each form leads back to the page."""
    blueprint = Blueprint("page", __name__)
    blueprint.before_request(lambda: demand_loopback(settings.control_key))
    blueprint.after_request(_forbid_foreign_content)

    def shown(person: Person | None, login_code: str = "") -> str:
        return render_template(
            "phone.html",
            account_name=settings.official_name,
            people=state.list_people(),
            person=person,
            lines=_lines(settings, state, person),
            menu=state.menu_buttons(),
            login_code=login_code,
            now=local(clock.now()),
        )

    @blueprint.get("/")
    def first_page() -> AnyResponse | str:
        people = state.list_people()
        return redirect(_chat_of(people[0].person_id)) if people else shown(None)

    @blueprint.get("/people/<person_id>")
    def chat(person_id: str) -> str:
        return shown(state.get_person(person_id))

    @blueprint.get("/people/<person_id>/lines")
    def lines(person_id: str) -> str:
        person = state.get_person(person_id)
        return render_template("lines.html", lines=_lines(settings, state, person), account_name=settings.official_name)

    @blueprint.post("/people")
    def add_person() -> AnyResponse:
        nickname = _field("nickname")[:30] or "村民"
        return redirect(_chat_of(state.add_person(nickname).person_id), 303)

    @blueprint.post("/people/<person_id>/act")
    def act(person_id: str) -> AnyResponse:
        _act(account, state.get_person(person_id))
        return redirect(_chat_of(person_id), 303)

    @blueprint.post("/people/<person_id>/miniprogram")
    def open_miniprogram(person_id: str) -> str:
        person = state.get_person(person_id)
        return shown(person, state.add_login_code(person_id, clock.now() + LOGIN_CODE_LIFETIME))

    @blueprint.errorhandler(UnknownPerson)
    def unknown_person(_: UnknownPerson) -> AnyResponse:
        return redirect("/")

    return blueprint


def _act(account: OfficialAccount, person: Person) -> None:
    """What the pressed button asks for; writing without following does nothing, as on a phone that shows no box."""
    what, text = _field("what"), _field("text")[:600]
    try:
        if what == "follow":
            account.follow(person)
        elif what == "unfollow":
            account.unfollow(person)
        elif what == "scan" and text:
            account.scan(person, text[:64])
        elif what == "click" and text:
            account.click(person, text)
        elif what == "write" and text:
            account.write(person, text)
    except NotFollowing:
        return


def _field(name: str) -> str:
    return request.form.get(name, "").strip()


def _chat_of(person_id: str) -> str:
    return url_for("page.chat", person_id=person_id)


def _forbid_foreign_content(response: Response) -> Response:
    # Script injection: a message's text is the server's to choose; nothing in it may run or load here.
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not no-referrer: under it browsers post our own forms with `Origin: null`, which the guard takes for a stranger's.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(settings: SimulatorSettings, state: State, person: Person | None) -> list[dict[str, Any]]:
    messages = state.list_messages(person.person_id) if person else []
    return [_line(message, settings.templates) for message in messages]


def _line(message: ChatMessage, templates: Mapping[str, MessageTemplate]) -> dict[str, Any]:
    line: dict[str, Any] = {"sender": message.sender, "kind": message.kind, "at": written_time(message.created_at)}
    if message.kind != "template":
        return {**line, "pieces": chat_pieces(message.content["text"])}
    template = templates.get(message.content["template_id"], MessageTemplate("办事进度通知", {}))
    rows = [(template.labels.get(name, _label(name)), value) for name, value in message.content["data"].items()]
    return {**line, "title": template.title, "rows": rows, "url": _safe_address(message.content["url"])}


def chat_pieces(text: str) -> list[Piece]:
    """`text` as WeChat shows it: bare addresses and <a href> become links, everything else stays words."""
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        pieces.append(Piece(text[end : found.start()]))
        url = _safe_address(found["url"] or found["bare"])
        pieces.append(Piece(found["label"] or found["bare"], url) if url else Piece(found[0]))
        end = found.end()
    return [piece for piece in (*pieces, Piece(text[end:])) if piece.text]


def _safe_address(url: str) -> str:
    """Script injection: `javascript:` in a link would run in this page."""
    return url if url.startswith(("https://", "http://")) else ""


def _label(name: str) -> str:
    found = _FIELD.fullmatch(name)
    return _LABELS.get(found[1], name) if found else name
