"""BPMN files: a third party's reader takes every one, walks it to its end, and finds every figure in the diagram."""

from xml.etree import ElementTree

import pytest
from pydantic import TypeAdapter
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser, BpmnValidator
from SpiffWorkflow.util.task import TaskState

from forms.condition import Condition
from forms.flow.bpmn import Expression, bpmn_of, process_id
from forms.flow.chart import Edge
from tests.forms.flow.charts import CHARTS, chart

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
EACH = pytest.mark.parametrize("drawn", CHARTS, ids=lambda drawn: drawn.code)


@pytest.fixture(scope="module")
def schema() -> BpmnValidator:
    """The reader's own copy of the OMG's schema."""
    return BpmnValidator()


def read(drawn, schema):
    parser = BpmnParser(validator=schema)
    parser.add_bpmn_str(bpmn_of(drawn))
    return parser.get_spec(process_id(drawn))


def play(code: str, schema, *given: dict) -> list[str]:
    """The tasks a third party's engine goes through; `given` are the answers known at each of them in turn."""
    workflow = BpmnWorkflow(read(chart(code), schema))
    workflow.do_engine_steps()
    walked, answers = [], list(given)
    while not workflow.is_completed():
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data.update(answers.pop(0) if len(answers) > 1 else answers[0])
        walked.append(task.task_spec.name)
        task.run()
        workflow.do_engine_steps()
        assert len(walked) < 60
    return walked


@EACH
def test_a_third_party_reads_it_by_the_schema(drawn, schema):
    spec = read(drawn, schema)
    assert {node.id for node in drawn.nodes} <= set(spec.task_specs)
    assert spec.description == f"{drawn.code} {drawn.title}"


@EACH
def test_everything_has_its_place_in_the_diagram_and_nothing_covers_another(drawn):
    root = ElementTree.fromstring(bpmn_of(drawn))
    shapes = {shape.get("bpmnElement"): shape[0] for shape in root.iter(f"{DI}BPMNShape")}
    flows = {flow.get("id") for flow in root.iter(f"{MODEL}sequenceFlow")}
    assert {line.get("bpmnElement") for line in root.iter(f"{DI}BPMNEdge")} == flows
    assert len(flows) == len(drawn.edges)
    boxes = {
        name: tuple(float(bounds.get(key)) for key in ("x", "y", "width", "height")) for name, bounds in shapes.items()
    }
    lanes = {ref.text: boxes[lane.get("id")] for lane in root.iter(f"{MODEL}lane") for ref in lane}
    nodes = [node.id for node in drawn.nodes]
    assert set(lanes) == set(nodes)
    for at, name in enumerate(nodes):
        x, y, width, height = boxes[name]
        left, top, wide, tall = lanes[name]
        assert left < x and top < y and x + width < left + wide and y + height < top + tall
        for other in nodes[at + 1 :]:
            a, b, c, d = boxes[other]
            assert x + width <= a or a + c <= x or y + height <= b or b + d <= y, (drawn.code, name, other)


def test_lanes_are_the_desks():
    root = ElementTree.fromstring(bpmn_of(chart("MZ-001")))
    assert [lane.get("name") for lane in root.iter(f"{MODEL}lane")][:5] == [
        "村级组织", "乡镇·民政", "县区·民政", "县区·公安", "县区·自然资源",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"rescue_type": "急难型", "judged_s6": True, "judged_s7": False}, ["s1", "s2", "s6", "s8"]),
        ({"rescue_type": "支出型", "judged_s6": False, "judged_s7": True}, ["s1", "s2", "s3", "s4", "s5", "s7", "s8"]),
    ],
)
def test_an_engine_of_a_third_party_walks_an_item_to_its_end(answers, expected, schema):
    assert play("MZ-003", schema, answers) == expected


def test_ten_desks_open_together_and_all_are_waited_for(schema):
    walked = play("MZ-001", schema, {"kin_related": False, "judged_s16": False})
    assert set(walked[2:12]) == {f"s{number}" for number in range(3, 13)}
    assert walked[12:] == ["s13", "s14", "s15", "s17", "s18"]


def test_a_power_goes_back_and_comes_through(schema):
    refused, agreed = {"decide_s4": "未通过"}, {"decide_s4": "通过"}
    walked = play("Q-ZD-01", schema, refused, refused, refused, refused, agreed)
    assert walked == ["s1", "s2", "s3", "s4", "s5", "s2", "s3", "s4", "s6", "s7", "s8"]


@pytest.mark.parametrize(
    "drawn", [chart for chart in CHARTS if chart.code[:2] in ("MZ", "LY", "ZR", "GA")], ids=lambda c: c.code
)
def test_every_expression_is_one_an_engine_can_read(drawn):
    root = ElementTree.fromstring(bpmn_of(drawn))
    for expression in root.iter(f"{MODEL}conditionExpression"):
        compile(expression.text, drawn.code, "eval")


def test_what_a_judgement_means_is_documented():
    text = bpmn_of(chart("MZ-003")).decode()
    assert "judged_s6：救助金额在委托限额以内（由经办部门判断）" in text
    assert "rescue_type == '支出型'" in text and 'name="救助类型为支出型"' in text
    assert "公示3天，不计入时限" in text


def test_every_kind_of_condition_becomes_an_expression_that_decides_alike():
    raw = {
        "all": [
            {"any": [{"field": "land", "has": ["水稻"]}, {"field": "kind", "one_of": ["甲", "it's"]}]},
            {"not": {"field": "people", "at_least": 100}},
            {"age_of": "applicant_id", "under": 16},
            {"field": "paid", "equals": False},
            {"ask": "一审"},
            {"ask": "二审"},
        ]
    }
    words = Expression(Edge("ask_s1", "s1", when=TypeAdapter(Condition).validate_python(raw))).words()
    known = {"land": [], "kind": "it's", "people": 99, "age_of_applicant_id": 15, "paid": False}
    for one, other in ((True, True), (True, False), (False, True)):
        assert eval(words, {}, {**known, "judged_s1": one, "judged_s1_1": other}) == (one and other)
    assert eval(words, {}, {**known, "people": 100, "judged_s1": True, "judged_s1_1": True}) is False
