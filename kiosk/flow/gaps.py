"""核对: what still stands between the visit and its packet, and the ticks only the counter can ask for."""

from forms.check import Gap, find_gaps
from forms.item import ServiceItem
from kiosk.flow.steps import StepNotAllowed, changed, require
from kiosk.flow.visit import LOOSE, Visit
from kiosk.flow.wanted import captured_materials, count_pages, materials_to_capture, names_materials


class VisitIncomplete(Exception):
    """Packing was asked for while something is missing; `gaps` and the text say what."""

    code = "visit_incomplete"

    def __init__(self, gaps: list[Gap]) -> None:
        self.gaps = gaps
        super().__init__("还不能上传：" + "".join(gap.sentence for gap in gaps))


def check_originals(visit: Visit, item: ServiceItem, material_ids: tuple[str, ...]) -> Visit:
    """与原件核对无误: the agent states for these materials that the pictures match the originals in hand."""
    require(visit, "check_originals")
    captured = [material.id for material in captured_materials(visit, item)]
    if any(material_id not in captured for material_id in material_ids):
        raise StepNotAllowed(visit, "check_originals", "还没拍的材料不能打勾。")
    return changed(visit, checked=tuple(name for name in captured if name in material_ids))


def find_visit_gaps(visit: Visit, item: ServiceItem) -> list[Gap]:
    """Everything still missing; the same answer the server will give, plus the ticks only the counter can ask for."""
    if visit.kind == "application":
        gaps = find_gaps(item, visit.answers, count_pages(visit))
    else:
        gaps = _correction_gaps(visit, item)
    return gaps + _unplaced(visit) + _unchecked(visit, item)


def _correction_gaps(visit: Visit, item: ServiceItem) -> list[Gap]:
    if not names_materials(visit, item):
        sentence = "还没有拍补正的材料，至少拍一页。"
        return [] if count_pages(visit) else [Gap("material", "any", "补正材料", sentence)]
    return [
        Gap("material", material.id, material.name, f"还差“{material.name}”，请按补正的要求重新拍。")
        for material in materials_to_capture(visit, item)
        if len(visit.pages.get(material.id, ())) < len(material.page_names)
    ]


def _unplaced(visit: Visit) -> list[Gap]:
    """Pictures of a stack that were put nowhere would be left out without anybody noticing."""
    left = len(visit.pages.get(LOOSE, ()))
    sentence = f"有 {left} 张还没说是哪样材料，请放到材料里，或者去掉。"
    return [Gap("material", LOOSE, "没归好的", sentence)] if left else []


def _unchecked(visit: Visit, item: ServiceItem) -> list[Gap]:
    return [
        Gap("material", material.id, material.name, f"“{material.name}”还没有和原件核对打勾。")
        for material in captured_materials(visit, item)
        if material.id not in visit.checked
    ]


def require_pack(visit: Visit, item: ServiceItem) -> None:
    """Raises StepNotAllowed or VisitIncomplete unless the visit may be packed now."""
    require(visit, "pack")
    gaps = find_visit_gaps(visit, item)
    if gaps:
        raise VisitIncomplete(gaps)
