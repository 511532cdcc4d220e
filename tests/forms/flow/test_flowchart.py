"""Flow charts say what the engine does and what the list says: every step, every branch, every way back, all the days."""

import pytest

from forms.condition_words import item_condition_words
from forms.flow.chart import OTHERWISE, FlowChart, walk_forward
from forms.flow.of_item import blocks_of, chart_of_item
from forms.flow.of_power import chart_of_power
from forms.item import Stage
from server.domain.review import StageState, settled_alternatives, stages_to_open
from tests.forms.flow.charts import CATALOGUE, CHARTS, ITEM_CHARTS, POWER_CHARTS, chart

ITEMS = list(CATALOGUE.items.values())
POWERS = list(CATALOGUE.powers.values())


def steps(chart: FlowChart) -> set[str]:
    return {node.id for node in chart.nodes if node.kind in ("step", "hold", "desk")}


def next_steps(chart: FlowChart, at: str) -> set[str]:
    """The steps that may come next, whatever stands between."""
    found: set[str] = set()
    for edge in chart.exits[at]:
        found |= {edge.target} if edge.target in steps(chart) else next_steps(chart, edge.target)
    return found


def walk_like_the_engine(stages: tuple[Stage, ...]) -> list[set[str]]:
    """What server.domain.review opens, round after round, when every desk has something to do."""
    states = {stage.id: StageState.PENDING for stage in stages}
    rounds = []
    while opened := stages_to_open(stages, states):
        rounds.append({stage.id for stage in opened})
        states |= {stage.id: StageState.DONE for stage in opened[:1] or []}
        for other in settled_alternatives(stages, states):
            states[other.id] = StageState.NOT_APPLICABLE
        states |= {stage.id: StageState.DONE for stage in opened if states[stage.id] is StageState.PENDING}
    return rounds


class TestItems:
    def test_every_stage_is_a_step_of_its_chart(self):
        for item, drawn in zip(ITEMS, ITEM_CHARTS, strict=True):
            assert steps(drawn) == {stage.id for stage in item.stages}
            assert [drawn.by_id[stage.id].text for stage in item.stages] == [stage.what for stage in item.stages]

    def test_blocks_open_as_the_engine_opens_them(self):
        for item in ITEMS:
            assert [{stage.id for stage in block.stages} for block in blocks_of(item.stages)] == walk_like_the_engine(
                item.stages
            ), item.code

    def test_desks_together_stand_between_a_split_and_a_join(self):
        together = 0
        for item, drawn in zip(ITEMS, ITEM_CHARTS, strict=True):
            for block in (block for block in blocks_of(item.stages) if block.kind == "parallel"):
                together += 1
                split = next(node for node in drawn.nodes if node.kind == "split" and block.stages[0].id in node.block)
                join = drawn.join_of(split)
                assert {edge.target for edge in drawn.exits[split.id]} == {stage.id for stage in block.stages}
                assert {edge.source for edge in drawn.entries[join.id]} == {stage.id for stage in block.stages}
        assert together == 32

    def test_a_stage_with_a_condition_can_be_passed_by(self):
        for item, drawn in zip(ITEMS, ITEM_CHARTS, strict=True):
            for stage in item.stages:
                if stage.when is None:
                    continue
                questions = [edge for edge in drawn.edges if edge.when == stage.when]
                assert questions, (item.code, stage.id)
                words = item_condition_words(item, stage.when)
                assert any(edge.label == words or words in drawn.by_id[stage.id].note for edge in questions)

    def test_conditions_of_neighbours_are_asked_once(self):
        drawn = chart("MZ-003")
        first = next(node for node in drawn.nodes if node.kind == "decision")
        assert [edge.label for edge in drawn.exits[first.id]] == [OTHERWISE, "救助类型为支出型"]
        assert sum(edge.label == "救助类型为支出型" for edge in drawn.edges) == 1

    def test_alternatives_branch_by_their_conditions(self):
        drawn = chart("LY-001")
        question = next(node for node in drawn.nodes if node.id == "ask_s4")
        assert {edge.target: edge.label for edge in drawn.exits[question.id]} == {
            "s4": "采伐蓄积量不超过30立方米，并且核发权已委托乡镇",
            "s5": "采伐蓄积量超过30立方米，或者核发权未委托乡镇",
        }
        assert next_steps(drawn, "s4") == next_steps(drawn, "s5") == {"s6"}

    def test_days_stand_on_the_arrows(self):
        for item, drawn in zip(ITEMS, ITEM_CHARTS, strict=True):
            for stage in item.stages:
                node = drawn.by_id[stage.id]
                said = node.days or drawn.exits[stage.id][0].days
                if stage.is_public_notice:
                    assert said == f"公示{stage.notice_days}天，不计入时限"
                elif stage.promised_days and not stage.stops_clock and "连上一步" not in said:
                    assert said == f"{stage.promised_days}个工作日", (item.code, stage.id)
                assert said

    def test_a_group_counts_once_with_its_longest_desk(self):
        after_join = next(edge for edge in chart("MZ-002").edges if edge.source.startswith("join_group_check"))
        assert after_join.days == "最慢10个工作日"
        assert chart("MZ-001").exits["s15"][0].days == "连上一步共8个工作日"

    def test_public_notices_hold_the_way(self):
        for item, drawn in zip(ITEMS, ITEM_CHARTS, strict=True):
            assert {node.id for node in drawn.nodes if node.kind == "hold"} == {
                stage.id for stage in item.stages if stage.stops_clock and not stage.parallel
            }, item.code

    def test_a_refusal_is_told(self):
        assert "第7步不批准的，书面说明理由，并告诉您不服可以找谁。" in chart("MZ-001").sentences
        assert not any("不批准" in sentence for sentence in chart("SJ-002").sentences)


