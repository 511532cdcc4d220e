"""Printing through a real CUPS to a real IPP printer: what comes out, what is told, and that nothing comes out tomorrow."""

import socket
import struct
import subprocess
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from kiosk.agent import Kiosk
from kiosk.printer import ipp
from kiosk.printer.cups import CupsPrinter
from kiosk.printer.following import Patience
from kiosk.printer.ipp import IppClient
from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import PrinterTrouble
from kiosk.settings import KioskSettings
from tests.kiosk.counter_visitor import ScriptedEye, SmallCamera, Visitor
from tests.kiosk.printer.print_hall import PDF, PIXELS, PrintHall

QUICK = Patience(pause=0.1, twice_within=0.0)


def printer_of(hall: PrintHall, queue: str = "village", hurry: float = 1.0, **changes) -> CupsPrinter:
    """The counter's printer; `hurry` makes its clock run faster, so that nobody waits for patience to end."""
    monotonic = changes.pop("monotonic", lambda: time.monotonic() * hurry)
    return CupsPrinter(queue, client=IppClient(hall.socket), monotonic=monotonic, **{"patience": QUICK, **changes})


def test_a_notice_sheet_comes_out_on_a4_and_can_be_read(hall: PrintHall, sheet: bytes) -> None:
    before = len(hall.papers())
    printed = printer_of(hall).print_pdf("notice-MZ-008-a4d7b16c", sheet)
    assert printed.words == "打好了" and printed.path is None and printed.copy == 1
    assert len(hall.papers()) == before + 1
    options = (hall.folder / "options").read_text()
    assert "21000" in options and "29700" in options
    box = PdfReader(hall.papers()[-1]).pages[0].mediabox
    assert (round(box.width), round(box.height)) in ((595, 842), (596, 842))
    text = subprocess.run(["pdftotext", str(hall.papers()[-1]), "-"], capture_output=True, text=True, check=True).stdout
    assert "高龄津贴" in text and "一次性告知" in text
    assert hall.waiting_jobs() == []


def test_a_printer_that_takes_pixels_only_gets_an_a4_sheet_too(hall: PrintHall, sheet: bytes) -> None:
    hall.become(PIXELS)
    hall.make_queue("pixels")
    try:
        printer_of(hall, "pixels").print_pdf("notice", sheet)
    finally:
        hall.become(PDF)
    header = hall.papers()[-1].read_bytes()[:1800]
    assert header[:4] == b"RaS2"
    dots, (width, height) = struct.unpack_from(">I", header, 4 + 276)[0], struct.unpack_from(">II", header, 4 + 372)
    assert (round(width / dots * 25.4), round(height / dots * 25.4)) == (210, 297)


def test_paper_out_is_told_the_job_is_taken_back_and_after_new_paper_it_prints(hall: PrintHall, sheet: bytes) -> None:
    printer, before = printer_of(hall), len(hall.papers())
    hall.break_with("media-empty-error")
    with pytest.raises(PrinterTrouble, match="没有纸了。请放好A4纸"):
        printer.print_pdf("notice", sheet)
    assert hall.waiting_jobs() == [] and len(hall.papers()) == before
    assert printer_of(hall).trouble() == "打印机没有纸了"
    with pytest.raises(PrinterTrouble, match="没有纸了"):
        printer.print_pdf("notice", sheet)
    hall.mend()
    assert printer_of(hall).trouble() is None
    assert printer.print_pdf("notice", sheet).copy == 1
    assert len(hall.papers()) == before + 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("media-jam-error", "卡纸"),
        ("cover-open-report", "盖子没有关好"),
        ("toner-empty-warning", "墨粉"),
        ("other-error", "有故障"),
    ],
)
def test_every_fault_has_its_own_sentence(hall: PrintHall, sheet: bytes, reason: str, words: str) -> None:
    hall.break_with(reason)
    with pytest.raises(PrinterTrouble, match=words):
        printer_of(hall).print_pdf("notice", sheet)
    assert hall.waiting_jobs() == []


def test_a_printer_switched_off_is_told_before_and_while_it_prints(hall: PrintHall, sheet: bytes) -> None:
    printer, before = printer_of(hall, hurry=20.0), len(hall.papers())
    hall.be_slow(30)
    puller = threading.Timer(1.0, hall.switch_off)
    puller.start()
    with pytest.raises(PrinterTrouble, match=r"连不上打印机|有故障"):
        printer.print_pdf("notice", sheet)
    puller.join()
    assert hall.waiting_jobs() == []
    assert printer_of(hall).trouble() == "电脑连不上打印机"
    with pytest.raises(PrinterTrouble, match="线插好没有"):
        printer.print_pdf("notice", sheet)
    assert len(hall.papers()) == before


def test_a_printer_that_will_not_take_the_pages_is_not_believed_to_have_printed(hall: PrintHall, sheet: bytes) -> None:
    before = len(hall.papers())
    hall.become(PIXELS)
    try:
        with pytest.raises(PrinterTrouble, match="有故障"):
            printer_of(hall).print_pdf("notice", sheet)
    finally:
        hall.become(PDF)
    assert len(hall.papers()) == before


