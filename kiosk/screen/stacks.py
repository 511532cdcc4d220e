"""一叠材料: pictures that come all at once, split by the cover sheets between them.

Every picture is on the disk, among the loose pages, before its answer is given; sorting only moves them. So a power cut
in the middle loses nothing, and nothing of a stack is ever kept in memory but what its codes said.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from kiosk import flow
from kiosk.camera.protocol import NothingToRead, PictureDamaged
from kiosk.flow import Page
from kiosk.imaging.encode import budget_of, encode_within
from kiosk.imaging.read import NotAPicture, read_picture
from kiosk.reading.codes import read_codes
from kiosk.reading.covers import Seen, Split, seen_of, split_stack
from kiosk.screen.captures import LOOSE_CAPTURE, CaptureRefused, Captures
from kiosk.screen.equipment import Equipment
from kiosk.screen.hand import Hand

FIRST_BEGIN = "请先点“导入一叠图片”，再选图片。"


@dataclass
class _Pile:
    """One stack on its way in: for each picture its page (None: it could not be opened) and what its codes say."""

    visit_id: str
    page_ids: list[str | None] = field(default_factory=list)
    seen: list[Seen | None] = field(default_factory=list)

    def note(self, page_id: str | None, seen: Seen | None) -> None:
        self.page_ids.append(page_id)
        self.seen.append(seen)


@dataclass(frozen=True)
class Sorted:
    """Where the pictures went, in words: for each material its pictures, and what a person should look at."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]
    left: int


class Stacks:
    """The stack being brought in for the visit in hand."""

    def __init__(self, equipment: Equipment, hand: Hand, captures: Captures) -> None:
        self._eye, self._clock, self._live_view = equipment.eye, equipment.clock, equipment.live_view
        self._hand, self._captures = hand, captures
        self._pile: _Pile | None = None

    def begin(self) -> None:
        """A new stack. Raises StepNotAllowed where no page may be added."""
        visit = self._hand.required()
        flow.require_page(visit, self._hand.item(), flow.LOOSE)
        self._pile = _Pile(visit.visit_id)

    def add(self, content: bytes) -> None:
        """One picture more, from a file. Raises NotAPicture, and then it counts as one that could not be opened."""
        pile = self._required()
        try:
            self._take_in(pile, read_picture(content))
        except NotAPicture:
            pile.note(None, None)
            raise

    def add_from_folder(self) -> bool:
        """One picture more, from the folder a scanner writes into; False when there is none left there.

        Raises CameraTrouble, and after PictureDamaged the picture counts as one that could not be opened.
        """
        pile = self._required()
        if self._live_view.kind != "folder":
            raise CaptureRefused("接的不是扫描文件夹。请点“导入一叠图片”，选图片文件。")
        try:
            self._take_in(pile, self._live_view.still().image)
        except NothingToRead:
            return False
        except PictureDamaged:
            pile.note(None, None)
            raise
        return True

    def _take_in(self, pile: _Pile, image: np.ndarray) -> None:
        seen = seen_of(read_codes(image), image.shape[:2])
        page, picture = self._page_of(image)
        self._captures.add(flow.LOOSE, page, picture)
        pile.note(page.page_id, seen)

    def sort(self) -> Sorted:
        """All are in: give every picture to the material of the cover sheet before it."""
        with self._hand.lock:
            pile, visit, item = self._required(), self._hand.required(), self._hand.item()
            materials = {material.id: material for material in flow.materials_to_capture(visit, item)}
            split = split_stack(pile.seen, item.code, materials)
            changed = self._captures.sort_stack(_places(pile.page_ids, split))
            self._pile = None
        left = len(changed.pages.get(flow.LOOSE, ()))
        return Sorted(_lines(split, lambda material_id: materials[material_id].name), _faults(split), left)

    def _required(self) -> _Pile:
        if self._pile is None or self._pile.visit_id != self._hand.required().visit_id:
            raise CaptureRefused(FIRST_BEGIN)
        return self._pile

    def _page_of(self, image: np.ndarray) -> tuple[Page, bytes]:
        """A photographed sheet is straightened; a scan, which is all sheet, is kept as it came."""
        taken = self._eye.take(image, LOOSE_CAPTURE)
        picture = taken.page or encode_within(image, budget_of(LOOSE_CAPTURE))
        despite = tuple(one.code for one in taken.look.advice) if taken.page else ()
        page = Page(
            page_id=secrets.token_hex(12), captured_at=self._clock.now(), kept_despite=despite, shape=taken.shape
        )
        return page, picture


def _places(page_ids: list[str | None], split: Split) -> dict[str, str | None]:
    """Where each page goes; what is neither somebody's page nor unassigned is a cover sheet, which goes away."""
    to = {place: group.material_id for group in split.groups for place in group.pages}
    return {
        page_id: to.get(place) for place, page_id in enumerate(page_ids) if page_id and place not in split.unassigned
    }


def _lines(split: Split, name_of: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(f"{name_of(group.material_id)}：{len(group.pages)} 张" for group in split.groups)


def _faults(split: Split) -> tuple[str, ...]:
    return tuple(fault.sentence for fault in split.faults)
