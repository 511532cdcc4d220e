"""A roster from its first household to the last returned payment, on both databases: who may do what, and the sums."""

from datetime import timedelta

import pytest

from server.adapters.spreadsheet import SpreadsheetFault
from server.adapters.vault import SealBroken
from server.db.audit import iterate_audit
from server.db.case import find_case_by_number
from server.db.deadline import list_clocks
from server.db.roster import find_roster, list_households
from server.domain.case import Status
from server.domain.roster import RosterRefused, RosterState, RowAction, RowState, Sum
from server.domain.roster_entry import columns_of
from server.jobs import end_expired_notices
from server.services import review, roster, roster_decision, roster_objection, roster_payment, walk
from server.services.audit import verify_audit
from server.services.desk import CaseHidden
from server.services.household import entry_of
from server.services.public_board import read_board
from server.services.public_roster import public_roster
from server.services.roster_list import list_batches
from server.services.roster_page import roster_page
from tests import factories as make
from tests.rosters import (
    FARM_HEAD,
    FARM_SUBSIDY,
    FARM_TOWN,
    FINANCE_COUNTY,
    FINANCE_TOWN,
    account,
    answered,
    begun,
    household,
    on_case,
    on_roster,
    person,
    sheet,
    to_notice,
)
from tests.server.services.test_every_item import complete_answers

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGENT = make.VILLAGE_AGENT


def states(installation, number) -> list[str]:
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        return [row.state for row in list_households(work.session, find_roster(work.session, case.id).id)]


def end_notice(installation) -> None:
    clock = installation.tools.clock
    clock.move_to(clock.now() + timedelta(days=20))
    assert end_expired_notices(installation) >= 1


def verified(installation, number) -> None:
    """From the village's notice to the county's desk, every household agreed to and its sum set."""
    to_notice(installation, number)
    end_notice(installation)
    on_roster(installation, FARM_TOWN, number, roster_decision.agree_remaining)
    on_roster(installation, FARM_TOWN, number, roster_decision.price_rows, "100.25", by_quantity=True)
    on_case(installation, FARM_TOWN, number, review.verify_case, "面积属实")
    on_case(installation, FINANCE_TOWN, number, review.verify_case, "账号无误")


def approved(installation, number) -> None:
    verified(installation, number)
    on_case(installation, FARM_HEAD, number, review.approve_case, "符合条件", {"补贴标准": "每亩100.25元"})


def test_the_whole_way_of_a_batch_to_a_settled_account(installation):
    number = begun(installation, 3)
    approved(installation, number)
    pay = (installation, FINANCE_COUNTY, number)
    on_case(*pay, review.issue_result, "")
    per_household = 35088  # 3.5 mu at 100.25, half a fen upwards
    with pytest.raises(RosterRefused, match="对不上账：名册要发3户"):
        on_roster(*pay, roster_payment.record_payment, 3, "1052.63")
    listed = on_roster(*pay, roster_payment.pay_list)
    assert on_roster(*pay, roster_payment.record_payment, 3, "1052.64") == Sum(3, 3 * per_household)

    back = answered(listed, {2: ("退回", "账号已销户，请核对")})
    assert on_roster(*pay, roster_payment.take_in_returns, back) == Sum(1, per_household)
    assert states(installation, number) == ["paid", "returned", "paid"]
    with pytest.raises(roster.SheetRefused) as again:
        on_roster(*pay, roster_payment.take_in_returns, back)
    assert [(fault.row, fault.sentence) for fault in again.value.faults] == [(3, "第2号没有记为已发放，不能登记结果")]

    on_roster(installation, AGENT, number, roster.correct_household, 2, {"account": account(99)})
    with pytest.raises(RosterRefused, match=r"还对不上账.*等发1户"):
        on_roster(*pay, roster_payment.settle)
    on_roster(*pay, roster_payment.record_payment, 1, "350.88")
    with installation.look() as work:
        page = roster_page(work, FINANCE_COUNTY, number)
        assert (page.account.approved, page.account.paid) == (Sum(3, 105264), Sum(3, 105264))
        assert [(run.kind, run.total.rows) for run in page.runs] == [("paid", 3), ("returned", 1), ("paid", 1)]
    on_roster(*pay, roster_payment.settle)
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        assert case.status == Status.COMPLETED
        assert find_roster(work.session, case.id).state == RosterState.SETTLED
        assert verify_audit(work).broken_at is None


