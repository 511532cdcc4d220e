"""Prints on Windows: a viewer sends the PDF to the spooler, and the spooler's flags tell how it goes.

No Windows was at hand when this was written: it is tested against a spooler played by the tests, not against the real one.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kiosk.printer.following import FollowedPrinter, Patience, Watched
from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import PrinterTrouble, plain_name
from kiosk.printer.reasons import AWAY, COVER_OPEN, INK_OUT, JAM, OUT_TRAY, PAPER_OUT, PAUSED, SERVICE, Fault
from kiosk.printer.windows_spooler import Spooler, SpoolerAway, SpoolJob, WindowsSpooler
from kiosk.safe import NoRoom, write_durably

#: PRINTER_STATUS flags of winspool.h, the worst to mend first
PRINTER_FLAGS: dict[int, Fault] = {
    0x00000008: JAM,
    0x00400000: COVER_OPEN,
    0x00000010: PAPER_OUT,
    0x00040000: INK_OUT,
    0x00000800: OUT_TRAY,
    0x00000080: AWAY,
    0x00001000: AWAY,
    0x00000001: PAUSED,
    0x00000002: SERVICE,
    0x00100000: SERVICE,
}
#: JOB_STATUS flags
JOB_FLAGS: dict[int, Fault] = {0x00000040: PAPER_OUT, 0x00000020: AWAY, 0x00000001: PAUSED, 0x00000002: SERVICE}
JOB_DELETED = 0x00000004 | 0x00000100
JOB_PRINTED = 0x00000080 | 0x00001000
VIEWERS = (
    "SumatraPDF.exe",
    r"C:\Program Files\SumatraPDF\SumatraPDF.exe",
    r"C:\Program Files (x86)\SumatraPDF\SumatraPDF.exe",
)

NO_VIEWER = "没有打成：看PDF的程序打不开这张纸。请找管理员安装 SumatraPDF，再点一次“打印”。"
NOT_CONFIRMED = "没能确认这张纸打出来了。请看看打印机：纸已经出来了，就不用再打；没有出来，请再点一次“打印”。"

#: how the names of sheets end that are lent to a viewer
LOANED = re.compile(r"-[0-9a-f]{8}-lent\.pdf$")

Send = Callable[[Path, str], None]


class WindowsPrinter(FollowedPrinter):
    """A Printer of this Windows PC."""

    def __init__(
        self,
        printer: str,
        folder: Path,
        ledger: PrintLedger | None = None,
        *,
        spooler: Spooler | None = None,
        send: Send | None = None,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` holds a sheet while the viewer reads it, and nothing longer."""
        super().__init__(ledger, patience, monotonic)
        self._printer, self._folder = printer, folder
        self._spooler, self._send = spooler or WindowsSpooler(), send or send_by_viewer
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in folder.glob("*.pdf"):  # of a power cut, or of a viewer that held on to it
            if LOANED.search(leftover.name):
                _remove(leftover)

    def trouble(self) -> str | None:
        fault = self._fault_of_printer()
        return fault.words if fault else None

    def _print(self, name: str, pdf: bytes) -> int | None:
        """The queue is watched while the viewer still works: a quick printer is done before the viewer is."""
        fault = self._fault_of_printer()
        if fault is not None:
            raise PrinterTrouble(fault.sentence)
        path = self._folder / f"{plain_name(name)}-{secrets.token_hex(4)}-lent.pdf"
        sending = _Sending(self._send, path, self._printer)
        try:
            write_durably(path, pdf)
            sending.start()
            job = _JobOnItsWay(self, path.stem, sending)
            return self._follow(job.watch, job.take_back)
        except (OSError, NoRoom):
            raise PrinterTrouble("文件存不下去，没有打成。请看看硬盘满了没有。") from None
        finally:
            sending.join(self._patience.appears_within)
            _remove(path)

    def _fault_of_printer(self) -> Fault | None:
        try:
            return _fault(PRINTER_FLAGS, self._spooler.printer_status(self._printer))
        except SpoolerAway:
            return Fault(f"没有叫“{self._printer}”的打印机", "请打电话给镇里的管理员，")


class _JobOnItsWay:
    """One document, from the viewer through the spooler. One that was seen and is gone is out: Windows removes it then."""

    def __init__(self, printer: WindowsPrinter, document: str, sending: _Sending) -> None:
        self._it, self._document, self._sending = printer, document, sending
        self._until = printer._monotonic() + printer._patience.appears_within
        self._job: SpoolJob | None = None
        self._taken_back = False

    def watch(self) -> Watched:
        try:
            jobs = self._it._spooler.list_jobs(self._it._printer)
        except SpoolerAway:
            return Watched("waiting", AWAY)
        job = next((one for one in jobs if self._document in one.document), None)
        if job is None:
            return self._gone() if self._job else self._not_seen()
        self._job = job
        if job.status & JOB_DELETED:
            return Watched("failed", None)
        fault = _fault(JOB_FLAGS, job.status) or self._it._fault_of_printer()
        return Watched("out" if job.status & JOB_PRINTED else "waiting", fault, job.pages_printed or None)

    def take_back(self) -> None:
        self._taken_back = True
        if self._job is not None:
            with suppress(SpoolerAway):
                self._it._spooler.delete_job(self._it._printer, self._job.job_id)

    def _gone(self) -> Watched:
        return Watched("failed" if self._taken_back else "out")

    def _not_seen(self) -> Watched:
        if self._sending.failed:
            raise PrinterTrouble(NO_VIEWER)
        if self._taken_back or self._it._monotonic() > self._until:
            raise PrinterTrouble(NOT_CONFIRMED)
        return Watched("waiting", self._it._fault_of_printer())


class _Sending(threading.Thread):
    """The viewer at work; `failed` when it could not send."""

    def __init__(self, send: Send, path: Path, printer: str) -> None:
        super().__init__(name="pdf viewer", daemon=True)
        self._send, self._path, self._printer = send, path, printer
        self.failed = False

    def run(self) -> None:
        try:
            self._send(self._path, self._printer)
        except (OSError, subprocess.SubprocessError):
            self.failed = True

    def join(self, timeout: float | None = None) -> None:
        if self.ident is not None:
            super().join(timeout)


def _remove(path: Path) -> None:
    """A viewer that stays open holds the file; what cannot be removed now is removed at the next start."""
    with suppress(OSError):
        path.unlink()


def _fault(flags: dict[int, Fault], status: int) -> Fault | None:
    return next((fault for flag, fault in flags.items() if status & flag), None)


def send_by_viewer(path: Path, printer: str) -> None:
    """SumatraPDF prints without a window and takes the paper size; else the PC's own viewer is asked. Raises OSError."""
    viewer = next((found for one in VIEWERS if (found := shutil.which(one))), None)
    if viewer is None:
        os.startfile(path, "printto", f'"{printer}"')  # type: ignore[attr-defined]  # noqa: S606
        return
    options = ["-print-to", printer, "-print-settings", "paper=A4,fit,simplex", "-silent", "-exit-when-done"]
    subprocess.run([viewer, *options, str(path)], check=True, timeout=90)
