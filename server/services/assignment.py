"""分办: puts a stage into somebody's hands at its desk, and lets nobody act on what is in another's."""

from dataclasses import dataclass

from server.db.case import CaseRow, StageRow
from server.db.staff import StaffRow, find_staff_by_name, list_staff_at_desk
from server.domain.assignment import HandDeed, Hands, allowed_deeds, hands_of
from server.domain.people import Actor, Desk, Role, seated
from server.domain.review import StageState
from server.domain.words import HAND_DEED
from server.services.case_note import note_on_case
from server.services.conflict import require_unrelated, why_kept_off
from server.services.work import Work


class InAnothersHands(Exception):
    """A colleague has the case in hand; the text says who, and how to take it over."""


class HandRefused(Exception):
    """The case cannot be moved so; the text lists what can be done."""


@dataclass(frozen=True)
class Hand:
    """Who has the case in hand at this person's desk, and what this person may do about it."""

    holder: str | None
    mine: bool
    deeds: tuple[tuple[str, str], ...]
    colleagues: tuple[tuple[str, str], ...]


def seat(case: CaseRow, actor: Actor) -> Actor:
    """The actor at the desk where the case waits, the own or a covered one (`people.seated`); every edge that acts asks it.

    Where it waits at neither, at a desk it has passed: a verdict may come late, by whoever stands in too.
    """
    waiting = [(_desk(row), row.assigned_to) for row in case.stages if row.state == StageState.ACTIVE]
    there = seated(actor, waiting)
    if there is not actor or any(desk == actor.desk for desk, _ in waiting):
        return there
    return seated(actor, [(_desk(row), None) for row in case.stages if row.opened_at])


def require_in_hand(work: Work, row: StageRow, actor: Actor) -> None:
    """Raises InAnothersHands."""
    if hands_of(actor, _desk(row), row.assigned_to) is Hands.ANOTHER:
        name = _name(work, row.assigned_to)
        raise InAnothersHands(
            f"这件现在由{name}办，没有办成。要由您办，请先点“{HAND_DEED[HandDeed.TAKE_OVER]}”，会留下记录。"
        )


def hand_of(work: Work, case: CaseRow, actor: Actor) -> Hand | None:
    """None where the case does not wait at a desk of this person's."""
    actor = seat(case, actor)
    row = _stage_at(case, actor)
    if row is None or actor.role is Role.SUPERVISOR:
        return None
    hands = hands_of(actor, actor.desk, row.assigned_to)
    deeds = allowed_deeds(hands, actor.role)
    others = [
        one
        for one in _people_at(work, actor.desk)
        if one.sign_in_name not in (row.assigned_to, actor.account_id)
        and not why_kept_off(work, case, one.sign_in_name)
    ]
    useless = set() if others else {HandDeed.ASSIGN}
    if why_kept_off(work, case, actor.account_id):
        useless |= {HandDeed.TAKE, HandDeed.TAKE_OVER}
    deeds = [deed for deed in deeds if deed not in useless]
    return Hand(
        holder=_name(work, row.assigned_to) if row.assigned_to else None,
        mine=hands is Hands.OWN,
        deeds=tuple((deed.value, HAND_DEED[deed]) for deed in deeds),
        colleagues=tuple((one.sign_in_name, one.display_name) for one in others),
    )


def move_hand(work: Work, case: CaseRow, actor: Actor, deed: HandDeed, to: str = "") -> None:
    """Take, give back, take over, assign or take back. Raises HandRefused, NearRelative."""
    actor = seat(case, actor)
    row = _stage_at(case, actor)
    if row is None:
        raise HandRefused("这件现在不在您这个岗位，不用分办。请回到待办看别的件。")
    allowed = allowed_deeds(hands_of(actor, actor.desk, row.assigned_to), actor.role)
    if deed not in allowed:
        offer = "、".join(HAND_DEED[name] for name in allowed) or "没有可做的"
        raise HandRefused(f"不能“{HAND_DEED[deed]}”，这件{_in_words(work, row)}。您现在可以：{offer}。")
    _put(work, case, row, actor, deed, _receiver(work, actor, deed, to))


def _put(work: Work, case: CaseRow, row: StageRow, actor: Actor, deed: HandDeed, to: str | None) -> None:
    if to:
        require_unrelated(work, case, to)
    before = _name(work, row.assigned_to) if row.assigned_to else "本岗"
    row.assigned_to = to
    after = _name(work, to) if to else "本岗"
    note_on_case(work, case, "assigned", actor, f"{HAND_DEED[deed]}：{before} → {after}")


def _receiver(work: Work, actor: Actor, deed: HandDeed, to: str) -> str | None:
    if deed is not HandDeed.ASSIGN:
        return actor.account_id if deed in (HandDeed.TAKE, HandDeed.TAKE_OVER) else None
    if to not in {one.sign_in_name for one in _people_at(work, actor.desk)}:
        raise HandRefused("请选一位本岗在用账号的同事，再交给他。")
    return to


def hand_on(work: Work, case: CaseRow, row: StageRow, actor: Actor, to: str | None) -> None:
    """What somebody who leaves the desk had in hand: back to the desk, or to a colleague there. Raises HandRefused, NearRelative."""
    if to and to not in {one.sign_in_name for one in _people_at(work, _desk(row))}:
        raise HandRefused("接手的人不在这个岗位。请选本岗在用账号的同事，或者交回本岗。")
    _put(work, case, row, actor, HandDeed.ASSIGN if to else HandDeed.TAKE_BACK, to)


def _stage_at(case: CaseRow, actor: Actor) -> StageRow | None:
    active = (row for row in case.stages if row.state == StageState.ACTIVE)
    return next((row for row in active if _desk(row) == actor.desk), None)


def _desk(row: StageRow) -> Desk:
    return Desk(row.department, row.region_code)


def _people_at(work: Work, desk: Desk) -> list[StaffRow]:
    return [one for one in list_staff_at_desk(work.session, desk.department, desk.region_code) if one.active]


def _name(work: Work, sign_in_name: str | None) -> str:
    found = find_staff_by_name(work.session, sign_in_name or "")
    return found.display_name if found else "已离开的人"


def _in_words(work: Work, row: StageRow) -> str:
    return f"现在由{_name(work, row.assigned_to)}办" if row.assigned_to else "还没有分给谁"
