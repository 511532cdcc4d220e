"""Service items: promises and limits, stages that are reached, papers that may be asked for, what may be published."""

import re
from collections.abc import Iterable, Sequence

from forms.catalogue_reading import Finding, Vocabulary
from forms.checking.shared import Fault, condition_fault, shared_values, situation_faults
from forms.condition import AllOf, Equals, walk
from forms.item import Material, ServiceItem, Stage

ITEMS = "items.yaml"


FEWEST_MATERIALS = 2

# 5 of 7 days are working days: how a limit in calendar days compares with a promise in working days.
WORKING_SHARE = 5 / 7


def check_items(items: Sequence[ServiceItem], vocabulary: Vocabulary) -> list[Finding]:
    """Faults of all items: each one's own, and codes or names two of them share."""
    codes = {item.code for item in items}
    own = [finding for item in items for finding in check_item(item, vocabulary, codes)]
    return [*shared_values(ITEMS, items), *_dangling_exclusions(vocabulary, codes), *own]


def check_item(item: ServiceItem, vocabulary: Vocabulary, codes: set[str], file: str = ITEMS) -> list[Finding]:
    faults = [
        *_duplicate_ids(item),
        *_item_conditions(item, vocabulary),
        *_wrong_days(item),
        *_wrong_notices(item),
        *_wrong_groups(item),
        *_unreachable_stages(item),
        *_item_departments(item, vocabulary),
        *_forbidden_proofs(item, vocabulary.forbidden_proofs),
        *_unsafe_disclosure(item),
        *_item_references(item, vocabulary, codes),
        *_lifecycle_faults(item, codes),
    ]
    return [Finding(file, item.code, field, fault) for field, fault in faults]


def _dangling_exclusions(vocabulary: Vocabulary, codes: set[str]) -> list[Finding]:
    return [
        Finding(ITEMS, code, "meta.mutual_exclusions", "互斥规则里的这个事项不在目录里")
        for exclusion in vocabulary.mutual_exclusions
        for code in exclusion["items"]
        if code not in codes
    ]


def _duplicate_ids(item: ServiceItem) -> list[Fault]:
    faults = []
    for kind in ("materials", "form_fields", "stages"):
        ids = [entry.id for entry in getattr(item, kind)]
        faults += [
            (kind, f"编号“{name}”用了不止一次") for name in sorted({name for name in ids if ids.count(name) > 1})
        ]
    return faults


def _item_conditions(item: ServiceItem, vocabulary: Vocabulary) -> list[Fault]:
    faults = []
    for entry in (*item.materials, *item.form_fields, *item.stages):
        for part in walk(entry.when) if entry.when else ():
            fault = condition_fault(part, item.fields_by_id)
            faults += [(f"{entry.id}.when", fault)] if fault else []
    return faults + situation_faults("suits", item.suits, vocabulary)


def counted_days(item: ServiceItem) -> int:
    """Working days the stages promise together: one group counts once, excluded stages not at all."""
    groups: dict[str, int] = {}
    for stage in item.stages:
        if not stage.stops_clock:
            key = stage.group or stage.id
            groups[key] = max(groups.get(key, 0), stage.promised_days)
    return sum(groups.values())


def _wrong_days(item: ServiceItem) -> list[Fault]:
    faults = []
    if item.promised_days != counted_days(item):
        faults.append(("promised_days", f"承诺{item.promised_days}天，各环节相加却是{counted_days(item)}天"))
    if item.statutory_days is not None and item.promised_days > _longest_promise(item, item.statutory_days):
        unit = "" if item.statutory_unit == item.promised_unit else "（自然日）"
        faults.append(("promised_days", f"承诺时限{item.promised_days}天比法定时限{item.statutory_days}天{unit}还长"))
    if not any(stage.clock_start == "statutory" for stage in item.stages):
        faults.append(("stages", "没有一个环节标明法定时限从哪里起算（clock_start: statutory）"))
    return faults


