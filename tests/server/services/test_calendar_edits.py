"""Edits of the calendar over real cases: shown first, then made, recomputed, and never without a trace."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from server.adapters.holidays import beihai_calendar
from server.db.audit import iterate_audit
from server.db.case import find_case_by_number
from server.db.deadline import ClockRow, list_cards, list_clocks
from server.domain.calendar_edit import CalendarRefused, StatedDay, range_of_days
from server.domain.case import Status
from server.domain.people import Actor, Desk, Role
from server.domain.work_calendar import WorkCalendar
from server.jobs import note_shipped_calendar, sweep_deadlines
from server.services.answers import answers_of
from server.services.calendar import edit_calendar, list_edits, preview_edit
from server.services.calendar_in_force import calendar_in_force, calendars_over_time
from server.services.desk import get_case_to_act
from server.services.settling import Recalculated, recalculate
from server.services.walk import close_case
from tests import factories as make

CENTRE = Actor("zhongkong-1", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
OTHER_COUNTY = Actor("yinhai-jiancha", "乙示范", Role.SUPERVISOR, Desk("电子监察", "450503"))
REASON = "台风“示例”过境，全市停工"
TYPHOON = StatedDay("off", "台风停工")
MADE_UP = StatedDay("work", "台风调休上班")
DUE = date(2026, 9, 29)  # of a case taken in on Monday 14 September


def days(first: str, last: str = "", stated: StatedDay | None = TYPHOON):
    return range_of_days(date.fromisoformat(first), date.fromisoformat(last or first), stated)


@pytest.fixture
def number(installation) -> str:
    return make.take_in(installation, make.enrolled_machine(installation)).case_number


def edit(installation, changes, reason=REASON, actor=CENTRE, years=()):
    with installation.begin() as work:
        return edit_calendar(work, actor, changes, reason, years).done


def preview(installation, changes, actor=CENTRE):
    with installation.look() as work:
        return preview_edit(work, actor, changes)


def promised(installation, number):
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        return next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")


def promised_cards(installation, number) -> list[tuple[str, date, bool]]:
    """(colour, due date, whether it stands) of the case's own promise."""
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        clock = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")
        cards = [card for card in list_cards(work.session, case.id) if card.clock_id == clock.id]
        return [(card.colour, card.due_on, card.withdrawn_at is None) for card in cards]


def wait_until(installation, day: str) -> None:
    installation.tools.clock.move_to(datetime.fromisoformat(f"{day}T02:00+00:00"))
    while sweep_deadlines(installation):
        pass


class TestAnEditOfDaysToCome:
    def test_is_shown_before_it_is_made_and_the_showing_writes_nothing(self, installation, number):
        shown = preview(installation, days("2026-09-21", "2026-09-22"))
        moved = next(line for line in shown.effects.moved_first if line.before == DUE)
        assert (moved.case_number, moved.clock, moved.after) == (number, "承诺时限", date(2026, 10, 8))
        assert shown.effects.moved == len(shown.effects.moved_first)
        assert not shown.needs_reason
        assert promised(installation, number).due_on == DUE
        with installation.look() as work:
            assert list_edits(work) == []

    def test_moves_what_it_was_shown_to_move(self, installation, number):
        changes = days("2026-09-21", "2026-09-22")
        shown = preview(installation, changes).effects
        done = edit(installation, changes)
        assert promised(installation, number).due_on == date(2026, 10, 8)
        assert (done.moved, done.withdrawn, done.fallen) == (shown.moved, shown.withdrawn, shown.fallen)

    def test_needs_no_reason_while_it_changes_nothing_on_record(self, installation, number):
        edit(installation, days("2026-09-21"), reason="")
        assert promised(installation, number).due_on == date(2026, 9, 30)

    def test_can_be_given_back(self, installation, number):
        edit(installation, days("2026-09-21", "2026-09-22"))
        edit(installation, days("2026-09-21", "2026-09-22", None), reason="台风没有来，照常上班")
        assert promised(installation, number).due_on == DUE

    def test_a_weekend_day_worked_brings_the_due_date_forward(self, installation, number):
        edit(installation, days("2026-09-19", stated=MADE_UP))
        assert promised(installation, number).due_on == date(2026, 9, 28)

    def test_a_range_at_once_and_day_by_day_come_to_the_same(self, installation, number):
        changes = days("2026-09-16", "2026-09-22")
        for day, stated in changes.items():
            edit(installation, {day: stated})
        one_by_one = promised(installation, number).due_on
        edit(installation, dict.fromkeys(changes), reason="重新录入")
        edit(installation, changes)
        assert promised(installation, number).due_on == one_by_one

    def test_the_later_edit_of_a_day_stands(self, installation):
        edit(installation, days("2026-09-21"))
        edit(installation, days("2026-09-21", stated=StatedDay("work", "照常上班")))
        with installation.look() as work:
            assert work.calendar.is_working_day(date(2026, 9, 21))
            assert work.calendar.name_of(date(2026, 9, 21)) == "照常上班"

    def test_another_name_alone_moves_no_clock(self, installation, number):
        done = edit(installation, days("2026-09-26", stated=StatedDay("off", "中秋节（市定名称）")))
        assert (done.moved, done.withdrawn, done.fallen) == (0, 0, 0)
        with installation.look() as work:
            assert work.calendar.name_of(date(2026, 9, 26)) == "中秋节（市定名称）"
            assert len(work.worlds) == 1


