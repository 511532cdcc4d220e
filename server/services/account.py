"""Opens, closes, unlocks and moves staff accounts; each change on record, and nobody's own."""

import re
from dataclasses import dataclass

from forms.region import UnknownRegion
from server.db.audit import append_audit
from server.db.case import CaseRow, list_stages_in_hand
from server.db.staff import FormerSeatRow, StaffRow, end_sessions_of, find_staff_by_name, lock_staff_by_name
from server.domain.people import (
    LEVELS_OF_ROLE,
    STAFF_ROLES,
    Account,
    Actor,
    Deed,
    Desk,
    Role,
    may_manage,
)
from server.domain.words import ACCOUNT_DEED, ROLE
from server.services.absence import end_absences_of
from server.services.assignment import hand_on
from server.services.staff import ONE_TIME_LIFE, create_staff, new_one_time_password, set_one_time_password
from server.services.work import Work

CONTROL_DEPARTMENT, SUPERVISING_DEPARTMENT, VILLAGE_DEPARTMENT = "综控中心", "电子监察", "村级组织"
LEVEL_WORDS = {"village": "村", "township": "乡镇", "county": "县（区）", "city": "市"}


class AccountRefused(Exception):
    """The account cannot be changed so; the text says what can be done."""


@dataclass(frozen=True)
class Seat:
    """Where somebody is to sit, as typed; `region_code` is the place's key."""

    role: str
    department: str
    region_code: str


def account_of(row: StaffRow) -> Account:
    return Account(row.sign_in_name, Role(row.role), Desk(row.department, row.region_code))


def create_account(work: Work, actor: Actor, sign_in_name: str, display_name: str, seat: Seat) -> str:
    """The one-time password, to be shown once. Raises AccountRefused."""
    name, shown = sign_in_name.strip().lower(), " ".join(display_name.split())
    role, desk = _checked_seat(work, seat)
    _require(actor, Deed.CREATE, Account(name, role, desk))
    if not re.fullmatch(r"[a-z][a-z0-9-]{2,31}", name):
        raise AccountRefused("账号用3到32个小写字母、数字或短横，字母开头，例：zhen-mz-2。")
    # （代 is how the record says for whom somebody acts: nobody may be called so.
    if not 2 <= len(shown) <= 20 or re.search(r"[<>（）()]", shown):
        raise AccountRefused("姓名写2到20个字，不带括号。")
    if find_staff_by_name(work.session, name):
        raise AccountRefused(f"账号“{name}”已经有人用了，请换一个。")
    password = new_one_time_password()
    row = create_staff(
        work,
        sign_in_name=name,
        display_name=shown,
        password=password,
        role=role,
        department=desk.department,
        region_code=desk.region_code,
        by=actor.account_id,
    )
    row.one_time_until = work.now + ONE_TIME_LIFE
    return password


def _checked_seat(work: Work, seat: Seat) -> tuple[Role, Desk]:
    """Raises AccountRefused."""
    try:
        role, region = Role(seat.role), work.catalogue.regions.get(seat.region_code)
    except (ValueError, UnknownRegion):
        raise AccountRefused("请选角色和地方。") from None
    if role not in STAFF_ROLES or region.level not in LEVELS_OF_ROLE[role] or region.ended_on:
        levels = "、".join(LEVEL_WORDS[level] for level in LEVELS_OF_ROLE.get(role, ()))
        raise AccountRefused(f"{ROLE[role]}要放在{levels}一级，不能放在{region.name}。请重新选地方。")
    department = _department(role, seat.department)
    if department not in (*departments(work), CONTROL_DEPARTMENT, SUPERVISING_DEPARTMENT):
        raise AccountRefused("没有这个部门，请从名单里选。")
    return role, Desk(department, region.id)


def _department(role: Role, wanted: str) -> str:
    fixed = {
        Role.CONTROL_CENTRE: CONTROL_DEPARTMENT,
        Role.SUPERVISOR: SUPERVISING_DEPARTMENT,
        Role.VILLAGE_AGENT: VILLAGE_DEPARTMENT,
    }
    return fixed.get(role, wanted.strip())


