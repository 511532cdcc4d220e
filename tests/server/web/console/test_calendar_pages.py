"""The calendar's pages: a year of months, an edit shown before it is made, the calculator, and the supervision rules."""

import re

import pytest

from server.jobs import sweep_deadlines

CALENDAR = "/console/calendar"
TYPHOON = {"first": "2026-09-21", "last": "2026-09-22", "what": "off", "name": "台风停工"}


def cell(page: str, day: str) -> str:
    """What a reader of the screen hears of one day."""
    found = re.search(rf'<td[^>]*><time datetime="{day}">.*?</td>', page)
    assert found, day
    return re.sub(r"<[^>]+>", "", found.group())


class TestTheYear:
    def test_has_twelve_tables_with_captions_and_every_day_once(self, official):
        page = official("counter").read(f"{CALENDAR}?year=2026")
        assert len(re.findall(r'<table class="month"><caption>', page)) == 12
        assert len(set(re.findall(r'<time datetime="(2026-\d\d-\d\d)">', page))) == 365

    def test_names_days_off_make_up_days_and_weekends_in_words(self, official):
        page = official("counter").read(f"{CALENDAR}?year=2026")
        assert "放假：春节" in cell(page, "2026-02-17")
        assert "上班：国庆节调休上班" in cell(page, "2026-10-10")
        assert "放假：壮族三月三" in cell(page, "2026-04-20")
        assert "休息" in cell(page, "2026-11-21")
        assert cell(page, "2026-11-23") == "23"

    def test_says_where_its_days_come_from_and_that_a_year_to_come_is_provisional(self, official):
        counter = official("counter")
        assert "国务院办公厅关于2026年部分节假日安排的通知" in counter.read(f"{CALENDAR}?year=2026")
        assert "是暂估" not in counter.read(f"{CALENDAR}?year=2026")
        assert "2027年是暂估" in counter.read(f"{CALENDAR}?year=2027")

    def test_today_is_marked_and_the_year_is_todays_when_none_is_asked(self, official):
        page = official("counter").read(CALENDAR)
        assert re.search(r'<td class="working" aria-current="date"><time datetime="2026-09-14">', page)

    def test_a_year_outside_is_the_nearest_one(self, official):
        assert "2018年日历" in official("counter").read(f"{CALENDAR}?year=1900")
        assert "2035年日历" in official("counter").read(f"{CALENDAR}?year=9999")

    def test_is_in_everybodys_bar(self, official):
        for name in ("agent", "counter", "police", "head", "supervisor", "centre"):
            assert 'href="/console/calendar"' in official(name).read("/console/")


