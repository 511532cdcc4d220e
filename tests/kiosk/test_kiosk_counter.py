"""Whole errands over the counter's API: one visit, corrections, crashes, full disks, and every kind of bad input."""

import io
import json
import logging
import shutil
import time
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from kiosk.agent import Kiosk, KioskRunning, NotEnrolled, run_kiosk
from kiosk.camera.folder import FolderCamera
from kiosk.camera.virtual import VirtualCameraSettings
from kiosk.screen.eye import Advice
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import ScriptedEye, SmallCamera, Visitor

SMALL = VirtualCameraSettings(resolution=(320, 240), preview_resolution=(160, 120), noise=0)

CORRECTION = {
    "case_number": "450521-2026-00007", "lookup_code": "QA9G5PHZKX", "item_code": "MZ-008", "item_name": "高龄津贴申请",
    "applicant": "陈**", "requested_at": "2026-03-01T00:00:00+00:00",
    "reasons": [{"material_id": "bank_passbook", "material_name": "存折", "reason_label": "看不清", "note": None}],
}  # fmt: skip


@pytest.fixture
def eye():
    return ScriptedEye()


@pytest.fixture
def camera():
    return SmallCamera(SMALL)


@pytest.fixture
def start(tmp_path, server, eye, camera):
    """Starts a kiosk on the same data folder, as often as wanted."""
    running = []

    def begin(**changes) -> Kiosk:
        wanted = {"data_folder": tmp_path / "data", "server_url": server.url, "screen_port": 0, "keep_free_mib": 1,
                  "status_every_seconds": 0.3, **changes.pop("settings", {})}  # fmt: skip
        kiosk = Kiosk(KioskSettings(**wanted), "ENROL-1", **{"camera": camera, "eye": eye, **changes})
        kiosk.start()
        running.append(kiosk)
        return kiosk

    yield begin
    for kiosk in running:
        kiosk.close()


@pytest.fixture
def after_power_cut(start, tmp_path):
    """A kiosk on a copy of what lies on the disk this moment: what a power cut would leave."""

    def cut() -> Kiosk:
        shutil.copytree(tmp_path / "data", tmp_path / "after")
        return start(settings={"data_folder": tmp_path / "after"})

    return cut


@pytest.fixture
def visitor(start):
    return Visitor(start()).open().sign_in()


@pytest.fixture
def begun(visitor, good_answers):
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", good_answers)
    return visitor


def test_one_visit_from_the_notice_sheet_to_the_receipt(begun, server):
    assert begun.post("/api/visit/notice")["visit"]["notice_sheet_printed_at"]
    assert Path(begun.post("/api/visit/form")["printed"]["path"]).read_bytes().startswith(b"%PDF-")
    begun.capture_everything()
    assert begun.check_everything()["gaps"] == []
    sent = begun.post("/api/visit/send")
    packet = begun.packet_in_state(sent["packet_id"], "delivered")
    assert packet["case_number"] == "450521-2026-00001" and packet["due_words"] == "2026年12月8日（周二）"
    assert begun.get("/api/visit")["visit"]["step"] == "sent"
    assert begun.post(f"/api/receipts/{sent['packet_id']}")["printed"]["path"]
    manifest = server.memory.manifests[sent["packet_id"]]
    assert manifest.lookup_code == sent["lookup_code"] and manifest.agent.display_name == "王小兰"
    assert {document.material_id for document in manifest.documents} == {
        "apply_form", "id_card", "household_register", "bank_passbook", "photo",
    }  # fmt: skip
    assert all(document.checked_with_original for document in manifest.documents)
    for content in server.memory.contents[sent["packet_id"]].values():
        with pikepdf.open(io.BytesIO(content)) as kept:
            assert kept.open_metadata().pdfa_status == "2B"
    assert begun.post("/api/visit/close") == {"visit": None}


def test_the_mandate_and_a_cover_sheet_for_each_material_are_printed(begun):
    mandate = PdfReader(begun.post("/api/visit/mandate")["printed"]["path"])
    text = "".join("".join(page.extract_text() for page in mandate.pages).split())
    assert text.startswith("委托书") and "王小兰" in text and "高龄津贴申请" in text
    covers = PdfReader(begun.post("/api/visit/covers")["printed"]["path"])
    materials = begun.get("/api/visit")["visit"]["materials"]
    assert len(covers.pages) == len(materials)
    assert all(
        f"HYC1|MZ-008|{one['id']}|1" in page.extract_text() for one, page in zip(materials, covers.pages, strict=True)
    )


