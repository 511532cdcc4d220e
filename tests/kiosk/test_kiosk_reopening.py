"""Nothing captured is lost when the server refuses a packet: the draft stays until delivery, and no longer."""

import json
import shutil
import time

import pytest

from kiosk.agent import Kiosk
from kiosk.camera.virtual import VirtualCameraSettings
from kiosk.outbox import Outbox
from kiosk.screen.dispatch import Dispatch
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import ScriptedEye, ScriptedReader, SmallCamera, Visitor
from tests.kiosk.power_cut import copy_of_disk

SMALL = VirtualCameraSettings(resolution=(320, 240), preview_resolution=(160, 120), noise=0)
DAMAGED = "材料包和校验值不一致，没有收下。"


@pytest.fixture
def place(tmp_path, server):
    """A data folder that a kiosk is started on, loses its power on, and is started on again."""
    running = []

    class Place:
        folder = tmp_path / "data"

        def start(self) -> Visitor:
            settings = KioskSettings(
                data_folder=self.folder, server_url=server.url, screen_port=0, keep_free_mib=1, status_every_seconds=0.3
            )
            kiosk = Kiosk(settings, "ENROL-1", camera=SmallCamera(SMALL), eye=ScriptedEye(), read_page=ScriptedReader())
            kiosk.start()
            running.append(kiosk)
            return Visitor(kiosk).open().sign_in()

        def lose_power(self, lost: str | None = None) -> None:
            """Go on with what lies on the disk this moment, perhaps less one folder; the former kiosk is stopped."""
            later = self.folder.with_name(self.folder.name + "-later")
            copy_of_disk(self.folder, later, ignore=shutil.ignore_patterns(lost) if lost else None)
            running.pop().close()
            self.folder = later

        def cut_power(self, lost: str | None = None) -> Visitor:
            self.lose_power(lost)
            return self.start()

        def pages(self):
            return list((self.folder / "visits").rglob("*.page"))

        def drafts(self):
            return list((self.folder / "visits").iterdir())

    yield Place()
    for kiosk in running:
        kiosk.close()


@pytest.fixture
def visitor(place, good_answers):
    visitor = place.start()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    visitor.post("/api/visit/answers", good_answers)
    visitor.capture_everything()
    visitor.check_everything()
    return visitor


def send_refused(visitor, server) -> dict:
    server.memory.refuse = DAMAGED
    sent = visitor.post("/api/visit/send")
    visitor.packet_in_state(sent["packet_id"], "refused")
    server.memory.refuse = None
    return sent


def states(visitor) -> dict[str, str]:
    return {packet["packet_id"]: packet["state"] for packet in visitor.get("/api/outbox")["packets"]}


def reopened(visitor, packet_id) -> dict:
    return visitor.post(f"/api/outbox/{packet_id}/reopen")["visit"]


def test_from_refusal_over_correction_to_delivery(visitor, server, place):
    first = send_refused(visitor, server)
    assert visitor.get("/api/outbox")["packets"][0]["allowed"] == ["reopen", "retry", "print_receipt"]
    visitor.post("/api/visit/close")
    visit = reopened(visitor, first["packet_id"])
    assert visit["step"] == "check" and visit["gaps"] == [] and visit["packet_id"] != first["packet_id"]
    assert visit["lookup_code"] == first["lookup_code"]
    assert visit["refusal"] == {"reason": DAMAGED, "reference": "SRV001"}
    assert [field["value"] for field in visit["fields"] if field["id"] == "applicant_name"] == ["潘某珍"]
    picture = visit["materials"][0]["pages"][0]["page_id"]
    assert visitor.get(f"/api/visit/pages/{picture}").startswith(b"\xff\xd8")
    outbox = visitor.get("/api/outbox")
    assert (outbox["packets"][0]["state_words"], outbox["unsent"]) == ("已重新打开", 0)
    visitor.post("/api/visit/retake", {"material_id": "photo", "page": 0})
    visitor.post("/api/visit/capture", {"material_id": "photo"})
    visitor.check_everything()
    second = visitor.post("/api/visit/send")
    packet = visitor.packet_in_state(second["packet_id"], "delivered")
    assert packet["lookup_code"] == first["lookup_code"] and list(server.memory.cases) == [second["packet_id"]]
    assert states(visitor) == {first["packet_id"]: "replaced", second["packet_id"]: "delivered"}
    assert visitor.get("/api/visit")["visit"]["step"] == "sent" and place.drafts() == []


