"""The demo history: lived through by the real errands, true to time, and borne out by its own logs."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from forms.catalogue import load_catalogue
from forms.check import find_gaps
from forms.clock import local, local_date
from forms.identity import id_number_fault
from hongye.cli import main
from hongye.demo.history import HistoryRefused, Wanted, lay_history
from hongye.demo.history.answers import AGES, GROWN_UP, Form
from hongye.demo.history.dice import dice_for
from hongye.demo.history.hours import office_moment
from hongye.demo.history.residents import Register
from hongye.demo.history.seasons import ERRANDS
from hongye.demo.history.turns import TURNS
from server.adapters.holidays import beihai_calendar
from server.domain.case import ALLOWED

UNTIL = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
VILLAGES = ("450521100215", "450521100203", "450502006201")
CASES = 120


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    return lay_history(tmp_path_factory.mktemp("history"), Wanted(CASES, 7, UNTIL, VILLAGES))


@pytest.fixture
def rows(laid):
    """Rows of the history's database by a query of one's own."""
    with closing(sqlite3.connect(laid.folder / "server" / "hongye.sqlite3")) as database:
        yield lambda query: database.execute(query).fetchall()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def answer(capsys, *words) -> dict:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_clock_and_card_follows_from_the_log_and_the_audit_log_is_whole(laid, capsys, rows):
    settings = ("--settings", str(laid.folder / "server.toml"))
    replayed = answer(capsys, "supervise", "replay", *settings)
    assert (replayed["differences"], replayed["agrees"], replayed["pending"]) == ([], True, 0)
    assert replayed["cases"] == CASES
    assert replayed["cards"] == rows("SELECT count(*) FROM supervision_card")[0][0] > CASES
    assert answer(capsys, "audit", "verify", *settings)["intact"]


def test_a_card_moved_to_another_desk_by_hand_is_told_in_one_line_and_fails_the_command(laid, capsys, rows):
    database = laid.folder / "server" / "hongye.sqlite3"
    whole = database.read_bytes()
    with closing(sqlite3.connect(database)) as hand, hand:
        hand.execute("UPDATE card_desk SET department = '财政' WHERE id = (SELECT min(id) FROM card_desk)")
    capsys.readouterr()
    assert main(["supervise", "replay", "--settings", str(laid.folder / "server.toml")]) == 1
    [difference, counts] = capsys.readouterr().out.splitlines()
    assert "责任岗位记的是" in difference
    assert "有 1 处对不上" in counts
    database.write_bytes(whole)


def test_the_tenth_part_is_of_2018_and_went_by_the_calendar_of_2018(rows):
    received = [local_date(instant(at)) for (at,) in rows("SELECT received_at FROM service_case")]
    assert sum(day.year == 2018 for day in received) == CASES // 10
    assert min(day for day in received if day.year > 2018) >= date(2024, 11, 24)
    acted = {local_date(instant(at)) for (at,) in rows("SELECT finished_at FROM case_stage WHERE handled_by != '系统'")}
    calendar = beihai_calendar()
    visits = {local_date(instant(at)) for (at,) in rows("SELECT taken_in_at FROM service_case")}
    assert [day for day in acted - visits if not calendar.is_working_day(day)] == []


def test_what_was_written_was_written_in_the_order_of_time_and_nothing_lies_ahead(rows):
    for table, order, column in (
        ("audit", "number", "at"),
        ("case_event", "id", "entered_at"),
        ("clock_entry", "id", "at"),
        ("supervision_card", "id", "recorded_at"),
    ):
        times = [instant(at) for (at,) in rows(f"SELECT {column} FROM {table} ORDER BY {order}")]
        assert times == sorted(times), table
        assert times[-1] <= UNTIL
    assert rows("SELECT count(*) FROM supervision_card WHERE recorded_at != fell_at AND clock_id IS NOT NULL") == [(0,)]


def test_all_that_may_happen_to_a_case_happens(rows, laid):
    kinds = {kind for (kind,) in rows("SELECT kind FROM case_event")}
    assert {"correction_requested", "correction_answered", "verdict_given", "public_notice_ended", "rejected"} <= kinds
    assert {grade for (grade,) in rows("SELECT grade FROM rating")} & {1, 2}
    assert {county for (county,) in rows("SELECT substr(village_code, 1, 6) FROM service_case")} == {"450521", "450502"}
    decided = laid.tally["on_time"] + laid.tally["late"]
    assert 0.75 < laid.tally["on_time"] / decided < 1


TOLD = (
    "SELECT case_number, kind, happened_at, actor_name FROM case_event JOIN service_case ON case_id = service_case.id",
    "SELECT case_number, colour, due_on, fell_at FROM supervision_card JOIN service_case ON case_id = service_case.id",
)


def test_the_same_seed_tells_the_same_story_and_another_one_another(tmp_path):
    stories = []
    for number, seed in enumerate((7, 7, 8)):
        laid = lay_history(tmp_path / str(number), Wanted(12, seed, UNTIL, VILLAGES[:1]))
        with closing(sqlite3.connect(laid.folder / "server" / "hongye.sqlite3")) as database:
            stories.append([sorted(database.execute(query).fetchall()) for query in TOLD])
    assert stories[0] == stories[1] != stories[2]


def test_a_folder_that_has_people_takes_no_history_behind_them(laid):
    with pytest.raises(HistoryRefused, match="新的文件夹"):
        lay_history(laid.folder, Wanted(1, 7, UNTIL))


def test_the_command_lays_one_with_all_four_districts_and_tells_what_it_laid(tmp_path, capsys):
    words = ("demo", "history", "--data", str(tmp_path / "new"), "--cases", "10", "--until", "2026-11-25T09:30")
    told = answer(capsys, *words)
    assert told["received"] == 10
    with open(told["people"], encoding="utf-8-sig") as people:
        places = {line.rstrip().rpartition(",")[2][:6] for line in people}
    assert {"450502", "450503", "450512", "450521"} <= places


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("demo",), "--data"),
        (("demo", "history", "--data", "x", "--until", "soon"), "不是时间"),
        (("demo", "history", "--data", "x", "--cases", "0"), "--cases"),
    ],
)
def test_what_cannot_be_laid_is_refused_in_one_line(words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(list(words)) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert told in line
    assert list(tmp_path.iterdir()) == []


def test_whoever_can_sign_in_is_listed_beside_the_data(laid, rows):
    lines = laid.people.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) - 1 == rows("SELECT count(*) FROM staff")[0][0]
    assert "cun-daiban,陈示范,village_agent,村级组织,450521100215" in lines


@pytest.mark.parametrize("code", ERRANDS)
def test_a_form_filled_by_chance_has_no_gap_but_the_papers(code):
    item, register = load_catalogue().get_item(code), Register()
    for seed in range(5):
        dice, on = dice_for(seed, code), date(2025, 3, 3)
        person = register.visitor(VILLAGES[0], AGES.get(code, GROWN_UP), on, dice)
        assert id_number_fault(person.id_number) is None
        assert person.id_number[14:17] == "000"
        answers = Form(item, person, register, VILLAGES[0], on, dice).fill()
        assert {gap.kind for gap in find_gaps(item, answers, {})} == {"material"}


def test_offices_work_on_working_days_in_office_hours():
    calendar, eve = (
        beihai_calendar(),
        datetime(2018, 2, 14, 9, 55, tzinfo=UTC),
    )  # 17:55 on the last day before the feast
    for seed in range(30):
        next_one = local(office_moment(calendar, eve, 0, dice_for(seed, "hours")))
        assert next_one.date() == date(2018, 2, 22)
        assert next_one.hour in (8, 9, 10, 11, 15, 16, 17)
        made_up = local(office_moment(calendar, eve, 3, dice_for(seed, "hours")))
        assert made_up.date() == date(2018, 2, 24)  # a Saturday that was worked


def test_each_turn_is_one_the_table_of_the_case_knows():
    known = {action for actions in ALLOWED.values() for action in actions}
    assert {turn.action for turn in TURNS} <= known
    assert all(turn.weight > 0 for turn in TURNS)
