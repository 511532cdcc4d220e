"""The catalogue goes out as Excel and YAML and comes in again, all of a file or nothing, each fault by its row."""

import io

import pytest
import yaml
from openpyxl import load_workbook

from forms.catalogue import content_of
from server.adapters.spreadsheet import SpreadsheetFault
from server.domain.catalogue_version import VersionAction, VersionRefused
from server.services import catalogue as versions
from server.services import catalogue_page
from server.services.catalogue_exchange import ImportRefused, export_excel, export_yaml, import_excel, import_yaml
from tests.factories import VILLAGE_AGENT
from tests.server.services.test_catalogue import HEAD, SECOND, WRITER, act

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KINDS = ("item", "power", "policy")
ONE = frozenset({"MZ-008"})


def excel(installation, codes=ONE, kinds=KINDS) -> bytes:
    with installation.look() as work:
        return export_excel(work.catalogue, kinds, codes)


def changed_excel(installation, change, codes=ONE) -> bytes:
    """An exported workbook after an official's hands."""
    book = load_workbook(io.BytesIO(excel(installation, codes)))
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def column(sheet, label) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == label)


def hand_in(installation, file, actor=WRITER):
    with installation.begin() as work:
        return import_excel(work, actor, file)


def refused(installation, change, codes=ONE) -> list[str]:
    with pytest.raises(ImportRefused) as told:
        hand_in(installation, changed_excel(installation, change, codes))
    with installation.look() as work:
        assert not any(line.open_state for line in catalogue_page.list_entries(work, "item")), (
            "something was kept after all"
        )
    return [str(finding) for finding in told.value.findings]


@ON_SQLITE
class TestRoundTrips:
    def test_the_whole_catalogue_comes_back_unchanged_from_excel(self, installation):
        imported = hand_in(installation, excel(installation, None))
        assert len(imported) == 74 + 72 + 87
        assert {one.outcome for one in imported} == {"unchanged"}

    def test_and_from_yaml(self, installation):
        with installation.begin() as work:
            imported = import_yaml(work, WRITER, export_yaml(work.catalogue, KINDS))
        assert len(imported) == 74 + 72 + 87
        assert {one.outcome for one in imported} == {"unchanged"}

    def test_yaml_reads_like_the_files_it_came_from(self, installation):
        with installation.look() as work:
            whole = yaml.safe_load(export_yaml(work.catalogue, ["item"], ONE))
            assert whole == {"items": [content_of(work.catalogue.get_item("MZ-008"))]}

    def test_text_that_looks_like_a_formula_stays_text(self, installation):
        """The attack (CSV injection): a cell of ours runs as a command on the next official's machine."""
        with installation.begin() as work:
            draft = versions.begin_draft(work, WRITER, "policy", "P-MZ-01")
            evil = {**draft.content, "note": '=HYPERLINK("http://x","点我")'}
            versions.save_draft(work, WRITER, draft.id, draft.edition, evil)
        act(installation, WRITER, draft.id, VersionAction.SUBMIT)
        act(installation, SECOND, draft.id, VersionAction.PUBLISH)
        file = excel(installation, frozenset({"P-MZ-01"}), ["policy"])
        sheet = load_workbook(io.BytesIO(file))["政策"]
        cell = sheet.cell(2, column(sheet, "备注"))
        assert (cell.data_type, str(cell.value)[0]) == ("s", "'")
        assert [one.outcome for one in hand_in(installation, file)] == ["unchanged"]


