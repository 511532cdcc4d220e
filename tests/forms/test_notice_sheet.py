"""One-time notice sheets: the public one shows every paper, a person's own only theirs, with every gap at once."""

from datetime import date

import pytest

from forms.catalogue import load_catalogue
from forms.flow.of_item import chart_of_item
from forms.notice_sheet import blank_notice_sheet, personal_notice_sheet
from forms.service_point import ServicePoint
from tests.factories import answers_for

CATALOGUE = load_catalogue()
STATED = {
    "village_name": "合浦县廉州镇烟楼村",
    "made_on": date(2026, 11, 23),
    "guide_url": "https://example.invalid/services/MZ-008",
    "digest": "d" * 64,
}
ITEMS = pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)


def blank(code: str):
    return blank_notice_sheet(CATALOGUE.get_item(code), **STATED)


def personal(code: str, answers=None, pages=None):
    return personal_notice_sheet(CATALOGUE.get_item(code), answers or {}, pages or {}, **STATED)


def states(sheet) -> dict[str, str]:
    return {line.name: line.state for line in sheet.materials}


class TestBlank:
    @ITEMS
    def test_every_material_is_on_it_and_no_gap_is_anybodys(self, item):
        sheet = blank(item.code)
        assert [line.name for line in sheet.materials] == [material.name for material in item.materials]
        assert sheet.gaps == ()
        assert not sheet.is_personal

    @ITEMS
    def test_the_way_is_the_items_flow_chart(self, item):
        assert blank(item.code).flow == chart_of_item(item)

    @ITEMS
    def test_each_paper_says_how_many_of_what(self, item):
        for line, material in zip(blank(item.code).materials, item.materials, strict=True):
            assert line.form == {"original": "原件1份", "copy": "复印件1份"}.get(material.form, "原件和复印件各1份")

    def test_cards_and_books_say_which_pages_count(self):
        shows = {line.name: line.shows for line in blank("MZ-008").materials}
        assert shows["老年人居民身份证"] == "人像面、国徽面"
        assert shows["老年人居民户口簿（首页、户主页、本人页及增减页）"] == "首页和户主页、本人页"
        assert shows["高龄津贴申请表"] == ""

    def test_place_hours_and_telephone_are_stated_or_to_be_confirmed(self):
        point = ServicePoint(place="村委会一楼", telephone="0779-7654321")
        sheet = blank_notice_sheet(CATALOGUE.get_item("MZ-008"), **STATED, point=point)
        assert (sheet.where, sheet.point.hours_words) == ("村委会一楼", "待确认")
        assert sheet.point.telephone_words == "0779-7654321"
        assert blank("MZ-008").where == "合浦县廉州镇烟楼村的办事柜台（门牌待确认）"
        assert ServicePoint().place_at("") == "各村（社区）的办事柜台（门牌待确认）"

    def test_a_condition_is_written_beside_its_paper(self):
        line = next(line for line in blank("MZ-001").materials if "残疾人证" in line.name)
        assert line.state == "conditional"
        assert "家庭成员中有残疾人时要" in line.remark

    def test_a_paper_a_department_has_need_not_be_brought(self):
        line = next(line for line in blank("MZ-001").materials if line.state == "department")
        assert line.from_whom == "部门核验，不用您带"

    def test_limits_are_said_with_their_units(self):
        assert blank("MZ-001").statutory == "30个工作日"
        assert blank("MZ-001").promised == "19个工作日（从村里收件次日算起）"
        assert blank("MZ-008").statutory == "国家未规定"
        assert blank("CL-001").public_notice == "5个工作日"
        assert blank("MZ-008").public_notice == "7个自然日"
        assert blank("SJ-002").public_notice == "不公示"

    @ITEMS
    def test_points_nobody_confirmed_are_said(self, item):
        assert not item.is_confirmed
        assert item.confirm_points
        for sheet in (blank(item.code), personal(item.code)):
            assert sheet.unconfirmed == item.confirm_points

    def test_a_confirmed_item_has_none(self):
        confirmed = CATALOGUE.get_item("MZ-008").model_copy(update={"status": "confirmed"})
        assert blank_notice_sheet(confirmed, **STATED).unconfirmed == ()


