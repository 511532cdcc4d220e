"""Puts a PDF on paper: into a folder, or through a CUPS queue; A4 always, and every trouble told in Chinese."""

import logging
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from kiosk.safe import NoRoom, write_durably

log = logging.getLogger("kiosk.printer")

COMMAND_SECONDS = 15
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"


class PrinterTrouble(Exception):
    """Nothing was printed; the visit stays where it was."""

    code = "printer_trouble"


@dataclass(frozen=True)
class Printed:
    """What became of a print: the file's place, or None when it went to a queue."""

    path: Path | None
    words: str


class Printer(Protocol):
    """Whatever puts paper in the villager's hand."""

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        """Raises PrinterTrouble."""

    def trouble(self) -> str | None:
        """Why the next print would fail, None when it should not."""


class FolderPrinter:
    """Writes each sheet as a PDF file, for practice and for PCs whose printer hangs elsewhere.

    Nothing is written over: what was printed again may differ (a receipt with its case number), so the copies are numbered.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        with self._lock:
            copy = self._next_copy(_plain(name))
            path = self._folder / f"{_plain(name)}-{copy}.pdf"
            try:
                write_durably(path, pdf)
            except (OSError, NoRoom):
                raise PrinterTrouble("文件存不下去，没有打成。请看看硬盘满了没有。") from None
        _note(name, copy)
        return Printed(path, f"已存成文件 {path.name}")

    def _next_copy(self, name: str) -> int:
        """One above the highest there is: a swept copy's number is not given to a later one."""
        copies = [re.fullmatch(rf"{name}-(\d+)\.pdf", file.name) for file in self._folder.glob(f"{name}-*.pdf")]
        return 1 + max((int(copy[1]) for copy in copies if copy), default=0)

    def trouble(self) -> str | None:
        return None if self._folder.is_dir() else "存打印文件的文件夹不见了"

    def sweep(self, keep_days: int) -> None:
        """Printed sheets show answers in the clear, so they do not stay for ever (8.1.4.10 剩余信息保护)."""
        for file in self._folder.glob("*.pdf"):
            if time.time() - file.stat().st_mtime > timedelta(days=keep_days).total_seconds():
                file.unlink(missing_ok=True)


class CupsPrinter:
    """Hands the PDF to a CUPS queue through `lp`, on its standard input so that no copy stays on the disk."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._copies: Counter[str] = Counter()

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        trouble = self.trouble()
        if trouble:
            raise PrinterTrouble(f"没有打成：{trouble}。修好再点一次“打印”。")
        options = ["-o", "media=A4", "-o", "fit-to-page", "-o", "sides=one-sided"]
        done = _command(["lp", "-d", self._queue, "-t", _plain(name), *options, "--", "-"], pdf)
        if done is None or done.returncode != 0:
            raise PrinterTrouble("打印机没有接下这张纸。请看看打印机开了没有、线插好没有，再点一次“打印”。")
        self._copies[name] += 1
        _note(name, self._copies[name])
        return Printed(None, "已送到打印机")

    def trouble(self) -> str | None:
        if shutil.which("lp", path=SEARCH_PATH) is None or shutil.which("lpstat", path=SEARCH_PATH) is None:
            return "这台电脑没有装打印程序"
        state = _command(["lpstat", "-p", self._queue], b"")
        if state is None:
            return "打印程序没有反应"
        if state.returncode != 0:
            return f"没有叫“{self._queue}”的打印机"
        words = state.stdout.decode("utf-8", "replace")
        if "disabled" in words:
            return "打印机停了，可能缺纸或卡纸"
        return None


def _command(words: list[str], given: bytes) -> subprocess.CompletedProcess[bytes] | None:
    """Run without a shell; None when it did not come back in time. LC_ALL=C keeps its words the ones we look for."""
    program = shutil.which(words[0], path=SEARCH_PATH) or words[0]
    environment = {"LC_ALL": "C", "PATH": SEARCH_PATH}
    try:
        return subprocess.run(
            [program, *words[1:]],
            input=given,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _note(name: str, copy: int) -> None:
    """Which sheet and which copy; the names are made of item codes and ids, never of answers."""
    log.info("printed %s, copy %s", _plain(name), copy)


def _plain(name: str) -> str:
    """Attack: a name with `../` or a leading dash would write elsewhere or become an option."""
    return re.sub(r"[^0-9A-Za-z_-]", "_", name).lstrip("-") or "sheet"


def printer_for(choice: str, folder: Path) -> Printer:
    """The printer the settings name."""
    return FolderPrinter(folder) if choice == "pdf" else CupsPrinter(choice)
