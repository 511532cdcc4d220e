"""异议 to one household while the list hangs out: the row is held until it was looked at again; who objected stays secret."""

import json
from dataclasses import dataclass
from uuid import uuid4

from server.db.case import CaseRow
from server.db.roster import RowObjectionRow, list_objections
from server.domain.people import Actor, Role
from server.domain.roster import RosterRefused, RosterState, RowAction, RowState, next_state
from server.services.answers import mask_numbers
from server.services.roster import get_household, get_roster, note
from server.services.roster_decision import require_holding
from server.services.roster_gate import notice_has_hung
from server.services.work import Work

MAX_WORDS = 500


@dataclass(frozen=True)
class Objector:
    """Whoever objected, as the desk that looks into it may read it."""

    name: str
    contact: str
    words: str


def raise_objection(
    work: Work, actor: Actor, case: CaseRow, number: int, words: str, name: str = "", contact: str = ""
) -> RowObjectionRow:
    """Hold a row; the objector may stay unnamed. Raises RosterRefused."""
    if not notice_has_hung(work, case):
        raise RosterRefused("名单还没有公示，不登记异议。发现填错了，请直接改正或写明理由不列入。")
    words = words.strip()
    if len(words) < 5 or len(words) > MAX_WORDS or max(len(name), len(contact)) > 60:
        raise RosterRefused(f"请写清楚哪里不对（5到{MAX_WORDS}个字），姓名和电话各不超过60个字。")
    roster = get_roster(work, case)
    row = get_household(work, roster, number)
    row.state = next_state(RosterState(roster.state), RowState(row.state), RowAction.OBJECT, actor.role)
    objection_id = uuid4().hex
    stated = {"name": name.strip(), "contact": contact.strip(), "words": words}
    objection = RowObjectionRow(
        id=objection_id,
        row_id=row.id,
        sealed=work.tools.vault.seal(json.dumps(stated, ensure_ascii=False).encode(), f"objection {objection_id}"),
        raised_at=work.now,
        raised_by=actor.display_name,
    )
    work.session.add(objection)
    note(work, actor, case, "roster.objection_raised", row=number)
    return objection


def what_is_said(work: Work, objection: RowObjectionRow) -> str:
    """The substance without whoever said it; numbers masked."""
    return mask_numbers(_opened(work, objection).words)


def reveal_objectors(work: Work, actor: Actor, case: CaseRow, number: int) -> list[Objector]:
    """For the desk that looks into it, and put on record. Raises RosterRefused.

    The attack: in a village everybody knows everybody, and whoever spoke up is made to pay for it. So no village
    account reads this, and of the others only the desk that must ask back.
    """
    if actor.role in (Role.VILLAGE_AGENT, Role.SUPERVISOR):
        raise RosterRefused("异议人的姓名要保密，只有正在核查的乡镇或县级部门能看，而且会记下谁看过。")
    require_holding(work, actor, case)
    row = get_household(work, get_roster(work, case), number)
    note(work, actor, case, "roster.objector_viewed", row=number)
    return [_opened(work, objection) for objection in list_objections(work.session, row.id)]


def _opened(work: Work, objection: RowObjectionRow) -> Objector:
    return Objector(**json.loads(work.tools.vault.open(objection.sealed, f"objection {objection.id}")))
