"""What can be done to the pages: taken, taken again, taken out, moved and turned, and the last of it undone."""

from collections.abc import Mapping
from typing import get_args

from forms.item import ServiceItem
from kiosk.flow.steps import Action, StepNotAllowed, changed, require
from kiosk.flow.visit import LOOSE, MAX_LOOSE_PAGES, MAX_PAGES_PER_MATERIAL, Page, PageReading, Turn, Undo, Visit
from kiosk.flow.wanted import materials_to_capture, named_page_ids

Pages = tuple[Page, ...]
#: what may be found of a page because of where it stands; elsewhere it is looked at afresh
WRONG_PAGE = "wrong_page"


def add_page(visit: Visit, item: ServiceItem, material_id: str, page: Page) -> Visit:
    """An accepted picture takes the place of the page being retaken, else it follows the others of its material."""
    require_page(visit, item, material_id)
    former = visit.pages.get(material_id, ())
    if visit.retaking and visit.retaking[0] == material_id:
        index = visit.retaking[1]
        return _with_pages(visit, "retake", {material_id: (*former[:index], page, *former[index + 1 :])})
    return _with_pages(visit, "add_page", {material_id: (*former, page)})


def require_page(visit: Visit, item: ServiceItem, material_id: str) -> None:
    """Raises StepNotAllowed unless a page of this material may be taken now; LOOSE takes what belongs to none yet."""
    require(visit, "add_page")
    replacing = bool(visit.retaking and visit.retaking[0] == material_id)
    _require_place(visit, item, "add_page", material_id, adding=0 if replacing else 1)


def ask_retake(visit: Visit, material_id: str, index: int) -> Visit:
    """Take one page again; the old picture stays until the new one is accepted."""
    require(visit, "retake")
    if not 0 <= index < len(visit.pages.get(material_id, ())):
        raise StepNotAllowed(visit, "retake", "还没有拍过这一页，不用重拍。")
    return changed(visit, retaking=(material_id, index), step="capture")


def drop_page(visit: Visit, material_id: str, index: int) -> Visit:
    """Take one page out, when a sheet was photographed twice or under the wrong material."""
    former = _pages_with(visit, "drop_page", material_id, index)
    return _with_pages(visit, "drop_page", {material_id: (*former[:index], *former[index + 1 :])})


def move_page(visit: Visit, item: ServiceItem, material_id: str, index: int, to: str, place: int) -> Visit:
    """Put one page at another place: `place` counts from 0 in material `to` once the page is out of where it was."""
    former = _pages_with(visit, "move_page", material_id, index)
    _require_place(visit, item, "move_page", to, adding=0 if to == material_id else 1)
    rest = (*former[:index], *former[index + 1 :])
    others = rest if to == material_id else visit.pages.get(to, ())
    if not 0 <= place <= len(others):
        raise StepNotAllowed(visit, "move_page", "没有这个位置，不能挪过去。")
    after = (*others[:place], former[index], *others[place:])
    return _with_pages(visit, "move_page", {material_id: _afresh(rest), to: _afresh(after)})


def _afresh(pages: Pages) -> Pages:
    """Pages that stand elsewhere now: what was found because of their places is found anew, or not."""
    return tuple(
        page.model_copy(update={"kept_despite": tuple(code for code in page.kept_despite if code != WRONG_PAGE)})
        for page in pages
    )


def turn_page(visit: Visit, material_id: str, index: int, degrees: int) -> Visit:
    """Turn one page clockwise by a quarter, a half or three quarters; its picture stays as it was taken."""
    former = _pages_with(visit, "turn_page", material_id, index)
    if degrees not in get_args(Turn) or degrees == 0:
        raise StepNotAllowed(visit, "turn_page", "一页只能转90度、180度或270度。")
    page = former[index]
    turned = page.model_copy(update={"turn": (page.turn + degrees) % 360})
    after = _with_pages(visit, "turn_page", {material_id: (*former[:index], turned, *former[index + 1 :])})
    return changed(after, retaking=visit.retaking)


def vouch_page(visit: Visit, material_id: str, index: int, found: tuple[str, ...]) -> Visit:
    """就用这一页: the agent answers for a page in spite of what its reading says; the record keeps what that was."""
    former = _pages_with(visit, "vouch_page", material_id, index)
    page = former[index]
    despite = tuple(dict.fromkeys((*page.kept_despite, *found)))
    vouched = page.model_copy(update={"kept_despite": despite})
    return _with_pages(visit, "vouch_page", {material_id: (*former[:index], vouched, *former[index + 1 :])})


