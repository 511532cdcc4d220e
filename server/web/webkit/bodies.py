"""JSON that comes in: read with what no database keeps refused at the door, as `guards` does for forms."""

from typing import Any

from flask import request


def read_json() -> Any:
    """The request's JSON; None where it is none, or holds text with a NUL or half a sign.

    The attack: "\\u0000" or "\\ud83d" in a comment. PostgreSQL fails on either, which would be a fault of ours.
    """
    body = request.get_json(silent=True)
    return body if _can_be_kept(body) else None


def _can_be_kept(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_can_be_kept(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(map(_can_be_kept, value))
    return not isinstance(value, str) or ("\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value))
