"""What pages say, at the counter: set upright, remarks, suggestions and contradictions; in the draft only and never in a log."""

import json
import logging
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from kiosk.reading.kinds import LABELS
from kiosk.reading.reading import Line, ReadField, Reading
from kiosk.reading.recogniser import CannotRead
from kiosk.screen.readings import kept_form
from tests.kiosk.counter_visitor import Visitor
from tests.kiosk.test_kiosk_counter_pages import material

NUMBER, WORDS = "450521194303150008", "姓名潘某珍性别女民族汉出生1943年3月15日住址样本村三组16号公民身份号码"
BACK_WORDS = "中华人民共和国居民身份证签发机关样本县公安局有效期限2016.05.20-长期"


def line(words):
    return Line(words, np.zeros((4, 2), np.float32), 0.99)


def front(number=NUMBER, name="潘某珍", trouble=None, turn=0):
    fields = (
        ReadField("name", LABELS["name"], name, 0.99),
        ReadField("id_number", LABELS["id_number"], number, 0.99, trouble),
    )
    return Reading((line(f"{WORDS}{name}{number}"),), turn, "id_card_front", fields)


def back(turn=0):
    return Reading((line(BACK_WORDS),), turn, "id_card_back")


def passbook(holder):
    return Reading(
        (line(f"储蓄存折户名{holder}账号"),), 0, "bank_passbook", (ReadField("account_name", "户名", holder, 0.9),)
    )


@pytest.fixture
def capturing(begun):
    begun.visit_id = begun.post("/api/visit/step", {"step": "capture"})["visit"]["visit_id"]
    return begun


def shoot(visitor, reader, material_id, reading):
    """Take a page that says this, and wait until it was read."""
    reader.reading = reading
    page_id = visitor.post("/api/visit/capture", {"material_id": material_id})["page_id"]
    return visitor.read_through(), page_id


def test_a_page_is_set_upright_by_its_text(capturing, reader):
    visit, _ = shoot(capturing, reader, "id_card", front(turn=180))
    assert [page["turn"] for page in material(visit, "id_card")["pages"]] == [180]


def test_the_other_side_of_the_card_is_told_and_may_be_vouched_for(capturing, reader):
    visit, _ = shoot(capturing, reader, "id_card", back())
    (page,) = material(visit, "id_card")["pages"]
    assert "请翻过来" in page["remark"]
    vouched = capturing.post("/api/visit/vouch-page", {"material_id": "id_card", "page": 0})["visit"]
    (page,) = material(vouched, "id_card")["pages"]
    assert page["remark"] is None and page["words"] == "不是要的这张" and page["kept_despite"] == ["wrong_page"]
    capturing.post("/api/visit/vouch-page", {"material_id": "id_card", "page": 0})
    assert capturing.status == 409


def test_a_page_put_where_it_belongs_has_no_remark_any_more(capturing, reader):
    shoot(capturing, reader, "id_card", back())
    visit, _ = shoot(capturing, reader, "id_card", front())
    assert all(page["remark"] for page in material(visit, "id_card")["pages"])
    moved = capturing.post("/api/visit/move-page", {"material_id": "id_card", "page": 0, "to": "id_card", "place": 1})
    assert not any(page["remark"] for page in material(moved["visit"], "id_card")["pages"])


def test_a_page_taken_twice_is_told(capturing, reader):
    shoot(
        capturing,
        reader,
        "household_register",
        Reading((line("常住人口登记卡姓名潘某珍与户主关系户主"),), 0, "household_register"),
    )
    visit, _ = shoot(capturing, reader, "household_register", reader.reading)
    first, second = material(visit, "household_register")["pages"]
    assert first["remark"] is None and "拍了两次" in second["remark"] and "首页和户主页" in second["remark"]


def test_what_a_card_says_is_offered_and_never_written_by_itself(visitor, reader):
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/step", {"step": "capture"})
    visit, _ = shoot(visitor, reader, "id_card", front())
    fields = {field["id"]: field for field in visit["fields"]}
    assert fields["applicant_id"]["offer"]["value"] == NUMBER and fields["applicant_id"]["value"] is None
    after = visitor.post("/api/visit/answers", {"applicant_id": NUMBER})["visit"]
    assert next(field for field in after["fields"] if field["id"] == "applicant_id")["offer"] is None


def test_a_number_that_cannot_be_right_is_offered_with_its_trouble(visitor, reader):
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/step", {"step": "capture"})
    visit, _ = shoot(visitor, reader, "id_card", front(NUMBER[:-1] + "1", trouble="校验位不对，请对照证件。"))
    offer = next(field for field in visit["fields"] if field["id"] == "applicant_id")["offer"]
    assert "校验位不对" in offer["trouble"]
    (page,) = material(visit, "id_card")["pages"]
    assert [one["trouble"] for one in page["read"]] == [None, "校验位不对，请对照证件。"]


def test_papers_that_contradict_each_other_are_told(capturing, reader):
    shoot(capturing, reader, "id_card", front())
    visit, _ = shoot(capturing, reader, "bank_passbook", passbook("陈某明"))
    assert len(visit["disagreements"]) == 1 and "陈某明" in visit["disagreements"][0]
    dropped = capturing.post("/api/visit/drop-page", {"material_id": "bank_passbook", "page": 0})["visit"]
    assert dropped["disagreements"] == []


