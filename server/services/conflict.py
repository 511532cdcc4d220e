"""近亲属备案和回避: flags a case whose applicant is related to an official, and keeps that official off it."""

from collections.abc import Iterator

from server.db import conflict as db
from server.db.case import CaseRow
from server.db.conflict import ConflictRow, RelativeRow
from server.db.resident import ResidentRow
from server.db.staff import find_staff_by_name
from server.domain.conflict import (
    DECIDING,
    ConflictKind,
    ConflictState,
    Relation,
    kind_of_match,
    may_dismiss,
    stops,
)
from server.domain.people import Actor, Desk
from server.domain.words import CONFLICT_KIND, CONFLICT_STATE, RELATION, ROLE
from server.services.answers import answers_of
from server.services.case_note import note_on_case
from server.services.item_version import item_of
from server.services.work import Work

DECLARED_FIELD = "kin_related"
SHORTEST_REASON = 5


class NearRelative(Exception):
    """Whoever would act is a near relative of the applicant's, or may be."""


class ConflictRefused(Exception):
    """A flag cannot be decided so; the text says what can be done."""


def name_index(work: Work, name: str, village_code: str) -> str:
    """A keyed index of a name in a village: the register is searched without being readable."""
    return work.tools.vault.blind_index(f"{''.join(name.split())}\0{village_code}", "relative name")


def asks_about_relatives(case: CaseRow) -> bool:
    """Whether the item is one of those whose near-relative applications are filed apart (备案)."""
    return DECLARED_FIELD in item_of(case).fields_by_id


def flag_at_intake(work: Work, case: CaseRow) -> None:
    """What the applicant declares, and what the register knows of it."""
    if answers_of(work, case).get(DECLARED_FIELD) is True:
        _flag(work, case, ConflictKind.DECLARED, None)
    flag_matches(work, case)


def flag_matches(work: Work, case: CaseRow, *, acting: str | None = None) -> None:
    """`acting`: somebody who came to the case from another desk; the officials of its own desks are always looked at."""
    for relative, kind in _matches(work, case):
        if (acting and relative.official_account == acting) or _concerns(work, case, relative):
            _flag(work, case, kind, relative)


def flag_relative(work: Work, relative: RelativeRow) -> None:
    """The register has changed: every case of this relative's is looked at again, however far it has come."""
    for case, resident in db.list_cases_a_relative_may_have(
        work.session, relative.id_number_index, relative.village_code
    ):
        kind = _kind(work, case, resident, relative)
        if kind and _concerns(work, case, relative):
            _flag(work, case, kind, relative)


def drop_disproved(work: Work, relative: RelativeRow, actor: Actor) -> None:
    """A number was added to the register: what rested on the name alone and is another person is settled."""
    for row in db.list_conflicts_of_relative(work.session, relative.id):
        case = work.session.get(CaseRow, row.case_id)
        resident = work.session.get(ResidentRow, case.resident_id)
        if row.state != ConflictState.DISMISSED and _kind(work, case, resident, relative) is None:
            _decide(work, case, row, actor, ConflictState.DISMISSED, "登记册补了身份证号，核对后不是同一人")


def withdraw_relative(work: Work, relative: RelativeRow, actor: Actor) -> None:
    """An entry taken out of the register takes its flags along; what was decided stays on record in the notes."""
    for row in db.list_conflicts_of_relative(work.session, relative.id):
        if row.state != ConflictState.DISMISSED:
            case = work.session.get(CaseRow, row.case_id)
            _decide(work, case, row, actor, ConflictState.DISMISSED, "登记册里这一条已撤销")


def _matches(work: Work, case: CaseRow) -> Iterator[tuple[RelativeRow, ConflictKind]]:
    resident = work.session.get(ResidentRow, case.resident_id)
    index = name_index(work, _applicant(work, resident), case.village_code)
    for relative in db.find_relatives(work.session, resident.id_number_index, index):
        if kind := kind_of_match(relative.id_number_index, resident.id_number_index, relative.name_index == index):
            yield relative, kind


def _kind(work: Work, case: CaseRow, resident: ResidentRow, relative: RelativeRow) -> ConflictKind | None:
    same = relative.name_index == name_index(work, _applicant(work, resident), case.village_code)
    return kind_of_match(relative.id_number_index, resident.id_number_index, same)


def _applicant(work: Work, resident: ResidentRow) -> str:
    return work.tools.vault.open(resident.sealed_name, f"name {resident.id}").decode()


def _concerns(work: Work, case: CaseRow, relative: RelativeRow) -> bool:
    """A cadre of the applicant's place, the agent who received it, or somebody at one of its desks; nobody else's business."""
    if relative.official_account is None:
        return work.catalogue.regions.lies_in(case.village_code, relative.region_code)
    official = find_staff_by_name(work.session, relative.official_account)
    at_desk = official is not None and any(
        (row.department, row.region_code) == (official.department, official.region_code) for row in case.stages
    )
    return at_desk or relative.official_account == case.agent_name


