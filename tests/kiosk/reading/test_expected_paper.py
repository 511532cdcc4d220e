"""Another paper or another side than asked for is told only when its words leave no doubt."""

import numpy as np
import pytest

from kiosk.reading.expected import mismatch, same_page
from kiosk.reading.paper import understood
from kiosk.reading.reading import Line, Reading

FRONT = ["姓名潘某珍", "性别女民族汉", "出生1943年3月15日", "住址样本镇样本村16号", "公民身份号码450521194303150008"]
BACK = ["中华人民共和国", "居民身份证", "签发机关样本县公安局", "有效期限2016.05.20-长期"]
REGISTER = ["常住人口登记卡", "姓名潘某珍", "户主或与户主关系户主", "公民身份证件编号450521194303150008"]
BOOK = ["活期储蓄存折", "户名潘某珍", "账号6900000000000000161"]


def read(*texts: str) -> Reading:
    boxes = [np.float32([[0, 40 * place], [400, 40 * place], [400, 40 * place + 20], [0, 40 * place + 20]])
             for place in range(len(texts))]  # fmt: skip
    return understood([Line(text, box, 0.99) for text, box in zip(texts, boxes, strict=True)])


def test_the_wrong_side_of_a_card_is_to_be_turned_over() -> None:
    assert mismatch("id_card", 0, read(*BACK), "card") == "这是身份证国徽面，请翻过来，先拍人像面。"
    assert mismatch("id_card", 1, read(*FRONT), "card") == "这是身份证人像面，请翻过来，再拍国徽面。"


@pytest.mark.parametrize(
    ("capture", "page", "texts"),
    [("id_card", 0, FRONT), ("id_card", 1, BACK), ("id_card", 2, FRONT), ("id_card", 3, FRONT), ("household_register", 0, REGISTER),
     ("bank_passbook", 0, BOOK), ("generic", 0, FRONT), ("id_card", 0, ["样本"]), ("photo", 0, []), ("form", 0, ["高龄津贴申请表"])],
)  # fmt: skip
def test_what_was_asked_for_and_what_cannot_be_told_passes(capture, page: int, texts: list[str]) -> None:
    assert mismatch(capture, page, read(*texts), "card") is None


@pytest.mark.parametrize(
    ("capture", "texts", "words"),
    [("id_card", REGISTER, "这是户口簿，这里要拍身份证"), ("household_register", FRONT, "这是身份证人像面，这里要拍户口簿"),
     ("bank_passbook", BACK, "这里要拍存折账户页或社保卡"), ("photo", BOOK, "这里要拍照片"), ("form", FRONT, "这里要拍签好名的表")],
)  # fmt: skip
def test_another_paper_is_named_and_what_is_wanted_too(capture, texts: list[str], words: str) -> None:
    assert words in mismatch(capture, 0, read(*texts), "other")


def test_both_sides_copied_on_one_sheet_are_either_side() -> None:
    both = read(*FRONT, *BACK)
    assert mismatch("id_card", 0, both, "a4") is None
    assert mismatch("id_card", 1, both, "other") is None


class TestSamePage:
    def test_a_page_captured_twice_is_known_again_though_a_character_was_misread(self):
        again = [*REGISTER[:1], "姓各潘某珍", *REGISTER[2:]]
        assert same_page(read(*REGISTER), read(*again))

    def test_the_next_page_of_a_register_is_another_though_its_labels_are_the_same(self):
        other = ["常住人口登记卡", "姓名潘某玲", "户主或与户主关系户主", "公民身份证件编号450521194303150016"]
        assert not same_page(read(*REGISTER), read(*other))

    def test_certificates_that_differ_in_their_number_only_are_two(self):
        words = "兹证明该户为脱贫户，情况属实，特此证明。编号"
        assert not same_page(read(words + "20260001"), read(words + "20260002"))
        assert same_page(read(words + "20260001"), read(words + "20260001"))

    def test_pages_that_say_next_to_nothing_are_not_compared(self):
        assert not same_page(read("样本"), read("样本"))
