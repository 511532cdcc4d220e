"""一次性告知单: its content, computed from the item and, where known, the applicant's situation and actual gaps."""

from dataclasses import dataclass
from datetime import date

from forms.check import Gap, find_gaps, is_blank, is_needed, needed_materials
from forms.item import Answers, Material, ServiceItem, Stage, days_in_words

LEVEL_WORDS = {"village": "村", "township": "乡镇", "county": "县区", "city": "市"}
FORM_WORDS = {"original": "原件", "copy": "复印件", "original+copy": "原件和复印件"}


@dataclass(frozen=True)
class NoticeMaterial:
    """One line of the materials table. `state`: 'needed', 'conditional', 'department' or 'have'."""

    name: str
    form: str
    from_whom: str
    remark: str
    state: str


@dataclass(frozen=True)
class NoticeStep:
    """One desk on the way, in words."""

    where: str
    what: str
    days: str


@dataclass(frozen=True)
class NoticeSheet:
    """All the words of a notice sheet; the renderer only lays them out.

    `is_personal`: made for one applicant, whose gaps and papers at hand it knows.
    """

    is_personal: bool
    item_code: str
    item_name: str
    village_name: str
    where: str
    made_on: date
    audience: str
    eligibility: tuple[str, ...]
    materials: tuple[NoticeMaterial, ...]
    gaps: tuple[str, ...]
    steps: tuple[NoticeStep, ...]
    promised: str
    statutory: str
    public_notice: str
    fee: str
    result: str
    legal_basis: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    guide_url: str
    catalogue_digest: str


def blank_notice_sheet(
    item: ServiceItem, *, village_name: str, made_on: date, guide_url: str, digest: str
) -> NoticeSheet:
    """The public version: every material, with its condition where it has one."""
    lines = tuple(_line(material, _blank_state(material)) for material in item.materials)
    return _sheet(item, lines, (), village_name, made_on, guide_url, digest)


def personal_notice_sheet(
    item: ServiceItem,
    answers: Answers,
    pages: dict[str, int],
    *,
    village_name: str,
    made_on: date,
    guide_url: str,
    digest: str,
) -> NoticeSheet:
    """The applicant's own: only what this person needs, and every gap there is, told at once (行政许可法 第32条)."""
    needed = {material.id for material in needed_materials(item, answers)}
    lines = tuple(
        _line(material, _personal_state(material, needed, pages))
        for material in item.materials
        if material.id in needed or (material.source == "department" and is_needed(material, answers))
    )
    gaps = tuple(gap.sentence for gap in find_gaps(item, answers, pages) if _is_villagers(gap, answers))
    return _sheet(item, lines, gaps, village_name, made_on, guide_url, digest, is_personal=True)


def _is_villagers(gap: Gap, answers: Answers) -> bool:
    """Papers, and answers that turned out wrong; a line nobody has filled yet is asked at the counter, not sent home for."""
    return gap.kind == "material" or not is_blank(answers.get(gap.id))


def _sheet(
    item: ServiceItem,
    lines: tuple[NoticeMaterial, ...],
    gaps: tuple[str, ...],
    village_name: str,
    made_on: date,
    guide_url: str,
    digest: str,
    *,
    is_personal: bool = False,
) -> NoticeSheet:
    return NoticeSheet(
        is_personal=is_personal,
        item_code=item.code,
        item_name=item.name,
        village_name=village_name,
        where=f"{village_name or '各村（社区）'}的办事柜台；开门时间、电话待确认",
        made_on=made_on,
        audience=item.audience,
        eligibility=item.eligibility,
        materials=lines,
        gaps=gaps,
        steps=tuple(_step(stage) for stage in item.stages),
        promised=days_in_words(item.promised_days, item.promised_unit) + "（从村里收件次日算起）",
        statutory=days_in_words(item.statutory_days, item.statutory_unit),
        public_notice=_public_notice_words(item),
        fee=item.fee,
        result=item.result,
        legal_basis=item.legal_basis,
        unconfirmed=() if item.is_confirmed else item.confirm_points,
        guide_url=guide_url,
        catalogue_digest=digest,
    )


def _blank_state(material: Material) -> str:
    if material.source == "department":
        return "department"
    return "conditional" if material.condition else "needed"


def _personal_state(material: Material, needed: set[str], pages: dict[str, int]) -> str:
    if material.id not in needed:
        return "department"
    return "have" if pages.get(material.id, 0) >= len(material.page_names) else "needed"


def _line(material: Material, state: str) -> NoticeMaterial:
    from_whom = {"applicant": "您带来", "agent": "村里打印或拍摄", "department": "部门核验，不用您带"}[material.source]
    remarks = [f"{material.condition}时要" if material.condition else "", material.note or ""]
    return NoticeMaterial(material.name, FORM_WORDS[material.form], from_whom, "；".join(filter(None, remarks)), state)


def _step(stage: Stage) -> NoticeStep:
    if stage.is_public_notice:
        days = f"{stage.notice_days}天（不计入时限）"
    elif stage.stops_clock:
        days = "不计入时限"
    else:
        days = f"{stage.promised_days}个工作日" if stage.promised_days else "当日"
        days += "（几个部门同时办）" if stage.group and stage.parallel else ""
    return NoticeStep(f"{LEVEL_WORDS[stage.level]}·{stage.department}", stage.what, days)


def _public_notice_words(item: ServiceItem) -> str:
    if not item.public_notice_days:
        return "不公示"
    return days_in_words(item.public_notice_days, item.public_notice_unit or "calendar_day")
