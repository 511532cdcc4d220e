"""What the console shows of the catalogue: the lists, an entry with its versions, and what changed between two of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms.catalogue import KIND_WORDS, Entry, Kind, content_of
from forms.catalogue_reading import Finding
from forms.difference import Change, find_changes
from forms.flow.chart import FlowChart
from forms.flow.of_item import chart_of_item
from forms.flow.of_power import chart_of_power
from forms.item import ServiceItem
from forms.power import Power
from server.db import catalogue as db
from server.db.catalogue import CatalogueVersionRow
from server.domain.catalogue_version import (
    OPEN,
    STANDING,
    STATE_WORDS,
    VersionAction,
    VersionRefused,
    VersionState,
    Writers,
    may_edit,
    offered_actions,
)
from server.domain.people import Actor
from server.services.catalogue import SHIPPED, department_of, find_faults
from server.services.work import Work


@dataclass(frozen=True)
class VersionLine:
    """One version in the history of an entry. `id` is None for the shipped one nobody has touched yet."""

    id: str | None
    number: int
    state: VersionState
    state_label: str
    written_by: str
    written_at: datetime | None
    reviewed_by: str | None
    published_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class EntryLine:
    """One entry in the console's list."""

    kind: Kind
    code: str
    name: str
    department: str
    state: VersionState
    state_label: str
    number: int
    open_state: VersionState | None
    open_label: str | None
    confirmed: bool


@dataclass(frozen=True)
class EntryPage:
    """An entry with its history: what stands, what is open, and what this person may do with either."""

    kind: Kind
    code: str
    name: str
    department: str | None
    standing: VersionLine | None
    open_version: VersionLine | None
    history: tuple[VersionLine, ...]
    standing_actions: tuple[VersionAction, ...]
    open_actions: tuple[VersionAction, ...]
    may_draft: bool
    open_changes: tuple[Change, ...]
    open_findings: tuple[Finding, ...]
    flow: FlowChart | None


def list_entries(work: Work, kind: Kind) -> list[EntryLine]:
    """Everything of one kind, with what is open on it."""
    rows = [row for row in db.list_versions_in(work.session, sorted(OPEN | STANDING)) if row.kind == kind]
    standing = {row.code: row for row in rows if row.state in STANDING}
    waiting = {row.code: row for row in rows if row.state in OPEN}
    lines = [
        _entry_line(kind, entry, standing.get(code), waiting.get(code))
        for code, entry in work.catalogue.entries(kind).items()
    ]
    fresh = [row for code, row in waiting.items() if code not in work.catalogue.entries(kind)]
    return [*lines, *(_new_line(row) for row in fresh)]


def _entry_line(
    kind: Kind, entry: Entry, standing: CatalogueVersionRow | None, waiting: CatalogueVersionRow | None
) -> EntryLine:
    state = VersionState(standing.state) if standing else VersionState.PUBLISHED
    return EntryLine(
        kind=kind,
        code=entry.code,
        name=entry.name,
        department=getattr(entry, "department", None) or getattr(entry, "category", ""),
        state=state,
        state_label=STATE_WORDS[state],
        number=standing.number if standing else 1,
        open_state=VersionState(waiting.state) if waiting else None,
        open_label=STATE_WORDS[VersionState(waiting.state)] if waiting else None,
        confirmed=entry.is_confirmed,
    )


def _new_line(row: CatalogueVersionRow) -> EntryLine:
    state = VersionState(row.state)
    department = str(row.content.get("department") or row.content.get("category") or "")
    name = str(row.content.get("name_zh") or "（还没有名称）")
    label = STATE_WORDS[state]
    return EntryLine(row.kind, row.code, name, department, state, "新增", 0, state, label, False)  # type: ignore[arg-type]


