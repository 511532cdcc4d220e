"""近亲属登记册: who keeps it, what an entry holds, and how a change of it reaches the cases."""

from dataclasses import dataclass
from uuid import uuid4

from forms.identity import id_number_fault, mask_name, normal_id_number
from forms.region import UnknownRegion
from server.db import conflict as db
from server.db.audit import append_audit
from server.db.case import CaseRow
from server.db.conflict import ConflictRow, RelativeRow
from server.db.staff import find_staff_by_name
from server.domain.conflict import KEEPING_THE_REGISTER, ConflictKind, Relation, may_dismiss
from server.domain.people import Actor, Role
from server.domain.words import CONFLICT_KIND, RELATION, ROLE
from server.services.case_people import officials_of
from server.services.conflict import (
    ConflictRefused,
    drop_disproved,
    flag_relative,
    name_index,
    relation_in_words,
    withdraw_relative,
)
from server.services.work import Work


class RelativeRefused(Exception):
    """The entry cannot be kept so; the text says what to write."""


@dataclass(frozen=True)
class Entry:
    """An entry as it was typed: an account, or a cadre without one by name and post."""

    official_account: str
    official_name: str
    official_post: str
    region_code: str
    relation: str
    name: str
    village_code: str
    id_number: str


@dataclass(frozen=True)
class RelativeLine:
    """One entry of the register; the name masked, of the number only whether there is one."""

    id: str
    official: str
    place: str
    relation_label: str
    name: str
    village: str
    has_number: bool


@dataclass(frozen=True)
class OpenFlag:
    """One flag nobody has looked into yet, for the control centre."""

    id: int
    case_number: str
    item_name: str
    applicant: str
    kind_label: str
    words: str
    may_dismiss: bool
    officials: tuple[tuple[str, str], ...]


def may_keep_register(actor: Actor) -> bool:
    return actor.role in KEEPING_THE_REGISTER


def list_register(work: Work, actor: Actor, words: str = "") -> list[RelativeLine]:
    """The entries of the officials in this person's reach. Raises RelativeRefused."""
    _require_keeper(actor)
    rows = [row for row in db.list_relatives(work.session) if _reaches(work, actor, row.region_code)]
    lines = [_line(work, row) for row in rows]
    return [line for line in lines if words in f"{line.official} {line.place} {line.village}"]


def _line(work: Work, row: RelativeRow) -> RelativeLine:
    regions = work.catalogue.regions
    name = work.tools.vault.open(row.sealed_name, f"relative {row.id}").decode()
    return RelativeLine(
        id=row.id,
        official=f"{row.official_name}（{row.official_post}）",
        place=regions.full_name(row.region_code) or regions.get(row.region_code).name,
        relation_label=RELATION[row.relation],
        name=mask_name(name),
        village=regions.full_name(row.village_code),
        has_number=row.id_number_index is not None,
    )


def _require_keeper(actor: Actor) -> None:
    if not may_keep_register(actor):
        roles = "、".join(ROLE[role] for role in sorted(KEEPING_THE_REGISTER))
        raise RelativeRefused(f"近亲属登记册由{roles}登记，您不用填。要登记的请告诉他们。")


def _reaches(work: Work, actor: Actor, region_code: str) -> bool:
    return work.catalogue.regions.lies_in(region_code, actor.desk.region_code)