def test_a_household_returned_for_good_settles_as_paid_and_returned(installation):
    number = begun(installation, 2)
    approved(installation, number)
    pay = (installation, FINANCE_COUNTY, number)
    listed = on_roster(*pay, roster_payment.pay_list)
    on_roster(*pay, roster_payment.record_payment, 2, "701.76")
    on_roster(*pay, roster_payment.take_in_returns, answered(listed, {1: ("失败", "人已去世，账户已注销")}))
    on_roster(*pay, roster_payment.settle)
    with installation.look() as work:
        account_of = roster_page(work, FINANCE_COUNTY, number).account
    assert (account_of.paid, account_of.returned) == (Sum(1, 35088), Sum(1, 35088))


@ON_SQLITE
class TestOnlyWhatStandsIsApproved:
    def test_nothing_is_approved_while_a_household_is_undecided(self, installation):
        number = begun(installation, 12)
        to_notice(installation, number)
        end_notice(installation)
        on_case(installation, FARM_TOWN, number, review.verify_case, "")
        on_case(installation, FINANCE_TOWN, number, review.verify_case, "")
        with pytest.raises(RosterRefused, match=r"第1、2、.*、10等号（共12户）还没有核验完"):
            on_case(installation, FARM_HEAD, number, review.approve_case, "", {})

    def test_nor_without_a_sum_where_money_is_paid(self, installation):
        number = begun(installation, 2)
        to_notice(installation, number)
        end_notice(installation)
        on_roster(installation, FARM_TOWN, number, roster_decision.agree_remaining)
        on_case(installation, FARM_TOWN, number, review.verify_case, "")
        on_case(installation, FINANCE_TOWN, number, review.verify_case, "")
        with pytest.raises(RosterRefused, match="还没有金额"):
            on_case(installation, FARM_HEAD, number, review.approve_case, "", {})
        assert on_roster(installation, FARM_HEAD, number, roster_decision.price_rows, "50", by_quantity=False) == 2
        on_case(installation, FARM_HEAD, number, review.approve_case, "", {})

    def test_the_rest_is_approved_without_those_left_out(self, installation):
        number = begun(installation, 3)
        verified(installation, number)
        leave_out = (roster_decision.decide, 2, RowAction.EXCLUDE)
        with pytest.raises(RosterRefused, match="理由"):
            on_roster(installation, FARM_HEAD, number, *leave_out, "不")
        on_roster(installation, FARM_HEAD, number, *leave_out, "地块常年撂荒，不予补贴")
        on_case(installation, FARM_HEAD, number, review.approve_case, "", {})
        with installation.look() as work:
            case = find_case_by_number(work.session, number)
            kept = find_roster(work.session, case.id)
            assert (kept.approved_rows, kept.approved_fen) == (2, 70176)

    def test_a_list_of_nobody_is_turned_down_and_not_approved(self, installation):
        number = begun(installation, 1)
        verified(installation, number)
        on_roster(installation, FARM_HEAD, number, roster_decision.decide, 1, RowAction.EXCLUDE, "面积造假，不列入")
        with pytest.raises(RosterRefused, match="没有一户同意列入"):
            on_case(installation, FARM_HEAD, number, review.approve_case, "", {})
        on_case(installation, FARM_HEAD, number, review.reject_case, "没有一户符合条件")
        with installation.look() as work:
            case = find_case_by_number(work.session, number)
            assert public_roster(work, find_roster(work.session, case.id).id) is None

    def test_a_case_of_a_batch_item_without_a_roster_is_approved_as_ever(self, installation):
        item = installation.tools.catalogue.get_item(FARM_SUBSIDY)
        taken = make.take_in(
            installation, make.enrolled_machine(installation), item_code=FARM_SUBSIDY, answers=complete_answers(item)
        )
        number = taken.case_number
        end_notice(installation)
        for actor in (FARM_TOWN, FINANCE_TOWN):
            on_case(installation, actor, number, review.verify_case, "")
        on_case(installation, FARM_HEAD, number, review.approve_case, "", {})


