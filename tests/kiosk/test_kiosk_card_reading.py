"""读身份证 over HTTP, with the simulated reader: waited for, called off, kept sealed, offered, and every trouble in its words."""

import logging
import time
from dataclasses import replace

import pytest

from kiosk.camera.specimens import story_person
from kiosk.card_reader import protocol
from kiosk.card_reader.practice import specimen_card
from kiosk.card_reader.simulated import SimulatedDevice, simulated_reader
from kiosk.screen import card_reading
from tests.kiosk.counter_visitor import Visitor
from tests.kiosk.test_kiosk_counter_pages import material
from tests.kiosk.test_kiosk_counter_readings import front, passbook, shoot

CARD = specimen_card(story_person())
HIS = replace(CARD, name="陈某明", sex="男", id_number="450521194108080016", birth_date="1941-08-08")
APPLICANT = {"material_id": "id_card", "place": 0}


@pytest.fixture
def device():
    return SimulatedDevice()


@pytest.fixture
def at_form(start, device, monkeypatch):
    """The form of an item on a kiosk with a reader on which nothing lies yet."""
    monkeypatch.setattr("kiosk.agent.card_reader_for", lambda *told: simulated_reader(device, find_seconds=0.05))

    def begin(item_code="MZ-008"):
        visitor = Visitor(start()).open().sign_in()
        visitor.post("/api/visits", {"item_code": item_code})
        visitor.post("/api/visit/step", {"step": "answers"})
        return visitor

    return begin


@pytest.fixture
def visitor(at_form):
    return at_form()