def test_while_packed_nothing_is_shown_though_everything_is_kept(visitor, server, place):
    visit = visitor.get("/api/visit")["visit"]
    page_id = visit["materials"][0]["pages"][0]["page_id"]
    server.die()
    visitor.post("/api/visit/send")
    assert len(place.pages()) == 7
    shown = visitor.get("/api/visit")["visit"]
    assert "潘某珍" not in json.dumps(shown, ensure_ascii=False) and not {"fields", "materials"} & shown.keys()
    visitor.get(f"/api/visit/pages/{page_id}")
    assert visitor.status == 404
    visitor.post("/api/visit/form")
    assert visitor.status == 409
    visitor.post("/api/visit/close")
    assert visitor.get("/api/drafts")["drafts"] == []
    visitor.post("/api/visits", {"visit_id": visit["visit_id"]})
    assert visitor.status == 409 and visitor.get("/api/visit")["visit"] is None
    assert b"\xff\xd8\xff" not in b"".join(page.read_bytes() for page in place.pages())


def test_a_delivered_draft_is_gone_though_nobody_is_signed_in(visitor, server, place):
    server.die()
    packet_id = visitor.post("/api/visit/send")["packet_id"]
    visitor.post("/api/visit/close")
    visitor.post("/api/sign-out")
    assert place.pages()
    server.start()
    visitor.sign_in().packet_in_state(packet_id, "delivered", seconds=15)
    assert wait_until(lambda: place.drafts() == [])


def wait_until(true, seconds=5.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


HALF_FORGOTTEN = {
    "nothing is gone": ("kiosk.visits.VisitStore.forget_delivered", "*.page", 7),
    "the pages are gone": ("kiosk.visits.VisitStore.forget", "visit.sealed", 1),
    "the record is gone": ("kiosk.visits.shutil.rmtree", "visit.sealed", 0),
}


@pytest.mark.parametrize("cut", HALF_FORGOTTEN)
def test_power_cut_while_a_delivered_draft_is_forgotten(cut, visitor, server, place, monkeypatch):
    undone, files, left = HALF_FORGOTTEN[cut]
    with monkeypatch.context() as patched:
        patched.setattr(undone, lambda *given, **named: None)
        packet_id = visitor.post("/api/visit/send")["packet_id"]
        visitor.packet_in_state(packet_id, "delivered")
        assert wait_until(lambda: len(list(place.folder.rglob(files))) == left) and place.drafts()
        place.lose_power()
    again = place.start()
    assert place.drafts() == [] and again.get("/api/visit")["visit"] is None
    assert states(again) == {packet_id: "delivered"}


def test_power_cuts_between_refusal_and_the_packet_that_replaces_it(visitor, server, place):
    first = send_refused(visitor, server)
    visitor = place.cut_power()
    assert visitor.get("/api/visit")["visit"]["step"] == "packed" and len(place.pages()) == 7
    visit = reopened(visitor, first["packet_id"])
    visitor = place.cut_power()
    kept = visitor.get("/api/visit")["visit"]
    assert kept == visit and states(visitor) == {first["packet_id"]: "replaced"}
    server.die()
    second = visitor.post("/api/visit/send")
    assert second["packet_id"] == visit["packet_id"] and second["lookup_code"] == first["lookup_code"]
    visitor = place.cut_power()
    server.start()
    visitor.packet_in_state(second["packet_id"], "delivered", seconds=15)
    assert wait_until(lambda: place.drafts() == []) and len(server.memory.cases) == 1


def test_power_cut_between_the_draft_and_the_packet_it_replaces(visitor, server, place, monkeypatch):
    first = send_refused(visitor, server)
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "mark_replaced", lambda outbox, packet_id: None)
        visit = reopened(visitor, first["packet_id"])
    assert states(visitor) == {first["packet_id"]: "refused"}
    visitor = place.cut_power()
    assert states(visitor) == {first["packet_id"]: "replaced"}
    assert visitor.get("/api/visit")["visit"]["packet_id"] == visit["packet_id"]
    assert not list((place.folder / "outbox").glob("*.packet"))


