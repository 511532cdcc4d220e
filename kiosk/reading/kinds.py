"""The papers a village counter sees, as a table: the words that tell each of them, and where its fields stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk.reading import values
from kiosk.reading.layout import compact
from kiosk.reading.reading import FieldName, PaperKind


@dataclass(frozen=True)
class FieldRule:
    """A field stands at the first of its labels that has a value; `runs_on`: over several lines."""

    name: FieldName
    labels: tuple[str, ...]
    check: Callable[[str], values.Checked] = values.as_words
    runs_on: bool = False


@dataclass(frozen=True)
class PaperRule:
    """A paper is told by words worth at least `least` together; `never` are words that no such paper carries."""

    kind: PaperKind
    marks: Mapping[str, int]
    least: int
    fields: tuple[FieldRule, ...]
    never: tuple[str, ...] = ()
    # labels without a field of ours: values end where they begin
    fences: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return (*(label for field in self.fields for label in field.labels), *self.fences)


# Our own sheets and forms name other papers and their fields; no card, register or passbook has these words.
_SHEET_WORDS = ("申请表", "审批表", "申请人", "告知单", "分隔页", "委托书", "材料")
_FORM_WORDS = (*_SHEET_WORDS, "审批", "意见", "联系电话", "证明", "签名", "开户")

PAPERS = (
    PaperRule(
        "household_register",
        {"常住人口登记": 4, "居民户口簿": 2, "户主或与户主关系": 3, "与户主关系": 1, "户主姓名": 2, "户别": 2, "户号": 2,
         "曾用名": 1, "公民身份证件编号": 2, "登记机关": 1, "何时由何地": 2, "承办人签章": 1, "服务处所": 1, "婚姻状况": 1},
        4,
        (
            FieldRule("name", ("姓名",)),
            FieldRule("relation", ("户主或与户主关系", "与户主关系")),
            FieldRule("sex", ("性别",), values.as_sex),
            FieldRule("nation", ("民族",), values.as_nation),
            FieldRule("birth_date", ("出生日期",), values.as_date),
            FieldRule("id_number", ("公民身份证件编号", "公民身份证号码", "公民身份号码"), values.as_id_number),
            FieldRule("householder", ("户主姓名",)),
            FieldRule("household_number", ("户号",)),
            FieldRule("address", ("住址",), runs_on=True),
            FieldRule("issuer", ("登记机关",)),
        ),
        never=_SHEET_WORDS,
        fences=("户别", "曾用名", "出生地", "籍贯", "文化程度", "婚姻状况", "服务处所", "职业", "身高", "血型", "兵役状况",
                "宗教信仰", "本市(县)其他住址", "监护人", "监护关系", "登记日期", "承办人签章", "签发"),
    ),
    PaperRule(
        "id_card_back",
        {"中华人民共和国": 1, "居民身份证": 2, "签发机关": 2, "有效期限": 2},
        4,
        (
            FieldRule("issuer", ("签发机关",), runs_on=True),
            FieldRule("valid_from", ("有效期限",), values.as_date),
            FieldRule("valid_until", ("有效期限",), values.as_until),
        ),
        never=(*_FORM_WORDS, "姓名"),
    ),
    PaperRule(
        "id_card_front",
        {"公民身份号码": 3, "姓名": 1, "性别": 1, "民族": 1, "出生": 1, "住址": 1},
        4,
        (
            FieldRule("name", ("姓名",)),
            FieldRule("sex", ("性别",), values.as_sex),
            FieldRule("nation", ("民族",), values.as_nation),
            FieldRule("birth_date", ("出生",), values.as_date),
            FieldRule("address", ("住址",), runs_on=True),
            FieldRule("id_number", ("公民身份号码",), values.as_id_number),
        ),
        never=(*_FORM_WORDS, "社会保障", "银行", "残疾人证"),
    ),
    PaperRule(
        "bank_passbook",
        {"存折": 3, "活期": 1, "户名": 2, "账号": 2, "帐号": 2, "开户机构": 1, "开户网点": 1, "开户日期": 1, "币种": 1,
         "凭密码": 1, "通存通兑": 1, "储蓄": 1, "银行": 1, "信用社": 1, "信用合作": 1},
        5,
        (
            FieldRule("account_name", ("户名", "姓名")),
            FieldRule("account_number", ("账号", "帐号", "卡号"), values.as_account),
            FieldRule("bank", ("开户机构", "开户网点", "开户银行", "开户行"), runs_on=True),
        ),
        never=(*_SHEET_WORDS, "公民身份号码"),
        fences=("币种", "开户日期", "存折种类", "储种", "支取方式", "印鉴", "凭证号", "册号", "签发日期"),
    ),
    PaperRule(
        "bank_card",
        {"社会保障卡": 4, "社会保障号码": 2, "银联": 3, "unionpay": 3, "借记卡": 3, "储蓄卡": 3, "信用卡": 3, "validthru": 2,
         "atm": 1, "银行": 1, "农村信用": 1, "debit": 2, "卡号": 1, "一卡通": 2},
        4,
        (
            FieldRule("account_name", ("姓名", "持卡人")),
            FieldRule("account_number", ("银行卡号", "卡号", "账号"), values.as_account),
            FieldRule("id_number", ("社会保障号码",), values.as_id_number),
        ),
        never=_SHEET_WORDS,
        fences=("发卡日期", "有效期限", "性别"),
    ),
)  # fmt: skip

RULES = {rule.kind: rule for rule in PAPERS}
#: what a field is called to the agent where the paper prints no label of its own
LABELS: dict[FieldName, str] = {
    "name": "姓名", "sex": "性别", "nation": "民族", "birth_date": "出生日期", "address": "住址", "id_number": "公民身份号码",
    "issuer": "签发机关", "valid_from": "有效期自", "valid_until": "有效期至", "household_number": "户号", "householder": "户主姓名",
    "relation": "与户主关系", "account_number": "账号", "account_name": "户名", "bank": "银行",
}  # fmt: skip


def weight_of(rule: PaperRule, text: str) -> int:
    """How much of a paper's words a text carries; 0 when it has one that no such paper carries."""
    told = compact(text).casefold()
    if any(word in told for word in rule.never):
        return 0
    return _weight_of_marks(rule, told)


def carries(rule: PaperRule, text: str) -> bool:
    """Whether a text has all it takes for a paper, whatever else stands beside it (both sides copied on one sheet)."""
    return _weight_of_marks(rule, compact(text).casefold()) >= rule.least


def _weight_of_marks(rule: PaperRule, told: str) -> int:
    return sum(weight for mark, weight in rule.marks.items() if mark in told)
