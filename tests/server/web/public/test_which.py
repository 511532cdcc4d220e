"""哪些我能办: every entry left open is on the page with why and what next; what was answered is kept nowhere."""

import logging
import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest

from forms.catalogue import load_catalogue
from forms.situation import find_matches, read_answers
from server.web.public.which import offer_for

CATALOGUE = load_catalogue()
QUESTIONS = CATALOGUE.vocabulary.questions
SPRING = date(2026, 3, 2)
OLD = {"age": ["82"], "registered_at": ["本市的村里"], "relief_class": ["低保"]}
FARMER = {
    "age": ["40"],
    "land": ["有承包地", "种水稻"],
    "children": ["不满3岁的", "父母都没法照看的"],
    "poverty_class": ["监测对象"],
}


def ask(phone, form: dict) -> str:
    answer = phone.get("/which?" + urlencode(form, doseq=True))
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def offered(form: dict):
    return offer_for(CATALOGUE, read_answers(form, QUESTIONS), SPRING)


def codes(cards) -> list[str]:
    return [card.match.entry.code for card in cards]


class TestTheForm:
    def test_asks_every_question_with_a_visible_label_and_a_way_not_to_answer(self, phone):
        page = ask(phone, {})
        for question in QUESTIONS.values():
            assert question.ask in page
            assert f'id="q-{question.id}"' in page
            assert question.type in ("number", "many") or f'name="{question.id}" value=""' in page
        assert "很可能可以" not in page

    def test_needs_no_script_and_no_name(self, phone):
        page = ask(phone, OLD)
        assert "<script" not in page
        assert not re.search(r'name="[^"]*(name|id_number|phone)[^"]*"', page)

    def test_keeps_what_was_chosen_for_changing_it(self, phone):
        page = ask(phone, {"age": ["82"], "land": ["种水稻"], "relief_class": ["低保"]})
        assert 'name="age" value="82"' in page
        assert 'name="land" value="种水稻" checked' in page and 'name="land" value="种甘蔗">' in page
        assert 'name="relief_class" value="低保" checked' in page
        assert 'name="sex" value="" checked' in page

    def test_takes_nonsense_for_no_answer(self, phone):
        assert "很可能可以" not in ask(phone, {"age": ["<b>"], "sex": ["狗"], "unknown": ["1"]})


class TestTheAnswer:
    def test_says_why_what_is_judged_and_where_to_go(self, phone):
        page = ask(phone, OLD)
        card = page[page.index('href="/policies/P-MZ-10"') :]
        card = card[: card.index("</li>")]
        assert "户口：本市的村里；年龄：82岁" in card
        assert "没有重复领同类津贴" in card
        assert 'href="/services/MZ-008"' in card
        assert "最后由主管部门审核了才算" in page

    @pytest.mark.parametrize("form", [OLD, FARMER, {"age": ["0"]}, {"events": ["家里有人去世"]}])
    def test_has_every_entry_left_open_on_the_page_and_none_of_the_others(self, phone, form):
        page = ask(phone, form)
        entries = [*CATALOGUE.items.values(), *CATALOGUE.policies.values()]
        left = {match.entry.code for match in find_matches(entries, read_answers(form, QUESTIONS), QUESTIONS)}
        linked = set(re.findall(r'href="/(?:services|policies)/([A-Z0-9-]+)"', page))
        # An errand may also stand as the way to a policy, though it has conditions of its own.
        ways = {code for policy in CATALOGUE.policies.values() if policy.code in left for code in policy.item_codes}
        assert left <= linked <= left | ways

    def test_an_errand_stands_once_with_the_policy_it_applies_for(self):
        likely = codes(offered(OLD).likely)
        assert "P-MZ-10" in likely and "MZ-008" not in likely
        [card] = [card for card in offered(OLD).likely if card.match.entry.code == "P-MZ-10"]
        assert [errand.code for errand in card.errands] == ["MZ-008"]

    def test_what_still_waits_for_answers_says_for_which(self):
        offer = offered({"age": ["82"]})
        assert all(card.match.open_questions for card in offer.unanswered)
        assert not any(card.match.open_questions for card in (*offer.likely, *offer.judged))
        assert 0 < len(offer.asked_next) <= 4

    def test_two_that_bar_each_other_say_so(self):
        offer = offered({"age": ["3"], "children": ["父母都不在了或找不到的"], "relief_class": ["特困"]})
        notices = {card.match.entry.code: " ".join(card.notices) for card in (*offer.likely, *offer.judged)}
        assert "和“孤儿基本生活保障申请”" in notices["P-MZ-02"] and "不再认定特困" in notices["P-MZ-02"]
        assert "特困人员救助供养申请" in notices["P-MZ-07"]

    def test_a_policy_past_its_date_is_not_called_likely(self):
        offer = offered(FARMER)
        assert "P-XC-01" not in codes(offer.likely)
        [card] = [card for card in offer.judged if card.match.entry.code == "P-XC-01"]
        assert "期限已经过了" in card.notices[0]

    def test_what_is_stopped_is_not_called_likely_and_says_why(self):
        stopped = replace(CATALOGUE, suspended={"P-MZ-10": "暂停办理：标准在调整", "MZ-014": "已取消：合并办理"})
        offer = offer_for(stopped, read_answers(OLD, QUESTIONS), SPRING)
        assert not {"P-MZ-10", "MZ-014"} & set(codes(offer.likely))
        told = {card.match.entry.code: " ".join(card.notices) for card in offer.judged}
        assert "暂停办理：标准在调整" in told["P-MZ-10"]
        # The errand stands with the policy it applies for, and so does what happened to it.
        assert "（增发、减发、停发）”已取消：合并办理" in told["P-MZ-06"]


class TestPrivacy:
    def test_the_answers_reach_no_log_no_cookie_and_no_cache(self, phone, caplog):
        with caplog.at_level(logging.DEBUG):
            answer = phone.get("/which?" + urlencode(OLD, doseq=True))
        assert "82" not in caplog.text and "低保" not in caplog.text
        assert answer.headers.getlist("Set-Cookie") == []
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"

    def test_the_page_says_so(self, phone):
        assert "我们不存、不记" in ask(phone, {})
