"""An entry as officials see it in a form or a spreadsheet: which columns there are, what they are called, and each value
as text that can be read back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from forms.catalogue import Kind
from forms.condition import Condition
from forms.condition_text import ConditionFault, condition_text, read_condition

Widget = Literal["text", "long", "lines", "words", "choice", "yes_no", "number", "date", "condition", "pairs"]


class CellFault(ValueError):
    """A cell that cannot be read; the text says what is allowed."""


@dataclass(frozen=True)
class Column:
    """One value: `name` in the record, `label` for people. `choices` maps stored words to shown ones."""

    name: str
    label: str
    widget: Widget = "text"
    choices: Mapping[str, str] | None = None
    hint: str = ""


@dataclass(frozen=True)
class Table:
    """A list of records inside an entry: 材料, 环节 and so on, a row each."""

    name: str
    label: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Sheet:
    """One kind of entry: its own columns and its tables."""

    kind: Kind
    label: str
    columns: tuple[Column, ...]
    tables: tuple[Table, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


LEVELS = {"village": "村", "township": "乡镇", "county": "县区", "city": "市"}
UNITS = {"working_day": "工作日", "calendar_day": "自然日", "hour": "小时"}
CONFIDENCE = {"verified": "核对过原文", "partial": "部分核对", "memory": "未检得原文"}
STATUS = {"pending_local_confirmation": "待本地确认", "confirmed": "已确认"}
ACTIONS = {
    "accept": "受理", "verify": "核验", "joint_review": "联审", "approve": "审批", "publicise": "公示公布", "issue": "送达",
}  # fmt: skip
SOURCES = {"applicant": "申请人", "agent": "村里制作", "department": "部门核验"}
PAPERS = {"original": "原件", "copy": "复印件", "original+copy": "原件和复印件"}
CAPTURES = {
    "id_card": "身份证", "household_register": "户口簿", "bank_passbook": "存折或卡", "photo": "照片", "form": "签字的表",
    "generic": "一般材料",
}  # fmt: skip
FIELD_TYPES = {
    "text": "文字", "id_number": "身份证号", "phone": "电话", "date": "日期", "money": "金额", "choice": "选项",
    "address": "地址", "bank_account": "银行账号", "textarea": "大段文字", "bool": "是非题",
}  # fmt: skip
MASKS = {"none": "原样", "name": "只留姓"}
_WHEN = Column("when", "什么情况", "condition", hint="例：by_agent = 是；不写就是都要")

_MATERIALS = Table("materials", "材料", (
    Column("id", "编号", hint="英文小写，同一样材料各事项用同一个"), Column("name", "材料名称"),
    Column("issuer", "由谁出具", hint="公安机关、医疗机构等；可以不写"), Column("source", "谁准备", "choice", SOURCES),
    Column("form", "要什么样的", "choice", PAPERS), Column("capture", "怎么拍", "choice", CAPTURES),
    Column("required", "要不要", hint="always 是都要；when 后面写什么情况要"), _WHEN, Column("note", "说明"),
))  # fmt: skip
_FIELDS = Table("form_fields", "表格字段", (
    Column("id", "编号"), Column("label", "名称"), Column("type", "类型", "choice", FIELD_TYPES),
    Column("required", "必填", "yes_no"), Column("choices", "选项", "words"), Column("help", "提示"),
    Column("format", "格式", "choice", {"number": "数字"}), Column("unit", "单位"), _WHEN,
    Column("born_by", "由哪个身份证号得出"),
))  # fmt: skip
_STAGES = Table("stages", "环节", (
    Column("id", "编号"), Column("level", "哪一级", "choice", LEVELS), Column("department", "部门"), Column("role", "岗位"),
    Column("parallel", "同时办", "yes_no"), Column("promised_days", "承诺天数", "number"),
    Column("action", "做什么", "choice", ACTIONS), Column("group", "同组"), _WHEN,
    Column("clock", "计不计时", "choice", {"excluded": "不计入"}),
    Column("clock_start", "法定时限起点", "choice", {"statutory": "从这里起算"}),
    Column("notice_days", "公示天数", "number"), Column("what", "怎么办", "long"),
))  # fmt: skip
_DISCLOSURE = Table("disclosure_fields", "公开栏目", (
    Column("label", "栏目"), Column("field", "取自哪一栏", hint="申请表里那一栏的编号；不写就由审批时填"), Column("mask", "网上怎么写", "choice", MASKS), Column("board_mask", "村公示栏怎么写", "choice", MASKS),
))  # fmt: skip
_NOTICE = Table("notice_fields", "公示栏目", _DISCLOSURE.columns)
_FAQ = Table("faq", "常见问题", (Column("q", "问", "long"), Column("a", "答", "long")))
_STEPS = Table("steps", "步骤", (
    Column("id", "编号"), Column("who", "谁"), Column("what", "做什么", "long"), Column("next", "下一步", "words"),
    Column("decision", "按什么判断"), Column("labels", "各去向的名称", "words"), Column("days", "几天", "number"),
    Column("day_unit", "天数单位", "choice", UNITS),
    Column("days_mean", "天数是什么意思", "choice", {"at_least": "至少等这么久", "at_most": "最多用这么久"}),
    Column("days_before", "数到哪一步"), Column("rule", "规则原文", "long"), Column("vote", "表决规则", "words"),
))  # fmt: skip

_MODES = {"直接办理": "直接办理", "受理上报": "受理上报", "帮办代办": "帮办代办"}
_SUITS = Column("suits", "适合谁", "condition", hint="给“我能办什么”用，字段是 situation.yaml 里的问题")

SHEETS: dict[Kind, Sheet] = {
    "item": Sheet("item", "事项", (
        Column("code", "编码"), Column("name_zh", "名称"), Column("department", "主管部门"),
        Column("mode", "办理方式", "choice", _MODES), Column("audience", "给谁办", "long"), Column("summary", "一句话说明", "long"),
        Column("window", "什么时候办"), Column("batch", "成批办理", "yes_no"),
        Column("applicant", "办事人是哪几栏", "pairs", hint="name：姓名栏的编号；id_number：身份证号栏的编号"),
        Column("eligibility", "条件", "lines"), _SUITS,
        Column("statutory_days", "法定时限", "number", hint="国家没有规定的不要写"),
        Column("statutory_unit", "法定时限单位", "choice", UNITS), Column("statutory_note", "法定时限说明", "long"),
        Column("promised_days", "承诺时限", "number"), Column("promised_unit", "承诺时限单位", "choice", UNITS),
        Column("public_notice_days", "公示天数", "number"), Column("public_notice_unit", "公示天数单位", "choice", UNITS),
        Column("public_notice_note", "公示说明", "long"), Column("result", "办成后拿到什么", "long"), Column("fee", "收费"),
        Column("legal_basis", "依据", "lines"), Column("disclosure_note", "公开说明", "long"),
        Column("publishes_each_case", "不写名字也逐件公开", "yes_no"), Column("licence", "是行政许可", "yes_no"),
        Column("extension", "延长", "pairs", hint="max_days：最多几天；reason：什么情况"),
        Column("lifecycle", "后续", "pairs", hint="recheck_months：几个月复核一次；start_month：after_decision（决定次月）或 of_application（申请当月）；renewed_by：application 是每次重新申请；confirms：认证哪个事项的待遇"), Column("channel_note", "渠道说明", "long"), Column("related", "相关事项", "words"),
        Column("confidence", "核对程度", "choice", CONFIDENCE), Column("verified_facts", "核对过哪些", "lines"),
        Column("sources", "来源", "words"), Column("status", "确认情况", "choice", STATUS),
        Column("confirm_points", "还要确认什么", "lines"),
    ), (_MATERIALS, _FIELDS, _STAGES, _NOTICE, _DISCLOSURE, _FAQ)),
    "power": Sheet("power", "权力", (
        Column("code", "编码"), Column("name_zh", "名称"), Column("category_code", "类别编码"), Column("category", "类别"),
        Column("holder", "谁来行使", "long"), Column("basis", "依据", "lines"),
        Column("disclosure", "怎么公开", "pairs", hint="what、when、duration、where 各写一行"), Column("oversight", "怎么监督", "long"),
        Column("limit_note", "不准怎样", "long"), Column("confidence", "核对程度", "choice", CONFIDENCE),
        Column("status", "确认情况", "choice", STATUS),
    ), (_STEPS,)),
    "policy": Sheet("policy", "政策", (
        Column("code", "编码"), Column("name_zh", "名称"), Column("department", "主管部门"), Column("who", "给谁", "long"), _SUITS,
        Column("benefit", "给什么", "long"), Column("how_to_apply", "怎么办"), Column("item_codes", "对应事项", "words"),
        Column("basis", "依据", "long"), Column("contact_level", "找哪一级", "choice", LEVELS),
        Column("effective", "从哪天起", "date"), Column("effective_note", "起始说明"), Column("expiry", "到哪天止", "date"),
        Column("expiry_note", "截止说明"), Column("local_standard", "地方标准", "yes_no"), Column("note", "备注", "long"),
        Column("confidence", "核对程度", "choice", CONFIDENCE), Column("status", "确认情况", "choice", STATUS),
    ), ()),
}  # fmt: skip

# A price of nothing is not the same as no price: these stand as null in the data when their cell is empty.
_NULL_WHEN_EMPTY = frozenset({"statutory_days", "effective", "expiry"})
_CONDITION = TypeAdapter(Condition)


def text_of(column: Column, value: Any) -> str:
    """A stored value as people read and write it."""
    if value is None:
        return ""
    match column.widget:
        case "yes_no":
            return "是" if value else "否"
        case "choice":
            return (column.choices or {}).get(value, str(value))
        case "lines":
            return "\n".join(value)
        case "words":
            return _words_text(value)
        case "pairs":
            return "\n".join(f"{key}：{_pair_text(one)}" for key, one in value.items())
        case "condition":
            return condition_text(_CONDITION.validate_python(value))
    return str(value)


def _words_text(words: Any) -> str:
    """甲、乙; where a word has a 、 of its own, 甲、乙 | 丙 | (a bar after each)."""
    if any(re.search("[、,，]", word) for word in words):
        return " ".join(f"{word} |" for word in words)
    return "、".join(words)


def _read_words(column: Column, text: str) -> list[str]:
    separator = r"\|" if "|" in text else "[、,，\n]"
    return [word.strip() for word in re.split(separator, text) if word.strip()]


def _pair_text(value: Any) -> str:
    return {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def value_of(column: Column, text: str) -> Any:
    """What was written in a form or a cell, as it is stored. Raises CellFault."""
    # Signs no paper and no spreadsheet can hold (a stray \x0b from another program) are not kept.
    text = _CONTROL.sub("", text).strip()
    return _READERS[column.widget](column, text) if text else None


def _read_yes_no(column: Column, text: str) -> bool:
    answers = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False}
    if text.lower() not in answers:
        raise CellFault(f"“{column.label}”要写 是 或 否，现在是“{text}”")
    return answers[text.lower()]


def _read_choice(column: Column, text: str) -> str:
    known = column.choices or {}
    stored = {shown: word for word, shown in known.items()}
    if text not in stored and text not in known:
        raise CellFault(f"“{column.label}”只能写：{'、'.join(stored)}，现在是“{text}”")
    return stored.get(text, text)


def _read_number(column: Column, text: str) -> int:
    if not re.fullmatch(r"\d{1,6}(\.0)?", text):
        raise CellFault(f"“{column.label}”要写整数，现在是“{text}”")
    return int(text.partition(".")[0])


def _read_date(column: Column, text: str) -> str:
    if not (found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?", text)):
        raise CellFault(f"“{column.label}”要写成 2026-01-31 这样，现在是“{text}”")
    return "-".join(found.groups())


def _read_pairs(column: Column, text: str) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for line in text.splitlines():
        name, sign, value = line.partition("：") if "：" in line else line.partition(":")
        if not sign:
            raise CellFault(f"“{column.label}”每行要写成“名称：内容”，这一行不是：“{line}”")
        pairs[name.strip()] = {"是": True, "否": False}.get(value.strip(), value.strip())
    return pairs


def _read_condition(column: Column, text: str) -> dict[str, Any]:
    try:
        raw = read_condition(text)
        _CONDITION.validate_python(raw)
    except ConditionFault as fault:
        raise CellFault(f"“{column.label}”：{fault}") from None
    except ValidationError:
        raise CellFault(f"“{column.label}”的写法不对：“{text}”") from None
    return raw


_READERS: dict[Widget, Callable[[Column, str], Any]] = {
    "text": lambda column, text: text,
    "long": lambda column, text: text,
    "lines": lambda column, text: [line.strip() for line in text.splitlines() if line.strip()],
    "words": _read_words,
    "yes_no": _read_yes_no,
    "choice": _read_choice,
    "number": _read_number,
    "date": _read_date,
    "pairs": _read_pairs,
    "condition": _read_condition,
}


def tidy_record(columns: tuple[Column, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """A record of what was written: empty cells are left out, but for those where emptiness is itself a statement."""
    kept: dict[str, Any] = {}
    for column in columns:
        value = values.get(column.name)
        if value is not None or column.name in _NULL_WHEN_EMPTY:
            kept[column.name] = value
        elif column.widget in ("lines", "words") and column.name in (
            "eligibility",
            "item_codes",
            "next",
            "confirm_points",
        ):
            kept[column.name] = []
    return kept


@dataclass(frozen=True)
class EntryTexts:
    """One entry as text: its own columns, and its tables row by row."""

    own: dict[str, str]
    tables: dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class TextFault:
    """A text that cannot be read: where (a table's name, or "" for the entry's own columns; row from 0), and why."""

    table: str
    row: int
    column: str
    fault: str


def texts_of(kind: Kind, content: Mapping[str, Any]) -> EntryTexts:
    """The stored content as text, for a form or a spreadsheet."""
    sheet = SHEETS[kind]
    return EntryTexts(
        _record_texts(sheet.columns, content),
        {
            table.name: [_record_texts(table.columns, record) for record in content.get(table.name) or []]
            for table in sheet.tables
        },
    )


def _record_texts(columns: tuple[Column, ...], record: Mapping[str, Any]) -> dict[str, str]:
    return {column.name: text_of(column, record.get(column.name)) for column in columns}


def content_of_texts(kind: Kind, texts: EntryTexts) -> tuple[dict[str, Any], list[TextFault]]:
    """What was written, as it is stored, and every text that could not be read; empty rows are left out."""
    sheet = SHEETS[kind]
    content, faults = _read_record("", 0, sheet.columns, texts.own)
    for table in sheet.tables:
        content[table.name] = []
        for row, record in enumerate(texts.tables.get(table.name, [])):
            if any(text.strip() for text in record.values()):
                read, wrong = _read_record(table.name, row, table.columns, record)
                content[table.name].append(read)
                faults += wrong
    return content, faults


def _read_record(
    table: str, row: int, columns: tuple[Column, ...], record: Mapping[str, str]
) -> tuple[dict[str, Any], list[TextFault]]:
    values, faults = {}, []
    for column in columns:
        try:
            values[column.name] = value_of(column, record.get(column.name, ""))
        except CellFault as fault:
            faults.append(TextFault(table, row, column.name, str(fault)))
    return tidy_record(columns, values), faults


def place_in_words(kind: str, field: str) -> str:
    """stages.s3.department as 环节 s3·部门: where a fault is, in the words of the form; as it is where there is no form."""
    if kind not in SHEETS:
        return field
    sheet = SHEETS[kind]
    first, *rest = field.split(".")
    table = next((table for table in sheet.tables if table.name == first), None)
    labels = {column.name: column.label for column in (table.columns if table else sheet.columns)}
    if table is None:
        return "·".join([labels.get(first, first), *rest])
    row, *inner = rest or [""]
    return "·".join([f"{table.label} {row}".strip(), *(labels.get(name, name) for name in inner)])
