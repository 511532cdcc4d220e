"""What the shape of an entry alone does not show: dangling names, days that do not add up, forbidden proofs, dead ends."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from forms.catalogue_reading import Finding, Vocabulary
from forms.condition import Age, AllOf, Equals, Has, Number, OneOf, fields_of, walk
from forms.item import FormField, Material, ServiceItem, Stage
from forms.policy import Policy
from forms.power import Power, PowerStep
from forms.region import CODE_LENGTH
from forms.situation import SituationQuestion

Fault = tuple[str, str]  # the field, and what is wrong with it
ITEMS, POWERS, POLICIES, REGIONS = "items.yaml", "powers.yaml", "policies.yaml", "regions.yaml"
FEWEST_MATERIALS = 2
# 5 of 7 days are working days: how a limit in calendar days compares with a promise in working days.
WORKING_SHARE = 5 / 7


def check_items(items: Sequence[ServiceItem], vocabulary: Vocabulary) -> list[Finding]:
    """Faults of all items: each one's own, and codes or names two of them share."""
    codes = {item.code for item in items}
    own = [finding for item in items for finding in check_item(item, vocabulary, codes)]
    return [*_shared(ITEMS, items), *_dangling_exclusions(vocabulary, codes), *own]


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
    ]
    return [Finding(file, item.code, field, fault) for field, fault in faults]


def check_powers(powers: Sequence[Power], vocabulary: Vocabulary, items: Iterable[ServiceItem]) -> list[Finding]:
    codes = {item.code for item in items}
    own = [finding for power in powers for finding in check_power(power, vocabulary, codes)]
    return [*_shared(POWERS, powers), *_category_counts(powers, vocabulary), *own]


def check_power(power: Power, vocabulary: Vocabulary, codes: set[str], file: str = POWERS) -> list[Finding]:
    broken = _broken_branches(power)
    faults = [
        *_power_category(power, vocabulary),
        *broken,
        # A broken link makes half the chart unreachable: the link is the fault, the rest would only hide it.
        *([] if broken else _dead_ends(power)),
        *_power_votes(power, vocabulary),
        *_items_spoken_of(power, codes),
    ]
    return [Finding(file, power.code, field, fault) for field, fault in faults]


def check_policies(policies: Sequence[Policy], vocabulary: Vocabulary, items: Iterable[ServiceItem]) -> list[Finding]:
    codes = {item.code for item in items}
    own = [finding for policy in policies for finding in check_policy(policy, vocabulary, codes)]
    return [*_shared(POLICIES, policies), *own]


def check_policy(policy: Policy, vocabulary: Vocabulary, codes: set[str], file: str = POLICIES) -> list[Finding]:
    faults = [
        *_policy_references(policy, vocabulary, codes),
        *_policy_dates(policy),
        *_unsourced_amount(policy),
        *_situation_faults("suits", policy.suits, vocabulary),
    ]
    return [Finding(file, policy.code, field, fault) for field, fault in faults]


def _shared(file: str, entries: Sequence[Any]) -> list[Finding]:
    """A code used twice hides an entry; a name used twice sends people to the wrong one."""
    findings = []
    for field, word in (("code", "编码"), ("name", "名称")):
        values = [getattr(entry, field) for entry in entries]
        for value in sorted({value for value in values if values.count(value) > 1}):
            code = next(entry.code for entry in entries if getattr(entry, field) == value)
            findings.append(Finding(file, code, field, f"{word}“{value}”用了不止一次"))
    return findings


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
            fault = _condition_fault(part, item.fields_by_id)
            faults += [(f"{entry.id}.when", fault)] if fault else []
    return faults + _situation_faults("suits", item.suits, vocabulary)