def test_the_visit_never_waits_for_the_reading(capturing, reader, monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(type(reader), "__call__", lambda self, page: let_go.wait(20) and front(turn=180))
    taken = capturing.post("/api/visit/capture", {"material_id": "id_card"})
    assert taken["accepted"] and material(taken["visit"], "id_card")["pages"][0]["is_being_read"]
    assert capturing.post("/api/visit/capture", {"material_id": "id_card"})["accepted"]
    let_go.set()
    assert [page["turn"] for page in material(capturing.read_through(), "id_card")["pages"]] == [180, 180]


def test_what_was_read_once_is_kept_with_a_draft_laid_aside(capturing, reader):
    shoot(capturing, reader, "id_card", front())
    capturing.post("/api/visit/set-aside")
    (draft,) = capturing.get("/api/drafts")["drafts"]
    asked = reader.asked
    capturing.post("/api/visits", {"visit_id": draft["visit_id"]})
    assert material(capturing.read_through(), "id_card")["pages"][0]["read"]
    assert reader.asked == asked


def test_a_page_nobody_had_time_to_read_is_read_when_the_draft_comes_back(capturing, reader, monkeypatch):
    with monkeypatch.context() as slow:
        slow.setattr(type(reader), "__call__", lambda self, page: time.sleep(1) or front())
        capturing.post("/api/visit/capture", {"material_id": "id_card"})
        capturing.post("/api/visit/set-aside")
        time.sleep(1.2)
    reader.reading = front(turn=180)
    (draft,) = capturing.get("/api/drafts")["drafts"]
    capturing.post("/api/visits", {"visit_id": draft["visit_id"]})
    assert material(capturing.read_through(), "id_card")["pages"][0]["turn"] == 180


def test_what_was_read_lies_sealed_and_is_logged_nowhere(capturing, reader, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("kiosk"), "propagate", True)
    caplog.set_level(logging.DEBUG)
    shoot(capturing, reader, "id_card", front(name="潘某珍"))
    monkeypatch.setattr(type(reader), "__call__", lambda self, page: {}[NUMBER])
    capturing.post("/api/visit/capture", {"material_id": "id_card"})
    capturing.read_through()
    assert "KeyError" in caplog.text and NUMBER not in caplog.text and "潘某珍" not in caplog.text
    kept = b"".join(one.read_bytes() for one in (tmp_path / "data").rglob("*") if one.is_file())
    assert NUMBER.encode() not in kept and "潘某珍".encode() not in kept


def test_a_pc_that_cannot_read_says_so_and_works_on(capturing, reader, monkeypatch):
    def cannot(self, page):
        raise CannotRead

    monkeypatch.setattr(type(reader), "__call__", cannot)
    assert capturing.post("/api/visit/capture", {"material_id": "id_card"})["accepted"]
    assert "没有装好" in capturing.read_through()["reading_trouble"]
    assert capturing.post("/api/visit/capture", {"material_id": "id_card"})["accepted"]


def test_readings_survive_a_power_cut(capturing, reader, after_power_cut):
    shoot(capturing, reader, "id_card", front(turn=90))
    again = Visitor(after_power_cut()).open().sign_in()
    (page,) = material(again.get("/api/visit")["visit"], "id_card")["pages"]
    assert page["turn"] == 90 and page["read"][0]["value"] == "潘某珍"


def looked_on(visitor, material_id, until, seconds=10.0):
    """Look on for a page of this material, until what the look says is what is waited for."""
    number, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        visitor.get(f"/preview?after={number}&visit={visitor.visit_id}&material={material_id}")
        if visitor.status == 200:
            look = json.loads(visitor.headers["X-Sheet"])
            number = look["number"]
            if until(look):
                return look
    raise AssertionError("the look never said so")


@pytest.fixture
def seeing(eye, monkeypatch):
    """The scripted eye sees a sheet with a small picture of its own, as the real one does."""
    plain, small = type(eye).look, np.random.default_rng(1).normal(size=(42, 42)).astype(np.float32)
    monkeypatch.setattr(type(eye), "look", lambda self, image: replace(plain(self, image), small=small / small.std()))
    return eye


def test_the_wrong_side_is_told_before_the_shot_and_the_space_key_asks(capturing, seeing, reader):
    reader.reading = back()
    look = looked_on(capturing, "id_card", lambda look: any(one["code"] == "wrong_page" for one in look["findings"]))
    assert "请翻过来" in look["findings"][0]["sentence"]
    looked_on(capturing, "id_card", lambda look: look["auto"] and look["auto"]["phase"] == "held")
    asked = capturing.post("/api/visit/capture", {"material_id": "id_card"})
    assert not asked["accepted"] and asked["keepable"]
    kept = capturing.post("/api/visit/keep-anyway", {"material_id": "id_card"})["visit"]
    (page,) = material(kept, "id_card")["pages"]
    assert page["kept_despite"] == ["wrong_page"]
    assert material(capturing.read_through(), "id_card")["pages"][0]["remark"] is None


def test_the_right_side_is_read_once_and_taken(capturing, seeing, reader):
    reader.reading = front()
    looked_on(capturing, "id_card", lambda look: look["auto"] and look["auto"]["phase"] == "shoot")
    assert reader.asked == 2  # once to wake it, once for the sheet


def test_a_reading_goes_into_the_draft_and_comes_back_as_it_was():
    kept = kept_form(front(trouble="看不清。"))
    assert type(kept).model_validate_json(kept.model_dump_json()) == kept
    assert kept.fields[1].trouble == "看不清。"