def enter_relative(work: Work, actor: Actor, entry: Entry) -> RelativeRow:
    """The cases there are already are looked at at once. Raises RelativeRefused."""
    _require_keeper(actor)
    account, name, post, region = _official(work, entry)
    if not _reaches(work, actor, region):
        raise RelativeRefused("这个人不在您管的地方。乡镇登记本乡镇和所辖村的人，县、市的由综控中心登记。")
    relation, relative_name, village = _checked_relative(work, entry)
    key = uuid4().hex
    row = RelativeRow(
        id=key,
        official_account=account,
        official_name=name,
        official_post=post,
        region_code=region,
        relation=relation,
        village_code=village,
        sealed_name=work.tools.vault.seal(relative_name.encode(), f"relative {key}"),
        name_index=name_index(work, relative_name, village),
        id_number_index=_number_index(work, entry.id_number),
        entered_by=actor.account_id,
        entered_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _record(work, actor, "entered", row)
    flag_relative(work, row)
    return row


def _official(work: Work, entry: Entry) -> tuple[str | None, str, str, str]:
    """(account, name, post, where). Raises RelativeRefused."""
    if wanted := entry.official_account.strip():
        found = find_staff_by_name(work.session, wanted)
        if found is None:
            raise RelativeRefused("没有这个账号。请核对；村干部没有账号的，只写姓名、职务和地方。")
        return found.sign_in_name, found.display_name, f"{found.department}{ROLE[found.role]}", found.region_code
    name, post = " ".join(entry.official_name.split()), " ".join(entry.official_post.split())
    if not 2 <= len(name) <= 20 or not 2 <= len(post) <= 20:
        raise RelativeRefused("请写工作人员的账号，或者写村干部的姓名和职务（各2到20个字）。")
    return None, name, post, _region(work, entry.region_code, "请选这个人在哪里任职。")


def _region(work: Work, code: str, otherwise: str) -> str:
    try:
        return work.catalogue.regions.get(code).id
    except UnknownRegion:
        raise RelativeRefused(otherwise) from None


def _checked_relative(work: Work, entry: Entry) -> tuple[Relation, str, str]:
    """Raises RelativeRefused."""
    name = "".join(entry.name.split())
    if not 2 <= len(name) <= 20:
        raise RelativeRefused("请写近亲属的姓名（2到20个字）。")
    try:
        relation = Relation(entry.relation)
    except ValueError:
        raise RelativeRefused("请选是什么关系。") from None
    village = _region(work, entry.village_code, "请选近亲属住在哪个村（社区）。")
    if work.catalogue.regions.get(village).level != "village":
        raise RelativeRefused("近亲属住的地方要选到村（社区）。")
    return relation, name, village


def _number_index(work: Work, typed: str) -> str | None:
    """Raises RelativeRefused."""
    number = normal_id_number(typed)
    if not number:
        return None
    if fault := id_number_fault(number):
        raise RelativeRefused(f"{fault}不知道号码的可以不填。")
    return work.tools.vault.blind_index(number, "id_number")


def add_number(work: Work, actor: Actor, relative_id: str, typed: str) -> None:
    """A number learned later turns a 可能 into a yes or a no. Raises RelativeRefused."""
    row = _own_entry(work, actor, relative_id)
    index = _number_index(work, typed)
    if index is None or row.id_number_index is not None:
        raise RelativeRefused("请填身份证号；已经登记过号码的，登记错了请撤销这一条再重新登记。")
    row.id_number_index = index
    _record(work, actor, "number_added", row)
    drop_disproved(work, row, actor)
    flag_relative(work, row)


def remove_relative(work: Work, actor: Actor, relative_id: str) -> None:
    """撤销: out of the register, and its flags with it; the entry itself stays for the record. Raises RelativeRefused."""
    row = _own_entry(work, actor, relative_id)
    row.removed_by, row.removed_at = actor.account_id, work.now
    _record(work, actor, "removed", row)
    withdraw_relative(work, row, actor)


def _own_entry(work: Work, actor: Actor, relative_id: str) -> RelativeRow:
    _require_keeper(actor)
    row = work.session.get(RelativeRow, relative_id, with_for_update=True)
    if row is None or row.removed_at or not _reaches(work, actor, row.region_code):
        raise RelativeRefused("登记册里没有这一条，或者不归您管。请刷新页面看看。")
    # The attack: a counter takes the own family out of the register to be let at their case again.
    if row.official_account == actor.account_id:
        raise RelativeRefused("登记的是您自己的近亲属，不能由您改。请找综控中心或本乡镇别的经办员。")
    return row


def list_open_flags(work: Work, actor: Actor) -> list[OpenFlag]:
    """All over the city, for the control centre: a desk with one person has nobody else who could look into it."""
    if actor.role is not Role.CONTROL_CENTRE:
        return []
    return [_open_flag(work, flag) for flag in db.list_open_conflicts(work.session)]


def _open_flag(work: Work, flag: ConflictRow) -> OpenFlag:
    case = work.session.get(CaseRow, flag.case_id)
    relative = work.session.get(RelativeRow, flag.relative_id) if flag.relative_id else None
    return OpenFlag(
        id=flag.id,
        case_number=case.case_number,
        item_name=case.item_name,
        applicant=case.applicant_masked,
        kind_label=CONFLICT_KIND[flag.kind],
        words=relation_in_words(relative) if relative else "申请表上写了“有近亲属关系”",
        may_dismiss=may_dismiss(ConflictKind(flag.kind)),
        officials=() if relative else officials_of(work, case),
    )


def case_with_open_flag(work: Work, actor: Actor, conflict_id: int) -> CaseRow:
    """For the control centre, which has no desk in any case. Raises ConflictRefused."""
    flag = work.session.get(ConflictRow, conflict_id)
    if actor.role is not Role.CONTROL_CENTRE or flag is None:
        raise ConflictRefused("没有这一条，或者不由您核实。请刷新页面看看。")
    return work.session.get(CaseRow, flag.case_id, with_for_update=True)


def _record(work: Work, actor: Actor, what: str, row: RelativeRow) -> None:
    append_audit(work.session, at=work.now, actor=actor.account_id, action=f"relative.{what}", subject=row.id)
