"""Cases in somebody's hands, and cases that may be one and the same, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from forms.packet import new_lookup_code
from server.db.case import find_case_by_number, list_events
from server.domain.assignment import HandDeed
from server.domain.case import ActionNotAllowed
from server.domain.people import Actor, Cover, Desk, Role
from server.domain.review import Verdict
from server.services import account, review, staff
from server.services.assignment import HandRefused, InAnothersHands, hand_of, move_hand, seat
from server.services.case_note import newest_entry
from server.services.case_people import people_of_case
from server.services.desk import get_case_to_act, list_inbox
from server.services.staff import create_staff
from server.services.stale_screen import StaleScreen, require_fresh
from server.services.tracking import find_progress
from tests import factories as make

COUNTER = make.TOWNSHIP_CIVIL
COLLEAGUE = Actor("zhen-mz-2", "韦样本", Role.TOWNSHIP_COUNTER, COUNTER.desk)
CENTRE = Actor("centre", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch):
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def town(installation):
    with installation.begin() as work:
        for person in (COUNTER, COLLEAGUE):
            create_staff(
                work,
                sign_in_name=person.account_id,
                display_name=person.display_name,
                password="a long enough password",
                role=person.role,
                department=person.desk.department,
                region_code=person.desk.region_code,
            )
    return installation


@pytest.fixture
def number(town) -> str:
    return make.take_in(town, make.enrolled_machine(town)).case_number


def move(installation, number, actor, deed: HandDeed, to=""):
    with installation.begin() as work:
        move_hand(work, get_case_to_act(work, actor, number), actor, deed, to)


def verify(installation, number, actor):
    with installation.begin() as work:
        case = get_case_to_act(work, actor, number)
        review.verify_case(work, case, seat(case, actor), "属实。")


def holder(installation, number, actor=COUNTER) -> str | None:
    with installation.look() as work:
        return hand_of(work, find_case_by_number(work.session, number), actor).holder


class TestHands:
    def test_what_a_colleague_has_in_hand_is_taken_over_before_it_is_acted_on(self, town, number):
        move(town, number, COLLEAGUE, HandDeed.TAKE)
        with pytest.raises(InAnothersHands, match="现在由韦样本办"):
            verify(town, number, COUNTER)
        move(town, number, COUNTER, HandDeed.TAKE_OVER)
        verify(town, number, COUNTER)
        with town.look() as work:
            notes = [note.words for note in people_of_case(work, COUNTER, number).notes]
        assert notes == ["我来办：本岗 → 韦样本", "接过来办：韦样本 → 林演示"]

    def test_it_is_assigned_taken_back_and_given_back(self, town, number):
        move(town, number, COUNTER, HandDeed.ASSIGN, COLLEAGUE.account_id)
        assert holder(town, number) == "韦样本"
        move(town, number, COUNTER, HandDeed.TAKE_BACK)
        assert holder(town, number) is None
        move(town, number, COLLEAGUE, HandDeed.TAKE)
        move(town, number, COLLEAGUE, HandDeed.GIVE_BACK)
        assert holder(town, number) is None

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("deed", "to"),
        [
            (HandDeed.GIVE_BACK, ""),
            (HandDeed.TAKE_OVER, ""),
            (HandDeed.TAKE_BACK, ""),
            (HandDeed.ASSIGN, "nobody"),
            (HandDeed.ASSIGN, ""),
        ],
    )
    def test_what_does_not_fit_says_what_does(self, town, number, deed, to):
        with pytest.raises(HandRefused, match=r"您现在可以|请选一位"):
            move(town, number, COUNTER, deed, to)

    @ON_SQLITE
    def test_at_another_desk_there_is_nothing_to_move(self, town, number):
        verify(town, number, COUNTER)
        with pytest.raises(HandRefused, match="不在您这个岗位"):
            move(town, number, COUNTER, HandDeed.TAKE)

    @ON_SQLITE
    def test_the_inbox_tells_the_own_from_the_colleagues(self, town, number):
        move(town, number, COLLEAGUE, HandDeed.TAKE)
        with town.look() as work:
            [own], [other] = list_inbox(work, COLLEAGUE), list_inbox(work, COUNTER)
        assert (own.mine, other.mine, other.in_hand) == (True, False, "韦样本")

    def test_whoever_leaves_hands_over_what_he_has(self, town, number):
        move(town, number, COLLEAGUE, HandDeed.TAKE)
        with pytest.raises(HandRefused, match="不在这个岗位"), town.begin() as work:
            account.disable_account(work, CENTRE, COLLEAGUE.account_id, "cun-daiban")
        with town.begin() as work:
            account.disable_account(work, CENTRE, COLLEAGUE.account_id, COUNTER.account_id)
        assert holder(town, number) == "林演示"
        verify(town, number, COUNTER)

    def test_one_who_stands_in_acts_in_the_absent_ones_name(self, town, number):
        move(town, number, COLLEAGUE, HandDeed.TAKE)
        away = Cover(COLLEAGUE.desk, COLLEAGUE.account_id, COLLEAGUE.display_name)
        cover = Actor("zhen-cl", "梁示例", Role.TOWNSHIP_COUNTER, Desk("残联", make.TOWNSHIP), (away,))
        verify(town, number, cover)
        with town.look() as work:
            events = list_events(work.session, find_case_by_number(work.session, number).id)
        assert events[-1].actor_name == "梁示例（代韦样本）"

    @ON_SQLITE
    def test_a_cover_has_no_power_his_own_role_lacks(self, town, number):
        away = Cover(COUNTER.desk, COUNTER.account_id, COUNTER.display_name)
        watcher = Actor("x", "某", Role.CONTROL_CENTRE, CENTRE.desk, (away,))
        with pytest.raises(ActionNotAllowed):
            verify(town, number, watcher)


class TestTwoReviewersAtOneMoment:
    def test_whoever_comes_second_is_shown_what_the_first_did(self, town, number):
        """Both pages were drawn at one moment; on PostgreSQL the second waits for the first one's lock."""
        verify(town, number, COUNTER)
        with town.look() as work:
            seen = newest_entry(work, find_case_by_number(work.session, number))
        start = Barrier(2)

        def give(actor: Actor) -> str | None:
            start.wait()
            try:
                with town.begin() as work:
                    case = get_case_to_act(work, actor, number)
                    require_fresh(work, case, actor, seen)
                    review.give_verdict(work, case, actor, Verdict.AGREE, "")
            except StaleScreen as stale:
                return str(stale)

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(give, (make.COUNTY_POLICE, make.COUNTY_CIVIL)))
        [stale] = [words for words in told if words]
        assert "部门意见" in stale
        with town.look() as work:
            events = list_events(work.session, find_case_by_number(work.session, number).id)
        assert [event.kind for event in events].count("verdict_given") == 1


