"""The catalogue: loads the service items and the regions from `data/`, checks them, and looks them up."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from forms.item import ServiceItem, When
from forms.region import RegionTree

DATA_FOLDER = Path(__file__).with_name("data")


class UnknownItem(LookupError):
    """No service item has this code."""

    def __init__(self, code: str, known: list[str]):
        super().__init__(f"目录里没有编码为“{code}”的事项。现有事项：{'、'.join(known)}。请从事项列表里选择。")
        self.code = code


class CatalogueFault(ValueError):
    """The catalogue cannot be used; `findings` say where and why."""

    def __init__(self, findings: list["Finding"]):
        super().__init__("；".join(str(finding) for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class Finding:
    """One fault of the catalogue: the file, the entry and the field, and what is wrong, in Chinese for officials."""

    file: str
    entry: str
    field: str
    fault: str

    def __str__(self) -> str:
        return f"{self.file} {self.entry} {self.field}：{self.fault}"


@dataclass(frozen=True)
class Catalogue:
    """What can be applied for, where; `departments` maps a department's code to its name."""

    items: dict[str, ServiceItem]
    regions: RegionTree
    departments: dict[str, str]
    warning: str

    def get_item(self, code: str) -> ServiceItem:
        """Raises UnknownItem."""
        try:
            return self.items[code]
        except KeyError:
            raise UnknownItem(code, sorted(self.items)) from None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all items: a kiosk and the server compare it, and a packet states it."""
        whole = {code: item.model_dump(mode="json", by_alias=True) for code, item in sorted(self.items.items())}
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@cache
def load_catalogue(folder: Path = DATA_FOLDER) -> Catalogue:
    """The catalogue in `folder`, checked. Raises CatalogueFault when any entry is wrong."""
    items, findings, meta = _read_items(folder / "items.yaml")
    findings += check_items(items, meta)
    if findings:
        raise CatalogueFault(findings)
    departments = {department["code"]: department["name"] for department in meta["departments"]}
    return Catalogue({item.code: item for item in items}, load_regions(folder), departments, meta["warning"])


@cache
def load_regions(folder: Path = DATA_FOLDER) -> RegionTree:
    return RegionTree.from_nested(_read_yaml(folder / "regions.yaml")["city"])


def _read_yaml(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def _read_items(path: Path) -> tuple[list[ServiceItem], list[Finding], dict[str, Any]]:
    raw = _read_yaml(path)
    items: list[ServiceItem] = []
    findings: list[Finding] = []
    for entry in raw["items"]:
        try:
            items.append(ServiceItem.model_validate(entry))
        except ValidationError as error:
            findings += [
                Finding(path.name, str(entry.get("code", "（无编码）")), _field_path(fault["loc"]), _in_chinese(fault))
                for fault in error.errors()
            ]
    return items, findings, raw["meta"]


def _field_path(location: tuple[int | str, ...]) -> str:
    return ".".join(f"第{part + 1}项" if isinstance(part, int) else part for part in location)


def _in_chinese(fault: Any) -> str:
    words = {"missing": "缺少这一项", "extra_forbidden": "目录里没有这一项，多半是写错了名字"}
    return words.get(fault["type"], f"值不对（{fault['msg']}）")


def check_items(items: list[ServiceItem], meta: dict[str, Any]) -> list[Finding]:
    """Faults of all items: each one's own, and codes two of them share (the later one would hide the other)."""
    codes = [item.code for item in items]
    shared = sorted({code for code in codes if codes.count(code) > 1})
    twice = [Finding("items.yaml", code, "code", f"编码“{code}”用了不止一次") for code in shared]
    return twice + [finding for item in items for finding in check_item(item, meta)]


def check_item(item: ServiceItem, meta: dict[str, Any]) -> list[Finding]:
    """Faults the shape alone does not show: dangling names, days that do not add up, forbidden proofs."""
    faults = [
        *_duplicate_ids(item),
        *_dangling_conditions(item),
        *_wrong_days(item),
        *_unknown_departments(item, {department["name"] for department in meta["departments"]}),
        *_forbidden_proofs(item, meta["prohibited_village_proofs"]),
    ]
    return [Finding("items.yaml", item.code, field, fault) for field, fault in faults]


def _duplicate_ids(item: ServiceItem) -> list[tuple[str, str]]:
    faults = []
    for kind in ("materials", "form_fields", "stages"):
        ids = [entry.id for entry in getattr(item, kind)]
        faults += [
            (kind, f"编号“{name}”用了不止一次") for name in sorted({name for name in ids if ids.count(name) > 1})
        ]
    return faults


def _dangling_conditions(item: ServiceItem) -> list[tuple[str, str]]:
    conditioned = [*item.materials, *item.form_fields, *item.stages]
    return [
        (f"{entry.id}.when", f"条件里的字段“{entry.when.field}”不在申请表里")
        for entry in conditioned
        if isinstance(entry.when, When) and entry.when.field not in item.fields_by_id
    ]


def counted_days(item: ServiceItem) -> int:
    """Working days the stages promise together: one group counts once, excluded stages not at all."""
    groups: dict[str, int] = {}
    for stage in item.stages:
        if not stage.stops_clock:
            key = stage.group or stage.id
            groups[key] = max(groups.get(key, 0), stage.promised_days)
    return sum(groups.values())


def _wrong_days(item: ServiceItem) -> list[tuple[str, str]]:
    faults = []
    if item.promised_days != counted_days(item):
        faults.append(("promised_days", f"承诺{item.promised_days}天，各环节相加却是{counted_days(item)}天"))
    same_unit = item.statutory_unit == item.promised_unit
    if item.statutory_days is not None and same_unit and item.promised_days > item.statutory_days:
        faults.append(("promised_days", f"承诺时限{item.promised_days}天比法定时限{item.statutory_days}天还长"))
    if item.public_notice_days and item.public_notice_unit is None:
        faults.append(("public_notice_unit", "写了公示天数，没有写是工作日还是自然日"))
    return faults


def _unknown_departments(item: ServiceItem, known: set[str]) -> list[tuple[str, str]]:
    return [
        (f"stages.{stage.id}.department", f"部门“{stage.department}”不在部门表里")
        for stage in item.stages
        if stage.department not in known
    ]


def _forbidden_proofs(item: ServiceItem, forbidden: list[str]) -> list[tuple[str, str]]:
    """民发〔2020〕20号: twenty certificates no village committee may be asked for."""
    return [
        (f"materials.{material.id}", f"要求村委会出具“{proof}”，属禁止开具的证明（民发〔2020〕20号）")
        for material in item.materials
        for proof in forbidden
        if proof in material.name
    ]


def check_catalogue(folder: Path = DATA_FOLDER) -> dict[str, Any]:
    """Counts and findings of the catalogue in `folder`, for `hongye catalogue check`."""
    items, findings, meta = _read_items(folder / "items.yaml")
    findings += check_items(items, meta)
    regions = load_regions(folder)
    return {
        "items": len(items),
        "materials": sum(len(item.materials) for item in items),
        "form_fields": sum(len(item.form_fields) for item in items),
        "stages": sum(len(item.stages) for item in items),
        "counties": len(regions.list_level("county")),
        "townships": len(regions.list_level("township")),
        "villages": len(regions.list_level("village")),
        "unconfirmed_items": [item.code for item in items if not item.is_confirmed],
        "findings": [str(finding) for finding in findings],
    }