class TestPersonal:
    def test_papers_of_others_situations_are_left_out(self):
        assert not any("授权委托书" in name for name in states(personal("MZ-008", answers_for())))
        assert any("授权委托书" in name for name in states(personal("MZ-008", answers_for(by_agent=True))))

    def test_what_was_photographed_is_had_and_half_a_card_is_not(self):
        shown = states(personal("MZ-008", answers_for(), {"id_card": 2, "household_register": 1}))
        assert shown["老年人居民身份证"] == "have"
        assert shown["老年人居民户口簿（首页、户主页、本人页及增减页）"] == "needed"

    def test_every_gap_is_told_at_once(self):
        sheet = personal("MZ-008", answers_for(phone="12", bank_account="34"), {"id_card": 1})
        assert len([line for line in sheet.materials if line.state == "needed"]) == 5
        assert [gap for gap in sheet.gaps if gap.startswith("还差")] == [
            "还差“高龄津贴申请表”的签好名的表。",
            "还差“老年人居民身份证”的国徽面。",
            "还差“老年人居民户口簿（首页、户主页、本人页及增减页）”的首页和户主页、本人页。",
            "还差“老年人社会保障卡（惠农惠民“一卡通”）或银行存折账户页”的账户页。",
            "还差“老年人近期生活照”的照片。",
        ]
        assert len(sheet.gaps) == 7
        assert any("电话" in gap for gap in sheet.gaps)
        assert any("账号" in gap for gap in sheet.gaps)

    def test_nobody_is_sent_home_for_a_line_the_counter_has_not_asked_yet(self):
        sheet = personal("MZ-008", {"phone": "", "address": None, "emergency_contact": "  "})
        assert all(gap.startswith("还差") for gap in sheet.gaps)

    def test_a_department_verified_paper_is_shown_but_never_a_gap(self):
        sheet = personal("NY-002")
        assert [line.name for line in sheet.materials if line.state == "department"] == [
            CATALOGUE.get_item("NY-002").materials_by_id["land_cert"].name
        ]
        assert not any("确权" in gap or "土地承包" in gap for gap in sheet.gaps)

    def test_a_complete_visit_has_no_gap_and_everything_at_hand(self):
        pages = {material.id: 9 for material in CATALOGUE.get_item("MZ-008").materials}
        sheet = personal("MZ-008", answers_for(), pages)
        assert sheet.gaps == ()
        assert set(states(sheet).values()) == {"have"}
        assert sheet.is_personal

    def test_what_nobody_has_decided_yet_stands_on_it_as_an_if(self):
        sheet = personal("MZ-001", {"reason": "因残", "by_agent": False})
        assert sheet.perhaps == (
            "如果家庭成员中有残疾人，还要带“中华人民共和国残疾人证”（原件1份）。",
            "如果收入无法通过信息核对取得，还要带“工资、经营、租赁等收入佐证”（复印件1份）。",
        )
        answered = personal(
            "MZ-001", {"reason": "因病", "by_agent": None, "needs_disability_cert": False, "needs_income_proof": True}
        )
        assert answered.perhaps == ("如果委托他人代为申请，还要带“授权委托书及受托人居民身份证”（原件1份）。",)
        assert "工资、经营、租赁等收入佐证" in states(answered)

    @ITEMS
    def test_every_paper_is_needed_or_ruled_out_or_stands_as_an_if(self, item):
        """完整: nothing that could be asked for later is left off; nothing is told twice."""
        for answers in ({}, {field.id: True for field in item.form_fields if field.type == "bool"}):
            sheet = personal(item.code, answers)
            told = "".join(sheet.perhaps)
            for material in item.materials:
                on_table = material.name in {line.name for line in sheet.materials}
                decided = material.decide(answers)
                if material.source == "department":
                    assert f"“{material.name}”" not in told
                else:
                    assert on_table == (decided is True) or decided is None
                    assert (f"“{material.name}”" in told) == (decided is None)

    def test_a_blank_sheet_has_no_ifs_beside_its_table(self):
        assert blank("MZ-001").perhaps == ()
