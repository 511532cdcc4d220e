"""The village agent's pages of 权力运行 by their forms, what a refusal leaves standing, and who is shown what."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.power_uses import begun_use, walked_use
from tests.server.web.conftest import PEOPLE

AGENT = PEOPLE["agent"]
TODAY = "2026-09-14"
MEETING = {"rule_id": "representatives", "due": "60", "present": "45", "agreed": "40", "branch": "通过"}


def field(page: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page).group(1)


def begin(agent, **form) -> str:
    page = agent.read(f"/console/power-uses/new?category={form.get('category', 'GC')}")
    stated = {"use_id": field(page, "use_id"), "category": "GC", "power": "Q-GC-01", "stated title": "示范村道硬化"}
    answer = agent.send("/console/power-uses", {**stated, **form})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def take(agent, address: str, **form):
    """Send the step the page offers."""
    page = agent.read(address)
    offered = {name: field(page, name) for name in ("position", "step_id", "kind") if f'name="{name}"' in page}
    return agent.send(f"{address}/entries", {**offered, "done_on": TODAY, **form})


def at_the_vote(world) -> str:
    start = (world.clock.now() - timedelta(days=1)).date()
    return f"/console/power-uses/{walked_use(world.installation, to='s3', actor=AGENT, start_on=start)}"


class TestTheAgentsWay:
    def test_leads_from_an_empty_list_to_a_recorded_meeting(self, official):
        agent = official("agent")
        assert "还没有用权记录" in agent.read("/console/power-uses")
        assert "村级工程项目建设" in agent.read("/console/power-uses/new")
        address = begin(agent)
        for _ in range(3):
            assert take(agent, address).status_code == 303
        page = agent.read(address)
        assert "这次开的是什么会" in page
        assert 'name="branch"' not in page
        page = agent.read(f"{address}?body=representatives")
        assert "应到的三分之二以上到会才能表决；实到的过半数赞成才通过" in page
        meeting = {"position": "4", "step_id": "s4", "kind": "step", "stated presided": "陈示范", **MEETING}
        assert take(agent, address, **meeting).status_code == 303
        page = agent.read(address)
        assert "赞成40人，通过。" in page
        assert "下一步：决议公开" in page
        assert "示范村道硬化" in agent.read("/console/power-uses")

    def test_the_form_asks_only_for_the_numbers_the_rule_needs(self, world, official):
        agent = official("agent")
        use_id = begun_use(world.installation, "Q-ZD-04", actor=AGENT)
        page = agent.read(f"/console/power-uses/{use_id}?body=propose_council")
        assert 'name="due"' in page and 'name="agreed"' in page
        assert 'name="present"' not in page
        assert "没开成" not in page

    def test_the_least_numbers_are_told_before_anything_is_recorded(self, world, official):
        agent, address = official("agent"), at_the_vote(world)
        form = {"rule_id": "representatives", "due": "60", "note": "写了一半", "only": "count", "step_id": "s4"}
        answer = take(agent, address, **form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "应到60人，至少要40人到会，到会40人时，至少要21人赞成。" in page
        assert 'value="60"' in page and "写了一半</textarea>" in page
        assert page.count("更正这一条") == 3
        wrong = take(agent, address, **{**form, "due": "六十"}).get_data(as_text=True)
        assert "“应到”要填整数" in wrong
        assert "这次开的是什么会" in take(agent, address, only="count").get_data(as_text=True)

    def test_a_notice_is_recorded_first_and_its_outcome_later(self, world, official):
        agent = official("agent")
        start = (world.clock.now() - timedelta(days=3)).date()
        use_id = walked_use(world.installation, "Q-MS-01", to="s4", actor=AGENT, start_on=start)
        address = f"/console/power-uses/{use_id}"
        assert 'name="branch"' not in agent.read(address)
        assert take(agent, address).status_code == 303
        page = agent.read(address)
        assert "记结果：初审意见在村公示" in page
        assert "2026年9月22日起才能记“无”" in page
        early = take(agent, address, branch="无")
        assert early.status_code == 422
        assert "最早2026年9月22日才能记“无”" in early.get_data(as_text=True)
        assert take(agent, address, branch="有").status_code == 303
        assert "下一步：重新调查或民主评议" in agent.read(address)

    def test_a_matter_outside_the_list_is_flagged_and_the_supervisor_answers(self, official):
        agent = official("agent")
        form = {"category": "outside", "power": "", "stated reason": "清单里没有车辆使用这一项。"}
        address = begin(agent, **form, **{"stated title": "集体面包车接送"})
        page = agent.read(address)
        assert "清单外用权，待乡镇核查" in page
        assert "核查以前不能往下办" in page
        assert "entries" not in page
        supervisor = official("supervisor")
        assert supervisor.read("/console/power-uses").index("待核查") > 0
        answer = supervisor.send(f"{address}/finding", {"stated words": "核过了，不当。"})
        assert answer.status_code == 422
        assert "请先选核查结论" in answer.get_data(as_text=True)
        assert "核过了，不当。</textarea>" in answer.get_data(as_text=True)
        given = {"finding": "in_list", "power": "Q-GY-04", "stated words": "属于捐赠物品的使用。"}
        assert supervisor.send(f"{address}/finding", given).status_code == 303
        page = agent.read(address)
        assert "属于清单里的权力（社会捐赠款物接收和使用）" in page
        assert "/console/power-uses/new?category=GY" in page

    def test_a_use_is_stopped_with_a_reason(self, world, official):
        agent = official("agent")
        address = f"/console/power-uses/{begun_use(world.installation, actor=AGENT)}"
        assert agent.send(f"{address}/stop", {"stated reason": "不"}).status_code == 422
        assert agent.send(f"{address}/stop", {"stated reason": "资金没有落实。"}).status_code == 303
        page = agent.read(address)
        assert "资金没有落实。" in page
        assert "记下这一步" not in page


class TestRefusals:
    def test_keep_what_was_typed(self, world, official):
        agent, address = official("agent"), at_the_vote(world)
        form = {**MEETING, "agreed": "20", "stated presided": "陈示范", "note": "记了很久", "step_id": "s4"}
        answer = take(agent, address, position="4", kind="step", **form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "至少要23人，赞成20人，没有通过。结果只能选“未通过”" in page
        for kept in (
            'value="60"',
            'value="45"',
            'value="20"',
            'value="通过" checked',
            "记了很久</textarea>",
            'value="陈示范"',
        ):
            assert kept in page

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"done_on": "昨天"}, "请填办这一步的日期"),
            ({"done_on": ""}, "请填办这一步的日期"),
            ({"done_on": "2026-09-15"}, "不能在今天"),
            ({"done_on": "2026-09-01"}, "不能早于上一步"),
            ({"due": "abc"}, "“应到”要填整数"),
            ({"due": ""}, "“应到”要填1或更大"),
            ({"present": "61"}, "实到61人比应到60人还多"),
            ({"present": "38", "agreed": ""}, "不能表决。请另行召集。没有结果可选"),
            ({"branch": "not_held"}, "结果只能选“通过”"),
            ({"rule_id": "party_election"}, "请先选这次开的是什么会"),
            ({"step_id": "s9"}, "现在能记的是：“决议：同意立项"),
            ({"stated presided": ""}, "谁主持"),
            ({"note": "长" * 301}, "最多写300个字"),
        ],
    )
    def test_say_what_is_wrong_and_record_nothing(self, world, official, form, said):
        agent, address = official("agent"), at_the_vote(world)
        whole = {"position": "4", "step_id": "s4", "kind": "step", "stated presided": "陈示范", **MEETING, **form}
        answer = take(agent, address, **whole)
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
        assert agent.read(address).count("更正这一条") == 3

    def test_the_second_of_two_is_told(self, world, official):
        agent = official("agent")
        address = f"/console/power-uses/{begun_use(world.installation, actor=AGENT)}"
        first = {"position": "1", "step_id": "s1", "kind": "step"}
        assert take(agent, address, **first).status_code == 303
        answer = take(agent, address, **first, note="另一个窗口里写的。")
        assert answer.status_code == 409
        assert "刚才已经有人记了一条（陈示范" in answer.get_data(as_text=True)

    def test_the_same_form_twice_is_taken_once(self, world, official):
        agent = official("agent")
        address = f"/console/power-uses/{begun_use(world.installation, actor=AGENT)}"
        first = {"position": "1", "step_id": "s1", "kind": "step"}
        for _ in range(2):
            assert take(agent, address, **first).status_code == 303
        assert agent.read(address).count("更正这一条") == 1

    def test_beginning_without_a_power_or_a_matter_keeps_the_choice(self, official):
        agent = official("agent")
        form = {"use_id": uuid4().hex, "category": "GC"}
        answer = agent.send("/console/power-uses", {**form, "stated title": "示范村道硬化"})
        assert answer.status_code == 422
        assert "请先选用的是哪一项权力" in answer.get_data(as_text=True)
        assert 'value="示范村道硬化"' in answer.get_data(as_text=True)
        answer = agent.send("/console/power-uses", {**form, "power": "Q-GC-02", "stated title": "路"})
        assert answer.status_code == 422
        assert 'value="Q-GC-02" checked' in answer.get_data(as_text=True)

    def test_typed_signs_stay_text(self, world, official):
        agent = official("agent")
        address = begin(agent, **{"stated title": "<b>示范</b>村道"})
        assert take(agent, address, note="<script>alert(1)</script>").status_code == 303
        page = agent.read(address)
        assert "<script>alert" not in page and "<b>示范</b>" not in page

    def test_a_form_from_elsewhere_records_nothing(self, world, official):
        agent = official("agent")
        address = f"/console/power-uses/{begun_use(world.installation, actor=AGENT)}"
        answer = agent.client.post(f"{address}/entries", data={"position": "1", "step_id": "s1", "done_on": TODAY})
        assert answer.status_code == 403
        assert "还没有记" in agent.read(address)


class TestCorrections:
    def test_are_filled_in_with_what_stands_and_shown_beside_it(self, world, official):
        agent = official("agent")
        use_id = walked_use(world.installation, to="s6", actor=AGENT)
        address = f"/console/power-uses/{use_id}"
        form = agent.read(f"{address}/entries/4/correction")
        assert 'value="60"' in form and 'value="31"' in form and 'value="通过" checked' in form
        sent = {
            "position": field(form, "position"),
            "step_id": "s4",
            "kind": "step",
            "done_on": re.search(r'name="done_on"[^>]* value="([^"]*)"', form).group(1),
            "rule_id": field(form, "rule_id"),
            "due": "800",
            "present": "500",
            "agreed": "300",
            "branch": "通过",
            "stated presided": "陈示范",
            "stated reason": "人数抄错了，照签到册改。",
        }
        assert agent.send(f"{address}/entries/4/correction", {**sent, "stated reason": ""}).status_code == 422
        assert agent.send(f"{address}/entries/4/correction", sent).status_code == 303
        page = agent.read(address)
        assert "原来记的" in page and "人数抄错了，照签到册改。" in page
        assert page.index(">31<") < page.index(">500<")

    def test_that_end_the_use_ask_to_be_confirmed(self, world, official):
        agent = official("agent")
        use_id = walked_use(world.installation, to="s6", actor=AGENT)
        address = f"/console/power-uses/{use_id}/entries/4/correction"
        form = agent.read(address)
        assert "accept_stop" not in form
        sent = {
            "position": field(form, "position"),
            "done_on": re.search(r'name="done_on"[^>]* value="([^"]*)"', form).group(1),
            "stated presided": "陈示范",
            "stated reason": "重新点了票。",
            **MEETING,
            "agreed": "20",
            "branch": "未通过",
        }
        answer = agent.send(address, sent)
        assert answer.status_code == 422
        assert 'name="accept_stop"' in answer.get_data(as_text=True)
        assert "重新点了票。</textarea>" in answer.get_data(as_text=True)
        assert agent.send(address, {**sent, "accept_stop": "yes"}).status_code == 303
        assert "已停止" in agent.read(f"/console/power-uses/{use_id}")

    def test_of_entries_that_are_not_there_are_not_found(self, world, official):
        agent = official("agent")
        use_id = begun_use(world.installation, actor=AGENT)
        for position in (1, 99):
            assert agent.client.get(f"/console/power-uses/{use_id}/entries/{position}/correction").status_code == 404


class TestWhoIsShownWhat:
    def test_township_and_supervisor_read_and_have_no_forms(self, world, official):
        use_id = walked_use(world.installation, to="s2", actor=AGENT)
        for name in ("counter", "supervisor"):
            someone = official(name)
            assert "烟楼村" in someone.read("/console/power-uses")
            page = someone.read(f"/console/power-uses/{use_id}")
            assert "提议：提出建设内容和资金来源" in page
            for form in ("/entries", "/stop", "/finding", "更正这一条"):
                assert form not in page
            address = f"/console/power-uses/{use_id}"
            refused = someone.send(f"{address}/entries", {"position": "3", "step_id": "s3", "done_on": TODAY})
            assert refused.status_code == 422
            assert "由本村代办员登记" in refused.get_data(as_text=True)
            assert someone.client.get("/console/power-uses/new").status_code == 404
            assert someone.client.get(f"{address}/entries/1/correction").status_code == 404

    def test_other_desks_find_nothing_and_no_way_to_it(self, world, official):
        use_id = begun_use(world.installation, actor=AGENT)
        for name in ("police", "head", "stranger"):
            someone = official(name)
            assert "权力运行" not in someone.read("/console/")
            for path in (
                "power-uses",
                "power-uses/new",
                f"power-uses/{use_id}",
                f"power-uses/{use_id}/entries/1/correction",
            ):
                assert someone.client.get(f"/console/{path}").status_code == 404
            form = {"position": "1", "step_id": "s1", "done_on": TODAY}
            for path in ("entries", "entries/1/correction"):
                assert someone.send(f"/console/power-uses/{use_id}/{path}", form).status_code == 404
            assert (
                someone.send(f"/console/power-uses/{use_id}/stop", {"stated reason": "我来停掉它。"}).status_code == 404
            )
            given = {"finding": "improper", "stated words": "我来下结论。"}
            assert someone.send(f"/console/power-uses/{use_id}/finding", given).status_code == 404

    def test_what_does_not_exist_looks_like_what_is_hidden(self, world, official):
        stranger = official("stranger")
        hidden = stranger.client.get(f"/console/power-uses/{begun_use(world.installation, actor=AGENT)}")
        missing = stranger.client.get(f"/console/power-uses/{uuid4().hex}")
        strip = re.compile("E[0-9A-F]{8}")
        assert strip.sub("", hidden.get_data(as_text=True)) == strip.sub("", missing.get_data(as_text=True))

    def test_who_recorded_is_told_to_officials(self, world, official):
        use_id = begun_use(world.installation, actor=AGENT)
        assert "陈示范登记" in official("supervisor").read(f"/console/power-uses/{use_id}")