def _longest_promise(item: ServiceItem, statutory_days: int) -> float:
    if item.statutory_unit == item.promised_unit:
        return statutory_days
    in_working_days = item.promised_unit == "working_day"
    return statutory_days * (WORKING_SHARE if in_working_days else 1 / WORKING_SHARE) + 0.01


def _wrong_notices(item: ServiceItem) -> list[Fault]:
    faults = []
    if item.public_notice_days and item.public_notice_unit is None:
        faults.append(("public_notice_unit", "写了公示天数，没有写是工作日还是自然日"))
    longest = max((stage.notice_days or 0 for stage in item.stages), default=0)
    if longest != item.public_notice_days:
        faults.append(("public_notice_days", f"写的是公示{item.public_notice_days}天，环节里却是{longest}天"))
    faults += [
        (f"stages.{stage.id}.promised_days", "公示环节不计入时限，承诺天数要写 0")
        for stage in item.stages
        if stage.action == "publicise" and stage.promised_days
    ]
    return faults


def _wrong_groups(item: ServiceItem) -> list[Fault]:
    faults: list[Fault] = [
        (f"stages.{stage.id}.group", "并行的环节要写明同哪些环节一组（group）")
        for stage in item.stages
        if stage.parallel and not stage.group
    ]
    for group in dict.fromkeys(stage.group for stage in item.stages if stage.group):
        alternatives = [stage for stage in item.stages if stage.group == group and not stage.parallel]
        if len(alternatives) > 1:
            faults += [
                (f"stages.{stage.id}.when", "几个环节择一办理，要写明什么情况由它办（when）")
                for stage in alternatives
                if stage.when is None
            ]
    return faults


def _unreachable_stages(item: ServiceItem) -> list[Fault]:
    """A stage that no case can come to: its condition contradicts itself, or its group is split by another stage."""
    faults: list[Fault] = [
        (f"stages.{stage.id}.when", "这个环节的条件自相矛盾，永远走不到")
        for stage in item.stages
        if stage.when and _contradicts_itself(stage)
    ]
    last_seen: dict[str, int] = {}
    for at, stage in enumerate(item.stages):
        if stage.group and stage.group in last_seen and last_seen[stage.group] != at - 1:
            faults.append((f"stages.{stage.id}.group", f"“{stage.group}”组被别的环节隔开了，流程走不回来"))
        if stage.group:
            last_seen[stage.group] = at
    return faults


def _contradicts_itself(stage: Stage) -> bool:
    """all: [a 等于 x, a 等于 y] can never hold."""
    wanted: dict[str, object] = {}
    equals = [part for part in getattr(stage.when, "parts", ()) if isinstance(part, Equals)]
    return isinstance(stage.when, AllOf) and any(
        wanted.setdefault(part.field, part.equals) != part.equals for part in equals
    )


def _item_departments(item: ServiceItem, vocabulary: Vocabulary) -> list[Fault]:
    known = vocabulary.department_names
    faults = [
        (f"stages.{stage.id}.department", f"部门“{stage.department}”不在部门表里")
        for stage in item.stages
        if stage.department not in known
    ]
    if item.department not in known:
        return [("department", f"部门“{item.department}”不在部门表里"), *faults]
    if vocabulary.departments.get(item.code[:2]) != item.department:
        return [("code", f"编码的头两个字母不是“{item.department}”的"), *faults]
    return faults


def _forbidden_proofs(item: ServiceItem, forbidden: Iterable[str]) -> list[Fault]:
    """民发〔2020〕20号: twenty certificates no village committee may be asked for."""
    faults: list[Fault] = []
    for material in item.materials:
        proof = next((proof for proof in forbidden if _asks_village_for(material, proof)), None)
        if proof:
            sentence = f"要求村委会出具“{proof}”，属禁止开具的证明（民发〔2020〕20号）"
            faults.append((f"materials.{material.id}", sentence))
    return faults


_VILLAGE = re.compile("村委|村民委员会|居委|居民委员会|村（居）|村里|社区")


