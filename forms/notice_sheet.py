"""一次性告知单: its content, computed from the item and, where known, the applicant's situation and actual gaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forms.check import Gap, find_gaps, is_blank, is_needed, needed_materials
from forms.flow.chart import FlowChart
from forms.flow.of_item import LEVEL_WORDS, chart_of_item
from forms.item import Answers, Material, ServiceItem, days_in_words
from forms.service_point import ServicePoint

__all__ = [
    "COPIES",
    "FORM_WORDS",
    "LEVEL_WORDS",
    "NoticeMaterial",
    "NoticeSheet",
    "blank_notice_sheet",
    "personal_notice_sheet",
]

FORM_WORDS = {"original": "原件", "copy": "复印件", "original+copy": "原件和复印件"}
# One of each is what the counter captures; an original is photographed and given back.
COPIES = {"original": "原件1份", "copy": "复印件1份", "original+copy": "原件和复印件各1份"}
# What the pages under the camera must show is worth saying only where there is a choice of pages.
_SHOWS_PAGES = frozenset({"id_card", "household_register", "bank_passbook"})
_FROM_WHOM = {"applicant": "您带来", "agent": "村里打印或拍摄", "department": "部门核验，不用您带"}
FINAL_WORDS = (
    "要带什么，这张单子一次说全。第一次就能看出来的，以后不能再要您补"
    "（《行政许可法》第32条、《优化营商环境条例》第36条）。"
)


@dataclass(frozen=True)
class NoticeMaterial:
    """One line of the materials table. `state`: 'needed', 'conditional', 'department' or 'have'.

    `shows`: what the pages must show, such as 人像面、国徽面.
    """

    name: str
    form: str
    from_whom: str
    remark: str
    state: str
    shows: str = ""


@dataclass(frozen=True)
class NoticeSheet:
    """All the words of a notice sheet; the renderer only lays them out.

    `is_personal`: made for one applicant, whose gaps and papers at hand it knows. `perhaps`: what is still needed if
    something turns out so that nobody has said yet.
    """

    is_personal: bool
    item_code: str
    item_name: str
    village_name: str
    point: ServicePoint
    made_on: date
    window: str
    audience: str
    eligibility: tuple[str, ...]
    materials: tuple[NoticeMaterial, ...]
    gaps: tuple[str, ...]
    perhaps: tuple[str, ...]
    flow: FlowChart
    promised: str
    statutory: str
    public_notice: str
    fee: str
    result: str
    legal_basis: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    guide_url: str
    catalogue_digest: str

    @property
    def where(self) -> str:
        return self.point.place_at(self.village_name)


@dataclass(frozen=True)
class _Stated:
    """What the place and the day add to the item's own facts."""

    village_name: str
    made_on: date
    guide_url: str
    digest: str
    point: ServicePoint


NOWHERE_STATED = ServicePoint()


def blank_notice_sheet(
    item: ServiceItem,
    *,
    village_name: str,
    made_on: date,
    guide_url: str,
    digest: str,
    point: ServicePoint = NOWHERE_STATED,
) -> NoticeSheet:
    """The public version: every material, with its condition where it has one."""
    lines = tuple(_line(material, _blank_state(material)) for material in item.materials)
    return _sheet(item, lines, _Stated(village_name, made_on, guide_url, digest, point))


def personal_notice_sheet(
    item: ServiceItem,
    answers: Answers,
    pages: dict[str, int],
    *,
    village_name: str,
    made_on: date,
    guide_url: str,
    digest: str,
    point: ServicePoint = NOWHERE_STATED,
) -> NoticeSheet:
    """The applicant's own: only what this person needs or may need, and every gap there is, told at once.

    行政许可法 第32条(四) and 优化营商环境条例 第36条: what is not told now may not be asked for later.
    """
    needed = {material.id for material in needed_materials(item, answers)}
    lines = tuple(
        _line(material, _personal_state(material, needed, pages))
        for material in item.materials
        if material.id in needed or (material.source == "department" and is_needed(material, answers))
    )
    gaps = tuple(gap.sentence for gap in find_gaps(item, answers, pages) if _is_villagers(gap, answers))
    stated = _Stated(village_name, made_on, guide_url, digest, point)
    return _sheet(item, lines, stated, gaps=gaps, perhaps=_perhaps(item.materials, answers), is_personal=True)


def _is_villagers(gap: Gap, answers: Answers) -> bool:
    """Papers, and answers that turned out wrong; a line nobody has filled yet is asked at the counter, not sent home for."""
    return gap.kind == "material" or not is_blank(answers.get(gap.id))


def _perhaps(materials: Iterable[Material], answers: Answers) -> tuple[str, ...]:
    """Papers whose condition nobody can decide yet: left off the sheet they would be the second trip."""
    return tuple(
        f"如果{material.condition}，还要{'带' if material.source == 'applicant' else '在村里办'}“{material.name}”"
        f"（{COPIES[material.form]}）。"
        for material in materials
        if material.source != "department" and material.decide(answers) is None
    )


def _sheet(
    item: ServiceItem,
    lines: tuple[NoticeMaterial, ...],
    stated: _Stated,
    *,
    gaps: tuple[str, ...] = (),
    perhaps: tuple[str, ...] = (),
    is_personal: bool = False,
) -> NoticeSheet:
    return NoticeSheet(
        is_personal=is_personal,
        item_code=item.code,
        item_name=item.name,
        village_name=stated.village_name,
        point=stated.point,
        made_on=stated.made_on,
        window=item.window,
        audience=item.audience,
        eligibility=item.eligibility,
        materials=lines,
        gaps=gaps,
        perhaps=perhaps,
        flow=chart_of_item(item),
        promised=days_in_words(item.promised_days, item.promised_unit) + "（从村里收件次日算起）",
        statutory=days_in_words(item.statutory_days, item.statutory_unit),
        public_notice=_public_notice_words(item),
        fee=item.fee,
        result=item.result,
        legal_basis=item.legal_basis,
        unconfirmed=() if item.is_confirmed else item.confirm_points,
        guide_url=stated.guide_url,
        catalogue_digest=stated.digest,
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
    remarks = [f"{material.condition}时要" if material.condition else "", material.note or ""]
    return NoticeMaterial(
        name=material.name,
        form=COPIES[material.form],
        from_whom=_FROM_WHOM[material.source],
        remark="；".join(filter(None, remarks)),
        state=state,
        shows="、".join(material.page_names) if material.capture in _SHOWS_PAGES else "",
    )


def _public_notice_words(item: ServiceItem) -> str:
    if not item.public_notice_days:
        return "不公示"
    return days_in_words(item.public_notice_days, item.public_notice_unit or "calendar_day")
