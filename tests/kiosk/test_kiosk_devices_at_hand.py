"""The knobs of the camera, and a print that takes long, over HTTP."""

import threading
import time

import pytest

from kiosk.camera.folder import FolderCamera
from kiosk.camera.virtual import GAIN_ENDS, SHARPEST
from kiosk.printer.following import FollowedPrinter, Patience, Watched
from kiosk.printer.reasons import SILENT
from tests.kiosk.counter_visitor import Visitor


def turn(visitor, name):
    return visitor.post("/api/camera/knobs", {"turn": name})


def test_the_knobs_that_are_there_are_named_and_every_turn_is_told(begun, camera):
    assert begun.get("/api/camera/knobs") == {"knobs": ["refocus", "brighter", "darker"]}
    camera.adjust(blur=3.0)
    assert turn(begun, "refocus") == {"done": True, "words": "重新对焦了，看看字清不清楚。"}
    assert camera.settings.blur == SHARPEST
    before = camera.settings.gain
    assert turn(begun, "brighter")["done"] and camera.settings.gain > before
    assert turn(begun, "darker")["words"] == "调暗了一点。"


@pytest.mark.parametrize(("name", "end", "words"), [("brighter", 1, "已经最亮了"), ("darker", 0, "已经最暗了")])
def test_the_end_of_the_scale_is_told_with_what_helps_instead(begun, camera, name, end, words):
    camera.adjust(gain=GAIN_ENDS[end])
    answer = turn(begun, name)
    assert answer["done"] is False and words in answer["words"] and "请" in answer["words"]


def test_a_camera_in_trouble_says_so_when_a_knob_is_turned(begun, camera):
    camera.unplug()
    begun.get("/preview?after=0")
    for ask in (lambda: begun.get("/api/camera/knobs"), lambda: turn(begun, "brighter")):
        error = ask()["error"]
        assert begun.status == 503 and "找不到高拍仪" in error["message"] and error["reference"]
    camera.replug()
    assert turn(begun, "brighter")["done"]


def test_a_camera_without_knobs_has_none_and_refuses_in_words(start, tmp_path):
    (tmp_path / "scans").mkdir()
    visitor = Visitor(start(camera=FolderCamera(tmp_path / "scans"))).open().sign_in()
    assert visitor.get("/api/camera/knobs") == {"knobs": []}
    refused = turn(visitor, "refocus")
    assert visitor.status == 409 and "没有这个调节" in refused["error"]["message"]


def test_a_knob_nobody_knows_is_refused(begun):
    assert "没有这个调节" in turn(begun, "explode")["error"]["message"] and begun.status == 409


class SlowPrinter(FollowedPrinter):
    """Follows a print whose paper comes out when the test says so, or never."""

    def __init__(self):
        super().__init__(None, Patience(pause=0.01, taken_back_within=0.05), time.monotonic)
        self.stand = "waiting"

    def _print(self, name, pdf):
        return self._follow(lambda: Watched(self.stand, SILENT if self.stand == "failed" else None), lambda: None)

    def trouble(self):
        return None


@pytest.fixture
def printer():
    return SlowPrinter()


@pytest.fixture
def slow(start, printer, monkeypatch, good_answers):
    monkeypatch.setattr("kiosk.agent.printer_for", lambda *told: printer)
    visitor = Visitor(start()).open().sign_in()
    visitor.post("/api/visits", {"item_code": "MZ-008"})
    return visitor


class Press:
    """打印 pressed on another connection, while the page goes on asking how far it is."""

    def __init__(self, visitor):
        self.visitor = Visitor.__new__(Visitor)
        self.visitor.__dict__.update(visitor.__dict__)
        self.thread = threading.Thread(target=self._press)
        self.thread.start()

    def _press(self):
        self.answer = self.visitor.post("/api/visit/notice")

    def end(self):
        self.thread.join(20)
        return self.answer


def progress(visitor, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if words := visitor.get("/api/printing")["words"]:
            return words
        time.sleep(0.01)
    raise AssertionError("nothing was said of the print")


def test_how_far_a_print_is_can_be_asked_while_it_holds_the_counter(slow, printer):
    assert slow.get("/api/printing") == {"words": None}
    press = Press(slow)
    assert progress(slow).startswith("正在打印，已等")
    assert slow.get("/api/health")["signs"], "the status bar goes on too"
    printer.stand = "out"
    assert press.end()["printed"]["words"] == "打好了"
    assert slow.get("/api/printing") == {"words": None}


def test_a_print_that_fails_says_why_and_no_longer_counts_as_printing(slow, printer):
    press = Press(slow)
    progress(slow)
    printer.stand = "failed"
    error = press.end()["error"]
    assert press.visitor.status == 503 and error["message"] == SILENT.sentence and error["reference"]
    assert slow.get("/api/printing") == {"words": None}
    assert slow.get("/api/visit")["visit"]["notice_sheet_printed_at"] is None


def test_nothing_is_ever_being_printed_where_a_print_is_a_file(visitor):
    assert visitor.get("/api/printing") == {"words": None}
