"""一叠材料 over the counter's API: real cover sheets between drawn papers, real eyes, real codes."""

import io
import os

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk.camera.folder import FolderCamera
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.reading.codes import read_codes
from kiosk.screen.eye import ImagingEye
from tests.forms.render.reading import page_count, picture_of
from tests.kiosk.counter_visitor import Visitor
from tests.kiosk.test_kiosk_counter_pages import ids, material

SHEETS = specimens_for(story_person())


def scan(key: str) -> bytes:
    """A paper as a flatbed gives it: nothing but the sheet."""
    return cv2.imencode(".png", cv2.resize(SHEETS[key].picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))[
        1
    ].tobytes()


def photograph(key: str) -> bytes:
    camera = VirtualCamera(VirtualCameraSettings(resolution=(1632, 1224)))
    camera.place(SHEETS[key].picture, SHEETS[key].width_mm, SHEETS[key].height_mm)
    return cv2.imencode(".jpg", camera.still().image)[1].tobytes()


@pytest.fixture
def capturing(start, good_answers):
    visitor = Visitor(start(eye=ImagingEye())).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", good_answers)
    visitor.post("/api/visit/step", {"step": "capture"})
    return visitor


@pytest.fixture
def covers(capturing):
    """The printed cover sheets of this visit, by material, as a scanner sees them."""
    with open(capturing.post("/api/visit/covers")["printed"]["path"], "rb") as printed:
        pdf = printed.read()
    names = [one["id"] for one in capturing.get("/api/visit")["visit"]["materials"]]
    assert page_count(pdf) == len(names)
    return {name: as_file(picture_of(pdf, number, 100)) for number, name in enumerate(names, 1)}