class TestAnEdit:
    def test_is_shown_then_made_and_kept_in_the_history(self, official, world):
        number = world.new_case()
        centre = official("centre")
        shown = centre.send(f"{CALENDAR}/preview", TYPHOON).get_data(as_text=True)
        assert "还没有生效" in shown and number in shown and "2026年10月8日" in shown
        assert "台风停工" not in centre.read(f"{CALENDAR}?year=2026").split('id="history"')[1]
        made = centre.send(f"{CALENDAR}/edits", {**TYPHOON, "reason": "台风红色预警，全市停工"})
        assert made.status_code == 303
        page = centre.read(made.location)
        assert "已经改好：2026-09-21 至 2026-09-22" in page
        assert "本市改过" in cell(page, "2026-09-21") and "放假：台风停工" in cell(page, "2026-09-21")
        history = page.split('id="history"')[1]
        assert "台风红色预警，全市停工" in history and "甲示范" in history

    def test_of_a_day_that_has_passed_is_refused_without_a_reason_and_stays_typed(self, official):
        centre = official("centre")
        past = {"first": "2026-09-10", "what": "off", "name": "台风停工"}
        shown = centre.send(f"{CALENDAR}/preview", past).get_data(as_text=True)
        assert "必须写，至少 5 个字" in shown
        refused = centre.send(f"{CALENDAR}/edits", {**past, "reason": "停工"})
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert "必须写明理由" in page and 'value="2026-09-10"' in page and ">停工</textarea>" in page
        assert centre.send(f"{CALENDAR}/edits", {**past, "reason": "当天临时停工，补录"}).status_code == 303

    def test_of_cards_on_record_shows_which_would_be_taken_back(self, official, world):
        number = world.new_case()
        world.pass_days(16)
        centre = official("centre")
        sweep_deadlines(world.installation)
        page = centre.send(
            f"{CALENDAR}/preview", {"first": "2026-09-24", "last": "2026-09-29", "what": "off", "name": "台风停工"}
        ).get_data(as_text=True)
        assert "会撤回的牌" in page and number in page

    def test_of_a_range_leaves_the_days_off_in_it_their_own_names(self, official):
        centre = official("centre")
        form = {"first": "2026-09-24", "last": "2026-09-28", "what": "off", "name": "台风停工", "reason": ""}
        page = centre.read(centre.send(f"{CALENDAR}/edits", form).location)
        assert "放假：中秋节" in cell(page, "2026-09-25") and "改过" not in cell(page, "2026-09-26")
        assert "放假：台风停工" in cell(page, "2026-09-24") and "放假：台风停工" in cell(page, "2026-09-28")
        again = centre.send(f"{CALENDAR}/preview", form)
        assert again.status_code == 422 and "本来就是这样" in again.get_data(as_text=True)

    def test_that_makes_a_year_known_takes_its_warning_away(self, official):
        centre = official("centre")
        form = {"first": "2027-02-09", "what": "off", "name": "春节", "known": "2027", "reason": ""}
        assert "不再是暂估" in centre.send(f"{CALENDAR}/preview", form).get_data(as_text=True)
        assert centre.send(f"{CALENDAR}/edits", form).status_code == 303
        page = centre.read(f"{CALENDAR}?year=2027")
        assert "2027年是暂估" not in page and "由本市按当年通知录入" in page

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            ({"first": "明天", "what": "off", "name": "停工"}, "从哪一天到哪一天"),
            ({"first": "2026-09-22", "last": "2026-09-21", "what": "off", "name": "停工"}, "对调"),
            ({"first": "2026-01-01", "last": "2026-12-31", "what": "off", "name": "停工"}, "一次最多改 62 天"),
            ({"first": "2026-09-21", "what": "half", "name": "停工"}, "请选这几天"),
            ({"first": "2026-09-21", "what": "off", "name": ""}, "请写这几天叫什么"),
            ({"first": "2050-09-21", "what": "off", "name": "停工"}, "2018 到 2035"),
            ({"first": "2026-09-21", "what": "off", "name": "停工", "known": "今年"}, "从哪一天到哪一天"),
        ],
    )
    def test_that_cannot_be_read_is_told_and_stays_typed(self, official, form, told):
        answer = official("centre").send(f"{CALENDAR}/preview?year=2026", form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and told in page and f'value="{form["first"]}"' in page

    def test_is_not_offered_to_a_desk_nor_taken_from_one(self, official):
        counter = official("counter")
        assert "改日子" not in counter.read(CALENDAR)
        for path in ("preview", "edits"):
            answer = counter.send(f"{CALENDAR}/{path}", {**TYPHOON, "reason": "试一试能不能改"})
            assert answer.status_code == 422 and "由综控中心或电子监察员维护" in answer.get_data(as_text=True)
        assert "台风停工" not in counter.read(f"{CALENDAR}?year=2026").split('id="history"')[1]

    def test_sent_from_another_site_is_refused(self, official):
        answer = official("centre").client.post(f"{CALENDAR}/edits", data={**TYPHOON, "csrf_token": "x"})
        assert answer.status_code == 403

    def test_what_was_typed_is_text_and_never_markup(self, official):
        centre = official("centre")
        form = {**TYPHOON, "name": "<b>停</b>", "reason": "<script>alert(1)</script>"}
        made = centre.send(f"{CALENDAR}/edits", form)
        page = centre.read(made.location)
        assert "<script>alert" not in page and "<b>停</b>" not in page and "&lt;b&gt;停" in page


class TestTheCalculator:
    def answer(self, official, **asked) -> str:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        page = official("counter").read(f"{CALENDAR}?year=2026&{query}")
        return re.sub(r"<[^>]+>", "", page.split('id="count"')[1].split('id="history"')[0])

    def test_tells_the_due_date_and_every_day_it_skipped(self, official):
        told = self.answer(official, start="2026-09-18", days="5", unit="working")
        assert "2026年9月24日" in told
        assert "9月20日 国庆节调休上班" in told and "9月19日 周六" in told
        assert "跳过的 1 天" in told

    def test_says_that_a_last_day_off_moves_on(self, official):
        told = self.answer(official, start="2026-11-21", days="7", unit="calendar")
        assert "2026年11月30日" in told and "跳过的 2 天" in told
        assert "11月28日 周六（顺延）" in told and "11月29日 周日（顺延）" in told

    def test_what_cannot_be_counted_is_told(self, official):
        for asked in ({"start": "x", "days": "1"}, {"start": "2026-09-18", "days": "1001"}, {"start": "", "days": "5"}):
            assert "请写 2018 到 2035 年的一个日期" in self.answer(official, **asked)


class TestTheRules:
    def test_are_read_by_everybody_and_changed_by_the_overseers(self, official):
        assert "改这条规则" not in official("counter").read("/console/supervision-rules")
        supervisor = official("supervisor")
        form = {"enabled": "on", "days": "3", "hours": "2", "reason": "窗口反映预警太晚"}
        made = supervisor.send("/console/supervision-rules/whole_limit", form)
        assert made.status_code == 303
        page = supervisor.read(made.location)
        assert "存好了" in page and "到期前 3 个工作日亮黄牌" in page and "窗口反映预警太晚" in page

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            ({"enabled": "on", "days": "99", "hours": "2", "reason": "窗口反映预警太晚"}, "0 到 10 个工作日"),
            ({"enabled": "on", "days": "三", "hours": "2", "reason": "窗口反映预警太晚"}, "请写数字"),
            ({"days": "1", "hours": "2", "reason": "停"}, "必须写明理由"),
        ],
    )
    def test_what_is_refused_is_told_beside_its_rule_and_stays_typed(self, official, form, told):
        answer = official("supervisor").send("/console/supervision-rules/stage_limit", form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and told in page
        assert f'value="{form["reason"]}"' in page.split('id="stage_limit"')[1].split("</section>")[0]

    def test_a_desk_changes_none_and_an_unknown_one_is_not_found(self, official):
        form = {"enabled": "on", "days": "3", "hours": "2", "reason": "试一试能不能改"}
        assert official("counter").send("/console/supervision-rules/whole_limit", form).status_code == 422
        assert official("centre").send("/console/supervision-rules/none", form).status_code == 404
