"""Cards after they fell: seen, reminded of, explained, appealed against, judged, ordered about, escalated."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.db.audit import iterate_audit
from server.db.card import list_acts
from server.db.deadline import CardRow, list_cards
from server.domain.card import CardActNotAllowed, CardState
from server.domain.people import Desk, Role
from server.domain.wanted import CardShow, CardWanted
from server.jobs import escalate_cards, sweep_deadlines
from server.services import card as errands
from server.services.card import CardHidden, CardRefused, get_card, get_card_to_act, see_cards_of_case
from server.services.card_page import card_page, page_of_cards
from server.services.desk import get_case_to_act
from server.services.settling import settle
from server.services.staff import create_staff
from server.services.supervision import owed_by, wall_of
from server.services.supervision_order import answer_order, issue_order, list_orders, order_sheet
from tests import factories as make

COUNTER = make.TOWNSHIP_CIVIL
TOWN = COUNTER.desk
SUPERVISOR = make.SUPERVISOR
CITY = make.Actor("shi-jiancha", "何模拟", Role.SUPERVISOR, Desk("电子监察", "450500"))
COLLEAGUE = replace(SUPERVISOR, account_id="xian-jiancha-2", display_name="钱模拟")


@pytest.fixture
def late(installation, case, clock) -> str:
    """A case whose township did nothing until every limit was over."""
    clock.move_to(clock.now() + timedelta(days=30))
    assert sweep_deadlines(installation) > 0
    return case.case_number


@pytest.fixture
def red(installation, late) -> int:
    with installation.look() as work:
        [card, *_] = [one for one in _all(work, late) if one.colour == "red"]
        return card.id


def _all(work, number) -> list[CardRow]:
    return list_cards(work.session, get_case_to_act(work, COUNTER, number).id)


def act(installation, actor, card_id, errand, *given, **named):
    with installation.begin() as work:
        return errand(work, get_card_to_act(work, actor, card_id), actor, *given, **named)


def state(installation, card_id) -> str:
    with installation.look() as work:
        return work.session.get(CardRow, card_id).state


class TestSeeing:
    def test_the_desk_that_opens_the_case_has_seen_all_its_cards_once(self, installation, late):
        for _ in range(2):
            with installation.begin() as work:
                see_cards_of_case(work, COUNTER, late)
        with installation.look() as work:
            cards = _all(work, late)
            assert [[one.kind for one in list_acts(work.session, card.id)] for card in cards] == [["seen"]] * len(cards)
            assert {card.state for card in cards} == {CardState.SEEN}

    def test_a_supervisor_who_looks_makes_nothing_seen(self, installation, red):
        with installation.begin() as work:
            errands.see_card(work, get_card_to_act(work, SUPERVISOR, red), SUPERVISOR)
        assert state(installation, red) == CardState.FALLEN

    @pytest.mark.parametrize("stranger", [make.COUNTY_POLICE, replace(SUPERVISOR, desk=Desk("电子监察", "450502"))])
    def test_another_desks_card_looks_like_no_card_at_all(self, installation, red, stranger):
        with installation.look() as work:
            for card_id in (red, 999, 2**40):
                with pytest.raises(CardHidden):
                    get_card(work, stranger, card_id)


class TestExplaining:
    def test_is_for_whoever_answers_for_the_desk_and_may_be_said_better(self, installation, red):
        act(installation, COUNTER, red, errands.explain_card, "系统故障两天，已经补录。")
        act(installation, COUNTER, red, errands.explain_card, "系统故障两天，已经补录，附报修单。")
        with installation.look() as work:
            page = card_page(work, SUPERVISOR, red)
        assert page.line.state_label == "已说明"
        assert page.desks[0].explanation == "系统故障两天，已经补录，附报修单。"
        assert [entry.label for entry in page.life] == ["说明原因", "说明原因"]

    def test_where_the_desk_has_a_head_its_clerk_cannot(self, installation, red):
        with installation.begin() as work:
            create_staff(
                work,
                sign_in_name="zhen-head",
                display_name="周示例",
                password="a long enough password",
                role=Role.DEPARTMENT_HEAD,
                department=TOWN.department,
                region_code=TOWN.region_code,
            )
        with pytest.raises(CardActNotAllowed):
            act(installation, COUNTER, red, errands.explain_card, "系统故障两天。")
        head = replace(COUNTER, account_id="zhen-head", role=Role.DEPARTMENT_HEAD)
        act(installation, head, red, errands.explain_card, "系统故障两天。")
        assert state(installation, red) == CardState.EXPLAINED

    @pytest.mark.parametrize("words", ["", "    ", "忙", "长" * 2001])
    def test_empty_or_endless_words_are_refused(self, installation, red, words):
        with pytest.raises(CardRefused):
            act(installation, COUNTER, red, errands.explain_card, words)


class TestAppealing:
    def test_an_upheld_appeal_withdraws_the_card_for_good_and_it_stays_visible(self, installation, red, late):
        act(installation, COUNTER, red, errands.appeal_card, "停电三天，有供电所证明。")
        act(installation, SUPERVISOR, red, errands.judge_appeal, "证明属实，撤销。", upheld=True)
        with installation.begin() as work:
            settle(work, get_case_to_act(work, COUNTER, late))  # the sweep that folds the case anew leaves it withdrawn
        with installation.look() as work:
            row, page = work.session.get(CardRow, red), card_page(work, COUNTER, red)
            assert (row.withdrawn_for, page.points, page.withdrawn_for) == ("appeal", 0, "申诉成立")
            assert red in {line.id for line in page_of_cards(work, COUNTER, CardWanted(show=CardShow.WITHDRAWN)).lines}
            assert page.acts == ()
        with pytest.raises(CardActNotAllowed, match="牌已撤销"):
            act(installation, SUPERVISOR, red, errands.judge_appeal, "再审一次看看。", upheld=False)

    def test_a_dismissed_one_leaves_it_with_its_points_and_cannot_be_repeated(self, installation, red):
        act(installation, COUNTER, red, errands.appeal_card, "停电三天，有供电所证明。")
        act(installation, SUPERVISOR, red, errands.judge_appeal, "停电只有半天。", upheld=False)
        with installation.look() as work:
            assert card_page(work, COUNTER, red).points == 5
        with pytest.raises(CardActNotAllowed, match="申诉不成立"):
            act(installation, COUNTER, red, errands.appeal_card, "还是要申诉一次。")

    def test_ends_with_the_days_the_settings_give(self, installation, red, clock):
        with installation.look() as work:
            last = errands.appeal_until(work, work.session.get(CardRow, red))
        assert last == date(2026, 10, 28)  # recorded on the 14th
        clock.move_to(clock.now() + timedelta(days=15))
        with pytest.raises(CardRefused, match="申诉期"):
            act(installation, COUNTER, red, errands.appeal_card, "停电三天，有供电所证明。")
        with installation.look() as work:
            assert "appealed" not in card_page(work, COUNTER, red).acts

    def test_whoever_explained_cannot_judge_even_as_a_supervisor(self, installation, red):
        act(installation, COUNTER, red, errands.appeal_card, "停电三天，有供电所证明。")
        turned = replace(SUPERVISOR, account_id=COUNTER.account_id)  # the clerk has become a supervisor since
        with pytest.raises(CardRefused, match="不能由您来审"):
            act(installation, turned, red, errands.judge_appeal, "证明属实，撤销。", upheld=True)
        act(installation, COLLEAGUE, red, errands.judge_appeal, "证明属实，撤销。", upheld=True)

    def test_of_two_who_judge_at_once_one_is_told_that_it_is_done(self, installation, red):
        act(installation, COUNTER, red, errands.appeal_card, "停电三天，有供电所证明。")

        def judge(upheld: bool) -> str:
            try:
                act(installation, SUPERVISOR, red, errands.judge_appeal, "看过证明，就这样定。", upheld=upheld)
            except CardActNotAllowed:
                return "refused"
            return "judged"

        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(judge, (True, False))) == ["judged", "refused"]
        with installation.look() as work:
            row = work.session.get(CardRow, red)
            assert (row.state == CardState.UPHELD) is (row.withdrawn_for == "appeal")

    def test_long_numbers_somebody_writes_are_masked_before_they_are_kept(self, installation, red):
        act(installation, COUNTER, red, errands.explain_card, f"联系{make.FICTITIOUS_ID}，电话13800000000。")
        with installation.look() as work:
            words = list_acts(work.session, red)[0].words
        assert make.FICTITIOUS_ID not in words and "13800000000" not in words and "联系" in words


class TestWatching:
    def test_a_reminder_stands_on_top_of_the_desks_inbox_until_the_card_is_explained(self, installation, red):
        act(installation, SUPERVISOR, red, errands.remind_desk, TOWN, "请今天内办完。")
        with installation.look() as work:
            owed = {line.id: words for line, words in owed_by(work, COUNTER).cards}
            assert owed[red] == "请今天内办完。"
            assert owed_by(work, make.COUNTY_POLICE).cards == owed_by(work, SUPERVISOR).cards == ()
        act(installation, COUNTER, red, errands.explain_card, "系统故障两天，已经补录。")
        with installation.look() as work:
            assert red not in {line.id for line, _ in owed_by(work, COUNTER).cards}

    def test_only_desks_the_card_fell_on_and_in_the_own_region_can_be_urged(self, installation, red):
        for desk in (make.COUNTY_POLICE.desk, Desk("民政", "450500")):
            with pytest.raises(CardRefused):
                act(installation, SUPERVISOR, red, errands.remind_desk, desk, "请今天内办完。")
        with pytest.raises(CardActNotAllowed):
            act(installation, COUNTER, red, errands.remind_desk, TOWN, "请今天内办完。")


class TestOrders:
    def test_are_numbered_answered_once_and_overdue_when_their_day_is_past(self, installation, red, clock):
        first = act(installation, SUPERVISOR, red, issue_order, TOWN, "三日内办结并说明。", 3)
        second = act(installation, SUPERVISOR, red, issue_order, TOWN, "同时报送整改措施。", 5)
        assert (first.number, second.number) == ("督〔2026〕450521-0001", "督〔2026〕450521-0002")
        clock.move_to(clock.now() + timedelta(days=6))
        with installation.look() as work:
            assert [line.state for line in list_orders(work, COUNTER).lines] == ["overdue", "open"]
            wall = wall_of(work, SUPERVISOR)
            assert (wall.orders_open, wall.orders_overdue) == (2, 1)
        with installation.begin() as work:
            answer_order(work, COUNTER, first.id, "已经办结，原因是停电。")
        with installation.look() as work:
            assert [line.number for line in list_orders(work, COUNTER).lines] == [second.number]
            assert [line.state for line in list_orders(work, CITY).lines] == ["open", "answered"]
        with pytest.raises(CardRefused, match="已经由林演示回复过了"), installation.begin() as work:
            answer_order(work, COUNTER, first.id, "再回复一次看看。")

    def test_another_desk_finds_no_order_to_answer_or_print(self, installation, red):
        order = act(installation, SUPERVISOR, red, issue_order, TOWN, "三日内办结并说明。", 3)
        for given in (order.id, 4711, 2**40):
            with pytest.raises(CardHidden), installation.begin() as work:
                answer_order(work, make.COUNTY_POLICE, given, "不是我们的事情。")
            with pytest.raises(CardHidden), installation.begin() as work:
                order_sheet(work, make.COUNTY_POLICE, given)

    @pytest.mark.parametrize("days", [0, 31, -1])
    def test_their_days_have_bounds(self, installation, red, days):
        with pytest.raises(CardRefused, match="工作日之间"):
            act(installation, SUPERVISOR, red, issue_order, TOWN, "三日内办结并说明。", days)


class TestEscalation:
    def test_takes_every_unexplained_red_card_once_and_shows_it_to_the_city(self, installation, red, late, clock):
        clock.move_to(clock.now() + timedelta(days=10))
        with installation.look() as work:
            unexplained = [card.id for card in _all(work, late) if card.colour == "red"]
        assert escalate_cards(installation) == len(unexplained)
        assert escalate_cards(installation) == 0
        with installation.look() as work:
            assert {line.id for line in wall_of(work, CITY).escalated} == set(unexplained)
            assert all(line.escalated for line, _ in owed_by(work, COUNTER).cards)

    def test_leaves_alone_what_was_explained_or_is_yellow(self, installation, red, late, clock):
        act(installation, COUNTER, red, errands.explain_card, "系统故障两天，已经补录。")
        clock.move_to(clock.now() + timedelta(days=10))
        escalate_cards(installation)
        with installation.look() as work:
            escalated = [card for card in _all(work, late) if card.escalated_at]
            assert red not in {card.id for card in escalated}
            assert {card.colour for card in escalated} <= {"red"}


def test_everything_done_about_a_card_is_in_the_audit_log(installation, red):
    act(installation, COUNTER, red, errands.appeal_card, "停电三天，有供电所证明。")
    act(installation, SUPERVISOR, red, errands.judge_appeal, "证明属实，撤销。", upheld=True)
    with installation.look() as work:
        written = [row.action for row in iterate_audit(work.session)]
    assert {"card.appealed", "card.upheld"} <= set(written)
