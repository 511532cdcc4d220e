"""The correction notice: every reason at once, with what to do, and where to look."""

import dataclasses
from datetime import date

import pytest

from forms.render.correction_notice import (
    CorrectionNotice,
    CorrectionPoint,
    NothingToCorrect,
    render_correction_notice,
)
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    code_on,
    page_count,
    squeezed,
    text_of,
)
from tests.forms.render.samples import VILLAGE

NOTICE = CorrectionNotice(
    case_number="HP-2026-000123",
    item_name="高龄津贴申请",
    applicant_masked="潘**",
    village_name=VILLAGE,
    department="廉州镇民政",
    made_on=date(2026, 11, 13),
    due_on=date(2026, 11, 20),
    points=(
        CorrectionPoint("老年人居民户口簿", "本人页拍得反光，看不清“出生日期”。", "把户口簿再带来，重新拍本人页。"),
        CorrectionPoint("银行存折账户页", "户名是儿子的，不是老人自己的账户。", "带老人自己的社会保障卡来拍。"),
        CorrectionPoint("老年人近期生活照", "照片是两年前的。", "由村代办员上门或在柜台现拍一张。"),
    ),
    lookup_code="K7QM3XV9RT",
    tracking_url="https://nswt.example.cn/t/K7QM3XV9RT",
)


def test_every_reason_is_told_at_once():
    pdf = render_correction_notice(NOTICE)
    read = text_of(pdf)
    expected = [
        "补正告知书",
        "有3样要补",
        NOTICE.case_number,
        NOTICE.department,
        "2026年11月20日（周五）",
        NOTICE.lookup_code,
    ]
    for point in NOTICE.points:
        expected += [point.material_name, point.reason, point.what_to_do]
    assert [words for words in expected if squeezed(words) not in read] == []
    assert page_count(pdf) == 1
    assert_family_type(pdf)


def test_a_day_nobody_set_is_to_be_confirmed():
    assert "待确认" in text_of(render_correction_notice(dataclasses.replace(NOTICE, due_on=None)))


def test_a_notice_with_nothing_in_it_is_refused():
    with pytest.raises(NothingToCorrect, match="没有写要补什么"):
        render_correction_notice(dataclasses.replace(NOTICE, points=()))


@pytest.mark.parametrize("times", [1, 3, 8])
def test_nothing_overlaps_or_runs_off(times):
    pdf = render_correction_notice(dataclasses.replace(NOTICE, points=NOTICE.points * times))
    assert text_of(pdf).count("照片是两年前的") == times
    assert_well_laid(pdf)


def test_a_very_long_reason_goes_on_overleaf():
    long = CorrectionPoint("户口簿", "看不清楚，" * 400, "重新拍，" * 400)
    pdf = render_correction_notice(dataclasses.replace(NOTICE, points=(long,)))
    assert text_of(pdf).count("看不清楚") >= 390
    assert_well_laid(pdf)


def test_a_phone_reads_the_code():
    assert code_on(render_correction_notice(NOTICE)) == NOTICE.tracking_url
