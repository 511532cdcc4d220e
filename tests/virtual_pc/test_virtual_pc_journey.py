"""A whole visit at the virtual village PC: seven pages, a plug pulled in the middle, a dead line, paper from the printer."""

import threading
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from forms.catalogue import load_catalogue
from forms.clock import SystemClock, local_date
from forms.render.application_form import render_application_form
from hongye.demo.counter import SPECIMENS
from hongye.demo.official import Official
from hongye.demo.story import ITEM
from tests.virtual_pc.devices.desk import Desk
from tests.virtual_pc.devices.document_camera import DocumentCamera
from tests.virtual_pc.devices.usb_printer import UsbPrinter
from tests.virtual_pc.paper import how_different, sheets_in, text_of
from tests.virtual_pc.story import PERSON, answers_of, begin_capturing, pages_of
from tests.virtual_pc.village import Refused, SlowCounter, Village, wait_until

pytestmark = pytest.mark.virtual_pc_long
PAGES = sum(map(len, SPECIMENS.values()))


def test_one_visit_from_the_camera_to_the_server_and_to_paper(
    village: Village, camera: DocumentCamera, printer: UsbPrinter, desk: Desk, sheets: dict, tmp_path: Path
) -> None:
    counter = village.counter
    plug = village.plug(camera)
    village.plug(printer)
    visit = begin_capturing(counter)
    village.wait_for_camera()
    _print_the_form_and_compare(village, printer)

    _capture(counter, desk, sheets, ["apply_form"])
    _pull_the_plug_in_the_middle(village, plug, camera, desk, sheets)
    village.plug(camera)
    village.wait_for_camera()
    assert len(pages_of(counter, "apply_form")) == 1
    _capture(counter, desk, sheets, [one for one in SPECIMENS if one != "apply_form"])

    village.pc.monitor.plug_cable(False)
    counter.check_originals(list(SPECIMENS))
    packet_id = counter.send()
    assert packet_id == visit["packet_id"]
    village.pc.monitor.plug_cable(True)
    counter.retry(packet_id)
    packet = wait_until("the packet is delivered", lambda: _delivered(counter, packet_id))
    _print_the_receipt(village, printer, packet, visit["lookup_code"])
    counter.close_visit()
    assert _pictures_at_the_township(village, packet["case_number"], tmp_path) == PAGES


def _capture(counter: SlowCounter, desk: Desk, sheets: dict, materials: list[str]) -> None:
    for material_id in materials:
        for specimen in SPECIMENS[material_id]:
            desk.lay(sheets[specimen])
            outcome = counter.capture(material_id)
            assert outcome["accepted"], (specimen, outcome["findings"])


def _pull_the_plug_in_the_middle(village: Village, plug: Any, camera: DocumentCamera, desk: Desk, sheets: dict) -> None:
    """The button is pressed, the large picture is on its way, and somebody trips over the cable."""
    desk.lay(sheets["id_card_front"])
    told: list[Refused] = []
    agreed = len(camera.agreed)
    pressing = threading.Thread(target=lambda: told.append(village.counter.refusal_of_capture("id_card")))
    pressing.start()
    wait_until("the large picture begins", lambda: camera.mode.width == 2592 and len(camera.agreed) > agreed)
    village.unplug(plug)
    pressing.join()
    assert told[0].code == "camera_unplugged", told
    assert pages_of(village.counter, "id_card") == []


def _delivered(counter: SlowCounter, packet_id: str) -> dict[str, Any] | None:
    packet = counter.packet(packet_id)
    assert packet["state"] != "refused", packet["reason"]
    return packet if packet["state"] == "delivered" else None


def _print_the_form_and_compare(village: Village, printer: UsbPrinter) -> None:
    """What came through CUPS and the cable is, page for page, what the form should look like."""
    village.counter.call("POST", "/api/visit/form", {})
    (printed,) = wait_until("the form is printed", lambda: sheets_in(printer.received))
    item, practice = load_catalogue().get_item(ITEM), village.practice
    wanted = render_application_form(
        item, answers_of(PERSON), village_name="烟楼村", made_on=local_date(SystemClock().now())
    )
    assert practice and len(pypdfium2.PdfDocument(printed)) == len(pypdfium2.PdfDocument(wanted))
    assert how_different(printed, wanted) < 0.01
    printer.forget()


def _print_the_receipt(village: Village, printer: UsbPrinter, packet: dict[str, Any], lookup_code: str) -> None:
    village.counter.call("POST", f"/api/receipts/{packet['packet_id']}", {})
    (receipt,) = wait_until("the receipt is printed", lambda: sheets_in(printer.received))
    assert len(pypdfium2.PdfDocument(receipt)) == 1
    words = "".join(text_of(receipt).split())
    assert packet["case_number"] in words and lookup_code in words


def _pictures_at_the_township(village: Village, case_number: str, folder: Path) -> int:
    """How many captured pages the desk that receives the case finds in it; both sides of a card stand on one sheet."""
    practice = village.practice
    desk = Official(practice.server_url, practice.person("zhen-mz"), practice.password)
    saved = desk.save_documents(case_number, folder)
    return sum(len(page.images) for path in saved for page in PdfReader(path).pages)
