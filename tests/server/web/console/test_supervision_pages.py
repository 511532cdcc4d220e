"""The wall, cards, orders, figures and lists as pages: every number leads to what it counts, and forms do what they say."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from server.db.audit import iterate_audit
from server.db.case import find_case_by_number
from server.domain.review import StageState
from server.jobs import sweep_deadlines


@pytest.fixture
def late(world) -> str:
    number = world.new_case()
    world.pass_days(30)
    sweep_deadlines(world.installation)
    return number


def red_card(page: str) -> str:
    return re.search(r'href="(/console/cards/\d+)"[^>]*><span class="card-mark red">', page).group(1)


def tiles(page: str) -> dict[str, tuple[int, str]]:
    found = re.findall(r'class="tile[^"]*" href="([^"]+)"><b>(\d+)</b><span>([^<]+)<', page)
    return {words: (int(count), unescape(address)) for address, count, words in found}


def total(page: str) -> int:
    return int(re.search(r'<h1>[^<]*<span class="soft">(\d+) ', page).group(1))


class TestTheWall:
    def test_every_tile_leads_to_as_many_as_it_says(self, official, late, world):
        world.new_case()
        supervisor = official("supervisor")
        shown = tiles(supervisor.read("/console/supervision"))
        assert shown["红牌"][0] > 0 and shown["在办"][0] == 2
        for words, (count, address) in shown.items():
            assert total(supervisor.read(address)) == count, words

    def test_a_desks_number_leads_to_that_desks_cards(self, official, late):
        page = official("supervisor").read("/console/supervision")
        count, address = re.search(r'<a href="(/console/cards\?[^"]+)" aria-label="[^"]*红牌 (\d+) 张"', page).group(
            2, 1
        )
        assert total(official("supervisor").read(unescape(address))) == int(count) > 0

    def test_a_place_below_is_shown_alone_and_one_outside_is_not(self, official, late):
        supervisor = official("supervisor")
        assert "廉州镇" in supervisor.read("/console/supervision?place=450521100")
        for place in ("450502", "nowhere"):
            assert supervisor.client.get(f"/console/supervision?place={place}").status_code == 404

    def test_everybody_else_is_led_to_their_own_cards(self, official, late):
        counter, police = official("counter"), official("police")
        answer = counter.client.get("/console/supervision")
        assert (answer.status_code, answer.location) == (302, "/console/cards")
        assert total(counter.read("/console/cards")) > 0
        assert total(police.read("/console/cards")) == 0


class TestACard:
    def test_says_which_rule_with_its_ground_and_what_it_can_be_checked_by(self, official, late):
        counter = official("counter")
        page = counter.read(red_card(counter.read("/console/cards?colour=red")))
        for words in ("第 1 版", "行政许可法 第42", "个工作日", "廉州镇·民政", "记 5 分", "从什么时候算"):
            assert words in page

    def test_goes_from_the_desks_explanation_through_the_appeal_to_the_judgement(self, official, late):
        counter, supervisor = official("counter"), official("supervisor")
        card = red_card(counter.read("/console/cards?colour=red"))
        assert "没有打开看过" in supervisor.read(card)
        counter.read(card)
        assert "没有打开看过" not in supervisor.read(card)
        for act, words in (("explained", "停电三天，已经补录。"), ("appealed", "停电三天，有供电所证明。")):
            assert counter.send(f"{card}/acts/{act}", {"words": words}).status_code == 303
        assert counter.send(f"{card}/acts/upheld", {"words": "自己给自己撤销。"}).status_code == 409
        assert supervisor.send(f"{card}/acts/upheld", {"words": "证明属实，撤销。"}).status_code == 303
        page = supervisor.read(card)
        assert "这张牌已经撤销" in page and "记 0 分" in page and 'class="withdrawn"' in page
        assert 'class="withdrawn"' in counter.read("/console/cards")

    def test_withdrawn_stands_on_its_case_no_more_and_is_struck_through_there(self, official, late):
        counter, supervisor = official("counter"), official("supervisor")
        case = counter.read(f"/console/cases/{late}?tab=course")
        cards = re.findall(r'href="(/console/cards/\d+)"><span class="card-mark red">', case)
        assert cards and '<span class="card-mark red">红牌</span> <span class="small">' in case
        for card in cards:
            assert counter.send(f"{card}/acts/appealed", {"words": "停电三天，有供电所证明。"}).status_code == 303
            assert supervisor.send(f"{card}/acts/upheld", {"words": "证明属实，撤销。"}).status_code == 303
        case = counter.read(f"/console/cases/{late}?tab=course")
        assert case.count('<li class="withdrawn">') == len(cards)
        assert '<span class="card-mark red">红牌</span> <span class="small">' not in case
        assert "现在亮着的" in supervisor.read("/console/cards?show=standing&colour=red")
        assert total(supervisor.read("/console/cards?show=standing&colour=red")) == 0

    def test_keeps_what_was_typed_when_it_is_refused(self, official, late):
        supervisor = official("supervisor")
        card = red_card(supervisor.read("/console/cards?colour=red"))
        answer = supervisor.send(f"{card}/acts/reminded", {"words": "请今天内办完。"})
        assert answer.status_code == 422
        assert "请先选要催办或督办的部门" in answer.get_data(as_text=True)
        assert "请今天内办完。" in answer.get_data(as_text=True)

    def test_of_others_looks_like_none(self, official, late):
        card = red_card(official("counter").read("/console/cards?colour=red"))
        stranger = official("stranger")
        for path in (card, "/console/cards/99999", f"/console/cards/{2**70}"):
            assert stranger.client.get(path).status_code == 404
        assert stranger.send(f"{card}/acts/explained", {"words": "不是我们的牌。"}).status_code == 404

    def test_an_order_is_given_printed_and_answered(self, official, late):
        counter, supervisor = official("counter"), official("supervisor")
        card = red_card(counter.read("/console/cards?colour=red"))
        form = {"desk": "450521100 民政", "days": "3", "words": "三日内办结并书面说明。"}
        assert supervisor.send(f"{card}/acts/ordered", form).status_code == 303
        assert "督办单 督〔2026〕450521-0001" in counter.read("/console/")
        printed = supervisor.send("/console/orders/1/sheet.pdf")
        assert printed.status_code == 200 and printed.data.startswith(b"%PDF")
        assert counter.send("/console/orders/1/answer", {"words": "短"}).status_code == 422
        assert counter.send("/console/orders/1/answer", {"words": "已经办结，原因是停电。"}).status_code == 303
        assert "已经办结，原因是停电。" in supervisor.read(card)
        assert "督办单 督〔2026〕" not in counter.read("/console/")
        assert "已回复" in supervisor.read("/console/orders")


class TestFigures:
    def test_every_number_on_the_page_leads_to_a_list_as_long(self, official, late, world):
        world.closed_case()
        supervisor = official("supervisor")
        page = supervisor.read("/console/figures")
        numbers = re.findall(r'<a href="(/console/cases\?[^"]+)" title="[^"]+">(\d+)<', page)
        told = [(unescape(address), int(count)) for address, count in numbers if int(count)]
        assert len(told) > 10
        assert [total(supervisor.read(address)) for address, _ in told] == [count for _, count in told]

    def test_charts_have_a_title_a_description_and_a_table_beside_them(self, official, late):
        page = official("supervisor").read("/console/figures")
        assert page.count('<svg class="chart"') == 3
        for name in ("months", "departments", "on-time"):
            assert f'aria-labelledby="{name}-title {name}-desc"' in page and f'<desc id="{name}-desc">' in page
        assert "style=" not in page  # the content policy would drop it

    def test_the_excel_file_is_handed_out_by_post_only(self, official, late):
        supervisor = official("supervisor")
        assert supervisor.client.get("/console/figures.xlsx").status_code == 405
        answer = supervisor.send("/console/figures.xlsx")
        assert load_workbook(io.BytesIO(answer.data)).sheetnames[0] == "统计"
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("args", ["from=x&to=y", "from=2026-09-30&to=2026-09-01", "from=0001-01-01&to=9999-12-31"])
    def test_odd_periods_break_nothing(self, official, late, args):
        assert official("supervisor").client.get(f"/console/figures?{args}").status_code == 200

    def test_what_lies_elsewhere_is_not_counted(self, official, late):
        supervisor = official("supervisor")
        for path in ("/console/figures?place=450502", "/console/cases?figure=open&place=450502"):
            assert supervisor.client.get(path).status_code == 404


class TestLists:
    def test_go_on_page_after_page(self, official, world, monkeypatch):
        numbers = [world.new_case() for _ in range(3)]
        for room in ("server.domain.wanted", "server.services.case_list"):
            monkeypatch.setattr(f"{room}.PAGE_SIZE", 2)
        counter = official("counter")
        first, second = counter.read("/console/"), counter.read("/console/?page=2")
        assert "第 1 / 2 页，共 3 条" in first and "第 2 / 2 页" in second
        assert sorted(number for number in numbers if (number in first) != (number in second)) == sorted(numbers)
        assert counter.client.get("/console/?page=99999999999").status_code == 200

    def test_filter_by_item_status_card_and_my_own(self, official, late, world):
        counter = official("counter")
        fresh = world.new_case()
        assert fresh not in counter.read("/console/?card=red") and late in counter.read("/console/?card=red")
        assert total(counter.read("/console/?status=awaiting_correction")) == 0
        world.verify(fresh)
        assert total(counter.read("/console/past?mine=1")) == 1
        assert "没有这样的件" in counter.read("/console/?item=nothing")


class TestManyAtOnce:
    def test_each_goes_through_or_is_refused_by_itself(self, official, world):
        one, other = world.new_case(), world.new_case()
        gone = world.case_in_review()
        counter = official("counter")
        answer = counter.send(
            "/console/batch", {"case": [one, gone, other, "none"], "action": "verify", "opinion": "属实"}
        )
        page = answer.get_data(as_text=True)
        assert "办成 2 件，没办成 2 件" in page
        assert "这件现在不在您这里" in page or "不能“核验通过”" in page
        assert total(official("police").read("/console/")) == 3

    def test_what_a_colleague_has_in_hand_is_left_to_the_colleague_and_the_try_is_on_record(self, official, world):
        taken, free = world.new_case(), world.new_case()
        with world.installation.begin() as work:
            case = find_case_by_number(work.session, taken)
            next(row for row in case.stages if row.state == StageState.ACTIVE).assigned_to = "police"
        answer = official("counter").send(
            "/console/batch", {"case": [taken, free], "action": "verify", "opinion": "属实"}
        )
        page = answer.get_data(as_text=True)
        assert "办成 1 件，没办成 1 件" in page and "没有办成。要由您办" in page
        with world.installation.look() as work:
            refused = [row for row in iterate_audit(work.session) if row.subject == taken and "refus" in row.action]
        assert len(refused) == 1

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"action": "verify"}, "还没有选办件"),
            ({"case": ["1"], "action": "approve"}, "请先选要办哪一步"),
            ({"case": ["1"], "action": ""}, "请先选要办哪一步"),
            ({"case": [str(n) for n in range(51)], "action": "verify"}, "一次最多办50件"),
            ({"case": ["1"], "action": "verify", "opinion": "长" * 2001}, "请写短一点"),
        ],
    )
    def test_what_makes_no_sense_is_told_and_does_nothing(self, official, form, words):
        answer = official("counter").send("/console/batch", form)
        assert answer.status_code == 422 and words in answer.get_data(as_text=True)


class TestOwnSentences:
    def test_are_kept_offered_first_and_forgotten(self, official, world):
        number = world.new_case()
        counter = official("counter")
        assert counter.send("/console/opinions", {"action": "verify", "words": "已电话核实。"}).status_code == 303
        page = counter.read(f"/console/cases/{number}")
        assert re.findall(r'data-opinion="([^"]+)"', page)[0] == "已电话核实。"
        assert "已电话核实。" not in official("police").read("/console/opinions")
        assert official("police").send("/console/opinions/1/forget").status_code == 422
        assert counter.send("/console/opinions/1/forget").status_code == 303
        assert "已电话核实。" not in counter.read("/console/opinions")

    @pytest.mark.parametrize("form", [{"action": "verify", "words": "x" * 201}, {"action": "no", "words": "一句话"}])
    def test_that_cannot_be_kept_are_refused_with_what_was_typed(self, official, form):
        answer = official("counter").send("/console/opinions", form)
        assert answer.status_code == 422 and form["words"] in answer.get_data(as_text=True)


def test_cards_for_other_programs_say_whether_they_were_withdrawn(official, late):
    cards = official("supervisor").client.get("/console/cards.json").get_json()["cards"]
    assert {card["withdrawn"] for card in cards} == {False}
    assert {card["case_number"] for card in cards} == {late}