def list_awaiting_review(work: Work, actor: Actor) -> list[EntryLine]:
    """What this person may review and did not write."""
    rows = db.list_versions_in(work.session, [VersionState.IN_REVIEW])
    return [
        line
        for row in rows
        if row.kind in KIND_WORDS
        and actor.account_id not in row.writers
        and may_edit(actor, department_of(row.content))
        for line in list_entries(work, row.kind)  # type: ignore[arg-type]
        if line.code == row.code
    ]


def entry_page(work: Work, actor: Actor, kind: Kind, code: str) -> EntryPage:
    """Raises VersionRefused for a code nobody knows."""
    rows = db.list_versions(work.session, kind, code)
    entry = work.catalogue.entries(kind).get(code)
    if entry is None and not rows:
        raise VersionRefused(f"目录里没有编码为“{code}”的{KIND_WORDS[kind]}。请从列表里选。")
    standing_row = next((row for row in rows if row.state in STANDING), None)
    open_row = next((row for row in rows if row.state in OPEN), None)
    history = [version_line(row) for row in rows]
    if not any(row.number == 1 for row in rows) and entry is not None:
        history.append(_shipped_line())
    content = content_of(entry) if entry else rows[0].content
    standing = version_line(standing_row) if standing_row else _shipped_line() if entry else None
    return EntryPage(
        kind=kind,
        code=code,
        name=str(content.get("name_zh", code)),
        department=department_of(content),
        standing=standing,
        open_version=version_line(open_row) if open_row else None,
        history=tuple(history),
        standing_actions=_offered(actor, standing_row, standing.state, content) if standing else (),
        open_actions=_offered(actor, open_row, VersionState(open_row.state), open_row.content) if open_row else (),
        may_draft=open_row is None and may_edit(actor, department_of(content)),
        open_changes=tuple(find_changes(kind, content_of(entry) if entry else {}, open_row.content))
        if open_row
        else (),
        open_findings=tuple(find_faults(work.catalogue, kind, open_row.content)) if open_row else (),
        flow=_flow(kind, open_row.content if open_row else content),
    )


def _flow(kind: Kind, content: dict[str, Any]) -> FlowChart | None:
    """What the steps as written draw: a slip in them is seen at once. None while they have no shape, or none at all."""
    try:
        match kind:
            case "item":
                return chart_of_item(ServiceItem.model_validate(content))
            case "power":
                return chart_of_power(Power.model_validate(content))
    except (ValueError, LookupError):  # a draft may hold anything
        return None
    return None


def _offered(
    actor: Actor, row: CatalogueVersionRow | None, state: VersionState, content: dict[str, Any]
) -> tuple[VersionAction, ...]:
    writers = Writers(frozenset(row.writers if row else ()))
    return tuple(offered_actions(state, actor, department_of(content), writers))


def version_line(row: CatalogueVersionRow) -> VersionLine:
    state = VersionState(row.state)
    return VersionLine(
        row.id,
        row.number,
        state,
        STATE_WORDS[state],
        row.written_by,
        row.written_at,
        row.reviewed_by,
        row.published_at,
        row.reason,
    )


def _shipped_line() -> VersionLine:
    state = VersionState.PUBLISHED
    return VersionLine(None, 1, state, STATE_WORDS[state], SHIPPED, None, None, None, None)


def compare_versions(work: Work, kind: Kind, code: str, before: int, after: int) -> list[Change]:
    """What changed between two versions of an entry, by their numbers. Raises VersionRefused."""
    return find_changes(kind, _content_of_number(work, kind, code, before), _content_of_number(work, kind, code, after))


def _content_of_number(work: Work, kind: Kind, code: str, number: int) -> dict[str, Any]:
    rows = {row.number: row for row in db.list_versions(work.session, kind, code)}
    if number in rows:
        return rows[number].content
    shipped = work.tools.catalogue.entries(kind).get(code)
    if number == 1 and shipped is not None:
        return content_of(shipped)
    raise VersionRefused(f"没有第 {number} 版。请从版本列表里选。")
