"""The visit and what belongs to it, in plain values: pages, refusals, reasons; nothing here decides anything."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from forms.packet import Agent, Record

Step = Literal["choose_item", "notice", "answers", "capture", "check", "packed", "sent"]
Turn = Literal[0, 90, 180, 270]
#: where pictures of a stack lie until somebody says which material they are; no material can be called so
LOOSE = "_loose"
MAX_PAGES_PER_MATERIAL = 20
MAX_LOOSE_PAGES = 60


class Page(Record):
    """One captured sheet; its picture lies in the draft under `page_id`, as it was taken.

    `turn` is how many degrees clockwise set it upright; `shape` what the sheet is by its proportions, if that is known.
    """

    page_id: str
    captured_at: AwareDatetime
    kept_despite: tuple[str, ...] = ()
    turn: Turn = 0
    shape: Literal["a4", "card"] | None = None


class ReadField(Record):
    """One field of a page as it is printed there; `trouble` is a sentence when it cannot be right, `sure` 0..1."""

    name: str
    label: str
    value: str
    sure: float
    trouble: str | None = None


class PageReading(Record):
    """What a page says; personal data, so it lives and goes with the visit. `kind` None: nothing tells what paper it is.

    `places`: where each line stands on the picture, as shares of its width and height (left, top, right, bottom); none in
    drafts of older programs. `turn`: how the lines lie on it.
    """

    kind: str | None
    lines: tuple[str, ...] = ()
    places: tuple[tuple[float, float, float, float], ...] = ()
    turn: int = 0
    fields: tuple[ReadField, ...] = ()


class ReadCard(Record):
    """What the chip of a card said: the card of the `place`-th person (from 0) whose cards this material is."""

    material_id: str
    place: int
    reading: PageReading


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


class Undo(Record):
    """撤销: the pages as they were before the last thing done to them, and what that was."""

    action: str
    pages: dict[str, tuple[Page, ...]]


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
    undo: Undo | None = None
    #: by page_id; a page not read yet, or that could not be, has none
    readings: dict[str, PageReading] = Field(default_factory=dict)
    #: what the card reader read, at most one for each person
    cards: tuple[ReadCard, ...] = ()
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
