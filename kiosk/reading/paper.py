"""Reads one page: sets it upright, tells what paper it is, and takes its fields from beside their labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forms.identity import luhn_holds
from kiosk.reading import values
from kiosk.reading.kinds import LABELS, PAPERS, RULES, FieldRule, PaperRule, weight_of
from kiosk.reading.layout import Piece, Value, compact, paragraph_at, pieces_of, value_at
from kiosk.reading.reading import Line, PaperKind, ReadField, Reading, Turn
from kiosk.reading.recogniser import CARD_SIDE, detect, is_fine_print, recognise, spelled
from kiosk.reading.stamps import with_text_under_stamps
from kiosk.reading.upright import turn_of_boxes, turned

# Fewer characters than this on a page tell nothing.
LEAST_CHARACTERS = 4
# A field that contradicts itself or its neighbour was read wrongly or printed wrongly: nobody is sure of it.
SURE_IN_TROUBLE = 0.5
_BANK = re.compile(r"[一-鿿]{0,12}(?:银行|信用合作联社|信用联社|信用社|商业联合银行|农商行)")


def read_page(page: np.ndarray, kind_hint: PaperKind | None = None) -> Reading:
    """Return what a BGR page says, however it lies; boxes are in its own pixels.

    `kind_hint`: the paper that is expected; it decides only where the words leave it open. Raises CannotRead.
    """
    boxes = detect(page, CARD_SIDE)
    turn = turn_of_boxes(page, boxes)
    looked_at = turn == 0 and not is_fine_print(boxes, page)
    upright = turned(page, turn)
    lines = with_text_under_stamps(upright, spelled(page, boxes) if looked_at else recognise(upright))
    reading = understood(lines, turn, kind_hint)
    return replace(reading, lines=tuple(replace(line, box=_turned_back(line.box, turn, page)) for line in lines))


def understood(lines: Sequence[Line], turn: Turn = 0, kind_hint: PaperKind | None = None) -> Reading:
    """Return the reading that lines of an upright page give; pure."""
    kind = kind_of(lines, kind_hint)
    fields = fields_of(lines, RULES[kind]) if kind in RULES else ()
    return Reading(tuple(lines), turn, kind, fields)


def kind_of(lines: Sequence[Line], hint: PaperKind | None = None) -> PaperKind | None:
    """Tell a paper by its words: of those with words enough, the one with most; None when nothing is legible."""
    text = compact("".join(line.text for line in lines))
    weights = {rule.kind: weight_of(rule, text) for rule in PAPERS}
    told = {rule.kind: weights[rule.kind] / rule.least for rule in PAPERS if weights[rule.kind] >= rule.least}
    if told:
        return max(told, key=lambda kind: told[kind])
    if hint in RULES and weights[hint] * 2 >= RULES[hint].least:
        return hint
    return "other" if len(text) >= LEAST_CHARACTERS else None


def fields_of(lines: Sequence[Line], rule: PaperRule) -> tuple[ReadField, ...]:
    """Return the fields of a paper whose kind is known, those that could be found."""
    pieces = pieces_of(lines, rule.labels)
    found = [field for field_rule in rule.fields if (field := _field(pieces, field_rule)) is not None]
    found += [field for field in _without_label(lines, rule) if field.name not in {other.name for other in found}]
    return tuple(_doubted(field) for field in _cross_checked(found))


def _field(pieces: Sequence[Piece], rule: FieldRule) -> ReadField | None:
    look = paragraph_at if rule.runs_on else value_at
    for label in rule.labels:
        value = look(pieces, label)
        if value is not None and (field := _checked(rule, label, value)).value:
            return field
    return None


def _checked(rule: FieldRule, label: str, value: Value) -> ReadField:
    text, trouble = rule.check(value.text)
    return ReadField(rule.name, label, text, value.sure, trouble)


def _without_label(lines: Sequence[Line], rule: PaperRule) -> list[ReadField]:
    """Fields that their own shape tells, for a page whose label is covered or misread: the numbers, and the bank's name."""
    wanted = {field.name for field in rule.fields}
    found: list[ReadField] = []
    for line in lines:
        text = compact(line.text)
        if "id_number" in wanted and (number := values.id_number_in(text)):
            found.append(_shaped("id_number", *values.as_id_number(number), line))
        if "account_number" in wanted and re.fullmatch(r"[0-9]{16,19}", text) and luhn_holds(text):
            found.append(_shaped("account_number", text, None, line))
        if "account_number" in wanted and (bank := _BANK.search(text)):
            found.append(_shaped("bank", bank[0], None, line))
    return list({field.name: field for field in reversed(found)}.values())


def _shaped(name, value: str, trouble: str | None, line: Line) -> ReadField:
    return ReadField(name, LABELS[name], value, line.sure, trouble)


def _cross_checked(fields: Sequence[ReadField]) -> list[ReadField]:
    """Birth date and sex against the number, the end of validity against its beginning."""
    by_name = {field.name: field for field in fields}
    return [replace(field, trouble=field.trouble or _against_others(field, by_name)) for field in fields]


def _against_others(field: ReadField, others: dict[str, ReadField]) -> str | None:
    number, begins = others.get("id_number"), others.get("valid_from")
    if field.name == "birth_date" and number is not None:
        return values.birth_fault(field.value, number.value)
    if field.name == "sex" and number is not None:
        return values.sex_fault(field.value, number.value)
    if field.name == "valid_until" and begins is not None and field.value <= begins.value:
        return values.EXPIRED_BEFORE_ISSUED
    return None


def _doubted(field: ReadField) -> ReadField:
    return field if field.trouble is None else replace(field, sure=min(field.sure, SURE_IN_TROUBLE))


def _turned_back(box: np.ndarray, turn: Turn, page: np.ndarray) -> np.ndarray:
    """Where a box of the upright page lies on the page as it was given."""
    height, width = page.shape[:2]
    x, y = box[:, 0], box[:, 1]
    if turn == 90:
        return np.stack([y, height - x], axis=1)
    if turn == 180:
        return np.stack([width - x, height - y], axis=1)
    if turn == 270:
        return np.stack([width - y, x], axis=1)
    return box
