"""The callback view: let in what WeChat signed, ask the desk, and answer within WeChat's five seconds."""

import logging
import secrets
import traceback
from typing import Protocol

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from server.adapters.wechat_messages import MAX_CALLBACK_BYTES, IncomingMessage, NotFromWeChat, OfficialAccountDoor

_LOG = logging.getLogger(__name__)
_NOTHING_TO_SAY = b"success"


class Desk(Protocol):
    """Who answers what villagers write to the official account."""

    def answer(self, message: IncomingMessage) -> str:
        """The reply, or '' for none.

        Runs inside the edge's own transaction and gives the same reply to the same `dedup_key`: WeChat delivers a
        message up to three times when an answer takes longer than five seconds.
        """


def official_account_blueprint(door: OfficialAccountDoor, desk: Desk) -> Blueprint:
    """The blueprint with GET and POST /wechat/official; both are guarded by WeChat's signature alone."""
    blueprint = Blueprint("official_account", __name__)

    def verify_address() -> Response:
        # Reflected echo: only a signed one is returned, and never as HTML.
        return Response(door.verify_callback(request.args), mimetype="text/plain")

    def receive_message() -> Response:
        message = door.open(request.args, _body())
        return _answer(door, message, _ask(desk, message))

    for view, method in ((verify_address, "GET"), (receive_message, "POST")):
        view.guard = "wechat_signature"  # type: ignore[attr-defined]
        blueprint.add_url_rule("/wechat/official", view_func=view, methods=[method])
    blueprint.register_error_handler(NotFromWeChat, _refuse)
    return blueprint


def _body() -> bytes:
    """The request's body. A body too large to be WeChat's is not read into memory."""
    request.max_content_length = MAX_CALLBACK_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise NotFromWeChat("the body is larger than any WeChat message") from None


def _ask(desk: Desk, message: IncomingMessage) -> str:
    """The desk's reply, or none when the desk fails: an error would show the villager 服务出现故障 and be retried."""
    try:
        return desk.answer(message)
    except Exception as error:
        # Frames and the kind of error only: the text of a database error quotes what the villager wrote.
        _LOG.error(
            "no answer to a %s message, reference %s: %s\n%s",
            message.kind,
            secrets.token_hex(4),
            type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )
        return ""


def _answer(door: OfficialAccountDoor, message: IncomingMessage, text: str) -> Response:
    reply = door.reply_text(message, text)
    return Response(reply, mimetype="text/plain" if reply == _NOTHING_TO_SAY else "application/xml")


def _refuse(refusal: NotFromWeChat) -> Response:
    """Probing attack: whoever knocks without a signature learns nothing, not even what was wrong."""
    _LOG.info("refused a callback: %s", refusal)
    return Response(status=403)