class TestAnEditOfThePast:
    def test_takes_back_the_cards_that_should_not_have_fallen(self, installation, number):
        wait_until(installation, "2026-09-30")
        assert promised_cards(installation, number) == [("yellow", DUE, True), ("red", DUE, True)]
        changes = days("2026-09-24", "2026-09-29")
        shown = preview(installation, changes)
        withdrawn = {(line.case_number, line.card) for line in shown.effects.withdrawn_first if line.due_on == DUE}
        assert shown.needs_reason and withdrawn >= {(number, "黄牌"), (number, "红牌")}
        done = edit(installation, changes)
        assert (done.withdrawn, done.fallen) == (shown.effects.withdrawn, shown.effects.fallen)
        assert [stands for _, due, stands in promised_cards(installation, number) if due == DUE] == [False, False]
        assert promised(installation, number).due_on == date(2026, 10, 9)

    def test_leaves_a_card_that_would_have_fallen_by_now_all_the_same(self, installation, number):
        wait_until(installation, "2026-09-30")
        edit(installation, days("2026-09-28", "2026-09-29"))  # due on 8 October: the yellow card falls on 30 September
        assert promised_cards(installation, number) == [("yellow", DUE, True), ("red", DUE, False)]

    def test_is_refused_without_a_reason_and_then_recorded(self, installation, number):
        wait_until(installation, "2026-09-30")
        with pytest.raises(CalendarRefused, match=r"动到 \d+ 张已经记下的牌，必须写明理由"):
            edit(installation, days("2026-09-28", "2026-09-29"), reason="  停工 ")
        assert promised_cards(installation, number) == [("yellow", DUE, True), ("red", DUE, True)]
        edit(installation, days("2026-09-28", "2026-09-29"))
        with installation.look() as work:
            [made] = list_edits(work)
            [noted] = [row for row in iterate_audit(work.session) if row.action == "calendar.edited"]
        assert (made.reason, made.actor_name, made.days) == (REASON, "甲示范", "2026-09-28 至 2026-09-29")
        assert made.effects["withdrawn"] >= 1
        assert (noted.actor, noted.detail["reason"]) == ("zhongkong-1", REASON)
        assert noted.detail["days"] == {"2026-09-28": ["off", "台风停工"], "2026-09-29": ["off", "台风停工"]}

    def test_lets_the_cards_fall_that_now_should_have(self, installation, number):
        wait_until(installation, "2026-09-24")
        assert promised_cards(installation, number) == []
        # Three more days were worked: Saturday 19, and the weekend before that.
        changes = days("2026-09-19", stated=MADE_UP) | days("2026-09-25", "2026-09-27", MADE_UP)
        shown = preview(installation, changes)
        done = edit(installation, changes)
        assert shown.effects.fallen == done.fallen > 0
        [(colour, due, stands)] = promised_cards(installation, number)
        assert (colour, due, stands) == ("yellow", date(2026, 9, 25), True)

    def test_reaches_a_case_that_is_closed(self, installation, number):
        wait_until(installation, "2026-09-30")
        with installation.begin() as work:
            case = get_case_to_act(work, make.TOWNSHIP_CIVIL, number)
            close_case(work, case, Status.REJECTED, answers_of(work, case))
        assert promised(installation, number).finished_at
        edit(installation, days("2026-09-24", "2026-09-29"))
        assert [stands for _, due, stands in promised_cards(installation, number)] == [False, False]

    def test_reaches_a_case_closed_before_the_day_that_was_due_after_it(self, installation, number):
        with installation.begin() as work:
            case = get_case_to_act(work, make.TOWNSHIP_CIVIL, number)
            close_case(work, case, Status.REJECTED, answers_of(work, case))
        wait_until(installation, "2026-09-23")
        edit(installation, days("2026-09-22"))
        assert promised(installation, number).due_on == date(2026, 9, 30)

    def test_writes_everything_it_touches_so_that_folding_all_again_changes_nothing(self, installation, clock):
        machine = make.enrolled_machine(installation)
        numbers = [make.take_in(installation, machine).case_number]
        for day in ("2026-09-17", "2026-09-21", "2026-09-28"):
            wait_until(installation, day)
            numbers.append(make.take_in(installation, machine).case_number)
        with installation.begin() as work:
            close_case(work, get_case_to_act(work, make.TOWNSHIP_CIVIL, numbers[0]), Status.REJECTED, {})
        wait_until(installation, "2026-10-12")
        edit(installation, days("2026-09-24", "2026-09-29") | days("2026-10-04", stated=MADE_UP))
        left = self.rows(installation)
        with installation.begin() as work:
            assert recalculate(work, date(2018, 1, 1)) == Recalculated(0, 0, 0)
        assert self.rows(installation) == left

    def rows(self, installation) -> list[tuple]:
        with installation.look() as work:
            clocks = work.session.query(ClockRow).order_by(ClockRow.id)
            return [(clock.id, clock.due_on, clock.next_check_at, clock.used, len(clock.cards)) for clock in clocks]

    def test_needs_a_reason_even_where_nothing_is_on_record(self, installation):
        with pytest.raises(CalendarRefused, match="已经过去"):
            edit(installation, days("2026-09-11"), reason="")
        edit(installation, days("2026-09-11"))

    def test_does_not_reach_a_case_begun_after_it(self, installation, number):
        assert edit(installation, days("2026-09-11")).moved == 0
        assert promised(installation, number).due_on == DUE


