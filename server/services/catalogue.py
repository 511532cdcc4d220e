"""Officials change the catalogue: a draft, a second person's review, publishing, suspending, withdrawing."""

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from forms.catalogue import KIND_WORDS, SHAPES, Catalogue, Kind, content_of, digest_of
from forms.catalogue_reading import Finding, read_entry
from forms.checking.items import check_item
from forms.checking.policies import check_policy
from forms.checking.powers import check_power
from forms.checking.regions import check_regions
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
    require_action,
)
from server.domain.people import Actor
from server.services.published import REGIONS
from server.services.work import Work

SHIPPED = "随程序附带的起步目录"
DRAFT_FILE = "草稿"
CODES: dict[Kind, re.Pattern[str]] = {
    "item": re.compile(r"[A-Z]{2}-\d{3}"),
    "power": re.compile(r"Q-[A-Z]{2}-\d{2}"),
    "policy": re.compile(r"P-[A-Z]{2}-\d{2}"),
}
EXAMPLES: dict[Kind, str] = {"item": "MZ-016", "power": "Q-ZD-07", "policy": "P-MZ-19"}


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


def department_of(content: dict[str, Any]) -> str | None:
    """Whose an entry is; a village power is no department's."""
    value = content.get("department")
    return str(value) if value else None


def find_faults(catalogue: Catalogue, kind: Kind, content: dict[str, Any], file: str = DRAFT_FILE) -> list[Finding]:
    """Everything wrong with one entry, shape first: what does not fit its shape cannot be judged further."""
    if kind == REGIONS:
        return check_regions(content["city"])
    entry, faults = read_entry(SHAPES[kind], content, file)
    if entry is None:
        return faults
    codes, vocabulary = set(catalogue.items) | {entry.code}, catalogue.vocabulary
    namesake = next(
        (one for one in catalogue.entries(kind).values() if one.name == entry.name and one.code != entry.code), None
    )
    faults = [Finding(file, entry.code, "name_zh", f"名称和 {namesake.code} 一样，群众会弄混")] if namesake else []
    check = {"item": check_item, "power": check_power, "policy": check_policy}[kind]
    return [*faults, *check(entry, vocabulary, codes, file)]  # type: ignore[operator]


def begin_draft(work: Work, actor: Actor, kind: Kind, code: str) -> Draft:
    """A draft of what stands; the shipped entry becomes version 1 on record the first time anybody touches it."""
    entry = work.catalogue.entries(kind).get(code)
    if entry is None:
        raise VersionRefused(f"目录里没有编码为“{code}”的{KIND_WORDS[kind]}。新的一条请用“新增”。")
    return _open_draft(work, actor, kind, code, content_of(entry))


def begin_new(work: Work, actor: Actor, kind: Kind, code: str, content: dict[str, Any]) -> Draft:
    """A draft of something that is not in the catalogue yet."""
    if not CODES[kind].fullmatch(code):
        raise VersionRefused(f"编码“{code}”的写法不对。{KIND_WORDS[kind]}的编码像这样：{EXAMPLES[kind]}。")
    if code in work.catalogue.entries(kind):
        raise VersionRefused(f"编码“{code}”已经有了。请打开那一条，点“起草修改”。")
    return _open_draft(work, actor, kind, code, {**content, "code": code})


def _open_draft(work: Work, actor: Actor, kind: Kind, code: str, content: dict[str, Any]) -> Draft:
    if not may_edit(actor, department_of(content)):
        raise VersionRefused("您不能改这一条。能改的是综控中心和主管部门的负责人，请找他们办。")
    rows = db.list_versions(work.session, kind, code)
    waiting = next((row for row in rows if row.state in OPEN), None)
    if waiting:
        raise VersionRefused(
            f"{waiting.written_by}已经起草了一份修改，现在是“{STATE_WORDS[VersionState(waiting.state)]}”。请打开那一份接着改。"
        )
    for row in rows:
        _require_not_withdrawn(row)
    if not rows and code in work.catalogue.entries(kind):
        rows = [_record_shipped(work, kind, code)]
    row = add_version(work, actor, kind, code, content, number=max((row.number for row in rows), default=0) + 1)
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