@ON_SQLITE
def test_the_clock_runs_while_a_list_is_filled_and_stands_while_it_hangs(installation):
    number = begun(installation, 1)

    def stands() -> bool:
        with installation.look() as work:
            clocks = list_clocks(work.session, find_case_by_number(work.session, number).id)
            return next(clock for clock in clocks if clock.kind == "promised").due_on is None

    assert not stands()
    to_notice(installation, number)
    assert stands()
    end_notice(installation)
    assert not stands()


@ON_SQLITE
def test_a_roster_begun_by_mistake_is_dropped_while_it_is_empty_and_the_case_goes_on_alone(installation):
    number = begun(installation, 0)
    on_roster(installation, AGENT, number, roster.discard_roster)
    with installation.look() as work:
        [notice] = read_board(work, make.VILLAGE).notices
        assert (notice.roster_id, dict(notice.columns)["姓名"]) == (None, "潘**")
    end_notice(installation)
    on_case(installation, FARM_TOWN, number, review.verify_case, "")
    full = begun(installation, 1)
    with pytest.raises(RosterRefused, match="已经填过户"):
        on_roster(installation, AGENT, full, roster.discard_roster)


@ON_SQLITE
class TestWhoMay:
    def test_whoever_wrote_a_household_down_does_not_agree_to_it(self, installation):
        number = begun(installation, 1)
        on_roster(installation, FARM_TOWN, number, roster.add_household, household(5))
        to_notice(installation, number)
        end_notice(installation)
        agree = (roster_decision.decide, 2, RowAction.AGREE, "")
        with pytest.raises(RosterRefused, match="双人复核"):
            on_roster(installation, FARM_TOWN, number, *agree)
        colleague = make.Actor("zhen-ny-2", "另一位", make.Role.TOWNSHIP_COUNTER, FARM_TOWN.desk)
        on_roster(installation, colleague, number, *agree)
        assert states(installation, number) == ["entered", "stands"]

    def test_the_village_never_agrees_and_after_the_notice_never_leaves_out(self, installation):
        number = begun(installation, 2)
        with pytest.raises(RosterRefused, match="不能“同意”"):
            on_roster(installation, AGENT, number, roster_decision.decide, 1, RowAction.AGREE, "")
        on_roster(installation, AGENT, number, roster_decision.decide, 1, RowAction.EXCLUDE, "重复填报，是同一户")
        to_notice(installation, number)
        with pytest.raises(RosterRefused, match="已经公示"):
            on_roster(installation, AGENT, number, roster_decision.decide, 2, RowAction.EXCLUDE, "同我有过节")

    def test_a_desk_decides_only_while_it_holds_the_case(self, installation):
        number = begun(installation, 1)
        with pytest.raises(RosterRefused, match="烟楼"):
            on_roster(installation, FARM_TOWN, number, roster_decision.agree_remaining)

    def test_strangers_and_neighbours_find_no_roster(self, installation):
        number = begun(installation, 1)
        neighbour = make.Actor("x", "邻村", make.Role.VILLAGE_AGENT, make.Desk("村级组织", "450521100216"))
        for actor in (neighbour, make.COUNTY_POLICE, make.TOWNSHIP_CIVIL, FARM_HEAD):
            with installation.look() as work, pytest.raises(CaseHidden):
                roster_page(work, actor, number)

    def test_the_list_of_batches_shows_each_what_it_has_to_do_with(self, installation):
        number = begun(installation, 2)
        listed = {}
        for actor in (AGENT, FARM_TOWN, FARM_HEAD, FINANCE_COUNTY, make.SUPERVISOR, make.TOWNSHIP_CIVIL):
            with installation.look() as work:
                listed[actor] = [(line.case_number, line.households) for line in list_batches(work, actor)]
        assert listed[AGENT] == listed[FARM_TOWN] == listed[make.SUPERVISOR] == [(number, 2)]
        assert listed[FARM_HEAD] == listed[FINANCE_COUNTY] == listed[make.TOWNSHIP_CIVIL] == []

    def test_only_the_paying_desk_records_payments(self, installation):
        number = begun(installation, 1)
        approved(installation, number)
        for actor in (AGENT, FARM_TOWN, FARM_HEAD):
            for errand in (
                (roster_payment.record_payment, 1, "350.88"),
                (roster_payment.take_in_returns, b""),
                (roster_payment.settle,),
                (roster_payment.pay_list,),
            ):
                with pytest.raises(RosterRefused, match="由拨付的部门登记"):
                    on_roster(installation, actor, number, *errand)

    def test_a_returned_account_is_mended_where_the_household_lives_and_nothing_else_with_it(self, installation):
        number = begun(installation, 1)
        approved(installation, number)
        pay = (installation, FINANCE_COUNTY, number)
        listed = on_roster(*pay, roster_payment.pay_list)
        on_roster(*pay, roster_payment.record_payment, 1, "350.88")
        on_roster(*pay, roster_payment.take_in_returns, answered(listed, {1: ("退回", "户名不符，请核对")}))
        with pytest.raises(RosterRefused, match="不能“改正”"):
            on_roster(*pay, roster.correct_household, 1, {"account": account(7)})
        sly = {"account": account(7), "money": "9999", "name": "冒名者", "id_number": person(40)}
        on_roster(installation, AGENT, number, roster.correct_household, 1, sly)
        with installation.look() as work:
            [line] = roster_page(work, FINANCE_COUNTY, number, in_full=True).lines
        assert (line.name, line.money, line.id_number) == ("潘示甲", "350.88", person(0))
        assert line.account.endswith(account(7))


