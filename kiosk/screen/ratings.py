"""评价 at the counter: a villager rates a finished case by its receipt. Nothing of it is kept on this PC."""

import re
from collections.abc import Iterable
from typing import Any

from forms.packet import normal_lookup_code
from kiosk.reading.codes import read_codes
from kiosk.screen.equipment import Equipment
from kiosk.server_link import ServerAway

WITHOUT_LINE = "没有网络，请用手机扫码评价。"
_RECEIPT = re.compile(r"/c/([0-9A-Za-z]{10})(?:[/?#]|$)")


class RatingIncomplete(Exception):
    """The code or the grade is not there yet; the text says what to do."""

    code = "rating_incomplete"


class Ratings:
    """Asks the server and hands in; whoever is signed in at this PC is no part of it (评价人信息保密)."""

    def __init__(self, equipment: Equipment) -> None:
        self._it = equipment

    def find(self, typed: str) -> dict[str, Any]:
        """What the receipt's code stands for. Raises RatingIncomplete, ServerAway, ServerRefused."""
        code = lookup_code_in(typed)
        if code is None:
            raise RatingIncomplete("查询码一共10位，在收件回执上字最大的那一行。请核对后再输。")
        try:
            return self._it.link.find_rating(code)
        except ServerAway:
            raise ServerAway(WITHOUT_LINE) from None

    def scan(self) -> str | None:
        """The lookup code of a receipt under the camera. Raises CameraTrouble."""
        found = read_codes(self._it.live_view.still().image).found
        return _first(receipt_code_in(code.text) for code in found)

    def send(self, rating: dict[str, Any]) -> dict[str, Any]:
        """Raises RatingIncomplete, ServerAway, ServerRefused. There is no queue: a rating kept here could be read here."""
        if rating.get("grade") not in (1, 2, 3, 4, 5):
            raise RatingIncomplete("请先选一个：非常满意、满意、基本满意、不满意或非常不满意。")
        try:
            return self._it.link.send_rating(rating)
        except ServerAway:
            raise ServerAway(WITHOUT_LINE) from None


def lookup_code_in(typed: str) -> str | None:
    """A code typed by hand, or the receipt's address as a scanner types it."""
    return receipt_code_in(typed) or normal_lookup_code(typed.strip())


def receipt_code_in(text: str) -> str | None:
    found = _RECEIPT.search(text)
    return normal_lookup_code(found[1]) if found else None


def _first(codes: Iterable[str | None]) -> str | None:
    return next((code for code in codes if code), None)
