"""不在岗: notes from when to when somebody is away and who stands in, and ends it when he is back."""

from datetime import date, timedelta

from server.db.audit import append_audit
from server.db.staff import (
    AbsenceRow,
    StaffRow,
    find_staff_by_name,
    list_absences,
    lock_staff_by_name,
)
from server.domain.people import (
    COVERED_BY,
    Account,
    Actor,
    Deed,
    Desk,
    Role,
    may_manage,
    may_stand_in,
)
from server.domain.words import ROLE
from server.services.work import Work

LONGEST = timedelta(days=366)


class AbsenceRefused(Exception):
    """The absence cannot be noted so; the text says what can."""


def set_absence(
    work: Work, actor: Actor, sign_in_name: str, begins_on: date, ends_on: date, cover_name: str = ""
) -> None:
    """`cover_name` may then act at the absent one's desk on those days, with his own role. Raises AbsenceRefused."""
    row = _absent(work, actor, sign_in_name)
    _require_days(work, begins_on, ends_on)
    if any(one.begins_on <= ends_on and begins_on <= one.ends_on for one in _standing(work, row)):
        raise AbsenceRefused("这几天已经登记过不在岗。要改，请先结束原来那一段，再重新登记。")
    if cover_name:
        _require_cover(work, actor, row, cover_name)
    work.session.add(
        AbsenceRow(
            sign_in_name=row.sign_in_name,
            cover_name=cover_name or None,
            department=row.department,
            region_code=row.region_code,
            begins_on=begins_on,
            ends_on=ends_on,
            noted_by=actor.account_id,
            noted_at=work.now,
        )
    )
    days = {"from": begins_on.isoformat(), "to": ends_on.isoformat(), "cover": cover_name}
    _record(work, actor.account_id, "absence_set", row, days)


def _absent(work: Work, actor: Actor, sign_in_name: str) -> StaffRow:
    row = lock_staff_by_name(work.session, sign_in_name)
    if row is None or not may_manage(actor, Deed.SET_ABSENCE, _account(row)):
        raise AbsenceRefused("您不能登记这个人不在岗。综控中心管全市，审批员管本岗的人和自己。")
    return row


def _require_days(work: Work, begins_on: date, ends_on: date) -> None:
    if ends_on < begins_on or ends_on < work.today or ends_on - begins_on > LONGEST:
        raise AbsenceRefused("日子不对：结束不能早于开始，也不能早于今天，最长一年。请重新选。")


def _require_cover(work: Work, actor: Actor, row: StaffRow, cover_name: str) -> None:
    """The attack (privilege by proxy): a cover is named who could not do those acts at a desk of his own."""
    found = find_staff_by_name(work.session, cover_name)
    if found is None or not found.active:
        raise AbsenceRefused("没有这个代办人的账号，或账号已停用。请从名单里选。")
    if not may_stand_in(actor, _account(found), _account(row), work.catalogue.regions):
        roles = "、".join(ROLE[role] for role in sorted(COVERED_BY.get(Role(row.role), ())))
        raise AbsenceRefused(
            f"{found.display_name}不能代{row.display_name}。代办人要在同一个县（区），角色是{roles or '（不用代办）'}；"
            "审批员只能安排本岗的人，别的由综控中心安排。"
        )


def end_absence(work: Work, actor: Actor, sign_in_name: str) -> None:
    """Back at the desk, or it was a mistake: whoever stood in does so no longer. Raises AbsenceRefused."""
    row = _absent(work, actor, sign_in_name)
    if not _standing(work, row):
        raise AbsenceRefused("没有要结束的不在岗登记。请刷新页面看看。")
    end_absences_of(work, row)
    _record(work, actor.account_id, "absence_ended", row, {})


def end_absences_of(work: Work, row: StaffRow) -> None:
    for absence in _standing(work, row):
        absence.ended_at = work.now


def _standing(work: Work, row: StaffRow) -> list[AbsenceRow]:
    return list_absences(work.session, row.sign_in_name, work.today)


def _account(row: StaffRow) -> Account:
    return Account(row.sign_in_name, Role(row.role), Desk(row.department, row.region_code))


def _record(work: Work, actor: str, what: str, row: StaffRow, detail: dict[str, str]) -> None:
    append_audit(
        work.session, at=work.now, actor=actor, action=f"staff.{what}", subject=row.sign_in_name, detail=detail
    )
