"""Flow charts as SVG: well-formed, told to whoever does not see it, real text in inks with contrast enough."""

from xml.etree import ElementTree

import pytest

from forms.flow.chart import FlowChart, Node
from forms.render.flowchart_look import EDGE_INK, FIGURE_INKS, TONES
from forms.render.flowchart_svg import ELDER_SIZE, flowchart_svg
from tests.forms.flow.charts import CHARTS, chart

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: FlowChart, **given) -> ElementTree.Element:
    return ElementTree.fromstring(flowchart_svg(chart, **given))


@pytest.mark.parametrize("size", [14.0, ELDER_SIZE])
def test_every_chart_is_whole_and_says_what_it_is(size):
    for each in CHARTS:
        svg = drawn(each, size=size)
        assert svg.get("role") == "img"
        named = {element.get("id"): element.text for element in svg if element.tag in (f"{SVG}title", f"{SVG}desc")}
        assert [named[name] for name in svg.get("aria-labelledby").split()] == [
            f"{each.title}：流程图", "".join(each.sentences),
        ]  # fmt: skip
        assert {group.get("data-node") for group in svg.iter(f"{SVG}g")} == {node.id for node in each.nodes}
        assert len(list(svg.iter(f"{SVG}path"))) == len(each.edges)
        assert all(float(text.get("font-size")) >= 14 for text in svg.iter(f"{SVG}text"))
        left, top, width, _height = map(float, svg.get("viewBox").split())
        assert (left, top, width) == (0, 0, 320)


def test_only_ways_back_are_dashed():
    svg = drawn(chart("Q-ZD-01"))
    assert sum(path.get("stroke-dasharray") is not None for path in svg.iter(f"{SVG}path")) == 1


def test_what_officials_write_stays_text():
    # The attack: an entry whose words close the element and bring a script along.
    evil = "</text><script>alert(1)</script>\"'&"
    node = Node('s"1', "step", evil, evil, number=1)
    picture = flowchart_svg(FlowChart("Q-XX-01", evil, (Node("start", "start", evil), node), ()))
    assert "<script" not in picture
    assert evil in "".join(ElementTree.fromstring(picture).itertext())


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_ink_is_read_on_every_fill_and_on_paper():
    fills = {fill for kind, (fill, _edge, _thick) in FIGURE_INKS.items() if kind != "join"} | {"#ffffff", "#fffdf9"}
    for ink in TONES.values():
        assert all(contrast(ink, fill) >= 4.5 for fill in fills), ink
    assert all(contrast(line, "#ffffff") >= 3 for line in {EDGE_INK, *(edge for _, edge, _ in FIGURE_INKS.values())})
