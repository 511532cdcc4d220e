"""The pages of batches, benefits and reports of a death, by their forms, and who is shown what."""

import io
import re

import pytest
from openpyxl import load_workbook

from server.db.case import find_case_by_number
from server.db.roster import find_roster
from server.jobs import open_due_reverifications
from server.services import review, roster, roster_decision
from tests.benefits import benefits, move_to
from tests.factories import FICTITIOUS_ID, FICTITIOUS_NAME
from tests.rosters import (
    FARM_HEAD,
    FARM_SUBSIDY,
    FARM_TOWN,
    FINANCE_COUNTY,
    FINANCE_TOWN,
    account,
    answered,
    give_account,
    household,
    on_case,
    on_roster,
    person,
    sheet,
)
from tests.server.web.conftest import PASSWORD, PEOPLE

AGENT = PEOPLE["agent"]


@pytest.fixture
def farm(world, official):
    """The township's farming counter and the county's treasury sign in too."""

    def signed_in(actor):
        give_account(world.installation, actor, PASSWORD)
        return official(actor.account_id)

    return signed_in


def stated(serial: int, **changes) -> dict[str, str]:
    return {f"stated {name}": text for name, text in household(serial, **changes).items()}


def filled(world, households: int = 2) -> str:
    number = world.new_case(FARM_SUBSIDY)
    on_roster(world.installation, AGENT, number, roster.open_roster)
    for serial in range(households):
        on_roster(world.installation, AGENT, number, roster.add_household, household(serial))
    return number


def hung_and_over(world, number: str) -> None:
    on_roster(world.installation, AGENT, number, roster.hang_out)
    world.end_notices()


