"""The places a form offers, each group under the place it lies in."""

from collections.abc import Sequence

from forms.item import Level
from server.services.work import Work

Group = tuple[str, list[tuple[str, str]]]


def places_of_levels(work: Work, levels: Sequence[Level], within: str | None = None) -> list[Group]:
    """(heading, [(key, name)]) for a select; `within` keeps to what lies in one place."""
    regions = work.catalogue.regions
    groups: dict[str, list[tuple[str, str]]] = {}
    for level in levels:
        for place in regions.list_level(level):
            if within is None or regions.lies_in(place.id, within):
                groups.setdefault(_heading(work, place.parent_id), []).append((place.id, place.name))
    return list(groups.items())


def _heading(work: Work, parent_id: str | None) -> str:
    regions = work.catalogue.regions
    return regions.full_name(parent_id) or regions.get(parent_id).name if parent_id else "全市"