def departments(work: Work) -> list[str]:
    return list(work.catalogue.departments.values())


def get_account(work: Work, actor: Actor, deed: Deed, sign_in_name: str) -> StaffRow:
    """The account locked, when this person may do this to it. Raises AccountRefused."""
    row = lock_staff_by_name(work.session, sign_in_name)
    if row is None:
        raise AccountRefused("没有这个账号。请回到名单重新选。")
    _require(actor, deed, account_of(row))
    return row


def _require(actor: Actor, deed: Deed, account: Account) -> None:
    if may_manage(actor, deed, account):
        return
    if account.account_id == actor.account_id:
        raise AccountRefused(
            f"不能给自己“{ACCOUNT_DEED[deed]}”。请找综控中心的另一位同事；改自己的密码请到“我的账号”。"
        )
    raise AccountRefused(f"您不能给这个账号“{ACCOUNT_DEED[deed]}”。综控中心管全市，审批员只管本岗的审核员和经办员。")


def disable_account(work: Work, actor: Actor, sign_in_name: str, to: str = "") -> None:
    """停用: out at once, and what was in hand goes to `to`, or back to the desk. Raises AccountRefused, HandRefused, NearRelative."""
    row = get_account(work, actor, Deed.DISABLE, sign_in_name)
    row.active = False
    end_sessions_of(work.session, row.id)
    handed = _hand_on_all(work, actor, row, to)
    _record(work, actor, "disabled", row, handed=handed)


def enable_account(work: Work, actor: Actor, sign_in_name: str) -> str:
    """Whoever comes back gets a new one-time password: nobody knows who has read the old one meanwhile."""
    row = get_account(work, actor, Deed.ENABLE, sign_in_name)
    row.active = True
    _record(work, actor, "enabled", row)
    return set_one_time_password(work, row)


def unlock_account(work: Work, actor: Actor, sign_in_name: str) -> None:
    row = get_account(work, actor, Deed.UNLOCK, sign_in_name)
    row.failed_sign_ins, row.locked_until = 0, None
    _record(work, actor, "unlocked", row)


def reset_password(work: Work, actor: Actor, sign_in_name: str) -> str:
    row = get_account(work, actor, Deed.RESET_PASSWORD, sign_in_name)
    _record(work, actor, "password_reset", row)
    return set_one_time_password(work, row)


def move_account(work: Work, actor: Actor, sign_in_name: str, seat: Seat, to: str = "") -> None:
    """调岗: to another desk, with what was in hand handed over first. Raises AccountRefused, HandRefused, NearRelative."""
    row = get_account(work, actor, Deed.MOVE, sign_in_name)
    role, desk = _checked_seat(work, seat)
    before = account_of(row)
    if (role, desk) == (before.role, before.desk):
        raise AccountRefused("新岗位和现在的一样，没有改。请选新的岗位。")
    handed = _hand_on_all(work, actor, row, to)
    work.session.add(
        FormerSeatRow(
            sign_in_name=row.sign_in_name,
            role=row.role,
            department=row.department,
            region_code=row.region_code,
            until=work.now,
        )
    )
    end_absences_of(work, row)  # the desk covered was the old one
    row.role, row.department, row.region_code = role, desk.department, desk.region_code
    seats = {"from": _seat_code(before), "to": _seat_code(account_of(row))}
    _record(work, actor, "moved", row, handed=handed, **seats)


def _seat_code(account: Account) -> str:
    return f"{account.role} {account.desk.region_code} {account.desk.department}"


def _hand_on_all(work: Work, actor: Actor, row: StaffRow, to: str) -> int:
    """Raises HandRefused, NearRelative."""
    stages = list_stages_in_hand(work.session, row.sign_in_name)
    for stage in stages:
        hand_on(work, work.session.get(CaseRow, stage.case_id), stage, actor, to or None)
    return len(stages)


def _record(work: Work, actor: Actor, what: str, row: StaffRow, **detail: object) -> None:
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action=f"staff.{what}",
        subject=row.sign_in_name,
        detail=detail,
    )
