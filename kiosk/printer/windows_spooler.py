"""The door to the Windows print spooler (winspool.drv by ctypes): how a printer is, which jobs it has, take one back.

Structures and numbers are those of winspool.h. Nothing here is imported by name on other systems, but everything loads there.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import byref, c_void_p, c_wchar_p, sizeof
from dataclasses import dataclass
from typing import Any, Protocol

DWORD, WORD = ctypes.c_uint32, ctypes.c_uint16
JOB_CONTROL_DELETE = 5
MOST_JOBS = 256


class SpoolerAway(Exception):
    """The spooler does not know the printer, or does not answer."""


@dataclass(frozen=True)
class SpoolJob:
    """One job in a printer's queue; `status` and `printer` are the flags of winspool.h."""

    job_id: int
    document: str
    status: int
    pages_printed: int


class Spooler(Protocol):
    """What the printing room needs of Windows."""

    def printer_status(self, printer: str) -> int:
        """PRINTER_STATUS flags. Raises SpoolerAway."""

    def list_jobs(self, printer: str) -> list[SpoolJob]:
        """Raises SpoolerAway."""

    def delete_job(self, printer: str, job_id: int) -> None:
        """Raises SpoolerAway."""


class SystemTime(ctypes.Structure):
    """SYSTEMTIME."""

    _fields_ = [(name, WORD) for name in ("year", "month", "weekday", "day", "hour", "minute", "second", "millisecond")]


class JobInfo1(ctypes.Structure):
    """JOB_INFO_1W."""

    _fields_ = [
        ("JobId", DWORD),
        ("pPrinterName", c_wchar_p),
        ("pMachineName", c_wchar_p),
        ("pUserName", c_wchar_p),
        ("pDocument", c_wchar_p),
        ("pDatatype", c_wchar_p),
        ("pStatus", c_wchar_p),
        ("Status", DWORD),
        ("Priority", DWORD),
        ("Position", DWORD),
        ("TotalPages", DWORD),
        ("PagesPrinted", DWORD),
        ("Submitted", SystemTime),
    ]


class WindowsSpooler:
    """The spooler of this PC. `library` is winspool.drv, replaced in tests."""

    def __init__(self, library: Any = None) -> None:
        self._library = library if library is not None else ctypes.WinDLL("winspool.drv")  # type: ignore[attr-defined]

    def printer_status(self, printer: str) -> int:
        with self._opened(printer) as handle:
            buffer, _ = self._filled(lambda *room: self._library.GetPrinterW(handle, 6, *room))
        return DWORD.from_buffer(buffer).value if len(buffer) >= sizeof(DWORD) else 0

    def list_jobs(self, printer: str) -> list[SpoolJob]:
        returned = DWORD()
        with self._opened(printer) as handle:
            buffer, _ = self._filled(
                lambda *room: self._library.EnumJobsW(handle, 0, MOST_JOBS, 1, *room, byref(returned))
            )
        rows = (JobInfo1 * returned.value).from_buffer(buffer) if returned.value else []
        return [SpoolJob(row.JobId, row.pDocument or "", row.Status, row.PagesPrinted) for row in rows]

    def delete_job(self, printer: str, job_id: int) -> None:
        with self._opened(printer) as handle:
            self._library.SetJobW(handle, job_id, 0, None, JOB_CONTROL_DELETE)

    @contextmanager
    def _opened(self, printer: str) -> Iterator[c_void_p]:
        handle = c_void_p()
        if not self._library.OpenPrinterW(c_wchar_p(printer), byref(handle), None):
            raise SpoolerAway
        try:
            yield handle
        finally:
            self._library.ClosePrinter(handle)

    def _filled(self, call: Callable[..., int]) -> tuple[ctypes.Array[ctypes.c_char], int]:
        """Windows is asked twice: how much room it needs, then to fill it. What it points to lies in the same room."""
        needed = DWORD()
        call(None, 0, byref(needed))
        room = ctypes.create_string_buffer(max(needed.value, 1))
        if needed.value and not call(room, needed.value, byref(needed)):
            raise SpoolerAway
        return room, needed.value