def _asks_village_for(material: Material, proof: str) -> bool:
    """The proof by its name, unless another body is named that issues it; or its words beside the village's."""
    if material.issuer:
        return bool(_VILLAGE.search(material.issuer)) and proof.removesuffix("证明") in material.name
    if proof in material.name:
        return True
    said = material.name + (material.note or "")
    return bool(_VILLAGE.search(said)) and "证明" in material.name and proof.removesuffix("证明") in material.name


_PRIVATE = re.compile("身份证|公民身份号码|银行|账号|电话|疾病|病情|诊断|残疾类别|残疾等级|致困原因")


def _unsafe_disclosure(item: ServiceItem) -> list[Fault]:
    """What a template may never publish (个人信息保护法 第28条: 敏感个人信息)."""
    faults: list[Fault] = [
        ("disclosure_fields", f"“{field.label}”是敏感个人信息，不能公开")
        for field in (*item.disclosure_fields, *item.notice_fields)
        if _PRIVATE.search(field.label)
    ]
    for column in (*item.disclosure_fields, *item.notice_fields):
        field = item.fields_by_id.get(column.field or "")
        if column.field and field is None:
            faults.append(("disclosure_fields", f"“{column.label}”取自的“{column.field}”不在申请表里"))
        elif field and field.type in ("id_number", "phone", "bank_account"):
            faults.append(("disclosure_fields", f"“{column.label}”取自“{field.label}”，是敏感个人信息，不能公开"))
    if not item.disclosure_fields and not item.disclosure_note:
        faults.append(("disclosure_note", "没有公开的栏目，要写明为什么不公开"))
    return faults


def _item_references(item: ServiceItem, vocabulary: Vocabulary, codes: set[str]) -> list[Fault]:
    faults: list[Fault] = [("related", f"相关事项“{code}”不在目录里") for code in item.related if code not in codes]
    faults += [
        ("sources", f"来源“{source}”不在来源表里") for source in item.sources if source not in vocabulary.sources
    ]
    if item.confidence == "verified" and not item.verified_facts:
        faults.append(("verified_facts", "写了 verified（核对过原文），要写明核对了哪些"))
    faults += _applicant_faults(item)
    if len(item.materials) < FEWEST_MATERIALS:
        faults.append(("materials", f"至少要有{FEWEST_MATERIALS}样材料：申请表和证明身份的证件"))
    return faults


# What the words say a program must do: 每年 is twelve months, 每半年 six; other words (每季, 动态) name no term.
_TERMS = {"每年": 12, "每12个月": 12, "每半年": 6}


def _lifecycle_faults(item: ServiceItem, codes: set[str]) -> list[Fault]:
    life = item.lifecycle
    if life is None:
        return []
    faults: list[Fault] = []
    if life.confirms and life.confirms not in codes:
        faults.append(("lifecycle", f"认证的事项“{life.confirms}”不在目录里"))
    if life.recheck_months and not life.opens_benefit:
        faults.append(("lifecycle", "写了 recheck_months（几个月复核一次），但这个事项办结后没有待遇要复核"))
    terms = [months for words, months in _TERMS.items() if (life.recheck or "").startswith(words)]
    if life.opens_benefit and terms and life.recheck_months != terms[0]:
        faults.append(("lifecycle", f"文字写“{life.recheck}”，recheck_months 要写 {terms[0]}"))
    if life.start_month and life.start is None:
        faults.append(("lifecycle", "写了 start_month，要在 start 里用文字说明从哪个月算起"))
    return faults


def _applicant_faults(item: ServiceItem) -> list[Fault]:
    """Without a name and a citizen's number that everybody fills in, two people's cases would be taken for one person's."""
    faults: list[Fault] = []
    for name, kind in ((item.applicant.name, "text"), (item.applicant.id_number, "id_number")):
        field = item.fields_by_id.get(name)
        if field is None:
            faults.append(("applicant", f"办事人的“{name}”不在申请表里"))
        elif field.type != kind or not field.required or field.when:
            said = "文字" if kind == "text" else "身份证号"
            faults.append(("applicant", f"“{field.label}”写明是办事人的，类型要是{said}，必填，不能带条件"))
    return faults
