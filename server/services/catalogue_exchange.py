"""The catalogue as files: out as Excel or YAML, and in again as drafts, all of a file or nothing of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from forms.catalogue import FILES, Catalogue, Kind, content_of
from forms.catalogue_reading import Finding
from forms.entry_columns import SHEETS, content_of_texts
from server.adapters.spreadsheet import SheetEntry, SpreadsheetFault, read_workbook, write_workbook
from server.db import catalogue as db
from server.domain.catalogue_version import OPEN, VersionRefused, VersionState
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
    return [_draft(work, actor, one) for one in read_excel(work.catalogue, file)]


def import_yaml(work: Work, actor: Actor, text: str) -> list[Imported]:
    """The same from YAML. Raises SpreadsheetFault, ImportRefused, VersionRefused."""
    return [_draft(work, actor, one) for one in read_yaml(work.catalogue, text)]


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
    whole = yaml.safe_load(text)
    kinds = {FILES[kind].removesuffix(".yaml"): kind for kind in FILES}
    if not isinstance(whole, dict) or not set(whole) & set(kinds):
        raise SpreadsheetFault(f"YAML最上面要写 {'、'.join(kinds)} 中的一个。请用本系统导出的文件改好再交回来。")
    handed = [
        HandedIn(kinds[name], str(content.get("code", "")), content)
        for name, contents in whole.items()
        if name in kinds and isinstance(contents, list)
        for content in contents
        if isinstance(content, dict)
    ]
    return _sound(catalogue, handed)


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
    name = str(one.content.get("name_zh", one.code))
    standing = work.catalogue.entries(one.kind).get(one.code)
    if standing is not None and _same(one, content_of(standing)):
        return Imported(one.kind, one.code, name, "unchanged")
    waiting = next((row for row in db.list_versions(work.session, one.kind, one.code) if row.state in OPEN), None)
    if waiting is not None and waiting.state == VersionState.IN_REVIEW:
        raise VersionRefused(
            f"“{name}”（{one.code}）有一版正在等复核，整个文件都没有存。请等复核完，或把这一条从文件里去掉。"
        )
    if waiting is not None:
        versions.save_draft(work, actor, waiting.id, waiting.edition, one.content)
    elif standing is not None:
        draft = versions.begin_draft(work, actor, one.kind, one.code)
        versions.save_draft(work, actor, draft.id, draft.edition, one.content)
    else:
        versions.begin_new(work, actor, one.kind, one.code, one.content)
    return Imported(one.kind, one.code, name, "new" if standing is None else "drafted")


def _same(one: HandedIn, standing: dict[str, Any]) -> bool:
    """By what the shapes make of them: a key left out and one with its default are the same."""
    shape = versions.SHAPES[one.kind]
    return shape.model_validate(one.content) == shape.model_validate(standing)
