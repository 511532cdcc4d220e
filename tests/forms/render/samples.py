"""Invented applicants, places and pictures for the tests of the paper; none is a person."""

import io
from datetime import date

from PIL import Image

from forms.item import ServiceItem

VILLAGE = "合浦县廉州镇烟楼村"
MADE_ON = date(2026, 11, 12)
GUIDE_URL = "https://nswt.example.cn/guide/MZ-008?village=450521100201"

SAMPLE_ANSWERS = {
    "text": "潘秀兰",
    "id_number": "450521194303150024",
    "phone": "13877990001",
    "address": "广西壮族自治区北海市合浦县廉州镇烟楼村委会第三村民小组18号",
    "date": "1943-03-15",
    "money": "620",
    "bank_account": "6217001234567890122",
    "textarea": "本人患高血压和风湿多年，不能下地干活；儿子在外打零工，收入不稳定。",
    "bool": True,
}


def full_answers(item: ServiceItem) -> dict:
    """Every question answered, with an invented answer of its kind."""
    return {
        field.id: field.choices[0] if field.choices else "3" if field.format else SAMPLE_ANSWERS[field.type]
        for field in item.form_fields
    }


def jpeg(width: int, height: int, grey: int = 90, mode: str = "RGB") -> bytes:
    """A plain picture with a dark field in its upper left quarter, so that a turn or a flip is seen."""
    picture = Image.new(mode, (width, height), grey if mode == "L" else (grey, grey, grey))
    picture.paste(0 if mode == "L" else (0, 0, 0), (0, 0, width // 2, height // 2))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()
