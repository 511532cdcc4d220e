"""What is still to be photographed: which materials this applicant needs, and which page comes next."""

from forms.check import needed_materials
from forms.item import Material, ServiceItem
from kiosk.flow.visit import LOOSE, NextPage, Page, Visit


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
        return next((page_of(material, index) for material in materials if material.id == material_id), None)
    if visit.kind == "correction" and not names_materials(visit, item) and count_pages(visit):
        return None
    for material in materials:
        captured = len(visit.pages.get(material.id, ()))
        if captured < len(material.page_names):
            return page_of(material, captured)
    return None


def page_name(material: Material, index: int) -> str:
    names = material.page_names
    return names[index] if index < len(names) else f"第{index + 1}页"


def page_of(material: Material, index: int) -> NextPage:
    return NextPage(
        material_id=material.id, material_name=material.name, index=index, page_name=page_name(material, index)
    )


def names_materials(visit: Visit, item: ServiceItem) -> bool:
    """Whether the correction says which papers it wants, not just that it wants some."""
    return any(reason.material_id in item.materials_by_id for reason in visit.reasons)


def captured_materials(visit: Visit, item: ServiceItem) -> list[Material]:
    return [material for material in materials_to_capture(visit, item) if visit.pages.get(material.id)]


def count_pages(visit: Visit) -> dict[str, int]:
    """Pages by material; those that belong to none yet do not count."""
    return {material_id: len(pages) for material_id, pages in visit.pages.items() if material_id != LOOSE}


def list_pages(visit: Visit) -> list[Page]:
    """Every page in the materials' order of capture, those of no material too."""
    return [page for pages in visit.pages.values() for page in pages]


def named_page_ids(visit: Visit) -> set[str]:
    """The pictures that must stay on the disk: what is shown, and what undoing would bring back."""
    undoable = visit.undo.pages.values() if visit.undo else ()
    return {page.page_id for pages in (*visit.pages.values(), *undoable) for page in pages}