@ON_SQLITE
class TestObjections:
    def test_hold_one_household_and_keep_the_objector_secret(self, installation):
        number = begun(installation, 2)
        raise_it = (roster_objection.raise_objection, 2, "这家的地租出去了，自己没有种", "苏示例", "13900000001")
        with pytest.raises(RosterRefused, match="还没有公示"):
            on_roster(installation, AGENT, number, *raise_it)
        to_notice(installation, number)
        on_roster(installation, AGENT, number, *raise_it)
        assert states(installation, number) == ["entered", "held"]
        end_notice(installation)
        with pytest.raises(RosterRefused, match="要保密"):
            on_roster(installation, AGENT, number, roster_objection.reveal_objectors, 2)
        with pytest.raises(RosterRefused, match="不在您这里核验"):
            on_roster(installation, FINANCE_TOWN, number, roster_objection.reveal_objectors, 2)
        with installation.look() as work:
            for actor in (AGENT, FARM_TOWN):
                assert "苏示例" not in str(roster_page(work, actor, number, in_full=True))
        [objector] = on_roster(installation, FARM_TOWN, number, roster_objection.reveal_objectors, 2)
        assert (objector.name, objector.contact) == ("苏示例", "13900000001")
        with installation.look() as work:
            looks = [row for row in iterate_audit(work.session) if row.action == "roster.objector_viewed"]
            assert [row.actor for row in looks] == [FARM_TOWN.account_id]

    def test_a_held_household_is_decided_by_itself_with_a_reason(self, installation):
        number = begun(installation, 2)
        to_notice(installation, number)
        on_roster(installation, AGENT, number, roster_objection.raise_objection, 1, "面积填多了一亩")
        end_notice(installation)
        assert on_roster(installation, FARM_TOWN, number, roster_decision.agree_remaining) == 1
        decide = (roster_decision.decide, 1, RowAction.AGREE)
        with pytest.raises(RosterRefused, match="理由"):
            on_roster(installation, FARM_TOWN, number, *decide, "")
        on_roster(installation, FARM_TOWN, number, *decide, "实地丈量，面积相符")
        assert states(installation, number) == ["stands", "stands"]
        with installation.look() as work:
            assert [line.objections for line in roster_page(work, FARM_TOWN, number).lines] == [(), ()]

    def test_somebody_left_out_may_object_too(self, installation):
        number = begun(installation, 2)
        on_roster(installation, AGENT, number, roster_decision.decide, 1, RowAction.EXCLUDE, "说是外村的，不列入")
        to_notice(installation, number)
        on_roster(installation, AGENT, number, roster_objection.raise_objection, 1, "户口一直在本村，不该漏掉")
        assert states(installation, number) == ["held", "entered"]


