"""Takes a scanned stack apart again: which pictures belong to which material, by the cover sheets between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from forms.cover_code import CoverCode, parse_cover_code
from kiosk.reading.reading import Codes

# The code of a cover sheet is 72 mm wide on 210 mm, a quarter of a photograph with the page in it; those on papers are smaller.
COVER_SHARE = 0.2


@dataclass(frozen=True)
class Seen:
    """What one picture of a stack shows: the texts of its codes, and whether a code as large as a cover's was not legible."""

    texts: tuple[str, ...] = ()
    large_miss: bool = False

    @property
    def cover(self) -> CoverCode | None:
        return next((code for text in self.texts if (code := parse_cover_code(text)) is not None), None)


@dataclass(frozen=True)
class Group:
    """Pictures of one material (places in the stack, from 0); `copy` counts sets of it, `covers` are its cover sheets."""

    material_id: str
    copy: int
    covers: tuple[int, ...]
    pages: tuple[int, ...]


@dataclass(frozen=True)
class StackFault:
    """What a person should look at: the picture (from 0) and a Chinese sentence, which counts from one."""

    picture: int
    sentence: str


@dataclass(frozen=True)
class Split:
    """A stack taken apart; `unassigned` pictures belong to nobody until a person says so. No picture is lost."""

    groups: tuple[Group, ...]
    unassigned: tuple[int, ...]
    faults: tuple[StackFault, ...]


def seen_of(codes: Codes, size: tuple[int, int]) -> Seen:
    """Return the plain values of what was read on a picture of `size` (height, width)."""
    large = any(np.ptp(place, axis=0).max() >= COVER_SHARE * min(size) for place in codes.missed)
    return Seen(tuple(code.text for code in codes.found), large)


def split_stack(pictures: Sequence[Seen | None], item_code: str, material_ids: Collection[str]) -> Split:
    """Give every picture to the material of the last cover sheet before it; None is a picture that could not be opened.

    After a cover of another item, of an unknown material, or one whose code is not legible, pages are left unassigned up
    to the next good cover: a page in no material is found at once, a page in a wrong one is not.
    """
    sorting = _Sorting(item_code, material_ids)
    for place, seen in enumerate(pictures):
        sorting.take(place, seen)
    return sorting.split()


class _Sorting:
    """The stack as far as it has been gone through."""

    def __init__(self, item_code: str, material_ids: Collection[str]) -> None:
        self._item_code, self._material_ids = item_code, material_ids
        self._covers: dict[tuple[str, int], list[int]] = {}
        self._pages: dict[tuple[str, int], list[int]] = {}
        self._unassigned: list[int] = []
        self._faults: list[StackFault] = []
        self._open: tuple[str, int] | None = None
        self._before_any_cover = True

    def take(self, place: int, seen: Seen | None) -> None:
        if seen is None:
            self._tell(place, "打不开，请重新扫这一页。")
            self._unassigned.append(place)
        elif (cover := seen.cover) is not None:
            self._take_cover(place, cover)
        elif seen.large_miss:
            self._close(place, "像是分隔页，可是码读不出来。请重扫这一页，或把后面的页自己分到材料里。")
            self._unassigned.append(place)
        else:
            self._take_page(place)

    def _take_cover(self, place: int, cover: CoverCode) -> None:
        key = (cover.material_id, cover.copy)
        if cover.item_code != self._item_code:
            self._close(place, f"是别的事项（{cover.item_code}）的分隔页。请换成这件事的分隔页，后面的页先不归类。")
        elif cover.material_id not in self._material_ids:
            self._close(place, "是这件事没有的材料的分隔页。请重新打印分隔页，后面的页先不归类。")
        else:
            if key in self._covers:
                first = self._covers[key][0] + 1
                self._tell(place, f"和第{first}张是同一张分隔页，后面的页接到同一样材料里。如不对，请自己分开。")
            self._covers.setdefault(key, []).append(place)
            self._pages.setdefault(key, [])
            self._open = key
        self._before_any_cover = False

    def _take_page(self, place: int) -> None:
        if self._open is not None:
            self._pages[self._open].append(place)
            return
        if self._before_any_cover and not self._unassigned:
            self._tell(place, "前面没有分隔页，不知道是哪样材料。请把它分到材料里，或放上分隔页重扫。")
        self._unassigned.append(place)

    def _close(self, place: int, sentence: str) -> None:
        self._open = None
        self._before_any_cover = False
        self._tell(place, sentence)

    def _tell(self, place: int, sentence: str) -> None:
        self._faults.append(StackFault(place, f"第{place + 1}张{sentence}"))

    def split(self) -> Split:
        for key, pages in self._pages.items():
            if not pages:
                self._tell(self._covers[key][0], "分隔页后面没有材料。请检查是不是漏扫了。")
        groups = tuple(
            Group(*key, tuple(self._covers[key]), tuple(pages)) for key, pages in self._pages.items() if pages
        )
        return Split(groups, tuple(self._unassigned), tuple(sorted(self._faults, key=lambda fault: fault.picture)))
