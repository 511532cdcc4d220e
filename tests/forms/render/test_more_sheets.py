"""委托书, 决定书, 分隔页, 公示单, 权力单, 政策单: everything that must be said stands on one legible page."""

import dataclasses
from datetime import date

import pytest

from forms.cover_code import CoverCode, parse_cover_code
from forms.decision_letter import TITLES, DecisionLetter, RatingInvitation
from forms.policy_sheet import policy_sheet_of
from forms.power_sheet import power_sheet_of
from forms.public_notice_sheet import SECRECY, public_notice_sheet_of
from forms.render.cover_sheet import CoverSheet, NothingToSeparate, render_cover_sheets
from forms.render.decision_letter import render_decision_letter
from forms.render.mandate import Mandate, render_mandate
from forms.render.policy_sheet import render_policy_sheet
from forms.render.power_sheet import render_power_sheet
from forms.render.public_notice_sheet import render_public_notice_sheet
from forms.service_point import ServicePoint
from tests.forms.flow.charts import CATALOGUE
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    code_on,
    page_count,
    smallest_type,
    squeezed,
    text_of,
)
from tests.forms.render.samples import MADE_ON, VILLAGE


def assert_sheet(pdf: bytes, expected: list[str], pages: int = 1) -> str:
    read = text_of(pdf)
    assert [words for words in expected if squeezed(words) not in read] == []
    assert page_count(pdf) == pages
    assert_family_type(pdf)
    assert_well_laid(pdf)
    return read


MANDATE = Mandate("高龄津贴申请", VILLAGE, "潘秀兰", "450521194303150024", "13877990001", "陈小明", "代办员", MADE_ON)


class TestMandate:
    def test_it_holds_what_the_civil_code_wants_in_it(self):
        """民法典 第165条: the agent's name, the matter, the powers, the period, the principal's signature."""
        expected = ["委托书", "潘秀兰", "450521194303150024", "陈小明", "高龄津贴申请", "受托人可以", "受托人不可以"]
        expected += ["替我签名、按指印", "向我收钱", "到这件事办结", "随时可以收回", "申请人签名", "指印", "受托人签名"]
        assert_sheet(render_mandate(MANDATE), expected)

    def test_what_nobody_has_said_is_left_for_the_pen(self):
        blank = dataclasses.replace(MANDATE, principal_name=None, principal_id_number=None, principal_phone=None)
        read = assert_sheet(render_mandate(blank), ["＿＿＿＿"])
        assert "None" not in read

    def test_a_last_day_is_said(self):
        limited = dataclasses.replace(MANDATE, valid_until=date(2027, 1, 31))
        assert_sheet(render_mandate(limited), ["最晚到2027年1月31日"])


LETTER = DecisionLetter(
    outcome="refused",
    number="合民决〔2026〕7号",
    case_number="HP-2026-000123",
    item_name="最低生活保障申请",
    applicant_name="潘秀兰",
    authority="合浦县·民政",
    decided_on=MADE_ON,
    facts=("2026年11月3日收到申请", "公示7天，没有人提出异议"),
    decided=(),
    reason="家庭人均收入高于当地低保标准",
    legal_basis=("《社会救助暂行办法》第9—13条",),
    remedies="如对本决定不服，可以自知道本决定之日起60日内向合浦县人民政府申请行政复议",
    is_confirmed=False,
)


class TestDecisionLetter:
    @pytest.mark.parametrize("outcome", TITLES)
    def test_each_outcome_has_facts_ground_reason_remedies_number_and_seal(self, outcome):
        letter = dataclasses.replace(LETTER, outcome=outcome, decided=(("保障金额", "见通知"),))
        expected = [TITLES[outcome], "潘秀兰", letter.number, letter.case_number, *letter.facts, letter.reason]
        expected += [*letter.legal_basis, letter.remedies, "（盖章）", "2026年11月12日", "保障金额", "见通知"]
        assert_sheet(render_decision_letter(letter), expected)

    def test_one_that_cannot_be_taken_to_court_says_nothing_of_it(self):
        read = text_of(render_decision_letter(dataclasses.replace(LETTER, remedies=None)))
        assert "如对本决定" not in read and "复议" not in read

    def test_without_a_number_it_says_so_and_unconfirmed_it_is_a_draft(self):
        read = text_of(render_decision_letter(dataclasses.replace(LETTER, number=None)))
        assert "（待编号）" in read and "没有盖章的不算决定" in read
        assert "没有盖章的" not in text_of(render_decision_letter(dataclasses.replace(LETTER, is_confirmed=True)))

    def test_beside_the_seal_it_asks_for_a_rating_and_presses_nobody(self):
        invited = RatingInvitation("https://hongye.example.cn/r/AbCdEfGhIjKlMnOp", date(2026, 12, 12))
        pdf = render_decision_letter(dataclasses.replace(LETTER, rating=invited))
        assert code_on(pdf) == invited.url
        assert_sheet(pdf, ["扫码给这次服务评个价", "2026年12月12日前有效", "评不评、评哪一档都由您", "（盖章）"])

    def test_the_longest_reason_goes_on_overleaf(self):
        pdf = render_decision_letter(dataclasses.replace(LETTER, reason="理由很长，" * 400))
        assert page_count(pdf) == 2
        assert text_of(pdf).count("理由很长") >= 399  # one stands across the turn of the page
        assert_well_laid(pdf)


