"""Reads what officials wrote: YAML into shapes, and every value that does not fit told by file, entry and field."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from forms.power import PowerCategory, VotingRule
from forms.situation import SituationQuestion

DATA_FOLDER = Path(__file__).with_name("data")
Shape = TypeVar("Shape", bound=BaseModel)
NO_CODE = "（无编码）"


@dataclass(frozen=True)
class Finding:
    """One fault of the catalogue: the file, the entry and the field, and what is wrong, in Chinese for officials."""

    file: str
    entry: str
    field: str
    fault: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.file, self.entry, self.field))) + f"：{self.fault}"

    def as_dict(self) -> dict[str, str]:
        return {**asdict(self), "sentence": str(self)}


@dataclass(frozen=True)
class Vocabulary:
    """The words entries are checked against: departments, sources, forbidden proofs, voting rules, questions."""

    departments: dict[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    forbidden_proofs: tuple[str, ...] = ()
    warning: str = ""
    categories: dict[str, PowerCategory] = field(default_factory=dict)
    voting_rules: dict[str, VotingRule] = field(default_factory=dict)
    questions: dict[str, SituationQuestion] = field(default_factory=dict)
    mutual_exclusions: tuple[Mapping[str, Any], ...] = ()
    # The nested tree of places as it was read, which a year's list is compared with.
    city: Mapping[str, Any] = field(default_factory=dict)

    @property
    def department_names(self) -> set[str]:
        return set(self.departments.values())


class UnreadableFile(ValueError):
    """A file that is no YAML, or lacks a part nothing can be read without; `finding` says where."""

    def __init__(self, file: str, place: str, fault: str):
        self.finding = Finding(file, place, "", fault)
        super().__init__(str(self.finding))


def read_file(path: Path) -> dict[str, Any]:
    """Raises UnreadableFile."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        whole = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        place = f"第{mark.line + 1}行" if mark else "（整个文件）"
        raise UnreadableFile(path.name, place, "YAML写法不对，读不懂。请检查这一行前后的缩进、冒号和括号") from None
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile(path.name, "（整个文件）", "文件不在，或不是UTF-8编码") from None
    if not isinstance(whole, dict):
        raise UnreadableFile(path.name, "（整个文件）", "最上面要写“名称: 值”，例如 items:")
    return whole


def part_of(whole: dict[str, Any], name: str, file: str) -> Any:
    """A part nothing can be read without. Raises UnreadableFile."""
    if whole.get(name) is None:
        raise UnreadableFile(file, name, "缺少这一部分")
    return whole[name]


def read_entry(shape: type[Shape], raw: Any, file: str) -> tuple[Shape | None, list[Finding]]:
    """One entry in its shape, or all that is wrong with it."""
    if not isinstance(raw, dict):
        return None, [Finding(file, NO_CODE, "", "这一条不是“名称: 值”的写法")]
    try:
        return shape.model_validate(raw), []
    except ValidationError as error:
        entry = str(raw.get("code") or raw.get("id") or NO_CODE)
        return None, [Finding(file, entry, field_path(fault["loc"]), in_chinese(fault)) for fault in error.errors()]


def field_path(location: tuple[int | str, ...]) -> str:
    """materials.第2项.name. The tags of a condition's forms are left out: nobody wrote them."""
    tags = {"equals", "one_of", "has", "number", "age", "not", "any", "all", "ask"}
    shown = [
        f"第{part + 1}项" if isinstance(part, int) else str(part)
        for at, part in enumerate(location)
        if not (part in tags and at and location[at - 1] in {"when", "suits", "not", *tags})
    ]
    return ".".join(shown)


def in_chinese(fault: Any) -> str:
    """What pydantic found, for somebody who has never heard of it."""
    kind, context = fault["type"], fault.get("ctx") or {}
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**context)
    if kind in ("value_error", "condition"):
        return str(fault["msg"]).removeprefix("Value error, ")
    return f"值不对（{fault['msg']}）"


_SENTENCES = {
    "missing": "缺少这一项",
    "extra_forbidden": "目录里没有这一项，多半是写错了名字",
    "literal_error": "值不对，只能是：{expected}",
    "string_type": "值不对，要写文字",
    "string_pattern_mismatch": "值不对，写法要符合 {pattern}",
    "int_type": "值不对，要写整数",
    "int_parsing": "值不对，要写整数",
    "int_from_float": "值不对，要写整数",
    "bool_type": "值不对，要写 true（是）或 false（否）",
    "bool_parsing": "值不对，要写 true（是）或 false（否）",
    "greater_than_equal": "值不对，不能小于 {ge}",
    "too_short": "至少要有 {min_length} 条",
    "tuple_type": "值不对，要写成清单",
    "date_from_datetime_parsing": "值不对，日期要写成 2026-01-31 这样",
    "date_parsing": "值不对，日期要写成 2026-01-31 这样",
    "date_type": "值不对，日期要写成 2026-01-31 这样",
    "model_type": "值不对，要写成“名称: 值”",
}


@cache
def read_vocabulary(folder: Path) -> tuple[Vocabulary, list[Finding]]:
    """The `meta` of the files in `folder`."""
    items = _Meta("items.yaml", part_of(read_file(folder / "items.yaml"), "meta", "items.yaml"))
    powers = _Meta("powers.yaml", part_of(read_file(folder / "powers.yaml"), "meta", "powers.yaml"))
    situation = _Meta("situation.yaml", read_file(folder / "situation.yaml"))
    categories, one = _read_all(PowerCategory, powers["categories"], "powers.yaml")
    rules, two = _read_all(VotingRule, powers["voting_rules"], "powers.yaml")
    asked, three = _read_all(SituationQuestion, situation["questions"], "situation.yaml")
    vocabulary = Vocabulary(
        departments={department["code"]: department["name"] for department in items["departments"]},
        sources=frozenset(source["id"] for source in items["sources"]),
        forbidden_proofs=tuple(items["prohibited_village_proofs"]),
        warning=items["warning"],
        categories={category.code: category for category in categories},
        voting_rules={rule.id: rule for rule in rules},
        questions={question.id: question for question in asked},
        mutual_exclusions=tuple(items["mutual_exclusions"]),
        city=part_of(read_file(folder / "regions.yaml"), "city", "regions.yaml"),
    )
    return vocabulary, [*one, *two, *three]


@dataclass(frozen=True)
class _Meta:
    """The head of a file: each part asked for must be there."""

    file: str
    parts: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return part_of(self.parts, name, self.file)


def _read_all(shape: type[Shape], raw: list[Any], file: str) -> tuple[list[Shape], list[Finding]]:
    read = [read_entry(shape, entry, file) for entry in raw]
    return [entry for entry, _ in read if entry], [fault for _, faults in read for fault in faults]
