"""What every printer of the counter can do, and what a print is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

from pypdf import PdfReader
from pypdf.errors import PyPdfError


class PrinterTrouble(Exception):
    """Nothing was printed; the visit stays where it was. The text is Chinese and says what to do."""

    code = "printer_trouble"


@dataclass(frozen=True)
class Printed:
    """What became of a print: the file's place, or None when it went to paper; `copy` counts from 1 for each sheet."""

    path: Path | None
    words: str
    copy: int = 1


class Printer(Protocol):
    """Whatever puts paper in the villager's hand."""

    def print_pdf(self, name: str, pdf: bytes) -> Printed:
        """Return when the paper is out. Raises PrinterTrouble, and then no paper comes later either."""

    def trouble(self) -> str | None:
        """Why the next print would fail, None when it should not."""

    def progress(self) -> str | None:
        """What a print that takes long is doing, in words for the screen; None when nothing is being printed."""


def plain_name(name: str) -> str:
    """Attack: a name with `../` or a leading dash would write elsewhere or become an option."""
    return re.sub(r"[^0-9A-Za-z_-]", "_", name).lstrip("-") or "sheet"


def require_content(pdf: bytes) -> None:
    """A blank sheet never counts as a printed one. Raises PrinterTrouble."""
    try:
        pages = [page.get_contents() for page in PdfReader(BytesIO(pdf)).pages]
    except (PyPdfError, ValueError, KeyError, TypeError, OSError):
        raise PrinterTrouble("这张纸没有做好，没有打。请再点一次“打印”；还不行，请打电话给镇里的管理员。") from None
    if not pages or any(content is None or not content.get_data().strip() for content in pages):
        raise PrinterTrouble("这张纸是空白的，没有打。请再点一次“打印”；还不行，请打电话给镇里的管理员。")


def count_in_words(copy: int) -> str:
    """Nothing for the first copy; from the second on the number, so that nobody takes a reprint for the first."""
    return "" if copy <= 1 else f"，第{copy}次打印"
