"""评价 at the counter: by the receipt's code, typed or seen, with five faces; never kept on this PC, never the agent's."""

import json

import cv2
import numpy as np
import pytest
import zxingcpp

from kiosk.camera.protocol import Frame
from kiosk.screen.ratings import lookup_code_in
from tests.kiosk.conftest import START
from tests.kiosk.counter_visitor import ScriptedReader, Visitor
from tests.kiosk.pretend_server import RATED_CODE
from tests.kiosk.screen_visitor import look, opened_page, running_kiosk, sign_in

RECEIPT = f"https://nongshi.example.cn/c/{RATED_CODE}"
RATING = {"lookup_code": RATED_CODE, "grade": 2, "aspects": ["agent"], "anonymous": False, "comment": "等了很久"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (RATED_CODE, RATED_CODE),
        (" abcde fghjk ", RATED_CODE),
        (RECEIPT, RATED_CODE),
        (f"{RECEIPT}/rating", RATED_CODE),
        ("https://evil.example/r/ABCDEFGHJK", None),
        ("12345", None),
    ],
)
def test_a_code_is_typed_anyhow_or_scanned_as_an_address(typed, code):
    assert lookup_code_in(typed) == code


def test_the_rating_goes_to_the_server_as_the_villagers(visitor, server, tmp_path):
    assert visitor.post("/api/rating/find", {"code": RECEIPT})["rating"]["item_name"] == "高龄津贴申请"
    assert visitor.post("/api/rating/send", RATING)["answer_key"] == "ABCD1234EF56"
    assert server.memory.ratings == [RATING]
    assert "wang" not in json.dumps(server.memory.ratings), "the agent's account is no part of it"
    kept = [one for one in (tmp_path / "data").rglob("*") if one.is_file() and "等了很久".encode() in one.read_bytes()]
    assert kept == []


def test_without_a_line_it_says_to_use_the_phone(visitor, server):
    server.die()
    for path, body in (("find", {"code": RATED_CODE}), ("send", RATING)):
        error = visitor.post(f"/api/rating/{path}", body)["error"]
        assert (visitor.status, error["message"]) == (503, "没有网络，请用手机扫码评价。")


@pytest.mark.parametrize("grade", [None, 0, 6])
def test_without_a_grade_nothing_is_sent(visitor, server, grade):
    error = visitor.post("/api/rating/send", {**RATING, "grade": grade})["error"]
    assert (visitor.status, error["code"]) == (422, "rating_incomplete")
    assert server.memory.ratings == []


def test_an_unknown_receipt_and_half_a_code_are_told_apart(visitor):
    assert "不是本村收的件" in visitor.post("/api/rating/find", {"code": "ZZZZZZZZZZ"})["error"]["message"]
    assert "一共10位" in visitor.post("/api/rating/find", {"code": "ABC"})["error"]["message"]


def test_in_practice_no_rating_leaves_the_room(visitor, server):
    visitor.post("/api/practice", {"on": True})
    assert "现在是练习" in visitor.post("/api/rating/send", RATING)["error"]["message"]
    assert server.memory.ratings == []


def test_the_square_of_a_receipt_is_read_under_the_camera(start, camera, monkeypatch):
    code = np.asarray(zxingcpp.create_barcode(RECEIPT, zxingcpp.BarcodeFormat.QRCode).to_image(scale=6))
    desk = cv2.copyMakeBorder(code, 80, 80, 80, 80, cv2.BORDER_CONSTANT, value=200)
    picture = cv2.cvtColor(desk, cv2.COLOR_GRAY2BGR)
    visitor = Visitor(start()).open().sign_in()
    assert visitor.post("/api/rating/scan")["code"] is None
    monkeypatch.setattr(camera, "still", lambda: Frame(picture, START))
    assert visitor.post("/api/rating/scan")["code"] == RATED_CODE


@pytest.mark.browser
def test_a_villager_rates_with_the_keyboard_alone(tmp_path, server, chromium):
    with (
        running_kiosk(tmp_path / "data", server.url, read_page=ScriptedReader()) as kiosk,
        opened_page(kiosk, chromium) as page,
    ):
        sign_in(page)
        page.locator("#rating").press("Enter")
        page.wait_for_selector("#receipt-code")
        look(page, "rating-1-receipt")
        page.keyboard.type(RATED_CODE)
        page.keyboard.press("Enter")
        page.wait_for_selector(".faces")
        look(page, "rating-2-faces")
        assert page.locator("input[name=grade]:checked").count() == 0
        sizes = page.evaluate("() => [...document.querySelectorAll('.faces label')].map(one => one.offsetHeight)")
        assert (len(sizes), min(sizes) >= 60) == (5, True)
        page.locator("#send-rating").press("Enter")
        page.wait_for_selector("#message:has-text('请先选一个')")
        page.locator("input[value='2'][name=grade]").press("Space")
        page.locator("#send-rating").press("Enter")
        page.wait_for_selector("text=ABCD 1234 EF56")
        look(page, "rating-3-thanks")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-item]")
    assert [rating["grade"] for rating in server.memory.ratings] == [2]
