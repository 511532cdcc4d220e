"""The pages over the counter's API: put in order, turned, undone, packed as shown, and sheets that are taken by themselves."""

import io
import json
import time

import cv2
import numpy as np
import pikepdf
import pytest
from pypdf import PdfReader

from kiosk.screen.eye import Advice
from kiosk.screen.shown_picture import shown_picture
from tests.kiosk.counter_visitor import Visitor


def material(visit, material_id):
    return next(one for one in visit["materials"] if one["id"] == material_id)


def ids(visit, material_id):
    return [page["page_id"] for page in material(visit, material_id)["pages"]]


def test_pages_are_moved_turned_and_undone(begun):
    visit = begun.capture_everything()
    front, back = ids(visit, "id_card")
    moved = begun.post("/api/visit/move-page", {"material_id": "id_card", "page": 0, "to": "id_card", "place": 1})[
        "visit"
    ]
    assert ids(moved, "id_card") == [back, front] and moved["undo"] == "挪一页"
    turned = begun.post("/api/visit/turn-page", {"material_id": "id_card", "page": 0, "degrees": 90})["visit"]
    assert [page["turn"] for page in material(turned, "id_card")["pages"]] == [90, 0]
    assert ids(begun.post("/api/visit/undo")["visit"], "id_card") == [back, front]
    begun.post("/api/visit/undo")
    assert begun.status == 409


def test_a_dropped_page_comes_back_with_its_picture_even_after_a_power_cut(begun, after_power_cut):
    visit = begun.capture_everything()
    (photo,) = ids(visit, "photo")
    picture = begun.get(f"/api/visit/pages/{photo}")
    begun.post("/api/visit/drop-page", {"material_id": "photo", "page": 0})
    again = Visitor(after_power_cut()).open().sign_in()
    assert ids(again.post("/api/visit/undo")["visit"], "photo") == [photo]
    assert again.get(f"/api/visit/pages/{photo}") == picture


def test_what_was_dropped_is_off_the_disk_once_packed(begun, tmp_path, server):
    server.die()
    begun.capture_everything()
    extra = begun.post("/api/visit/capture", {"material_id": "photo"})["page_id"]
    begun.post("/api/visit/drop-page", {"material_id": "photo", "page": 1})
    folder = tmp_path / "data" / "visits"
    assert list(folder.rglob(f"{extra}.page"))
    begun.check_everything()
    begun.post("/api/visit/send")
    assert begun.status == 200 and not list(folder.rglob(f"{extra}.page"))


def test_the_packet_carries_the_order_the_turn_and_the_purpose_on_the_card(begun, server):
    visit = begun.capture_everything()
    pictures = {page: begun.get(f"/api/visit/pages/{page}") for page in ids(visit, "household_register")}
    begun.post(
        "/api/visit/move-page", {"material_id": "household_register", "page": 1, "to": "household_register", "place": 0}
    )
    begun.post("/api/visit/turn-page", {"material_id": "household_register", "page": 0, "degrees": 270})
    begun.check_everything()
    packet_id = begun.post("/api/visit/send")["packet_id"]
    begun.packet_in_state(packet_id, "delivered")
    contents = server.memory.contents[packet_id]
    with pikepdf.open(io.BytesIO(contents["household_register.pdf"])) as bound:
        inside = [image.read_raw_bytes() for page in bound.pages for image in page.get_images().values()]
        shapes = [float(page.mediabox[2]) > float(page.mediabox[3]) for page in bound.pages]
    assert inside == list(pictures.values())[::-1]
    assert shapes[0] != shapes[1]  # both stood; the first was turned on its side
    card = "".join(PdfReader(io.BytesIO(contents["id_card.pdf"])).pages[0].extract_text().split())
    assert "仅供办理高龄津贴申请使用" in card
    assert "仅供" not in PdfReader(io.BytesIO(contents["bank_passbook.pdf"])).pages[0].extract_text()


def test_the_picture_on_the_screen_is_upright_and_small(begun):
    begun.capture_everything()
    visit = begun.post("/api/visit/turn-page", {"material_id": "photo", "page": 0, "degrees": 90})["visit"]
    (photo,) = ids(visit, "photo")
    shown = begun.get(f"/api/visit/pages/{photo}/shown?side=small&turn=90")
    kept = begun.get(f"/api/visit/pages/{photo}")
    sizes = [cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR).shape[:2] for one in (kept, shown)]
    assert sizes[1] == sizes[0][::-1]
    begun.get(f"/api/visit/pages/{photo}/shown?side=huge")
    assert begun.status == 400