class TestCoverSheets:
    def sheets(self) -> list[CoverSheet]:
        materials = CATALOGUE.get_item("MZ-008").materials
        return [
            CoverSheet(CoverCode("MZ-008", each.id), "高龄津贴申请", each.name, "潘**", VILLAGE, place, len(materials))
            for place, each in enumerate(materials, 1)
        ]

    def test_a_scanner_reads_which_material_follows(self):
        sheets = self.sheets()
        pdf = render_cover_sheets(sheets)
        assert_sheet(pdf, [sheet.material_name for sheet in sheets], pages=len(sheets))
        for page, sheet in enumerate(sheets, 1):
            assert parse_cover_code(code_on(pdf, page)) == sheet.code

    def test_nothing_to_separate_is_refused(self):
        with pytest.raises(NothingToSeparate, match="不用分隔页"):
            render_cover_sheets([])

    @pytest.mark.parametrize("item", CATALOGUE.items.values(), ids=lambda item: item.code)
    def test_every_material_of_every_item_has_a_code_that_comes_back(self, item):
        for material in item.materials:
            for copy in (1, 12):
                code = CoverCode(item.code, material.id, copy)
                assert parse_cover_code(code.text) == code

    @pytest.mark.parametrize(
        "text",
        ["", "HYC1", "HYC2|MZ-008|id_card|1", "HYC1|MZ-008|id_card|0", "HYC1|MZ-008|id_card|100", "HYC1|MZ-008||1",
         "HYC1|MZ-008|../x|1", "HYC1|MZ-008|id_card|1\n", "HYC1|MZ-００８|id_card|1", "https://example.invalid/HYC1|MZ-008|id_card|1"],
    )  # fmt: skip
    def test_any_other_code_on_the_papers_is_left_alone(self, text):
        assert parse_cover_code(text) is None


def board(code: str, answers: dict | None = None, stated: dict | None = None):
    item = CATALOGUE.get_item(code)
    stage = next(stage for stage in item.stages if stage.is_public_notice)
    return public_notice_sheet_of(
        item,
        stage,
        {item.applicant.name: "潘秀兰", **(answers or {})},
        stated or {},
        village_name=VILLAGE,
        case_number="HP-2026-000123",
        starts_on=date(2026, 11, 23),
        ends_on=date(2026, 11, 30),
        tell=("廉州镇·民政",),
        point=ServicePoint(),
    )


NOTICED = [item.code for item in CATALOGUE.items.values() if any(stage.is_public_notice for stage in item.stages)]


class TestPublicNoticeSheet:
    @pytest.mark.parametrize("code", NOTICED)
    def test_every_notice_of_the_catalogue_hangs_on_one_legible_page(self, code):
        sheet = board(code)
        expected = [
            "公示",
            sheet.item_name,
            sheet.what,
            "2026年11月23日到2026年11月30日",
            sheet.period,
            "廉州镇·民政",
            SECRECY,
        ]
        pdf = render_public_notice_sheet(sheet)
        assert_sheet(pdf, [*expected, *(label for label, _ in sheet.columns)])
        read = text_of(pdf)
        assert "烟楼村村民委员会（盖章）" in read and "电话：待确认" in read

    def test_its_words_are_read_from_a_step_away(self):
        pdf = render_public_notice_sheet(board("MZ-001"))
        foot = 9.0
        assert smallest_type(pdf) == foot
        assert text_of(pdf).index("公示") == 0

    def test_the_board_names_whom_the_law_names_there_and_masks_whom_it_does_not(self):
        """民发〔2021〕57号 第24条: the board names the applicant; the internet masks."""
        assert dict(board("MZ-001").columns)["申请人姓名"] == "潘秀兰"
        assert dict(board("MZ-003").columns)["姓名"] == "潘**"
        assert not any("潘" in value for _, value in board("CL-001").columns)

    def test_columns_come_from_the_case_the_desk_or_the_form_and_what_is_not_decided_yet_is_not_there(self):
        columns = dict(
            board("MZ-003", {"rescue_type": "支出型", "phone": "13877990001"}, {"救助金额": "见通知"}).columns
        )
        assert columns["救助类型"] == "支出型" and columns["救助金额"] == "见通知" and columns["村（组）"] == VILLAGE
        assert "办结日期" not in columns
        assert "13877990001" not in columns.values()


@pytest.mark.parametrize("power", CATALOGUE.powers.values(), ids=lambda power: power.code)
def test_every_power_has_its_sheet(power):
    sheet = power_sheet_of(power, CATALOGUE.voting_rules)
    pages = 2 if power.code in ("Q-DW-01", "Q-ZD-04", "Q-ZD-06") else 1
    expected = [power.name, power.holder, power.oversight, power.disclosure.what, power.disclosure.where, *power.basis]
    expected += [power.limit_note or "", sheet.certainty, *(step.what for step in power.steps)]
    assert_sheet(render_power_sheet(sheet), expected, pages)


def test_a_powers_sheet_says_how_many_must_come_and_agree():
    facts = dict(power_sheet_of(CATALOGUE.get_power("Q-ZC-05"), CATALOGUE.voting_rules).facts)
    assert "成员大会：到会要应到的三分之二以上，同意要应到的三分之二以上" in facts["表决要够数"]
    assert "表决要够数" not in dict(power_sheet_of(CATALOGUE.get_power("Q-CG-01"), CATALOGUE.voting_rules).facts)


@pytest.mark.parametrize("policy", CATALOGUE.policies.values(), ids=lambda policy: policy.code)
def test_every_policy_has_its_sheet(policy):
    sheet = policy_sheet_of(policy, CATALOGUE.items, on=MADE_ON, guide_url="https://example.invalid/services/MZ-008")
    expected = [policy.name, policy.who, policy.benefit, policy.basis, sheet.how, sheet.certainty]
    expected += [policy.effective_note or "", policy.expiry_note or "", policy.note or ""]
    pdf = render_policy_sheet(sheet)
    read = assert_sheet(pdf, expected)
    assert not policy.local_standard or "地方标准" in read
    assert code_on(pdf) == sheet.guide_url
