"""练习: everything works as at the counter, and nothing real is touched: no draft, packet, print, server or camera."""

import hashlib
from pathlib import Path

import pytest
from pypdf import PdfReader


def everything_in(folder: Path) -> dict[str, str]:
    """Every file but those of practice, of locks and of the database's own working."""
    files = [one for one in folder.rglob("*") if one.is_file() and "practice" not in one.relative_to(folder).parts]
    return {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in files
        if not one.name.endswith(("-shm", "-wal", ".lock"))
    }


@pytest.fixture
def practising(begun):
    begun.capture_everything()
    assert begun.post("/api/practice", {"on": True})["practising"]
    return begun


def practise_a_whole_errand(visitor, good_answers):
    visitor.post("/api/visit/answers", good_answers)
    assert visitor.post("/api/visit/notice")["printed"]["words"].startswith("练习")
    visitor.capture_everything()
    assert visitor.check_everything()["gaps"] == []
    return visitor.post("/api/visit/send")["packet_id"]


def test_a_whole_practice_errand_leaves_no_trace(practising, good_answers, tmp_path, server):
    before, asked = everything_in(tmp_path / "data"), dict(server.memory.manifests)
    practising.post("/api/camera/virtual", {"place": "photo"})
    packet_id = practise_a_whole_errand(practising, good_answers)
    packet = practising.packet_in_state(packet_id, "delivered")
    assert packet["case_number"] == "练习，没有编号"
    receipt = Path(practising.post(f"/api/receipts/{packet_id}")["printed"]["path"])
    assert (tmp_path / "data" / "practice") in receipt.parents
    assert all("练习用" in page.extract_text().replace(" ", "") for page in PdfReader(receipt).pages)
    practising.post("/api/visit/close")
    practising.post("/api/practice", {"on": False})
    assert everything_in(tmp_path / "data") == before
    assert server.memory.manifests == asked and not (tmp_path / "data" / "practice").exists()


def test_leaving_returns_to_where_one_was(begun):
    begun.capture_everything()
    before = begun.read_through()
    inside = begun.post("/api/practice", {"on": True})["visit"]
    assert inside["visit_id"] != before["visit_id"] and inside["item"]["code"] == "MZ-008"
    assert begun.get("/api/health")["practice"] and begun.get("/api/health")["practising"]
    assert begun.get("/api/drafts")["drafts"] == []
    assert begun.post("/api/practice", {"on": False})["visit"] == before
    assert not begun.get("/api/health")["practice"]


def test_the_real_packets_and_pages_are_out_of_reach_in_practice(practising, tmp_path):
    practising.post("/api/practice", {"on": False})
    visit = practising.get("/api/visit")["visit"]
    page_id = visit["materials"][0]["pages"][0]["page_id"]
    practising.post("/api/practice", {"on": True})
    practising.get(f"/api/visit/pages/{page_id}")
    assert practising.status == 404 and practising.get("/api/outbox")["packets"] == []


def test_practice_begins_once_and_ends_harmlessly_twice(practising):
    refused = practising.post("/api/practice", {"on": True})
    assert practising.status == 409 and "已经在练习" in refused["error"]["message"]
    for _ in range(2):
        assert practising.post("/api/practice", {"on": False})["practising"] is False


def test_signing_out_ends_practice(practising):
    practising.post("/api/sign-out")
    practising.sign_in()
    assert practising.get("/api/health")["practising"] is False
    assert practising.get("/api/visit")["visit"]["materials"][0]["pages"]


def test_a_pc_that_is_all_practice_has_no_room_beside_it(start):
    from tests.kiosk.counter_visitor import Visitor

    visitor = Visitor(start(settings={"practice": True})).open().sign_in()
    refused = visitor.post("/api/practice", {"on": True})
    assert visitor.status == 409 and "整个都是练习" in refused["error"]["message"]
