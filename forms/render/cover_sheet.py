"""分隔页: a sheet before each material of a stack, whose code tells the scanner where one ends and the next begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forms.cover_code import CoverCode
from forms.render import paper
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, RED_DEEP, Fit, Span, Words, gap, grid
from forms.render.printing import print_sheets

_QR_SIDE = 92 * mm


@dataclass(frozen=True)
class CoverSheet:
    """The words of one cover sheet. `place`: which of the stack's materials it is, from one."""

    code: CoverCode
    item_name: str
    material_name: str
    applicant_masked: str
    village_name: str
    place: int
    count: int


def render_cover_sheets(sheets: Sequence[CoverSheet]) -> bytes:
    """One page for each, in the order of the stack. Raises PaperFault when there is none."""
    if not sheets:
        raise NothingToSeparate()
    foot = "分隔页只用来分开材料，扫完可以再用，不算材料"
    return print_sheets([_page(sheet) for sheet in sheets], title=f"分隔页 {sheets[0].item_name}", foot=foot)


class NothingToSeparate(paper.PaperFault):
    """No material to put a cover sheet before."""

    def __init__(self) -> None:
        super().__init__("这件事没有要扫的材料，不用分隔页。")


def _page(sheet: CoverSheet) -> list[Flowable]:
    fit = Fit()
    copy = f"（第 {sheet.code.copy} 份）" if sheet.code.copy > 1 else ""
    where = [Span("第 "), Span(str(sheet.place), bold=True, ink=RED_DEEP), Span(f" 样，共 {sheet.count} 样{copy}")]
    squares = paper.QrCode(sheet.code.text, _QR_SIDE)
    left = (CONTENT_WIDTH - squares.squares_width) / 2
    code = grid([["", squares]], [left, CONTENT_WIDTH - left], padding=0)
    told = "把这一页放在这样材料的最上面，后面跟着它的每一页；全部材料叠成一叠，一次放进扫描仪。"
    return [
        *paper.sheet_head("分隔页", sheet.item_name, [sheet.village_name, f"申请人 {sheet.applicant_masked}"], fit),
        gap(10),
        Words(where, 18, align="center"),
        gap(6),
        Words(sheet.material_name, 28, bold=True, align="center", leading=1.3),
        gap(20),
        code,
        gap(2),
        Words(sheet.code.text, 12, ink=INK_SOFT, align="center"),
        gap(22),
        Words(told, 14, leading=1.5),
    ]