class TestPowers:
    def test_every_step_and_every_branch_is_drawn(self):
        for power, drawn in zip(POWERS, POWER_CHARTS, strict=True):
            assert steps(drawn) == {step.id for step in power.steps}
            for step in power.steps:
                assert next_steps(drawn, step.id) == set(step.next), (power.code, step.id)
                assert len(step.next) < 2 or drawn.by_id[f"decide_{step.id}"].title == step.decision
                labels = [edge.label for edge in drawn.exits.get(f"decide_{step.id}", ())]
                assert labels == list(step.labels)

    def test_ways_back_are_known_as_loops(self):
        loops = {drawn.code: {(edge.source, edge.target) for edge in drawn.loops} for drawn in CHARTS}
        assert loops["Q-ZD-01"] == {("s5", "s2")}
        assert loops["Q-ZD-04"] == {("decide_s4", "s2")}
        assert loops["Q-RS-03"] == {("decide_s2", "s2")}
        assert loops["Q-DW-01"] == set()
        for power in POWERS:
            place = {step.id: at for at, step in enumerate(power.steps)}
            backward = {name for step in power.steps for name in step.next if place[name] <= place[step.id]}
            targets = {target for _, target in loops[power.code]}
            assert targets <= backward and bool(targets) == bool(backward), power.code

    def test_loops_are_exactly_what_makes_a_ring(self):
        for drawn in CHARTS:
            place = {node_id: at for at, node_id in enumerate(walk_forward(drawn))}
            assert len(place) == len(drawn.nodes)
            for edge in drawn.edges:
                assert (place[edge.target] <= place[edge.source]) == (edge in drawn.loops), (drawn.code, edge)

    def test_days_say_whether_they_must_pass_or_must_not(self):
        said = {(drawn.code, edge.source): edge.days for drawn in POWER_CHARTS for edge in drawn.edges if edge.days}
        assert said["Q-ZD-01", "s6"] == "满5个自然日"
        assert said["Q-RS-01", "s8"] == "10个自然日内"
        assert said["Q-RS-01", "s2"] == "到第5步满20个自然日"
        assert len(said) == sum(step.days is not None for power in POWERS for step in power.steps)

    def test_votes_are_noted(self):
        assert chart("Q-ZD-01").by_id["s4"].note.startswith("表决：村民会议须18周岁以上村民过半数")
        assert not chart("Q-GC-02").by_id["s2"].note.startswith("表决")


class TestSentences:
    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("Q-ZD-01", "是否表决通过：通过的到第6步，未通过的到第5步。"),
            ("Q-ZD-01", "第5步：村“两委”，修改完善后重新商议或终止。然后到第2步。"),
            ("Q-ZD-04", "第3步：村民委员会，通知：村民会议提前10天，满10个自然日。"),
            (
                "Q-DW-01",
                "第11步：支部党员大会、乡镇党委，讨论转正并审批（表决：赞成人数超过应到会有表决权正式党员半数）。然后结束。",
            ),
            ("MZ-003", "救助类型为支出型的到第3步，其他情况再看：救助金额在委托限额以内的到第5步"),
            ("MZ-003", "第3步：2个部门同时办：乡镇·民政，入户核实，提出救助意见，4个工作日；"),
            ("MZ-001", "第5步：村级组织，初审公示，公示7天，不计入时限。"),
        ],
    )
    def test_tell_the_chart_in_words(self, code, sentence):
        assert any(sentence in told for told in chart(code).sentences), chart(code).sentences

    def test_tell_every_step_once_in_order(self):
        for drawn in CHARTS:
            numbered = [told for told in drawn.sentences if told.startswith("第") and "步：" in told[:5]]
            assert [told.split("步")[0] for told in numbered] == [f"第{n}" for n in range(1, drawn.step_count + 1)]

    def test_tell_every_word_of_the_drawing(self):
        for drawn in CHARTS:
            told = "".join(drawn.sentences)
            for node in drawn.nodes:
                if node.kind not in ("start", "end", "join"):
                    assert node.title in told and node.text in told and node.note in told
            assert all(edge.label in told and edge.days.removeprefix("最慢") in told for edge in drawn.edges), (
                drawn.code
            )


def test_the_same_entry_gives_the_same_chart():
    item, power = CATALOGUE.get_item("MZ-001"), CATALOGUE.get_power("Q-ZD-01")
    assert chart_of_item(item) == chart_of_item(item)
    assert chart_of_power(power) == chart_of_power(power)