def sort_stack(visit: Visit, places: Mapping[str, str | None]) -> Visit:
    """分一叠: the loose pages named go to their materials in their order, a cover sheet (None) goes away; one step to undo.

    What has no room where it belongs stays loose, for the agent to see.
    """
    require(visit, "sort_stack")
    changes: dict[str, Pages] = {LOOSE: ()}
    for page in visit.pages.get(LOOSE, ()):
        to = places.get(page.page_id, LOOSE)
        if to is None:
            continue
        former = changes.get(to, visit.pages.get(to, ()))
        full = to != LOOSE and len(former) >= MAX_PAGES_PER_MATERIAL
        home = LOOSE if full else to
        changes[home] = (*changes.get(home, visit.pages.get(home, ())), page)
    return _with_pages(visit, "sort_stack", changes)


def note_reading(visit: Visit, page_id: str, reading: PageReading, turn: Turn) -> Visit:
    """What a page says, once it has been read; it is set upright unless somebody turned it already.

    No action of the agent's, so nothing is asked and no tick goes: the page is the same page.
    """
    if page_id not in named_page_ids(visit):
        return visit
    pages = _upright(visit.pages, page_id, turn)
    before = visit.undo.model_copy(update={"pages": _upright(visit.undo.pages, page_id, turn)}) if visit.undo else None
    return changed(visit, pages=pages, undo=before, readings={**visit.readings, page_id: reading})


def _upright(pages: dict[str, Pages], page_id: str, turn: Turn) -> dict[str, Pages]:
    def set_upright(page: Page) -> Page:
        turns = page.page_id == page_id and page.turn == 0
        return page.model_copy(update={"turn": turn}) if turns else page

    return {name: tuple(map(set_upright, group)) for name, group in pages.items()}


def undo(visit: Visit) -> Visit:
    """撤销: one step back, to the pages as they were before the last thing done to them."""
    require(visit, "undo")
    if visit.undo is None:
        raise StepNotAllowed(visit, "undo", "没有可以撤销的。")
    before = visit.undo.pages
    touched = {name: before.get(name, ()) for name in {*visit.pages, *before}}
    return _without_lost_readings(changed(_with_pages(visit, "undo", touched), undo=None))


def _pages_with(visit: Visit, action: Action, material_id: str, index: int) -> Pages:
    """The pages of a material that has this one. Raises StepNotAllowed."""
    require(visit, action)
    pages = visit.pages.get(material_id, ())
    if not 0 <= index < len(pages):
        raise StepNotAllowed(visit, action, "没有这一页。")
    return pages


def _require_place(visit: Visit, item: ServiceItem, action: Action, material_id: str, *, adding: int) -> None:
    """Raises StepNotAllowed when the material is not asked for or has no room for so many more."""
    if material_id != LOOSE and material_id not in {material.id for material in materials_to_capture(visit, item)}:
        raise StepNotAllowed(visit, action, "这件事不需要这样材料。")
    most = MAX_LOOSE_PAGES if material_id == LOOSE else MAX_PAGES_PER_MATERIAL
    if len(visit.pages.get(material_id, ())) + adding > most:
        raise StepNotAllowed(visit, action, f"一样材料最多拍{most}页。")


def _with_pages(visit: Visit, action: Action, changes: dict[str, Pages]) -> Visit:
    """Pages that changed were not compared with the original as they are now, so the ticks of those materials go."""
    every = {**visit.pages, **changes}
    every = {name: pages for name, pages in every.items() if pages}
    touched = {name for name, pages in changes.items() if pages != visit.pages.get(name, ())}
    checked = tuple(name for name in visit.checked if name not in touched)
    before = Undo(action=action, pages=visit.pages)
    after = changed(visit, pages=every, checked=checked, retaking=None, undo=before)
    return _without_lost_readings(after)


def _without_lost_readings(visit: Visit) -> Visit:
    """What a page said is forgotten with the page."""
    named = named_page_ids(visit)
    return changed(visit, readings={key: said for key, said in visit.readings.items() if key in named})