def test_a_large_page_is_shrunk_for_the_screen():
    page = cv2.imencode(".jpg", np.full((3508, 2480, 3), 200, np.uint8))[1].tobytes()
    shown = cv2.imdecode(np.frombuffer(shown_picture(page, 480, 0), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[:2] == (480, 339)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("move-page", {"material_id": "id_card", "page": 0, "to": "moon", "place": 0}, 409),
        ("move-page", {"material_id": "id_card", "page": 0, "to": "photo"}, 400),
        ("move-page", {"material_id": "id_card", "page": 9, "to": "photo", "place": 0}, 409),
        ("turn-page", {"material_id": "id_card", "page": 0, "degrees": 17}, 409),
        ("turn-page", {"material_id": "id_card", "page": 0, "degrees": "90"}, 400),
        ("capture", {"material_id": "id_card", "sight": "first"}, 400),
        ("capture", {"material_id": "id_card", "sight": 4711}, 409),
    ],
)
def test_bad_wishes_about_pages_are_answered_with_a_sentence_and_a_reference(begun, path, body, status):
    begun.capture_everything()
    answer = begun.post(f"/api/visit/{path}", body)
    assert begun.status == status, answer
    assert len(answer["error"]["reference"]) == 6 and answer["error"]["message"].endswith("。")


def watch(visitor, visit_id, until, seconds=10.0):
    """Look on like the page does, until the sheet's own state is what is waited for."""
    number, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        visitor.get(f"/preview?after={number}&visit={visit_id}")
        if visitor.status != 200:
            continue
        look = json.loads(visitor.headers["X-Sheet"])
        number = look["number"]
        if until(look["auto"]):
            return look["auto"]
    raise AssertionError("the sheet never came so far")


@pytest.fixture
def capturing(begun):
    begun.visit_id = begun.post("/api/visit/step", {"step": "capture"})["visit"]["visit_id"]
    return begun


def is_at(phase):
    return lambda auto: auto is not None and auto["phase"] == phase


def test_a_still_sheet_is_taken_once_by_the_page_that_looks_on(capturing):
    ready = watch(capturing, capturing.visit_id, is_at("shoot"))
    taken = capturing.post("/api/visit/capture", {"material_id": "apply_form", "sight": ready["sight"]})
    assert taken["accepted"]
    watch(capturing, capturing.visit_id, is_at("taken"))
    again = capturing.post("/api/visit/capture", {"material_id": "id_card", "sight": ready["sight"]})
    assert capturing.status == 409 and again["error"]["code"] == "sheet_changed"
    assert capturing.post("/api/visit/capture", {"material_id": "id_card"})["accepted"]  # the space key always works


def test_nothing_gets_ready_for_a_page_that_does_not_wait_or_waits_for_another_visit(capturing):
    for visit_id in ("", "f" * 32):
        assert watch(capturing, visit_id, lambda auto: True) is None
        time.sleep(0.2)
        assert watch(capturing, visit_id, lambda auto: True) is None


def test_taking_by_itself_is_switched_off_until_the_next_agent_signs_in(capturing):
    watch(capturing, capturing.visit_id, lambda auto: auto is not None)
    assert capturing.post("/api/auto-shot", {"on": False}) == {"shoots_by_itself": False}
    watch(capturing, capturing.visit_id, lambda auto: auto is None)
    assert capturing.get("/api/health")["shoots_by_itself"] is False
    capturing.post("/api/sign-out")
    capturing.sign_in()
    assert capturing.get("/api/health")["shoots_by_itself"] is True
    capturing.post("/api/auto-shot", {"on": "no"})
    assert capturing.status == 400


def test_what_was_found_is_told_and_the_sheet_is_not_taken(capturing, eye):
    eye.advice = (Advice("glare", "有反光。", False),)
    watch(capturing, capturing.visit_id, is_at("held"))
    eye.advice = ()
    watch(capturing, capturing.visit_id, is_at("shoot"))


def test_a_picture_with_findings_leaves_the_sheet_to_the_agent(capturing, eye):
    ready = watch(capturing, capturing.visit_id, is_at("shoot"))
    eye.advice = (Advice("glare", "有反光。", False),)
    asked = capturing.post("/api/visit/capture", {"material_id": "apply_form", "sight": ready["sight"]})
    eye.advice = ()
    assert not asked["accepted"] and asked["keepable"]
    watch(capturing, capturing.visit_id, is_at("asked"))
    kept = capturing.post("/api/visit/keep-anyway", {"material_id": "apply_form"})
    assert kept["accepted"] and kept["visit"]["materials"][0]["pages"][0]["words"] == "反光"
    watch(capturing, capturing.visit_id, is_at("taken"))


def test_a_page_to_be_retaken_may_be_the_sheet_that_still_lies_there(capturing):
    ready = watch(capturing, capturing.visit_id, is_at("shoot"))
    capturing.post("/api/visit/capture", {"material_id": "apply_form", "sight": ready["sight"]})
    watch(capturing, capturing.visit_id, is_at("taken"))
    capturing.post("/api/visit/retake", {"material_id": "apply_form", "page": 0})
    watch(capturing, capturing.visit_id, is_at("shoot"))


def test_a_full_disk_is_told_once_and_the_sheet_is_left_to_the_agent(capturing, monkeypatch):
    ready = watch(capturing, capturing.visit_id, is_at("shoot"))
    with monkeypatch.context() as patched:
        patched.setattr("kiosk.safe.shutil.disk_usage", lambda folder: type("Usage", (), {"free": 600_000})())
        capturing.post("/api/visit/capture", {"material_id": "apply_form", "sight": ready["sight"]})
        assert capturing.status == 507
        watch(capturing, capturing.visit_id, is_at("asked"))
    assert capturing.post("/api/visit/capture", {"material_id": "apply_form"})["accepted"]
