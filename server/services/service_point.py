"""办事点: who may state where and when a village receives people, and what every sheet and page then says."""

import re
from dataclasses import dataclass

from forms.identity import phone_fault
from forms.region import UnknownRegion
from forms.service_point import ServicePoint
from server.db.audit import append_audit
from server.db.service_point import ServicePointRow, find_service_point, list_service_points
from server.domain.people import Actor, Role
from server.services.work import Work

LONGEST = 60
_STATING = frozenset({Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER, Role.CONTROL_CENTRE})


class PointRefused(Exception):
    """What was written cannot be kept; the text says what to write."""


@dataclass(frozen=True)
class PointLine:
    """One village in the list of those a person may state."""

    region_code: str
    name: str
    point: ServicePoint


def may_state(work: Work, actor: Actor, region_code: str) -> bool:
    """A village's agent for the own village, a township's counter for its villages, 综控中心 for all."""
    regions = work.catalogue.regions
    try:
        is_village = regions.get(region_code).level == "village"
    except UnknownRegion:
        return False
    return is_village and actor.role in _STATING and regions.lies_in(region_code, actor.desk.region_code)


def point_of(work: Work, region_code: str) -> ServicePoint:
    """What is known of a village's counter; nothing made up."""
    row = find_service_point(work.session, region_code)
    return ServicePoint(row.place, row.hours, row.telephone) if row else ServicePoint()


def list_points(work: Work, actor: Actor) -> list[PointLine]:
    """The villages this person may state, in the order of the region list."""
    if actor.role not in _STATING:
        return []
    regions = work.catalogue.regions
    codes = regions.village_codes_in(actor.desk.region_code)
    rows = {row.region_code: row for row in list_service_points(work.session, codes)}
    known = {code: ServicePoint(row.place, row.hours, row.telephone) for code, row in rows.items()}
    return [PointLine(code, regions.full_name(code), known.get(code, ServicePoint())) for code in codes]


def state_point(work: Work, actor: Actor, region_code: str, place: str, hours: str, telephone: str) -> None:
    """Keep what was written; an empty part is again 待确认. Raises PointRefused."""
    if not may_state(work, actor, region_code):
        raise PointRefused("您不能改这个村的办事点。能改的是本村代办员、本乡镇窗口和综控中心。")
    place, hours, telephone = (re.sub(r"\s+", " ", text).strip() for text in (place, hours, telephone))
    if any(len(text) > LONGEST for text in (place, hours, telephone)):
        raise PointRefused(f"每一格最多写{LONGEST}个字，请写短一点，要印在告知单上。")
    if telephone and (fault := phone_fault(telephone)):
        raise PointRefused(f"{fault}例：0779-7200000。")
    row = find_service_point(work.session, region_code) or ServicePointRow(region_code=region_code)
    row.place, row.hours, row.telephone = place or None, hours or None, telephone or None
    row.stated_by, row.stated_at = actor.account_id, work.now
    work.session.add(row)
    append_audit(work.session, at=work.now, actor=actor.account_id, action="service_point.stated", subject=region_code)
