"""Stays with a print until the paper is out: how long a fault may last, what is taken back, and one print for two presses."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import Printed, PrinterTrouble, count_in_words, require_content
from kiosk.printer.reasons import SERVICE, SILENT, Fault

Stand = Literal["waiting", "out", "failed"]
NOT_TAKEN_BACK = "这一张没能从打印队列里收回；它自己出来时，请不要再打一张。"


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds; `twice_within` takes a second press for a slip of the finger."""

    whole: float = 180.0
    pause: float = 0.5
    twice_within: float = 4.0
    taken_back_within: float = 10.0
    #: until a viewer has handed a sheet to the spooler
    appears_within: float = 45.0


@dataclass(frozen=True)
class Watched:
    """Where a print stands, what keeps it from coming out, and how many sheets were counted (None: the driver does not)."""

    stand: Stand
    fault: Fault | None = None
    sheets: int | None = None


class FollowedPrinter(ABC):
    """A Printer whose prints are followed; one at a time."""

    def __init__(self, ledger: PrintLedger | None, patience: Patience | None, monotonic: Callable[[], float]) -> None:
        self._ledger, self._patience = ledger or PrintLedger(), patience or Patience()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._begun: float | None = None
        self._last: tuple[str, float, Printed] | None = None

    @abstractmethod
    def _print(self, name: str, pdf: bytes) -> int | None:
        """Print one copy and return the sheets counted. Raises PrinterTrouble."""

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        """Return when the paper is out. Raises PrinterTrouble."""
        with self._lock:
            if self._last and self._last[0] == name and self._monotonic() - self._last[1] < self._patience.twice_within:
                return self._last[2]
            require_content(pdf)
            self._begun = self._monotonic()
            try:
                with self._ledger.recording(name) as copy:
                    sheets = self._print(name, pdf)
            finally:
                self._begun = None
            printed = Printed(None, _words(sheets) + count_in_words(copy), copy)
            self._last = (name, self._monotonic(), printed)
            return printed

    def progress(self) -> str | None:
        """What the print in hand is doing, None when there is none."""
        begun = self._begun
        return None if begun is None else f"正在打印，已等{max(0, round(self._monotonic() - begun))}秒"

    def _follow(self, watch: Callable[[], Watched], take_back: Callable[[], None]) -> int | None:
        """Until the print is out. A fault that lasts takes it back: nobody must find it in the tray tomorrow."""
        until = self._monotonic() + self._patience.whole
        lasting: tuple[Fault, float] | None = None
        while True:
            seen, now = watch(), self._monotonic()
            if seen.stand == "out":
                return seen.sheets
            if seen.stand == "failed":
                raise PrinterTrouble((seen.fault or SERVICE).sentence)
            if seen.fault is None or lasting is None or lasting[0] != seen.fault:
                lasting = None if seen.fault is None else (seen.fault, now)
            if now > until or (lasting and now - lasting[1] > lasting[0].grace_seconds):
                take_back()
                return self._await_end(watch, seen.fault or SILENT)
            time.sleep(self._patience.pause)

    def _await_end(self, watch: Callable[[], Watched], fault: Fault) -> int | None:
        """After a cancel; a print that came out meanwhile is printed after all."""
        until = self._monotonic() + self._patience.taken_back_within
        while self._monotonic() < until:
            seen = watch()
            if seen.stand == "out":
                return seen.sheets
            if seen.stand == "failed":
                raise PrinterTrouble(fault.sentence)
            time.sleep(self._patience.pause)
        raise PrinterTrouble(fault.sentence + NOT_TAKEN_BACK)


def _words(sheets: int | None) -> str:
    """Few drivers count; where one counted nothing, somebody has to look."""
    return "打印机说打好了，请看一眼纸上有没有字" if sheets == 0 else "打好了"
