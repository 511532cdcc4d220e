"""办事流程图 on paper: one item's way on a sheet of its own, as large as a page allows."""

from reportlab.platypus import Flowable

from forms.flow.chart import FlowChart
from forms.render import paper
from forms.render.flowchart import FlowChartDrawing, largest_size
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, Fit, Words, gap
from forms.render.printing import print_sheets

# A little under the other sheets' least: a way seen whole is worth more than half a point.
_SMALLEST = 8.5


def render_flow_sheet(chart: FlowChart) -> bytes:
    """One page where it fits at eight and a half points or more, else it goes on overleaf between two steps."""
    beside = [f"编码 {chart.code}", f"共 {chart.step_count} 步"]
    head = paper.sheet_head("办事流程图", chart.title, beside, Fit(1.0, 0.3))
    notes: list[Flowable] = [Words(words, 9.5, ink=INK_SOFT, leading=1.35) for words in chart.notes]
    room = paper.WHOLE_PAGE.height - paper.heights([*head, *notes]) - 4
    size = largest_size(chart, CONTENT_WIDTH, room, smallest=_SMALLEST) or paper.SMALLEST_SIZE
    story = [*head, FlowChartDrawing(chart, size), gap(3), *notes]
    foot = "虚线是退回去重来的路 · 天数写在箭头旁边"
    return print_sheets([story], title=f"流程图 {chart.title}", foot=foot)
