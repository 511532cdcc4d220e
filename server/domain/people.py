"""Who may do what: roles, desks, who manages whose account, and who stands in for whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from forms.item import Level, Stage
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
class Cover:
    """代办: a desk somebody may act at while its holder is away, and the holder for whom it is done."""

    desk: Desk
    account_id: str
    display_name: str


@dataclass(frozen=True)
class Actor:
    """Whoever acts on a case, as the services see them."""

    account_id: str
    display_name: str
    role: Role
    desk: Desk
    covers: tuple[Cover, ...] = ()

    @property
    def desks(self) -> tuple[Desk, ...]:
        """The own desk first, then those covered now."""
        return tuple(dict.fromkeys((self.desk, *(cover.desk for cover in self.covers))))

    def stands_for(self, account_id: str, desk: Desk) -> bool:
        """Whether what is in this account's hands at this desk is in the actor's: the own, or one covered."""
        return account_id == self.account_id or any(
            (cover.account_id, cover.desk) == (account_id, desk) for cover in self.covers
        )


def desk_of(stage: Stage, village_code: str, regions: RegionTree) -> Desk:
    """The desk a stage of a case from `village_code` belongs to."""
    return Desk(stage.department, regions.ancestor(village_code, stage.level).id)


def may_see_case(actor: Actor, desks: set[Desk], village_code: str, regions: RegionTree) -> bool:
    """Least privilege: a desk sees the cases it handles; a supervisor those of its own region; nobody else any."""
    if actor.role is Role.SUPERVISOR:
        return regions.lies_in(village_code, actor.desk.region_code)
    return any(desk in desks for desk in actor.desks)


def seated(actor: Actor, waiting: Sequence[tuple[Desk, str | None]]) -> Actor:
    """The actor at the desk where the case waits: the own one first, else a covered one, and then the record says 代 X.

    `waiting`: each open stage's desk and the account it is in the hands of. The role stays the actor's own: an absence
    hands nobody a power he does not already have.
    """
    if any(desk == actor.desk and holder in (None, actor.account_id) for desk, holder in waiting):
        return actor
    for cover in actor.covers:
        if any(desk == cover.desk and (desk != actor.desk or holder == cover.account_id) for desk, holder in waiting):
            name = f"{actor.display_name}（代{cover.display_name}）"
            return replace(actor, desk=cover.desk, display_name=name)
    return actor


def is_by(written_name: str, actor: Actor) -> bool:
    """Whether a name in the record is this person's, acting at the own desk or for somebody."""
    return written_name.split("（代", 1)[0] == actor.display_name.split("（代", 1)[0]


@dataclass(frozen=True)
class Account:
    """Somebody's seat, as the rules about accounts see it."""

    account_id: str
    role: Role
    desk: Desk


class Deed(StrEnum):
    """What is done to an account."""

    CREATE = "create"
    DISABLE = "disable"
    ENABLE = "enable"
    UNLOCK = "unlock"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a deed
    MOVE = "move"
    SET_ABSENCE = "set_absence"


_KEEPERS = frozenset({Role.CONTROL_CENTRE, Role.DEPARTMENT_HEAD})
# The one table: what is done to an account -> the roles that may do it at all; how far each reaches is `may_manage`'s.
MANAGING: dict[Deed, frozenset[Role]] = {
    Deed.CREATE: _KEEPERS,
    Deed.DISABLE: _KEEPERS,
    Deed.ENABLE: _KEEPERS,
    Deed.UNLOCK: _KEEPERS,
    Deed.RESET_PASSWORD: _KEEPERS,
    Deed.MOVE: frozenset({Role.CONTROL_CENTRE}),  # it touches a desk that is another's
    Deed.SET_ABSENCE: _KEEPERS,
}
# The attack (privilege escalation): a head makes a second head, or an account in the control centre, and signs in as it.
UNDER_A_HEAD = frozenset({Role.DEPARTMENT_REVIEWER, Role.TOWNSHIP_COUNTER})
LEVELS_OF_ROLE: dict[Role, tuple[Level, ...]] = {
    Role.VILLAGE_AGENT: ("village",),
    Role.TOWNSHIP_COUNTER: ("township",),
    Role.DEPARTMENT_REVIEWER: ("county", "city"),
    Role.DEPARTMENT_HEAD: ("township", "county", "city"),
    Role.SUPERVISOR: ("township", "county", "city"),
    Role.CONTROL_CENTRE: ("city",),
}
# Whoever stands in must be allowed the same acts already; see `seated`.
COVERED_BY: dict[Role, frozenset[Role]] = {
    Role.VILLAGE_AGENT: frozenset({Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER}),
    Role.TOWNSHIP_COUNTER: frozenset({Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_HEAD}),
    Role.DEPARTMENT_REVIEWER: frozenset({Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD}),
    Role.DEPARTMENT_HEAD: frozenset({Role.DEPARTMENT_HEAD}),
}


def keeps_accounts(actor: Actor) -> bool:
    return actor.role in _KEEPERS


def may_manage(actor: Actor, deed: Deed, account: Account) -> bool:
    """综控中心 the whole city, a head the own desk's people; of oneself nothing but the own absence."""
    if actor.role not in MANAGING[deed]:
        return False
    if account.account_id == actor.account_id:
        return deed is Deed.SET_ABSENCE
    return actor.role is Role.CONTROL_CENTRE or (account.desk == actor.desk and account.role in UNDER_A_HEAD)


def may_stand_in(actor: Actor, cover: Account, absent: Account, regions: RegionTree) -> bool:
    """Whether `actor` may name `cover` for `absent`: a person of the same county whose role allows what the absent one's does.

    A head names somebody of the own desk: who else may read its cases is not his to say.
    """
    own = actor.role is Role.CONTROL_CENTRE or cover.desk == actor.desk
    return own and fits_as_cover(cover, absent, regions)


def fits_as_cover(cover: Account, absent: Account, regions: RegionTree) -> bool:
    """Asked when a cover is named and again whenever he acts: he may have been moved meanwhile."""
    near = _county(cover.desk, regions) == _county(absent.desk, regions)
    fit = cover.role in COVERED_BY.get(absent.role, frozenset())
    return near and fit and cover.account_id != absent.account_id


def _county(desk: Desk, regions: RegionTree) -> str:
    """The county a desk lies in; a desk of the city's lies in the city."""
    return regions.chain(desk.region_code)[:2][-1].id
