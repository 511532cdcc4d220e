"""区划代码表: a year's list becomes a new version of the tree of places, proposed by one and let out by another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.region_list import RegionChange, read_list, update_tree
from server.db import catalogue as db
from server.db.audit import append_audit
from server.db.catalogue import CatalogueVersionRow
from server.domain.catalogue_version import (
    OPEN,
    STANDING,
    VersionAction,
    VersionRefused,
    VersionState,
    Writers,
    offered_actions,
)
from server.domain.people import Actor, Role
from server.services.catalogue import add_version
from server.services.catalogue_page import VersionLine, version_line
from server.services.published import REGIONS
from server.services.work import Work


@dataclass(frozen=True)
class RegionPage:
    """The lists so far, and the one that waits: what it changes, and what this person may do with it."""

    counts: dict[str, int]
    history: tuple[VersionLine, ...]
    waiting: VersionLine | None
    changes: tuple[RegionChange, ...]
    actions: tuple[VersionAction, ...]
    may_propose: bool


def region_page(work: Work, actor: Actor) -> RegionPage:
    rows = db.list_versions(work.session, REGIONS, _city_code(work))
    waiting = next((row for row in rows if row.state in OPEN), None)
    regions = work.catalogue.regions
    return RegionPage(
        counts={level: len(regions.list_level(level)) for level in ("county", "township", "village")},
        history=tuple(version_line(row) for row in rows),
        waiting=version_line(waiting) if waiting else None,
        changes=tuple(RegionChange(**change) for change in waiting.content["changes"]) if waiting else (),
        actions=_actions(actor, waiting) if waiting else (),
        may_propose=waiting is None and actor.role is Role.CONTROL_CENTRE,
    )


def _actions(actor: Actor, row: CatalogueVersionRow) -> tuple[VersionAction, ...]:
    """A list is not edited by hand: it is let out, or thrown away and handed in anew."""
    known = {VersionAction.PUBLISH, VersionAction.DISCARD, VersionAction.SUBMIT}
    offered = offered_actions(VersionState(row.state), actor, None, Writers(frozenset(row.writers)))
    return tuple(action for action in offered if action in known)


def _city_code(work: Work) -> str:
    return work.tools.catalogue.regions.list_level("city")[0].id


def propose_list(work: Work, actor: Actor, rows: list[tuple[str, str]], since: date) -> tuple[RegionChange, ...]:
    """Compare a year's list with the tree in force and put the result up for review.

    Raises VersionRefused, RegionListFault.
    """
    if actor.role is not Role.CONTROL_CENTRE:
        raise VersionRefused("区划代码表由综控中心维护，您不能改。请找他们办。")
    if since > work.today:
        raise VersionRefused(f"新名单从 {since} 起用，还没到那一天。请到那一天再交，免得提前生效。")
    code = _city_code(work)
    former = db.list_versions(work.session, REGIONS, code)
    if any(row.state in OPEN for row in former):
        raise VersionRefused("已经有一份新名单在等复核。请先复核或作废那一份，再交新的。")
    update = update_tree(_city_in_force(work, former), read_list(rows, code), since)
    if not update.changes:
        raise VersionRefused("新名单和现在用的一样，没有要改的。")
    content = {"city": update.city, "since": since.isoformat(), "changes": [vars(change) for change in update.changes]}
    number = max((row.number for row in former), default=1) + 1
    row = add_version(work, actor, REGIONS, code, content, number, VersionState.IN_REVIEW)
    detail = {"number": row.number, "changes": len(update.changes)}
    append_audit(
        work.session, at=work.now, actor=actor.account_id, action="regions.proposed", subject=code, detail=detail
    )
    return update.changes


def _city_in_force(work: Work, rows: list[CatalogueVersionRow]) -> dict[str, Any]:
    standing = next((row for row in rows if row.state in STANDING), None)
    return standing.content["city"] if standing else work.tools.catalogue.vocabulary.city
