"""The visit (one villager, one errand) as a pure state machine: each action takes a Visit and returns a new one.

What may be done at which step is the table `ALLOWED`; the screen shows its buttons from it, and every action asks it.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from forms.catalogue import digest_of
from forms.check import Gap, field_gaps, find_gaps, needed_materials, questions
from forms.clock import local_date
from forms.condition import with_visit_day
from forms.identity import birth_date, id_number_fault, normal_id_number
from forms.item import Answers, FormField, Material, ServiceItem
from forms.packet import Agent, Record

Step = Literal["choose_item", "notice", "answers", "capture", "check", "packed", "sent"]
Action = Literal[
    "choose_item", "turn_to", "print_notice", "answer", "print_form", "print_mandate", "print_covers", "add_page",
    "retake", "drop_page", "check_originals", "take_over", "pack", "print_receipt", "reopen", "deliver", "abandon",
]  # fmt: skip

STEP_WORDS: dict[Step, str] = {
    "choose_item": "选事项", "notice": "告知单", "answers": "填表", "capture": "拍材料", "check": "核对",
    "packed": "上传", "sent": "上传",
}  # fmt: skip
ACTION_WORDS: dict[Action, str] = {
    "choose_item": "选事项", "turn_to": "换一步", "print_notice": "打印告知单", "answer": "填表",
    "print_form": "打印申请表", "print_mandate": "打印委托书", "print_covers": "打印分隔页", "add_page": "拍一页",
    "retake": "重拍", "drop_page": "去掉一页", "check_originals": "和原件核对", "take_over": "接着办", "pack": "上传", "print_receipt": "打印回执",
    "reopen": "没有收下时重新打开", "deliver": "送到", "abandon": "不办了",
}  # fmt: skip

_PAPERWORK: frozenset[Action] = frozenset(
    {"turn_to", "print_notice", "answer", "print_form", "print_mandate", "print_covers", "take_over", "abandon"}
)
_PAGES: frozenset[Action] = frozenset({"add_page", "retake", "drop_page"})
ALLOWED: dict[Step, frozenset[Action]] = {
    "choose_item": frozenset({"choose_item", "take_over", "abandon"}),
    "notice": _PAPERWORK | {"choose_item"},
    "answers": _PAPERWORK | {"choose_item"},
    "capture": _PAPERWORK | _PAGES,
    "check": _PAPERWORK | _PAGES | {"check_originals", "pack"},
    "packed": frozenset({"print_receipt", "reopen", "deliver"}),
    "sent": frozenset({"print_receipt"}),
}
OPEN_STEPS: dict[str, tuple[Step, ...]] = {
    "application": ("notice", "answers", "capture", "check"),
    "correction": ("capture", "check"),
}
MAX_PAGES_PER_MATERIAL = 20


class StepNotAllowed(Exception):
    """The action does not fit the step; the text lists what is allowed instead."""

    code = "step_not_allowed"

    def __init__(self, visit: "Visit", action: Action, why: str = "") -> None:
        self.allowed = allowed_actions(visit)
        possible = "、".join(ACTION_WORDS[name] for name in self.allowed) or "什么都不用做"
        reason = why or f"现在是“{STEP_WORDS[visit.step]}”这一步，不能“{ACTION_WORDS[action]}”。"
        super().__init__(f"{reason}现在可以：{possible}。")


class AnswerRefused(Exception):
    """An answer the form does not know, or of the wrong kind; nothing was changed."""

    code = "answer_refused"


class VisitIncomplete(Exception):
    """Packing was asked for while something is missing; `gaps` and the text say what."""

    code = "visit_incomplete"

    def __init__(self, gaps: list[Gap]) -> None:
        self.gaps = gaps
        super().__init__("还不能上传：" + "".join(gap.sentence for gap in gaps))


class Page(Record):
    """One captured sheet; its picture lies in the draft under `page_id`."""

    page_id: str
    captured_at: AwareDatetime
    kept_despite: tuple[str, ...] = ()


class CorrectionReason(Record):
    """One thing a department wants to see again, in its words."""

    material_id: str | None = None
    material_name: str = ""
    reason_label: str = ""
    note: str | None = None


class Refusal(Record):
    """Why the server did not take the packet made before; `packet_id` is the one this visit's next packet replaces."""

    packet_id: str
    reason: str
    reference: str | None = None


