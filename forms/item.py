"""A service item: who may apply, what is needed, which desks it passes and in how many days, as data."""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from forms.condition import Answers, CatalogueRecord, Condition, asks_a_person

__all__ = ["Answers", "CatalogueRecord", "DisclosureTemplate", "FormField", "Material", "ServiceItem", "Stage"]

Level = Literal["village", "township", "county", "city"]
StageAction = Literal["accept", "verify", "joint_review", "approve", "publicise", "issue"]
Capture = Literal["id_card", "household_register", "bank_passbook", "photo", "form", "generic"]
DayUnit = Literal["working_day", "calendar_day"]
TimeUnit = Literal["working_day", "calendar_day", "hour"]
Confidence = Literal["verified", "partial", "memory"]
Confirmation = Literal["pending_local_confirmation", "confirmed"]
FieldType = Literal[
    "text", "id_number", "phone", "date", "money", "choice", "address", "bank_account", "textarea", "bool"
]

PAGES_TO_CAPTURE: dict[str, tuple[str, ...]] = {
    "id_card": ("人像面", "国徽面"),
    "household_register": ("首页和户主页", "本人页"),
    "bank_passbook": ("账户页",),
    "photo": ("照片",),
    "form": ("签好名的表",),
    "generic": ("第一页",),
}


class Material(CatalogueRecord):
    """材料: a paper the applicant must show, and how it is captured."""

    id: str
    name: str
    source: Literal["applicant", "agent", "department"]
    form: Literal["original", "copy", "original+copy"]
    capture: Capture
    required: str = Field(pattern=r"^(always|when \S.*)$")
    when: Condition | None = None
    note: str | None = None
    issuer: str | None = None

    @model_validator(mode="after")
    def _said_and_decided(self) -> Self:
        """Words without a condition nobody could decide; a condition without words nobody could read."""
        if (self.condition is None) != (self.when is None):
            raise ValueError("required 写了条件就要写 when，写了 when 就要在 required 里用文字说明")
        return self

    @property
    def condition(self) -> str | None:
        """The condition in words, None for a material always needed."""
        return self.required.removeprefix("when ") if self.required.startswith("when ") else None

    @property
    def question(self) -> str:
        """The answer key under which a person says whether a condition only people can judge holds."""
        return f"needs_{self.id}"

    @property
    def asks_a_person(self) -> bool:
        return self.when is not None and asks_a_person(self.when)

    def decide(self, answers: Answers) -> bool | None:
        """Whether this applicant needs it; None when that is not known yet."""
        return True if self.when is None else self.when.decide(answers, self.question)

    @property
    def page_names(self) -> tuple[str, ...]:
        """What each sheet under the camera should show, in order; further sheets may follow."""
        return PAGES_TO_CAPTURE[self.capture]


class FormField(CatalogueRecord):
    """One line of the application form."""

    id: str
    label: str
    type: FieldType
    required: bool
    choices: tuple[str, ...] = ()
    help: str | None = None
    format: Literal["number"] | None = None
    unit: str | None = None
    when: Condition | None = None
    # The line with the citizen's number that this date is the birth date of.
    born_by: str | None = None

    @property
    def is_promise(self) -> bool:
        """承诺: a statement the applicant makes; there is no other answer than yes."""
        return self.type == "bool" and self.id == "promise"

    def applies(self, answers: Answers) -> bool:
        return self.when is None or self.when.decide(answers) is True


class Stage(CatalogueRecord):
    """环节: one desk a case passes, with its own days."""

    id: str
    level: Level
    department: str
    role: str
    parallel: bool
    promised_days: int = Field(ge=0)
    action: StageAction
    what: str
    group: str | None = None
    clock: Literal["excluded"] | None = None
    clock_start: Literal["statutory"] | None = None
    when: Condition | None = None
    notice_days: int | None = Field(default=None, ge=1)

    def decide(self, answers: Answers) -> bool | None:
        """Whether a case passes this desk; None where the desk itself must judge."""
        return True if self.when is None else self.when.decide(answers)

    @property
    def stops_clock(self) -> bool:
        """公示、鉴定、评估 and the like are not counted in the limit (行政许可法 第45条 and its kin)."""
        return self.clock == "excluded"

    @property
    def is_public_notice(self) -> bool:
        """A publicise stage with days is a hold for objections; one without is a mere posting."""
        return self.action == "publicise" and bool(self.notice_days)


class DisclosureField(CatalogueRecord):
    """One column of what is published when the case ends, and how it is masked."""

    label: str
    # The line of the form that knows it; without one the case itself does, or the deciding desk states it.
    field: str | None = None
    mask: Literal["none", "name"]
    board_mask: Literal["none", "name"] | None = None


class DisclosureTemplate(CatalogueRecord):
    """公开模版: the columns of what is published of one case, and what must never be among them."""

    fields: tuple[DisclosureField, ...]
    note: str | None

    @property
    def names_people(self) -> bool:
        return any(field.mask == "name" for field in self.fields)


