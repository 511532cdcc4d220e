"""Quality findings: silent on good pictures, and each trouble told with what to do."""

import cv2
import numpy as np
import pytest

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.page import Sheet, find_sheet
from kiosk.imaging.quality import Finding, assess

SHEETS = specimens_for(story_person())
SIZE = (1632, 1224)
FULL_SIZE = VirtualCameraSettings().resolution


def findings_for(name: str | None, **quirks) -> dict[str, Finding]:
    camera = VirtualCamera(VirtualCameraSettings(**{"resolution": SIZE, **quirks}))
    if name is not None:
        sheet = SHEETS[name]
        camera.place(sheet.picture, sheet.width_mm, sheet.height_mm)
    image = camera.still().image
    return {finding.code: finding for finding in assess(image, find_sheet(image))}


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
@pytest.mark.parametrize("name", sorted(SHEETS))
def test_a_good_picture_has_no_findings(name: str, desk: str) -> None:
    assert findings_for(name, desk=desk) == {}


@pytest.mark.parametrize(("name", "desk"), [("apply_form", "wood"), ("id_card_front", "light")])
def test_a_good_picture_of_full_size_has_no_findings_either(name: str, desk: str) -> None:
    assert findings_for(name, desk=desk, resolution=FULL_SIZE) == {}


@pytest.mark.parametrize("name", ["id_card_front", "apply_form", "household_register_2"])
def test_a_blurred_picture_is_told(name: str) -> None:
    assert findings_for(name, blur=3.0)["blurred"].blocking


def test_a_blank_white_sheet_is_not_called_blurred() -> None:
    camera = VirtualCamera(VirtualCameraSettings(resolution=SIZE))
    camera.place(np.full((700, 500, 3), 246, np.uint8), 150, 210)
    image = camera.still().image
    assert assess(image, find_sheet(image)) == []


@pytest.mark.parametrize("angle", [5, 30, 45])
def test_a_blank_sheet_that_lies_turned_under_a_strong_light_is_not_called_blurred(angle: int) -> None:
    """Paper and cloth are clipped: flat beside the edge is not a soft edge."""
    twice = np.full((2400, 3200, 3), 45, np.uint8)
    outline = cv2.boxPoints(((1600, 1200), (1700, 1200), angle)).astype(np.int32)
    cv2.fillPoly(twice, [outline], (235, 235, 235))
    image = cv2.resize(twice, (1600, 1200), interpolation=cv2.INTER_AREA)
    assert assess(image, find_sheet(image)) == []
    soft = cv2.GaussianBlur(image, (0, 0), 3)
    assert [finding.code for finding in assess(soft, find_sheet(soft))] == ["blurred"]


def test_glare_is_told_with_its_place() -> None:
    finding = findings_for("apply_form", glare=0.8, glare_at=(0.8, 0.8))["glare"]
    assert finding.sentence.startswith("右下") and "反光" in finding.sentence
    x, y, width, height = finding.box
    assert x + width / 2 > SIZE[0] / 2 and y + height / 2 > SIZE[1] / 2


def test_bright_paper_is_not_glare() -> None:
    assert "glare" not in findings_for("apply_form", light=1.05, unevenness=0.0)


@pytest.mark.parametrize(
    ("offset", "advice"), [((190, 0), "往左"), ((-190, 0), "往右"), ((0, 135), "往上"), ((0, -135), "往下")]
)
def test_a_sheet_half_out_of_the_picture_is_cut_off_and_the_way_back_is_told(offset, advice: str) -> None:
    finding = findings_for("household_register_1", offset_mm=offset)["cut_off"]
    assert advice in finding.sentence and finding.blocking


def test_a_dark_room_is_told() -> None:
    assert "too_dark" in findings_for("apply_form", light=0.15)
    assert "too_dark" in findings_for("id_card_front", light=0.15)


def test_a_room_too_dark_to_see_anything_asks_for_light_first() -> None:
    findings = findings_for(None, light=0.05)
    assert list(findings) == ["no_sheet", "too_dark"] and "灯" in findings["no_sheet"].sentence


@pytest.mark.parametrize(
    ("code", "quirks"),
    [
        ("glare", {"glare": 1.0}),
        ("too_dark", {"light": 0.15}),
        ("obstructed", {"hand": True}),
        ("blurred", {"blur": 3.0}),
        ("cut_off", {"offset_mm": (190, 0)}),
    ],
)
def test_only_a_picture_nobody_could_use_is_refused(code: str, quirks: dict) -> None:
    assert findings_for("household_register_1", **quirks)[code].blocking == (code in ("blurred", "cut_off"))


def test_an_empty_dark_desk_in_good_light_only_lacks_a_sheet() -> None:
    assert set(findings_for(None, desk="dark")) == {"no_sheet"}


def test_a_finger_over_the_sheet_is_told() -> None:
    for desk in ("dark", "light", "wood"):
        assert "手" in findings_for("apply_form", hand=True, desk=desk)["obstructed"].sentence


def test_a_sheet_far_away_is_too_small() -> None:
    image = np.full((1224, 1632, 3), 60, np.uint8)
    corners = np.array([[800, 600], [900, 600], [900, 640], [800, 640]], float)
    image[600:640, 800:900] = 230
    findings = {finding.code: finding for finding in assess(image, Sheet(corners, 0.9))}
    assert not findings["too_small"].blocking


def test_a_still_too_coarse_for_print_is_told_with_its_dots_per_inch() -> None:
    camera = VirtualCamera(VirtualCameraSettings(resolution=SIZE))
    camera.place(SHEETS["apply_form"].picture)
    image = camera.still().image
    sheet = find_sheet(image)
    told = {one.code: one for one in assess(image, sheet, still_width=1000)}["too_small"]
    assert "每英寸" in told.sentence and not told.blocking
    assert assess(image, sheet, still_width=3264) == []