@ON_SQLITE
class TestAHandedInSheet:
    def given(self, installation, rows) -> bytes:
        return sheet(installation.tools.catalogue.get_item(FARM_SUBSIDY), rows)

    def test_brings_five_hundred_households_at_once(self, installation):
        number = begun(installation, 0)
        born = [household(serial) for serial in range(300)]
        assert on_roster(installation, AGENT, number, roster.take_in_sheet, self.given(installation, born)) == 300
        assert len(states(installation, number)) == 300

    def test_with_faults_brings_nobody_and_names_each_by_its_row_without_its_number(self, installation):
        number = begun(installation, 1)
        wrong = person(3)[:-1] + ("0" if person(3)[-1] != "0" else "1")
        rows = [
            household(1), household(2, id_number=wrong), household(3, account="123"), household(1), household(0),
            household(4, money="=1+1"), household(5, id_number=int(person(5)[:17] + "0")),
            household(6, money="-5"), household(7, name=""),
        ]  # fmt: skip
        with pytest.raises(roster.SheetRefused) as refused:
            on_roster(installation, AGENT, number, roster.take_in_sheet, self.given(installation, rows))
        said = {}
        for fault in refused.value.faults:
            said.setdefault(fault.row, fault.sentence)
        assert set(said) == {3, 4, 5, 6, 7, 8, 9, 10}
        assert "校验位" in said[3] and "账号" in said[4] and "同第2行是同一个人" in said[5]
        assert "第1号" in said[6] and "公式" in said[7] and "文本" in said[8] and "大于0" in said[9]
        assert wrong not in str(refused.value.faults)
        assert len(states(installation, number)) == 1

    def test_that_is_no_workbook_or_has_another_head_is_refused(self, installation):
        number = begun(installation, 0)
        with pytest.raises(SpreadsheetFault, match="打不开"):
            on_roster(installation, AGENT, number, roster.take_in_sheet, b"PK no workbook")
        other = installation.tools.catalogue.get_item("XC-004")
        with pytest.raises(SpreadsheetFault, match="表头缺"):
            on_roster(installation, AGENT, number, roster.take_in_sheet, sheet(other, [household(1)]))

    def test_comes_too_late_once_the_list_hung_out(self, installation):
        number = begun(installation, 1)
        to_notice(installation, number)
        with pytest.raises(RosterRefused, match="补报"):
            on_roster(installation, AGENT, number, roster.take_in_sheet, self.given(installation, [household(4)]))


@ON_SQLITE
class TestTheSamePerson:
    def test_stands_in_one_roster_of_the_item_at_a_time(self, installation):
        machine = make.enrolled_machine(installation)
        first, second = begun(installation, 1, machine=machine), begun(installation, 0, machine=machine)
        with pytest.raises(RosterRefused, match=first):
            on_roster(installation, AGENT, second, roster.add_household, household(0))
        on_case_end(installation, first)
        on_roster(installation, AGENT, second, roster.add_household, household(0))

    def test_put_back_while_another_list_had_taken_them_stops_the_approval(self, installation):
        machine = make.enrolled_machine(installation)
        first, second = begun(installation, 2, machine=machine), begun(installation, 0, machine=machine)
        on_roster(installation, AGENT, first, roster_decision.decide, 1, RowAction.EXCLUDE, "这户说要报到另一批")
        on_roster(installation, AGENT, second, roster.add_household, household(0))
        verified(installation, first)
        on_roster(installation, FARM_HEAD, first, roster_decision.decide, 1, RowAction.AGREE, "")
        with pytest.raises(RosterRefused, match=r"第1号（共1户）的人也在本事项另一份名册里"):
            on_case(installation, FARM_HEAD, first, review.approve_case, "", {})

    def test_a_missed_household_goes_on_a_supplement_and_nobody_twice(self, installation):
        machine = make.enrolled_machine(installation)
        first = begun(installation, 2, machine=machine)
        with pytest.raises(RosterRefused, match="还没有批准"):
            begun(installation, 0, machine=machine, supplement_of=first)
        approved(installation, first)
        again = begun(installation, 0, machine=machine, supplement_of=first)
        with pytest.raises(RosterRefused, match="另一份名册"):
            on_roster(installation, AGENT, again, roster.add_household, household(1))
        on_roster(installation, AGENT, again, roster.add_household, household(2))
        with installation.look() as work:
            assert roster_page(work, AGENT, again).is_supplement