def test_the_receipt_printed_again_with_its_number_is_another_file(begun, server):
    server.die()
    begun.capture_everything()
    begun.check_everything()
    packet_id = begun.post("/api/visit/send")["packet_id"]
    before = Path(begun.post(f"/api/receipts/{packet_id}")["printed"]["path"])
    server.start()
    begun.packet_in_state(packet_id, "delivered", seconds=15)
    after = Path(begun.post(f"/api/receipts/{packet_id}")["printed"]["path"])
    assert [before.name, after.name] == [f"receipt-MZ-008-{packet_id[:8]}-{copy}.pdf" for copy in (1, 2)]
    assert before.read_bytes() != after.read_bytes()


def test_without_a_line_the_visit_is_packed_and_the_receipt_printed_all_the_same(begun, server):
    server.die()
    begun.capture_everything()
    begun.check_everything()
    sent = begun.post("/api/visit/send")
    assert begun.post(f"/api/receipts/{sent['packet_id']}")["printed"]["path"]
    waiting = begun.packet_in_state(sent["packet_id"], "waiting")
    assert waiting["case_number"] is None
    server.start()
    begun.packet_in_state(sent["packet_id"], "delivered", seconds=15)


def test_a_refused_packet_shows_the_reason_and_can_be_sent_again(begun, server):
    server.memory.refuse = "材料包和校验值不一致，没有收下。"
    begun.capture_everything()
    begun.check_everything()
    packet_id = begun.post("/api/visit/send")["packet_id"]
    refused = begun.packet_in_state(packet_id, "refused")
    assert "校验值不一致" in refused["reason"] and refused["reference"] == "SRV001"
    assert any("没有收下" in sign["words"] for sign in begun.get("/api/health")["signs"])
    server.memory.refuse = None
    begun.post(f"/api/outbox/{packet_id}/retry")
    begun.packet_in_state(packet_id, "delivered")


def test_a_correction_is_photographed_again_and_keeps_its_number(visitor, server):
    server.memory.corrections.append(CORRECTION)
    assert visitor.get("/api/corrections")["corrections"][0]["case_number"] == "450521-2026-00007"
    visit = visitor.post("/api/visits", {"case_number": "450521-2026-00007"})["visit"]
    assert visit["kind"] == "correction" and [one["id"] for one in visit["materials"]] == ["bank_passbook"]
    visitor.capture_everything()
    visitor.check_everything()
    sent = visitor.post("/api/visit/send")
    visitor.packet_in_state(sent["packet_id"], "delivered")
    manifest = server.memory.manifests[sent["packet_id"]]
    assert (manifest.kind, manifest.case_number, sent["lookup_code"]) == (
        "correction",
        "450521-2026-00007",
        "QA9G5PHZKX",
    )


def test_a_corrections_receipt_names_the_applicant_as_the_list_did(visitor, server, monkeypatch):
    server.memory.corrections.append(CORRECTION)
    facts = []
    monkeypatch.setattr(
        "kiosk.screen.paper.VillagePaper.receipt", lambda paper, item, told, answer: facts.append(told) or b"%PDF"
    )
    visitor.post("/api/visits", {"case_number": CORRECTION["case_number"]})
    visitor.capture_everything()
    visitor.post("/api/visit/set-aside")
    (draft,) = visitor.get("/api/drafts")["drafts"]
    assert draft["applicant"] == "陈**"
    visitor.post("/api/visits", {"visit_id": draft["visit_id"]})
    visitor.check_everything()
    packet_id = visitor.post("/api/visit/send")["packet_id"]
    visitor.post(f"/api/receipts/{packet_id}")
    assert facts[0]["applicant"] == "陈**"
    assert visitor.get("/api/outbox")["packets"][0]["applicant"] == "陈**"


def test_the_corrections_are_there_after_a_restart_without_a_line_and_lie_sealed(
    visitor, server, after_power_cut, tmp_path
):
    server.memory.corrections.append(CORRECTION)
    visitor.get("/api/corrections")
    server.die()
    again = Visitor(after_power_cut()).open().sign_in()
    assert again.get("/api/corrections")["corrections"] == [CORRECTION]
    visit = again.post("/api/visits", {"case_number": CORRECTION["case_number"]})["visit"]
    assert visit["kind"] == "correction"
    file = tmp_path / "after" / "corrections.sealed"
    assert "陈**".encode() not in file.read_bytes() and file.stat().st_mode & 0o777 == 0o600


