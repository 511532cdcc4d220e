"""Flow charts on paper: legible on one page where they fit, cut between two steps where they do not."""

import io

import pytest
from pypdf import PdfReader

from forms.flow.chart import FlowChart
from forms.render import paper
from forms.render.flow_sheet import render_flow_sheet
from forms.render.flowchart import SMALLEST, FlowChartDrawing, largest_size
from forms.render.printing import print_sheets
from tests.forms.flow.charts import CHARTS, chart
from tests.forms.render.reading import (
    assert_family_type,
    assert_well_laid,
    boxes_of,
    outside,
    page_count,
    picture_of,
    smallest_type,
    squeezed,
    text_of,
)


def words_of(chart: FlowChart) -> list[str]:
    figures = [words for node in chart.nodes if node.kind != "join" for words in (node.title, node.text, node.note)]
    return [squeezed(words) for words in [*figures, *(w for edge in chart.edges for w in (edge.label, edge.days))]]


@pytest.mark.parametrize("drawn", CHARTS, ids=lambda drawn: drawn.code)
def test_every_chart_stands_whole_on_one_page(drawn):
    pdf = render_flow_sheet(drawn)
    read = text_of(pdf)
    assert [words for words in words_of(drawn) if words not in read] == []
    assert page_count(pdf) == 1
    assert_family_type(pdf, smallest=8.5)
    assert_well_laid(pdf)


def print_at(drawn: FlowChart, size: float, room: float) -> bytes:
    return print_sheets([[paper.gap(paper.WHOLE_PAGE.height - room), FlowChartDrawing(drawn, size)]], title="", foot="")


@pytest.mark.parametrize(("code", "size"), [("MZ-001", 16), ("Q-DW-01", 16), ("MZ-002", 14), ("Q-ZJ-02", 20)])
def test_one_too_long_goes_on_overleaf_between_two_steps(code, size):
    drawn = chart(code)
    pdf = print_at(drawn, size, 300)
    pages = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) >= 2
    assert all("接下页" in page for page in pages[:-1]) and all("接上页" in page for page in pages[1:])
    assert "接下页" not in pages[-1] and "接上页" not in pages[0]
    for node in drawn.nodes:
        whole = squeezed(node.title + node.text)
        assert node.kind == "join" or sum(whole in page for page in pages) >= 1, node
    assert [words for words in words_of(drawn) if words not in "".join(pages)] == []
    assert outside(boxes_of(pdf)) == []


def test_no_step_is_drawn_twice_where_it_is_cut():
    pages = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(print_at(chart("MZ-001"), 16, 300))).pages]
    for stage in ("核查个人纳税记录", "审核确认", "初审公示"):
        assert sum(page.count(stage) for page in pages) == 1


def test_the_largest_size_that_fits_is_taken_and_never_an_illegible_one():
    drawn = chart("MZ-001")
    assert largest_size(drawn, 500, 2000) == 11
    middle = largest_size(drawn, 500, 700)
    assert SMALLEST <= middle < 11
    assert largest_size(drawn, 500, 400) is None
    assert smallest_type(print_at(drawn, middle, 760)) >= SMALLEST


def test_lines_are_drawn_not_only_words():
    grey = picture_of(render_flow_sheet(chart("Q-ZD-01")), dpi=60)
    assert (grey < 140).mean() > 0.01
