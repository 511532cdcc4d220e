"""A rating from a paper link or a lookup code, kept from the desks rated, told to everybody in figures."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from server.db.audit import iterate_audit
from server.db.case import find_case_by_number
from server.db.rating import RatingLinkRow, find_rating
from server.db.upgrade import downgrade, upgrade
from server.domain.follow_up import Step
from server.domain.rating import Grade, RatingRefused
from server.services.case_paper import decision_letter
from server.services.desk import case_page
from server.services.follow_up_page import list_lines
from server.services.rating_answer import find_answer
from server.services.rating_figures import list_desk_months, months_before, public_figures
from server.services.rating_link import find_asked, make_link, rate_by_link
from server.services.tracking import find_progress
from server.settings import RatingSettings
from tests import factories as make
from tests.ratings import CENTRE, SECOND_HEAD, TO_THE_DESK, bad_case, closed_case, closed_cases, rate, step, walk

SEPTEMBER = date(2026, 9, 1)
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def closed(installation):
    return closed_case(installation)


def link_on_paper(installation, taken) -> str:
    """The token in the square on the letter."""
    with installation.begin() as work:
        return decision_letter(work, make.COUNTY_HEAD, taken.case_number).rating.url.rsplit("/r/", 1)[1]


def use(installation, token, grade=Grade.SATISFIED, comment=""):
    with installation.begin() as work:
        return rate_by_link(work, token, grade, comment, (), is_anonymous=False)


def rating_of(work, taken):
    return find_rating(work.session, find_case_by_number(work.session, taken.case_number).id)


class TestTheLinkOnPaper:
    def test_rates_once_and_leads_to_the_answer(self, installation, closed):
        token = link_on_paper(installation, closed)
        code, key = use(installation, token)
        assert code == closed.lookup_code
        assert use(installation, token) == (code, key), "the same sent again, as its answer was lost"
        with pytest.raises(RatingRefused, match="已经用过"):
            use(installation, token, Grade.VERY_SATISFIED)
        with installation.look() as work:
            assert find_answer(work, code, key).grade_label == "满意"
            assert rating_of(work, closed).channel == "link"

    @on_one_database
    def test_looking_spends_nothing_and_names_nobody(self, installation, closed):
        token = link_on_paper(installation, closed)
        with installation.look() as work:
            for _ in range(3):  # a chat program looks ahead of the person
                asked = find_asked(work, token)
        assert asked.refusal is None
        assert "潘" not in repr(asked)

    @on_one_database
    def test_ends_and_says_where_else_to_rate(self, installation, closed, clock):
        token = link_on_paper(installation, closed)
        clock.move_to(datetime(2026, 10, 31, 2, tzinfo=UTC))
        with pytest.raises(RatingRefused, match="过期了。仍然可以评"):
            use(installation, token)

    @on_one_database
    def test_of_an_open_case_waits(self, installation):
        taken = make.take_in(installation, make.enrolled_machine(installation))
        with installation.begin() as work:
            url = make_link(work, find_case_by_number(work.session, taken.case_number)).url
        with pytest.raises(RatingRefused, match="还没有办结"):
            use(installation, url.rsplit("/", 1)[1])

    @on_one_database
    def test_is_spent_by_a_rating_from_anywhere(self, installation, closed):
        token = link_on_paper(installation, closed)
        rate(installation, closed, Grade.SATISFIED)
        with pytest.raises(RatingRefused, match="一件事评一次"):
            use(installation, token, Grade.DISSATISFIED)

    @on_one_database
    def test_is_kept_as_a_hash_only(self, installation, closed):
        token = link_on_paper(installation, closed)
        with installation.look() as work:
            [row] = work.session.query(RatingLinkRow).all()
            assert token not in repr(vars(row))
        assert use(installation, "not-a-token") is None


def test_two_who_rate_at_once_are_one_rating_and_one_follow_up(installation, closed):
    def give(grade: Grade) -> bool:
        try:
            rate(installation, closed, grade)
        except RatingRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(give, (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED))) == [False, True]
    with installation.look() as work:
        assert len(list_lines(work, CENTRE)) == 1


class TestTheRatersSecret:
    def test_the_receipts_code_alone_tells_nobody_how_it_was_rated(self, installation, closed):
        """The village machine and its agent know the code of every receipt."""
        key = rate(installation, closed, Grade.VERY_DISSATISFIED, "太慢")
        with installation.look() as work:
            told = repr(find_progress(work, closed.lookup_code))
            assert "非常不满意" not in told
            assert "太慢" not in told
            assert find_answer(work, closed.lookup_code, "0" * len(key)) is None
            assert find_answer(work, closed.lookup_code, key.lower()).comment == "太慢"

    @on_one_database
    def test_a_number_or_the_own_name_in_the_words_is_masked_before_it_is_kept(self, installation, closed):
        rate(installation, closed, Grade.SATISFIED, f"我是{make.FICTITIOUS_NAME}，号{make.FICTITIOUS_ID}")
        with installation.look() as work:
            kept = rating_of(work, closed).comment
        assert kept.startswith("我是潘**，号450")
        assert make.FICTITIOUS_ID not in kept

    @on_one_database
    def test_points_go_by_the_citys_own_scale(self, installation, closed):
        rate(installation, closed, Grade.FAIRLY_SATISFIED)
        with installation.look() as work:
            assert rating_of(work, closed).points == 6
        with pytest.raises(ValueError, match="go down"):
            RatingSettings(points=(0, 3, 6, 8, 10))


def rate_in_september(installation, *grades: Grade, unrated: int = 0) -> list:
    """Cases closed and rated in September, and behind them so many that nobody rated yet."""
    cases = closed_cases(installation, len(grades) + unrated)
    for taken, grade, words in zip(cases, grades, ("甲的话", "乙的话", "丙的话"), strict=False):
        rate(installation, taken, grade, words)
    return cases


class TestWhatADeskIsTold:
    def test_three_of_a_finished_month_shuffled_and_without_a_face(self, installation, clock):
        rate_in_september(installation, Grade.SATISFIED, Grade.SATISFIED, Grade.VERY_DISSATISFIED)
        with installation.begin() as work:
            assert list_desk_months(work, make.COUNTY_HEAD) == [], "the month is not over"
        clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        with installation.begin() as work:
            [month] = list_desk_months(work, make.COUNTY_HEAD)
            assert dict(month.by_grade) == {"非常满意": 0, "满意": 2, "基本满意": 0, "不满意": 0, "非常不满意": 1}
            assert set(month.comments) == {"甲的话", "乙的话", "丙的话"}
            assert list_desk_months(work, make.COUNTY_POLICE) == [], "another desk's are not its own"
        with installation.look() as work:
            looks = [row.actor for row in iterate_audit(work.session) if row.action == "ratings.viewed"]
        assert looks == [make.COUNTY_HEAD.account_id] * 2 + [make.COUNTY_POLICE.account_id]

    @on_one_database
    def test_two_are_too_few(self, installation, clock):
        rate_in_september(installation, Grade.SATISFIED, Grade.DISSATISFIED)
        clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        with installation.begin() as work:
            [month] = list_desk_months(work, make.COUNTY_HEAD)
        assert (month.by_grade, month.comments) == (None, None)

    @on_one_database
    def test_the_case_itself_is_the_same_before_and_after(self, installation, closed):
        with installation.look() as work:
            before = case_page(work, make.COUNTY_HEAD, closed.case_number)
        rate(installation, closed, Grade.VERY_DISSATISFIED, "太慢")
        with installation.look() as work:
            assert case_page(work, make.COUNTY_HEAD, closed.case_number) == before


class TestTheCitysFigures:
    def test_good_of_rated_response_of_closed_and_bad_ones_in_time(self, installation, clock):
        grades = (Grade.SATISFIED, Grade.VERY_SATISFIED, Grade.FAIRLY_SATISFIED)
        *_, badly_rated, _ = rate_in_september(installation, *grades, unrated=2)
        _, follow_up, _ = bad_case(installation, taken=badly_rated)
        clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        with installation.look() as work:
            month = public_figures(work).months[0]
            assert (month.month, month.closed, month.responded) == (SEPTEMBER, 5, 4)
            assert (month.figures.satisfaction, month.figures.in_time) == (0.75, None)
        walk(installation, follow_up, *TO_THE_DESK)  # a working day too late
        with installation.look() as work:
            figures = public_figures(work)
            assert figures.months[0].figures.in_time == 0.0
            assert [(name, one.rated) for name, one in figures.by_township.shown] == [("廉州镇", 4)]
            assert [(name, one.rated) for name, one in figures.by_department.shown] == [("民政", 4)]

    @on_one_database
    def test_a_rating_set_aside_leaves_the_satisfaction_and_is_counted_apart(self, installation, clock):
        cases = rate_in_september(installation, Grade.SATISFIED, Grade.VERY_SATISFIED, unrated=1)
        _, follow_up, _ = bad_case(installation, taken=cases[-1])
        walk(installation, follow_up, *TO_THE_DESK, (SECOND_HEAD, Step.APPEAL))
        step(installation, CENTRE, follow_up, Step.UPHOLD_APPEAL)
        clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        with installation.look() as work:
            figures = public_figures(work).months[0].figures
        assert (figures.rated, figures.set_aside, figures.satisfaction) == (2, 1, 1.0)

    @on_one_database
    def test_a_month_of_two_is_not_shown_at_all(self, installation, clock):
        rate_in_september(installation, Grade.SATISFIED, Grade.DISSATISFIED)
        clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        with installation.look() as work:
            figures = public_figures(work)
        assert figures.months[0].figures is None
        assert (figures.by_department.shown, figures.by_department.rest) == ((), None)

    @on_one_database
    @pytest.mark.parametrize(("after", "good"), [(None, 0), (7, 1), (30, 0)])
    def test_who_did_not_rate_counts_as_good_only_where_the_city_decided_so(self, installation, clock, after, good):
        rating = RatingSettings(default_good_after_days=after)
        settings = installation.tools.settings.model_copy(update={"rating": rating})
        object.__setattr__(installation.tools, "settings", settings)
        rate_in_september(installation, Grade.SATISFIED, Grade.SATISFIED, Grade.DISSATISFIED, unrated=1)
        clock.move_to(datetime(2026, 10, 9, 2, tzinfo=UTC))
        with installation.look() as work:
            figures = public_figures(work).months[0].figures
        assert (figures.rated, figures.by_default) == (3, good)


def test_ratings_of_an_older_release_learn_whom_they_rated(installation, closed):
    rate(installation, closed, Grade.SATISFIED, "从前的话")
    downgrade(installation.engine, "0004")
    upgrade(installation.engine)
    with installation.look() as work:
        kept = rating_of(work, closed)
        assert (kept.department, kept.region_code, kept.comment) == ("民政", make.COUNTY, "从前的话")
        assert (kept.aspects, kept.is_anonymous, kept.set_aside_at) == ([], False, None)


def test_a_year_of_months_ends_before_the_one_that_runs():
    months = months_before(date(2027, 1, 31))
    assert (months[0], months[-1], len(months)) == (date(2026, 12, 1), date(2026, 1, 1), 12)