class TestDuplicates:
    def test_a_second_application_is_kept_and_both_say_so(self, town, number):
        machine = make.enrolled_machine(town)
        second = make.take_in(town, machine).case_number
        with town.look() as work:
            later, earlier = (people_of_case(work, COUNTER, one) for one in (second, number))
        assert [other.case_number for other in later.duplicates] == [number]
        assert [other.case_number for other in earlier.duplicates] == [second]
        assert f"同一人同一事项还有 {number}" in [note.words for note in later.notes]
        assert number in later.duplicates[0].ready_sentence

    @ON_SQLITE
    def test_no_villager_reads_of_it(self, town, number):
        code = new_lookup_code()
        make.take_in(town, make.enrolled_machine(town), lookup_code=code)
        with town.look() as work:
            seen_by_the_villager = str(find_progress(work, code))
        assert "可能重复" not in seen_by_the_villager and "同一人" not in seen_by_the_villager

    @ON_SQLITE
    def test_a_case_that_ended_without_anything_is_no_duplicate(self, town):
        machine = make.enrolled_machine(town)
        first = make.take_in(town, machine).case_number
        with town.begin() as work:
            case = find_case_by_number(work.session, first)
            case.status, case.closed_at = "rejected", work.now
        with town.look() as work:
            assert people_of_case(work, COUNTER, make.take_in(town, machine).case_number).duplicates == ()

    @ON_SQLITE
    @pytest.mark.parametrize(("days", "flagged"), [(364, True), (366, False)])
    def test_a_completed_one_counts_for_a_year(self, town, clock, days, flagged):
        machine = make.enrolled_machine(town)
        first = make.take_in(town, machine).case_number
        with town.begin() as work:
            case = find_case_by_number(work.session, first)
            case.status, case.closed_at = "completed", work.now
        clock.move_to(clock.now() + timedelta(days=days))
        second = make.take_in(town, machine).case_number
        with town.look() as work:
            assert bool(people_of_case(work, COUNTER, second).duplicates) is flagged
