"""Excel files (.xlsx) of the catalogue: officials keep such lists in Excel, so they get them out and hand them in again."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from forms.catalogue import Kind
from forms.catalogue_reading import Finding
from forms.entry_columns import SHEETS, Column, EntryTexts, Table, texts_of

CODE = Column("code", "编码")
MAX_FILE_BYTES = 8 * 1024 * 1024
# The attack: a small file that unpacks to gigabytes (zip bomb), or a sheet of a million empty rows.
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS = 20_000, 100
_WIDTHS = {"long": 48, "lines": 48, "condition": 32, "pairs": 32, "words": 28, "text": 20}
HEAD = PatternFill("solid", fgColor="F3E3DC")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class SpreadsheetFault(ValueError):
    """A file that is no usable workbook; the text says what to do."""


@dataclass(frozen=True)
class SheetEntry:
    """One entry of a workbook as text, and in which row of which sheet each piece stands."""

    kind: Kind
    code: str
    texts: EntryTexts
    row: int
    rows: dict[str, list[int]] = field(default_factory=dict)

    def place(self, table: str, index: int) -> str:
        """材料 第12行."""
        sheet = SHEETS[self.kind]
        if not table:
            return f"{sheet.label} 第{self.row}行"
        label = next(one.label for one in sheet.tables if one.name == table)
        rows = self.rows.get(table, [])
        return f"{label} 第{rows[index]}行" if index < len(rows) else label


def write_workbook(entries: Mapping[Kind, Iterable[Mapping[str, Any]]]) -> bytes:
    """A workbook with a sheet per kind and per table, rows of a table under their entry's code; choices as drop-downs."""
    book = Workbook()
    book.remove(book.active)
    _explain(book.create_sheet("说明"))
    for kind, contents in entries.items():
        texts = [(str(content["code"]), texts_of(kind, content)) for content in contents]
        sheet = SHEETS[kind]
        _fill(book.create_sheet(sheet.label), sheet.columns, [one.own for _, one in texts])
        for table in sheet.tables:
            rows = [{"code": code, **row} for code, one in texts for row in one.tables[table.name]]
            _fill(book.create_sheet(table.label), (CODE, *table.columns), rows)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _explain(sheet: Worksheet) -> None:
    lines = (
        "农事网通 · 目录表。改好后在办件台“目录 → 从Excel导入”里交回来，先成为草稿，另一位同事复核后才生效。",
        "一行一条；“材料”“环节”这些表用第一列“编码”对应到事项。不要改表头。",
        "带下拉的列只能选下拉里的；空着就是没有。一格里写几条的，每条一行（Alt+回车）。",
        "条件的写法：字段 = 值；字段 属于 甲、乙；字段 >= 数；年龄(字段) < 数；问：只能由人判断的话；用 且、或 连接，可以加括号。",
        "没有确认的时限、标准，“确认情况”写“待本地确认”，网页和告知单上会照样说明。",
    )
    for row, line in enumerate(lines, 1):
        sheet.cell(row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 100


def _fill(sheet: Worksheet, columns: tuple[Column, ...], rows: list[dict[str, str]]) -> None:
    for at, column in enumerate(columns, 1):
        head = sheet.cell(1, at, column.label)
        head.font, head.fill = Font(bold=True), HEAD
        if column.hint:
            head.comment = Comment(column.hint, "农事网通")
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column.widget, 12)
        _offer_choices(sheet, column, at, len(rows) + 200)
    for number, row in enumerate(rows, 2):
        for at, column in enumerate(columns, 1):
            if text := row.get(column.name, ""):
                cell = sheet.cell(number, at, harmless(text))
                cell.data_type, cell.alignment = "s", Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "C2"


def harmless(text: str) -> str:
    """The attack (CSV injection): text that begins with = runs as a formula on the next official's machine.

    Cells are written as text, which Excel keeps; a quote before it also keeps other programs from running it. Signs XML
    cannot hold are left out: one of them in one opinion would keep the whole file from being written.
    """
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return "'" + text if text.startswith(FORMULA_SIGNS) else text


def _offer_choices(sheet: Worksheet, column: Column, at: int, last: int) -> None:
    words = list(column.choices.values()) if column.choices else ["是", "否"] if column.widget == "yes_no" else []
    if words:
        validation = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        validation.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{last}")
        sheet.add_data_validation(validation)


def read_workbook(content: bytes) -> tuple[list[SheetEntry], list[Finding]]:
    """Every entry of the workbook's sheets as text, and whatever cannot be placed. Raises SpreadsheetFault."""
    book = open_workbook(content)
    findings: list[Finding] = []
    entries: list[SheetEntry] = []
    for kind, sheet in SHEETS.items():
        if sheet.label in book.sheetnames:
            found, faults = _read_kind(book, kind)
            entries += found
            findings += faults
    if not entries and not findings:
        names = "、".join(sheet.label for sheet in SHEETS.values())
        raise SpreadsheetFault(f"这个文件里没有叫“{names}”的表，或表是空的。请用本系统导出的Excel改好再交回来。")
    return entries, findings


