"""One household of a roster as it is written: which columns an item asks for, and what is wrong with a line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from forms.identity import bank_account_fault, id_number_fault, normal_id_number
from forms.item import FormField, ServiceItem

ColumnKind = Literal["name", "id_number", "text", "number", "quantity", "money", "holder", "account"]
LONGEST = 60
# No household of these items is paid more; a sum above it is a slipped decimal point.
MOST_FEN = 100_000_000


@dataclass(frozen=True)
class Column:
    """One column of a roster's sheet; `name` is the line of the form it stands for, or one of ours."""

    name: str
    label: str
    kind: ColumnKind
    required: bool = True


@dataclass(frozen=True)
class Entry:
    """A household as written and checked; `fen` is None until somebody has set the sum."""

    name: str
    id_number: str
    quantity: str = ""
    fen: int | None = None
    holder: str = ""
    account: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def as_stored(self) -> dict[str, Any]:
        return {
            "name": self.name, "id_number": self.id_number, "quantity": self.quantity, "holder": self.holder,
            "account": self.account, "values": self.values,
        }  # fmt: skip

    def texts(self) -> dict[str, str]:
        """As the columns hold them, for a sheet or a form."""
        money = "" if self.fen is None else f"{Decimal(self.fen) / 100:.2f}"
        own = {"name": self.name, "id_number": self.id_number, "quantity": self.quantity, "money": money}
        return {**self.values, **own, "holder": self.holder, "account": self.account}


def pays(item: ServiceItem) -> bool:
    """Whether money goes to an account of each household."""
    return any(line.type == "bank_account" for line in item.form_fields)


def columns_of(item: ServiceItem) -> tuple[Column, ...]:
    """Who it is, what is measured or published of the household, and where the money goes; nothing else is asked for
    (个人信息保护法 第6条: 最小范围)."""
    numbers = [line for line in item.form_fields if line.format == "number"]
    people = [
        Column("name", item.fields_by_id[item.applicant.name].label, "name"),
        Column("id_number", item.fields_by_id[item.applicant.id_number].label, "id_number"),
    ]
    measured = [Column(line.id, _with_unit(line.label, line.unit), "number", False) for line in numbers]
    published = [
        Column(line.id, line.label, "text", False) for line in _published_lines(item) if line.format != "number"
    ]
    amount = [Column("quantity", _with_unit("核定数量", numbers[0].unit), "quantity", False)] if numbers else []
    money = [
        Column("money", "金额（元）", "money", False),
        Column("holder", "收款户名", "holder"),
        Column("account", "收款账号", "account"),
    ]
    return (*people, *measured, *published, *amount, *(money if pays(item) else []))


def _with_unit(label: str, unit: str | None) -> str:
    return f"{label}（{unit}）" if unit else label


def is_quantity(label: str) -> bool:
    """补贴面积、发放数量: published columns a row's own quantity fills."""
    return "面积" in label or "数量" in label


def is_money(label: str) -> bool:
    return "金额" in label


def _published_lines(item: ServiceItem) -> list[FormField]:
    named = {entry.field for entry in (*item.disclosure_fields, *item.notice_fields) if entry.field}
    hidden = {item.applicant.name, item.applicant.id_number}
    return [line for line in item.form_fields if line.id in named - hidden]


def read_entry(columns: tuple[Column, ...], texts: Mapping[str, str]) -> tuple[Entry | None, list[str]]:
    """The household one line names, or what is wrong with it, column by column."""
    clean = {column.name: re.sub(r"\s+", " ", texts.get(column.name, "")).strip() for column in columns}
    clean["id_number"] = normal_id_number(clean["id_number"])
    if "account" in clean:
        clean["account"] = re.sub(r"\s", "", clean["account"])
    faults = [fault for column in columns if (fault := _fault(column, clean[column.name]))]
    if faults:
        return None, faults
    own = {column.name for column in columns if column.kind in ("number", "text")}
    entry = Entry(
        name=clean["name"],
        id_number=clean["id_number"],
        quantity=clean.get("quantity", ""),
        fen=read_fen(clean["money"]) if clean.get("money") else None,
        holder=clean.get("holder", ""),
        account=clean.get("account", ""),
        values={name: text for name, text in clean.items() if name in own and text},
    )
    return entry, []


def _fault(column: Column, text: str) -> str | None:
    if not text:
        return f"“{column.label}”没有填" if column.required else None
    if len(text) > LONGEST:
        return f"“{column.label}”最多{LONGEST}个字"
    match column.kind:
        case "id_number":
            return id_number_fault(text)
        case "account":
            return bank_account_fault(text)
        case "number" | "quantity":
            return None if _decimal(text) is not None else f"“{column.label}”要填数，例如 3.5"
        case "money":
            return _money_fault(text)
    return None


def _money_fault(text: str) -> str | None:
    fen = read_fen(text)
    if fen is None or fen <= 0:
        return "“金额（元）”要填大于0的数，最多两位小数，例如 356.80"
    return f"“金额（元）”{text} 太大了，请核对小数点" if fen > MOST_FEN else None


def read_fen(text: str) -> int | None:
    """Yuan as typed, in fen; None for what is no sum of money."""
    amount = _decimal(text.replace(",", "").replace("，", "").removesuffix("元"))
    if amount is None or amount * 100 != int(amount * 100):
        return None
    return int(amount * 100)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text) else None


def priced(entry: Entry, per_unit_fen: int) -> int | None:
    """Quantity times the standard, half a fen upwards; None where no quantity is known."""
    quantity = _decimal(entry.quantity)
    if quantity is None:
        return None
    return int((quantity * per_unit_fen).quantize(Decimal(1), rounding=ROUND_HALF_UP))
