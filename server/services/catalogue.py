"""Officials change the catalogue: a draft, a second person's review, publishing, suspending, withdrawing."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from forms.catalogue import KIND_WORDS, SHAPES, Catalogue, Entry, Kind, content_of, digest_of
from forms.catalogue_check import check_item, check_policy, check_power, check_regions
from forms.catalogue_reading import Finding, read_entry
from forms.difference import Change, find_changes
from forms.entry_columns import place_in_words
from server.db import catalogue as db
from server.db.audit import append_audit
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
    require_action,
)
from server.domain.people import Actor
from server.services.published import REGIONS
from server.services.work import Work

SHIPPED = "随程序附带的起步目录"
DRAFT_FILE = "草稿"


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
    standing: VersionLine
    open_version: VersionLine | None
    history: tuple[VersionLine, ...]
    standing_actions: tuple[VersionAction, ...]
    open_actions: tuple[VersionAction, ...]
    may_draft: bool
    open_changes: tuple[Change, ...]
    open_findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Draft:
    """A draft as its editor shows it; `edition` says which state of it was shown."""

    id: str
    kind: Kind
    code: str
    edition: int
    content: dict[str, Any]
    findings: tuple[Finding, ...]


class DraftChanged(Exception):
    """Somebody else saved the same draft meanwhile; `changes` are theirs, so that both can be brought together."""

    def __init__(self, who: str, changes: Sequence[Change]):
        told = "；".join(change.sentence for change in changes[:5]) or "内容没有变"
        super().__init__(f"{who}刚才也改了这份草稿，您这次没有存上。对方改了：{told}。请看过以后再存一次。")
        self.changes = tuple(changes)


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
        if row.kind in KIND_WORDS and actor.account_id not in row.writers and may_edit(actor, _department(row.content))
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
    standing = version_line(standing_row) if standing_row else _shipped_line()
    return EntryPage(
        kind=kind,
        code=code,
        name=str(content.get("name_zh", code)),
        department=_department(content),
        standing=standing,
        open_version=version_line(open_row) if open_row else None,
        history=tuple(history),
        standing_actions=_offered(actor, standing_row, standing.state, content) if entry else (),
        open_actions=_offered(actor, open_row, VersionState(open_row.state), open_row.content) if open_row else (),
        may_draft=open_row is None and may_edit(actor, _department(content)),
        open_changes=tuple(find_changes(kind, content_of(entry) if entry else {}, open_row.content))
        if open_row
        else (),
        open_findings=tuple(find_faults(work.catalogue, kind, open_row.content)) if open_row else (),
    )


def _offered(
    actor: Actor, row: CatalogueVersionRow | None, state: VersionState, content: dict[str, Any]
) -> tuple[VersionAction, ...]:
    writers = Writers(frozenset(row.writers if row else ()))
    return tuple(offered_actions(state, actor, _department(content), writers))


def _department(content: dict[str, Any]) -> str | None:
    value = content.get("department")
    return str(value) if value else None


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


def find_faults(catalogue: Catalogue, kind: Kind, content: dict[str, Any], file: str = DRAFT_FILE) -> list[Finding]:
    """Everything wrong with one entry, shape first: what does not fit its shape cannot be judged further."""
    if kind == REGIONS:
        return check_regions(content["city"])
    entry, faults = read_entry(SHAPES[kind], content, file)
    if entry is None:
        return faults
    codes, vocabulary = set(catalogue.items) | {entry.code}, catalogue.vocabulary
    match kind:
        case "item":
            return check_item(entry, vocabulary, codes, file)  # type: ignore[arg-type]
        case "power":
            return check_power(entry, vocabulary, codes, file)  # type: ignore[arg-type]
    return check_policy(entry, vocabulary, codes, file)  # type: ignore[arg-type]


def begin_draft(work: Work, actor: Actor, kind: Kind, code: str) -> Draft:
    """A draft of what stands; the shipped entry becomes version 1 on record the first time anybody touches it."""
    entry = work.catalogue.entries(kind).get(code)
    if entry is None:
        raise VersionRefused(f"目录里没有编码为“{code}”的{KIND_WORDS[kind]}。新的一条请用“新增”。")
    return _open_draft(work, actor, kind, code, content_of(entry))


def begin_new(work: Work, actor: Actor, kind: Kind, code: str, content: dict[str, Any]) -> Draft:
    """A draft of something that is not in the catalogue yet."""
    if code in work.catalogue.entries(kind):
        raise VersionRefused(f"编码“{code}”已经有了。请打开那一条，点“起草修改”。")
    return _open_draft(work, actor, kind, code, {**content, "code": code})


def _open_draft(work: Work, actor: Actor, kind: Kind, code: str, content: dict[str, Any]) -> Draft:
    if not may_edit(actor, _department(content)):
        raise VersionRefused("您不能改这一条。能改的是综控中心和主管部门的负责人，请找他们办。")
    rows = db.list_versions(work.session, kind, code)
    waiting = next((row for row in rows if row.state in OPEN), None)
    if waiting:
        raise VersionRefused(
            f"{waiting.written_by}已经起草了一份修改，现在是“{STATE_WORDS[VersionState(waiting.state)]}”。请打开那一份接着改。"
        )
    if not rows and code in work.catalogue.entries(kind):
        rows = [_record_shipped(work, kind, code)]
    row = _add_version(work, actor, kind, code, content, number=max((row.number for row in rows), default=0) + 1)
    _note(work, actor, "catalogue.drafted", row)
    return _draft(work, row)


def _record_shipped(work: Work, kind: Kind, code: str) -> CatalogueVersionRow:
    entry = work.catalogue.entries(kind)[code]
    row = CatalogueVersionRow(
        id=uuid4().hex,
        kind=kind,
        code=code,
        number=1,
        state=VersionState.PUBLISHED,
        content=content_of(entry),
        digest=digest_of(entry),
        writers=[],
        written_by=SHIPPED,
        written_at=work.now,
        edition=1,
        published_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _add_version(
    work: Work, actor: Actor, kind: Kind, code: str, content: dict[str, Any], number: int
) -> CatalogueVersionRow:
    row = CatalogueVersionRow(
        id=uuid4().hex,
        kind=kind,
        code=code,
        number=number,
        state=VersionState.DRAFT,
        content=content,
        writers=[actor.account_id],
        written_by=actor.display_name,
        written_at=work.now,
        edition=1,
    )
    work.session.add(row)
    work.session.flush()
    return row


def get_draft(work: Work, actor: Actor, version_id: str) -> Draft:
    """Raises VersionRefused."""
    row = work.session.get(CatalogueVersionRow, version_id)
    if row is None or row.state != VersionState.DRAFT or not may_edit(actor, _department(row.content)):
        raise VersionRefused("没有找到这份草稿，可能已经送复核或作废了。请从列表里重新打开。")
    return _draft(work, row)


def _draft(work: Work, row: CatalogueVersionRow) -> Draft:
    findings = tuple(find_faults(work.catalogue, row.kind, row.content))  # type: ignore[arg-type]
    return Draft(row.id, row.kind, row.code, row.edition, row.content, findings)  # type: ignore[arg-type]


def save_draft(work: Work, actor: Actor, version_id: str, edition: int, content: dict[str, Any]) -> Draft:
    """Keep what was written, right or wrong: a draft forgets nothing. Raises VersionRefused, DraftChanged."""
    row = _locked(work, version_id)
    _require(row, VersionAction.EDIT, actor)
    content = {**content, "code": row.code}
    # The attack: a head hands an entry of the own department to itself under another's name, or takes one over.
    if not may_edit(actor, _department(content)):
        raise VersionRefused("主管部门只能写您自己的部门。要转给别的部门，请综控中心改。")
    if row.edition != edition:
        raise DraftChanged(row.written_by, find_changes(row.kind, content, row.content))  # type: ignore[arg-type]
    row.content, row.edition = content, row.edition + 1
    row.writers = sorted({*row.writers, actor.account_id})
    row.written_by, row.written_at = actor.display_name, work.now
    work.session.flush()
    return _draft(work, row)


def act_on_version(work: Work, actor: Actor, version_id: str, action: VersionAction, reason: str = "") -> None:
    """Submit, return, publish, suspend, resume, withdraw or discard. Raises VersionRefused."""
    row = _locked(work, version_id)
    leads_to = _require(row, action, actor, reason)
    if action in (VersionAction.SUBMIT, VersionAction.PUBLISH):
        _require_sound(work, row)
    if action is VersionAction.PUBLISH:
        _publish(work, actor, row)
    row.state = leads_to
    row.reason = reason.strip() or None
    if leads_to in (VersionState.WITHDRAWN, VersionState.DISCARDED):
        row.ended_at = work.now
    if row.published_at:
        _step(work, actor, row, action)
    _note(work, actor, f"catalogue.{action}", row)


def suspend_shipped(work: Work, actor: Actor, kind: Kind, code: str, action: VersionAction, reason: str) -> None:
    """Suspend or withdraw an entry nobody has changed yet: it comes on record first."""
    if db.list_versions(work.session, kind, code) or code not in work.catalogue.entries(kind):
        raise VersionRefused("这一条刚才有人动过。请刷新页面再办。")
    if not may_edit(actor, _department(content_of(work.catalogue.entries(kind)[code]))):
        raise VersionRefused("您不能办这一条。能办的是综控中心和主管部门的负责人，请找他们。")
    act_on_version(work, actor, _record_shipped(work, kind, code).id, action, reason)


def _locked(work: Work, version_id: str) -> CatalogueVersionRow:
    row = db.lock_version(work.session, version_id)
    if row is None:
        raise VersionRefused("没有找到这一版。请从列表里重新打开。")
    return row


def _require(row: CatalogueVersionRow, action: VersionAction, actor: Actor, reason: str = "") -> VersionState:
    writers = Writers(frozenset(row.writers))
    return require_action(VersionState(row.state), action, actor, _department(row.content), writers, reason)


def _require_sound(work: Work, row: CatalogueVersionRow) -> None:
    faults = find_faults(work.catalogue, row.kind, row.content)  # type: ignore[arg-type]
    if faults:
        told = "；".join(f"{place_in_words(row.kind, fault.field)}：{fault.fault}" for fault in faults[:5])  # type: ignore[arg-type]
        raise VersionRefused(f"还有 {len(faults)} 处不对，改好才能往下走：{told}。")


def _publish(work: Work, actor: Actor, row: CatalogueVersionRow) -> None:
    row.digest, row.published_at, row.reviewed_by = _digest(row), work.now, actor.display_name
    for former in db.list_versions(work.session, row.kind, row.code):
        if former.id != row.id and former.state in STANDING:
            former.state, former.ended_at = VersionState.SUPERSEDED, work.now


def _digest(row: CatalogueVersionRow) -> str:
    if row.kind == REGIONS:
        return hashlib.sha256(json.dumps(row.content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    entry, _ = read_entry(SHAPES[row.kind], row.content, DRAFT_FILE)  # type: ignore[index]
    assert entry is not None  # found sound a moment ago
    return digest_of(entry)  # type: ignore[arg-type]


def _step(work: Work, actor: Actor, row: CatalogueVersionRow, action: VersionAction) -> None:
    work.session.flush()
    db.append_change(
        work.session,
        token=secrets.token_hex(16),
        version_id=row.id,
        action=action.value,
        at=work.now,
        actor_name=actor.display_name,
        reason=row.reason,
    )


def _note(work: Work, actor: Actor, action: str, row: CatalogueVersionRow) -> None:
    append_audit(
        work.session,
        at=work.now,
        actor=actor.account_id,
        action=action,
        subject=f"{row.kind} {row.code}",
        detail={"number": row.number, "edition": row.edition},
    )


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


def stopped_since(work: Work, kind: Kind, code: str) -> datetime | None:
    """When the entry was suspended or withdrawn; None while it is offered."""
    stopped = {VersionState.SUSPENDED, VersionState.WITHDRAWN}
    row = next((row for row in db.list_versions(work.session, kind, code) if row.state in stopped), None)
    steps = db.list_changes(work.session, [row.id]) if row else []
    return steps[-1].at if steps else None