def test_power_cut_between_the_new_packet_and_the_draft(visitor, server, place, monkeypatch):
    first = send_refused(visitor, server)
    visit = reopened(visitor, first["packet_id"])
    server.die()
    with monkeypatch.context() as patched:
        patched.setattr(Dispatch, "_finish_packing", lambda dispatch, visit: None)
        visitor.post("/api/visit/send")
    assert visitor.get("/api/visit")["visit"]["step"] == "check"
    visitor = place.cut_power()
    assert visitor.get("/api/visit")["visit"]["step"] == "packed"
    server.start()
    visitor.packet_in_state(visit["packet_id"], "delivered", seconds=15)
    assert list(server.memory.cases) == [visit["packet_id"]]


def test_an_outbox_that_was_lost_strands_nothing(visitor, server, place):
    server.die()
    sent = visitor.post("/api/visit/send")
    visitor.post("/api/visit/close")
    visitor = place.cut_power(lost="outbox")
    (draft,) = visitor.get("/api/drafts")["drafts"]
    visit = visitor.post("/api/visits", {"visit_id": draft["visit_id"]})["visit"]
    assert visit["packet_id"] == sent["packet_id"] and visit["gaps"] == [] and "找不到" in visit["refusal"]["reason"]


def test_only_a_refused_packet_can_be_reopened(visitor, server):
    server.die()
    packet_id = visitor.post("/api/visit/send")["packet_id"]
    visitor.packet_in_state(packet_id, "waiting")
    answer = visitor.post(f"/api/outbox/{packet_id}/reopen")["error"]
    assert visitor.status == 409 and answer["allowed"] in (["retry", "print_receipt"], ["print_receipt"])
    assert "没有收下的才能重新打开。现在可以：" in answer["message"] and "打印回执" in answer["message"]
    server.start()
    visitor.packet_in_state(packet_id, "delivered", seconds=15)
    answer = visitor.post(f"/api/outbox/{packet_id}/reopen")["error"]
    assert visitor.status == 409 and answer["allowed"] == ["print_receipt"]
    assert answer["message"] == "这一件是“已送到”，没有收下的才能重新打开。现在可以：打印回执。"


def test_reopening_twice_is_one_and_a_villager_at_the_counter_is_not_pushed_away(visitor, server):
    first = send_refused(visitor, server)
    visitor.post("/api/visit/close")
    visitor.post("/api/visits", {"item_code": "SJ-002"})
    visitor.post(f"/api/outbox/{first['packet_id']}/reopen")
    assert visitor.status == 409 and states(visitor) == {first["packet_id"]: "refused"}
    visitor.post("/api/visit/abandon")
    visit = reopened(visitor, first["packet_id"])
    assert reopened(visitor, first["packet_id"]) == visit
    visitor.post("/api/visit/set-aside")
    answer = visitor.post(f"/api/outbox/{first['packet_id']}/reopen")["error"]
    assert visitor.status == 409 and "已重新打开" in answer["message"]
    assert [one["visit_id"] for one in visitor.get("/api/drafts")["drafts"]] == [visit["visit_id"]]


def test_a_second_refusal_shows_the_newer_sentence(visitor, server):
    first = send_refused(visitor, server)
    reopened(visitor, first["packet_id"])
    server.memory.refuse = "材料还不齐，没有收下。"
    second = visitor.post("/api/visit/send")
    visitor.packet_in_state(second["packet_id"], "refused")
    visit = reopened(visitor, second["packet_id"])
    assert visit["refusal"]["reason"] == "材料还不齐，没有收下。"
    assert set(states(visitor).values()) == {"replaced"} and visit["lookup_code"] == first["lookup_code"]


def test_a_packet_whose_draft_is_gone_says_what_else_can_be_done(visitor, server, place):
    first = send_refused(visitor, server)
    visitor.post("/api/visit/close")
    (draft,) = place.drafts()
    shutil.rmtree(draft)
    answer = visitor.post(f"/api/outbox/{first['packet_id']}/reopen")["error"]
    assert visitor.status == 410 and "再传一次" in answer["message"]
    visitor.post(f"/api/outbox/{first['packet_id']}/retry")
    visitor.packet_in_state(first["packet_id"], "delivered")
