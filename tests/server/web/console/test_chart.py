"""Charts: well-formed SVG whose shapes are as long as their values, told in words for those who cannot see them."""

import xml.etree.ElementTree as ElementTree

import pytest

from server.web.console.chart import Series, bar_chart, line_chart, share_chart

SVG = "{http://www.w3.org/2000/svg}"


def read(chart: str) -> ElementTree.Element:
    return ElementTree.fromstring(str(chart).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def widths(chart: str) -> list[float]:
    return [float(bar.get("width")) for bar in read(chart).iter(f"{SVG}rect")]


def test_bars_are_as_long_as_their_values():
    short, long = widths(bar_chart("a", "件数", [("民政", 10), ("公安", 40)]))
    assert long == pytest.approx(4 * short, abs=0.5)


def test_what_cannot_be_seen_is_told():
    drawn = read(bar_chart("a", "件数", [("民政", 10), ("公安", 40)]))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby") == "a-title a-desc"
    assert drawn.find(f"{SVG}title").text == "件数"
    assert drawn.find(f"{SVG}desc").text == "民政 10；公安 40"


def test_a_share_is_split_where_on_time_ends_and_says_both_numbers():
    chart = share_chart("a", "按时", [("民政", 3, 1), ("公安", 0, 0)])
    good, late, nothing = widths(chart)
    assert good == pytest.approx(3 * late, abs=0.5) and nothing == 0
    assert "75%（3 / 4）" in chart and "没有办结" in chart


def test_lines_rise_with_their_values_and_the_second_is_dashed():
    chart = line_chart("m", "每月", ["2026-08", "2026-09"], [Series("收件", [0, 8]), Series("办结", [0, 4])])
    lines = list(read(chart).iter(f"{SVG}polyline"))
    ends = [[float(point.split(",")[1]) for point in line.get("points").split()] for line in lines]
    assert ends[0][0] == ends[1][0] > ends[1][1] > ends[0][1]
    assert [line.get("class") for line in lines] == ["line ", "line second"]


@pytest.mark.parametrize("chart", [bar_chart("a", "空", []), share_chart("a", "空", []), line_chart("a", "空", [], [])])
def test_nothing_to_show_is_no_fault(chart):
    assert read(chart).tag == f"{SVG}svg"


def test_a_name_that_looks_like_markup_stays_words():
    assert "<script>" not in bar_chart("a", "<b>", [("<script>", 1)])
