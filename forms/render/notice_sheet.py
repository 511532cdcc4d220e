"""一次性告知单 on paper: what is still needed first, then how the errand goes, in one page wherever it can be."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.notice_sheet import NoticeMaterial, NoticeSheet, NoticeStep
from forms.render import fonts, paper
from forms.render.paper import CONTENT_WIDTH, INK, INK_SOFT, LINE, RED, RED_DEEP, Fit, Span, Words, gap, grid

_BESIDE_WIDTH = 178.0
_BETWEEN = 20.0
_QR_SIDE = 30 * mm
_QR_COLUMN = 130.0
_FEW_GAPS = 6


def render_notice_sheet(sheet: NoticeSheet) -> bytes:
    """The sheet as PDF, A4. One page where it fits at 9 points or more; else the steps stand on their own page.

    Raises PaperFault when one block is taller than a page.
    """
    height = paper.WHOLE_PAGE.height
    fit = paper.tightest_needed(lambda fit: _one_page(sheet, fit), height)
    parts = [_one_page(sheet, fit)] if fit else _two_pages(sheet, height)
    foot = f"依据目录 {sheet.catalogue_digest[:8]} 版打印 · 事项编码 {sheet.item_code} · 告知单不收费"
    return paper.print_sheets(parts, title=f"一次性告知单 {sheet.item_name}", foot=foot)


def _one_page(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    return [*_needs(sheet, fit), *_way_and_facts(sheet, fit)]


def _two_pages(sheet: NoticeSheet, height: float) -> list[list[Flowable]]:
    """Facts stay on the first page where they fit; with a long list of gaps they go overleaf, beside the steps."""
    fit = paper.tightest_needed(lambda fit: _needs_and_facts(sheet, fit), height)
    first = _needs_and_facts if fit else _needs
    second = _way_only if fit else _way_overleaf
    fit = fit or paper.tightest_needed(lambda fit: _needs(sheet, fit), height) or paper.FITS[-1]
    second_fit = paper.tightest_needed(lambda fit: second(sheet, fit), height) or paper.FITS[-1]
    return [first(sheet, fit), second(sheet, second_fit)]


def _needs_and_facts(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    left = CONTENT_WIDTH - _QR_COLUMN - _BETWEEN
    facts = grid([[_facts(sheet, fit), "", _qr(sheet, fit)]], [left, _BETWEEN, _QR_COLUMN], padding=0)
    return [*_needs(sheet, fit), facts, gap(fit.gap(6)), *_small_print(sheet, fit)]


def _way_only(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    return [*_overleaf_head(sheet, fit), *_flow(sheet, fit)]


def _way_overleaf(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    return [*_overleaf_head(sheet, fit), *_way_and_facts(sheet, fit)]


def _overleaf_head(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    title = Words(f"{sheet.item_name}：怎么办，共 {len(sheet.steps)} 步", 16, bold=True)
    return [paper.Rule(4, RED), gap(fit.gap(8)), title, gap(fit.gap(8))]


def _way_and_facts(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    left = CONTENT_WIDTH - _BESIDE_WIDTH - _BETWEEN
    steps: list[Flowable] = [paper.section_title("怎么办", fit), gap(fit.gap(5)), *_flow(sheet, fit)]
    beside = [*_facts(sheet, fit), *_qr(sheet, fit)]
    columns = grid([[steps, "", beside]], [left, _BETWEEN, _BESIDE_WIDTH], padding=0)
    return [columns, gap(fit.gap(8)), *_small_print(sheet, fit)]


def _needs(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    beside = [sheet.village_name, written_date(sheet.made_on, weekday=True)]
    return [
        *paper.sheet_head("一次性告知单", sheet.item_name, beside, fit),
        *_gap_box(sheet, fit),
        paper.section_title("要用到的材料" if sheet.is_personal else "要带的材料，有一样勾一样", fit),
        gap(fit.gap(3)),
        _materials_table(sheet.materials, fit),
        gap(fit.gap(8)),
        *_who(sheet, fit),
        gap(fit.gap(8)),
    ]


def _gap_box(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    if not sheet.is_personal:
        return []
    if not sheet.gaps:
        done = Words("材料都齐了，可以交件。", 16, bold=True)
        return [paper.panel([done], edge=RED, inset=max(4, fit.gap(8))), gap(max(3.0, fit.gap(8)))]
    number = Span(str(len(sheet.gaps)), bold=True, ink=RED_DEEP)
    count = Words([Span("您还差 ", bold=True), number, Span(" 样，一次补齐：", bold=True)], 16)
    content = [count, gap(max(2.0, fit.gap(3))), _gap_list(sheet.gaps, fit)]
    return [paper.panel(content, edge=RED, inset=max(4, fit.gap(8))), gap(max(3.0, fit.gap(8)))]


def _gap_list(gaps: Sequence[str], fit: Fit) -> Flowable:
    """Few gaps in large type, one under the other; many in two columns, so that the sheet stays one page."""
    inner = CONTENT_WIDTH - 26
    if len(gaps) <= _FEW_GAPS:
        return grid([[_ticked_words(words, 14)] for words in gaps], [inner], padding=fit.gap(1.5))
    size = max(10, fit.size(12))
    half = -(-len(gaps) // 2)
    columns = [
        [block for words in part for block in (_ticked_words(words, size), gap(fit.gap(2)))]
        for part in (gaps[:half], gaps[half:])
    ]
    width = (inner - 14) / 2
    return grid([[columns[0], "", columns[1]]], [width, 14, width], padding=0)


def _ticked_words(words: str, size: float) -> Flowable:
    """A tick box with its words hanging beside it."""
    return _Hanging([paper.tick_box()], Words(words, size, leading=1.35), size * 1.5)


class _Hanging(Flowable):
    """A sign in the margin of some words: the second line stands under the first, not under the sign."""

    def __init__(self, sign: Sequence[Span], words: Words, indent: float):
        super().__init__()
        self._sign, self._words, self._indent = Words(sign, indent / 1.5, leading=1.35), words, indent

    def wrap(self, room: float, height: float) -> tuple[float, float]:
        self.width = room
        self._sign.wrap(self._indent, height)
        self.height = self._words.wrap(room - self._indent, height)[1]
        return self.width, self.height

    def draw(self) -> None:
        self._sign.drawOn(self.canv, 0, self.height - self._sign.height)
        self._words.drawOn(self.canv, self._indent, 0)


def _materials_table(lines: Sequence[NoticeMaterial], fit: Fit) -> Flowable:
    head = [Words(words, fit.size(10), ink=INK_SOFT) for words in ("", "材料", "要什么样的", "谁准备")]
    rows = [head, *(_material_row(line, fit) for line in lines)]
    widths = [22, CONTENT_WIDTH - 22 - 74 - 102, 74, 102]
    return grid(
        rows,
        widths,
        ("LINEABOVE", (0, 1), (-1, -1), 0.5, LINE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.5, LINE),
        ("RIGHTPADDING", (1, 0), (1, -1), 8),
        padding=fit.gap(3.5),
    )


def _material_row(line: NoticeMaterial, fit: Fit) -> list:
    size = fit.size(12)
    by_department = line.state == "department"
    sign = Words("—", size, ink=INK_SOFT) if by_department else Words([paper.tick_box(line.state == "have")], size)
    name: list[Flowable] = [Words(line.name, size, bold=not by_department)]
    if line.remark:
        name.append(Words(line.remark, fit.size(10), ink=INK_SOFT, leading=1.35))
    whose = "已经有了" if line.state == "have" else line.from_whom
    return [sign, name, Words(line.form, fit.size(11)), Words(whose, fit.size(11))]


def _who(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    conditions = "；".join(sheet.eligibility)
    words = [Span("谁能办  ", bold=True), Span(f"{sheet.audience}。" + (f"条件：{conditions}。" if conditions else ""))]
    return [Words(words, fit.size(11))]


def _flow(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    steps: list[Flowable] = [_Step(number, step, fit) for number, step in enumerate(sheet.steps, 1)]
    result = Words([Span("办成后您拿到：", bold=True, ink=RED_DEEP), Span(sheet.result, bold=True)], 14, leading=1.35)
    return [*steps, result]


class _Step(Flowable):
    """One desk: its number in a circle, what happens there, and beside the arrow onward how long it takes."""

    INDENT = 28.0

    def __init__(self, number: int, step: NoticeStep, fit: Fit):
        super().__init__()
        self._number, self._fit = str(number), fit
        what = [Span(step.where, bold=True), Span(f"  {step.what}")]
        self._words = Words(what, fit.size(11.5), leading=1.35)
        self._days = Words(step.days, fit.size(10.5), ink=INK_SOFT, leading=1.3)
        self._radius = fit.size(11) * 0.78

    def wrap(self, room: float, height: float) -> tuple[float, float]:
        words = self._words.wrap(room - self.INDENT, height)[1]
        days = self._days.wrap(room - self.INDENT, height)[1]
        self.width, self.height = room, max(words + days, 2 * self._radius + 12) + self._fit.gap(5)
        return self.width, self.height

    def draw(self) -> None:
        self._words.drawOn(self.canv, self.INDENT, self.height - self._words.height)
        self._days.drawOn(self.canv, self.INDENT, self.height - self._words.height - self._days.height)
        self._draw_arrow()
        self._draw_number()

    def _draw_number(self) -> None:
        size = max(paper.SMALLEST_SIZE, self._radius * 1.25)
        middle = self.height - self._radius - 0.5
        self.canv.setStrokeColor(RED)
        self.canv.setLineWidth(1.1)
        self.canv.circle(self._radius + 0.5, middle, self._radius, fill=0)
        left = self._radius + 0.5 - fonts.text_width(self._number, size, True) / 2
        paper.draw_text(self.canv, self._number, left, middle - size * 0.36, size, bold=True, ink=RED_DEEP)

    def _draw_arrow(self) -> None:
        x, top = self._radius + 0.5, self.height - 2 * self._radius - 3
        self.canv.setStrokeColor(INK_SOFT)
        self.canv.setFillColor(INK_SOFT)
        self.canv.setLineWidth(1)
        self.canv.line(x, top, x, 4)
        head = self.canv.beginPath()
        head.moveTo(x, 1)
        head.lineTo(x - 3, 6.5)
        head.lineTo(x + 3, 6.5)
        head.close()
        self.canv.drawPath(head, stroke=0, fill=1)


def _facts(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    """The answers a villager asks for aloud, large; the rest beneath."""
    facts = [
        ("多久办完", sheet.promised, True),
        ("要交多少钱", sheet.fee, True),
        ("在哪里办", sheet.where, False),
        ("国家规定的时限", sheet.statutory, False),
        ("公示", sheet.public_notice, False),
    ]
    return [block for label, value, is_key in facts for block in _fact(label, value, is_key, fit)]


def _fact(label: str, value: str, is_key: bool, fit: Fit) -> list[Flowable]:
    size = 14 if is_key else fit.size(11.5)
    return [
        Words(label, fit.size(10.5), ink=INK_SOFT, leading=1.3),
        Words(value, size, bold=is_key, ink=INK, leading=1.3),
        gap(fit.gap(6)),
    ]


def _qr(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    words = Words("微信扫一扫，看办事指南", max(10, fit.size(11)), leading=1.3)
    return [paper.QrCode(sheet.guide_url, _QR_SIDE), words]


def _small_print(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    basis = "依据：" + "；".join(sheet.legal_basis) + "。"
    return [
        *paper.unconfirmed_note(sheet.unconfirmed, fit),
        gap(max(3.0, fit.gap(5))),
        Words(basis, paper.SMALLEST_SIZE, ink=INK_SOFT, leading=1.35),
    ]