def until(visitor, state, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = visitor.get("/api/visit/card")
        if answer["card"]["state"] == state:
            return answer
        time.sleep(0.02)
    raise AssertionError(answer)


def read(visitor, device, card=CARD, **place):
    device.lay_down(card)
    visitor.post("/api/visit/card", {**APPLICANT, **place})
    return until(visitor, "read")["visit"]


def offers(visit):
    return {field["id"]: field["offer"]["value"] for field in visit["fields"] if field["offer"]}


def test_a_card_is_waited_for_and_what_it_says_is_offered_never_written(visitor, device):
    asked = visitor.post("/api/visit/card", APPLICANT)["card"]
    assert asked["state"] == "waiting" and asked["owner"] == "老年人" and 0 < asked["seconds_left"] <= 40
    assert visitor.get("/api/visit/card")["card"]["state"] == "waiting"
    device.lay_down(CARD)
    visit = until(visitor, "read")["visit"]
    assert offers(visit)["applicant_name"] == CARD.name and offers(visit)["applicant_id"] == CARD.id_number
    assert offers(visit)["address"] == CARD.address
    assert all(field["value"] is None for field in visit["fields"] if field["id"] in offers(visit))
    assert [one["is_read"] for one in visit["cards"]] == [True]


def test_the_chip_is_nearer_than_a_picture_of_the_same_card_and_a_wrong_number_is_told(visitor, device, reader):
    visitor.post("/api/visit/step", {"step": "capture"})
    misread = CARD.id_number[:-1] + "1"
    shoot(visitor, reader, "id_card", front(number=misread, name=CARD.name))
    visit = read(visitor, device)
    assert offers(visit)["applicant_id"] == CARD.id_number
    (sentence,) = visit["disagreements"]
    assert "身份证芯片和身份证人像面" in sentence and "身份证号不一样" in sentence


def test_a_chip_and_a_passbook_that_disagree_are_told_at_the_check(visitor, device, reader):
    visitor.post("/api/visit/step", {"step": "capture"})
    shoot(visitor, reader, "bank_passbook", passbook("陈某明"))
    assert "陈某明" in read(visitor, device)["disagreements"][0]


def test_a_number_with_a_wrong_check_digit_is_offered_with_its_trouble(visitor, device):
    visit = read(visitor, device, replace(CARD, id_number=CARD.id_number[:-1] + "1"))
    offer = next(field for field in visit["fields"] if field["id"] == "applicant_id")["offer"]
    assert "校验位不对" in offer["trouble"]


def test_another_persons_card_makes_way_or_is_taken_out(visitor, device):
    read(visitor, device, HIS)
    visit = read(visitor, device)
    assert offers(visit)["applicant_name"] == CARD.name and visit["disagreements"] == []
    dropped = visitor.post("/api/visit/card/drop", APPLICANT)["visit"]
    assert offers(dropped) == {} and [one["is_read"] for one in dropped["cards"]] == [False]
    refused = visitor.post("/api/visit/card/drop", APPLICANT)
    assert visitor.status == 409 and "不用去掉" in refused["error"]["message"]


def test_of_a_couple_each_has_a_place_of_their_own(at_form, device):
    visitor = at_form("WJ-002")
    assert [one["owner"] for one in visitor.get("/api/visit")["visit"]["cards"]] == ["申请人", "配偶"]
    visit = read(visitor, device, HIS, place=1)
    assert offers(visit)["spouse_name"] == HIS.name and "applicant_name" not in offers(visit)
    visit = read(visitor, device, place=0)
    assert (offers(visit)["applicant_name"], offers(visit)["spouse_name"]) == (CARD.name, HIS.name)


@pytest.mark.parametrize(
    ("faults", "code", "words"),
    [
        ({"unplugged": True}, "card_reader_unplugged", "找不到身份证读卡器"),
        ({"refusals": {protocol.SELECT: protocol.NOT_GENUINE}}, "card_not_genuine", "真伪验证"),
        ({"refusals": {protocol.SELECT: protocol.WRONG_CARD}}, "wrong_card", "这不是居民身份证"),
        ({"refusals": {protocol.FIND: protocol.SELF_TEST_FAILED}}, "card_reader_broken", "有故障"),
        ({"wrong_checks": 99}, "card_reader_trouble", "没有读成"),
    ],
)
def test_every_trouble_of_the_reader_has_its_sentence_and_a_reference(
    visitor, device, faults, code, words, monkeypatch
):
    noted = []
    monkeypatch.setattr(card_reading, "note", lambda told: noted.append(told) or "ABC234")
    for name, value in faults.items():
        setattr(device, name, value)
    device.lay_down(CARD)
    visitor.post("/api/visit/card", APPLICANT)
    card = until(visitor, "trouble")["card"]
    assert words in card["sentence"] and card["reference"] == "ABC234" and noted == [code]
    assert "visit" not in visitor.get("/api/visit/card")


def test_nobody_waits_for_ever(visitor, monkeypatch):
    monkeypatch.setattr(card_reading, "WAIT_SECONDS", 0.1)
    visitor.post("/api/visit/card", APPLICANT)
    assert "没有身份证" in until(visitor, "trouble")["card"]["sentence"]


def test_a_reading_called_off_keeps_nothing(visitor, device):
    visitor.post("/api/visit/card", APPLICANT)
    assert visitor.post("/api/visit/card/cancel")["card"]["state"] == "idle"
    visitor.post("/api/visit/card/cancel")
    device.lay_down(CARD)
    time.sleep(0.3)  # whatever still looks for a card has looked
    assert offers(visitor.get("/api/visit")["visit"]) == {}
    assert offers(read(visitor, device))["applicant_name"] == CARD.name


def test_a_card_never_goes_into_the_next_villagers_visit(visitor, device):
    visitor.post("/api/visit/card", APPLICANT)
    visitor.post("/api/visit/set-aside")
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    device.lay_down(CARD)
    until(visitor, "idle")
    assert offers(visitor.get("/api/visit")["visit"]) == {}


def test_what_is_read_survives_a_power_cut_and_lies_sealed_and_unlogged(
    visitor, device, tmp_path, caplog, monkeypatch, after_power_cut
):
    monkeypatch.setattr(logging.getLogger("kiosk"), "propagate", True)
    caplog.set_level(logging.DEBUG)
    read(visitor, device)
    kept = b"".join(one.read_bytes() for one in (tmp_path / "data").rglob("*") if one.is_file())
    for told in (CARD.id_number, CARD.name, CARD.address):
        assert told.encode() not in kept and told not in caplog.text
    again = Visitor(after_power_cut()).open().sign_in()
    assert offers(again.get("/api/visit")["visit"])["applicant_id"] == CARD.id_number


def test_another_item_forgets_the_card(visitor, device):
    read(visitor, device)
    other = visitor.post("/api/visits", {"item_code": "MZ-009"})["visit"]
    assert offers(other) == {} and not any(one["is_read"] for one in other["cards"])


@pytest.mark.parametrize("place", [{"place": 1}, {"material_id": "photo"}, {"material_id": "moon"}])
def test_a_card_the_form_has_no_use_for_is_refused(visitor, place):
    refused = visitor.post("/api/visit/card", {**APPLICANT, **place})
    assert visitor.status == 409 and "用不上" in refused["error"]["message"] and refused["error"]["reference"]


def test_a_pc_without_a_reader_offers_none_and_refuses_in_words(start):
    visitor = Visitor(start()).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    assert visitor.get("/api/health")["card_reader"] is False
    refused = visitor.post("/api/visit/card", APPLICANT)
    assert visitor.status == 409 and "没有接身份证读卡器" in refused["error"]["message"]


def test_practice_has_a_reader_of_its_own_that_can_be_used_again_and_again(visitor, device):
    device.unplugged = True
    inside = visitor.post("/api/practice", {"on": True})["visit"]
    assert visitor.get("/api/health")["card_reader"] is True and inside["cards"]
    for _ in range(2):
        visitor.post("/api/visit/card", APPLICANT)
        assert offers(until(visitor, "read")["visit"])["applicant_name"] == CARD.name
    outside = visitor.post("/api/practice", {"on": False})["visit"]
    assert offers(outside) == {} and material(outside, "id_card")["pages"] == []
