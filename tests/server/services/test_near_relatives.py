"""近亲属: the register and the flags it puts on cases, whom they keep off, and how they are decided, on both databases."""

import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from forms.identity import id_check_character
from server.db.audit import AuditRow
from server.db.case import find_case_by_number
from server.db.conflict import RelativeRow, list_conflicts
from server.domain.assignment import HandDeed
from server.domain.conflict import ConflictState
from server.domain.people import Actor, Desk, Role
from server.services import relative, review, staff
from server.services.assignment import move_hand
from server.services.case_people import KIN_MARK, people_of_case
from server.services.conflict import ConflictRefused, NearRelative, decide_conflict
from server.services.desk import get_case_to_act
from server.services.relative import Entry, RelativeRefused
from server.services.staff import create_staff
from tests import factories as make
from tests.server.services.test_every_item import complete_answers

CENTRE = Actor("centre", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", "450500"))
COUNTER = make.TOWNSHIP_CIVIL
COLLEAGUE = Actor("zhen-mz-2", "韦样本", Role.TOWNSHIP_COUNTER, COUNTER.desk)
ELSEWHERE = "450521100201"
ANOTHER_ID = "45052119430315001" + id_check_character("45052119430315001")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch):
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def town(installation):
    """A township with two counters, and the county's desks."""
    with installation.begin() as work:
        for person in (COUNTER, COLLEAGUE, make.COUNTY_POLICE, make.COUNTY_HEAD):
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


def entry(**changes) -> Entry:
    stated = {
        "official_account": COUNTER.account_id,
        "official_name": "",
        "official_post": "",
        "region_code": "",
        "relation": "parent",
        "name": make.FICTITIOUS_NAME,
        "village_code": make.VILLAGE,
        "id_number": make.FICTITIOUS_ID,
    }
    return Entry(**{**stated, **changes})


def enter(installation, by=CENTRE, **changes) -> str:
    with installation.begin() as work:
        return relative.enter_relative(work, by, entry(**changes)).id


def new_case(installation, **changes) -> str:
    return make.take_in(installation, make.enrolled_machine(installation), **changes).case_number


def verify(installation, number, actor=COUNTER):
    with installation.begin() as work:
        review.verify_case(work, get_case_to_act(work, actor, number), actor, "属实。")


def flags(installation, number) -> list[tuple[str, str]]:
    with installation.look() as work:
        case = find_case_by_number(work.session, number)
        return [(row.kind, row.state) for row in list_conflicts(work.session, case.id)]


def decide(installation, number, actor, state, reason="电话问过本人和村委会", official=""):
    with installation.begin() as work:
        case = find_case_by_number(work.session, number)
        [flag] = [row for row in list_conflicts(work.session, case.id) if row.state == "open"]
        decide_conflict(work, case, actor, flag.id, state, reason, official)


class TestAtIntake:
    def test_the_same_number_keeps_the_official_off_and_nobody_else(self, town):
        enter(town)
        number = new_case(town)
        assert flags(town, number) == [("matched", "open")]
        with pytest.raises(NearRelative, match=r"申请人是您的父母.*回避"):
            verify(town, number)
        verify(town, number, COLLEAGUE)

    def test_the_same_name_in_the_village_keeps_off_until_somebody_else_has_looked(self, town):
        enter(town, id_number="")
        number = new_case(town)
        assert flags(town, number) == [("possible", "open")]
        with pytest.raises(NearRelative, match="可能是您的父母"):
            verify(town, number)
        decide(town, number, CENTRE, ConflictState.DISMISSED)
        verify(town, number)

    @ON_SQLITE
    def test_neither_another_number_nor_another_village_is_a_match(self, town):
        enter(town, id_number=ANOTHER_ID)
        enter(town, id_number="", village_code=ELSEWHERE)
        number = new_case(town)
        assert flags(town, number) == []
        verify(town, number)

    @ON_SQLITE
    def test_an_official_of_no_desk_of_the_case_is_nobodys_business(self, town):
        with town.begin() as work:
            create_staff(
                work,
                sign_in_name="xian-sw",
                display_name="何旁人",
                password="p",
                role=Role.DEPARTMENT_REVIEWER,
                department="税务",
                region_code=make.COUNTY,
            )
        enter(town, official_account="xian-sw")
        assert flags(town, new_case(town)) == []

    @ON_SQLITE
    def test_a_cadre_without_an_account_is_flagged_in_the_own_village_only(self, town):
        cadre = {"official_account": "", "official_name": "劳样板", "official_post": "村委会副主任"}
        enter(town, **cadre, region_code=make.VILLAGE)
        enter(town, **cadre, region_code=ELSEWHERE)
        number = new_case(town)
        assert flags(town, number) == [("matched", "open")]
        verify(town, number)  # he has no account that could act
        with town.look() as work:
            [flag] = people_of_case(work, make.COUNTY_POLICE, number).kin
            told_in_town = people_of_case(work, COUNTER, number)
        assert flag.words == "申请人是劳样板（村委会副主任）的父母"
        assert told_in_town.kin == () and not told_in_town.notes

    def test_one_who_is_moved_to_the_desk_later_is_kept_off_all_the_same(self, town):
        enter(town, official_account="xian-ga")
        number = new_case(town)
        arrived = Actor("xian-ga", "黄样本", Role.TOWNSHIP_COUNTER, COUNTER.desk)
        with pytest.raises(NearRelative):
            verify(town, number, arrived)


