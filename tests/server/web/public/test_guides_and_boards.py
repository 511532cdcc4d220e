"""Guides, boards and results: what anybody may read, whole and masked."""

import io
import re

import pytest
from pypdf import PdfReader

from forms.catalogue import load_catalogue
from forms.flow.of_item import chart_of_item
from forms.item import days_in_words
from tests.factories import FICTITIOUS_ID, FICTITIOUS_NAME

ITEMS = load_catalogue().items


def read(phone, address: str, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


class TestGuides:
    @pytest.mark.parametrize("code", sorted(ITEMS))
    def test_every_guide_tells_all_it_knows_and_what_it_does_not(self, phone, code):
        item = ITEMS[code]
        page = read(phone, f"/services/{code}")
        assert all(material.name in page for material in item.materials)
        assert days_in_words(item.promised_days, item.promised_unit) in page
        assert all(point in page for point in item.confirm_points)
        assert "还没有最后确认的" in page

    @pytest.mark.parametrize("code", ["MZ-001", "MZ-003", "SJ-002"])
    def test_the_way_is_drawn_and_told_in_words(self, phone, code):
        page = read(phone, f"/services/{code}")
        chart = chart_of_item(ITEMS[code])
        assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="flowchart" role="img"') == 1
        assert all(f'data-node="{node.id}"' in page for node in chart.nodes)
        assert all(f"<li>{sentence}</li>" in page for sentence in chart.sentences)
        assert f"共 {chart.step_count} 步" in page

    def test_the_way_is_drawn_larger_in_large_type(self, phone):
        assert 'font-size="14"' in read(phone, "/services/MZ-008")
        phone.set_cookie("elder", "1")
        assert 'font-size="18"' in read(phone, "/services/MZ-008")

    def test_the_way_prints_as_a_sheet(self, phone):
        answer = phone.get("/services/MZ-003/flowchart.pdf")
        assert answer.mimetype == "application/pdf"
        assert "办事流程图" in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
        assert "没有找到这件事的办事指南" in read(phone, "/services/XX-999/flowchart.pdf", 404)

    def test_the_sheet_prints_with_or_without_a_village(self, phone, world):
        for query, words in (("", "您所在村"), (f"?village={world.machine.village_code}", "烟楼村")):
            answer = phone.get(f"/services/MZ-008/notice-sheet.pdf{query}")
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).replace("\n", "")
            assert answer.mimetype == "application/pdf"
            assert words in text

    def test_what_is_not_there_is_told_in_words(self, phone):
        assert "没有找到这件事的办事指南" in read(phone, "/services/XX-999", 404)
        assert "没有找到这个村" in read(phone, "/services/MZ-008/notice-sheet.pdf?village=1", 404)


class TestBoards:
    def test_notices_hang_masked_in_their_village(self, phone, world):
        world.case_in_notice()
        for address in ("/", "/results", f"/villages/{world.machine.village_code}"):
            page = read(phone, address)
            assert "高龄津贴申请" in page
            assert "潘**" in page
            assert FICTITIOUS_NAME not in page

    def test_results_and_the_count_that_shows_nothing_is_missing(self, phone, world):
        world.closed_case()
        world.rejected_case()
        elsewhere = load_catalogue().regions.list_level("village")[0].code
        page = read(phone, f"/villages/{world.machine.village_code}")
        assert "每月80元" in page
        assert "一共办结 2 件" in page
        assert "1 件不公开：" in page
        for secret in (FICTITIOUS_NAME, FICTITIOUS_ID):
            assert secret not in page
        assert "每月80元" not in read(phone, f"/villages/{elsewhere}")

    def test_a_machine_reads_the_same_results(self, phone, world):
        world.closed_case()
        [result] = phone.get("/results.json").get_json()
        assert result["item"] == "高龄津贴申请"
        assert result["columns"]["姓名"] == "潘**"
        assert result["published_on"] == "2026-09-23"
        assert FICTITIOUS_ID not in phone.get("/results.json").get_data(as_text=True)

    @pytest.mark.parametrize("code", ["450521", "450521100", "999", "x"])
    def test_only_villages_have_a_board(self, phone, code):
        assert "没有找到这个村" in read(phone, f"/villages/{code}", 404)

    def test_a_village_is_found_by_name(self, phone):
        page = read(phone, "/villages?words=烟楼")
        assert "合浦县廉州镇烟楼村" in page
        assert "没有叫“月球”的村" in read(phone, "/villages?words=月球")


class TestHome:
    def test_it_offers_only_what_works(self, phone):
        page = read(phone, "/")
        addresses = set(re.findall(r'href="(/[^"]*)"', page))
        assert {phone.get(address).status_code for address in addresses} == {200}
        assert "农村集市" not in page
