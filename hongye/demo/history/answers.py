"""Fills the form of any item for an invented villager, completely: the server takes nothing less."""

from datetime import date, timedelta
from random import Random

from forms.check import questions
from forms.clock import written_date
from forms.condition import with_visit_day
from forms.identity import age_on, birth_date
from forms.item import Answers, FormField, ServiceItem
from hongye.demo.history.residents import Register, Resident

GROWN_UP = (22, 68)
# Whose matter it is, by item: the old, the children, the students, the young mothers.
AGES: dict[str, tuple[int, int]] = {
    "MZ-006": (1, 15), "MZ-007": (1, 15), "CL-003": (1, 12),
    "MZ-002": (62, 88), "MZ-008": (80, 97), "MZ-009": (80, 97), "MZ-010": (70, 95), "MZ-015": (60, 85),
    "RS-002": (60, 63), "RS-003": (61, 92), "TY-002": (61, 84),
    "YB-002": (22, 38), "WJ-001": (22, 38), "WJ-004": (22, 38), "GA-001": (22, 38),
    "XC-002": (16, 20), "JY-001": (18, 22), "JY-002": (16, 22),
}  # fmt: skip


class Form:
    """One form being filled; every line that applies and must be there is."""

    def __init__(self, item: ServiceItem, applicant: Resident, register: Register, village: str, on: date, rng: Random):
        self._item, self._applicant, self._register = item, applicant, register
        self._village, self._on, self._rng = village, on, rng

    def fill(self) -> Answers:
        answers: Answers = {}
        for field in self._item.form_fields:
            if field.required and field.applies(answers):
                answers[field.id] = self._answer(field, answers)
        for material in questions(self._item):
            answers[material.question] = self._rng.random() < 0.12
        return with_visit_day(answers, self._on)

    def _answer(self, field: FormField, answers: Answers) -> object:
        if field.id in (self._item.applicant.name, "bank_holder"):
            return self._applicant.name
        if field.id == self._item.applicant.id_number:
            return self._applicant.id_number
        if field.type == "bool":
            return field.is_promise
        if field.choices:
            return self._choice(field)
        if field.type == "date":
            return self._date(field, answers).isoformat()
        return self._written(field)

    def _choice(self, field: FormField) -> str:
        if field.id == "age_band":
            age = age_on(self._applicant.born_on, self._on)
            return field.choices[min(max(age // 10 - 8, 0), len(field.choices) - 1)]
        return self._rng.choice(field.choices)

    def _date(self, field: FormField, answers: Answers) -> date:
        if field.born_by and (born_on := birth_date(str(answers.get(field.born_by, "")))):
            return born_on
        return self._on - timedelta(days=self._rng.randrange(3, 60))

    def _written(self, field: FormField) -> str:
        match field.type:
            case "id_number":
                return self._register.newcomer(self._village, GROWN_UP, self._on, self._rng).id_number
            case "phone":
                return self._applicant.phone
            case "bank_account":
                return self._applicant.account
            case "money":
                return f"{self._rng.randrange(2, 60) * 50}.00"
            case "address":
                return f"示范村民小组{self._rng.randrange(1, 30)}号"
        if field.format == "number":
            return str(self._rng.randrange(1, 9))
        return "示范某" if field.id.endswith("_name") else "示范内容，如实填写"


def stated_result(labels: list[str], on: date, rng: Random) -> dict[str, str]:
    """What a deciding desk states of the result."""
    return {label: _stated(label, on, rng) for label in labels}


def _stated(label: str, on: date, rng: Random) -> str:
    if "年月" in label:
        return f"{on.year}年{on.month}月"
    if "日期" in label or "时间" in label:
        return written_date(on)
    if any(word in label for word in ("金额", "标准", "补助", "补贴")):
        return f"{rng.randrange(2, 40) * 50}元（示范）"
    return "按实际核定（示范）"