class Visit(Record):
    """One villager's errand at the counter, from the choice of the item to the delivered packet."""

    visit_id: str
    packet_id: str
    lookup_code: str
    agent: Agent
    started_at: AwareDatetime
    step: Step = "choose_item"
    kind: Literal["application", "correction"] = "application"
    item_code: str | None = None
    #: the version of the item the villager is served under, whatever is published meanwhile
    item_digest: str | None = None
    case_number: str | None = None
    applicant_masked: str | None = None
    reasons: tuple[CorrectionReason, ...] = ()
    refusal: Refusal | None = None
    answers: dict[str, Any] = Field(default_factory=dict)
    pages: dict[str, tuple[Page, ...]] = Field(default_factory=dict)
    checked: tuple[str, ...] = ()
    retaking: tuple[str, int] | None = None
    notice_sheet_printed_at: AwareDatetime | None = None
    form_printed_at: AwareDatetime | None = None
    packed_at: AwareDatetime | None = None
    #: when the village first had everything: the promise runs from here, also when the packet had to be made again
    received_at: AwareDatetime | None = None


class NextPage(Record):
    """What to lay under the camera now."""

    material_id: str
    material_name: str
    index: int
    page_name: str


def allowed_actions(visit: Visit) -> tuple[Action, ...]:
    """What the table allows now, in the order of ACTION_WORDS."""
    return tuple(action for action in ACTION_WORDS if action in ALLOWED[visit.step])


def _require(visit: Visit, action: Action) -> None:
    if action not in ALLOWED[visit.step]:
        raise StepNotAllowed(visit, action)


def _changed(visit: Visit, **changes: Any) -> Visit:
    return visit.model_copy(update=changes)


def begin_visit(*, visit_id: str, packet_id: str, lookup_code: str, agent: Agent, started_at: datetime) -> Visit:
    """A villager steps up. The ids are made by the caller; `packet_id` makes every later retry harmless."""
    return Visit(visit_id=visit_id, packet_id=packet_id, lookup_code=lookup_code, agent=agent, started_at=started_at)


def choose_item(visit: Visit, item: ServiceItem) -> Visit:
    """Choose what is applied for; another item may be chosen until something was answered."""
    _require(visit, "choose_item")
    if visit.answers and item.code != visit.item_code:
        raise StepNotAllowed(visit, "choose_item", "已经填了表，不能再换事项。要换就点“不办了”，重新开始。")
    return _changed(
        visit, item_code=item.code, item_digest=digest_of(item), step="notice", notice_sheet_printed_at=None
    )


def begin_correction(
    visit: Visit,
    item: ServiceItem,
    *,
    case_number: str,
    lookup_code: str,
    reasons: tuple[CorrectionReason, ...],
    applicant_masked: str | None = None,
) -> Visit:
    """补正: only what the department asked for is photographed again; the case keeps its number and lookup code."""
    _require(visit, "choose_item")
    return _changed(
        visit,
        kind="correction",
        item_code=item.code,
        item_digest=digest_of(item),
        case_number=case_number,
        lookup_code=lookup_code,
        applicant_masked=applicant_masked,
        reasons=reasons,
        step="capture",
    )


def turn_to(visit: Visit, step: Step) -> Visit:
    """Go to another open step, forward or back; only packing asks whether everything is there."""
    _require(visit, "turn_to")
    open_steps = OPEN_STEPS[visit.kind]
    if step not in open_steps:
        names = "、".join(STEP_WORDS[name] for name in open_steps)
        raise StepNotAllowed(visit, "turn_to", f"这件事只有这几步可以去：{names}。")
    return _changed(visit, step=step, retaking=None)


def take_over(visit: Visit, agent: Agent) -> Visit:
    """Another agent goes on with the draft and answers for it from now on (谁受理谁负责)."""
    _require(visit, "take_over")
    return _changed(visit, agent=agent)


def require_allowed(visit: Visit, action: Action) -> None:
    """Ask before work that cannot be undone, such as printing; the visit changes only once it is done."""
    _require(visit, action)


def record_notice_printed(visit: Visit, printed_at: datetime) -> Visit:
    _require(visit, "print_notice")
    return _changed(visit, notice_sheet_printed_at=printed_at)


def record_form_printed(visit: Visit, printed_at: datetime) -> Visit:
    _require(visit, "print_form")
    return _changed(visit, form_printed_at=printed_at)


def give_answers(visit: Visit, item: ServiceItem, answers: Answers) -> Visit:
    """Keep answers, right or wrong (`field_gaps` tells which are wrong: a draft forgets nothing); None takes one back."""
    _require(visit, "answer")
    asked = {material.question for material in questions(item)}
    for key, value in answers.items():
        _refuse_unknown(item, asked, key, value)
    kept = {**visit.answers, **{key: _tidy(value) for key, value in answers.items()}}
    kept = {key: value for key, value in kept.items() if value is not None and value != ""}
    return _changed(visit, answers=with_visit_day(_with_birth_dates(item, kept), local_date(visit.started_at)))


