"""分办: in whose hands a stage is at its desk, and who may put it there."""

from enum import StrEnum

from server.domain.people import Actor, Desk, Role


class Hands(StrEnum):
    """In whose hands a stage is, seen by one person of its desk."""

    NOBODY = "nobody"
    OWN = "own"
    ANOTHER = "another"


class HandDeed(StrEnum):
    """What moves a stage from hand to hand."""

    TAKE = "take"
    GIVE_BACK = "give_back"
    TAKE_OVER = "take_over"
    ASSIGN = "assign"
    TAKE_BACK = "take_back"


_DESKS = frozenset({Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD})
_ASSIGNERS = frozenset({Role.DEPARTMENT_HEAD, Role.TOWNSHIP_COUNTER})

# The one table: hands x deed -> roles. The page's buttons and the refusals both read it.
ALLOWED_DEEDS: dict[Hands, dict[HandDeed, frozenset[Role]]] = {
    Hands.NOBODY: {HandDeed.TAKE: _DESKS, HandDeed.ASSIGN: _ASSIGNERS},
    Hands.OWN: {HandDeed.GIVE_BACK: _DESKS, HandDeed.ASSIGN: _ASSIGNERS},
    Hands.ANOTHER: {HandDeed.TAKE_OVER: _DESKS, HandDeed.ASSIGN: _ASSIGNERS, HandDeed.TAKE_BACK: _ASSIGNERS},
}


def hands_of(actor: Actor, desk: Desk, assigned_to: str | None) -> Hands:
    if assigned_to is None:
        return Hands.NOBODY
    return Hands.OWN if actor.stands_for(assigned_to, desk) else Hands.ANOTHER


def allowed_deeds(hands: Hands, role: Role) -> list[HandDeed]:
    return [deed for deed, roles in ALLOWED_DEEDS[hands].items() if role in roles]
