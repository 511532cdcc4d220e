"""Draws fictitious sheets — cards, booklets, a form, a photograph — to lay under the virtual camera; nothing here is a real document.

Every sheet is stamped 样本 and carries no state emblem. Sizes are those of the real sheets, drawn at 300 dpi.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import forms

DPI = 300
INK = (38, 38, 42)
BLUE = (32, 70, 150)
RED = (200, 36, 40)
GREY = (120, 122, 126)

_FONTS = Path(next(iter(forms.__path__))) / "render" / "fonts"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, eq=False)
class Specimen:
    """A drawn sheet: `picture` is BGR uint8 (height, width, 3) at 300 dpi; sizes in millimetres; title in Chinese."""

    name: str
    title_zh: str
    picture: np.ndarray
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class SpecimenPerson:
    """A fictitious applicant; every field is printed as given, so the caller passes valid check digits."""

    name: str
    sex: str
    nation: str
    born_on: date
    address: str
    id_number: str
    bank_account: str
    bank_name: str = "样本农村信用合作联社"
    phone: str = "13900000000"
    village: str = "样本村"
    household_number: str = "00000168"
    household_head: str = ""
    issued_by: str = "样本县公安局"
    card_valid_from: date = date(2016, 5, 20)
    item_title: str = "高龄津贴"
    applied_on: date = date(2026, 3, 2)


def id_number_from(first_seventeen: str) -> str:
    """Return the 18 characters of a citizen identity number (GB 11643) from the first 17 digits."""
    if len(first_seventeen) != 17 or not first_seventeen.isdigit():
        raise ValueError("the first seventeen digits are needed")
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _ID_WEIGHTS, strict=True))
    return first_seventeen + "10X98765432"[total % 11]


def bank_account_from(prefix: str) -> str:
    """Return an account number: the digits given and a Luhn check digit."""
    total = 0
    for place, digit in enumerate(reversed(prefix)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return prefix + str(-total % 10)


def story_person() -> SpecimenPerson:
    """Return the fictitious applicant of the demonstration story."""
    return SpecimenPerson(
        name="潘某珍",
        sex="女",
        nation="汉",
        born_on=date(1943, 3, 15),
        address="广西合浦县样本镇样本村委会第三村民小组16号",
        # sequence 000 is never given out, so that this number is nobody's
        id_number=id_number_from("45052119430315000"),
        bank_account=bank_account_from("690000000000000016"),
        household_head="潘某珍",
    )


def specimens_for(person: SpecimenPerson) -> dict[str, Specimen]:
    """Draw every sheet this person would bring to the counter, by name; about a second of work, kept for the next call."""
    return dict(_drawn(person))


@lru_cache(maxsize=4)
def _drawn(person: SpecimenPerson) -> dict[str, Specimen]:
    sheets = (
        _id_card_front(person),
        _id_card_back(person),
        _register_cover(person),
        _register_member(person),
        _passbook(person),
        _application_form(person),
        _photo(person),
    )
    return {sheet.name: sheet for sheet in sheets}


class _Sheet:
    """A sheet being drawn; every length is in millimetres."""

    def __init__(self, width_mm: float, height_mm: float, colour: tuple[int, int, int]) -> None:
        self.size_mm = (width_mm, height_mm)
        self.image = Image.new("RGB", (_pixels(width_mm), _pixels(height_mm)), colour)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self, x: float, y: float, words: str, size: float, colour=INK, bold: bool = False, anchor: str = "la"
    ) -> None:
        """Write one line; `size` is the height of the characters."""
        self.draw.text((_pixels(x), _pixels(y)), words, font=_font(_pixels(size), bold), fill=colour, anchor=anchor)

    def paragraph(self, x: float, y: float, words: str, size: float, per_line: int, colour=INK) -> None:
        """Write lines of so many characters."""
        for number, start in enumerate(range(0, len(words), per_line)):
            self.text(x, y + number * size * 1.55, words[start : start + per_line], size, colour)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.2, colour=INK) -> None:
        """Draw a straight line."""
        self.draw.line([_pixels(x0), _pixels(y0), _pixels(x1), _pixels(y1)], fill=colour, width=max(1, _pixels(width)))

    def box(self, x: float, y: float, width: float, height: float, border: float = 0.2, colour=INK, fill=None) -> None:
        """Draw a rectangle."""
        corners = [_pixels(x), _pixels(y), _pixels(x + width), _pixels(y + height)]
        self.draw.rectangle(corners, outline=colour, fill=fill, width=max(1, _pixels(border)))

    def disc(self, x: float, y: float, radius: float, fill=None, outline=None, border: float = 0.3) -> None:
        """Draw a circle around (x, y)."""
        corners = [_pixels(x - radius), _pixels(y - radius), _pixels(x + radius), _pixels(y + radius)]
        self.draw.ellipse(corners, fill=fill, outline=outline, width=max(1, _pixels(border)))

    def table(self, x: float, y: float, columns: list[float], rows: list[float], colour=INK) -> None:
        """Draw the lines of a table with these column widths and row heights."""
        across, down = x, y
        for width in [0.0, *columns]:
            across += width
            self.line(across, y, across, y + sum(rows), 0.2, colour)
        for height in [0.0, *rows]:
            down += height
            self.line(x, down, x + sum(columns), down, 0.2, colour)

    def stamp_specimen(self, x: float, y: float, size: float, angle: float = 18) -> None:
        """Stamp 样本 in a red frame, turned, around (x, y)."""
        side = _pixels(size * 3.2)
        stamp = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        pen = ImageDraw.Draw(stamp)
        pen.text((side // 2, side // 2), "样本", font=_font(_pixels(size), True), fill=(*RED, 150), anchor="mm")
        reach, height = _pixels(size * 1.25), _pixels(size * 0.75)
        frame = [side // 2 - reach, side // 2 - height, side // 2 + reach, side // 2 + height]
        pen.rectangle(frame, outline=(*RED, 150), width=max(2, _pixels(size * 0.06)))
        self.paste(stamp.rotate(angle, resample=Image.Resampling.BICUBIC), x, y)

    def paste(self, layer: Image.Image, x: float, y: float) -> None:
        """Lay a transparent picture down, its middle at (x, y)."""
        self.image.paste(layer, (_pixels(x) - layer.width // 2, _pixels(y) - layer.height // 2), layer)

    def finished(self, name: str, title_zh: str) -> Specimen:
        """Return the sheet with the fine unevenness of real paper."""
        picture = np.asarray(self.image)[:, :, ::-1].astype(np.int16)
        fibres = np.random.default_rng(len(name)).normal(0, 1.6, picture.shape[:2]).round().astype(np.int16)
        picture = np.clip(picture + fibres[:, :, None], 0, 255).astype(np.uint8)
        return Specimen(name, title_zh, np.ascontiguousarray(picture), *self.size_mm)


def _pixels(millimetres: float) -> int:
    return round(millimetres * DPI / 25.4)


@lru_cache(maxsize=64)
def _font(height: int, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf"), height)


def _day(day: date, mark: str = ".") -> str:
    return f"{day.year}{mark}{day.month:02d}{mark}{day.day:02d}"


def _portrait(width_mm: float, height_mm: float, backdrop=(214, 224, 234)) -> Image.Image:
    """Draw a head and shoulders that are nobody's."""
    width, height = _pixels(width_mm), _pixels(height_mm)
    image = Image.new("RGBA", (width, height), (*backdrop, 255))
    pen = ImageDraw.Draw(image)
    pen.ellipse([width * 0.08, height * 0.68, width * 0.92, height * 1.5], fill=(72, 86, 112, 255))
    pen.rectangle([width * 0.42, height * 0.52, width * 0.58, height * 0.74], fill=(206, 168, 142, 255))
    pen.ellipse([width * 0.26, height * 0.1, width * 0.74, height * 0.56], fill=(58, 54, 56, 255))
    pen.ellipse([width * 0.3, height * 0.18, width * 0.7, height * 0.62], fill=(220, 184, 158, 255))
    for side in (0.41, 0.59):
        pen.ellipse(
            [width * (side - 0.022), height * 0.37, width * (side + 0.022), height * 0.395], fill=(46, 42, 44, 255)
        )
    pen.line(
        [width * 0.45, height * 0.51, width * 0.55, height * 0.51], fill=(170, 100, 92, 255), width=max(1, width // 60)
    )
    return image.filter(ImageFilter.GaussianBlur(max(1, width // 220)))


def _wave_ground(sheet: _Sheet, colour: tuple[int, int, int], step_mm: float = 1.6) -> None:
    """Draw the faint wavy lines printed under cards and booklets."""
    width, height = sheet.image.size
    across = np.arange(0, width + 24, 24)
    for number, top in enumerate(range(-_pixels(6), height + _pixels(6), _pixels(step_mm))):
        down = top + np.sin(across / width * 9 + number * 0.16) * _pixels(2.2)
        sheet.draw.line(list(zip(across.tolist(), down.tolist(), strict=True)), fill=colour, width=2)


def _id_card_front(person: SpecimenPerson) -> Specimen:
    sheet = _Sheet(85.6, 54.0, (232, 240, 243))
    _wave_ground(sheet, (208, 224, 233))
    label, x = (52, 104, 160), 5.5
    for y, words in ((7.0, "姓 名"), (14.0, "性 别"), (21.0, "出 生"), (28.0, "住 址"), (46.0, "公民身份号码")):
        sheet.text(x, y, words, 2.6, label)
    sheet.text(17, 6.4, person.name, 3.6, bold=True)
    sheet.text(17, 13.6, person.sex, 3.1)
    sheet.text(27, 14.0, "民 族", 2.6, label)
    sheet.text(37, 13.6, person.nation, 3.1)
    for offset, words, colour in (
        (0.0, str(person.born_on.year), INK), (8.8, "年", label), (13.8, str(person.born_on.month), INK),
        (18.4, "月", label), (23.2, str(person.born_on.day), INK), (28.0, "日", label),
    ):  # fmt: skip
        sheet.text(17 + offset, 20.8, words, 2.8, colour)
    sheet.paragraph(17, 27.6, person.address, 2.9, 12)
    sheet.text(30, 45.2, person.id_number, 3.9, bold=True)
    sheet.paste(_portrait(24, 29.5, (226, 234, 238)), 69, 24)
    sheet.stamp_specimen(48, 39.2, 5.0, 8)
    return sheet.finished("id_card_front", "身份证（人像面）")


def _id_card_back(person: SpecimenPerson) -> Specimen:
    sheet = _Sheet(85.6, 54.0, (233, 239, 240))
    _wave_ground(sheet, (214, 226, 228))
    sheet.disc(14, 14, 8.2, fill=(224, 150, 142), outline=RED, border=0.6)
    sheet.text(14, 14, "徽 位", 3.2, (255, 246, 240), True, "mm")
    sheet.text(52, 12, "中华人民共和国", 5.0, INK, True, "mm")
    sheet.text(52, 22, "居 民 身 份 证", 6.0, INK, True, "mm")
    sheet.text(16, 38.2, "签发机关", 2.7, bold=True)
    sheet.text(32, 38.0, person.issued_by, 2.9)
    sheet.text(16, 45.2, "有效期限", 2.7, bold=True)
    sheet.text(32, 45.0, f"{_day(person.card_valid_from)}-长期", 2.9)
    sheet.stamp_specimen(66, 38, 6.5, -14)
    return sheet.finished("id_card_back", "身份证（国徽面）")


def _register_page(title: str) -> _Sheet:
    sheet = _Sheet(143, 105, (246, 240, 226))
    _wave_ground(sheet, (238, 228, 208), 2.4)
    sheet.text(71.5, 10, title, 5.4, INK, True, "mm")
    return sheet


def _red_seal(radius_mm: float, words: str) -> Image.Image:
    """Draw a round red seal without star or emblem."""
    side = _pixels(radius_mm * 2 + 2)
    seal = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(seal)
    margin = _pixels(0.8)
    pen.ellipse([margin, margin, side - margin, side - margin], outline=(*RED, 190), width=_pixels(0.7))
    pen.text((side // 2, side * 0.42), words, font=_font(_pixels(radius_mm * 0.3), True), fill=(*RED, 190), anchor="mm")
    pen.text(
        (side // 2, side * 0.64),
        "样本专用章",
        font=_font(_pixels(radius_mm * 0.24), False),
        fill=(*RED, 190),
        anchor="mm",
    )
    return seal


def _register_cover(person: SpecimenPerson) -> Specimen:
    sheet = _register_page("常住人口登记 首页")
    rows = [13.0, 13.0, 15.0]
    sheet.table(10, 22, [26, 36, 26, 35], rows[:2])
    sheet.table(10, 48, [26, 97], rows[2:])
    for x, y, words in (
        (12, 26, "户 别"),
        (74, 26, "户主姓名"),
        (12, 39, "户 号"),
        (74, 39, "登记机关"),
        (12, 53, "住 址"),
    ):
        sheet.text(x, y, words, 3.2)
    sheet.text(38, 25.8, "家庭户", 3.4, BLUE)
    sheet.text(100, 25.8, person.household_head or person.name, 3.4, BLUE)
    sheet.text(38, 38.8, person.household_number, 3.4, BLUE)
    sheet.text(100, 39.2, person.issued_by, 2.8, BLUE)
    sheet.text(38, 52.8, person.address, 3.2, BLUE)
    sheet.text(12, 72, "承办人签章：", 3.0)
    sheet.text(88, 94, "2016 年 5 月 20 日签发", 3.0)
    sheet.paste(_red_seal(14, "户口登记"), 104, 80)
    sheet.stamp_specimen(45, 82, 8)
    return sheet.finished("household_register_1", "户口簿（首页）")


def _register_member(person: SpecimenPerson) -> Specimen:
    sheet = _register_page("常住人口登记卡")
    columns, row = [27, 35, 27, 34], 10.0
    sheet.table(10, 17, columns, [row] * 6)
    sheet.table(10, 77, [27, 96], [row])
    relation = "户主" if (person.household_head or person.name) == person.name else "家庭成员"
    born = f"{person.born_on.year}年{person.born_on.month}月{person.born_on.day}日"
    cells = (
        ("姓 名", person.name), ("户主或与户主关系", relation), ("曾用名", ""), ("性 别", person.sex),
        ("出生地", "样本县"), ("民 族", person.nation), ("籍 贯", "样本县"), ("出生日期", born),
        ("文化程度", "小学"), ("婚姻状况", "丧偶"), ("服务处所", "务农"), ("职 业", "粮农"),
    )  # fmt: skip
    for place, (label, words) in enumerate(cells):
        x, y = (10 if place % 2 == 0 else 72), 17 + place // 2 * row
        sheet.text(x + 1.6, y + row / 2, label, 2.6 if len(label) < 7 else 2.1, anchor="lm")
        sheet.text(x + 29, y + row / 2, words, 3.2, BLUE, anchor="lm")
    sheet.text(11.6, 82, "公民身份证件编号", 2.3, anchor="lm")
    sheet.text(39, 82, person.id_number, 3.8, BLUE, anchor="lm")
    sheet.text(12, 92, "承办人签章：", 2.8)
    sheet.text(92, 94, "登记日期：2016 年 5 月 20 日", 2.8)
    sheet.paste(_red_seal(9, "户口专用"), 62, 92)
    sheet.stamp_specimen(112, 60, 7)
    return sheet.finished("household_register_2", "户口簿（本人页）")


def _passbook(person: SpecimenPerson) -> Specimen:
    sheet = _Sheet(130, 90, (236, 244, 236))
    _wave_ground(sheet, (214, 232, 216))
    sheet.box(4, 4, 122, 82, 0.4, (70, 128, 88))
    sheet.text(65, 12, person.bank_name, 5.0, (26, 92, 54), True, "mm")
    sheet.text(65, 20, "活期储蓄存折", 4.0, (26, 92, 54), False, "mm")
    grouped = " ".join(person.bank_account[start : start + 4] for start in range(0, len(person.bank_account), 4))
    for y, label, words in (
        (29, "户 名", person.name), (38, "账 号", grouped), (47, "开户机构", person.bank_name + person.village + "分社"),
        (56, "币 种", "人民币"), (65, "开户日期", _day(date(2012, 8, 6), "-")),
    ):  # fmt: skip
        sheet.text(12, y, label, 3.0, (26, 92, 54))
        sheet.text(34, y - 0.3, words, 3.5 if label == "账 号" else 3.2)
        sheet.line(33, y + 5, 120, y + 5, 0.12, (120, 170, 132))
    sheet.text(12, 77, "凭密码支取    通存通兑    请妥善保管", 2.6, GREY)
    sheet.paste(_red_seal(10, "储蓄业务"), 104, 68)
    sheet.stamp_specimen(72, 66, 7)
    return sheet.finished("bank_passbook", "银行存折（账户页）")


def _handwriting(sheet: _Sheet, x: float, y: float, words: str, size: float) -> None:
    """Write slanted, unevenly placed characters in blue-black ink."""
    generator = np.random.default_rng(len(words))
    for character in words:
        side = _pixels(size * 1.6)
        tile = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text(
            (side // 2, side // 2), character, font=_font(_pixels(size), False), fill=(28, 34, 84, 235), anchor="mm"
        )
        tile = tile.rotate(float(generator.normal(4, 3)), resample=Image.Resampling.BICUBIC)
        sheet.paste(tile, x, y + float(generator.normal(0, 0.35)))
        x += size * 1.05


def _thumb_print() -> Image.Image:
    """Draw a red thumb print that is nobody's: broken arcs in an oval."""
    width, height = _pixels(14), _pixels(18)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (across / width - 0.5) * 2, (down / height - 0.55) * 2
    bend = np.sqrt(x**2 * 1.3 + (y + 0.25 * x**2) ** 2)
    generator = np.random.default_rng(7)
    patchy = np.kron(generator.random((height // 8 + 1, width // 8 + 1)), np.ones((8, 8)))[:height, :width]
    ridges = (np.sin(bend * 44 + np.sin(x * 3) * 1.2) > -0.15) & (x**2 + y**2 < 0.92) & (patchy > 0.08)
    layer = np.zeros((height, width, 4), np.uint8)
    layer[ridges] = (*RED, 205)
    return Image.fromarray(layer).filter(ImageFilter.GaussianBlur(1.2)).rotate(-12, resample=Image.Resampling.BICUBIC)


def _application_form(person: SpecimenPerson) -> Specimen:
    sheet = _Sheet(210, 297, (250, 250, 247))
    sheet.text(105, 24, f"{person.item_title}申请表", 8.0, INK, True, "mm")
    sheet.text(20, 36, f"申请日期：{_day(person.applied_on)}", 3.6)
    sheet.text(190, 36, "编号：样本-0001", 3.6, anchor="ra")
    sheet.table(20, 44, [30, 55, 30, 55], [13.0] * 3)
    sheet.table(20, 83, [30, 140], [13.0] * 3)
    for x, y, label, words in (
        (20, 44, "姓 名", person.name), (105, 44, "性 别", person.sex),
        (20, 57, "民 族", person.nation), (105, 57, "出生日期", _day(person.born_on)),
        (20, 70, "联系电话", person.phone), (105, 70, "所在村", person.village),
        (20, 83, "身份证号", person.id_number), (20, 96, "住 址", person.address),
        (20, 109, "银行账号", f"{person.bank_account}  {person.bank_name}"),
    ):  # fmt: skip
        sheet.text(x + 3, y + 6.5, label, 3.9, anchor="lm")
        sheet.text(x + 33, y + 6.5, words, 4.0, BLUE, anchor="lm")
    _form_lower_half(sheet, person)
    sheet.stamp_specimen(164, 30, 9)
    return sheet.finished("apply_form", f"{person.item_title}申请表")


def _form_lower_half(sheet: _Sheet, person: SpecimenPerson) -> None:
    """Write the reason, the declaration, the signature with a thumb print, and the boxes for opinions."""
    sheet.table(20, 122, [30, 140], [46.0, 40.0, 40.0])
    for y, label in ((145, "申请理由"), (188, "村委会意见"), (228, "镇级意见")):
        sheet.text(35, y, label, 3.9, anchor="mm")
    reason = (
        f"本人{person.name}，现居住于{person.village}，已达到{person.item_title}的年龄条件，特此申请，请予审核批准。"
    )
    sheet.paragraph(54, 127, reason, 4.0, 30, BLUE)
    sheet.paragraph(54, 147, "本人承诺以上内容真实，如有不实愿意承担相应责任。", 3.6, 34)
    sheet.text(112, 160, "申请人签名：", 4.0, anchor="lm")
    _handwriting(sheet, 142, 159.5, person.name, 6.5)
    sheet.paste(_thumb_print(), 168, 157)
    for y in (194, 234):
        sheet.text(118, y, "（盖章）", 3.8)
        sheet.text(150, y, "年    月    日", 3.8)
    sheet.text(20, 256, "说明：1. 本表一式两份。2. 请用黑色或蓝色笔填写。3. 本表为样本，不作任何证明。", 3.2, GREY)


def _photo(person: SpecimenPerson) -> Specimen:
    sheet = _Sheet(102, 152, (252, 252, 250))
    scene = Image.new("RGBA", (_pixels(92), _pixels(126)), (176, 206, 228, 255))
    pen = ImageDraw.Draw(scene)
    width, height = scene.size
    pen.polygon(
        [
            (0, height * 0.5),
            (width * 0.3, height * 0.32),
            (width * 0.62, height * 0.5),
            (width, height * 0.36),
            (width, height),
            (0, height),
        ],
        fill=(122, 158, 112, 255),
    )
    pen.rectangle([0, height * 0.62, width, height], fill=(176, 158, 126, 255))
    for number in range(9):
        pen.line(
            [width * number / 8, height, width * (0.4 + number / 40), height * 0.62], fill=(160, 142, 112, 255), width=4
        )
    figure = _portrait(58, 82, (0, 0, 0)).convert("RGB")
    mask = Image.fromarray((np.asarray(figure).max(axis=2) > 24).astype(np.uint8) * 255).filter(
        ImageFilter.GaussianBlur(2)
    )
    scene.paste(figure, (width // 2 - figure.width // 2, height - figure.height), mask)
    sheet.paste(scene, 51, 69)
    sheet.text(51, 142, f"{person.name} 生活照（样本）", 4.2, INK, False, "mm")
    sheet.stamp_specimen(80, 20, 7)
    return sheet.finished("photo", "生活照")