class TestTheRoster:
    def test_is_begun_filled_and_hung_out_by_the_village(self, world, official):
        agent, number = official("agent"), world.new_case(FARM_SUBSIDY)
        address = f"/console/cases/{number}/roster"
        assert address in agent.read(f"/console/cases/{number}")
        assert number in agent.read("/console/rosters")
        assert agent.send(f"{address}/open").status_code == 303
        form = agent.client.get(f"{address}/form.xlsx")
        assert load_workbook(io.BytesIO(form.data))["名册"]["A1"].value == "户主姓名"
        assert agent.send(f"{address}/row", stated(0)).status_code == 303
        item = world.installation.tools.catalogue.get_item(FARM_SUBSIDY)
        content = sheet(item, [household(1), household(2)])
        answer = agent.send(f"{address}/sheet", {"file": (io.BytesIO(content), "名册.xlsx")})
        assert answer.status_code == 303
        page = agent.read(address)
        assert "共 3 户" in page and "潘**" in page
        assert person(0) not in page and account(0) not in page and "潘示甲" not in page
        assert agent.send(f"{address}/hang").status_code == 303
        assert "一户一户加" not in agent.read(address)

    def test_tells_the_faults_of_a_sheet_row_by_row_and_keeps_what_was_typed(self, world, official):
        agent, number = official("agent"), filled(world, 1)
        address = f"/console/cases/{number}/roster"
        item = world.installation.tools.catalogue.get_item(FARM_SUBSIDY)
        content = sheet(item, [household(1, account="12"), household(0)])
        answer = agent.send(f"{address}/sheet", {"file": (io.BytesIO(content), "名册.xlsx")})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "第2行" in page and "第3行" in page and "这个人已经在名册里" in page
        answer = agent.send(f"{address}/row", stated(3, id_number="123"))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "身份证号应是18位" in page and 'value="123"' in page

    def test_is_verified_priced_approved_paid_and_settled(self, world, official, farm):
        number = filled(world, 3)
        hung_and_over(world, number)
        address = f"/console/cases/{number}/roster"
        town = farm(FARM_TOWN)
        assert "同意其余 3 户" in town.read(address)
        refused = town.send(f"{address}/rows/1/exclude", {"reason": "撂荒"})
        assert refused.status_code == 422 and "理由" in refused.get_data(as_text=True)
        moved = town.send(f"{address}/rows/1/exclude", {"reason": "地块常年撂荒，不予补贴"})
        assert moved.headers["Location"].endswith("row=2")
        assert town.send(f"{address}/remaining").status_code == 303
        assert town.send(f"{address}/price", {"standard": "100", "by": "quantity"}).status_code == 303
        assert "350.00" in town.read(address)
        on_case(world.installation, FARM_TOWN, number, review.verify_case, "")
        on_case(world.installation, FINANCE_TOWN, number, review.verify_case, "")
        head = farm(FARM_HEAD)
        page = head.read(f"/console/cases/{number}")
        assert "stated 补贴标准" in page and "stated 补贴金额" not in page
        assert head.act(number, "approve", opinion="符合", **{"stated 补贴标准": "每亩100元"}).status_code == 303
        treasury = farm(FINANCE_COUNTY)
        listed = treasury.send(f"{address}/pay-list.xlsx")
        assert listed.headers["Cache-Control"] == "no-store"
        wrong = treasury.send(f"{address}/payment", {"count": "2", "total": "700.01"})
        assert wrong.status_code == 422 and "对不上账" in wrong.get_data(as_text=True)
        assert treasury.send(f"{address}/payment", {"count": "2", "total": "700"}).status_code == 303
        back = answered(listed.data, {3: ("退回", "账号已经注销")})
        assert treasury.send(f"{address}/returns", {"file": (io.BytesIO(back), "回单.xlsx")}).status_code == 303
        page = treasury.read(address)
        assert "对上了" in page and "被退回" in page
        assert treasury.send(f"{address}/settle").status_code == 303
        assert "已结清" in treasury.read(address)

    def test_with_an_undecided_household_stops_the_approval_on_the_case_page(self, world, official, farm):
        number = filled(world)
        hung_and_over(world, number)
        on_case(world.installation, FARM_TOWN, number, review.verify_case, "")
        on_case(world.installation, FINANCE_TOWN, number, review.verify_case, "")
        answer = farm(FARM_HEAD).act(number, "approve", opinion="同意这一批", **{"stated 补贴标准": "100元"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "还没有核验完" in page and "同意这一批" in page

    def test_shows_whole_numbers_by_post_alone_and_notes_it(self, world, official):
        agent, number = official("agent"), filled(world, 1)
        answer = agent.send(f"/console/cases/{number}/roster/full")
        page = answer.get_data(as_text=True)
        assert person(0) in page and account(0) in page
        assert answer.headers["Cache-Control"] == "no-store"
        assert agent.client.get(f"/console/cases/{number}/roster/full").status_code == 405

    def test_holds_a_household_and_keeps_who_objected_from_the_village(self, world, official, farm):
        agent, number = official("agent"), filled(world, 2)
        on_roster(world.installation, AGENT, number, roster.hang_out)
        address = f"/console/cases/{number}/roster"
        assert "登记异议" in agent.read(f"{address}?row=2")
        words = {"stated words": "这家的地早就租出去了", "stated name": "苏示例", "stated contact": "13900000001"}
        assert agent.send(f"{address}/rows/2/object", words).status_code == 303
        page = agent.read(f"{address}?row=2")
        assert "这家的地早就租出去了" in page and "苏示例" not in page
        refused = agent.send(f"{address}/rows/2/objectors")
        assert refused.status_code == 422 and "苏示例" not in refused.get_data(as_text=True)
        world.end_notices()
        town = farm(FARM_TOWN)
        assert "看异议人" in town.read(f"{address}?row=2")
        answer = town.send(f"{address}/rows/2/objectors")
        assert "苏示例" in answer.get_data(as_text=True) and answer.headers["Cache-Control"] == "no-store"

    def test_of_another_desk_is_not_found_nor_one_of_a_single_case(self, world, official):
        number, single = filled(world), world.new_case()
        for name in ("police", "stranger", "head"):
            assert official(name).client.get(f"/console/cases/{number}/roster").status_code == 404
        assert official("agent").client.get(f"/console/cases/{single}/roster").status_code == 404
        assert official("agent").send(f"/console/cases/{number}/roster/nonsense").status_code == 404

    def test_of_hundreds_of_households_is_one_page_with_one_form_in_hand(self, world, official):
        number = filled(world, 0)
        item = world.installation.tools.catalogue.get_item(FARM_SUBSIDY)
        content = sheet(item, [household(serial) for serial in range(330)])
        on_roster(world.installation, AGENT, number, roster.take_in_sheet, content)
        page = official("agent").read(f"/console/cases/{number}/roster?row=300")
        assert page.count('aria-label="办第') == 330
        assert page.count("<form") < 10
        assert len(page) < 400_000


def test_the_public_reads_the_list_from_the_villages_board(world, phone):
    number = filled(world, 2)
    on_roster(world.installation, AGENT, number, roster.hang_out)
    board = phone.get(f"/villages/{AGENT.desk.region_code}").get_data(as_text=True)
    address = re.search(r'href="(/rosters/[0-9a-f]+)"', board).group(1)
    page = phone.get(address).get_data(as_text=True)
    assert page.count("潘**") == 2 and person(0) not in page and account(0) not in page
    world.end_notices()
    assert phone.get(address).status_code == 404
    on_roster(world.installation, FARM_TOWN, number, roster_decision.agree_remaining)
    on_roster(world.installation, FARM_TOWN, number, roster_decision.price_rows, "10", by_quantity=False)
    for actor in (FARM_TOWN, FINANCE_TOWN):
        on_case(world.installation, actor, number, review.verify_case, "")
    on_case(world.installation, FARM_HEAD, number, review.approve_case, "", {"补贴标准": "每户10元"})
    on_case(world.installation, FINANCE_COUNTY, number, review.issue_result, "")
    assert "已批准" in phone.get(address).get_data(as_text=True)
    assert address in phone.get("/results").get_data(as_text=True)
    with world.installation.look() as work:
        case = find_case_by_number(work.session, number)
        assert find_roster(work.session, case.id).id in address


class TestBenefits:
    def due(self, world) -> str:
        number = world.closed_case()
        [row] = benefits(world.installation, number)
        move_to(world.installation, row.next_check_on)
        assert open_due_reverifications(world.installation) == 1
        return f"/console/benefits/{row.id}"

    def test_go_from_the_data_match_to_the_village_and_back(self, world, official):
        address = self.due(world)
        head, agent = official("head"), official("agent")
        assert "等您复核 1 项" in head.read("/console/benefits")
        assert "现在不需要您办" in agent.read(address)
        assert head.send(f"{address}/record_match").status_code == 422
        assert head.send(f"{address}/record_match", {"matched": "no"}).status_code == 303
        assert "等您复核 1 项" in agent.read("/console/benefits")
        refused = agent.send(f"{address}/confirm", {"way": "video", "words": ""})
        assert refused.status_code == 422 and "同谁核实" in refused.get_data(as_text=True)
        assert agent.send(f"{address}/confirm", {"way": "home_visit"}).status_code == 303
        page = agent.read(address)
        assert "上门看望" in page and FICTITIOUS_NAME not in page
        whole = agent.send(f"{address}/full")
        assert FICTITIOUS_NAME in whole.get_data(as_text=True) and whole.headers["Cache-Control"] == "no-store"

    def test_are_matched_many_at_once_or_none(self, world, official):
        address = self.due(world)
        benefit_id = address.rpartition("/")[2]
        head = official("head")
        assert "打勾的都比对上了" in head.read("/console/benefits")
        assert head.send("/console/benefits").status_code == 422
        assert official("agent").send("/console/benefits", {"benefit": benefit_id}).status_code == 422
        answer = head.send("/console/benefits", {"benefit": [benefit_id]})
        assert answer.status_code == 303
        assert "1 人比对上了" in head.read(answer.headers["Location"])
        refused = head.send("/console/benefits", {"benefit": [benefit_id]})
        assert refused.status_code == 422 and "一个也没有登记" in refused.get_data(as_text=True)

    def test_are_suspended_resumed_and_ended_by_those_who_may(self, world, official):
        address = self.due(world)
        counter, head, agent = official("counter"), official("head"), official("agent")
        assert agent.send(f"{address}/suspend", {"words": "听说搬走了，先停一停"}).status_code == 422
        assert counter.send(f"{address}/suspend", {"words": "户籍已经迁出，待核实"}).status_code == 303
        resumed = {"way": "at_village", "words": "本人到村，户籍没有迁", "back_pay": "按本地办法补发"}
        assert head.send(f"{address}/resume", resumed).status_code == 303
        assert head.send(f"{address}/terminate", {"words": "户籍已经迁出本市"}).status_code == 303
        assert "已终止" in counter.read(address)
        assert official("police").client.get(address).status_code == 404
        assert official("supervisor").client.get(address).status_code == 200


FORM = {
    "stated name": FICTITIOUS_NAME, "stated number": FICTITIOUS_ID, "died_on": "2026-09-13",
    "source": "village", "village": AGENT.desk.region_code,
}  # fmt: skip


class TestDeaths:
    def test_are_reported_by_the_village_confirmed_by_the_township_and_put_right(self, world, official):
        number = world.case_in_review()
        agent, counter = official("agent"), official("counter")
        answer = agent.send("/console/deaths", FORM)
        assert answer.status_code == 303
        address = answer.headers["Location"].partition("?")[0]
        assert "等核实" in agent.read(address) and FICTITIOUS_ID not in agent.read(address)
        assert agent.send(f"{address}/confirm").status_code == 422
        assert counter.send(f"{address}/confirm").status_code == 303
        assert "本人申请的事项终止" in counter.read(address)
        assert "已终止" in counter.read(f"/console/cases/{number}")
        assert counter.send(f"{address}/withdraw", {"reason": ""}).status_code == 422
        assert counter.send(f"{address}/withdraw", {"reason": "同名同姓，弄错了人"}).status_code == 303
        assert "已恢复办理" in counter.read(address)

    def test_wait_on_the_list_of_the_departments_told(self, world, official):
        official("counter").send("/console/deaths", FORM)
        head = official("head")
        page = head.read("/console/deaths")
        task = re.search(r"/console/death-tasks/\d+", page).group()
        assert official("disabled_town").send(task).status_code == 404
        assert head.send(task).status_code == 303
        assert "等您部门处理" not in head.read("/console/deaths")

    def test_keep_what_was_typed_when_something_is_wrong(self, official):
        agent = official("agent")
        answer = agent.send("/console/deaths", {**FORM, "died_on": "昨天"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and "请填死亡日期" in page
        assert f'value="{FICTITIOUS_NAME}"' in page

    def test_are_no_business_of_the_control_centres(self, official):
        centre = official("centre")
        assert "报告一位去世的人" not in centre.read("/console/deaths")
        assert centre.send("/console/deaths", FORM).status_code == 422
