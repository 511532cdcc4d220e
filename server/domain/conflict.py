"""近亲属备案和回避: how an applicant may be related to those who handle the case, and whom that stops.

民发〔2021〕57号: an application of a near relative of the clerks or of the village's cadres is filed apart and visited at
home; 公务员法 第76条: whoever is a party or a relative of one does not handle the matter.
"""

from enum import StrEnum

from server.domain.people import Role


class Relation(StrEnum):
    """What the relative is to the official: 近亲属 of 民法典 第1045条, the further ones of 公务员法 第74条, and oneself."""

    SELF = "self"
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    FURTHER = "further"


class ConflictKind(StrEnum):
    """How it was found: the applicant said so, the ID number is in the register, or only name and village are."""

    DECLARED = "declared"
    MATCHED = "matched"
    POSSIBLE = "possible"


class ConflictState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


# The control centre sees every open flag; a county's desks those of the cases they handle.
DECIDING = frozenset({Role.CONTROL_CENTRE, Role.DEPARTMENT_HEAD, Role.DEPARTMENT_REVIEWER})
KEEPING_THE_REGISTER = frozenset({Role.CONTROL_CENTRE, Role.TOWNSHIP_COUNTER})


def stops(state: ConflictState) -> bool:
    """Whether the official it names must keep off the case: in doubt he must, until somebody else has looked."""
    return state is not ConflictState.DISMISSED


def may_dismiss(kind: ConflictKind) -> bool:
    """A number that is the same is the same person: only the register can be wrong then, and is corrected there."""
    return kind is not ConflictKind.MATCHED


def kind_of_match(known_number: str | None, applicant_number: str, same_name_and_village: bool) -> ConflictKind | None:
    """Keyed indexes of ID numbers: equal ones are one person, different ones two, however alike the names are."""
    if known_number is not None:
        return ConflictKind.MATCHED if known_number == applicant_number else None
    return ConflictKind.POSSIBLE if same_name_and_village else None