def _flag(work: Work, case: CaseRow, kind: ConflictKind, relative: RelativeRow | None) -> None:
    """Put once; one that rested on a name and now rests on a number is looked at again, even when it was dismissed."""
    key = relative.id if relative else None
    row = next((one for one in db.list_conflicts(work.session, case.id) if one.relative_id == key), None)
    if row and (row.kind == kind or kind is not ConflictKind.MATCHED):
        return
    if row is None:
        account = relative.official_account if relative else None
        row = ConflictRow(case_id=case.id, relative_id=key, official_account=account, state=ConflictState.OPEN)
        work.session.add(row)
    row.kind, row.found_at = kind, work.now
    if row.state == ConflictState.DISMISSED:
        row.state, row.decided_by, row.decided_at, row.reason = ConflictState.OPEN, None, None, None
    work.session.flush()
    note_on_case(work, case, "conflict_found", None, _found_in_words(kind, relative))


def _found_in_words(kind: ConflictKind, relative: RelativeRow | None) -> str:
    if relative is None:
        return "申请人自述与经办人员或村（居）委会成员有近亲属关系"
    return f"{CONFLICT_KIND[kind]}：{relation_in_words(relative)}"


def relation_in_words(relative: RelativeRow) -> str:
    """申请人是林演示（乡镇经办员）的配偶; whose, never with what number."""
    if relative.relation == Relation.SELF:
        return f"申请人就是{relative.official_name}（{relative.official_post}）本人"
    return f"申请人是{relative.official_name}（{relative.official_post}）的{RELATION[relative.relation]}"


def require_unconflicted(work: Work, case: CaseRow, actor: Actor) -> None:
    """The attack: an official decides on the own family's benefit. Asked before every act. Raises NearRelative."""
    if reason := why_kept_off(work, case, actor.account_id):
        raise NearRelative(
            f"{reason}，按回避的规定您不能办这件。请交给本岗同事办；本岗没有别人的，请综控中心安排人代办。"
        )


def require_unrelated(work: Work, case: CaseRow, account_id: str) -> None:
    """Before a case is put into somebody's hands. Raises NearRelative."""
    if why_kept_off(work, case, account_id):
        raise NearRelative("这个人和申请人是（或可能是）近亲属，按回避的规定不能办这件。请选别的同事。")


def why_kept_off(work: Work, case: CaseRow, account_id: str) -> str | None:
    """Why this person must not act on the case, None when he may.

    Asked of the register itself and not only of the flags: somebody may have come to this desk after they were put.
    """
    flags = db.list_conflicts(work.session, case.id)
    states = {row.relative_id: ConflictState(row.state) for row in flags}
    for relative, kind in _matches(work, case):
        if relative.official_account == account_id and stops(states.get(relative.id, ConflictState.OPEN)):
            sure = kind is ConflictKind.MATCHED or states.get(relative.id) is ConflictState.CONFIRMED
            kin = "您本人" if relative.relation == Relation.SELF else f"您的{RELATION[relative.relation]}"
            return f"登记册里申请人{'是' if sure else '可能是'}{kin}"
    named = (row for row in flags if row.relative_id is None and row.official_account == account_id)
    return "已核实申请人是您的近亲属" if any(row.state == ConflictState.CONFIRMED for row in named) else None


def decide_conflict(
    work: Work, case: CaseRow, actor: Actor, conflict_id: int, state: ConflictState, reason: str, official: str = ""
) -> None:
    """Somebody else than the one concerned has looked into it. `official`: of whom a declared relative is one. Raises ConflictRefused."""
    row = next((one for one in db.list_conflicts(work.session, case.id) if one.id == conflict_id), None)
    if row is None or row.state != ConflictState.OPEN:
        raise ConflictRefused("这一条已经核实过，或者不在这件里。请刷新页面看看。")
    if actor.role not in DECIDING or why_kept_off(work, case, actor.account_id):
        roles = "、".join(ROLE[role] for role in sorted(DECIDING))
        raise ConflictRefused(f"这一条不能由您核实。能核实的是：{roles}，本人和近亲属除外。")
    if state is ConflictState.DISMISSED and not may_dismiss(ConflictKind(row.kind)):
        raise ConflictRefused("身份证号相符，就是同一个人，不能排除。是登记错了的，请综控中心或乡镇改登记册。")
    if len(reason.strip()) < SHORTEST_REASON:
        raise ConflictRefused(f"请写明怎么核实的（至少{SHORTEST_REASON}个字），会留下记录。")
    if row.relative_id is None and state is ConflictState.CONFIRMED and official:
        row.official_account = _official_at(work, case, official)
    _decide(work, case, row, actor, state, reason.strip())


def _official_at(work: Work, case: CaseRow, sign_in_name: str) -> str:
    found = find_staff_by_name(work.session, sign_in_name)
    desks = {Desk(row.department, row.region_code) for row in case.stages}
    if found is None or Desk(found.department, found.region_code) not in desks:
        raise ConflictRefused("选的人不在这件经过的岗位。请从名单里选，或者选“没有账号的村干部”。")
    return found.sign_in_name


def _decide(work: Work, case: CaseRow, row: ConflictRow, actor: Actor, state: ConflictState, reason: str) -> None:
    row.state, row.reason = state, reason
    row.decided_by, row.decided_at = actor.display_name, work.now
    note_on_case(work, case, "conflict_decided", actor, f"{CONFLICT_STATE[state]}：{reason}")
