"""Labels and values as cheap cameras give them: glued together, split up, askew, half legible."""

import math

import numpy as np
import pytest

from kiosk.reading.paper import understood
from kiosk.reading.reading import Line, Reading

NUMBER = "450521194303150008"


def line(text: str, left: float, top: float, height: float = 20, sure: float = 0.99) -> Line:
    width = len(text) * height
    box = np.float32([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    return Line(text, box, sure)


def leaning(lines: list[Line], degrees: float) -> list[Line]:
    turn = math.radians(degrees)
    matrix = np.float32([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return [Line(each.text, each.box @ matrix, each.sure) for each in lines]


def values_of(reading: Reading) -> dict[str, str]:
    return {field.name: field.value for field in reading.fields}


CARD = [
    line("姓 名 潘某珍", 20, 20),
    line("性别 女 民族 汉", 20, 60),
    line("出生", 20, 100),
    line("1943年 3 月", 100, 101),
    line("15 日", 330, 99),
    line("住址", 20, 140),
    line("广西合浦县样本镇样本", 100, 140),
    line("村16号", 100, 172),
    line(f"公民身份号码{NUMBER}", 20, 240),
]
PRINTED = {
    "name": "潘某珍", "sex": "女", "nation": "汉", "birth_date": "1943-03-15", "address": "广西合浦县样本镇样本村16号",
    "id_number": NUMBER,
}  # fmt: skip


@pytest.mark.parametrize("degrees", [0, 4, -4])
def test_labels_glued_to_values_and_values_in_pieces_are_put_right(degrees: int) -> None:
    reading = understood(leaning(CARD, degrees))
    assert reading.kind == "id_card_front"
    assert values_of(reading) == PRINTED


def test_a_field_is_only_as_sure_as_its_least_sure_line() -> None:
    lines = [*CARD[:7], line("村16号", 100, 172, sure=0.6), *CARD[8:]]
    assert understood(lines).find("address").sure == pytest.approx(0.6)


def test_the_number_is_found_by_its_shape_when_its_label_is_covered() -> None:
    reading = understood([*CARD[:-1], line(NUMBER, 200, 240)])
    assert values_of(reading)["id_number"] == NUMBER


def test_an_empty_cell_takes_nothing_from_its_neighbours() -> None:
    cells = [
        line("常住人口登记卡", 200, 0), line("姓名", 20, 40), line("潘某珍", 120, 40), line("户主或与户主关系", 300, 40),
        line("户主", 480, 40), line("曾用名", 20, 80), line("性别", 300, 80), line("女", 480, 80),
        line("民族", 20, 120), line("出生日期", 300, 120), line("1943年3月15日", 480, 120), line("公民身份证件编号", 20, 160),
    ]  # fmt: skip
    assert values_of(understood(cells)) == {
        "name": "潘某珍", "relation": "户主", "sex": "女", "birth_date": "1943-03-15",
    }  # fmt: skip


def test_a_stamp_over_a_row_is_no_part_of_its_value() -> None:
    reading = understood([*CARD, line("样本", 240, 2, height=56)])
    assert values_of(reading)["name"] == "潘某珍"


def test_a_date_that_is_none_and_a_validity_that_ends_before_it_begins_are_told() -> None:
    back = [line("中华人民共和国", 100, 10), line("居民身份证", 100, 50), line("签发机关 样本县公安局", 20, 100)]
    reading = understood([*back, line("有效期限 2016.05.20-2006.05.20", 20, 140)])
    assert reading.find("valid_until").value == "2006-05-20"
    assert "早于" in reading.find("valid_until").trouble
    smudged = understood([*back, line("有效期限 2016.0", 20, 140)]).find("valid_from")
    assert smudged.value == "2016.0"
    assert "读不清楚" in smudged.trouble


def test_a_bank_card_gives_its_number_by_the_check_digit_and_its_bank() -> None:
    card = [line("广西农村信用社", 20, 10), line("桂盛卡 借记卡", 300, 10), line("6230 0000 0000 0000 023", 60, 120),
            line("ATM", 20, 160), line("银联", 300, 200)]  # fmt: skip
    reading = understood(card)
    assert reading.kind == "bank_card"
    assert values_of(reading) == {"account_number": "6230000000000000023", "bank": "广西农村信用社"}


def test_an_account_number_whose_digits_do_not_add_up_is_reported_with_its_trouble() -> None:
    book = [line("活期储蓄存折", 100, 10), line("户 名 潘某珍", 20, 60), line("账 号 6230 0000 0000 0000 024", 20, 100)]
    number = understood(book).find("account_number")
    assert number.value == "6230000000000000024"
    assert "校验位" in number.trouble


@pytest.mark.parametrize(
    "texts",
    [["农村五保供养申请表", "姓名", "性别", "民族", "出生", "住址", "公民身份号码"],
     ["分隔页", "居民户口簿（首页、户主页）", "户主姓名"], ["Certificate of residence"]],
)  # fmt: skip
def test_sheets_that_merely_name_other_papers_are_other(texts: list[str]) -> None:
    assert understood([line(text, 20, 40 * place) for place, text in enumerate(texts)]).kind == "other"


def test_a_hint_decides_only_what_the_words_leave_open() -> None:
    faint = [line("居民身份证", 20, 20), line("某某", 20, 60)]
    assert understood(faint).kind == "other"
    assert understood(faint, kind_hint="id_card_back").kind == "id_card_back"
    assert understood(CARD, kind_hint="id_card_back").kind == "id_card_front"
