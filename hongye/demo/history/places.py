"""Where the demo history happens: villages of all four districts, and the accounts of every desk above them."""

from collections.abc import Iterator
from dataclasses import dataclass

from forms.catalogue import Catalogue
from forms.region import Region
from hongye.practice import VILLAGE, Person, invented_name, list_desks, person_at
from server.domain.people import Desk, Role

# Townships a district takes part with: the county of the story more than the city's three districts.
_TOWNSHIPS = {"450521": 3}
_VILLAGES = 2


@dataclass(frozen=True)
class Sitting:
    """An account by the desk it sits at; a department's head sits at the same desk as its reviewers."""

    desk: Desk
    deciding: bool


def list_villages(catalogue: Catalogue) -> list[str]:
    """The practice village first; then two villages of each township that takes part."""
    regions = catalogue.regions
    found = [VILLAGE]
    for county in sorted(regions.list_level("county"), key=lambda county: county.id):
        own = [one for one in _children(catalogue, county.id, "township") if one.id != _township(catalogue, VILLAGE)]
        home = [regions.ancestor(VILLAGE, "township")] if regions.lies_in(VILLAGE, county.id) else []
        for township in [*home, *own][: _TOWNSHIPS.get(county.id, 1)]:
            villages = [one for one in _children(catalogue, township.id, "village") if one.short_name.endswith("村")]
            found += [one.id for one in villages if one.id != VILLAGE][:_VILLAGES]
    return found


def _children(catalogue: Catalogue, outer: str, level: str) -> list[Region]:
    """Townships with the most villages first: streets have nobody who grows rice."""
    found = [one for one in catalogue.regions.list_level(level) if one.parent_id == outer]
    return sorted(found, key=lambda one: (-len(catalogue.regions.village_codes_in(one.id)), one.id))


def _township(catalogue: Catalogue, village: str) -> str:
    return catalogue.regions.ancestor(village, "township").id


def list_more_people(catalogue: Catalogue, villages: list[str]) -> Iterator[Person]:
    """Agents, desks and supervisors of every place that the practice installation itself has nobody in."""
    regions = catalogue.regions
    home = {region.id for region in regions.chain(VILLAGE)}
    for number, village in enumerate(one for one in villages if one != VILLAGE):
        yield Person(
            f"cun-daiban-{village}", invented_name(number + 7, number), Role.VILLAGE_AGENT, "村级组织", village
        )
    places = dict.fromkeys(region.id for village in villages for region in regions.chain(village)[:-1])
    for number, place in enumerate(sorted(place for place in places if place not in home)):
        yield from _people_of(catalogue, place, number)


def _people_of(catalogue: Catalogue, place: str, number: int) -> Iterator[Person]:
    level = catalogue.regions.get(place).level
    if level == "county":
        name = invented_name(number + 3, number)
        yield Person(f"xian-jiancha-{place}", name, Role.SUPERVISOR, "电子监察", place)
    desks = [desk for desk in list_desks(catalogue.items.values()) if desk.level == level]
    for seat, desk in enumerate(desks):
        yield person_at(desk, catalogue, place, number + seat, f"-{place}")


def sitting_of(person: Person) -> Sitting:
    return Sitting(Desk(person.department, person.region_code), person.role == Role.DEPARTMENT_HEAD)
