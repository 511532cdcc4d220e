"""A roster's Excel files: what is given out cannot run or lose digits, what comes in cannot swamp or deceive."""

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from forms.catalogue import load_catalogue
from server.adapters import spreadsheet
from server.adapters.roster_sheet import MAX_ROWS, PAY_COLUMNS, read_form, read_returns, write_form, write_pay_list
from server.adapters.spreadsheet import SpreadsheetFault
from server.domain.roster_entry import columns_of
from tests.rosters import household, person, rewritten, sheet

ITEM = load_catalogue().get_item("NY-002")
COLUMNS = columns_of(ITEM)


def test_the_empty_form_keeps_numbers_as_text_and_reads_back_as_nobody():
    form = write_form(COLUMNS, ("一行一户",))
    page = load_workbook(io.BytesIO(form))["名册"]
    at = [column.name for column in COLUMNS].index("id_number") + 1
    assert {page.cell(row, at).number_format for row in (2, 501)} == {"@"}
    assert read_form(form, COLUMNS) == ([], [])


def test_what_the_payer_is_given_runs_no_formula():
    content = write_pay_list([{"number": "1", "name": "=HYPERLINK(1)", "money": "3.00", "account": "6217000000000001"}])
    cell = load_workbook(io.BytesIO(content))["名册"]["B2"]
    assert (cell.data_type, cell.value) == ("s", "'=HYPERLINK(1)")
    [line], faults = read_returns(content)
    assert (line.texts["name"], line.texts["account"], faults) == ("=HYPERLINK(1)", "6217000000000001", [])


def test_rows_are_known_by_where_they_stand_and_empty_ones_are_none():
    rows = [household(1), {}, household(2)]
    lines, faults = read_form(sheet(ITEM, rows), COLUMNS)
    assert [(line.row, line.texts["id_number"]) for line in lines] == [(2, person(1)), (4, person(2))]
    assert faults == []


@pytest.mark.parametrize(
    ("cell", "words"),
    [("=A1", "公式"), (450521194303150000, "存成了数字"), (4.50521194303e17, "存成了数字"), ("#N/A", "出错")],
)
def test_a_cell_that_is_not_what_it_seems_is_told_without_what_is_in_it(cell, words):
    labels = [column.label for column in COLUMNS]
    row = ["甲" for _ in COLUMNS]
    row[1] = cell
    _, [fault] = read_form(rewritten(labels, [row]), COLUMNS)
    assert fault.row == 2 and words in fault.sentence and str(cell) not in fault.sentence


def test_a_file_too_long_too_wide_or_unpacking_to_too_much_is_refused(monkeypatch):
    labels = [column.label for column in COLUMNS]
    with pytest.raises(SpreadsheetFault, match="太多"):
        read_form(rewritten(labels, [["甲"]] * (MAX_ROWS + 1)), COLUMNS)
    book = Workbook()
    book.active.append(labels)
    book.active.cell(1, 16_000, "远")
    written = io.BytesIO()
    book.save(written)
    with pytest.raises(SpreadsheetFault, match="太多"):
        read_form(written.getvalue(), COLUMNS)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2_000_000)
    monkeypatch.setattr(spreadsheet, "MAX_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(SpreadsheetFault, match="解开后太大"):
        read_form(bomb.getvalue(), COLUMNS)


def test_returns_without_their_columns_are_refused_by_name():
    with pytest.raises(SpreadsheetFault, match="发放结果"):
        read_returns(rewritten([column.label for column in PAY_COLUMNS[:6]], []))
