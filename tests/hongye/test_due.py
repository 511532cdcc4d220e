"""`hongye due`: the examples a reader of the law and of the yearly notices would check by hand, and the cases of an installation."""

import json
from datetime import date

import pytest

from hongye.cli import main
from server.db.case import lock_case
from server.db.deadline import list_clocks
from server.domain.calendar_edit import StatedDay, range_of_days
from server.domain.people import Actor, Desk, Role
from server.jobs import sweep_deadlines
from server.services.calendar import edit_calendar
from server.services.deadline import extend_clock, stop_clock
from server.services.settling import settle
from tests import factories as make

CENTRE = Actor("zhongkong-1", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))


@pytest.fixture
def due(capsys):
    """One JSON answer of `hongye due`."""

    def run(*words) -> dict:
        capsys.readouterr()
        code = main(["due", *(str(word) for word in words), "--json"])
        printed = capsys.readouterr()
        assert (code, printed.err) == (0, "")
        return json.loads(printed.out)

    return run


@pytest.fixture
def in_words(capsys):
    def run(*words) -> str:
        capsys.readouterr()
        main(["due", *(str(word) for word in words)])
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


class TestTheLaw:
    """民法典 第201—203条 and 行政许可法 第82条, by their own examples."""

    def test_the_day_it_begins_is_not_counted(self, due):  # 第201条
        assert due("--days", 1, "--at", "2026-11-23T09:00")["due_on"] == "2026-11-24"
        assert due("--days", 1, "--at", "2026-11-23T23:59")["due_on"] == "2026-11-24"

    def test_hours_run_from_the_instant_they_begin(self, due):  # 第201条第二款
        told = due("--days", 24, "--unit", "hour", "--at", "2026-11-27T16:30")
        assert (told["due_on"], told["due_at"], told["unit"]) == ("2026-11-28", "2026-11-28T16:30:00+08:00", "hour")

    def test_a_last_day_that_is_a_day_off_moves_to_the_day_after_it(self, due):  # 第203条
        told = due("--days", 5, "--unit", "calendar", "--at", "2026-09-28", "--explain")
        assert told["due_on"] == "2026-10-08"
        assert [one["day"] for one in told["skipped"]] == [f"2026-10-0{day}" for day in range(3, 8)]
        assert {one["why"] for one in told["skipped"]} == {"moved"}

    def test_the_last_day_ends_at_midnight(self, due):  # 第203条第二款
        assert due("--days", 1, "--at", "2026-11-23")["due_at"] == "2026-11-25T00:00:00+08:00"

    def test_licence_limits_are_working_days_without_holidays(self, due):  # 行政许可法 第82条, 第42条: 20 days
        told = due("--days", 20, "--at", "2026-09-14", "--explain")
        assert told["due_on"] == "2026-10-16"
        assert {one["words"] for one in told["skipped"]} >= {"中秋节（周五）", "国庆节（周四）", "周六"}
        assert [one["day"] for one in told["made_up"]] == ["2026-09-20", "2026-10-10"]


@pytest.mark.parametrize(
    ("at", "days", "due_on"),
    [
        # 2018: 春节 15—21 February, 11 and 24 worked; 三月三 18—20 April, 15 worked; 国庆 with two Saturdays worked
        ("2018-02-09", 3, "2018-02-13"),
        ("2018-02-14", 2, "2018-02-23"),
        ("2018-02-14", 3, "2018-02-24"),
        ("2018-04-13", 3, "2018-04-17"),
        ("2018-04-17", 1, "2018-04-23"),
        ("2018-09-28", 3, "2018-10-08"),
        # 2020: 春节 lengthened to 2 February; 三月三 called off; 国庆 and 中秋 on one day, 1—8 October
        ("2020-01-23", 1, "2020-02-03"),
        ("2020-03-25", 2, "2020-03-27"),
        ("2020-09-30", 2, "2020-10-10"),
        # 2024: 春节 10—17 February, with New Year's Eve a working day; 中秋 15—17 September, 14 worked
        ("2024-02-08", 1, "2024-02-09"),
        ("2024-02-09", 2, "2024-02-19"),
        ("2024-04-10", 1, "2024-04-15"),
        ("2024-09-13", 2, "2024-09-18"),
        # 2025: New Year's Eve off by law; 春节 28 January—4 February; 劳动节 1—5 May
        ("2025-01-27", 1, "2025-02-05"),
        ("2025-03-28", 1, "2025-04-02"),
        ("2025-04-30", 1, "2025-05-06"),
        ("2025-09-30", 1, "2025-10-09"),
        # 2026: 春节 15—23 February, 14 and 28 worked; 三月三 17 and 20 April
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-27", 2, "2026-03-02"),
        ("2026-04-16", 1, "2026-04-21"),
        ("2026-09-30", 1, "2026-10-08"),
    ],
)
def test_a_readers_calendar_agrees(due, at, days, due_on):
    assert due("--days", days, "--at", at)["due_on"] == due_on


