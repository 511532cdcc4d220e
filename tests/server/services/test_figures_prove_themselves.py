"""Every figure is the length of the list it leads to, over a history that has something of everything."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from forms.clock import FixedClock
from forms.packet import Agent
from server.bootstrap import Installation, build_installation
from server.db import case_list as db
from server.domain.case import Status
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.figures import OF_NOW, OF_PERIOD, Figure, Period
from server.domain.people import Desk, Role
from server.domain.review import Verdict
from server.domain.wanted import CaseWanted
from server.jobs import end_expired_notices, sweep_deadlines
from server.services import review, walk
from server.services.case_list import OutOfSight, in_sight, page_of_cases
from server.services.correction import request_correction
from server.services.desk import CaseHidden, get_case_to_act, get_case_to_see
from server.services.figures import Figures, figures_of
from server.services.figures_book import figures_book
from server.services.staff import create_staff
from server.services.supervision import wall_of
from tests import factories as make

OTHER_VILLAGE = "450521101201"
SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 30))
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
POINT = CorrectionPoint("bank_passbook", CorrectionReason.UNCLEAR, "账号看不清，请重拍账户页")


def act(installation, actor, number, errand, *given):
    with installation.begin() as work:
        errand(work, get_case_to_act(work, actor, number), actor, *given)


def to_notice(installation, number):
    act(installation, make.TOWNSHIP_CIVIL, number, review.verify_case, "属实")
    act(installation, make.COUNTY_POLICE, number, review.give_verdict, Verdict.AGREE, "正常")
    act(installation, make.COUNTY_CIVIL, number, review.give_verdict, Verdict.AGREE, "没有重复")


def decide(installation, number):
    act(
        installation,
        make.COUNTY_HEAD,
        number,
        review.approve_case,
        "符合",
        {"补助标准或金额": "80元", "起始年月": "2026年10月"},
    )
    act(installation, make.TOWNSHIP_CIVIL, number, review.issue_result, "已告知")


def end(installation, number, status):
    with installation.begin() as work:
        case = get_case_to_act(work, make.TOWNSHIP_CIVIL, number)
        walk.end_case(work, case, status, make.COUNTY_HEAD, "申请人要求结束这件事。")


def build_history(installation, clock) -> dict[str, str]:
    """Taken in on 14 September: decided in time and late, refused, ended, waiting for papers, in notice, forgotten."""
    machine = make.enrolled_machine(installation)
    elsewhere = make.enrolled_machine(installation, OTHER_VILLAGE)
    names = ("in_time", "late", "refused", "withdrawn", "terminated", "declined", "forgotten")
    cases = {name: make.take_in(installation, machine).case_number for name in names}
    for name in ("in_time", "late", "refused"):
        to_notice(installation, cases[name])
    for name in (Status.WITHDRAWN, Status.TERMINATED, Status.DECLINED):
        end(installation, cases[name], name)
    clock.move_to(datetime(2026, 9, 25, 1, tzinfo=UTC))
    end_expired_notices(installation)
    decide(installation, cases["in_time"])
    act(installation, make.COUNTY_HEAD, cases["refused"], review.reject_case, "户籍已经迁出本市。")
    clock.move_to(datetime(2026, 10, 29, 1, tzinfo=UTC))
    sweep_deadlines(installation)
    decide(installation, cases["late"])
    cases["fresh"] = make.take_in(installation, elsewhere, agent=agent_there(installation)).case_number
    cases |= {name: make.take_in(installation, machine).case_number for name in ("correction", "notice")}
    act(installation, make.TOWNSHIP_CIVIL, cases["correction"], request_correction, [POINT])
    to_notice(installation, cases["notice"])
    return cases


def agent_there(installation) -> Agent:
    with installation.begin() as work:
        create_staff(
            work,
            sign_in_name="cun-2",
            display_name="陆示范",
            password="a long enough password",
            role=Role.VILLAGE_AGENT,
            department="村级组织",
            region_code=OTHER_VILLAGE,
        )
    return Agent(sign_in_name="cun-2", display_name="陆示范")


def on_sqlite(folder: Path, clock: FixedClock) -> Installation:
    built = build_installation(make.settings_in(folder))
    return replace(built, tools=replace(built.tools, clock=clock))


@pytest.fixture(scope="module")
def kept_history(tmp_path_factory, migrated_sqlite) -> tuple[Path, dict[str, str], datetime]:
    """Played once; every test works on a copy."""
    folder = tmp_path_factory.mktemp("history")
    (folder / "hongye.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    clock = FixedClock(make.MONDAY_MORNING)
    played = on_sqlite(folder, clock)
    cases = build_history(played, clock)
    played.engine.dispose()
    return folder, cases, clock.now()


@pytest.fixture
def history(kept_history) -> dict[str, str]:
    return kept_history[1]


@pytest.fixture
def played(kept_history, tmp_path) -> Iterator[Installation]:
    shutil.copytree(kept_history[0], tmp_path / "copy")
    copy = on_sqlite(tmp_path / "copy", FixedClock(kept_history[2]))
    yield copy
    copy.engine.dispose()


def counted(figures: Figures) -> dict[Figure, int]:
    return {cell.asked.figure: cell.count for cell in (*figures.of_period, *figures.of_now, *figures.pauses)}


def cells_of(figures: Figures):
    yield from (*figures.of_period, *figures.of_now, *figures.pauses)
    for row in (*figures.items, *figures.townships, *figures.departments, *figures.months):
        yield from row.cells


@pytest.fixture
def figures(played) -> Figures:
    with played.look() as work:
        return figures_of(work, make.SUPERVISOR, CaseWanted(period=SEPTEMBER))


def test_what_happened_is_what_is_counted(figures, played):
    assert counted(figures) == {
        Figure.RECEIVED: 7,
        Figure.CLOSED: 2,
        Figure.ON_TIME: 2,
        Figure.EARLY: 2,
        Figure.OVERDUE: 0,
        Figure.DECLINED: 1,
        Figure.WITHDRAWN: 1,
        Figure.TERMINATED: 1,
        Figure.OPEN: 4,
        Figure.OPEN_OVERDUE: 1,
        Figure.PAUSED: 2,
        Figure.PAUSED_CORRECTION: 1,
        Figure.PAUSED_NOTICE: 1,
        Figure.PAUSED_PROCEDURE: 0,
        Figure.PAUSED_OBJECTION: 0,
    }
    with played.look() as work:
        october = counted(figures_of(work, make.SUPERVISOR, CaseWanted(period=OCTOBER)))
    assert (october[Figure.RECEIVED], october[Figure.CLOSED], october[Figure.OVERDUE]) == (3, 1, 1)


def test_every_figure_is_the_length_of_its_list(installation, clock):
    build_history(installation, clock)
    checked = 0
    asked = [CaseWanted(period=SEPTEMBER), CaseWanted(period=SEPTEMBER, place=make.VILLAGE, item="MZ-008")]
    with installation.look() as work:
        for actor in (make.SUPERVISOR, make.COUNTY_HEAD, make.TOWNSHIP_CIVIL):
            for cell in (cell for one in asked for cell in cells_of(figures_of(work, actor, one))):
                page = page_of_cases(work, actor, cell.asked)
                assert (len(page.lines), page.total) == (cell.count, cell.count), cell
                checked += cell.count
    assert checked > 100


def test_the_parts_add_up(figures):
    total = counted(figures)
    assert total[Figure.ON_TIME] + total[Figure.OVERDUE] == total[Figure.CLOSED]
    for rows in (figures.items, figures.townships):
        for figure in (Figure.RECEIVED, Figure.CLOSED, Figure.OPEN_OVERDUE):
            assert sum(row.count(figure) for row in rows) == total[figure]
    for row in figures.departments:
        assert row.count(Figure.STEP_ON_TIME) + row.count(Figure.STEP_LATE) == row.count(Figure.STEP_DONE)


def test_the_walls_tiles_are_the_lengths_of_their_lists_too(played, history):
    with played.look() as work:
        wall = wall_of(work, make.SUPERVISOR)
        assert [tile.count for tile in wall.cases] == [3, 1, 4, 1, 2]
        for tile in (*wall.cases, *wall.pauses):
            assert page_of_cases(work, make.SUPERVISOR, tile.asked).total == tile.count


def test_the_usual_time_is_told_from_five_cases_on_with_the_cases_it_stands_on(played):
    machine = make.enrolled_machine(played)
    numbers = [make.take_in(played, machine).case_number for _ in range(5)]
    with played.look() as work:
        assert figures_of(work, make.SUPERVISOR, CaseWanted()).items[0].usual is None
    played.tools.clock.move_to(played.tools.clock.now() + timedelta(days=1))
    for number in numbers:
        act(played, make.TOWNSHIP_CIVIL, number, review.verify_case, "属实")
    with played.look() as work:
        figures = figures_of(work, make.SUPERVISOR, CaseWanted())
        told = {row.name: row.usual for row in figures.departments}["民政"]
        assert (told.words, told.cases) == ("20个工作日", 7)
        assert page_of_cases(work, make.SUPERVISOR, told.asked).total == told.cases


def test_nobody_counts_what_lies_beyond_their_own_region(played):
    with played.look() as work:
        for place in ("450502", "450500", "no such place"):
            for errand in (figures_of, page_of_cases, lambda work, actor, asked: wall_of(work, actor, asked.place)):
                with pytest.raises(OutOfSight):
                    errand(work, make.SUPERVISOR, CaseWanted(place=place))


def test_a_desk_counts_its_own_cases_only(played, history):
    strangers = replace(make.COUNTY_HEAD, desk=Desk("税务", make.COUNTY))
    with played.look() as work:
        figures = figures_of(work, strangers, CaseWanted(period=SEPTEMBER))
        assert {cell.count for cell in cells_of(figures)} == {0}
        assert figures.departments == ()


def test_the_excel_file_adds_up_to_the_figures_and_names_nobody(played, figures):
    with played.begin() as work:
        book = load_workbook(io.BytesIO(figures_book(work, make.SUPERVISOR, CaseWanted(period=SEPTEMBER))))
    heads, *rows = book["办件清单"].iter_rows(values_only=True)
    total = counted(figures)
    for figure, cell in zip((*OF_PERIOD, *OF_NOW), (*figures.of_period, *figures.of_now), strict=True):
        assert sum(row[heads.index(cell.label)] or 0 for row in rows) == total[figure], cell.label
    words = "".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row)
    assert make.FICTITIOUS_NAME not in words and make.FICTITIOUS_ID not in words and "潘**" in words


def test_a_masked_name_that_looks_like_a_formula_stays_text(played, history):
    with played.begin() as work:
        case = get_case_to_act(work, make.TOWNSHIP_CIVIL, history["forgotten"])
        case.applicant_masked = "=HYPERLINK(1)"
    with played.begin() as work:
        book = load_workbook(io.BytesIO(figures_book(work, make.SUPERVISOR, CaseWanted(period=SEPTEMBER))))
    cells = [cell for row in book["办件清单"].iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in cells] == [("'=HYPERLINK(1)", "s")]


def test_a_desks_list_holds_exactly_the_cases_it_may_open(played, history):
    """The list's condition is written in SQL, the right to see in Python: they must not drift apart."""
    people = (make.SUPERVISOR, make.COUNTY_HEAD, make.COUNTY_POLICE, make.TOWNSHIP_CIVIL, make.VILLAGE_AGENT)
    with played.look() as work:
        for actor in people:
            listed = {line.case_number for line in page_of_cases(work, actor, CaseWanted()).lines}
            assert listed == {number for number in history.values() if may_open(work, actor, number)}, actor.role


def may_open(work, actor, number) -> bool:
    try:
        return get_case_to_see(work, actor, number).case_number == number
    except CaseHidden:
        return False


def test_filters_narrow_a_list_and_the_most_urgent_comes_first(played, history):
    with played.look() as work:
        whole = page_of_cases(work, make.SUPERVISOR, CaseWanted()).lines
        assert whole[0].case_number == history["forgotten"]
        ended = [line.due_on is None for line in whole]
        assert ended == sorted(ended)
        mine = page_of_cases(work, make.COUNTY_POLICE, CaseWanted(touched_by=make.COUNTY_POLICE.display_name))
        assert {line.case_number for line in mine.lines} == {
            history[name] for name in ("in_time", "late", "refused", "notice")
        }
        red = page_of_cases(work, make.SUPERVISOR, CaseWanted(card="red"))
        assert [line.card for line in red.lines] == ["red"]
        town = page_of_cases(work, make.SUPERVISOR, CaseWanted(place="450521101"))
        assert [line.case_number for line in town.lines] == [history["fresh"]]
        scope = in_sight(work, make.SUPERVISOR, CaseWanted(status=Status.AWAITING_CORRECTION))
        assert db.count_cases(work.session, scope, work.now) == 1
