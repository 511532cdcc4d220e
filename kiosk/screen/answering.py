"""How the page's API reads bodies and gives answers: one shape for errors, each with a reference that stands in the log."""

import logging
import secrets
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request

from kiosk.printer import Printed

log = logging.getLogger("kiosk.screen")
_REFERENCE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class BadRequest(Exception):
    """The body is not what this address takes."""

    code = "bad_request"


def note(code: str) -> str:
    """A reference the agent reads out on the phone, logged with what happened; never with names, numbers or answers."""
    reference = "".join(secrets.choice(_REFERENCE_SIGNS) for _ in range(6))
    log.warning("%s %s", reference, code)
    return reference


def refusal(status: int, code: str, message: str, **further: Any) -> Response:
    """An error as the page shows it."""
    response = jsonify(error={"code": code, "message": message, "reference": note(code), **further})
    response.status_code = status
    return response


def body() -> dict[str, Any]:
    """The JSON object of the request. Raises BadRequest."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest("发来的内容读不懂，请重新打开页面再试。")
    return given


def text_of(given: dict[str, Any], key: str) -> str:
    """Raises BadRequest."""
    value = given.get(key)
    if not isinstance(value, str) or not value or len(value) > 300:
        raise BadRequest(f"缺少“{key}”，请重新打开页面再试。")
    return value


def number_of(given: dict[str, Any], key: str) -> int:
    """Raises BadRequest."""
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRequest(f"缺少“{key}”，请重新打开页面再试。")
    return value


def yes_of(given: dict[str, Any], key: str) -> bool:
    """Raises BadRequest."""
    value = given.get(key)
    if not isinstance(value, bool):
        raise BadRequest(f"缺少“{key}”，请重新打开页面再试。")
    return value


def printed_shape(printed: Printed) -> dict[str, Any]:
    path: Path | None = printed.path
    return {"path": str(path) if path else None, "words": printed.words}