class TestTheRegisterChanges:
    def test_an_entry_made_later_flags_the_cases_there_are(self, town):
        number = new_case(town)
        enter(town)
        assert flags(town, number) == [("matched", "open")]
        with pytest.raises(NearRelative):
            verify(town, number)

    def test_a_number_learned_later_opens_what_was_dismissed(self, town):
        key = enter(town, id_number="")
        number = new_case(town)
        decide(town, number, CENTRE, ConflictState.DISMISSED)
        with town.begin() as work:
            relative.add_number(work, CENTRE, key, make.FICTITIOUS_ID)
        assert flags(town, number) == [("matched", "open")]
        with pytest.raises(NearRelative):
            verify(town, number)

    def test_a_number_that_is_another_persons_settles_it(self, town):
        key = enter(town, id_number="")
        number = new_case(town)
        with town.begin() as work:
            relative.add_number(work, CENTRE, key, ANOTHER_ID)
        assert flags(town, number) == [("possible", "dismissed")]
        verify(town, number)

    @ON_SQLITE
    def test_an_entry_taken_out_lets_go_what_it_held(self, town):
        key = enter(town)
        number = new_case(town)
        with town.begin() as work:
            relative.remove_relative(work, CENTRE, key)
        assert flags(town, number) == [("matched", "dismissed")]
        verify(town, number)

    @ON_SQLITE
    def test_nobody_takes_the_own_family_out(self, town):
        key = enter(town)
        for errand in (relative.remove_relative, lambda *given: relative.add_number(*given, ANOTHER_ID)):
            with pytest.raises(RelativeRefused, match="您自己的近亲属"), town.begin() as work:
                errand(work, COUNTER, key)


class TestDeciding:
    def test_a_number_cannot_be_argued_away_and_a_reason_is_needed(self, town):
        enter(town)
        number = new_case(town)
        with pytest.raises(ConflictRefused, match="身份证号相符"):
            decide(town, number, CENTRE, ConflictState.DISMISSED)
        with pytest.raises(ConflictRefused, match="怎么核实的"):
            decide(town, number, CENTRE, ConflictState.CONFIRMED, "是")
        decide(town, number, CENTRE, ConflictState.CONFIRMED)
        assert flags(town, number) == [("matched", "confirmed")]
        with pytest.raises(NearRelative):
            verify(town, number)

    @ON_SQLITE
    @pytest.mark.parametrize("actor", [COUNTER, COLLEAGUE, make.VILLAGE_AGENT, make.SUPERVISOR])
    def test_only_the_county_and_the_centre_decide(self, town, actor):
        enter(town, id_number="")
        number = new_case(town)
        with pytest.raises(ConflictRefused, match="不能由您核实"):
            decide(town, number, actor, ConflictState.DISMISSED)

    @ON_SQLITE
    def test_nobody_decides_about_the_own_family(self, town):
        enter(town, id_number="", official_account=make.COUNTY_HEAD.account_id)
        number = new_case(town)
        with pytest.raises(ConflictRefused, match="不能由您核实"):
            decide(town, number, make.COUNTY_HEAD, ConflictState.DISMISSED)
        decide(town, number, make.COUNTY_POLICE, ConflictState.DISMISSED)

    @ON_SQLITE
    def test_nothing_is_put_into_the_hands_of_a_relative(self, town):
        enter(town, official_account=COLLEAGUE.account_id)
        number = new_case(town)
        with pytest.raises(NearRelative, match="请选别的同事"), town.begin() as work:
            move_hand(work, get_case_to_act(work, COUNTER, number), COUNTER, HandDeed.ASSIGN, COLLEAGUE.account_id)


