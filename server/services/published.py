"""The catalogue in force: what ships with the program, with every version the city published standing over it."""

import logging
from dataclasses import replace
from threading import Lock
from typing import Any

from pydantic import ValidationError

from forms.catalogue import SHAPES, Catalogue, Kind
from forms.region import RegionTree
from server.db import catalogue as db
from server.db.engine import Session
from server.domain.catalogue_version import STANDING, VersionState

log = logging.getLogger("hongye.catalogue")

# The tree of places is versioned like an entry: one version for each year's list.
REGIONS = "regions"


class PublishedCatalogue:
    """Builds the catalogue once for each step of what is in force and keeps the newest; one per process, for all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[Catalogue, str, Catalogue] | None = None

    def in_force(self, session: Session, shipped: Catalogue) -> Catalogue:
        """One small query; the rest only after something was published."""
        token = db.newest_token(session)
        if token is None:
            return shipped
        kept = self._kept
        if kept and kept[0] is shipped and kept[1] == token:
            return kept[2]
        with self._lock:
            built = _build(session, shipped)
            self._kept = (shipped, token, built)
        return built


def _build(session: Session, shipped: Catalogue) -> Catalogue:
    catalogue = shipped
    for row in db.list_versions_in(session, sorted(STANDING)):
        catalogue = (
            _with_regions(catalogue, row.content["city"]) if row.kind == REGIONS else _with_entry(catalogue, row)
        )
    return catalogue


def _with_entry(catalogue: Catalogue, row: db.CatalogueVersionRow) -> Catalogue:
    kind: Kind = row.kind  # type: ignore[assignment]
    if row.state == VersionState.PUBLISHED and not row.writers:
        return catalogue  # the shipped entry, written down for the record: it follows the program until the city changes it
    try:
        entry = SHAPES[kind].model_validate(row.content)
    except ValidationError:
        # A newer program may ask for more than the city wrote: one entry falls back, not the whole service.
        log.error("version %s of %s %s does not fit this program; the shipped one stands", row.number, kind, row.code)
        return catalogue
    stopped = {
        VersionState.SUSPENDED: {row.code: f"暂停办理：{row.reason}"},
        VersionState.WITHDRAWN: {row.code: f"已取消：{row.reason}"},
    }
    return catalogue.with_entries(kind, [entry], stopped.get(VersionState(row.state)))


def _with_regions(catalogue: Catalogue, city: dict[str, Any]) -> Catalogue:
    return replace(catalogue, regions=RegionTree.from_nested(city))
