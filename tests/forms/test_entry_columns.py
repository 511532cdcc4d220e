"""Entries as officials see them in a form or a spreadsheet: nothing is lost, and what cannot be read is told in place."""

from typing import get_args

import pytest

from forms.catalogue import SHAPES, content_of, load_catalogue
from forms.entry_columns import (
    SHEETS,
    CellFault,
    Column,
    EntryTexts,
    content_of_texts,
    place_in_words,
    text_of,
    texts_of,
    value_of,
)

CATALOGUE = load_catalogue()
KINDS = list(SHEETS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_shape_has_its_column(kind):
    """A field without one would be lost by the first official who saves the entry."""
    sheet, shape = SHEETS[kind], SHAPES[kind]
    shown = {column.name for column in sheet.columns} | {table.name for table in sheet.tables}
    assert {field.alias or name for name, field in shape.model_fields.items()} == shown
    for table in sheet.tables:
        record = get_args(shape.model_fields[table.name].annotation)[0]
        assert set(record.model_fields) == {column.name for column in table.columns}, table.name


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_comes_back_from_its_texts_as_it_was(kind):
    for entry in CATALOGUE.entries(kind).values():
        content, faults = content_of_texts(kind, texts_of(kind, content_of(entry)))
        assert faults == []
        assert SHAPES[kind].model_validate(content) == entry, entry.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_label_is_used_once_so_that_a_column_is_found_by_its_head(kind):
    sheet = SHEETS[kind]
    for columns in (sheet.columns, *(table.columns for table in sheet.tables)):
        labels = [column.label for column in columns]
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (Column("days", "天数", "number"), " 19 ", 19),
        (Column("days", "天数", "number"), "19.0", 19),
        (Column("batch", "成批", "yes_no"), "是", True),
        (Column("batch", "成批", "yes_no"), "FALSE", False),
        (Column("level", "哪一级", "choice", {"village": "村"}), "村", "village"),
        (Column("level", "哪一级", "choice", {"village": "村"}), "village", "village"),
        (Column("lines", "条件", "lines"), "一\n\n 二 ", ["一", "二"]),
        (Column("words", "选项", "words"), "甲、乙，丙", ["甲", "乙", "丙"]),
        (Column("words", "选项", "words"), "修缮、加固 | 新建 |", ["修缮、加固", "新建"]),
        (Column("since", "起", "date"), "2026-01-31 00:00:00", "2026-01-31"),
        (
            Column("extension", "延长", "pairs"),
            "max_days：45\nreason：特殊情况",
            {"max_days": "45", "reason": "特殊情况"},
        ),
        (Column("when", "情况", "condition"), "by_agent = 是", {"field": "by_agent", "equals": True}),
        (Column("note", "说明"), "   ", None),
    ],
)
def test_what_people_write_is_understood(column, text, value):
    assert value_of(column, text) == value


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        (Column("days", "天数", "number"), "三天", "要写整数"),
        (Column("days", "天数", "number"), "-3", "要写整数"),
        (Column("batch", "成批", "yes_no"), "也许", "要写 是 或 否"),
        (Column("level", "哪一级", "choice", {"village": "村", "city": "市"}), "省", "只能写：村、市"),
        (Column("since", "起", "date"), "2026年1月", "要写成 2026-01-31"),
        (Column("extension", "延长", "pairs"), "45天", "名称：内容"),
        (Column("when", "情况", "condition"), "看着办", "看不懂条件"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_is_allowed(column, text, told):
    with pytest.raises(CellFault, match=told):
        value_of(column, text)


def test_a_word_with_a_comma_of_its_own_survives():
    column = Column("words", "选项", "words")
    for words in (["修缮、加固"], ["修缮、加固", "新建"], ["甲", "乙"]):
        assert value_of(column, text_of(column, words)) == words


def test_a_fault_says_in_which_row_of_which_table():
    texts = texts_of("item", content_of(CATALOGUE.get_item("MZ-008")))
    rows = texts.tables["stages"]
    spoilt = EntryTexts(
        texts.own, {**texts.tables, "stages": [rows[0], {**rows[1], "promised_days": "三天"}, *rows[2:]]}
    )
    [fault] = content_of_texts("item", spoilt)[1]
    assert (fault.table, fault.row, fault.column) == ("stages", 1, "promised_days")


@pytest.mark.parametrize(
    ("kind", "field", "words"),
    [
        ("item", "promised_days", "承诺时限"),
        ("item", "stages.s3.department", "环节 s3·部门"),
        ("item", "materials.第2项.name", "材料 第2项·材料名称"),
        ("power", "steps.s4.next", "步骤 s4·下一步"),
        ("item", "by_agent.when", "by_agent·when"),
    ],
)
def test_a_fault_is_placed_in_the_words_of_the_form(kind, field, words):
    assert place_in_words(kind, field) == words
