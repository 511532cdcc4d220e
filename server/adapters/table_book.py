"""Excel files of tables to read, not to hand in again: figures and lists of cases."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from server.adapters.spreadsheet import harmless

Cell = str | int | float | None
_HEAD = PatternFill("solid", fgColor="F3E3DC")


@dataclass(frozen=True)
class BookSheet:
    """One sheet: its name, the heads of its columns with their widths, and the rows."""

    title: str
    heads: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Cell]]


def write_book(sheets: Sequence[BookSheet]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(page: Worksheet, sheet: BookSheet) -> None:
    for at, (head, width) in enumerate(sheet.heads, 1):
        cell = page.cell(1, at, head)
        cell.font, cell.fill = Font(bold=True), _HEAD
        page.column_dimensions[get_column_letter(at)].width = width
    for number, row in enumerate(sheet.rows, 2):
        for at, value in enumerate(row, 1):
            _set(page, number, at, value)
    page.freeze_panes = "A2"


def _set(page: Worksheet, number: int, at: int, value: Cell) -> None:
    """Numbers stay numbers, so that they can be added up; words can never run as a formula."""
    if value is None:
        return
    if not isinstance(value, str):
        page.cell(number, at, value)
        return
    cell = page.cell(number, at, harmless(value))
    cell.data_type, cell.alignment = "s", Alignment(wrap_text=True, vertical="top")
