"""Who may do what: roles, and which desk a stage of a case belongs to."""

from dataclasses import dataclass
from enum import StrEnum

from forms.item import Stage
from forms.region import RegionTree


class Role(StrEnum):
    """Stored as these words, labelled in `words`."""

    VILLAGER = "villager"
    VILLAGE_AGENT = "village_agent"
    TOWNSHIP_COUNTER = "township_counter"
    DEPARTMENT_REVIEWER = "department_reviewer"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISOR = "supervisor"
    CONTROL_CENTRE = "control_centre"


STAFF_ROLES = frozenset(Role) - {Role.VILLAGER}


@dataclass(frozen=True)
class Desk:
    """A department in a place: 合浦县·民政."""

    department: str
    region_code: str


@dataclass(frozen=True)
class Actor:
    """Whoever acts on a case, as the services see them."""

    account_id: str
    display_name: str
    role: Role
    desk: Desk


def desk_of(stage: Stage, village_code: str, regions: RegionTree) -> Desk:
    """The desk a stage of a case from `village_code` belongs to."""
    return Desk(stage.department, regions.ancestor(village_code, stage.level).id)


def may_see_case(actor: Actor, desks: set[Desk], village_code: str, regions: RegionTree) -> bool:
    """Least privilege: a desk sees the cases it handles; a supervisor those of its own region; nobody else any."""
    if actor.role is Role.SUPERVISOR:
        return regions.lies_in(village_code, actor.desk.region_code)
    return actor.desk in desks
