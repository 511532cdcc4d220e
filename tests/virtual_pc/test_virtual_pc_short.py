"""The short set, in every test run: the real kiosk in the virtual village PC meets a camera on a USB cable."""

import pytest

from tests.virtual_pc.devices.document_camera import DocumentCamera
from tests.virtual_pc.story import begin_capturing, pages_of
from tests.virtual_pc.village import NO_CAMERA, Village

pytestmark = pytest.mark.virtual_pc


def test_a_camera_is_plugged_in_photographs_a_sheet_is_pulled_out_and_comes_back(
    village: Village, camera: DocumentCamera
) -> None:
    counter = village.counter
    begin_capturing(counter)
    assert counter.camera_state()["words"] == NO_CAMERA

    plug = village.plug(camera)
    village.wait_for_camera()
    assert counter.capture("id_card")["accepted"]
    assert (2592, 1944) in {(mode.width, mode.height) for mode in camera.agreed}

    village.unplug(plug)
    refused = counter.refusal_of_capture("id_card")
    assert refused.code == "camera_unplugged" and "USB线" in refused.sentence

    village.plug(camera)
    village.wait_for_camera()
    assert counter.capture("id_card")["accepted"]
    assert len(pages_of(counter, "id_card")) == 2
