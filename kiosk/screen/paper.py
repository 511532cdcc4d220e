"""Every sheet the counter prints and every PDF it packs, from forms.render, with the words of this village on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from forms.clock import local_date, parse_instant
from forms.cover_code import CoverCode
from forms.item import Answers, Material, ServiceItem, days_in_words
from forms.notice_sheet import personal_notice_sheet
from forms.packet import Agent
from forms.render.application_form import render_application_form
from forms.render.archive import archival
from forms.render.bundle import CardSheet, PageImage, ReadLine, bundle_pages
from forms.render.cover_sheet import CoverSheet, render_cover_sheets
from forms.render.mandate import Mandate, render_mandate
from forms.render.notice_sheet import render_notice_sheet
from forms.render.receipt import Receipt, render_receipt
from forms.render.watermark import copy_words
from kiosk.catalogue_store import CatalogueStore
from kiosk.flow import Page, PageReading
from kiosk.imaging.read import picture_size
from kiosk.service_point import KeptServicePoint

#: how long the longer side of a captured sheet is on paper, in millimetres; anything else is taken for A4
LONGER_SIDE = {"id_card": 85.6, "household_register": 143.0, "bank_passbook": 130.0, "photo": 152.0}
A4_LONGER_SIDE = 297.0
SIDE_OF_SHAPE = {"a4": A4_LONGER_SIDE, "card": 85.6}
#: where villagers look up an item and a case on the public pages
GUIDE_ADDRESS = "{public_url}/services/{item_code}"
TRACKING_ADDRESS = "{public_url}/c/{lookup_code}"


@dataclass(frozen=True)
class CapturedPage:
    """One page to bind: its picture and, once it was read, what it says and where."""

    page: Page
    jpeg: bytes
    said: PageReading | None = None

    @property
    def lines(self) -> tuple[ReadLine, ...]:
        """None of a draft that an older program kept without the places."""
        if self.said is None or len(self.said.places) != len(self.said.lines):
            return ()
        return tuple(ReadLine(text, place) for text, place in zip(self.said.lines, self.said.places, strict=True))

    @property
    def lines_turn(self) -> int:
        return self.said.turn if self.said else 0


class Paper(Protocol):
    """Turns facts into PDF."""

    def notice_sheet(self, item: ServiceItem, answers: Answers, pages: dict[str, int], now: datetime) -> bytes: ...

    def application_form(self, item: ServiceItem, answers: Answers, now: datetime) -> bytes: ...

    def mandate(self, item: ServiceItem, answers: Answers, agent: Agent, now: datetime) -> bytes: ...

    def cover_sheets(self, item: ServiceItem, materials: Sequence[Material], applicant: str) -> bytes: ...

    def receipt(self, item: ServiceItem, facts: dict[str, Any], answer: dict[str, Any] | None) -> bytes: ...

    def bundle(self, item: ServiceItem, material: Material, pages: Sequence[CapturedPage]) -> bytes: ...


class VillagePaper:
    """Paper of one village."""

    def __init__(
        self, catalogue: CatalogueStore, service_point: KeptServicePoint, village_name: str, public_url: str
    ) -> None:
        self._catalogue, self._service_point = catalogue, service_point
        self._village_name, self._public_url = village_name, public_url.rstrip("/")

    def notice_sheet(self, item: ServiceItem, answers: Answers, pages: dict[str, int], now: datetime) -> bytes:
        sheet = personal_notice_sheet(
            item,
            answers,
            pages,
            village_name=self._village_name,
            made_on=local_date(now),
            guide_url=GUIDE_ADDRESS.format(public_url=self._public_url, item_code=item.code),
            digest=self._catalogue.digest,
            point=self._service_point.point,
        )
        return render_notice_sheet(sheet)

    def application_form(self, item: ServiceItem, answers: Answers, now: datetime) -> bytes:
        return render_application_form(item, answers, village_name=self._village_name, made_on=local_date(now))

    def mandate(self, item: ServiceItem, answers: Answers, agent: Agent, now: datetime) -> bytes:
        """To be signed; what nobody has answered yet is left for the pen."""
        mandate = Mandate(
            item_name=item.name,
            village_name=self._village_name,
            principal_name=item.applicant_name(answers) or None,
            principal_id_number=item.applicant_id_number(answers) or None,
            principal_phone=str(answers.get("phone") or "") or None,
            agent_name=agent.display_name,
            agent_post="代办员",
            made_on=local_date(now),
        )
        return render_mandate(mandate)

    def cover_sheets(self, item: ServiceItem, materials: Sequence[Material], applicant: str) -> bytes:
        """One before each material of the visit, for a stack that a scanner takes in one go."""
        sheets = [
            CoverSheet(
                CoverCode(item.code, material.id),
                item.name,
                material.name,
                applicant,
                self._village_name,
                place,
                len(materials),
            )
            for place, material in enumerate(materials, 1)
        ]
        return render_cover_sheets(sheets)

    def receipt(self, item: ServiceItem, facts: dict[str, Any], answer: dict[str, Any] | None) -> bytes:
        """Works with no answer too: then the sheet says that the number follows, and the lookup code already holds."""
        answer = answer or {}
        lookup_code = answer.get("lookup_code") or facts["lookup_code"]
        receipt = Receipt(
            item_name=item.name,
            applicant_masked=facts["applicant"],
            village_name=self._village_name,
            agent_name=facts["agent_name"],
            received_at=parse_instant(facts["received_at"]),
            case_number=answer.get("case_number") or facts.get("case_number"),
            lookup_code=lookup_code,
            tracking_url=TRACKING_ADDRESS.format(public_url=self._public_url, lookup_code=lookup_code),
            due_on=_date(answer.get("due_on")),
            materials=tuple(f"{material['name']} {material['pages']} 页" for material in facts["materials"]),
            promised=days_in_words(item.promised_days, item.promised_unit),
        )
        return render_receipt(receipt)

    def bundle(self, item: ServiceItem, material: Material, pages: Sequence[CapturedPage]) -> bytes:
        """One PDF/A-2b of a material's pages with their JPEG, fit for the archive as it is (GB/T 42727).

        Each two sides of a card stand on one sheet, the way counters copy cards, and say what the copy is for.
        """
        is_card, rest = material.capture == "id_card", list(pages)
        captured_at = rest[-1].page.captured_at
        bound: list[PageImage | CardSheet] = []
        while is_card and len(rest) >= 2:
            bound.append(_card_sheet(rest.pop(0), rest.pop(0)))
        bound += [_page_image(material, captured) for captured in rest]
        watermark = copy_words(item.name, local_date(captured_at)) if is_card else None
        bundle = bundle_pages(bound, title=material.name, watermark=watermark)
        return archival(bundle, title=material.name, made_at=captured_at)


def _card_sheet(front: CapturedPage, back: CapturedPage) -> CardSheet:
    return CardSheet(
        front.jpeg,
        back.jpeg,
        (front.page.turn, back.page.turn),
        (front.lines, back.lines),
        (front.lines_turn, back.lines_turn),
    )


def _page_image(material: Material, captured: CapturedPage) -> PageImage:
    """At the size its proportions gave it away, else at the size such papers have."""
    page, jpeg = captured.page, captured.jpeg
    width, height = picture_size(jpeg)
    longer = SIDE_OF_SHAPE[page.shape] if page.shape else LONGER_SIDE.get(material.capture, A4_LONGER_SIDE)
    mm = longer / max(width, height)
    return PageImage(jpeg, round(width * mm, 2), round(height * mm, 2), page.turn, captured.lines, captured.lines_turn)


def _date(text: Any) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None