def _refuse_unknown(item: ServiceItem, asked: set[str], key: str, value: Any) -> None:
    field = item.fields_by_id.get(key)
    if field is None and key not in asked:
        raise AnswerRefused(f"“{item.name}”的表里没有“{key[:40]}”这一项，没有保存。")
    if value is None or value == "":
        return
    wants_yes_or_no = key in asked or (field is not None and field.type == "bool")
    if isinstance(value, bool) != wants_yes_or_no or not isinstance(value, (str, bool)):
        label = field.label if field else key
        raise AnswerRefused(f"“{label}”要{'选是或否' if wants_yes_or_no else '填文字'}，没有保存。")


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _with_birth_dates(item: ServiceItem, answers: Answers) -> Answers:
    """由身份证号自动带出: a valid number fills the empty birth date that belongs to it."""
    filled = dict(answers)
    for field in item.form_fields:
        number = normal_id_number(str(answers.get(field.born_by or "", "")))
        born = birth_date(number) if field.born_by and not id_number_fault(number) else None
        if born and not answers.get(field.id):
            filled[field.id] = born.isoformat()
    return filled


def open_fields(visit: Visit, item: ServiceItem) -> list[FormField]:
    """The lines of the form that apply with the answers given so far."""
    return [field for field in item.form_fields if field.applies(visit.answers)]


def materials_to_capture(visit: Visit, item: ServiceItem) -> list[Material]:
    """The papers to photograph: all that this applicant needs, or those the correction names."""
    if visit.kind == "application":
        return needed_materials(item, visit.answers)
    named = {reason.material_id for reason in visit.reasons}
    wanted = [material for material in item.materials if material.id in named]
    return wanted or [material for material in item.materials if material.source != "department"]


def next_page(visit: Visit, item: ServiceItem) -> NextPage | None:
    """What to lay under the camera now: the page being retaken, else the first one missing."""
    materials = materials_to_capture(visit, item)
    if visit.retaking:
        material_id, index = visit.retaking
        return next((_page_of(material, index) for material in materials if material.id == material_id), None)
    if visit.kind == "correction" and not _names_materials(visit, item) and visit.pages:
        return None
    for material in materials:
        captured = len(visit.pages.get(material.id, ()))
        if captured < len(material.page_names):
            return _page_of(material, captured)
    return None


def page_name(material: Material, index: int) -> str:
    names = material.page_names
    return names[index] if index < len(names) else f"第{index + 1}页"


def _page_of(material: Material, index: int) -> NextPage:
    return NextPage(
        material_id=material.id, material_name=material.name, index=index, page_name=page_name(material, index)
    )


def add_page(visit: Visit, item: ServiceItem, material_id: str, page: Page) -> Visit:
    """An accepted picture takes the place of the page being retaken, else it follows the others of its material."""
    require_page(visit, item, material_id)
    former = visit.pages.get(material_id, ())
    if visit.retaking and visit.retaking[0] == material_id:
        index = visit.retaking[1]
        after = (*former[:index], page, *former[index + 1 :])
    else:
        after = (*former, page)
    return _with_pages(visit, material_id, after)


def require_page(visit: Visit, item: ServiceItem, material_id: str) -> None:
    """Raises StepNotAllowed unless a page of this material may be taken now."""
    _require(visit, "add_page")
    if material_id not in {material.id for material in materials_to_capture(visit, item)}:
        raise StepNotAllowed(visit, "add_page", "这件事不需要这样材料。")
    replacing = bool(visit.retaking and visit.retaking[0] == material_id)
    if len(visit.pages.get(material_id, ())) >= MAX_PAGES_PER_MATERIAL and not replacing:
        raise StepNotAllowed(visit, "add_page", f"一样材料最多拍{MAX_PAGES_PER_MATERIAL}页。")


def ask_retake(visit: Visit, material_id: str, index: int) -> Visit:
    """Take one page again; the old picture stays until the new one is accepted."""
    _require(visit, "retake")
    if not 0 <= index < len(visit.pages.get(material_id, ())):
        raise StepNotAllowed(visit, "retake", "还没有拍过这一页，不用重拍。")
    return _changed(visit, retaking=(material_id, index), step="capture")


def drop_page(visit: Visit, material_id: str, index: int) -> Visit:
    """Take one page out, when a sheet was photographed twice or under the wrong material."""
    _require(visit, "drop_page")
    former = visit.pages.get(material_id, ())
    if not 0 <= index < len(former):
        raise StepNotAllowed(visit, "drop_page", "没有这一页。")
    return _with_pages(visit, material_id, (*former[:index], *former[index + 1 :]))


