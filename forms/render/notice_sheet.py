"""一次性告知单 on paper: what is still needed first, then how the errand goes, in one page wherever it can be."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.notice_sheet import FINAL_WORDS, NoticeMaterial, NoticeSheet
from forms.render import paper
from forms.render.flowchart import FlowChartDrawing, largest_size
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, LINE, RED, RED_DEEP, Fit, Span, Words, gap, grid
from forms.render.printing import print_sheets

_BESIDE_WIDTH = 150.0
_BETWEEN = 16.0
_QR_SIDE = 30 * mm
_QR_COLUMN = 130.0
_FEW_GAPS = 6


def render_notice_sheet(sheet: NoticeSheet) -> bytes:
    """The sheet as PDF, A4. One page where it fits at 9 points or more; else the way stands on its own page.

    Raises PaperFault when one block is taller than a page.
    """
    height = paper.WHOLE_PAGE.height
    fit = paper.tightest_needed(lambda fit: _one_page(sheet, fit), height)
    parts = [_one_page(sheet, fit)] if fit else _two_pages(sheet, height)
    foot = f"依据目录 {sheet.catalogue_digest[:8]} 版打印 · 事项编码 {sheet.item_code} · 告知单不收费"
    return print_sheets(parts, title=f"一次性告知单 {sheet.item_name}", foot=foot)


def _one_page(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    left = CONTENT_WIDTH - _BESIDE_WIDTH - _BETWEEN
    way: list[Flowable] = [_way_title(sheet, fit), gap(fit.gap(5)), *_flow(sheet, fit, fit.size(10.5))]
    beside = [*_facts_stacked(sheet, fit), *_qr(sheet, fit)]
    columns = grid([[way, "", beside]], [left, _BETWEEN, _BESIDE_WIDTH], padding=0)
    return [*_needs(sheet, fit), columns, gap(fit.gap(8)), *_small_print(sheet, fit)]


def _two_pages(sheet: NoticeSheet, height: float) -> list[list[Flowable]]:
    """What to bring and the facts in front, the way overleaf; a very long list of gaps pushes the facts there too."""
    fit = paper.tightest_needed(lambda fit: _needs_and_facts(sheet, fit), height)
    if fit:
        return [_needs_and_facts(sheet, fit), _overleaf(sheet, height, [])]
    fit = paper.tightest_needed(lambda fit: _needs(sheet, fit), height) or paper.FITS[-1]
    facts = [gap(8), *_facts_and_code(sheet, paper.FITS[-1]), *_small_print(sheet, paper.FITS[-1])]
    return [_needs(sheet, fit), _overleaf(sheet, height, facts)]


def _needs_and_facts(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    return [*_needs(sheet, fit), *_facts_and_code(sheet, fit), *_small_print(sheet, fit)]


def _facts_and_code(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    left = CONTENT_WIDTH - _QR_COLUMN - _BETWEEN
    return [
        grid([[_facts_listed(sheet, fit), "", _qr(sheet, fit)]], [left, _BETWEEN, _QR_COLUMN], padding=0),
        gap(fit.gap(6)),
    ]


def _overleaf(sheet: NoticeSheet, height: float, facts: list[Flowable]) -> list[Flowable]:
    """The way over the whole width, as large as one page allows; a longer one goes on at nine points."""
    title = Words(f"{sheet.item_name}：怎么办，共 {sheet.flow.step_count} 步", 16, bold=True)
    head = [paper.Rule(4, RED), gap(8), title, gap(8)]
    room = height - paper.heights([*head, *_flow(sheet, Fit(), paper.SMALLEST_SIZE)[1:], *facts])
    size = largest_size(sheet.flow, CONTENT_WIDTH, room, smallest=paper.SMALLEST_SIZE) or paper.SMALLEST_SIZE
    return [*head, *_flow(sheet, Fit(), size), *facts]


def _way_title(sheet: NoticeSheet, fit: Fit) -> Words:
    return paper.section_title(f"怎么办，共 {sheet.flow.step_count} 步", fit)


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
        return [_red_panel([done, *_perhaps(sheet, fit)], fit), gap(max(3.0, fit.gap(8)))]
    number = Span(str(len(sheet.gaps)), bold=True, ink=RED_DEEP)
    count = Words([Span("您还差 ", bold=True), number, Span(" 样，一次补齐：", bold=True)], 16)
    content = [count, gap(max(2.0, fit.gap(3))), _gap_list(sheet.gaps, fit), *_perhaps(sheet, fit)]
    return [_red_panel(content, fit), gap(max(3.0, fit.gap(8)))]


def _red_panel(content: list[Flowable], fit: Fit) -> Flowable:
    final = Words(FINAL_WORDS, fit.size(10), ink=INK_SOFT, leading=1.35)
    return paper.panel([*content, gap(max(2.0, fit.gap(4))), final], edge=RED, inset=max(4, fit.gap(8)))


def _perhaps(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    """What is needed only if something turns out so that nobody has said yet."""
    if not sheet.perhaps:
        return []
    lines = [_ticked_words(words, fit.size(11)) for words in sheet.perhaps]
    return [gap(max(2.0, fit.gap(4))), Words("还没说定的，是这种情况才要：", fit.size(12), bold=True), *lines]


def _gap_list(gaps: Sequence[str], fit: Fit) -> Flowable:
    """Few gaps in large type, one under the other; many in two columns, so that the sheet stays one page."""
    inner = CONTENT_WIDTH - 26
    if len(gaps) <= _FEW_GAPS:
        return grid([[_ticked_words(words, max(11.5, fit.size(14)))] for words in gaps], [inner], padding=fit.gap(1.5))
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
    said = "；".join(filter(None, (f"要看得清{line.shows}" if line.shows and not by_department else "", line.remark)))
    if said:
        name.append(Words(said, fit.size(10), ink=INK_SOFT, leading=1.35))
    whose = "已经有了" if line.state == "have" else line.from_whom
    return [sign, name, Words(line.form, fit.size(11)), Words(whose, fit.size(11))]


def _who(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    conditions = "；".join(sheet.eligibility)
    words = [Span("谁能办  ", bold=True), Span(f"{sheet.audience}。" + (f"条件：{conditions}。" if conditions else ""))]
    return [Words(words, fit.size(11))]


def _flow(sheet: NoticeSheet, fit: Fit, size: float) -> list[Flowable]:
    """The chart, and beneath it what may end the way earlier."""
    notes = [Words(words, fit.size(10), ink=INK_SOFT, leading=1.35) for words in sheet.flow.notes]
    return [FlowChartDrawing(sheet.flow, size), gap(fit.gap(4)), *notes]


def _facts(sheet: NoticeSheet) -> list[tuple[str, str, bool]]:
    """The answers a villager asks for aloud, the first two largest."""
    return [
        ("多久办完", sheet.promised, True),
        ("要交多少钱", sheet.fee, True),
        ("在哪里办", sheet.where, False),
        ("什么时候办", f"{sheet.window}；开门时间：{sheet.point.hours_words}", False),
        ("电话", sheet.point.telephone_words, False),
        ("国家规定的时限", sheet.statutory, False),
        ("公示", sheet.public_notice, False),
    ]


def _facts_stacked(sheet: NoticeSheet, fit: Fit) -> list[Flowable]:
    """Beside the way: each answer beneath its question."""
    blocks: list[Flowable] = []
    for label, value, is_key in _facts(sheet):
        blocks += [
            Words(label, fit.size(10.5), ink=INK_SOFT, leading=1.3),
            Words(value, 13 if is_key else fit.size(11.5), bold=is_key, leading=1.3),
            gap(fit.gap(6)),
        ]
    return blocks


def _facts_listed(sheet: NoticeSheet, fit: Fit) -> Flowable:
    """Beneath the materials: each answer beside its question."""
    width = CONTENT_WIDTH - _QR_COLUMN - _BETWEEN
    rows = [
        [
            Words(label, fit.size(10.5), ink=INK_SOFT, leading=1.35),
            Words(value, fit.size(13 if is_key else 11.5), bold=is_key, leading=1.3),
        ]
        for label, value, is_key in _facts(sheet)
    ]
    return grid(rows, [82, width - 82], padding=fit.gap(1.5))


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