class ApplicantFields(CatalogueRecord):
    """Which lines of the form name the person the case is about: a child's guardian signs, the child is the applicant."""

    name: str = "applicant_name"
    id_number: str = "applicant_id"


class Question(CatalogueRecord):
    q: str
    a: str


class Extension(CatalogueRecord):
    max_days: int
    reason: str


class Lifecycle(CatalogueRecord):
    """后续: what goes on after the case is done, in words for people; beside them what a program can act on."""

    recurring: bool = False
    start: str | None = None
    recheck: str | None = None
    stop: str | None = None
    expire: str | None = None
    grace: str | None = None
    # From which month it is paid; None where a local rule decides and the deciding desk says so.
    start_month: Literal["after_decision", "of_application"] | None = None
    recheck_months: int | None = Field(default=None, ge=1, le=60)
    # Some are applied for anew each season or year: nothing runs on from one to the next.
    renewed_by: Literal["recheck", "application"] = "recheck"
    # 生存认证 and the like: the item whose benefit this errand confirms for another term.
    confirms: str | None = Field(default=None, pattern=r"^[A-Z]{2}-\d{3}$")
    # 军人抚恤优待条例 第22条: a survivor's pension is paid six months on, as funeral aid.
    months_after_death: int = Field(default=0, ge=0, le=24)
    termination_notice_days: int = Field(default=0, ge=0, le=60)

    @property
    def opens_benefit(self) -> bool:
        """Whether something is paid on after completion that is confirmed again and again until it ends."""
        return self.recurring and self.renewed_by == "recheck" and self.confirms is None


class ServiceItem(CatalogueRecord):
    """事项: everything the counter, the desks and the public need to know about one errand."""

    code: str = Field(pattern=r"^[A-Z]{2}-\d{3}$")
    name: str = Field(alias="name_zh")
    department: str
    mode: Literal["直接办理", "受理上报", "帮办代办"]
    audience: str
    summary: str
    window: str
    batch: bool
    applicant: ApplicantFields = ApplicantFields()
    eligibility: tuple[str, ...]
    suits: Condition | None = None
    materials: tuple[Material, ...] = Field(min_length=1)
    form_fields: tuple[FormField, ...] = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    statutory_days: int | None = Field(ge=1)
    statutory_unit: TimeUnit
    statutory_note: str
    promised_days: int = Field(ge=0)
    promised_unit: TimeUnit
    public_notice_days: int = Field(ge=0)
    public_notice_unit: DayUnit | None = None
    public_notice_note: str | None = None
    result: str
    fee: str
    legal_basis: tuple[str, ...] = Field(min_length=1)
    disclosure_fields: tuple[DisclosureField, ...]
    # What hangs during the public notice, where that is not what is published in the end (宅基地: 申请理由、位置、面积).
    notice_fields: tuple[DisclosureField, ...] = ()
    disclosure_note: str | None = None
    # Permits are published one by one though they name nobody; else an item that names nobody publishes counts alone.
    publishes_each_case: bool | None = None
    # 行政许可: deemed accepted after five silent days, declined with the competent body named and never handed over.
    licence: bool = False
    extension: Extension | None = None
    lifecycle: Lifecycle | None = None
    channel_note: str | None = None
    related: tuple[str, ...] = ()
    faq: tuple[Question, ...] = ()
    confidence: Confidence
    verified_facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    status: Confirmation
    confirm_points: tuple[str, ...] = ()

    @cached_property
    def fields_by_id(self) -> dict[str, FormField]:
        return {field.id: field for field in self.form_fields}

    @cached_property
    def materials_by_id(self) -> dict[str, Material]:
        return {material.id: material for material in self.materials}

    @property
    def is_confirmed(self) -> bool:
        """Whether the city has confirmed the numbers; screens and sheets say so while it has not."""
        return self.status == "confirmed"

    @property
    def disclosure_template(self) -> DisclosureTemplate:
        return DisclosureTemplate(fields=self.disclosure_fields, note=self.disclosure_note)

    @property
    def publishes_names(self) -> bool:
        return self.disclosure_template.names_people

    @property
    def publishes_cases(self) -> bool:
        return self.publishes_names if self.publishes_each_case is None else self.publishes_each_case

    def shown_answer(self, field_id: str, answers: Answers) -> str | None:
        """An answer with its unit, None where there is none or it is a mere yes or no."""
        value = answers.get(field_id)
        if value in (None, "") or isinstance(value, bool):
            return None
        return f"{value}{self.fields_by_id[field_id].unit or ''}"

    def applicant_name(self, answers: Answers) -> str:
        return str(answers.get(self.applicant.name) or "").strip()

    def applicant_id_number(self, answers: Answers) -> str:
        """As it was typed; `identity.normal_id_number` makes it comparable."""
        return str(answers.get(self.applicant.id_number) or "")


UNIT_WORDS = {"working_day": "个工作日", "calendar_day": "个自然日", "hour": "小时"}


def days_in_words(days: int | None, unit: str) -> str:
    """11个工作日; a limit nobody has set says so."""
    return "国家未规定" if days is None else f"{days}{UNIT_WORDS[unit]}"
