"""打印台账: every print and reprint, kept for good in the data folder; which sheet, never whose."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from kiosk.printer.protocol import PrinterTrouble, plain_name

Outcome = Literal["begun", "printed", "failed"]
log = logging.getLogger("kiosk.printer")


class PrintLedger:
    """Lines of JSON, each flushed to the disk before the next thing happens; without a file it counts in memory only."""

    def __init__(
        self,
        file: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        who: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`who` gives the sign-in name of the agent at the counter."""
        self._file, self._now, self._who = file, now, who
        self._lock = threading.Lock()
        self._copies = Counter(line["sheet"] for line in self.lines() if line["outcome"] == "printed")

    @contextmanager
    def recording(self, name: str) -> Iterator[int]:
        """Around one print: gives the number of this copy, and writes down whether it came out.

        A line `begun` without a second one was cut off by a power cut. Raises PrinterTrouble when nothing can be kept.
        """
        sheet = plain_name(name)
        copy = self._copies[sheet] + 1
        self._write(sheet, copy, "begun")
        try:
            yield copy
        except BaseException:
            self._write(sheet, copy, "failed")
            raise
        self._copies[sheet] += 1
        self._write(sheet, copy, "printed")
        log.info("printed %s, copy %s", sheet, copy)

    def lines(self) -> list[dict[str, Any]]:
        """What was written: sheet, copy, outcome, at (ISO, UTC), agent. A last line torn by a power cut is left out."""
        if self._file is None or not self._file.exists():
            return []
        return [line for line in map(_read_line, self._file.read_text("utf-8", "replace").splitlines()) if line]

    def _write(self, sheet: str, copy: int, outcome: Outcome) -> None:
        if self._file is None:
            return
        line = {"sheet": sheet, "copy": copy, "outcome": outcome, "at": self._now().isoformat(), "agent": self._who()}
        try:
            with self._lock:
                _append_durably(self._file, json.dumps(line, ensure_ascii=False))
        except OSError:
            if outcome == "begun":
                raise PrinterTrouble("打印台账写不下去，没有打。请看看硬盘满了没有。") from None
            log.error("the print ledger could not be written")


def _append_durably(file: Path, line: str) -> None:
    """A newline first where the last line was torn, so that only that one is lost."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as opened:
        size = opened.seek(0, os.SEEK_END)
        torn = size > 0 and _last_byte(opened, size) != b"\n"
        opened.write((b"\n" if torn else b"") + line.encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _last_byte(opened: Any, size: int) -> bytes:
    opened.seek(size - 1)
    return bytes(opened.read(1))


def _read_line(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    whole = isinstance(line, dict) and {"sheet", "copy", "outcome"} <= line.keys() and isinstance(line["sheet"], str)
    return line if whole else None