class TestChanges:
    def test_a_changed_cell_becomes_a_draft_that_somebody_else_reviews(self, installation):
        def change(book):
            book["事项"].cell(2, column(book["事项"], "收费")).value = "免费（已确认）"

        [one] = hand_in(installation, changed_excel(installation, change))
        assert (one.code, one.outcome) == ("MZ-008", "drafted")
        with installation.look() as work:
            page = catalogue_page.entry_page(work, WRITER, "item", "MZ-008")
            assert [change.sentence for change in page.open_changes] == ["收费：原来“免费”，改成“免费（已确认）”"]
            assert work.catalogue.get_item("MZ-008").fee == "免费"

    def test_a_row_taken_out_of_a_table_is_taken_out_of_the_entry(self, installation):
        def change(book):
            book["常见问题"].delete_rows(2)

        hand_in(installation, changed_excel(installation, change))
        with installation.look() as work:
            [removed] = catalogue_page.entry_page(work, WRITER, "item", "MZ-008").open_changes
        assert removed.kind == "removed"

    def test_handed_in_twice_the_second_replaces_the_first(self, installation):
        for words in ("免费一", "免费二"):

            def change(book, words=words):
                book["事项"].cell(2, column(book["事项"], "收费")).value = words

            hand_in(installation, changed_excel(installation, change))
        with installation.look() as work:
            [change] = catalogue_page.entry_page(work, WRITER, "item", "MZ-008").open_changes
        assert change.after == "免费二"

    def test_what_is_in_review_is_not_overwritten(self, installation):
        def change(book):
            book["事项"].cell(2, column(book["事项"], "收费")).value = "免费一"

        hand_in(installation, changed_excel(installation, change))
        with installation.look() as work:
            version = catalogue_page.entry_page(work, WRITER, "item", "MZ-008").open_version.id
        act(installation, WRITER, version, VersionAction.SUBMIT)
        with pytest.raises(VersionRefused, match="正在等复核"):
            hand_in(installation, changed_excel(installation, change))

    def test_a_head_cannot_hand_in_what_is_another_departments(self, installation):
        def change(book):
            book["事项"].cell(2, column(book["事项"], "收费")).value = "免费一"

        with pytest.raises(VersionRefused, match="您不能改"):
            hand_in(installation, changed_excel(installation, change, frozenset({"CL-001"})), HEAD)


@ON_SQLITE
class TestFaultsAreToldByRow:
    def test_a_word_that_is_no_choice(self, installation):
        def change(book):
            sheet = book["环节"]
            sheet.cell(4, column(sheet, "哪一级")).value = "省里"

        assert refused(installation, change) == [
            "环节 第4行 MZ-008 哪一级：“哪一级”只能写：村、乡镇、县区、市，现在是“省里”"
        ]

    def test_a_number_that_is_none(self, installation):
        def change(book):
            sheet = book["环节"]
            sheet.cell(3, column(sheet, "承诺天数")).value = "三天"

        assert refused(installation, change) == ["环节 第3行 MZ-008 承诺天数：“承诺天数”要写整数，现在是“三天”"]

    def test_a_condition_nobody_understands(self, installation):
        def change(book):
            sheet = book["材料"]
            sheet.cell(2, column(sheet, "什么情况")).value = "看着办"

        [told] = refused(installation, change)
        assert told.startswith("材料 第2行 MZ-008 什么情况：“什么情况”：看不懂条件“看着办”")

    def test_a_department_that_is_not_there(self, installation):
        def change(book):
            sheet = book["环节"]
            sheet.cell(4, column(sheet, "部门")).value = "派出所"

        assert refused(installation, change) == ["环节 第4行 MZ-008 stages.s3.department：部门“派出所”不在部门表里"]

    def test_a_missing_name(self, installation):
        def change(book):
            sheet = book["材料"]
            sheet.cell(3, column(sheet, "材料名称")).value = None

        assert refused(installation, change) == ["材料 第3行 MZ-008 materials.第2项.name：缺少这一项"]

    def test_a_promise_longer_than_the_law_allows(self, installation):
        def change(book):
            sheet = book["事项"]
            sheet.cell(2, column(sheet, "法定时限")).value = 5

        [told] = refused(installation, change)
        assert told.startswith("事项 第2行 MZ-008 promised_days：承诺时限11天比法定时限5天还长")

    def test_a_row_that_belongs_to_nothing_and_a_head_somebody_changed(self, installation):
        def change(book):
            book["材料"].cell(2, 1).value = "MZ-999"
            sheet = book["事项"]
            sheet.cell(1, column(sheet, "收费")).value = "价格"

        told = refused(installation, change)
        assert "材料 MZ-999 第2行·编码：编码“MZ-999”在主表里没有" in told
        assert any("不认识“价格”这一列" in one for one in told)

    def test_the_same_code_twice(self, installation):
        def change(book):
            sheet = book["事项"]
            for at in range(1, sheet.max_column + 1):
                sheet.cell(3, at).value = sheet.cell(2, at).value

        assert "事项 MZ-008 第3行·编码：编码“MZ-008”上面已经有一行了" in refused(installation, change)

    def test_several_are_told_at_once(self, installation):
        def change(book):
            sheet = book["环节"]
            sheet.cell(3, column(sheet, "承诺天数")).value = "三天"
            sheet.cell(4, column(sheet, "哪一级")).value = "省里"

        assert len(refused(installation, change)) == 2