def test_a_printer_that_never_answers_loses_the_job_again(hall: PrintHall, sheet: bytes) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        hall.add_queue("gone", f"socket://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(PrinterTrouble, match="连不上打印机"):
            printer_of(hall, "gone", hurry=20.0).print_pdf("notice", sheet)
    assert hall.waiting_jobs() == []


def test_a_stopped_queue_is_started_again_where_that_is_allowed(hall: PrintHall, sheet: bytes) -> None:
    hall.stop_queue("village")
    assert printer_of(hall).print_pdf("notice", sheet).copy == 1


def test_the_same_sheet_pressed_twice_comes_out_once_and_later_it_is_a_second_copy(
    hall: PrintHall, sheet: bytes
) -> None:
    now, before = [0.0], len(hall.papers())
    printer = printer_of(hall, patience=Patience(pause=0.1), monotonic=lambda: now[0])
    presses = [threading.Thread(target=printer.print_pdf, args=("notice", sheet)) for _ in range(3)]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert len(hall.papers()) == before + 1
    now[0] = 60.0
    assert "第2次打印" in printer.print_pdf("notice", sheet).words
    assert len(hall.papers()) == before + 2


def test_a_long_print_says_that_it_goes_on(hall: PrintHall, sheet: bytes) -> None:
    printer, seen = printer_of(hall), set()
    hall.be_slow(2)
    printing = threading.Thread(target=printer.print_pdf, args=("notice", sheet))
    printing.start()
    while printing.is_alive():
        seen.add(printer.progress())
        time.sleep(0.05)
    assert any(words and words.startswith("正在打印，已等") for words in seen)
    assert printer.progress() is None


def test_what_a_power_cut_left_in_the_queue_is_taken_back(hall: PrintHall, sheet: bytes) -> None:
    hall.add_queue("asleep", "socket://127.0.0.1:9")
    hall.stop_queue("asleep")
    cut_off = printer_of(hall, "asleep")
    cut_off._submit("hongye-receipt-MZ-008-a4d7b16c", sheet)
    stranger = [(ipp.NAME, "job-name", "somebody else's letter")]
    cut_off._ask(ipp.PRINT_JOB, stranger, [], sheet)
    assert len(hall.waiting_jobs()) == 2
    printer_of(hall, "asleep").cancel_leftovers()
    assert len(hall.waiting_jobs()) == 1
    hall._run("cancel", "-a", "asleep")


def test_a_queue_that_is_not_there_is_named(hall: PrintHall, sheet: bytes) -> None:
    assert "没有叫“nobody”的打印机" in printer_of(hall, "nobody").trouble()
    with pytest.raises(PrinterTrouble, match="nobody"):
        printer_of(hall, "nobody").print_pdf("notice", sheet)


def test_a_blank_sheet_never_counts(hall: PrintHall) -> None:
    blank, before = PdfWriter(), len(hall.papers())
    blank.add_blank_page(595, 842)
    file = BytesIO()
    blank.write(file)
    for content, words in ((file.getvalue(), "空白"), (b"%PDF-1.7 nothing", "没有做好"), (b"", "没有做好")):
        with pytest.raises(PrinterTrouble, match=words):
            printer_of(hall).print_pdf("notice", content)
    assert len(hall.papers()) == before


def test_prints_and_failures_are_in_the_ledger(hall: PrintHall, sheet: bytes, tmp_path: Path) -> None:
    ledger = PrintLedger(tmp_path / "prints.jsonl", who=lambda: "lan")
    printer = printer_of(hall, ledger=ledger)
    printer.print_pdf("notice-MZ-008-a4d7b16c", sheet)
    hall.break_with("media-jam")
    with pytest.raises(PrinterTrouble):
        printer.print_pdf("notice-MZ-008-a4d7b16c", sheet)
    told = [(line["copy"], line["outcome"], line["agent"]) for line in ledger.lines()]
    assert told == [(1, "begun", "lan"), (1, "printed", "lan"), (2, "begun", "lan"), (2, "failed", "lan")]


def test_the_visit_moves_only_when_the_sheet_is_out(
    hall: PrintHall, server, tmp_path, good_answers, monkeypatch
) -> None:
    monkeypatch.setenv("CUPS_SERVER", hall.socket)
    settings = KioskSettings(
        data_folder=tmp_path / "data", server_url=server.url, screen_port=0, keep_free_mib=1, printer="village"
    )
    kiosk = Kiosk(settings, "ENROL-1", camera=SmallCamera(), eye=ScriptedEye())
    kiosk.start()
    try:
        visitor = Visitor(kiosk).open().sign_in()
        visitor.post("/api/visits", {"item_code": "MZ-008"})
        visitor.post("/api/visit/answers", good_answers)
        hall.break_with("media-empty-error")
        refused = visitor.post("/api/visit/notice")
        assert visitor.status == 503 and "没有纸了" in refused["error"]["message"]
        assert visitor.get("/api/visit")["visit"]["notice_sheet_printed_at"] is None
        hall.mend()
        assert visitor.post("/api/visit/notice")["visit"]["notice_sheet_printed_at"]
    finally:
        kiosk.close()
    ledger = PrintLedger(tmp_path / "data" / "prints.jsonl").lines()
    assert [line["outcome"] for line in ledger] == ["begun", "failed", "begun", "printed"]
    assert "潘" not in (tmp_path / "data" / "prints.jsonl").read_text()


def test_a_pc_without_a_print_service_says_so(sheet: bytes) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        printer = CupsPrinter("village", client=IppClient(f"127.0.0.1:{closed.getsockname()[1]}"))
        assert printer.trouble() == "这台电脑的打印服务没有开"
        with pytest.raises(PrinterTrouble, match="打印服务没有开"):
            printer.print_pdf("notice", sheet)
