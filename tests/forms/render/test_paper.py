"""What all sheets share: quick to make, a code in whole squares, room kept for characters without ink."""

import time

import pikepdf

from forms.render import paper
from forms.render.application_form import render_application_form
from forms.render.notice_sheet import render_notice_sheet
from forms.render.printing import print_sheets
from tests.forms.render.reading import boxes_of, code_on
from tests.forms.render.samples import MADE_ON, VILLAGE, full_answers


def _quickest(work) -> float:
    work()
    took = []
    for _ in range(8):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def test_an_ordinary_sheet_is_made_in_less_than_a_twentieth_of_a_second(items, personal_sheet):
    sheet, item = personal_sheet("MZ-008", "much"), items["MZ-008"]
    assert _quickest(lambda: render_notice_sheet(sheet)) < 0.05
    answers = full_answers(item)
    assert _quickest(lambda: render_application_form(item, answers, village_name=VILLAGE, made_on=MADE_ON)) < 0.05


def test_a_code_stands_in_squares_that_a_phone_reads():
    content = "https://nswt.example.cn/c/K7QM3XV9RT"
    pdf = print_sheets([[paper.QrCode(content, 100)]], title="码", foot="码")
    assert code_on(pdf) == content


def test_two_codes_on_one_sheet_do_not_disturb_each_other_or_the_words(tmp_path):
    story = [paper.QrCode("甲", 80), paper.Words("字", 12), paper.QrCode("乙", 80), paper.Words("字", 12)]
    pdf = print_sheets([story], title="码", foot="码")
    words = [box for box in boxes_of(pdf) if box.words == "字"]
    assert len(words) == 2 and words[0].left == words[1].left
    (tmp_path / "two.pdf").write_bytes(pdf)
    with pikepdf.open(tmp_path / "two.pdf") as read:
        assert read.check_pdf_syntax() == []


def test_a_sign_without_ink_moves_nothing():
    def places(text):
        return [(box.words, box.left) for box in boxes_of(print_sheets([[text]], title="名", foot="名"))]

    plain, varied = (paper.Words(name, 14, align="right") for name in ("葛城 王", "葛\U000e0100城\ufe00 王\u200d"))
    assert places(plain) == places(varied)