def _condition_fault(part: Any, fields: dict[str, FormField]) -> str | None:
    """A condition that no answer could ever meet hides a paper for good, or asks for it from everybody."""
    name = getattr(part, "field", None) or getattr(part, "age_of", None)
    if name is None:
        return None
    if name not in fields:
        return f"条件里的字段“{name}”不在申请表里"
    field = fields[name]
    if isinstance(part, Equals) and field.type == "bool" and not isinstance(part.equals, bool):
        return f"“{field.label}”是是非题，条件里要写 true 或 false"
    values = {Equals: lambda: (part.equals,), OneOf: lambda: part.one_of}.get(type(part), tuple)()
    unknown = [value for value in values if field.choices and value not in field.choices]
    if unknown:
        return f"“{field.label}”没有“{unknown[0]}”这个选项"
    if isinstance(part, Has):
        return f"“{field.label}”只能填一个值，不能写 has，写 equals 或 one_of"
    if isinstance(part, Number) and field.type != "money" and field.format != "number":
        return f"“{field.label}”不是数字，不能比大小"
    if isinstance(part, Age) and field.type not in ("id_number", "date"):
        return f"“{field.label}”不是身份证号或日期，算不出年龄"
    return None


def _situation_faults(where: str, condition: Any, vocabulary: Vocabulary) -> list[Fault]:
    """Conditions of 哪些我能办 read the questions everybody is asked, not an application form."""
    faults = []
    for part in walk(condition) if condition else ():
        for name in fields_of(part) - vocabulary.questions.keys():
            faults.append((where, f"条件里的问题“{name}”不在 situation.yaml 里"))
        question = vocabulary.questions.get(getattr(part, "field", None) or "")
        fault = _misread(part, question) if question else None
        faults += [(where, fault)] if fault else []
    return list(dict.fromkeys(faults))


_READ_BY = {"number": Number, "choice": (Equals, OneOf), "many": Has, "bool": Equals}


def _misread(part: Any, question: SituationQuestion) -> str | None:
    """A condition no answer to the question could ever meet: it would hide the entry from everybody."""
    if not isinstance(part, _READ_BY[question.type]):
        return f"问题“{question.ask}”的答案不能这样判断：单选写 equals 或 one_of，多选写 has，数字写 at_least 等"
    if question.type == "bool" and not isinstance(part.equals, bool):
        return f"问题“{question.ask}”是是非题，条件里要写 true 或 false"
    values = getattr(part, "has", None) or getattr(part, "one_of", None) or (getattr(part, "equals", None),)
    unknown = [value for value in values if question.choices and value not in question.choices]
    return f"问题“{question.ask}”没有“{unknown[0]}”这个选项" if unknown else None


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
        for field in item.disclosure_fields
        if _PRIVATE.search(field.label)
    ]
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
    faults += [
        ("applicant", f"办事人的“{name}”不在申请表里")
        for name in (item.applicant.name, item.applicant.id_number)
        if name not in item.fields_by_id
    ]
    if len(item.materials) < FEWEST_MATERIALS:
        faults.append(("materials", f"至少要有{FEWEST_MATERIALS}样材料：申请表和证明身份的证件"))
    return faults


def _power_category(power: Power, vocabulary: Vocabulary) -> list[Fault]:
    category = vocabulary.categories.get(power.category_code)
    if category is None:
        return [("category_code", f"类别“{power.category_code}”不在十四个方面里")]
    faults: list[Fault] = []
    if category.name != power.category:
        faults.append(("category", f"类别名称和编码不一致，应是“{category.name}”"))
    if power.code[2:4] != power.category_code:
        faults.append(("code", f"编码中间的两个字母应是类别“{power.category_code}”"))
    return faults


def _category_counts(powers: Sequence[Power], vocabulary: Vocabulary) -> list[Finding]:
    counts = {code: sum(power.category_code == code for power in powers) for code in vocabulary.categories}
    return [
        Finding(POWERS, code, "meta.categories", f"“{category.name}”写的是{category.count}项，实有{counts[code]}项")
        for code, category in vocabulary.categories.items()
        if counts[code] != category.count
    ]