def add_version(
    work: Work,
    actor: Actor,
    kind: str,
    code: str,
    content: dict[str, Any],
    number: int,
    state: VersionState = VersionState.DRAFT,
) -> CatalogueVersionRow:
    """One more version in this person's words: an entry's, or (kind `REGIONS`) a year's list of places."""
    row = CatalogueVersionRow(
        id=uuid4().hex,
        kind=kind,
        code=code,
        number=number,
        state=state,
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
    if row is None or row.state != VersionState.DRAFT or not may_edit(actor, department_of(row.content)):
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
    if not may_edit(actor, department_of(content)):
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
    if row.kind == REGIONS and action in (VersionAction.SUSPEND, VersionAction.WITHDRAW):
        raise VersionRefused("区划代码表不能暂停或取消。要改，请交一份新的名单。")
    if action in (VersionAction.SUBMIT, VersionAction.PUBLISH):
        _require_sound(work, row)
    suspended_for = _publish(work, actor, row) if action is VersionAction.PUBLISH else None
    # A new wording does not put a suspended errand back on offer: that is 恢复办理, with a reason of its own.
    row.state = VersionState.SUSPENDED if suspended_for else leads_to
    row.reason = suspended_for or reason.strip() or None
    if leads_to in (VersionState.WITHDRAWN, VersionState.DISCARDED):
        row.ended_at = work.now
    if row.published_at:
        _step(work, actor, row, action)
    _note(work, actor, f"catalogue.{action}", row)


def suspend_shipped(work: Work, actor: Actor, kind: Kind, code: str, action: VersionAction, reason: str) -> None:
    """Suspend or withdraw an entry nobody has changed yet: it comes on record first."""
    if db.list_versions(work.session, kind, code) or code not in work.catalogue.entries(kind):
        raise VersionRefused("这一条刚才有人动过。请刷新页面再办。")
    if not may_edit(actor, department_of(content_of(work.catalogue.entries(kind)[code]))):
        raise VersionRefused("您不能办这一条。能办的是综控中心和主管部门的负责人，请找他们。")
    act_on_version(work, actor, _record_shipped(work, kind, code).id, action, reason)


def _locked(work: Work, version_id: str) -> CatalogueVersionRow:
    row = db.lock_version(work.session, version_id)
    if row is None:
        raise VersionRefused("没有找到这一版。请从列表里重新打开。")
    return row


def _require(row: CatalogueVersionRow, action: VersionAction, actor: Actor, reason: str = "") -> VersionState:
    writers = Writers(frozenset(row.writers))
    return require_action(VersionState(row.state), action, actor, department_of(row.content), writers, reason)


def _require_sound(work: Work, row: CatalogueVersionRow) -> None:
    faults = find_faults(work.catalogue, row.kind, row.content)  # type: ignore[arg-type]
    if faults:
        told = "；".join(f"{place_in_words(row.kind, fault.field)}：{fault.fault}" for fault in faults[:5])  # type: ignore[arg-type]
        raise VersionRefused(f"还有 {len(faults)} 处不对，改好才能往下走：{told}。")


def _publish(work: Work, actor: Actor, row: CatalogueVersionRow) -> str | None:
    """The reason the version before is suspended for, which the new one inherits; None while the entry is offered.

    Raises VersionRefused for an entry that was withdrawn: what is taken out of the list is not mended back in.
    """
    formers = [one for one in db.lock_standing(work.session, row.kind, row.code, sorted(STANDING)) if one.id != row.id]
    for former in formers:
        _require_not_withdrawn(former)
    suspended_for = next((former.reason for former in formers if former.state == VersionState.SUSPENDED), None)
    for former in formers:
        former.state, former.ended_at = VersionState.SUPERSEDED, work.now
    row.digest, row.published_at, row.reviewed_by = _digest(row), work.now, actor.display_name
    return suspended_for


def _require_not_withdrawn(row: CatalogueVersionRow) -> None:
    if row.state == VersionState.WITHDRAWN:
        raise VersionRefused(f"这一条已经取消（{row.reason}），不能再改。要重新办，请用新的编码新增一条。")


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


def stopped_since(work: Work, kind: Kind, code: str) -> datetime | None:
    """When the entry was suspended or withdrawn; None while it is offered."""
    stopped = {VersionState.SUSPENDED, VersionState.WITHDRAWN}
    rows = db.list_versions(work.session, kind, code)
    if not any(row.state in stopped for row in rows):
        return None
    since = None
    for step in db.list_changes(work.session, [row.id for row in rows]):
        ends = step.action in (VersionAction.SUSPEND, VersionAction.WITHDRAW)
        since = (since or step.at) if ends else None if step.action == VersionAction.RESUME else since
    return since
