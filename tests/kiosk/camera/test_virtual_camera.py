"""The virtual camera: every quirk shows in the picture, and it fails as a real one does."""

from datetime import UTC, datetime

import numpy as np
import pytest

from kiosk.camera.protocol import Camera, CameraFrozen, CameraUnplugged
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings

SMALL = VirtualCameraSettings(resolution=(1632, 1224), preview_resolution=(640, 480))


def white_sheet() -> np.ndarray:
    return np.full((297, 210, 3), 240, np.uint8)


def test_it_is_a_camera_like_any_other() -> None:
    camera = VirtualCamera(SMALL)
    assert isinstance(camera, Camera)
    assert camera.describe().identity == VirtualCamera().describe().identity
    assert camera.describe().kind == "virtual"


def test_preview_is_small_and_still_is_large_and_both_carry_the_clock() -> None:
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    camera = VirtualCamera(SMALL, clock=lambda: noon)
    assert camera.preview().image.shape == (480, 640, 3)
    assert camera.still().image.shape == (1224, 1632, 3)
    assert camera.still().captured_at == noon


def test_the_sheet_lies_inside_its_true_corners() -> None:
    camera = VirtualCamera(SMALL)
    camera.place(white_sheet(), 210, 297)
    image = camera.still().image
    corners = camera.true_corners(still=True)
    middle = corners.mean(axis=0)
    for corner in corners:
        inside = np.round(corner + (middle - corner) * 0.05).astype(int)
        outside = np.round(corner - (middle - corner) * 0.03).astype(int)
        assert image[inside[1], inside[0]].mean() > image[outside[1], outside[0]].mean() + 60


def test_an_upright_page_is_seen_whole_at_any_turn() -> None:
    for turn in (0, 20, 45, 90):
        camera = VirtualCamera(SMALL)
        camera.adjust(tilt_degrees=turn, perspective=0.2)
        camera.place(white_sheet(), 210, 297)
        corners = camera.true_corners()
        assert corners.min() > 0 and (corners < np.array([1632, 1224])).all()


def test_an_empty_desk_has_no_corners() -> None:
    camera = VirtualCamera(SMALL)
    camera.place(white_sheet(), 210, 297)
    camera.place(None)
    assert camera.true_corners() is None
    assert camera.still().image.max() < 120


@pytest.mark.parametrize("desk", ["dark", "light", "wood"])
def test_the_same_seed_gives_the_same_picture_and_two_frames_differ_by_noise(desk: str) -> None:
    first, second = (VirtualCamera(VirtualCameraSettings(preview_resolution=(320, 240), desk=desk)) for _ in range(2))
    frames = [first.preview().image, second.preview().image, first.preview().image]
    assert np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[0], frames[2])


def test_little_light_makes_a_dark_picture_and_glare_a_burnt_one() -> None:
    camera = VirtualCamera(SMALL)
    camera.place(white_sheet(), 210, 297)
    normal = camera.preview().image
    camera.adjust(light=0.15)
    assert camera.preview().image.mean() < normal.mean() * 0.3
    camera.adjust(light=0.95, glare=0.8)
    assert (camera.preview().image >= 254).mean() > (normal >= 254).mean() + 0.01


def test_a_hand_covers_part_of_the_sheet() -> None:
    camera = VirtualCamera(SMALL)
    camera.place(white_sheet(), 210, 297)
    before = camera.preview().image.astype(int)
    camera.adjust(hand=True)
    assert (np.abs(camera.preview().image.astype(int) - before).max(axis=2) > 40).mean() > 0.01


def test_the_plug_falls_out_after_so_many_frames_and_can_be_put_back() -> None:
    camera = VirtualCamera(VirtualCameraSettings(preview_resolution=(320, 240), unplug_after_frames=2))
    camera.preview()
    camera.preview()
    with pytest.raises(CameraUnplugged, match="USB线"):
        camera.preview()
    with pytest.raises(CameraUnplugged):
        camera.open()
    camera.replug()
    camera.open()
    for _ in range(4):
        camera.preview()


def test_a_frozen_camera_says_so_until_replugged() -> None:
    camera = VirtualCamera(VirtualCameraSettings(preview_resolution=(320, 240), frozen=True))
    with pytest.raises(CameraFrozen):
        camera.preview()
    camera.replug()
    assert camera.preview().image.size


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError):
        VirtualCamera(SMALL).adjust(brightness=1)


def test_its_knobs_sharpen_and_lighten_the_picture_until_their_ends() -> None:
    camera = VirtualCamera(SMALL)
    camera.adjust(blur=12.0, noise=0.0)
    camera.place(
        np.kron(np.indices((30, 21)).sum(axis=0) % 2, np.ones((10, 10)))[..., None].repeat(3, 2).astype(np.uint8) * 200
    )
    soft, knobs = camera.still().image, camera.controls()
    assert knobs.refocus()
    sharp = camera.still().image
    assert sharp.std() > soft.std() * 1.2
    assert knobs.brighter() and camera.still().image.mean() > sharp.mean()
    assert {control.name for control in knobs.list_present()} == {"auto_focus", "gain"}
    steps = sum(knobs.darker() for _ in range(30))
    assert 0 < steps < 30 and camera.still().image.mean() < sharp.mean()
    camera.adjust(unplug_after_frames=0)
    with pytest.raises(CameraUnplugged):
        camera.preview()
    with pytest.raises(CameraUnplugged):
        knobs.refocus()