def test_a_wrong_id_number_is_kept_told_and_logged_without_the_number(begun, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("kiosk"), "propagate", True)
    answer = begun.post("/api/visit/answers", {"applicant_id": "450521194303150000"})
    assert [fault["id"] for fault in answer["faults"]] == ["applicant_id"] and "校验位不对" in answer["faults"][0][
        "sentence"
    ]
    assert answer["reference"] in caplog.text and "450521194303150000" not in caplog.text
    begun.capture_everything()
    begun.check_everything()
    refused = begun.post("/api/visit/send")
    assert begun.status == 409 and refused["error"]["gaps"][0]["id"] == "applicant_id"
    assert sum(len(one["pages"]) for one in begun.get("/api/visit")["visit"]["materials"]) == 7


def test_a_blocked_picture_is_refused_and_a_lesser_finding_may_be_kept(begun, eye):
    begun.post("/api/visit/step", {"step": "capture"})
    eye.advice = (Advice("blurred", "画面不清楚。", True), Advice("glare", "右下有反光。", False, (1, 2, 3, 4)))
    refused = begun.post("/api/visit/capture", {"material_id": "apply_form"})
    assert (refused["accepted"], refused["keepable"]) == (False, False) and refused["findings"][0]["code"] == "blurred"
    begun.post("/api/visit/keep-anyway", {"material_id": "apply_form"})
    assert begun.status == 409
    eye.advice = (Advice("obstructed", "左下被手挡住了。", False), Advice("too_dark", "光线太暗了。", False))
    kept = begun.post("/api/visit/capture", {"material_id": "apply_form"})
    assert (kept["accepted"], kept["keepable"]) == (False, True)
    kept = begun.post("/api/visit/keep-anyway", {"material_id": "apply_form"})
    assert kept["accepted"] and kept["visit"]["materials"][0]["pages"][0]["kept_despite"] == ["obstructed", "too_dark"]


def test_a_picture_taken_while_the_next_villager_steps_up_is_not_put_among_their_papers(begun, eye, good_answers):
    begun.post("/api/visit/step", {"step": "capture"})

    def next_villager():
        begun.post("/api/visit/set-aside")
        begun.post("/api/visits", {"item_code": "MZ-008"})
        begun.post("/api/visit/answers", good_answers)
        begun.post("/api/visit/step", {"step": "capture"})

    eye.meanwhile = next_villager
    refused = begun.post("/api/visit/capture", {"material_id": "apply_form"})
    assert begun.status == 409 and "换了一件" in refused["error"]["message"]
    assert not begun.get("/api/visit")["visit"]["materials"][0]["pages"]


def test_pages_can_be_looked_at_retaken_and_taken_out(begun):
    visit = begun.capture_everything()
    first = visit["materials"][1]["pages"][0]["page_id"]
    assert begun.get(f"/api/visit/pages/{first}").startswith(b"\xff\xd8")
    begun.post("/api/visit/retake", {"material_id": "id_card", "page": 0})
    taken = begun.post("/api/visit/capture", {"material_id": "id_card"})
    assert taken["visit"]["materials"][1]["pages"][0]["page_id"] == taken["page_id"] != first
    begun.get(f"/api/visit/pages/{first}")
    assert begun.status == 404
    after = begun.post("/api/visit/drop-page", {"material_id": "photo", "page": 0})["visit"]
    assert after["next"]["material_id"] == "photo"


def test_a_crash_in_the_middle_reopens_the_visit_where_it_was(begun, after_power_cut):
    begun.post("/api/visit/step", {"step": "capture"})
    for material_id in ("apply_form", "id_card"):
        begun.post("/api/visit/capture", {"material_id": material_id})
    again = Visitor(after_power_cut()).open().sign_in()
    visit = again.get("/api/visit")["visit"]
    assert visit["step"] == "capture" and visit["next"]["page_name"] == "国徽面"
    assert [field["value"] for field in visit["fields"] if field["id"] == "applicant_name"] == ["潘某珍"]


def test_a_power_cut_between_outbox_and_draft_makes_one_packet(begun, after_power_cut, monkeypatch, server):
    begun.capture_everything()
    begun.check_everything()
    from kiosk.screen.dispatch import Dispatch

    def cut(self, visit):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Dispatch, "_finish_packing", cut)
        begun.post("/api/visit/send")
        assert begun.status == 500
    again = Visitor(after_power_cut()).open().sign_in()
    visit = again.get("/api/visit")["visit"]
    assert visit["step"] in ("packed", "sent")
    again.packet_in_state(visit["packet_id"], "delivered")
    assert len(server.memory.cases) == 1


