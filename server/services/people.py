"""人员与岗位 as its pages show it: the desks with who sits there, and one person with what may be done to the account."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from server.db.case import CaseRow, count_waiting_by_desk, list_stages_in_hand
from server.db.staff import (
    AbsenceRow,
    StaffRow,
    find_staff_by_name,
    list_absences,
    list_absences_on,
    list_staff,
    list_staff_at_desk,
)
from server.domain.people import (
    COVERED_BY,
    Account,
    Actor,
    Deed,
    Desk,
    Role,
    keeps_accounts,
    may_manage,
    may_stand_in,
)
from server.domain.words import ROLE
from server.services.account import account_of
from server.services.work import Work

MOST_DESKS = 100


class PeopleHidden(LookupError):
    """Not this person's to see; an account that is not there is told alike, so that names cannot be tried out."""

    def __init__(self) -> None:
        super().__init__("没有找到这个账号，或者它不归您管。综控中心管全市，审批员管本岗。")


@dataclass(frozen=True)
class PersonLine:
    sign_in_name: str
    display_name: str
    role_label: str
    active: bool
    locked: bool
    away: str


@dataclass(frozen=True)
class DeskLine:
    """One desk and whoever sits at it."""

    name: str
    people: tuple[PersonLine, ...]


@dataclass(frozen=True)
class AbsenceLine:
    begins_on: date
    ends_on: date
    cover: str | None


@dataclass(frozen=True)
class PersonPage:
    """One account; `deeds` are those this reader may do to it now."""

    line: PersonLine
    account: Account
    desk: str
    one_time_until: datetime | None
    absences: tuple[AbsenceLine, ...]
    in_hand: tuple[tuple[str, str], ...]
    deeds: frozenset[Deed]
    colleagues: tuple[tuple[str, str], ...]
    covers: tuple[tuple[str, str], ...]


def list_desks(work: Work, actor: Actor, words: str = "") -> list[DeskLine]:
    """All desks of the city, or a head's own, whose name or people hold `words`. Raises PeopleHidden."""
    if not keeps_accounts(actor):
        raise PeopleHidden
    own = (actor.desk.department, actor.desk.region_code)
    rows = list_staff(work.session) if actor.role is Role.CONTROL_CENTRE else list_staff_at_desk(work.session, *own)
    away = {one.sign_in_name: one for one in list_absences_on(work.session, work.today)}
    names = {row.sign_in_name: row.display_name for row in rows}
    lines = []
    for (region, department), people in groupby(rows, key=lambda row: (row.region_code, row.department)):
        seated = tuple(_line(work, row, away.get(row.sign_in_name), names) for row in people)
        lines.append(DeskLine(desk_words(work, Desk(department, region)), seated))
    return [line for line in lines if _holds(line, words)]


def list_unstaffed(work: Work, actor: Actor) -> list[tuple[str, int]]:
    """(desk, cases) where something waits and nobody could act: no account in use, and nobody standing in today."""
    if actor.role is not Role.CONTROL_CENTRE:
        return []
    staffed = {(row.department, row.region_code) for row in list_staff(work.session) if row.active}
    staffed |= {
        (one.department, one.region_code) for one in list_absences_on(work.session, work.today) if one.cover_name
    }
    return [
        (desk_words(work, Desk(department, region)), waiting)
        for department, region, waiting in count_waiting_by_desk(work.session)
        if (department, region) not in staffed
    ]


def _holds(line: DeskLine, words: str) -> bool:
    return words in " ".join([line.name, *(f"{one.sign_in_name} {one.display_name}" for one in line.people)])


def desk_words(work: Work, desk: Desk) -> str:
    """合浦县廉州镇·民政; the city's own by its name."""
    regions = work.catalogue.regions
    return f"{regions.full_name(desk.region_code) or regions.get(desk.region_code).name}·{desk.department}"


def _line(work: Work, row: StaffRow, absence: AbsenceRow | None, names: dict[str, str]) -> PersonLine:
    away = ""
    if absence:
        cover = names.get(absence.cover_name or "", absence.cover_name)
        away = f"不在岗到{absence.ends_on:%m-%d}" + (f"，{cover}代" if cover else "")
    return PersonLine(
        sign_in_name=row.sign_in_name,
        display_name=row.display_name,
        role_label=ROLE[row.role],
        active=row.active,
        locked=row.locked_until is not None and row.locked_until > work.now,
        away=away,
    )


def person_page(work: Work, actor: Actor, sign_in_name: str) -> PersonPage:
    """Raises PeopleHidden."""
    row = find_staff_by_name(work.session, sign_in_name)
    if row is None or not _may_see(actor, account_of(row)):
        raise PeopleHidden
    absences = list_absences(work.session, sign_in_name, work.today)
    running = next((one for one in absences if one.begins_on <= work.today), None)
    at_desk = list_staff_at_desk(work.session, row.department, row.region_code)
    names = {one.sign_in_name: one.display_name for one in list_staff(work.session)}
    line = _line(work, row, running, names)
    return PersonPage(
        line=line,
        account=account_of(row),
        desk=desk_words(work, account_of(row).desk),
        one_time_until=row.one_time_until,
        absences=tuple(AbsenceLine(one.begins_on, one.ends_on, names.get(one.cover_name or "")) for one in absences),
        in_hand=tuple(_case_in_hand(work, stage.case_id) for stage in list_stages_in_hand(work.session, sign_in_name)),
        deeds=_deeds(actor, row, line),
        colleagues=tuple(
            (one.sign_in_name, one.display_name) for one in at_desk if one.active and one.sign_in_name != sign_in_name
        ),
        covers=_covers(work, actor, row),
    )


def _may_see(actor: Actor, account: Account) -> bool:
    if not keeps_accounts(actor):
        return False
    return actor.role is Role.CONTROL_CENTRE or account.desk == actor.desk


def _case_in_hand(work: Work, case_id: str) -> tuple[str, str]:
    case = work.session.get(CaseRow, case_id)
    return case.case_number, case.item_name


def _deeds(actor: Actor, row: StaffRow, line: PersonLine) -> frozenset[Deed]:
    """The table's deeds, as far as they would change something."""
    of_state = {Deed.ENABLE: not row.active, Deed.DISABLE: row.active, Deed.UNLOCK: line.locked, Deed.CREATE: False}
    of_state |= {Deed.RESET_PASSWORD: row.active, Deed.SET_ABSENCE: row.active}
    return frozenset(deed for deed in Deed if of_state.get(deed, True) and may_manage(actor, deed, account_of(row)))


def _covers(work: Work, actor: Actor, row: StaffRow) -> tuple[tuple[str, str], ...]:
    """Whoever this reader may name to stand in, own desk first."""
    if not COVERED_BY.get(Role(row.role)):
        return ()
    absent, regions = account_of(row), work.catalogue.regions
    fit = [
        one for one in list_staff(work.session) if one.active and may_stand_in(actor, account_of(one), absent, regions)
    ]
    fit.sort(key=lambda one: (account_of(one).desk != absent.desk, one.region_code, one.department))
    return tuple((one.sign_in_name, f"{one.display_name}（{desk_words(work, account_of(one).desk)}）") for one in fit)
