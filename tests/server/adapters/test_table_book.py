"""What stands in an Excel file of figures and lists: words that neither run nor keep the file from being written."""

import io

from openpyxl import load_workbook

from server.adapters.table_book import BookSheet, write_book


def written(words: str):
    book = load_workbook(io.BytesIO(write_book([BookSheet("表", [("列", 20)], [[words]])])))
    return book["表"].cell(2, 1)


def test_words_that_begin_like_a_formula_stay_words():
    cell = written("=HYPERLINK(1)")
    assert (cell.data_type, cell.value) == ("s", "'=HYPERLINK(1)")


def test_one_opinion_with_a_control_character_does_not_cost_everybody_the_list():
    """The attack: a sign XML cannot hold, pasted into one field, and no official gets the file any more."""
    assert written("属实\x0b\x1b。").value == "属实。"
    assert written("\x0b=1+1").value == "'=1+1"


def test_line_breaks_are_kept():
    assert written("一\n二").value == "一\n二"