def test_a_full_disk_at_the_press_of_the_button_loses_nothing(start, good_answers, monkeypatch):
    kiosk = start()
    visitor = Visitor(kiosk).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/step", {"step": "capture"})
    visitor.post("/api/visit/capture", {"material_id": "apply_form"})
    with monkeypatch.context() as patched:
        patched.setattr("kiosk.safe.shutil.disk_usage", lambda folder: type("Usage", (), {"free": 600_000})())
        refused = visitor.post("/api/visit/capture", {"material_id": "id_card"})
        assert visitor.status == 507 and "硬盘快满了" in refused["error"]["message"] and refused["error"]["reference"]
        assert visitor.post("/api/visit/answers", {"applicant_name": "潘某珍"})["faults"] == []
    visit = visitor.post("/api/visit/capture", {"material_id": "id_card"})["visit"]
    assert [len(one["pages"]) for one in visit["materials"]][:2] == [1, 1]


def test_a_camera_unplugged_in_the_middle_is_told_and_comes_back(begun, camera):
    begun.post("/api/visit/step", {"step": "capture"})
    begun.post("/api/visit/capture", {"material_id": "apply_form"})
    begun.post("/api/camera/virtual", {"unplug": True})
    refused = begun.post("/api/visit/capture", {"material_id": "id_card"})
    assert begun.status == 503 and "找不到高拍仪" in refused["error"]["message"]
    assert begun.get("/api/health")["signs"][0]["state"] == "bad"
    begun.post("/api/camera/virtual", {"unplug": False})
    assert begun.post("/api/visit/capture", {"material_id": "id_card"})["accepted"]
    assert len(begun.get("/api/visit")["visit"]["materials"][0]["pages"]) == 1


def test_a_file_that_is_no_picture_is_put_away_and_told(start, tmp_path):
    scans = tmp_path / "scans"
    scans.mkdir()
    visitor = Visitor(start(camera=FolderCamera(scans, settle_seconds=0))).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/step", {"step": "capture"})
    visitor.post("/api/visit/capture", {"material_id": "apply_form"})
    assert visitor.status == 503
    (scans / "scan.jpg").write_bytes(b"this is no picture")
    end = time.monotonic() + 5
    while time.monotonic() < end and not (scans / "打不开").exists():
        answer = visitor.post("/api/visit/capture", {"material_id": "apply_form"})
        assert visitor.status == 503 and answer["error"]["message"]
    assert [file.name for file in (scans / "打不开").iterdir()] == ["scan.jpg"]


def test_a_failed_print_does_not_move_the_visit(begun, tmp_path):
    printed = tmp_path / "data" / "printed"
    printed.rmdir()
    printed.write_bytes(b"a file where the folder was")
    refused = begun.post("/api/visit/notice")
    assert begun.status == 503 and "没有打成" in refused["error"]["message"]
    assert begun.get("/api/visit")["visit"]["notice_sheet_printed_at"] is None


def test_a_visit_put_aside_waits_while_another_villager_is_served(begun):
    begun.post("/api/visit/set-aside")
    drafts = begun.get("/api/drafts")["drafts"]
    assert [(one["item_name"], one["applicant"]) for one in drafts] == [("高龄津贴申请", "潘某")]
    begun.post("/api/visits", {"item_code": "SJ-002"})
    begun.post("/api/visits", {"visit_id": drafts[0]["visit_id"]})
    assert begun.status == 409
    begun.post("/api/visit/abandon")
    assert begun.post("/api/visits", {"visit_id": drafts[0]["visit_id"]})["visit"]["item"]["code"] == "MZ-008"


def test_a_step_not_allowed_lists_what_is(visitor):
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    refused = visitor.post("/api/visit/send")
    assert (
        visitor.status == 409 and "turn_to" in refused["error"]["allowed"] and "现在可以" in refused["error"]["message"]
    )