def _with_pages(visit: Visit, material_id: str, pages: tuple[Page, ...]) -> Visit:
    """New pictures were not compared with the original yet, so the tick of that material goes."""
    every = {**visit.pages, material_id: pages}
    every = {name: taken for name, taken in every.items() if taken}
    checked = tuple(name for name in visit.checked if name != material_id)
    return _changed(visit, pages=every, checked=checked, retaking=None)


def check_originals(visit: Visit, item: ServiceItem, material_ids: tuple[str, ...]) -> Visit:
    """与原件核对无误: the agent states for these materials that the pictures match the originals in hand."""
    _require(visit, "check_originals")
    captured = [material.id for material in materials_to_capture(visit, item) if visit.pages.get(material.id)]
    if any(material_id not in captured for material_id in material_ids):
        raise StepNotAllowed(visit, "check_originals", "还没拍的材料不能打勾。")
    return _changed(visit, checked=tuple(name for name in captured if name in material_ids))


def count_pages(visit: Visit) -> dict[str, int]:
    return {material_id: len(pages) for material_id, pages in visit.pages.items()}


def find_visit_gaps(visit: Visit, item: ServiceItem) -> list[Gap]:
    """Everything still missing; the same answer the server will give, plus the ticks only the counter can ask for."""
    if visit.kind == "application":
        gaps = find_gaps(item, visit.answers, count_pages(visit))
    else:
        gaps = _correction_gaps(visit, item)
    return gaps + _unchecked(visit, item)


def find_answer_faults(visit: Visit, item: ServiceItem) -> list[Gap]:
    """Answers that are there but wrong; one not given yet is no fault while the form is being filled."""
    return [gap for gap in field_gaps(item, visit.answers) if gap.id in visit.answers]


def _names_materials(visit: Visit, item: ServiceItem) -> bool:
    return any(reason.material_id in item.materials_by_id for reason in visit.reasons)


def _correction_gaps(visit: Visit, item: ServiceItem) -> list[Gap]:
    if not _names_materials(visit, item):
        sentence = "还没有拍补正的材料，至少拍一页。"
        return [] if visit.pages else [Gap("material", "any", "补正材料", sentence)]
    return [
        Gap("material", material.id, material.name, f"还差“{material.name}”，请按补正的要求重新拍。")
        for material in materials_to_capture(visit, item)
        if len(visit.pages.get(material.id, ())) < len(material.page_names)
    ]


def _unchecked(visit: Visit, item: ServiceItem) -> list[Gap]:
    return [
        Gap("material", material.id, material.name, f"“{material.name}”还没有和原件核对打勾。")
        for material in materials_to_capture(visit, item)
        if visit.pages.get(material.id) and material.id not in visit.checked
    ]


def require_pack(visit: Visit, item: ServiceItem) -> None:
    """Raises StepNotAllowed or VisitIncomplete unless the visit may be packed now."""
    _require(visit, "pack")
    gaps = find_visit_gaps(visit, item)
    if gaps:
        raise VisitIncomplete(gaps)


def mark_packed(visit: Visit, packed_at: datetime) -> Visit:
    """The sealed packet lies in the outbox; answers and pages stay in the draft, unshown, until the server has the packet.

    Asks nothing: after a power cut the outbox, not the draft, knows that the packet was made.
    """
    received_at = visit.received_at or packed_at
    return _changed(visit, step="packed", packed_at=packed_at, received_at=received_at, retaking=None)


def is_put_away(visit: Visit) -> bool:
    """Packed or sent: nothing of its answers and pages may be shown."""
    return visit.step in ("packed", "sent")


def reopen(visit: Visit, *, packet_id: str, agent: Agent, refusal: Refusal) -> Visit:
    """The server refused the packet for good: back to the check with everything kept, for whoever is at the counter now.

    A new `packet_id`, because the server answers for each id once; the same lookup code, because the villager has it.
    """
    _require(visit, "reopen")
    return _changed(visit, step="check", packet_id=packet_id, agent=agent, refusal=refusal, packed_at=None)


def replaces(visit: Visit, packet_id: str) -> bool:
    """Whether this visit was reopened after the server refused that packet."""
    return visit.refusal is not None and visit.refusal.packet_id == packet_id != visit.packet_id


def mark_sent(visit: Visit, case_number: str) -> Visit:
    """The server has the packet and gave it a case number: now, and only now, answers and pages are forgotten."""
    _require(visit, "deliver")
    return _changed(visit, step="sent", case_number=case_number, answers={}, pages={}, checked=())