def as_file(grey: np.ndarray, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.fromarray(np.asarray(grey, np.uint8)).save(written, kind)
    return written.getvalue()


def bring_in(visitor, *pictures: bytes):
    visitor.post("/api/visit/stack/begin")
    for picture in pictures:
        visitor.ask("POST", "/api/visit/stack", raw=picture, Content_Type="application/octet-stream")
        assert visitor.status == 200
    return visitor.post("/api/visit/stack/sort")


def test_a_stack_comes_apart_by_its_cover_sheets(capturing, covers):
    done = bring_in(
        capturing,
        covers["id_card"], photograph("id_card_front"), photograph("id_card_back"),
        covers["apply_form"], scan("apply_form"), covers["photo"], photograph("photo"),
    )  # fmt: skip
    visit = done["visit"]
    assert {one["id"]: len(one["pages"]) for one in visit["materials"] if one["pages"]} == {
        "id_card": 2, "apply_form": 1, "photo": 1,
    }  # fmt: skip
    assert done["faults"] == [] and done["left"] == 0 and visit["loose"] == []
    assert done["lines"] == ["老年人居民身份证：2 张", "高龄津贴申请表：1 张", "老年人近期生活照：1 张"]
    assert capturing.post("/api/visit/undo")["visit"]["loose"] != []


def test_pages_without_a_cover_wait_for_the_agent(capturing, covers):
    done = bring_in(capturing, photograph("photo"), covers["id_card"], photograph("id_card_front"))
    assert done["left"] == 1 and "没有分隔页" in done["faults"][0]
    placed = capturing.post("/api/visit/move-page", {"material_id": "_loose", "page": 0, "to": "photo", "place": 0})[
        "visit"
    ]
    assert placed["loose"] == [] and len(ids(placed, "photo")) == 1


def test_a_cover_that_cannot_be_read_is_told_and_its_pages_are_left(capturing, covers):
    ruined = cv2.imdecode(np.frombuffer(covers["photo"], np.uint8), cv2.IMREAD_GRAYSCALE)
    corners = read_codes(ruined).found[0].corners
    middle, reach = corners.mean(axis=0), np.ptp(corners, axis=0) * 0.2
    (left, top), (right, bottom) = (middle - reach).astype(int), (middle + reach).astype(int)
    ruined[top:bottom, left:right] = 255  # something lay on the middle of the code
    done = bring_in(capturing, covers["id_card"], photograph("id_card_front"), as_file(ruined), photograph("photo"))
    assert any("像是分隔页" in fault for fault in done["faults"])
    assert done["left"] == 2 and len(ids(done["visit"], "id_card")) == 1


def test_a_file_that_is_no_picture_is_refused_and_counted(capturing, covers):
    capturing.post("/api/visit/stack/begin")
    for picture, status in ((covers["photo"], 200), (b"%PDF-1.7 not a picture", 422), (photograph("photo"), 200)):
        answer = capturing.ask("POST", "/api/visit/stack", raw=picture, Content_Type="application/octet-stream")
        assert capturing.status == status
        if status == 422:
            assert "不是图片" in answer["error"]["message"] and answer["error"]["reference"]
    done = capturing.post("/api/visit/stack/sort")
    assert any("第2张打不开" in fault for fault in done["faults"]) and len(ids(done["visit"], "photo")) == 1


@pytest.mark.parametrize("kind", ["JPEG", "BMP", "TIFF", "WEBP"])
def test_every_kind_of_picture_a_scanner_writes_is_taken(capturing, kind):
    sheet = cv2.cvtColor(cv2.imdecode(np.frombuffer(scan("photo"), np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert bring_in(capturing, as_file(sheet, kind))["left"] == 1


def test_a_stack_belongs_to_the_visit_it_was_begun_for(capturing, covers):
    capturing.post("/api/visit/stack/begin")
    capturing.post("/api/visit/set-aside")
    capturing.post("/api/visits", {"item_code": "MZ-008"})
    capturing.post("/api/visit/step", {"step": "capture"})
    capturing.ask("POST", "/api/visit/stack", raw=covers["photo"], Content_Type="application/octet-stream")
    assert capturing.status == 409
    assert capturing.post("/api/visit/stack/sort")["error"]["code"] == "capture_refused"
    capturing.post("/api/visit/step", {"step": "notice"})
    assert capturing.post("/api/visit/stack/begin")["error"]["code"] == "step_not_allowed"


def test_a_power_cut_in_the_middle_of_a_stack_loses_no_picture(capturing, covers, after_power_cut):
    capturing.post("/api/visit/stack/begin")
    for picture in (covers["photo"], photograph("photo")):
        capturing.ask("POST", "/api/visit/stack", raw=picture, Content_Type="application/octet-stream")
    again = Visitor(after_power_cut()).open().sign_in()
    visit = again.get("/api/visit")["visit"]
    assert len(visit["loose"]) == 2 and material(visit, "photo")["pages"] == []
    assert again.get(f"/api/visit/pages/{visit['loose'][1]['page_id']}").startswith(b"\xff\xd8")


def test_a_scanners_folder_is_brought_in_whole_and_its_broken_file_is_told(start, covers, good_answers, tmp_path):
    scans = tmp_path / "scans"
    scans.mkdir()
    for number, picture in enumerate(
        (covers["id_card"], photograph("id_card_front"), b"broken", covers["photo"], photograph("photo"))
    ):
        (scans / f"{number}.png").write_bytes(picture)
        os.utime(scans / f"{number}.png", (number + 1, number + 1))
    other = start(
        settings={"data_folder": tmp_path / "folder"}, eye=ImagingEye(), camera=FolderCamera(scans, settle_seconds=0)
    )
    visitor = Visitor(other).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", good_answers)
    visitor.post("/api/visit/step", {"step": "capture"})
    assert visitor.get("/api/health")["folder_camera"]
    visitor.post("/api/visit/stack/begin")
    statuses = []
    while len(statuses) < 9 and (visitor.post("/api/visit/stack/next") or {}).get("more", True):
        statuses.append(visitor.status)
    assert sorted(statuses) == [200, 200, 200, 200, 503]
    done = visitor.post("/api/visit/stack/sort")
    assert (len(ids(done["visit"], "id_card")), len(ids(done["visit"], "photo")), done["left"]) == (1, 1, 0)
    assert any("打不开" in fault for fault in done["faults"])


def test_without_a_scanners_folder_the_files_are_to_be_chosen(capturing):
    capturing.post("/api/visit/stack/begin")
    assert "选图片文件" in capturing.post("/api/visit/stack/next")["error"]["message"]
