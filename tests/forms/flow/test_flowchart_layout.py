"""Flow charts on every width: nothing covers anything, every arrow touches what it joins, every word stays in its box."""

import random
from functools import cache
from itertools import pairwise

import pytest

from forms.flow.figures import Figure
from forms.flow.layout import FlowDrawing, Setting, lay_out
from forms.flow.of_power import chart_of_power
from forms.power import Power
from forms.render import fonts
from forms.render.flowchart_look import HEAD_LENGTH, MEASURE
from tests.forms.flow.charts import CATALOGUE, CHARTS, chart

PHONE, ELDER, COLUMN, SHEET = Setting(320, 14), Setting(320, 18), Setting(313, 9), Setting(500, 10)
SETTINGS = pytest.mark.parametrize("setting", [PHONE, ELDER, COLUMN, SHEET], ids=["phone", "elder", "column", "sheet"])
HAIR = 0.05


@cache
def drawn(code: str, setting: Setting) -> FlowDrawing:
    return lay_out(chart(code), setting, MEASURE)


def drawings(setting: Setting) -> list[FlowDrawing]:
    """All 146."""
    return [drawn(each.code, setting) for each in CHARTS]


def covers(one, other) -> bool:
    """Whether two boxes have more than an edge in common."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > HAIR and down > HAIR


def runs_through(arrow, box) -> bool:
    """Whether a piece of the arrow lies inside the box; its edge does not count."""
    for (x1, y1), (x2, y2) in pairwise(arrow.points):
        across = min(max(x1, x2), box.x + box.width - HAIR) - max(min(x1, x2), box.x + HAIR)
        down = min(max(y1, y2), box.y + box.height - HAIR) - max(min(y1, y2), box.y + HAIR)
        if across >= 0 and down >= 0:
            return True
    return False


def on_edge(point: tuple[float, float], figure: Figure) -> bool:
    x, y = point
    inside = figure.x - HAIR <= x <= figure.right + HAIR and figure.y - HAIR <= y <= figure.bottom + HAIR
    edge = min(abs(x - figure.x), abs(x - figure.right), abs(y - figure.y), abs(y - figure.bottom))
    return inside and edge <= HAIR


@SETTINGS
class TestEveryChart:
    def test_draws_every_node_and_every_arrow_once(self, setting):
        for drawing in drawings(setting):
            chart = drawing.chart
            assert sorted(figure.node.id for figure in drawing.figures) == sorted(node.id for node in chart.nodes)
            assert sorted((a.edge.source, a.edge.target, a.edge.label) for a in drawing.arrows) == sorted(
                (edge.source, edge.target, edge.label) for edge in chart.edges
            )

    def test_keeps_figures_apart(self, setting):
        for drawing in drawings(setting):
            figures = drawing.figures
            pairs = [(a.node.id, b.node.id) for at, a in enumerate(figures) for b in figures[at + 1 :] if covers(a, b)]
            assert pairs == [], drawing.chart.code

    def test_keeps_words_of_arrows_off_figures_other_words_and_arrows(self, setting):
        for drawing in drawings(setting):
            for at, tag in enumerate(drawing.tags):
                where = (drawing.chart.code, tag.lines[0].text)
                assert [figure.node.id for figure in drawing.figures if covers(tag, figure)] == [], where
                assert [other.lines for other in drawing.tags[at + 1 :] if covers(tag, other)] == [], where
                assert [arrow.edge for arrow in drawing.arrows if runs_through(arrow, tag)] == [], where

    def test_writes_every_word_an_arrow_has(self, setting):
        for drawing in drawings(setting):
            said = ["".join(line.text for line in tag.lines) for tag in drawing.tags]
            assert sorted(said) == sorted(e.label + e.days for e in drawing.chart.edges if e.label or e.days)

    def test_runs_no_arrow_through_a_figure(self, setting):
        for drawing in drawings(setting):
            crossed = [(a.edge, f.node.id) for a in drawing.arrows for f in drawing.figures if runs_through(a, f)]
            assert crossed == [], drawing.chart.code

    def test_lets_every_arrow_touch_what_it_joins(self, setting):
        for drawing in drawings(setting):
            figures = {figure.node.id: figure for figure in drawing.figures}
            for arrow in drawing.arrows:
                assert on_edge(arrow.points[0], figures[arrow.edge.source]), (drawing.chart.code, arrow.edge)
                assert on_edge(arrow.points[-1], figures[arrow.edge.target]), (drawing.chart.code, arrow.edge)

    def test_turns_arrows_at_right_angles_only_and_leaves_room_for_the_head(self, setting):
        for drawing in drawings(setting):
            for arrow in drawing.arrows:
                pieces = list(pairwise(arrow.points))
                assert all(abs(x1 - x2) < HAIR or abs(y1 - y2) < HAIR for (x1, y1), (x2, y2) in pieces), arrow
                (x1, y1), (x2, y2) = pieces[-1]
                assert abs(x1 - x2) + abs(y1 - y2) >= setting.size * HEAD_LENGTH * 0.9, (drawing.chart.code, arrow)

    def test_keeps_all_words_inside_their_figures(self, setting):
        for drawing in drawings(setting):
            for figure in drawing.figures:
                for line in figure.lines:
                    where = (drawing.chart.code, line.text)
                    width = fonts.text_width(line.text, line.size, line.bold)
                    assert figure.x < line.x and line.x + width < figure.right, where
                    assert figure.y < line.base - line.size * 0.8, where
                    assert line.base + line.size * 0.2 < figure.bottom, where

    def test_writes_every_word_of_a_figure(self, setting):
        for drawing in drawings(setting):
            for figure in drawing.figures:
                node, written = figure.node, "".join(line.text for line in figure.lines)
                expected = "" if node.kind == "join" else node.title + node.text + node.note + node.days
                assert written.replace(" ", "") == expected.replace(" ", "")
                assert (figure.badge is not None) == (node.number is not None)

    def test_stays_on_its_paper(self, setting):
        for drawing in drawings(setting):
            for arrow in drawing.arrows:
                assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in arrow.points)
            for box in (*drawing.figures, *drawing.tags):
                assert box.x >= 0 and box.x + box.width <= drawing.width + HAIR, (drawing.chart.code, box)
                assert box.y >= 0 and box.y + box.height <= drawing.height, (drawing.chart.code, box)

    def test_may_be_cut_only_where_nothing_but_upright_lines_is_cut(self, setting):
        for drawing in drawings(setting):
            assert len(drawing.cuts) >= 3, drawing.chart.code
            for cut in drawing.cuts:
                assert not [box for box in (*drawing.figures, *drawing.tags) if box.y < cut < box.y + box.height]
                turns = [(p, q) for a in drawing.arrows for p, q in pairwise(a.points) if abs(p[0] - q[0]) > HAIR]
                assert all(abs(p[1] - cut) > HAIR for p, _ in turns), drawing.chart.code

    def test_draws_loops_and_only_loops_upward(self, setting):
        for drawing in drawings(setting):
            for arrow in drawing.arrows:
                assert arrow.loop == (arrow.points[-1][1] < arrow.points[0][1]), (drawing.chart.code, arrow.edge)


def test_ten_desks_stand_in_two_columns_on_a_phone_and_in_more_on_a_sheet():
    for setting, columns in ((PHONE, 2), (ELDER, 1), (SHEET, 4)):
        desks = [figure for figure in drawn("MZ-001", setting).figures if figure.node.kind == "desk"]
        assert len(desks) == 10
        assert len({round(desk.x) for desk in desks}) == columns


def test_alternatives_stand_side_by_side():
    boxes = {figure.node.id: figure for figure in drawn("LY-001", PHONE).figures}
    assert boxes["s4"].y == boxes["s5"].y and boxes["s4"].right < boxes["s5"].x


def test_text_on_a_phone_is_fourteen_pixels_and_more():
    drawing = drawn("MZ-001", PHONE)
    lines = [line for box in (*drawing.figures, *drawing.tags) for line in box.lines]
    assert min(line.size for line in lines) >= 14


def test_a_chart_too_narrow_for_its_words_still_keeps_them_all():
    drawing = lay_out(chart("MZ-003"), Setting(200, 14), MEASURE)
    written = "".join(line.text for figure in drawing.figures for line in figure.lines)
    assert "入户核实，提出救助意见" in written


def _any_power(seed: int) -> Power:
    """Steps nobody would write, wired at random: what a city edits may look like anything."""
    chance = random.Random(seed)
    names = [f"s{number}" for number in range(1, chance.randint(2, 11))]
    steps = []
    for at, name in enumerate(names):
        count = min(chance.choice([0, 1, 1, 1, 2, 2, 3]) if at else 2, len(names))
        onward = list(dict.fromkeys([*names[at + 1 : at + 2], *chance.sample(names, len(names))]))[:count]
        chance.shuffle(onward)
        asked = {"decision": "是否通过" * chance.randint(1, 3)} if len(onward) > 1 else {}
        labels = ["标" * chance.randint(1, 12) for _ in onward] if asked else []
        days = {"days": chance.randint(1, 99), "day_unit": "working_day"} if chance.random() < 0.4 else {}
        what = "字" * chance.randint(2, 40)
        steps.append({"id": name, "who": "某人", "what": what, "next": onward, "labels": labels, **asked, **days})
    reached, waiting = set(), ["s1"]
    while waiting:
        reached.add(name := waiting.pop())
        waiting += [other for other in steps[names.index(name)]["next"] if other not in reached]
    steps = [step for step in steps if step["id"] in reached]
    known = CATALOGUE.get_power("Q-ZD-01").model_dump(mode="json", by_alias=True)
    return Power.model_validate({**known, "steps": steps})


@pytest.mark.parametrize("setting", [PHONE, COLUMN, SHEET], ids=["phone", "column", "sheet"])
def test_whatever_a_city_draws_stays_legible(setting):
    for seed in range(150):
        drawing = lay_out(chart_of_power(_any_power(seed)), setting, MEASURE)
        figures = {figure.node.id: figure for figure in drawing.figures}
        for at, figure in enumerate(drawing.figures):
            assert not [other for other in drawing.figures[at + 1 :] if covers(figure, other)], seed
            assert not [arrow.edge for arrow in drawing.arrows if runs_through(arrow, figure)], seed
        for at, tag in enumerate(drawing.tags):
            assert not [box for box in (*drawing.figures, *drawing.tags[at + 1 :]) if covers(tag, box)], seed
            assert not [arrow.edge for arrow in drawing.arrows if runs_through(arrow, tag)], seed
        for arrow in drawing.arrows:
            assert on_edge(arrow.points[0], figures[arrow.edge.source]), seed
            assert on_edge(arrow.points[-1], figures[arrow.edge.target]), seed
