"""What changed between two versions of an entry, in words an official can check line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from forms.catalogue import Kind
from forms.entry_columns import SHEETS, Column, Table, text_of


@dataclass(frozen=True)
class Change:
    """One difference: where it is, in words, and the text before and after; None where there was or is nothing."""

    where: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"{self.where}：新增“{self.after}”"
        if self.after is None:
            return f"{self.where}：删去“{self.before}”"
        return f"{self.where}：原来“{self.before}”，改成“{self.after}”"


def find_changes(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """All differences in the order of the form; rows of a table are the same row when they have the same id."""
    sheet = SHEETS[kind]
    changes = _record_changes("", sheet.columns, before, after)
    for table in sheet.tables:
        changes += _table_changes(table, before.get(table.name) or [], after.get(table.name) or [])
    return changes


def _record_changes(
    prefix: str, columns: Sequence[Column], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Change]:
    changes = []
    for column in columns:
        old, new = _shown(column, before), _shown(column, after)
        if old != new:
            changes.append(Change(prefix + column.label, old, new))
    return changes


def _shown(column: Column, record: Mapping[str, Any]) -> str | None:
    return text_of(column, record.get(column.name)) or None


def _table_changes(
    table: Table, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Change]:
    old, new = _keyed(table, before), _keyed(table, after)
    changes = []
    for key in [*new, *(key for key in old if key not in new)]:
        if key not in old:
            changes.append(Change(table.label, None, _row_words(table, new[key])))
        elif key not in new:
            changes.append(Change(table.label, _row_words(table, old[key]), None))
        else:
            changes += _record_changes(f"{table.label}“{_row_name(new[key])}”·", table.columns, old[key], new[key])
    kept_before = [key for key in old if key in new]
    kept_after = [key for key in new if key in old]
    if kept_before != kept_after:
        changes.append(Change(f"{table.label}的先后", _names(old, kept_before), _names(new, kept_after)))
    return changes


def _keyed(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """By id; what has none (公开栏目, 常见问题) goes by its first column, a second of one name by its place."""
    keyed: dict[str, Mapping[str, Any]] = {}
    for place, row in enumerate(rows):
        key = str(row.get("id") or row.get(table.columns[0].name) or "")
        keyed[key if key not in keyed else f"{key} {place}"] = row
    return keyed


def _row_name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("label") or row.get("what") or row.get("q") or row.get("id") or "")


def _names(rows: Mapping[str, Mapping[str, Any]], keys: Sequence[str]) -> str:
    return "、".join(_row_name(rows[key]) for key in keys)


def _row_words(table: Table, row: Mapping[str, Any]) -> str:
    parts = [
        f"{column.label} {text_of(column, row[column.name])}"
        for column in table.columns
        if row.get(column.name) is not None
    ]
    return "；".join(parts)
