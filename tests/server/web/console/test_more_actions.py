"""The further actions of a case: offered where they fit, done by their forms, refused in words with what was typed kept."""

import pytest

from server.domain.case import Action
from server.web.console.actions import ERRANDS


def offered(official, number: str) -> set[str]:
    page = official.read(f"/console/cases/{number}")
    return {action.value for action in Action if f"/actions/{action.value}" in page}


def test_each_person_is_offered_what_the_table_and_the_case_allow(world, official):
    number = world.new_case()
    assert {"verify", "request_correction", "hand_over", "start_special_procedure"} <= offered(
        official("counter"), number
    )
    assert not offered(official("counter"), number) & {"end_special_procedure", "decide_extension", "request_extension"}


def test_a_special_procedure_is_begun_and_ended_by_its_forms(world, official):
    number, counter = world.new_case(), official("counter")
    begun = counter.act(number, "start_special_procedure", kind="鉴定", days="20", reason="年龄有疑问，送司法鉴定")
    assert begun.status_code == 303
    assert "特别程序" in counter.read(f"/console/cases/{number}")
    assert "end_special_procedure" in offered(counter, number)
    assert counter.act(number, "end_special_procedure", reason="鉴定意见：年满80周岁").status_code == 303
    assert "end_special_procedure" not in offered(counter, number)


@pytest.mark.parametrize(
    ("action", "form", "words"),
    [
        ("start_special_procedure", {"kind": "鉴定", "days": "多", "reason": "要送鉴定的理由"}, "填成数字"),
        ("start_special_procedure", {"kind": "等领导", "days": "3", "reason": "要送鉴定的理由"}, "特别程序只有"),
        ("hand_over", {"department": "", "reason": "应由残联受理这件事"}, "从部门名单里选"),
        ("hand_over", {"department": "残联", "reason": "短"}, "写明理由"),
        ("request_extension", {"days": "3", "reason": "需要再核实一遍"}, "没有规定可以延期"),
    ],
)
def test_a_refused_form_comes_back_open_with_its_sentence(world, official, action, form, words):
    number, counter = world.new_case(), official("counter")
    answer = counter.act(number, action, **form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    if action != "request_extension":  # which this item does not offer at all
        assert form["reason"] in page


def test_the_lead_adds_a_party_and_sees_the_case_while_others_review(world, official):
    number, head = world.case_in_review(), official("head")
    assert "add_party" in offered(head, number)
    assert head.act(number, "add_party", department="税务", reason="请核查个人纳税记录").status_code == 303
    assert "税务" in head.read(f"/console/cases/{number}")


def test_an_objection_is_read_by_the_desk_that_answers_and_by_nobody_else(world, official):
    number = world.case_in_notice()
    agent, counter, head = official("agent"), official("counter"), official("head")
    assert agent.act(number, "object", who="隔壁 样本", reason="他早就搬到外县去了").status_code == 303
    assert "他早就搬到外县去了" in counter.read(f"/console/cases/{number}")
    for other in (agent, head):
        page = other.read(f"/console/cases/{number}")
        assert "搬到外县" not in page and "隔壁" not in page


def test_every_action_of_a_desk_has_its_errand():
    by_others = {Action.RATE, Action.ANSWER_CORRECTION}
    assert set(ERRANDS) == set(Action) - by_others


def test_the_routing_form_is_printed_by_whoever_may_see_the_case(world, official):
    number = world.case_in_review()
    printed = official("police").send(f"/console/cases/{number}/routing_form.pdf")
    assert printed.mimetype == "application/pdf" and printed.data.startswith(b"%PDF")