@ON_SQLITE
class TestFilesThatAreNone:
    @pytest.mark.parametrize(
        "file", [b"", b"not a workbook", b"PK\x03\x04 but not really", b"\xd0\xcf\x11\xe0 an old .xls"]
    )
    def test_are_told_with_what_to_do(self, installation, file):
        with pytest.raises(SpreadsheetFault, match="xlsx"):
            hand_in(installation, file)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("items: [", "YAML第.*行的写法不对"),
            ("hello: 1", "最上面要写"),
            ("a: &a [x, x]\nitems: [*a, *a]", "不能用 & 和"),
        ],
    )
    def test_yaml_that_cannot_be_used(self, installation, text, told):
        with pytest.raises(SpreadsheetFault, match=told), installation.begin() as work:
            import_yaml(work, WRITER, text)


@ON_SQLITE
class TestWhatAFileMustNotDo:
    def test_take_the_place_of_a_colleagues_draft(self, installation):
        def change(book):
            book["事项"].cell(2, column(book["事项"], "收费")).value = "免费一"

        with installation.begin() as work:
            draft = versions.begin_draft(work, SECOND, "item", "MZ-008")
            versions.save_draft(work, SECOND, draft.id, draft.edition, {**draft.content, "fee": "写了一整天"})
        with pytest.raises(VersionRefused, match="乙示范正在改"):
            hand_in(installation, changed_excel(installation, change))
        with installation.look() as work:
            assert versions.get_draft(work, SECOND, draft.id).content["fee"] == "写了一整天"

    @pytest.mark.parametrize("label", ["公开栏目", "常见问题", "环节"])
    def test_empty_a_table_because_its_sheet_was_deleted(self, installation, label):
        def change(book):
            del book[label]

        assert f"{label} 表：文件里缺这张表。请用导出的文件改，不要删表" in refused(installation, change)

    def test_empty_a_value_because_its_column_was_deleted(self, installation):
        def change(book):
            book["事项"].delete_cols(column(book["事项"], "适合谁"))

        assert "事项 表头 适合谁：缺这一列。请用导出的文件改，不要删列" in refused(installation, change)

    def test_lay_out_a_sheet_of_thousands_of_columns(self, installation):
        """The attack: one cell in the last column of a small file, and the reader fills the machine's memory."""

        def change(book):
            book["事项"].cell(2, 16384).value = "x"

        with pytest.raises(SpreadsheetFault, match="16384 列，太多了"):
            hand_in(installation, changed_excel(installation, change))

    def test_be_opened_for_somebody_who_may_change_nothing(self, installation):
        with pytest.raises(VersionRefused, match="您不能改目录"):
            hand_in(installation, b"never even looked at", VILLAGE_AGENT)

    @pytest.mark.parametrize(
        "text",
        [
            "items:\n- code: A\n  at: 2026-13-45",
            "items: !!python/none x",
            "items: []\n---\nitems: []",
            "? [a]: b\nitems: []",
        ],
    )
    def test_stumble_over_odd_yaml(self, installation, text):
        with pytest.raises((SpreadsheetFault, ImportRefused)), installation.begin() as work:
            import_yaml(work, WRITER, text)

    @pytest.mark.parametrize("text", ["items: null\npolicies: {}", "items: {MZ-008: x}", "items: [abc, 5]"])
    def test_pass_over_in_silence_what_is_no_entry(self, installation, text):
        with pytest.raises(ImportRefused), installation.begin() as work:
            import_yaml(work, WRITER, text)

    def test_take_a_date_for_anything_but_its_text(self, installation):
        with installation.begin() as work:
            text = export_yaml(work.catalogue, ["policy"], frozenset({"P-MZ-01"}))
            changed = text.replace("effective: '2014-05-01'", "effective: 2015-05-01")
            assert changed != text
            [one] = import_yaml(work, WRITER, changed)
            assert one.outcome == "drafted"

    def test_hold_one_entry_twice(self, installation):
        with installation.begin() as work:
            text = export_yaml(work.catalogue, ["policy"], frozenset({"P-MZ-01"}))
        with pytest.raises(ImportRefused), installation.begin() as work:
            import_yaml(work, WRITER, text + text.removeprefix("policies:\n"))
