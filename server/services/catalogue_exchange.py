"""The catalogue as files: out as Excel or YAML, and in again as drafts, all of a file or nothing of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from forms.catalogue import FILES, KIND_WORDS, SHAPES, Catalogue, Kind, content_of
from forms.catalogue_reading import Finding
from forms.entry_columns import SHEETS, content_of_texts
from server.adapters.spreadsheet import SheetEntry, SpreadsheetFault, read_workbook, write_workbook
from server.db import catalogue as db
from server.db.catalogue import CatalogueVersionRow
from server.domain.catalogue_version import OPEN, VersionRefused, VersionState, may_edit
from server.domain.people import Actor
from server.services import catalogue as versions
from server.services.work import Work

MAX_YAML_BYTES = 4 * 1024 * 1024
Outcome = Literal["unchanged", "drafted", "new"]
OUTCOME_WORDS: dict[Outcome, str] = {"unchanged": "没有变化", "drafted": "已成为修改草稿", "new": "已成为新增草稿"}


@dataclass(frozen=True)
class Imported:
    """What became of one entry of a file."""

    kind: Kind
    code: str
    name: str
    outcome: Outcome


class ImportRefused(Exception):
    """Nothing of the file was taken; `findings` say row by row why."""

    def __init__(self, findings: Sequence[Finding]):
        super().__init__(f"文件里有 {len(findings)} 处不对，一条也没有存。请按下面的提示改好再交。")
        self.findings = tuple(findings)


@dataclass(frozen=True)
class HandedIn:
    """One entry of a file, and how its places are called in that file."""

    kind: Kind
    code: str
    content: dict[str, Any]
    sheet_entry: SheetEntry | None = None


def export_excel(catalogue: Catalogue, kinds: Iterable[Kind], codes: frozenset[str] | None = None) -> bytes:
    """A workbook of a catalogue, whole or only the entries named."""
    return write_workbook({kind: _contents(catalogue, kind, codes) for kind in kinds})


def export_yaml(catalogue: Catalogue, kinds: Iterable[Kind], codes: frozenset[str] | None = None) -> str:
    """The same as YAML, in the shape of the files in `forms/data`."""
    whole = {FILES[kind].removesuffix(".yaml"): _contents(catalogue, kind, codes) for kind in kinds}
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=120)


def _contents(catalogue: Catalogue, kind: Kind, codes: frozenset[str] | None) -> list[dict[str, Any]]:
    entries = catalogue.entries(kind).values()
    return [content_of(entry) for entry in entries if codes is None or entry.code in codes]


def import_excel(work: Work, actor: Actor, file: bytes) -> list[Imported]:
    """Drafts of whatever differs. Raises SpreadsheetFault, ImportRefused, VersionRefused."""
    _require_editor(actor)
    return _take_in(work, actor, read_excel(work.catalogue, file))


def import_yaml(work: Work, actor: Actor, text: str) -> list[Imported]:
    """The same from YAML. Raises SpreadsheetFault, ImportRefused, VersionRefused."""
    _require_editor(actor)
    return _take_in(work, actor, read_yaml(work.catalogue, text))


def _require_editor(actor: Actor) -> None:
    """Before a file is even opened: reading a large one costs, and who may change nothing hands none in."""
    if not may_edit(actor, actor.desk.department):
        raise VersionRefused("您不能改目录。能改的是综控中心和主管部门的负责人，请找他们交。")


def _take_in(work: Work, actor: Actor, handed: list[HandedIn]) -> list[Imported]:
    """Every open draft is locked first and in one order: two files at once take turns and never wait for each other."""
    named = {(one.kind, one.code) for one in handed}
    for row in db.list_versions_in(work.session, sorted(OPEN)):
        if (row.kind, row.code) in named:
            db.lock_version(work.session, row.id)
    return [_draft(work, actor, one) for one in handed]


def read_excel(catalogue: Catalogue, file: bytes) -> list[HandedIn]:
    """The entries of a workbook, sound in themselves and in this catalogue. Raises SpreadsheetFault, ImportRefused."""
    entries, findings = read_workbook(file)
    handed = []
    for entry in entries:
        content, faults = content_of_texts(entry.kind, entry.texts)
        findings += [
            Finding(
                entry.place(fault.table, fault.row),
                entry.code,
                _label(entry.kind, fault.table, fault.column),
                fault.fault,
            )
            for fault in faults
        ]
        handed.append(HandedIn(entry.kind, entry.code, content, entry))
    if findings:
        raise ImportRefused(findings)
    return _sound(catalogue, handed)


def _label(kind: Kind, table: str, column: str) -> str:
    sheet = SHEETS[kind]
    columns = sheet.columns if not table else next(one.columns for one in sheet.tables if one.name == table)
    return next(one.label for one in columns if one.name == column)


def read_yaml(catalogue: Catalogue, text: str) -> list[HandedIn]:
    """The same of YAML in the shape of our own files. Raises SpreadsheetFault, ImportRefused."""
    if len(text.encode()) > MAX_YAML_BYTES:
        raise SpreadsheetFault("文件太大，没有收下。请只留要改的那几条再交。")
    # The attack: nine lines of YAML aliases that unfold into gigabytes (billion laughs). Our files use none.
    if any(isinstance(event, yaml.AliasEvent) for event in _events(text)):
        raise SpreadsheetFault("YAML里不能用 & 和 * 引用。请把内容写全再交。")
    handed, findings = _entries_of(_loaded(text))
    if findings:
        raise ImportRefused(findings)
    return _sound(catalogue, handed)


def _loaded(text: str) -> dict[str, Any]:
    kinds = "、".join(FILES[kind].removesuffix(".yaml") for kind in FILES)
    try:
        whole = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise SpreadsheetFault(
            "YAML里有读不懂的值（日期不存在、标签不认识、有两份文档，或套得太深）。请检查后再交。"
        ) from None
    if not isinstance(whole, dict) or not set(whole) & set(kinds.split("、")):
        raise SpreadsheetFault(f"YAML最上面要写 {kinds} 中的一个。请用本系统导出的文件改好再交回来。")
    return whole


def _entries_of(whole: dict[str, Any]) -> tuple[list[HandedIn], list[Finding]]:
    """Every entry, and whatever stands where an entry should: nothing of a file is passed over in silence."""
    handed: dict[tuple[Kind, str], HandedIn] = {}
    findings = []
    for kind, file in FILES.items():
        part = whole.get(file.removesuffix(".yaml"), [])
        if not isinstance(part, list):
            findings.append(Finding("YAML", file.removesuffix(".yaml"), "", "要写成清单，每条前面一个“-”"))
            continue
        for at, content in enumerate(part, 1):
            code = str(content.get("code", "")) if isinstance(content, dict) else ""
            if not code:
                findings.append(Finding("YAML", KIND_WORDS[kind], f"第{at}条", "不是“名称: 值”的写法，或没有写 code"))
            elif (kind, code) in handed:
                findings.append(Finding("YAML", code, f"第{at}条", "上面已经有一条一样编码的"))
            else:
                handed[kind, code] = HandedIn(kind, code, content)
    return list(handed.values()), findings


def _events(text: str) -> Iterable[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        place = f"第{mark.line + 1}行" if mark else ""
        raise SpreadsheetFault(f"YAML{place}的写法不对，读不懂。请检查缩进和冒号。") from None


def _sound(catalogue: Catalogue, handed: list[HandedIn]) -> list[HandedIn]:
    """The faults of an entry are called by the rows of the file where it came from one. Raises ImportRefused."""
    findings = [
        Finding(_place(one, fault.field), fault.entry, fault.field, fault.fault)
        for one in handed
        for fault in versions.find_faults(catalogue, one.kind, one.content)
    ]
    if findings:
        raise ImportRefused(findings)
    return handed


def _place(one: HandedIn, field: str) -> str:
    if one.sheet_entry is None:
        return "YAML"
    table, _, rest = field.partition(".")
    if table not in one.sheet_entry.rows:
        return one.sheet_entry.place("", 0)
    key = rest.partition(".")[0]
    rows = one.content.get(table, [])
    by_place = {f"第{at + 1}项": at for at in range(len(rows))}
    by_id = {str(row.get("id")): at for at, row in enumerate(rows)}
    return one.sheet_entry.place(table, by_place.get(key, by_id.get(key, len(rows))))


def _draft(work: Work, actor: Actor, one: HandedIn) -> Imported:
    # As its shape makes of it: a date of YAML is text in a row, and a key with its default is no difference.
    content = content_of(SHAPES[one.kind].model_validate(one.content))
    name = str(content.get("name_zh", one.code))
    standing = work.catalogue.entries(one.kind).get(one.code)
    if standing is not None and SHAPES[one.kind].model_validate(content) == standing:
        return Imported(one.kind, one.code, name, "unchanged")
    waiting = next((row for row in db.list_versions(work.session, one.kind, one.code) if row.state in OPEN), None)
    if waiting is not None:
        _require_own(actor, waiting, name)
        versions.save_draft(work, actor, waiting.id, waiting.edition, content)
    elif standing is not None:
        draft = versions.begin_draft(work, actor, one.kind, one.code)
        versions.save_draft(work, actor, draft.id, draft.edition, content)
    else:
        versions.begin_new(work, actor, one.kind, one.code, content)
    return Imported(one.kind, one.code, name, "new" if standing is None else "drafted")


def _require_own(actor: Actor, waiting: CatalogueVersionRow, name: str) -> None:
    """A file takes the place of the handing person's own draft, never of a colleague's day of work."""
    if waiting.state == VersionState.IN_REVIEW:
        raise VersionRefused(
            f"“{name}”（{waiting.code}）有一版正在等复核，整个文件都没有存。请等复核完，或把这一条从文件里去掉。"
        )
    if actor.account_id not in waiting.writers:
        raise VersionRefused(
            f"“{name}”（{waiting.code}）{waiting.written_by}正在改，整个文件都没有存。请在那份草稿里改，或把这一条从文件里去掉。"
        )