def _broken_branches(power: Power) -> list[Fault]:
    ids = [step.id for step in power.steps]
    faults: list[Fault] = [
        ("steps", f"编号“{name}”用了不止一次") for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    for step in power.steps:
        where = f"steps.{step.id}"
        faults += [(f"{where}.next", f"下一步“{name}”不在流程里") for name in step.next if name not in ids]
        if len(step.next) > 1 and not step.decision:
            faults.append((f"{where}.decision", "有几个去向，要写明按什么判断"))
        if step.decision and len(step.labels) != len(step.next):
            faults.append((f"{where}.labels", f"{len(step.next)}个去向要写{len(step.next)}个名称"))
        if step.days_before and step.days_before not in ids:
            faults.append((f"{where}.days_before", f"天数要数到的“{step.days_before}”不在流程里"))
        if step.days and not step.day_unit:
            faults.append((f"{where}.day_unit", "写了天数，没有写是工作日还是自然日"))
    return faults


def _dead_ends(power: Power) -> list[Fault]:
    """Steps nobody comes to, and steps from which nobody ever comes to an end."""
    steps = power.steps_by_id
    onward = {step.id: [name for name in step.next if name in steps] for step in power.steps}
    reached = _closure([power.steps[0].id], lambda name: onward[name])
    back = {name: [other for other, names in onward.items() if name in names] for name in steps}
    ends = [step.id for step in power.steps if not step.next]
    finishing = _closure(ends, lambda name: back[name])
    faults: list[Fault] = [] if ends else [("steps", "流程没有终点")]
    faults += [(f"steps.{name}", "从第一步走不到这一步") for name in steps if name not in reached]
    if ends:
        faults += [(f"steps.{name}", "从这一步走不到终点") for name in steps if name not in finishing]
    return faults


def _closure(start: Sequence[str], neighbours: Callable[[str], Sequence[str]]) -> set[str]:
    found, waiting = set(start), list(start)
    while waiting:
        fresh = [name for name in neighbours(waiting.pop()) if name not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _power_votes(power: Power, vocabulary: Vocabulary) -> list[Fault]:
    return [
        (f"steps.{step.id}.vote", f"表决规则“{name}”不在规则表里")
        for step in power.steps
        for name in step.vote
        if name not in vocabulary.voting_rules
    ]


def _items_spoken_of(power: Power, codes: set[str]) -> list[Fault]:
    """A step may send people to a service item by its code; it must be one that is there."""

    def spoken(step: PowerStep) -> list[str]:
        return re.findall(r"(?<![A-Z-])[A-Z]{2}-\d{3}(?!\d)", f"{step.what}{step.decision or ''}")

    return [
        (f"steps.{step.id}.what", f"提到的事项“{code}”不在目录里")
        for step in power.steps
        for code in spoken(step)
        if code not in codes
    ]


def _policy_references(policy: Policy, vocabulary: Vocabulary, codes: set[str]) -> list[Fault]:
    faults: list[Fault] = []
    if policy.department not in vocabulary.department_names:
        faults.append(("department", f"部门“{policy.department}”不在部门表里"))
    faults += [("item_codes", f"事项“{code}”不在目录里") for code in policy.item_codes if code not in codes]
    spoken = re.findall(r"[A-Z]{2}-\d{3}", policy.how_to_apply)
    faults += [("how_to_apply", f"事项“{code}”不在目录里") for code in spoken if code not in codes]
    return faults


def _policy_dates(policy: Policy) -> list[Fault]:
    if policy.effective and policy.expiry and policy.expiry < policy.effective:
        return [("expiry", "失效日期早于生效日期")]
    return []


def _unsourced_amount(policy: Policy) -> list[Fault]:
    """No invented amount: a sum nobody read in the rule itself must say so beside it."""
    names_a_sum = re.search(r"\d+万?元", policy.benefit)
    said = re.search("记忆|待核|待确认|参考", policy.benefit + (policy.note or ""))
    if names_a_sum and policy.confidence == "memory" and not said:
        return [("benefit", "写了金额又没有核对过原文，要注明“（记忆，待核）”")]
    return []


def check_regions(city: Mapping[str, Any]) -> list[Finding]:
    """Every place once, under a code of its level's length that begins with its parent's."""
    findings: list[Finding] = []
    seen: set[str] = set()

    def visit(node: Mapping[str, Any], level: str, parent: str) -> None:
        code = str(node.get("code", ""))
        if code in seen:
            findings.append(Finding(REGIONS, code, "code", f"区划代码“{code}”用了不止一次"))
        seen.add(code)
        begins = level in ("city", "county") or code.startswith(parent)
        if len(code) != CODE_LENGTH[level] or not code.isdigit() or not begins:
            findings.append(Finding(REGIONS, code, "code", f"应是{CODE_LENGTH[level]}位数字，以上级代码“{parent}”开头"))
        for below, key in (("county", "districts"), ("township", "towns"), ("village", "villages")):
            for child in node.get(key, ()):
                visit(child, below, code)

    visit(city, "city", "")
    return findings
