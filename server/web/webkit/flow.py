"""A flow chart on a page: drawn for the width of a phone, in large type where asked for, and in words."""

from dataclasses import dataclass

from markupsafe import Markup

from forms.flow.chart import FlowChart
from forms.render.flowchart_svg import ELDER_SIZE, PHONE_SIZE, flowchart_svg
from server.web.webkit.reading import reads_large


@dataclass(frozen=True)
class Flow:
    """`drawing`: the SVG element. `sentences`: the same in words, a step each."""

    drawing: Markup
    sentences: tuple[str, ...]
    step_count: int


def flow_of(chart: FlowChart) -> Flow:
    """The drawing is our own and escapes every word it writes; so it may stand in a page as it is."""
    drawing = flowchart_svg(chart, size=ELDER_SIZE if reads_large() else PHONE_SIZE)
    return Flow(Markup(drawing), chart.sentences, chart.step_count)  # noqa: S704 - escaped where it is made, see above
