"""The catalogue: service items, village powers, benefit policies and regions, loaded from `data/`, checked and looked up."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from forms.catalogue_reading import (
    DATA_FOLDER,
    Finding,
    UnreadableFile,
    Vocabulary,
    part_of,
    read_entry,
    read_file,
    read_vocabulary,
)
from forms.checking.items import check_items
from forms.checking.policies import check_policies
from forms.checking.powers import check_powers
from forms.checking.regions import check_regions
from forms.item import ServiceItem
from forms.policy import Policy
from forms.power import Power, VotingRule
from forms.region import RegionTree

Kind = Literal["item", "power", "policy"]
Entry = ServiceItem | Power | Policy
FILES: dict[Kind, str] = {"item": "items.yaml", "power": "powers.yaml", "policy": "policies.yaml"}
SHAPES: dict[Kind, type[Entry]] = {"item": ServiceItem, "power": Power, "policy": Policy}
KIND_WORDS: dict[Kind, str] = {"item": "事项", "power": "权力", "policy": "政策"}


class UnknownEntry(LookupError):
    """Nothing in the catalogue has this code."""


class UnknownItem(UnknownEntry):
    """No service item has this code."""

    def __init__(self, code: str):
        super().__init__(f"目录里没有编码为“{code}”的事项。请从事项列表里选，或换个说法找一找。")
        self.code = code


class CatalogueFault(ValueError):
    """The catalogue cannot be used; `findings` say where and why."""

    def __init__(self, findings: list[Finding]):
        super().__init__("；".join(str(finding) for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class Catalogue:
    """All that is published, each kind by its code, with the words its entries are checked against."""

    items: Mapping[str, ServiceItem]
    regions: RegionTree
    vocabulary: Vocabulary
    powers: Mapping[str, Power] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    # 暂停 and 取消: these stay readable, but nothing new is begun under them; code -> the reason told to villagers.
    suspended: Mapping[str, str] = field(default_factory=dict)

    @property
    def offered_items(self) -> dict[str, ServiceItem]:
        """What may be begun today."""
        return {code: item for code, item in self.items.items() if code not in self.suspended}

    @property
    def departments(self) -> dict[str, str]:
        """A department's code and its name."""
        return self.vocabulary.departments

    @property
    def warning(self) -> str:
        return self.vocabulary.warning

    @property
    def voting_rules(self) -> dict[str, VotingRule]:
        return self.vocabulary.voting_rules

    def get_item(self, code: str) -> ServiceItem:
        """Raises UnknownItem."""
        try:
            return self.items[code]
        except KeyError:
            raise UnknownItem(code) from None

    def get_power(self, code: str) -> Power:
        """Raises UnknownEntry."""
        if code not in self.powers:
            raise UnknownEntry(f"村级权力清单里没有编码为“{code}”的权力。请从权力清单里选。")
        return self.powers[code]

    def get_policy(self, code: str) -> Policy:
        """Raises UnknownEntry."""
        if code not in self.policies:
            raise UnknownEntry(f"目录里没有编码为“{code}”的政策。请从政策列表里选。")
        return self.policies[code]

    def entries(self, kind: Kind) -> Mapping[str, Entry]:
        return {"item": self.items, "power": self.powers, "policy": self.policies}[kind]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all entries: a kiosk and the server compare it, and a packet states it."""
        whole = {code: digest_of(entry) for kind in FILES for code, entry in sorted(self.entries(kind).items())}
        return hashlib.sha256(json.dumps([whole, dict(self.suspended)], sort_keys=True).encode()).hexdigest()

    def with_entries(
        self, kind: Kind, changed: Iterable[Entry], suspended: Mapping[str, str] | None = None
    ) -> "Catalogue":
        """This catalogue with some entries in place of others of the same code."""
        merged = {**self.entries(kind), **{entry.code: entry for entry in changed}}
        name = {"item": "items", "power": "powers", "policy": "policies"}[kind]
        return replace(self, **{name: merged}, suspended={**self.suspended, **(suspended or {})})


def content_of(entry: Entry) -> dict[str, Any]:
    """An entry as plain values, without what was left out when it was written: what is stored, compared and exported."""
    return entry.model_dump(mode="json", by_alias=True, exclude_unset=True)


def digest_of(entry: Entry) -> str:
    """SHA-256 of one entry: names a version exactly, whoever keeps it."""
    whole = entry.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@cache
def load_catalogue(folder: Path = DATA_FOLDER) -> Catalogue:
    """The catalogue in `folder`, checked. Raises CatalogueFault when any entry is wrong, UnreadableFile."""
    catalogue, findings = read_catalogue(folder)
    if findings:
        raise CatalogueFault(findings)
    return catalogue


@cache
def load_regions(folder: Path = DATA_FOLDER) -> RegionTree:
    return RegionTree.from_nested(read_file(folder / "regions.yaml")["city"])


def read_catalogue(folder: Path = DATA_FOLDER) -> tuple[Catalogue, list[Finding]]:
    """Whatever of `folder` can be read, and every fault found in it. Raises UnreadableFile."""
    vocabulary, in_meta = read_vocabulary(folder)
    findings = [*in_meta]
    found: dict[Kind, list[Any]] = {}
    for kind, file in FILES.items():
        found[kind], faults = _read_entries(folder / file, kind)
        findings += faults
    findings += check_items(found["item"], vocabulary)
    findings += check_powers(found["power"], vocabulary, found["item"])
    findings += check_policies(found["policy"], vocabulary, found["item"])
    findings += check_regions(vocabulary.city)
    catalogue = Catalogue(
        items={item.code: item for item in found["item"]},
        regions=RegionTree.from_nested(vocabulary.city),
        vocabulary=vocabulary,
        powers={power.code: power for power in found["power"]},
        policies={policy.code: policy for policy in found["policy"]},
    )
    return catalogue, findings


def _read_entries(path: Path, kind: Kind) -> tuple[list[Any], list[Finding]]:
    entries, findings = [], []
    for raw in part_of(read_file(path), path.stem, path.name):
        entry, faults = read_entry(SHAPES[kind], raw, path.name)
        findings += faults
        entries += [entry] if entry else []
    return entries, findings


def check_catalogue(folder: Path = DATA_FOLDER) -> dict[str, Any]:
    """Counts and findings of the catalogue in `folder`, for `hongye catalogue check`."""
    try:
        catalogue, findings = read_catalogue(folder)
    except UnreadableFile as unreadable:
        catalogue, findings = Catalogue({}, RegionTree([]), Vocabulary()), [unreadable.finding]
    items, powers, policies = (list(catalogue.entries(kind).values()) for kind in FILES)
    every = [*items, *powers, *policies]
    return {
        "items": len(items),
        "powers": len(powers),
        "power_categories": len({power.category_code for power in powers}),
        "policies": len(policies),
        "villages": len(catalogue.regions.list_level("village")),
        "counties": len(catalogue.regions.list_level("county")),
        "townships": len(catalogue.regions.list_level("township")),
        "departments": len({item.department for item in items}),
        "materials": sum(len(item.materials) for item in items),
        "form_fields": sum(len(item.form_fields) for item in items),
        "stages": sum(len(item.stages) for item in items),
        "power_steps": sum(len(power.steps) for power in powers),
        "confidence": {
            level: sum(entry.confidence == level for entry in every) for level in ("verified", "partial", "memory")
        },
        "unconfirmed": [entry.code for entry in every if not entry.is_confirmed],
        "findings": [finding.as_dict() for finding in findings],
    }
