"""A condition in plain Chinese, for villagers and officials: 救助类型为支出型, 未满16周岁, 由经办部门判断：…"""

from collections.abc import Mapping
from functools import singledispatch
from types import MappingProxyType
from typing import Any

from forms.condition import Age, AllOf, AnyOf, Ask, Equals, Has, Not, Number, OneOf
from forms.item import ServiceItem

JUDGED_BY_DESK = "由经办部门判断："
_NO_UNITS: Mapping[str, str] = MappingProxyType({})
_WHOSE_NUMBER = ("公民身份号码", "身份证号码", "身份证号", "出生日期", "出生年月")


class _Wording:
    """What the words are made from: the fields' labels and units, and what stands before a person's judgement."""

    def __init__(self, labels: Mapping[str, str], units: Mapping[str, str], judged: str):
        self._labels, self._units, self.judged = labels, units, judged

    def label(self, field: str) -> str:
        return self._labels.get(field, field)

    def unit(self, field: str) -> str:
        return self._units.get(field, "")


def condition_words(
    condition: Any, labels: Mapping[str, str], *, units: Mapping[str, str] = _NO_UNITS, judged: str = ""
) -> str:
    """`labels`: how each field is called. `judged` stands before what only a person can decide (JUDGED_BY_DESK)."""
    return _words(condition, _Wording(labels, units, judged))


def labels_of(item: ServiceItem) -> dict[str, str]:
    return {field.id: field.label for field in item.form_fields}


def units_of(item: ServiceItem) -> dict[str, str]:
    return {field.id: field.unit for field in item.form_fields if field.unit}


def item_condition_words(item: ServiceItem, condition: Any, *, judged: str = "") -> str:
    """A condition of one of the item's stages, materials or fields."""
    return condition_words(condition, labels_of(item), units=units_of(item), judged=judged)


@singledispatch
def _words(condition: Any, _wording: _Wording) -> str:
    raise TypeError(f"{type(condition).__name__} is no condition")


@_words.register
def _(condition: Equals, wording: _Wording) -> str:
    label = wording.label(condition.field)
    if condition.equals in (True, "是"):
        return _yes(label)
    if condition.equals in (False, "否"):
        return _no(label)
    return f"{label}为{condition.equals}"


def _yes(label: str) -> str:
    """是否占用农用地 → 占用农用地."""
    return label.replace("是否", "", 1) if "是否" in label else f"“{label}”选了是"


def _no(label: str) -> str:
    """是否占用农用地 → 不占用农用地; 有 and 已 are denied by 没有."""
    if "是否" not in label:
        return f"“{label}”选了否"
    for begun, denied in (("是否有", "没有"), ("是否已", "没有"), ("是否", "不")):
        if begun in label:
            return label.replace(begun, denied, 1)
    return label


@_words.register
def _(condition: OneOf, wording: _Wording) -> str:
    return f"{wording.label(condition.field)}为{_listed(condition.one_of, '或')}"


@_words.register
def _(condition: Has, wording: _Wording) -> str:
    return f"{wording.label(condition.field)}里勾了{'或'.join(f'“{choice}”' for choice in condition.has)}"


def _listed(words: tuple[str, ...], last: str) -> str:
    return last.join(filter(None, ("、".join(words[:-1]), words[-1])))


@_words.register
def _(condition: Number, wording: _Wording) -> str:
    bounds = _bounds(condition, wording.unit(condition.field), ("达到", "不超过", "超过", "不到"))
    return f"{wording.label(condition.field)}{bounds}"


@_words.register
def _(condition: Age, wording: _Wording) -> str:
    whose = wording.label(condition.age_of)
    for ending in _WHOSE_NUMBER:
        whose = whose.removesuffix(ending)
    return whose.removesuffix("的") + _bounds(condition, "周岁", ("年满", "不超过", "超过", "未满"))


def _bounds(condition: Number | Age, unit: str, words: tuple[str, str, str, str]) -> str:
    values = (condition.at_least, condition.at_most, condition.over, condition.under)
    return "、".join(f"{word}{value:g}{unit}" for word, value in zip(words, values, strict=True) if value is not None)


@_words.register
def _(condition: Not, wording: _Wording) -> str:
    inner = condition.inner
    if isinstance(inner, OneOf):
        return f"{wording.label(inner.field)}不是{_listed(inner.one_of, '或')}"
    if isinstance(inner, Equals) and isinstance(inner.equals, bool):
        return _words(inner.model_copy(update={"equals": not inner.equals}), wording)
    if isinstance(inner, Equals):
        return f"{wording.label(inner.field)}不是{inner.equals}"
    return f"不属于“{_words(inner, wording)}”"


@_words.register
def _(condition: AnyOf, wording: _Wording) -> str:
    return "，或者".join(_part(part, wording) for part in condition.parts)


@_words.register
def _(condition: AllOf, wording: _Wording) -> str:
    return "，并且".join(_part(part, wording) for part in condition.parts)


def _part(part: Any, wording: _Wording) -> str:
    """A condition inside another: one made of parts itself stands in brackets, so that nobody reads it crosswise."""
    words = _words(part, wording)
    return f"（{words}）" if isinstance(part, AnyOf | AllOf) else words


@_words.register
def _(condition: Ask, wording: _Wording) -> str:
    return f"{wording.judged}{condition.ask}"
