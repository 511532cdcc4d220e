"""Every refusal in plain Chinese: what happened, what to do next, and a reference number that stands in the log."""

import logging
import secrets
from collections.abc import Callable

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from server.services.work import RowConflict

log = logging.getLogger("hongye.errors")

SENTENCES = {
    400: "请求的内容不对，没有办成。请返回上一步检查后再试。",
    401: "登录已过期，请重新登录。",
    403: "您没有办这件事的权限。如果应当由您办，请找管理员开通。",
    404: "没有找到这个页面或这件事。请检查地址或编号。",
    405: "这个地址不能这样使用。请从页面上的按钮操作。",
    413: "传来的内容太大，没有收下。",
    429: "操作太频繁，请过一分钟再试。",
    500: "系统出了差错，这一步没有办成，已办好的不会丢。请稍后再试；再不行，把编号告诉管理员。",
}
AT_ONCE = "刚才有人同时在办这件事，您这一次没有记下。请刷新页面看看，没有办好就再办一次。"


def new_reference() -> str:
    """错误编号: short enough to read over the phone."""
    return f"E{secrets.token_hex(4).upper()}"


class Refusal(Exception):
    """A request that is refused with a sentence of its own."""

    def __init__(self, status: int, code: str, sentence: str):
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence


def install_errors(app: Flask, as_json: Callable[[], bool]) -> None:
    """JSON for machines, a page for people; domain refusals keep their own words."""

    @app.errorhandler(Refusal)
    def _refused(refusal: Refusal) -> Response:
        return _answer(refusal.status, refusal.code, refusal.sentence, as_json())

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        return _answer(status, f"http_{status}", SENTENCES.get(status, SENTENCES[400]), as_json())

    @app.errorhandler(RowConflict)
    def _second_of_two(conflict: RowConflict) -> Response:
        reference = new_reference()
        log.warning("%s %s %s: %s", reference, request.method, request.url_rule, conflict)
        return _answer(409, "at_once", AT_ONCE, as_json(), reference)

    @app.errorhandler(Exception)
    def _failed(error: Exception) -> Response:
        reference = new_reference()
        # The path pattern, not the path: a lookup code must not reach the log.
        log.exception("%s %s %s", reference, request.method, request.url_rule)
        return _answer(500, "server_fault", SENTENCES[500], as_json(), reference)


def _answer(status: int, code: str, sentence: str, as_json: bool, reference: str | None = None) -> Response:
    reference = reference or new_reference()
    log.info("%s %s %s %s", reference, status, code, request.url_rule)
    if as_json:
        response = jsonify(error={"code": code, "message": sentence, "reference": reference})
    else:
        response = Response(render_template("webkit/error.html", sentence=sentence, reference=reference, status=status))
    response.status_code = status
    return response
