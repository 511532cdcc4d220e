"""The catalogue's pages, as the people who may change it use them."""

import io
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook

from forms.clock import local_date


def form_of(page: str) -> dict[str, str]:
    """What a browser would send back of the edit form, read from its inputs."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.fields: dict[str, str] = {}
            self.name = self.select = None

        def handle_starttag(self, tag, attributes):
            given = dict(attributes)
            if tag == "input" and "name" in given:
                self.fields[given["name"]] = given.get("value") or ""
            elif tag == "textarea":
                self.name = given["name"]
                self.fields[self.name] = ""
            elif tag == "select":
                self.select = given["name"]
                self.fields[self.select] = ""
            elif tag == "option" and "selected" in given:
                self.name = self.select

        def handle_data(self, data):
            if self.name:
                self.fields[self.name] += data

        def handle_endtag(self, tag):
            if tag in ("textarea", "option"):
                self.name = None

    reader = Reader()
    reader.feed(page)
    return reader.fields


def begin(person, kind="item", code="MZ-008") -> str:
    """The address of a fresh draft."""
    answer = person.send(f"/console/catalogue/{kind}/{code}/draft")
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_an_entry_is_changed_reviewed_and_in_force_on_the_villagers_page(centre, phone):
    first, second = centre
    draft = begin(first)
    form = form_of(first.read(draft)) | {"own fee": "免费（已确认）", "do": "submit"}
    answer = first.client.post(draft, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/catalogue/item/MZ-008")
    page = first.read("/console/catalogue/item/MZ-008")
    assert "写的人不能自己发布" in page and "复核通过并发布" not in page
    assert "等您复核的 1 条" in second.read("/console/catalogue")
    page = second.read("/console/catalogue/item/MZ-008")
    assert "改了 1 处" in page and "<ins>免费（已确认）</ins>" in page
    publish = next(part for part in page.split('action="') if part.split('"')[0].endswith("/publish")).split('"')[0]
    assert second.send(publish, {"kind": "item", "code": "MZ-008"}).status_code == 303
    assert "免费（已确认）" in phone.get("/services/MZ-008").get_data(as_text=True)


def test_the_form_holds_all_of_the_longest_entries_and_saving_it_untouched_changes_nothing(centre):
    first, _ = centre
    for kind, code in (("item", "MZ-001"), ("power", "Q-DW-01"), ("policy", "P-MZ-01")):
        draft = begin(first, kind, code)
        assert first.client.post(draft, data=form_of(first.read(draft)) | {"do": "save"}).status_code == 303
        assert "改了 0 处" in first.read(f"/console/catalogue/{kind}/{code}")


def test_rows_are_added_and_taken_out_without_losing_what_is_typed(centre):
    first, _ = centre
    draft = begin(first)
    form = form_of(first.read(draft))
    rows = len([name for name in form if name.startswith("faq ") and name.endswith(" q")])
    added = first.client.post(draft, data=form | {"own fee": "写了一半", "do": "add faq"})
    assert added.status_code == 200
    after = form_of(added.get_data(as_text=True))
    assert after["own fee"] == "写了一半" and after[f"faq {rows} q"] == ""
    dropped = form_of(first.client.post(draft, data=after | {"do": "drop faq 0"}).get_data(as_text=True))
    assert dropped["faq 0 q"] == form["faq 1 q"] if rows > 1 else dropped["faq 0 q"] == ""
    assert "改了 0 处" in first.read("/console/catalogue/item/MZ-008"), "nothing was saved by that"


def test_what_cannot_be_read_is_marked_where_it_stands_and_stays_typed(centre):
    first, _ = centre
    draft = begin(first)
    form = form_of(first.read(draft)) | {"own promised_days": "十一", "materials 0 when": "看着办", "do": "save"}
    answer = first.client.post(draft, data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "有 2 处写法不对，没有存上" in page
    assert 'value="十一"' in page and "看不懂条件“看着办”" in page
    assert page.count('aria-invalid="true"') == 2


def test_a_draft_with_faults_is_saved_and_says_what_is_to_be_mended(centre):
    first, _ = centre
    draft = begin(first)
    form = form_of(first.read(draft)) | {"own promised_days": "99"}
    assert first.client.post(draft, data=form | {"do": "save"}).status_code == 303
    assert "承诺99天，各环节相加却是11天" in first.read(draft)
    form = form_of(first.read(draft)) | {"do": "submit"}
    refused = first.client.post(draft, data=form)
    assert refused.status_code == 422 and "改好才能往下走" in refused.get_data(as_text=True)


def test_the_second_of_two_who_save_is_told_and_keeps_what_was_typed(centre):
    first, second = centre
    draft = begin(first)
    mine, theirs = form_of(first.read(draft)), form_of(second.read(draft))
    assert second.client.post(draft, data=theirs | {"own window": "逢圩日", "do": "save"}).status_code == 303
    answer = first.client.post(draft, data=mine | {"own fee": "我写的", "do": "save"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "乙示范刚才也改了" in page and 'value="我写的"' in page


def test_an_item_is_suspended_with_its_reason_told_to_villagers(centre, phone):
    first, _ = centre
    form = {"action": "suspend", "reason": "等新标准下发"}
    assert first.send("/console/catalogue/item/MZ-008/stop", form).status_code == 303
    assert "等新标准下发" in first.read("/console/catalogue/item/MZ-008")
    page = phone.get("/services/MZ-008").get_data(as_text=True)
    assert "暂停办理：等新标准下发" in page


def test_files_go_out_and_a_changed_one_comes_in(centre):
    first, _ = centre
    file = first.client.get("/console/catalogue/files/item.xlsx?code=MZ-008")
    assert "attachment" in file.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(file.get_data()))
    sheet = book["事项"]
    fee = next(cell.column for cell in sheet[1] if cell.value == "收费")
    sheet.cell(2, fee).value = "免费（已确认）"
    written = io.BytesIO()
    book.save(written)
    token = first.token("/console/catalogue/files")
    sent = {"csrf_token": token, "file": (io.BytesIO(written.getvalue()), "目录.xlsx")}
    page = first.client.post("/console/catalogue/files", data=sent).get_data(as_text=True)
    assert "其中 1 条有改动" in page
    wrong = {"csrf_token": token, "file": (io.BytesIO(b"no"), "目录.xlsx")}
    answer = first.client.post("/console/catalogue/files", data=wrong)
    assert answer.status_code == 422 and "不是 .xlsx 格式" in answer.get_data(as_text=True)
    assert first.client.post("/console/catalogue/files", data={"csrf_token": token}).status_code == 422


def test_a_draft_is_seen_as_the_sheet_it_would_print(centre):
    first, _ = centre
    draft = begin(first)
    sheet = first.client.get(f"{draft}/notice-sheet.pdf")
    assert sheet.get_data().startswith(b"%PDF-")
    first.client.post(draft, data=form_of(first.read(draft)) | {"own promised_days": "99", "do": "save"})
    assert first.client.get(f"{draft}/notice-sheet.pdf").status_code == 409


class TestWhoMay:
    def test_others_read_and_find_no_button(self, official):
        page = official("counter").read("/console/catalogue/item/MZ-008")
        assert "起草修改" not in page and "暂停办理" not in page

    def test_and_what_they_send_all_the_same_is_refused(self, official):
        answer = official("counter").send("/console/catalogue/item/MZ-008/draft")
        assert answer.status_code == 409 and "综控中心" in answer.get_data(as_text=True)

    def test_a_head_begins_a_draft_of_the_own_department_only(self, official):
        assert official("head").send("/console/catalogue/item/MZ-008/draft").status_code == 303
        assert official("head").send("/console/catalogue/item/CL-001/draft").status_code == 409

    def test_a_draft_of_another_department_is_not_even_shown(self, official):
        draft = official("head").send("/console/catalogue/item/MZ-008/draft").headers["Location"]
        assert official("disabled_county").client.get(draft).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/console/catalogue?kind=law", "/console/catalogue/item/XX-999", "/console/catalogue/law/MZ-008"]
    )
    def test_what_is_not_there_is_said(self, official, path):
        assert official("head").client.get(path).status_code == 404


def test_the_history_says_who_and_when(centre, world):
    first, _ = centre
    begin(first)
    page = first.read("/console/catalogue/item/MZ-008")
    assert "随程序附带的起步目录" in page and "甲示范" in page
    assert str(local_date(world.clock.now()).day) in page


def test_the_flow_chart_is_drawn_of_what_the_draft_says(centre):
    first, _ = centre
    assert "按现在用的这一版画的" in first.read("/console/catalogue/item/MZ-008")
    draft = begin(first)
    first.client.post(draft, data=form_of(first.read(draft)) | {"stages 1 what": "先看一遍再说", "do": "save"})
    page = first.read("/console/catalogue/item/MZ-008")
    assert "按正在改的这一版画的" in page and "<svg" in page and "先看一遍再说" in page.split("<svg", 1)[1]
    first.client.post(draft, data=form_of(first.read(draft)) | {"stages 1 level": "", "do": "save"})
    assert "<svg" not in first.read("/console/catalogue/item/MZ-008"), "steps without a shape draw nothing"


def test_adding_a_row_does_not_hide_what_somebody_else_saved_meanwhile(centre):
    first, second = centre
    draft = begin(first)
    mine = form_of(first.read(draft))
    theirs = form_of(second.read(draft)) | {"own window": "逢圩日", "do": "save"}
    assert second.client.post(draft, data=theirs).status_code == 303
    longer = form_of(first.client.post(draft, data=mine | {"do": "add faq"}).get_data(as_text=True))
    answer = first.client.post(draft, data=longer | {"do": "save"})
    assert answer.status_code == 409 and "乙示范刚才也改了" in answer.get_data(as_text=True)


def test_a_new_entry_says_that_it_was_never_published(centre):
    first, _ = centre
    assert first.send("/console/catalogue/new", {"kind": "item", "code": "MZ-016"}).status_code == 303
    assert "还没有发布过" in first.read("/console/catalogue/item/MZ-016")
    assert first.send("/console/catalogue/new", {"kind": "item", "code": "MZ/16"}).status_code == 409
