"""The list of village powers and every use of one, as anybody may read them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from server.domain.power_use import Finding
from server.domain.vote import Count
from server.services.power_use import StepReport, answer_flag, correct_entry, record, report_outside
from tests.factories import VILLAGE
from tests.power_uses import CATALOGUE, begun_use, walked_use
from tests.server.web.conftest import PEOPLE

AGENT = PEOPLE["agent"]


def read(phone, address: str, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


class TestTheList:
    def test_holds_all_powers_under_their_fourteen_headings(self, phone):
        page = read(phone, "/powers")
        assert page.count('href="/powers/Q-') == 72
        assert all(category.name in page for category in CATALOGUE.vocabulary.categories.values())

    @pytest.mark.parametrize("code", sorted(CATALOGUE.powers))
    def test_leads_to_a_page_that_tells_all_of_a_power(self, phone, code):
        power = CATALOGUE.get_power(code)
        page = read(phone, f"/powers/{code}")
        told = [power.name, power.holder, power.oversight, *power.basis]
        told += [power.disclosure.what, power.disclosure.when, power.disclosure.duration, power.disclosure.where]
        told += [step.what for step in power.steps] + [label for step in power.steps for label in step.labels]
        told += [CATALOGUE.voting_rules[name].body for step in power.steps for name in step.vote]
        told += [power.limit_note] if power.limit_note else []
        assert [words for words in told if words not in page] == []
        assert ("待确认" in page) is not power.is_confirmed
        assert page.count('id="step-') == len(power.steps)

    def test_is_found_with_a_code_in_small_letters_and_says_when_there_is_none(self, phone):
        assert "零星物资采购" in read(phone, "/powers/q-cg-01")
        assert "清单里没有这项权力" in read(phone, "/powers/Q-XX-99", 404)

    def test_is_drawn_and_prints_as_a_sheet(self, phone):
        page = read(phone, "/powers/Q-ZD-04")
        assert page.count('class="flowchart" role="img"') == 1
        assert all(f'data-node="{step.id}"' in page for step in CATALOGUE.get_power("Q-ZD-04").steps)
        sheet = phone.get("/powers/q-zd-04/sheet.pdf")
        assert sheet.mimetype == "application/pdf" and sheet.data.startswith(b"%PDF")
        assert "清单里没有这项权力" in read(phone, "/powers/Q-XX-99/sheet.pdf", 404)

    def test_loops_and_ends_are_told_in_words(self, phone):
        page = read(phone, "/powers/Q-ZD-01")
        assert "回到第2步 商议" in page
        assert "到这里结束" in page


class TestAUse:
    def test_shows_every_step_with_its_numbers_and_what_the_rule_makes_of_them(self, phone, world):
        use_id = walked_use(world.installation, "Q-GC-01", actor=AGENT)
        page = read(phone, f"/power-uses/{use_id}")
        steps = CATALOGUE.get_power("Q-GC-01").steps_by_id
        assert all(steps[name].what in page for name in ("s1", "s2", "s3", "s4", "s6", "s7", "s8", "s9"))
        assert (
            "应到60人，过半数才能开会，至少要31人，实到31人；实到的过半数赞成才通过，至少要16人，赞成16人，通过。"
            in page
        )
        assert "已办完" in page
        assert "补录" in page

    def test_shows_a_meeting_that_was_void_and_that_it_is_held_again(self, phone, world):
        start = (world.clock.now() - timedelta(days=1)).date()
        use_id = walked_use(world.installation, to="s3", actor=AGENT, start_on=start)
        today = world.clock.now().date()
        with world.installation.begin() as work:
            report = StepReport(
                4, "s4", today, presided_by="陈示范", rule_id="representatives", count=Count(60, 38), note="改期再开。"
            )
            record(work, AGENT, use_id, report)
        page = read(phone, f"/power-uses/{use_id}")
        assert "不能表决。请另行召集。" in page
        assert "人数不够，会没有开成" in page
        assert "（要重新开会）" in page
        assert "改期再开。" in page

    def test_shows_a_correction_beside_what_was_corrected(self, phone, world):
        use_id = walked_use(world.installation, to="s4", actor=AGENT)
        with world.installation.begin() as work:
            day = (world.clock.now() - timedelta(days=1000)).date()
            report = StepReport(
                5, "s4", day, presided_by="陈示范", rule_id="representatives", count=Count(60, 45, 40), branch="通过"
            )
            correct_entry(work, AGENT, use_id, 4, report, "开的是村民代表会议，写错了。")
        page = read(phone, f"/power-uses/{use_id}")
        assert (
            page.index("原来记的")
            < page.index("村民会议（18周岁以上村民）")
            < page.index("开的是村民代表会议，写错了。")
        )
        assert "赞成40人，通过。" in page

    def test_offers_no_form_and_names_no_official(self, phone, world):
        use_id = begun_use(world.installation, actor=AGENT)
        page = read(phone, f"/power-uses/{use_id}")
        assert "更正这一条" not in page and "csrf_token" not in page
        assert "陈示范" not in page

    def test_outside_the_list_says_so_until_and_after_it_was_looked_into(self, phone, world):
        with world.installation.begin() as work:
            use_id = report_outside(work, AGENT, uuid4().hex, "集体面包车接送", "清单里没有车辆使用。").id
        for address in (f"/power-uses/{use_id}", f"/villages/{VILLAGE}/powers"):
            assert "清单外用权，待乡镇核查" in read(phone, address)
        with world.installation.begin() as work:
            answer_flag(work, PEOPLE["supervisor"], use_id, Finding.IMPROPER, "已经责令停止。")
        page = read(phone, f"/power-uses/{use_id}")
        assert "清单外用权，已核查" in page
        assert "不当，已责令纠正" in page and "已经责令停止。" in page
        assert "核查结论：不当，已责令纠正" in read(phone, f"/villages/{VILLAGE}/powers")

    def test_that_is_not_there_is_told_in_words(self, phone):
        for use_id in ("1", uuid4().hex):
            assert "没有找到这次用权" in read(phone, f"/power-uses/{use_id}", 404)

    def test_of_a_power_that_publishes_counts_is_counted_and_not_shown(self, phone, world):
        power = CATALOGUE.get_power("Q-GY-03")
        quiet = power.model_copy(update={"disclosure": power.disclosure.model_copy(update={"counts_only": True})})
        catalogue = CATALOGUE.with_entries("power", [quiet])
        here = replace(world.installation, tools=replace(world.installation.tools, catalogue=catalogue))
        use_id = begun_use(here, "Q-GY-03", "示范邻里纠纷", AGENT)
        read(phone, f"/power-uses/{use_id}", 404)
        for address in (f"/villages/{VILLAGE}/powers", "/powers/Q-GY-03"):
            page = read(phone, address)
            assert "示范邻里纠纷" not in page
            assert "民间纠纷人民调解：办过 1 次" in page


class TestAVillage:
    def test_lists_its_uses_newest_first(self, phone, world):
        begun_use(world.installation, "Q-CG-01", "先办的示范采购", AGENT)
        world.pass_days(1)
        walked_use(world.installation, "Q-GC-01", title="后办的示范道路", actor=AGENT)
        page = read(phone, f"/villages/{VILLAGE}/powers")
        assert page.index("后办的示范道路") < page.index("先办的示范采购")
        assert "一共 2 次" in page
        assert "最后一步：实施结果公开并归档" in page

    def test_shows_none_of_another_villages(self, phone, world):
        begun_use(world.installation, title="示范村道硬化", actor=AGENT)
        other = next(place.code for place in CATALOGUE.regions.list_level("village") if place.code != VILLAGE)
        assert "还没有记过" in read(phone, f"/villages/{other}/powers")

    @pytest.mark.parametrize("code", ["450521", "450521100", "999", "x"])
    def test_only_villages_have_uses(self, phone, code):
        assert "没有找到这个村" in read(phone, f"/villages/{code}/powers", 404)

    def test_is_reached_from_its_board_and_from_the_power(self, phone, world):
        begun_use(world.installation, title="示范村道硬化", actor=AGENT)
        for address in (f"/villages/{VILLAGE}", "/powers/Q-GC-01"):
            assert f'href="/villages/{VILLAGE}/powers"' in read(phone, address)
        assert 'href="/powers"' in read(phone, "/")
        assert "示范村道硬化" in read(phone, "/powers/Q-GC-01")


def test_a_suspended_power_says_why_and_stays_readable(phone, world, app):
    catalogue = CATALOGUE.with_entries("power", [], suspended={"Q-CG-01": "暂停办理：等新的采购办法"})
    here = replace(world.installation, tools=replace(world.installation.tools, catalogue=catalogue))
    app.extensions["hongye"] = here
    assert "暂停办理：等新的采购办法" in read(phone, "/powers/Q-CG-01")
    assert "现在不能用" in read(phone, "/powers")