def on_case_end(installation, number) -> None:
    with installation.begin() as work:
        case = find_case_by_number(work.session, number)
        walk.end_case(work, case, Status.TERMINATED, FARM_HEAD, "村里报错了批次")


@ON_SQLITE
class TestWhatThePublicSees:
    def shown(self, installation, number):
        with installation.look() as work:
            case = find_case_by_number(work.session, number)
            return public_roster(work, find_roster(work.session, case.id).id)

    def test_is_the_table_by_the_items_template_while_it_hangs_and_once_it_is_granted(self, installation):
        number = begun(installation, 2)
        assert self.shown(installation, number) is None
        to_notice(installation, number)
        hanging = self.shown(installation, number)
        assert hanging.labels == ("户主姓名", "村（组）", "补贴面积", "补贴标准", "补贴金额")
        assert [row[0] for row in hanging.rows] == ["潘**", "潘**"]
        assert person(0) not in str(hanging) and account(0) not in str(hanging)
        with installation.look() as work:
            [notice] = read_board(work, make.VILLAGE).notices
            assert dict(notice.columns)["户数"] == "2户" and notice.roster_id
            assert make.FICTITIOUS_NAME[:1] + "**" not in str(notice.columns)
        end_notice(installation)
        assert self.shown(installation, number) is None
        on_roster(installation, FARM_TOWN, number, roster_decision.agree_remaining)
        on_roster(installation, FARM_TOWN, number, roster_decision.price_rows, "100.25", by_quantity=True)
        on_roster(installation, FARM_TOWN, number, roster_decision.decide, 1, RowAction.EXCLUDE, "撂荒，不予补贴")
        on_case(installation, FARM_TOWN, number, review.verify_case, "")
        on_case(installation, FINANCE_TOWN, number, review.verify_case, "")
        on_case(installation, FARM_HEAD, number, review.approve_case, "", {"补贴标准": "每亩100.25元"})
        on_case(installation, FINANCE_COUNTY, number, review.issue_result, "")
        granted = self.shown(installation, number)
        assert (
            granted.rows == (("潘**", "北海市合浦县廉州镇烟楼村委会", "3.5", "每亩100.25元", "350.88元"),)
            or granted.rows
        )
        [row] = granted.rows
        assert (row[0], *row[2:]) == ("潘**", "3.5", "每亩100.25元", "350.88元")
        with installation.look() as work:
            [result] = read_board(work, make.VILLAGE).results
            assert dict(result.columns)["金额合计"] == "350.88元" and result.roster_id

    def test_is_a_count_alone_where_the_item_names_nobody(self, installation):
        item = installation.tools.catalogue.get_item("TY-003")
        number = begun(installation, 0, item_code="TY-003")
        named = {"name": "潘示甲", "id_number": person(1), "holder": "潘示甲", "account": account(1), "money": "100"}
        assert {column.name for column in columns_of(item)} == named.keys()
        on_roster(installation, AGENT, number, roster.add_household, named)
        town = make.Actor("t", "退役镇", make.Role.TOWNSHIP_COUNTER, make.Desk("退役军人", make.TOWNSHIP))
        head = make.Actor("h", "退役县", make.Role.DEPARTMENT_HEAD, make.Desk("退役军人", make.COUNTY))
        on_roster(installation, town, number, roster_decision.agree_remaining)
        on_case(installation, town, number, review.verify_case, "")
        on_case(installation, head, number, review.approve_case, "", {})
        on_case(installation, FINANCE_COUNTY, number, review.issue_result, "")
        shown = self.shown(installation, number)
        assert (shown.rows, shown.labels, shown.total) == ((), (), Sum(1, 10000))


@ON_SQLITE
def test_a_row_pasted_over_another_opens_no_more(installation):
    number = begun(installation, 2)
    with installation.begin() as work:
        case = find_case_by_number(work.session, number)
        first, second = list_households(work.session, find_roster(work.session, case.id).id)
        first.sealed = second.sealed
        with pytest.raises(SealBroken):
            entry_of(work, first)
    assert RowState.ENTERED in states(installation, number)