class TestWhoMayEdit:
    def test_a_desk_may_only_look(self, installation):
        for actor in (make.TOWNSHIP_CIVIL, make.COUNTY_HEAD, make.VILLAGE_AGENT):
            with pytest.raises(CalendarRefused, match="由综控中心或电子监察员维护"):
                edit(installation, days("2026-09-21"), actor=actor)
            with pytest.raises(CalendarRefused):
                preview(installation, days("2026-09-21"), actor=actor)

    def test_a_supervisor_is_told_numbers_of_the_own_county_only(self, installation, number):
        own = preview(installation, days("2026-09-21"), make.SUPERVISOR).effects
        other = preview(installation, days("2026-09-21"), OTHER_COUNTY).effects
        assert own.moved == other.moved > 0
        assert {line.case_number for line in own.moved_first} == {number}
        assert other.moved_first == []


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({}, "没有要改的日子"),
            ({date(2017, 12, 31): TYPHOON}, "不在 2018 到 2035"),
            ({date(2036, 1, 1): TYPHOON}, "不在 2018 到 2035"),
            ({date(2026, 9, 21): StatedDay("off", "  ")}, "请写这几天叫什么"),
            ({date(2026, 9, 21): StatedDay("off", "长" * 21)}, "请写这几天叫什么"),
            ({date(2026, 9, 21): None}, "本来就是这样"),
            ({date(2026, 10, 1): StatedDay("off", "国庆节")}, "本来就是这样"),
        ],
    )
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_is_told_in_a_sentence_and_changes_nothing(self, installation, changes, said):
        with pytest.raises(CalendarRefused, match=said):
            edit(installation, changes)
        with installation.look() as work:
            assert list_edits(work) == []


