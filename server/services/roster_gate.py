"""What a case's decision asks of its roster: nothing undecided, nobody twice, every sum set; then the totals are fixed."""

from server.db.case import CaseRow
from server.db.roster import HouseholdRow, RosterRow, find_roster, list_households, list_people_of, list_same_people
from server.domain.case import CLOSED, Status
from server.domain.roster import GRANTED, UNDECIDED, RosterRefused, RosterState, RowState, Sum, yuan
from server.domain.roster_entry import is_money, is_quantity, pays
from server.services.item_version import item_of
from server.services.work import Work

# A case that ended without being granted frees its people for another roster.
ENDED = [status.value for status in CLOSED if status is not Status.COMPLETED]
_NAMED = 10


def approve_roster(work: Work, case: CaseRow) -> None:
    """Called before a case is approved: it is approved for the rows that stand. Raises RosterRefused."""
    roster = find_roster(work.session, case.id)
    if roster is None or roster.state != RosterState.OPEN:
        return
    rows = list_households(work.session, roster.id)
    standing = [row for row in rows if row.state == RowState.STANDS]
    _require_decided(rows, standing)
    if pays(item_of(case)) and (unpriced := [row.number for row in standing if row.fen is None]):
        raise RosterRefused(f"{_rows(unpriced)}还没有金额，现在不能批准。请先在名册里填金额，或按标准一次算好。")
    _require_nobody_twice(work, roster, standing)
    roster.state, roster.approved_at = RosterState.APPROVED, work.now
    total = total_of(standing)
    roster.approved_rows, roster.approved_fen = total.rows, total.fen


def _require_decided(rows: list[HouseholdRow], standing: list[HouseholdRow]) -> None:
    if undecided := [row.number for row in rows if RowState(row.state) in UNDECIDED]:
        raise RosterRefused(
            f"名册里{_rows(undecided)}还没有核验完，现在不能批准。请先在名册里逐户同意或写明不列入的理由。"
        )
    if not standing:
        raise RosterRefused("名册里没有一户同意列入，不能批准。没有可以列入的，请用“不批准”并写明理由。")


def _require_nobody_twice(work: Work, roster: RosterRow, standing: list[HouseholdRow]) -> None:
    """Two rosters filled at once could each have held the same person when neither was saved yet."""
    twice = people_elsewhere(work, roster, [row.number_index for row in standing])
    if numbers := [row.number for row in standing if row.number_index in twice]:
        raise RosterRefused(
            f"名册里{_rows(numbers)}的人也在本事项另一份名册里，不能重复享受。请先核对，把一处改为不列入。"
        )


def people_elsewhere(work: Work, roster: RosterRow, indexes: list[str]) -> dict[str, str]:
    """Which of these people another roster of the item under way holds, or the one this makes up for; and where."""
    found = dict(list_same_people(work.session, roster.item_code, indexes, roster.id, ENDED))
    if roster.supplement_of:
        earlier = list_people_of(work.session, roster.supplement_of, indexes)
        found |= dict.fromkeys(earlier, "原来的名册")
    return found


def _rows(numbers: list[int]) -> str:
    named = "、".join(str(number) for number in numbers[:_NAMED])
    return f"第{named}{'等' if len(numbers) > _NAMED else ''}号（共{len(numbers)}户）"


def total_of(rows: list[HouseholdRow]) -> Sum:
    return Sum(len(rows), sum(row.fen or 0 for row in rows))


def notice_has_hung(work: Work, case: CaseRow) -> bool:
    """Once the list has hung out nobody is added to it unseen: a missed household goes on a list of its own."""
    roster = find_roster(work.session, case.id)
    return bool(roster and roster.hung_at)


def list_is_being_filled(work: Work, case: CaseRow) -> bool:
    """A roster was begun and has not hung out."""
    roster = find_roster(work.session, case.id)
    return roster is not None and roster.hung_at is None


def granted_rows(work: Work, case: CaseRow) -> list[HouseholdRow] | None:
    """The rows a completed case was granted for; None for a case without a roster."""
    roster = find_roster(work.session, case.id)
    if roster is None:
        return None
    return [row for row in list_households(work.session, roster.id) if RowState(row.state) in GRANTED]


def published_summary(work: Work, case: CaseRow) -> list[tuple[str, str]] | None:
    """What is published of the whole batch beside its table; None for a case without a roster."""
    rows = granted_rows(work, case)
    if rows is None:
        return None
    place = work.catalogue.regions.full_name(case.village_code)
    money = [("金额合计", f"{yuan(total_of(rows).fen)}元")] if pays(item_of(case)) else []
    return [("村（组）", place), ("事项", case.item_name), ("户数", f"{len(rows)}户"), *money]


def labels_of_rows(work: Work, case: CaseRow) -> frozenset[str]:
    """Published columns each household fills in for itself: the deciding desk states them once for nobody."""
    if find_roster(work.session, case.id) is None:
        return frozenset()
    return frozenset(
        field.label for field in item_of(case).disclosure_fields if is_quantity(field.label) or is_money(field.label)
    )


def hang_households(work: Work, case: CaseRow) -> int | None:
    """How many households hang out from now on; 0 while the list is still empty, None for a case without one."""
    roster = find_roster(work.session, case.id)
    if roster is None:
        return None
    households = sum(row.state != RowState.EXCLUDED for row in list_households(work.session, roster.id))
    if households and roster.hung_at is None:
        roster.hung_at = work.now
    return households