class TestDeclared:
    """RS-008 and the like ask the applicant; nobody is kept off until it is known whose relative he is."""

    @pytest.fixture
    def declared(self, town):
        item = town.tools.catalogue.get_item("MZ-004")
        answers = complete_answers(item) | {"kin_related": True, "kin_detail": "舅舅在镇里上班"}
        return new_case(town, item_code="MZ-004", answers=answers)

    @ON_SQLITE
    def test_it_marks_the_case_for_the_county_and_names_nobody_yet(self, town, declared):
        assert flags(town, declared) == [("declared", "open")]
        with town.look() as work:
            page = people_of_case(work, COUNTER, declared)
            village = people_of_case(work, make.VILLAGE_AGENT, declared)
        assert page.kin_mark == KIN_MARK
        assert (village.kin_mark, village.kin, village.notes) == (None, (), ())
        with town.look() as work:
            [flag] = relative.list_open_flags(work, CENTRE)
            assert relative.list_open_flags(work, COUNTER) == []
        assert COUNTER.account_id in dict(flag.officials)

    @ON_SQLITE
    def test_once_it_is_known_whose_he_keeps_off(self, town, declared):
        with pytest.raises(ConflictRefused, match="不在这件经过的岗位"):
            decide(town, declared, CENTRE, ConflictState.CONFIRMED, official="nobody")
        decide(town, declared, CENTRE, ConflictState.CONFIRMED, official=COUNTER.account_id)
        with pytest.raises(NearRelative, match="已核实"), town.begin() as work:
            review.accept_case(work, get_case_to_act(work, COUNTER, declared), COUNTER)


class TestTheRegisterItself:
    def test_it_holds_no_number_and_no_readable_name(self, town):
        enter(town)
        with town.look() as work:
            [row] = work.session.scalars(select(RelativeRow)).all()
            written = " ".join(str(getattr(row, column.key)) for column in RelativeRow.__table__.columns)
            [line] = relative.list_register(work, CENTRE)
            audited = [(one.action, one.subject, one.detail) for one in work.session.scalars(select(AuditRow))]
        assert make.FICTITIOUS_ID not in written and make.FICTITIOUS_NAME.encode() not in row.sealed_name
        assert (line.name, line.has_number) == ("潘**", True)
        assert not re.search(f"{make.FICTITIOUS_NAME}|{make.FICTITIOUS_ID}", str(audited))

    @ON_SQLITE
    def test_a_township_keeps_its_own_and_no_others(self, town):
        enter(town, by=COLLEAGUE)
        with pytest.raises(RelativeRefused, match="不在您管的地方"):
            enter(town, by=COLLEAGUE, official_account=make.COUNTY_POLICE.account_id)
        with pytest.raises(RelativeRefused, match="近亲属登记册由"):
            enter(town, by=make.COUNTY_HEAD)
        enter(town, official_account=make.COUNTY_POLICE.account_id)
        with town.look() as work:
            assert len(relative.list_register(work, COLLEAGUE)) == 1
            assert len(relative.list_register(work, CENTRE)) == 2

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"official_account": "nobody"}, "没有这个账号"),
            ({"official_account": ""}, "请写工作人员的账号"),
            ({"official_account": "", "official_name": "劳样板", "official_post": "主任"}, "在哪里任职"),
            ({"name": "潘"}, "近亲属的姓名"),
            ({"relation": "friend"}, "什么关系"),
            ({"village_code": "999"}, "住在哪个村"),
            ({"village_code": make.TOWNSHIP}, "要选到村"),
            ({"id_number": make.FICTITIOUS_ID[:-1] + "5"}, "校验位"),
        ],
    )
    def test_half_an_entry_is_refused_in_words(self, town, changes, told):
        with pytest.raises(RelativeRefused, match=told):
            enter(town, **changes)
