"""Village powers: flow charts without broken links or dead ends, votes by known rules, areas that are full."""

import re
from collections.abc import Callable, Iterable, Sequence

from forms.catalogue_reading import Finding, Vocabulary
from forms.checking.shared import Fault, shared_values
from forms.item import ServiceItem
from forms.power import Power, PowerStep

POWERS = "powers.yaml"


def check_powers(powers: Sequence[Power], vocabulary: Vocabulary, items: Iterable[ServiceItem]) -> list[Finding]:
    codes = {item.code for item in items}
    own = [finding for power in powers for finding in check_power(power, vocabulary, codes)]
    return [*shared_values(POWERS, powers), *_category_counts(powers, vocabulary), *own]


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