def test_an_unattended_counter_signs_its_agent_out_and_keeps_the_visit(start, good_answers):
    kiosk = start(settings={"idle_lock_minutes": 1})
    visitor = Visitor(kiosk).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    kiosk.counter._touched_at -= 61
    assert visitor.get("/api/visit")["error"]["code"] == "not_signed_in"
    assert visitor.sign_in().get("/api/visit")["visit"]["item"]["code"] == "MZ-008"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/visits", {"item_code": "XX-999"}, 404), ("/api/visits", {}, 400), ("/api/visits", {"item_code": 7}, 400),
        ("/api/visits", {"case_number": "none"}, 404), ("/api/visits", {"visit_id": "../../machine"}, 404),
        ("/api/visit/step", {"step": "packed"}, 409), ("/api/visit/step", {"step": "moon"}, 400),
        ("/api/visit/answers", {"no_such_field": "x"}, 422), ("/api/visit/capture", {"material_id": "nothing"}, 409),
        ("/api/visit/retake", {"material_id": "id_card", "page": -1}, 409),
        ("/api/visit/retake", {"material_id": "id_card", "page": True}, 400),
        ("/api/visit/checked", {"materials": "id_card"}, 400), ("/api/receipts/none", {}, 404),
        ("/api/outbox/none/retry", {}, 404), ("/api/outbox/none/reopen", {}, 404),
        ("/api/camera/virtual", {"place": "no such sheet"}, 409),
        ("/api/camera/virtual", {"frozen": True}, 409), ("/api/camera/virtual", {"tilt": "much"}, 409),
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_a_sentence_and_a_reference(begun, path, body, status):
    if path == "/api/visits":
        begun.post("/api/visit/abandon")
    else:
        begun.post("/api/visit/step", {"step": "capture"})
    answer = begun.post(path, body)
    assert begun.status == status, answer
    assert len(answer["error"]["reference"]) == 6 and answer["error"]["message"].endswith(("。", "？"))


def test_the_live_view_streams_pictures_with_what_was_seen(begun, eye):
    eye.advice = (Advice("glare", "有反光。", False),)
    shots, number = [], 0
    end = time.monotonic() + 8
    while time.monotonic() < end and not (shots and shots[-1]["findings"]):
        picture = begun.get(f"/preview?after={number}")
        if begun.status == 200:
            assert picture.startswith(b"\xff\xd8")
            shots.append(json.loads(begun.headers["X-Sheet"]))
            number = shots[-1]["number"]
    assert shots[-1]["sheet"][0] == [10, 10] and shots[-1]["findings"][0]["code"] == "glare"


def test_an_unexpected_error_tells_the_log_where_but_not_what(begun, monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("kiosk"), "propagate", True)
    monkeypatch.setattr(
        "kiosk.screen.counter.flow.give_answers", lambda visit, item, answers: {}[answers["applicant_name"]]
    )
    answer = begun.post("/api/visit/answers", {"applicant_name": "潘某珍"})
    assert begun.status == 500 and answer["error"]["reference"] in caplog.text and "潘某珍" not in caplog.text


def test_a_pc_without_enrolment_says_what_to_do(tmp_path, server):
    with pytest.raises(NotEnrolled, match="登记码"):
        Kiosk(KioskSettings(data_folder=tmp_path / "new", server_url=server.url, screen_port=0))


def test_two_kiosks_share_neither_port_nor_drafts(start, tmp_path, server):
    kiosk = start()
    with pytest.raises(KioskRunning, match="已被占用"):
        Kiosk(KioskSettings(data_folder=tmp_path / "other", server_url=server.url, screen_port=kiosk.port))
    with pytest.raises(KioskRunning, match="已经开着"):
        Kiosk(KioskSettings(data_folder=tmp_path / "data", server_url=server.url, screen_port=0))


def test_run_kiosk_says_its_address_and_stops_cleanly(tmp_path, server):
    import threading

    file = tmp_path / "kiosk.toml"
    file.write_text(
        f'data_folder = "d"\nserver_url = "{server.url}"\nscreen_port = 0\nkeep_free_mib = 1\n', encoding="utf-8"
    )
    stop, said = threading.Event(), []

    def note(line):
        said.append(line)
        assert (tmp_path / "d" / "screen.url").stat().st_mode & 0o777 == 0o600
        stop.set()

    try:
        run_kiosk(file, "ENROL-1", stop, say=note)
    finally:
        for handler in logging.getLogger("kiosk").handlers:
            handler.close()
        logging.getLogger("kiosk").handlers = []
    assert said[0].startswith("村级窗口已打开：http://127.0.0.1:") and "#" in said[0]
    assert not (tmp_path / "d" / "screen.url").exists()
    assert (tmp_path / "d" / "machine.json").stat().st_mode & 0o777 == 0o600
    assert said[0].split("#")[1] not in (tmp_path / "d" / "kiosk.log").read_text(encoding="utf-8")


def test_without_a_card_reader_in_the_settings_there_is_none(start):
    assert start(settings={"card_reader": "none"}).card_reader is None


def test_a_simulated_card_reader_has_the_card_of_the_practice_person_on_it(start):
    kiosk = start(settings={"card_reader": "simulated", "camera": "virtual"})
    assert kiosk.card_reader.trouble() is None and kiosk.card_reader.read().name == "潘某珍"
