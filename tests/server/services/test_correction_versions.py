"""A correction is judged by the version its case was accepted under, and the village is told which one that is."""

from forms.catalogue import content_of
from forms.item import ServiceItem
from kiosk import flow
from server.db.case import find_case_by_number
from server.domain.correction import CorrectionPoint, CorrectionReason
from server.domain.people import Actor, Desk, Role
from server.services.correction import list_open_corrections, request_correction
from tests import factories as make
from tests.server.services.test_catalogue import published


def awaiting(installation):
    with installation.look() as work:
        [waiting] = list_open_corrections(work, make.VILLAGE)
    return waiting


def ask_again(installation, taken) -> None:
    counter = Actor("xz", "甲示范", Role.TOWNSHIP_COUNTER, Desk("民政", make.TOWNSHIP))
    with installation.begin() as work:
        case = find_case_by_number(work.session, taken.case_number)
        request_correction(work, case, counter, [CorrectionPoint("id_card", CorrectionReason.UNCLEAR, "反光")])


def test_the_old_version_is_told_once_another_is_in_force(installation):
    taken = make.take_in(installation, make.enrolled_machine(installation))
    ask_again(installation, taken)
    assert awaiting(installation).item is None, "no more goes over the line than is needed"
    served = installation.tools.catalogue.get_item("MZ-008")
    materials = [
        {**material, "id": "id_card_new", "capture": "generic"} if material["id"] == "id_card" else material
        for material in content_of(served)["materials"]
    ]
    published(installation, materials=materials)
    item = ServiceItem.model_validate(awaiting(installation).item)
    assert item == served
    begun = flow.begin_correction(
        flow.begin_visit(
            visit_id="v", packet_id="0" * 32, lookup_code=taken.lookup_code,
            agent=make.agent_account(installation, make.VILLAGE), started_at=installation.tools.clock.now(),
        ),
        item,
        case_number=taken.case_number,
        lookup_code=taken.lookup_code,
        reasons=(flow.CorrectionReason(material_id="id_card"),),
    )  # fmt: skip
    assert [material.id for material in flow.materials_to_capture(begun, item)] == ["id_card"]
    assert begun.item_digest
