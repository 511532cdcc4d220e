"""Excel files of a roster: the empty form a village fills in, the list the payer takes, and the returns that come back."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from server.adapters.spreadsheet import HEAD, SpreadsheetFault, cell_text, harmless, open_workbook
from server.domain.roster_entry import Column

SHEET = "名册"
MAX_ROWS, MAX_COLUMNS = 2_000, 40
# Excel keeps fifteen digits of a number: of an ID or account number typed as one the rest is already lost.
_EXACT = 10**15
_TEXT = "@"
PAY_COLUMNS = (
    Column("number", "序号", "number"),
    Column("name", "姓名", "name"),
    Column("id_number", "公民身份号码", "id_number"),
    Column("holder", "收款户名", "holder"),
    Column("account", "收款账号", "account"),
    Column("money", "金额（元）", "money"),
    Column("result", "发放结果", "text", False),
    Column("reason", "退回原因", "text", False),
)
_NEEDED_BACK = frozenset({"number", "name", "money", "result"})


@dataclass(frozen=True)
class Line:
    """One filled row of a sheet: where it stands and what its cells say."""

    row: int
    texts: Mapping[str, str]


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row, in words; the cell's content is not repeated: it may be somebody's number."""

    row: int
    sentence: str


def write_form(columns: tuple[Column, ...], lines: Iterable[str]) -> bytes:
    """The empty form of an item's roster, `lines` of explanation on a sheet beside it."""
    book, sheet = _new_book(columns)
    notes = book.create_sheet("说明")
    for row, line in enumerate(lines, 1):
        notes.cell(row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    notes.column_dimensions["A"].width = 90
    for at in range(1, len(columns) + 1):
        for row in range(2, 502):
            sheet.cell(row, at).number_format = _TEXT  # else Excel makes a number of an ID number
    return _saved(book)


def write_pay_list(rows: Iterable[Mapping[str, str]]) -> bytes:
    """What goes to the payer, and comes back with the result of each row."""
    book, sheet = _new_book(PAY_COLUMNS)
    for number, texts in enumerate(rows, 2):
        for at, column in enumerate(PAY_COLUMNS, 1):
            cell = sheet.cell(number, at, harmless(texts.get(column.name, "")))
            cell.data_type, cell.number_format = "s", _TEXT
    return _saved(book)


def _new_book(columns: tuple[Column, ...]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    book.remove(book.active)
    sheet = book.create_sheet(SHEET)
    for at, column in enumerate(columns, 1):
        head = sheet.cell(1, at, column.label)
        head.font, head.fill = Font(bold=True), HEAD
        sheet.column_dimensions[get_column_letter(at)].width = 24 if column.kind in ("id_number", "account") else 16
    sheet.freeze_panes = "A2"
    return book, sheet


def _saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_form(content: bytes, columns: tuple[Column, ...]) -> tuple[list[Line], list[RowFault]]:
    """Every filled row and what cannot be read of it. Raises SpreadsheetFault."""
    return _read(content, columns, frozenset(column.name for column in columns))


def read_returns(content: bytes) -> tuple[list[Line], list[RowFault]]:
    """The payer's list as it came back. Raises SpreadsheetFault."""
    return _read(content, PAY_COLUMNS, _NEEDED_BACK)


def _read(content: bytes, columns: tuple[Column, ...], needed: frozenset[str]) -> tuple[list[Line], list[RowFault]]:
    sheet = _sheet_of(open_workbook(content, formulas=True))
    by_label = {column.label: column.name for column in columns}
    rows = sheet.iter_rows()
    names = [by_label.get(cell_text(cell.value)) for cell in next(rows, ())]
    if missing := [column.label for column in columns if column.name in needed and column.name not in names]:
        raise SpreadsheetFault(f"表头缺“{'”“'.join(missing)}”。请用本页下载的表填，不要改表头。")
    lines, faults = [], []
    for number, cells in enumerate(rows, 2):
        placed = [(name, cell) for name, cell in zip(names, cells, strict=False) if name]
        texts = {name: cell_text(cell.value) for name, cell in placed}
        if any(texts.values()):
            labels = {column.name: column.label for column in columns}
            faults += [RowFault(number, said) for name, cell in placed if (said := _cell_fault(labels[name], cell))]
            lines.append(Line(number, texts))
    return lines, faults


def _sheet_of(book: Workbook) -> Worksheet:
    sheet: Any = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
    # The attack: one cell in the last column or row makes the reader lay out millions.
    if sheet.max_row > MAX_ROWS + 1 or sheet.max_column > MAX_COLUMNS:
        size = f"{sheet.max_row} 行 {sheet.max_column} 列"
        raise SpreadsheetFault(
            f"表有 {size}，太多了。一份名册最多 {MAX_ROWS} 户，请删掉下面和右边的空格子，或分几批报。"
        )
    return sheet


def _cell_fault(label: str, cell: Cell) -> str | None:
    """The attack: a formula shows one thing to who checks the sheet and gives another to who reads it in."""
    if cell.data_type == "f":
        return f"“{label}”是公式，请改成写好的值（复制，再“选择性粘贴”为数值）"
    if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool) and abs(cell.value) >= _EXACT:
        return f"“{label}”被Excel存成了数字，后几位已经不对了。请把这一列设成“文本”，再重新填号码"
    return f"“{label}”是出错的格子，请改好" if cell.data_type == "e" else None
