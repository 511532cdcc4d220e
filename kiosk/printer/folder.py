"""Writes each sheet as a PDF file, for practice and for PCs whose printer hangs elsewhere."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import Printed, PrinterTrouble, count_in_words, plain_name
from kiosk.safe import NoRoom, write_durably


class FolderPrinter:
    """A Printer into a folder.

    Nothing is written over: what was printed again may differ (a receipt with its case number), so the copies are numbered.
    """

    def __init__(self, folder: Path, ledger: PrintLedger | None = None) -> None:
        self._folder, self._ledger = folder, ledger or PrintLedger()
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        with self._lock, self._ledger.recording(name):
            copy = self._next_copy(plain_name(name))
            path = self._folder / f"{plain_name(name)}-{copy}.pdf"
            try:
                write_durably(path, pdf)
            except (OSError, NoRoom):
                raise PrinterTrouble("文件存不下去，没有打成。请看看硬盘满了没有。") from None
        return Printed(path, f"已存成文件 {path.name}{count_in_words(copy)}", copy)

    def _next_copy(self, name: str) -> int:
        """One above the highest there is: a swept copy's number is not given to a later one."""
        copies = [re.fullmatch(rf"{name}-(\d+)\.pdf", file.name) for file in self._folder.glob(f"{name}-*.pdf")]
        return 1 + max((int(copy[1]) for copy in copies if copy), default=0)

    def trouble(self) -> str | None:
        return None if self._folder.is_dir() else "存打印文件的文件夹不见了"

    def progress(self) -> None:
        """A file is written at once."""

    def sweep(self, keep_days: int) -> None:
        """Printed sheets show answers in the clear, so they do not stay for ever (8.1.4.10 剩余信息保护)."""
        for file in self._folder.glob("*.pdf"):
            with suppress(OSError):  # a viewer on Windows may hold it; it goes at a later start
                if time.time() - file.stat().st_mtime > timedelta(days=keep_days).total_seconds():
                    file.unlink()
