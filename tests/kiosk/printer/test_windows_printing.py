"""Printing on Windows against a spooler and a winspool.drv played here: no Windows was at hand."""

import ctypes
import threading
import time

import pytest

from kiosk.printer.following import Patience
from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import PrinterTrouble
from kiosk.printer.windows import WindowsPrinter
from kiosk.printer.windows_spooler import DWORD, JobInfo1, SpoolerAway, SpoolJob, WindowsSpooler

QUICK = Patience(pause=0.01, twice_within=0.0)
PAPER_OUT, OFFLINE, JOB_PAPER_OUT, JOB_PRINTED, JOB_DELETED = 0x10, 0x80, 0x40, 0x80, 0x100


class PlayedSpooler:
    """Shows the jobs of its script, one list a look, the last one for good; None: it does not answer."""

    def __init__(self, looks, status=0):
        self.looks, self.status, self.deleted, self.document = list(looks), status, [], ""

    def printer_status(self, printer):
        if printer == "nobody":
            raise SpoolerAway
        return self.status

    def list_jobs(self, printer):
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if look is None:
            raise SpoolerAway
        if self.deleted:
            return []
        return [SpoolJob(7, f"SumatraPDF - {self.document}", flags, 0) for flags in look]

    def delete_job(self, printer, job_id):
        self.deleted.append(job_id)


@pytest.fixture
def printing(tmp_path, sheet):
    """Prints one sheet through a played spooler; returns what the printer said, and the spooler."""

    def go(looks, status=0, send=None, hurry=50.0, **changes):
        spooler = PlayedSpooler(looks, status)

        def send_it(path, printer):
            assert path.read_bytes() == sheet and printer == "HP"
            spooler.document = path.name

        printer = WindowsPrinter(
            changes.pop("name", "HP"), tmp_path / "printing", spooler=spooler, send=send or send_it,
            monotonic=lambda: time.monotonic() * hurry, patience=QUICK, **changes,
        )  # fmt: skip
        try:
            return printer.print_pdf("notice", sheet), spooler
        finally:
            assert list((tmp_path / "printing").iterdir()) == []

    return go


def test_a_job_that_was_seen_and_is_gone_is_out(printing, tmp_path) -> None:
    ledger = PrintLedger(tmp_path / "prints.jsonl")
    printed, spooler = printing([[], [], [0], [0x10], []], ledger=ledger)
    assert printed.words == "打好了" and not spooler.deleted
    assert "第2次打印" in printing([[], [0], []], ledger=ledger)[0].words


def test_a_viewer_that_holds_on_to_the_sheet_does_not_undo_the_print_and_the_sheet_goes_at_the_next_start(
    tmp_path, sheet
) -> None:
    folder = tmp_path / "printing"
    spooler = PlayedSpooler([[], [0], []])

    def hold(path, printer):
        spooler.document = path.name
        path.unlink()
        path.mkdir()  # what no unlink removes, as a file that is held open on Windows

    printer = WindowsPrinter("HP", folder, spooler=spooler, send=hold, patience=QUICK)
    assert printer.print_pdf("notice", sheet).words == "打好了"
    (held,) = folder.iterdir()
    held.rmdir()
    held.write_bytes(sheet)
    kept = folder / "form-MZ-008-a4d7b16c-1.pdf"
    kept.write_bytes(sheet)
    WindowsPrinter("HP", folder, spooler=spooler)
    assert list(folder.iterdir()) == [kept]


def test_a_printer_that_keeps_its_jobs_says_that_they_are_printed(printing) -> None:
    assert printing([[], [JOB_PRINTED]])[0].copy == 1


def test_paper_out_while_printing_takes_the_job_back(printing) -> None:
    with pytest.raises(PrinterTrouble, match="没有纸了"):
        printing([[], [0], [JOB_PAPER_OUT]])


@pytest.mark.parametrize(
    ("looks", "status", "words"),
    [
        ([[0]], PAPER_OUT, "没有纸了"),
        ([[0]], OFFLINE, "连不上打印机"),
        ([[], [0], [JOB_DELETED]], 0, "有故障"),
        ([[]], 0, "没能确认"),
        ([None], 0, "连不上打印机"),
        ([[0]], 0, "一直没有打出来"),
    ],
)
def test_every_way_of_not_printing_is_told(printing, looks, status, words) -> None:
    with pytest.raises(PrinterTrouble, match=words):
        printing(looks, status)


def test_a_viewer_that_cannot_print_is_told(printing) -> None:
    def fail(path, printer):
        raise FileNotFoundError

    with pytest.raises(PrinterTrouble, match="SumatraPDF"):
        printing([[]], send=fail, hurry=1.0)


def test_a_printer_nobody_installed_is_named(printing) -> None:
    with pytest.raises(PrinterTrouble, match="没有叫“nobody”的打印机"):
        printing([[]], name="nobody")


class PlayedLibrary:
    """winspool.drv as its documentation says: asked without room it tells how much it needs."""

    def __init__(self):
        self.job = JobInfo1(JobId=42, pDocument="notice-1.pdf", Status=0x40, PagesPrinted=2)
        self.closed, self.set, self.threads = 0, [], set()

    def OpenPrinterW(self, name, handle, defaults):
        handle._obj.value = 99 if name.value == "HP" else None
        return int(name.value == "HP")

    def ClosePrinter(self, handle):
        self.closed += 1

    def GetPrinterW(self, handle, level, room, size, needed):
        assert handle.value == 99 and level == 6
        return self._fill(bytes(DWORD(0x10)), room, size, needed)

    def EnumJobsW(self, handle, first, count, level, room, size, needed, returned):
        assert (first, level) == (0, 1)
        returned._obj.value = 1 if room is not None else 0
        return self._fill(bytes(self.job), room, size, needed)

    def SetJobW(self, handle, job_id, level, job, command):
        self.set.append((job_id, level, job, command))
        return 1

    def _fill(self, content, room, size, needed):
        self.threads.add(threading.get_ident())
        needed._obj.value = len(content)
        if room is None or size < len(content):
            return 0
        ctypes.memmove(room, content, len(content))
        return 1


def test_flags_and_jobs_are_read_out_of_what_windows_fills() -> None:
    library = PlayedLibrary()
    spooler = WindowsSpooler(library)
    assert spooler.printer_status("HP") == 0x10
    assert spooler.list_jobs("HP") == [SpoolJob(42, "notice-1.pdf", 0x40, 2)]
    spooler.delete_job("HP", 42)
    assert library.set == [(42, 0, None, 5)] and library.closed == 3
    with pytest.raises(SpoolerAway):
        spooler.printer_status("nobody")


def test_the_structure_is_as_long_as_the_header_says() -> None:
    words = ctypes.sizeof(ctypes.c_void_p)
    assert ctypes.sizeof(JobInfo1) == (8 + 6 * 8 + 5 * 4 + 16 + 4 if words == 8 else 4 + 6 * 4 + 5 * 4 + 16)