def read_region_rows(content: bytes, name: str) -> list[tuple[str, str]]:
    """Code and name of each line of a year's list: .xlsx, or .csv in UTF-8 or GB 18030. Raises SpreadsheetFault."""
    if name.lower().endswith(".csv"):
        try:
            return [(row[0], row[1]) for row in csv.reader(_decoded(content).splitlines()) if len(row) >= 2]
        except csv.Error:
            raise SpreadsheetFault("CSV文件读不懂，可能引号不成对。请在Excel里另存一次，再交。") from None
    sheet = open_workbook(content).worksheets[0]
    if sheet.max_row > MAX_ROWS:
        raise SpreadsheetFault(f"表有 {sheet.max_row} 行，太多了。请只留本市的区划。")
    return [
        (cell_text(row[0]), cell_text(row[1])) for row in sheet.iter_rows(values_only=True, max_col=2) if len(row) >= 2
    ]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise SpreadsheetFault("CSV文件的编码认不出。请在Excel里另存为“CSV UTF-8”，再交一次。")


def open_workbook(content: bytes, *, formulas: bool = False) -> Workbook:
    """A handed-in file, its size checked before it is unpacked; with `formulas` as written, else as last computed."""
    if len(content) > MAX_FILE_BYTES:
        raise SpreadsheetFault("文件太大，没有收下。请只留要改的那几条再交。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise SpreadsheetFault("文件解开后太大，没有收下。请只留要改的那几条再交。")
        return load_workbook(io.BytesIO(content), data_only=not formulas, read_only=False)
    except SpreadsheetFault:
        raise
    except Exception:  # openpyxl raises many kinds for a file it cannot read; whatever it was, the file is of no use
        raise SpreadsheetFault("打不开，不是 .xlsx 格式的Excel文件。请在Excel里“另存为”xlsx，再交一次。") from None


def _read_kind(book: Workbook, kind: Kind) -> tuple[list[SheetEntry], list[Finding]]:
    sheet = SHEETS[kind]
    own, findings = _read_rows(_worksheet(book, sheet.label), sheet.columns)
    entries: dict[str, SheetEntry] = {}
    for row, texts in own:
        code = texts.get("code", "").strip()
        if not code or code in entries:
            said = f"编码“{code}”上面已经有一行了" if code else "没有写编码"
            findings.append(Finding(sheet.label, code or "（无编码）", f"第{row}行·编码", said))
            continue
        tables = {table.name: [] for table in sheet.tables}
        entries[code] = SheetEntry(
            kind, code, EntryTexts(texts, tables), row, {table.name: [] for table in sheet.tables}
        )
    for table in sheet.tables:
        if table.label in book.sheetnames:
            findings += _read_table(_worksheet(book, table.label), table, entries)
        elif entries:
            # Taken for "there are none", a sheet somebody deleted would empty every entry of it.
            findings.append(Finding(table.label, "表", "", "文件里缺这张表。请用导出的文件改，不要删表"))
    return list(entries.values()), findings


def _worksheet(book: Workbook, label: str) -> Worksheet:
    sheet = book[label]
    if not isinstance(sheet, Worksheet):
        raise SpreadsheetFault(f"“{label}”是图表，不是表格。请用本系统导出的Excel改好再交回来。")
    return sheet


def _read_table(sheet: Worksheet, table: Table, entries: dict[str, SheetEntry]) -> list[Finding]:
    rows, findings = _read_rows(sheet, (CODE, *table.columns))
    for row, texts in rows:
        code = texts.pop("code", "").strip()
        if code not in entries:
            findings.append(Finding(table.label, code or "（无编码）", f"第{row}行·编码", f"编码“{code}”在主表里没有"))
            continue
        entries[code].texts.tables[table.name].append(texts)
        entries[code].rows[table.name].append(row)
    return findings


def _read_rows(sheet: Worksheet, columns: tuple[Column, ...]) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    by_label = {column.label: column.name for column in columns}
    read: list[tuple[int, dict[str, str]]] = []
    names: list[str | None] = []
    findings: list[Finding] = []
    # The attack: one cell in the last column makes the reader lay out sixteen thousand in every row.
    if sheet.max_row > MAX_ROWS or sheet.max_column > MAX_COLUMNS:
        size = f"{sheet.max_row} 行 {sheet.max_column} 列"
        raise SpreadsheetFault(f"“{sheet.title}”表有 {size}，太多了。请删掉下面和右边的空格子，或只留要改的几条。")
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        texts = [cell_text(value) for value in cells]
        if number == 1:
            names = [by_label.get(text) for text in texts]
            findings += [
                Finding(sheet.title, "表头", f"第{at}列", f"不认识“{text}”这一列，请不要改表头")
                for at, (text, name) in enumerate(zip(texts, names, strict=True), 1)
                if text and name is None
            ]
            findings += [
                Finding(sheet.title, "表头", column.label, "缺这一列。请用导出的文件改，不要删列")
                for column in columns
                if column.name not in names
            ]
        elif any(texts):
            read.append((number, {name: text for name, text in zip(names, texts, strict=True) if name}))
    return read, findings


def cell_text(value: Any) -> str:
    """A cell as its official typed it: Excel turns 19 into 19.0 and dates into moments."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_SIGNS) else text