class TestStopsAndExtensions:
    def test_a_stop_costs_the_working_days_it_covers(self, due):
        stop = ["--pause", "2026-11-25..2026-11-30"]
        assert due("--days", 5, "--at", "2026-11-23", *stop)["due_on"] == "2026-12-03"

    def test_stops_may_be_several_and_an_extension_adds_to_the_limit(self, due):
        told = due("--days", 5, "--at", "2026-11-23", "--pause", "2026-11-24..2026-11-25", "--pause", "2026-11-26..2026-11-27",
                   "--extend", 2)  # fmt: skip
        assert (told["due_on"], told["days"], told["extended_by"]) == ("2026-12-04", 7, 2)

    def test_an_open_stop_hides_the_end_and_says_so(self, due, in_words):
        words = ["--days", 5, "--at", "2026-11-23", "--pause", "2026-11-24.."]
        assert due(*words)["due_on"] is None and due(*words)["due_at"] is None
        assert "停表中" in in_words(*words)

    def test_hours_stand_still_to_the_minute(self, due):
        words = [
            "--days",
            4,
            "--unit",
            "hour",
            "--at",
            "2026-11-27T22:00",
            "--pause",
            "2026-11-27T23:30..2026-11-28T08:15",
        ]
        assert due(*words)["due_at"] == "2026-11-28T10:45:00+08:00"

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--pause", "2026-11-24"], "从..到"),
            (["--pause", "soon..2026-11-24"], "不是时间：soon"),
            (["--pause", "2026-11-26..2026-11-24"], "结束在开始之前"),
            (["--pause", "2026-11-24..2045-01-01"], "十年内算不出"),
            (["--extend", "-1"], "--extend 应在"),
        ],
    )
    def test_what_cannot_be_read_is_told_in_one_line(self, in_words, words, said):
        told = in_words("--days", 5, "--at", "2026-11-23", *words)
        assert said in told and len(told.splitlines()) == 1


def test_explained_in_words_every_skipped_day_has_its_line(in_words):
    told = in_words("--days", 2, "--at", "2026-09-18", "--explain")
    assert told.splitlines() == ["2026-09-21", "  2026-09-19 不算：周六", "  2026-09-20 算：国庆节调休上班"]


@pytest.fixture
def settings(installation, tmp_path) -> str:
    """A settings file of the installation, as its administrator would write it."""
    stated = installation.tools.settings
    path = tmp_path / "server.toml"
    wechat = "\n".join(f'{name} = "{value}"' for name, value in stated.wechat.model_dump().items())
    database = f'database_url = "{stated.database_url}"\n' if stated.database_url else ""
    path.write_text(
        f'data_folder = "{stated.data_folder}"\npublic_url = "{stated.public_url}"\n{database}'
        f'session_secret = "{stated.session_secret}"\n\n[wechat]\n{wechat}\n',
        encoding="utf-8",
    )
    return str(path)


class TestOfAnInstallation:
    @pytest.fixture
    def number(self, installation) -> str:
        return make.take_in(installation, make.enrolled_machine(installation)).case_number

    def test_the_citys_edits_count(self, installation, settings, due):
        with installation.begin() as work:
            closed = range_of_days(date(2026, 9, 21), date(2026, 9, 22), StatedDay("off", "台风停工"))
            edit_calendar(work, CENTRE, closed, "台风红色预警，全市停工")
        words = ["--days", 1, "--at", "2026-09-20", "--explain"]
        assert due(*words)["due_on"] == "2026-09-21"
        told = due(*words, "--settings", settings)
        assert told["due_on"] == "2026-09-23"
        assert [one["words"] for one in told["skipped"]] == ["台风停工（周一）", "台风停工（周二）"]

    def test_a_case_tells_its_limits_with_stops_and_extensions(self, installation, settings, number, due, in_words):
        with installation.begin() as work:
            case = lock_case(work.session, number)
            clock = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")
            extend_clock(work, clock, 2)
            settle(work, case)
        told = due("--case", number, "--settings", settings, "--explain")
        promised = next(clock for clock in told["clocks"] if clock["limit"] == "promised")
        assert (promised["due_on"], promised["label"], promised["stops"]) == ("2026-10-08", "承诺时限", [])
        assert {"国庆节（周四）", "中秋节（周五）"} <= {one["words"] for one in promised["skipped"]}
        assert "承诺时限 13个工作日：2026-10-08" in in_words("--case", number, "--settings", settings)

    def test_a_case_that_stands_still_says_since_when_and_why(self, installation, settings, number, due):
        with installation.begin() as work:
            case = lock_case(work.session, number)
            clock = next(clock for clock in list_clocks(work.session, case.id) if clock.kind == "promised")
            stop_clock(work, clock, "correction")
            settle(work, case)
        [promised] = due("--case", number, "--settings", settings)["clocks"]
        assert (promised["due_on"], promised["stops"]) == (
            None,
            [{"why": "等补材料", "from": "2026-09-14T09:12:00+08:00", "to": None}],
        )
        assert sweep_deadlines(installation) == 0

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_what_cannot_be_found_is_one_line(self, settings, in_words):
        assert "没有编号为“450521-20200101-0001”" in in_words("--case", "450521-20200101-0001", "--settings", settings)
        assert "和 --settings FILE 一起用" in in_words("--case", "450521-20200101-0001")