class TestYearsToCome:
    def test_a_year_whose_notice_was_entered_is_provisional_no_more(self, installation):
        with installation.look() as work:
            assert work.calendar.is_provisional(date(2027, 3, 1))
        edit(installation, days("2027-02-09", stated=StatedDay("off", "春节")), years=[2027])
        with installation.look() as work:
            assert not work.calendar.is_provisional(date(2027, 3, 1))
            assert work.calendar.is_provisional(date(2028, 3, 1))

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("year", [2026, 2036, 99999])
    def test_a_year_that_is_known_already_or_out_of_reach_cannot_be_made_known(self, installation, year):
        with pytest.raises(CalendarRefused, match="不用再标"):
            edit(installation, days("2026-09-21"), years=[year])

    def test_after_the_last_provisional_year_nothing_is_known_either(self, installation):
        edit(installation, days("2028-02-01", stated=StatedDay("off", "春节")), years=[2027, 2028])
        with installation.look() as work:
            told = [work.calendar.is_provisional(date(year, 3, 1)) for year in (2027, 2028, 2029, 2035)]
        assert told == [False, False, True, True]


class TestEveryCalendarThereWas:
    def test_can_be_asked_for_by_the_time(self, installation, clock):
        edit(installation, days("2026-09-21"))
        first = clock.now()
        clock.move_to(first + timedelta(hours=1))
        edit(installation, days("2026-09-22"))
        with installation.look() as work:
            shipped = work.tools.calendar
            before, then, now = (
                calendar_in_force(work.session, shipped, at) for at in (first - timedelta(seconds=1), first, None)
            )
            over_time = calendars_over_time(work.session, shipped)
        monday, tuesday = date(2026, 9, 21), date(2026, 9, 22)
        assert [calendar.is_working_day(monday) for calendar in (before, then, now)] == [True, False, False]
        assert [calendar.is_working_day(tuesday) for calendar in (before, then, now)] == [True, True, False]
        assert [at for at, _ in over_time[1:]] == [first, clock.now()]
        assert over_time[0][1] is shipped

    def test_an_edit_that_was_rolled_back_never_was(self, installation):
        class Failed(Exception):
            pass

        with suppress(Failed), installation.begin() as work:
            edit_calendar(work, CENTRE, days("2026-09-21"), REASON)
            with_it = replace(work).calendar
            raise Failed
        assert not with_it.is_working_day(date(2026, 9, 21))
        edit(installation, days("2026-09-22"))
        with installation.look() as work:
            assert work.calendar.is_working_day(date(2026, 9, 21))
            assert not work.calendar.is_working_day(date(2026, 9, 22))

    def test_is_read_once_until_it_changes(self, installation):
        edit(installation, days("2026-09-21"))
        with installation.look() as one, installation.look() as other:
            assert one.calendar is other.calendar


class TestAProgramThatShipsOtherDays:
    def with_shipped(self, installation, calendar: WorkCalendar):
        return replace(installation, tools=replace(installation.tools, calendar=calendar))

    def test_is_written_down_once_and_moves_nothing_the_first_time(self, installation, number):
        assert note_shipped_calendar(installation) == 1
        assert note_shipped_calendar(installation) == 0
        assert promised(installation, number).due_on == DUE
        with installation.look() as work:
            assert work.calendar.holidays == beihai_calendar().holidays
            assert work.calendar.provisional_years == beihai_calendar().provisional_years
            [made] = list_edits(work)
        assert made.by_program

    def test_moves_due_dates_and_leaves_the_citys_edits_standing(self, installation, number):
        note_shipped_calendar(installation)
        edit(installation, days("2026-09-21"))
        shipped = beihai_calendar()
        newer = replace(shipped, holidays={**shipped.holidays, date(2026, 9, 22): "国定纪念日"})
        brought_up_to_date = self.with_shipped(installation, newer)
        assert note_shipped_calendar(brought_up_to_date) == 1
        assert promised(installation, number).due_on == date(2026, 10, 8)
        with brought_up_to_date.look() as work:
            assert [work.calendar.is_working_day(date(2026, 9, day)) for day in (21, 22, 23)] == [False, False, True]
            assert list_edits(work)[0].effects["moved"] > 0

    def test_until_it_is_written_down_the_one_before_counts(self, installation, number):
        note_shipped_calendar(installation)
        with self.with_shipped(installation, WorkCalendar()).look() as work:
            assert not work.calendar.is_working_day(date(2026, 10, 1))


def test_the_clock_put_back_between_two_edits_leaves_both_in_force(installation, clock):
    edit(installation, days("2026-09-21"))
    clock.instant = datetime(2026, 9, 14, 0, tzinfo=UTC)
    edit(installation, days("2026-09-22"))
    with installation.look() as work:
        assert not work.worlds[-1].calendar.is_working_day(date(2026, 9, 21))
        assert not work.worlds[-1].calendar.is_working_day(date(2026, 9, 22))
