"""公示单 on paper: for the village board, in type that is read from a step away."""

from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.public_notice_sheet import SECRECY, PublicNoticeSheet
from forms.render import paper
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, LINE, RED, RED_DEEP, Fit, Span, Words, gap, grid
from forms.render.printing import print_sheets

_LABEL_WIDTH = 150.0
_BIG = 20.0
# A wall is read standing: type is given up before it becomes as small as a sheet in the hand.
_FITS = (Fit(1.1, 1.5), Fit(), Fit(0.9, 0.8), Fit(0.8, 0.6), Fit(0.72, 0.5))


def render_public_notice_sheet(sheet: PublicNoticeSheet) -> bytes:
    """The sheet as PDF, A4, one page where it fits. Raises PaperFault when one block is taller than a page."""
    fit = paper.tightest_needed(lambda fit: _story(sheet, fit), paper.WHOLE_PAGE.height, _FITS) or _FITS[-1]
    foot = f"办件编号 {sheet.case_number} · 公示期满请取下，并拍照留存"
    return print_sheets([_story(sheet, fit)], title=f"公示单 {sheet.item_name}", foot=foot)


def _story(sheet: PublicNoticeSheet, fit: Fit) -> list[Flowable]:
    return [
        paper.Rule(6, RED),
        gap(fit.gap(10)),
        Words("公　示", 46 * min(1.0, fit.type), bold=True, ink=RED_DEEP, align="center", leading=1.2),
        gap(fit.gap(6)),
        Words(sheet.item_name, fit.size(26), bold=True, align="center", leading=1.3),
        Words(sheet.village_name, fit.size(16), ink=INK_SOFT, align="center"),
        gap(fit.gap(10)),
        Words(f"　　{sheet.what}。现把有关情况公示如下：", fit.size(_BIG), leading=1.45),
        gap(fit.gap(8)),
        _columns(sheet, fit),
        gap(fit.gap(12)),
        *_period(sheet, fit),
        gap(fit.gap(10)),
        *_tell(sheet, fit),
        gap(fit.gap(14)),
        *_signed(sheet, fit),
    ]


def _columns(sheet: PublicNoticeSheet, fit: Fit) -> Flowable:
    """What is known while the notice hangs; of some items nothing is, but what the notice is about."""
    if not sheet.columns:
        return gap(0)
    rows = [
        [Words(label, fit.size(_BIG - 2), ink=INK_SOFT), Words(value, fit.size(_BIG + 2), bold=True)]
        for label, value in sheet.columns
    ]
    return grid(
        rows,
        [_LABEL_WIDTH, CONTENT_WIDTH - _LABEL_WIDTH],
        ("GRID", (0, 0), (-1, -1), 0.9, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("RIGHTPADDING", (0, 0), (-1, -1), 10),
        padding=fit.gap(5),
    )


def _period(sheet: PublicNoticeSheet, fit: Fit) -> list[Flowable]:
    days = f"{written_date(sheet.starts_on)}到{written_date(sheet.ends_on)}"
    words = [
        Span("公示期：", bold=True),
        Span(days, bold=True, ink=RED_DEEP),
        Span(f"（{sheet.period}，贴出当天不算）"),
    ]
    return [Words(words, fit.size(_BIG), leading=1.4)]


def _tell(sheet: PublicNoticeSheet, fit: Fit) -> list[Flowable]:
    size = fit.size(_BIG - 2)
    asked = "有不同意见的，请在公示期里说：可以当面说、打电话，也可以写信；请讲清楚是什么事实。"
    listed = [Words(f"　　{place}", size, leading=1.4) for place in sheet.tell]
    return [
        Words(asked, size, leading=1.4),
        Words("向这里反映：", size, bold=True, leading=1.4),
        *listed,
        Words(SECRECY, size, bold=True, leading=1.4),
    ]


def _signed(sheet: PublicNoticeSheet, fit: Fit) -> list[Flowable]:
    size = fit.size(_BIG - 2)
    return [
        Words(f"{_committee(sheet.village_name)}（盖章）", size, align="right"),
        Words(written_date(sheet.starts_on), size, align="right"),
    ]


def _committee(village_name: str) -> str:
    """烟楼村村民委员会, 某社区居民委员会; a place of another kind (园区, 林场) signs by its own name."""
    for ending, body in (("村", "村民委员会"), ("社区", "居民委员会")):
        if village_name.endswith(ending):
            return village_name + body
    return village_name
