"""The batch cases a person has to do with: whose list is to be filled, verified, paid or settled."""

from dataclasses import dataclass
from datetime import datetime

from server.db.case import CaseRow
from server.db.roster import RosterRow, count_households, list_batch_cases
from server.domain.people import Actor
from server.domain.roster import ROSTER_STATE, RosterState
from server.domain.words import STATUS
from server.services.roster import may_see_roster
from server.services.roster_payment import is_payer
from server.services.work import Work

SHOWN = 200


@dataclass(frozen=True)
class BatchLine:
    """One batch case in the list."""

    case_number: str
    item_name: str
    village: str
    received_at: datetime
    status_label: str
    roster_label: str
    households: int
    to_pay: bool


def list_batches(work: Work, actor: Actor) -> list[BatchLine]:
    """Cases of batch items under way, and those closed whose money is not settled yet; newest first."""
    codes = [item.code for item in work.catalogue.items.values() if item.batch]
    villages = work.catalogue.regions.village_codes_in(actor.desk.region_code)
    found = list_batch_cases(work.session, codes, villages, SHOWN)
    seen = [(case, roster) for case, roster in found if may_see_roster(work, actor, case)]
    counts = count_households(work.session, [roster.id for _, roster in seen if roster])
    return [_line(work, actor, case, roster, counts) for case, roster in seen]


def _line(work: Work, actor: Actor, case: CaseRow, roster: RosterRow | None, counts: dict[str, int]) -> BatchLine:
    return BatchLine(
        case_number=case.case_number,
        item_name=case.item_name,
        village=work.catalogue.regions.full_name(case.village_code),
        received_at=case.received_at,
        status_label=STATUS[case.status],
        roster_label=ROSTER_STATE[roster.state] if roster else "还没有名册",
        households=counts.get(roster.id, 0) if roster else 0,
        to_pay=bool(roster) and roster.state == RosterState.APPROVED and is_payer(case, actor),
    )
