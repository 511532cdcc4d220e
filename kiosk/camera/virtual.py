"""A document camera without a device: it photographs a picture laid on a drawn desk, with every real-life quirk a setting.

Composition happens in the pixels of the frame asked for: desk, then the shadow under the sheet, then the sheet by a
homography, then a finger, then light, glare, blur and noise. Everything that does not change between two frames is
kept, so a live preview costs little more than the noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from kiosk.camera.controls import Control
from kiosk.camera.protocol import CameraDescription, CameraFrozen, CameraUnplugged, Frame

Desk = Literal["dark", "light", "wood"]

# What the lens sees at the height of the desk, in millimetres; a sheet too large for it is drawn smaller, so that an
# A4 page upright is seen whole, as on a real document camera whose arm is pulled up.
VIEW_WIDTH_MM = 380.0
VIEW_HEIGHT_MM = 285.0
MARGIN_MM = 7.0
GRAIN_TILE = 512
SHARPEST = 0.6
GAIN_STEP, GAIN_ENDS = 1.15, (0.4, 2.5)


@dataclass(frozen=True)
class VirtualCameraSettings:
    """How the virtual camera behaves; the defaults are a good camera on a dark desk, the sheet a little crooked."""

    #: size of a still picture (width, height) in pixels
    resolution: tuple[int, int] = (3264, 2448)
    #: size of a preview picture (width, height) in pixels; at most 1280 wide
    preview_resolution: tuple[int, int] = (1280, 960)
    #: how far the sheet is turned on the desk, clockwise, in degrees
    tilt_degrees: float = 2.0
    #: how oblique the lens looks: 0 straight down; 0.3 shrinks the far edge of a full view by about 30 %
    perspective: float = 0.03
    #: strength of the light: 1 bright, 0.15 a dark room, 0 night
    light: float = 0.95
    #: how uneven the light is: 0 even, 1 one side of the desk half dark
    unevenness: float = 0.25
    #: darkness of the shadow the sheet throws on the desk: 0 none, 1 black
    shadow: float = 0.35
    #: softness of the lens: sigma of a Gaussian in pixels of a still picture; focusing anew sets it back
    blur: float = SHARPEST
    #: what the sensor makes of the light: 1 as it is, more is brighter
    gain: float = 1.0
    #: brightness of a lamp's reflection on the sheet: 0 none, 1 burns everything out
    glare: float = 0.0
    #: where the reflection lies on the sheet, as fractions (right, down) of its width and height
    glare_at: tuple[float, float] = (0.65, 0.4)
    #: a finger-like shape lies over the lower edge of the sheet
    hand: bool = False
    #: sensor noise: standard deviation in grey levels
    noise: float = 2.0
    #: what the sheet lies on
    desk: Desk = "dark"
    #: shift of the sheet from the middle of the view (right, down) in millimetres
    offset_mm: tuple[float, float] = (0.0, 0.0)
    #: after so many frames the plug falls out, until `replug()`; None never
    unplug_after_frames: int | None = None
    #: the device is there but sends no picture
    frozen: bool = False
    #: seed of desk texture and noise; the same seed gives the same frames
    seed: int = 1
    #: tells two virtual cameras on one machine apart
    serial: str = "0001"


class VirtualCamera:
    """A Camera whose desk and sheet are drawn; `place` lays a picture down, `adjust` changes the quirks."""

    def __init__(
        self,
        settings: VirtualCameraSettings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings or VirtualCameraSettings()
        self._clock = clock
        self._picture: np.ndarray | None = None
        self._size_mm = (0.0, 0.0)
        self._scenes: dict[tuple[int, int], np.ndarray] = {}
        self._grains: dict[tuple[int, int], np.ndarray] = {}
        self._frames = 0
        self._unplugged = False

    @property
    def settings(self) -> VirtualCameraSettings:
        """The settings in force."""
        return self._settings

    def describe(self) -> CameraDescription:
        """Describe the virtual camera; its identity depends on its serial only."""
        serial = self._settings.serial
        return CameraDescription(identity=f"virtual:{serial}", name="虚拟高拍仪", kind="virtual", serial=serial)

    def open(self) -> None:
        """Take hold of the camera; raises CameraUnplugged while the plug is out."""
        if self._unplugged:
            raise CameraUnplugged

    def close(self) -> None:
        """Let go; there is nothing to let go of."""

    def preview(self) -> Frame:
        """Return a preview frame; raises CameraUnplugged or CameraFrozen as the settings say."""
        return self._frame(self._settings.preview_resolution)

    def still(self) -> Frame:
        """Return a full-size frame; raises CameraUnplugged or CameraFrozen as the settings say."""
        return self._frame(self._settings.resolution)

    def controls(self) -> VirtualControls:
        """Its knobs, which change the drawn picture as real ones do."""
        return VirtualControls(self)

    def place(self, picture: np.ndarray | None, width_mm: float = 210.0, height_mm: float = 297.0) -> None:
        """Lay a BGR picture of that size on the desk, its top away from the viewer; None clears the desk."""
        if picture is not None and (width_mm <= 0 or height_mm <= 0):
            raise ValueError(f"a sheet needs a size in millimetres, not {width_mm} x {height_mm}")
        self._picture = None if picture is None else np.ascontiguousarray(picture)
        self._size_mm = (float(width_mm), float(height_mm))
        self._scenes.clear()

    def adjust(self, **changes: object) -> None:
        """Change settings by name; raises TypeError for a name that is no setting."""
        self._settings = replace(self._settings, **changes)
        self._scenes.clear()
        if changes.keys() & {"noise", "seed"}:
            self._grains.clear()
        if "unplug_after_frames" in changes:
            self._frames = 0

    def replug(self) -> None:
        """Put the plug back in: the camera answers again, and does not fall out a second time."""
        self._unplugged = False
        self._frames = 0
        self._settings = replace(self._settings, unplug_after_frames=None, frozen=False)

    def true_corners(self, still: bool = True) -> np.ndarray | None:
        """Return where the corners of the sheet's own TL, TR, BR, BL lie, float (4, 2) in pixels; None on an empty desk."""
        if self._picture is None:
            return None
        size = self._settings.resolution if still else self._settings.preview_resolution
        return sheet_corners(self._settings, self._size_mm, size)

    def _frame(self, size: tuple[int, int]) -> Frame:
        limit = self._settings.unplug_after_frames
        if limit is not None and self._frames >= limit:
            self._unplugged = True
        if self._unplugged:
            raise CameraUnplugged
        if self._settings.frozen:
            raise CameraFrozen
        self._frames += 1
        return Frame(self._with_noise(self._scene(size)), self._clock())

    def _scene(self, size: tuple[int, int]) -> np.ndarray:
        if size not in self._scenes:
            self._scenes[size] = compose(self._settings, self._picture, self._size_mm, size)
        return self._scenes[size]

    def _with_noise(self, scene: np.ndarray) -> np.ndarray:
        """Return the scene plus a grain drawn once, laid on at another place in every frame."""
        if self._settings.noise <= 0:
            return scene.copy()
        height, width = scene.shape[:2]
        if (width, height) not in self._grains:
            self._grains[width, height] = draw_grain(
                (width + 64, height + 64), self._settings.noise, self._settings.seed
            )
        top, left = (self._frames * 29) % 64, (self._frames * 41) % 64
        grain = self._grains[width, height][top : top + height, left : left + width]
        return cv2.add(scene, grain, dtype=cv2.CV_8U)


class VirtualControls:
    """CameraControls of a virtual camera; raises CameraUnplugged while the plug is out."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera

    def list_present(self) -> tuple[Control, ...]:
        """Focus is automatic, and the light can be turned."""
        self._camera.open()
        return (Control("auto_focus", 1.0), Control("gain", self._camera.settings.gain))

    def refocus(self) -> bool:
        """The picture is sharp afterwards."""
        self._camera.open()
        self._camera.adjust(blur=SHARPEST)
        return True

    def brighter(self) -> bool:
        """One step lighter; False at the end of the scale."""
        return self._turn(GAIN_STEP)

    def darker(self) -> bool:
        """One step darker; False at the end of the scale."""
        return self._turn(1 / GAIN_STEP)

    def _turn(self, factor: float) -> bool:
        self._camera.open()
        before = self._camera.settings.gain
        after = min(max(before * factor, GAIN_ENDS[0]), GAIN_ENDS[1])
        self._camera.adjust(gain=after)
        return after != before


def compose(
    settings: VirtualCameraSettings,
    picture: np.ndarray | None,
    size_mm: tuple[float, float],
    size: tuple[int, int],
    desk: np.ndarray | None = None,
) -> np.ndarray:
    """Draw one frame without noise, BGR uint8 of `size` (width, height); `desk` is a picture of that size to use instead."""
    scene = (_kept_desk(settings.desk, size, settings.seed) if desk is None else desk).copy()
    if picture is not None:
        corners = sheet_corners(settings, size_mm, size)
        scene = _lay_shadow(scene, corners, settings.shadow)
        scene = _lay_sheet(scene, picture, corners)
        if settings.hand:
            _lay_finger(scene, corners)
    scene = _light(scene, settings)
    if picture is not None and settings.glare > 0:
        scene = _lay_glare(scene, corners, settings)
    sigma = settings.blur * size[0] / settings.resolution[0]
    return cv2.GaussianBlur(scene, (0, 0), sigma) if sigma > 0.2 else scene


def sheet_corners(settings: VirtualCameraSettings, size_mm: tuple[float, float], size: tuple[int, int]) -> np.ndarray:
    """Return the sheet's TL, TR, BR, BL in a frame of `size` (width, height) as float (4, 2); may lie outside it."""
    angle = math.radians(settings.tilt_degrees)
    rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * np.array(size_mm) @ rotation
    spread = np.abs(corners).max(axis=0) * 2 * (1 + settings.perspective / 2) + 2 * MARGIN_MM
    corners *= min(1.0, VIEW_WIDTH_MM / spread[0], VIEW_HEIGHT_MM / spread[1])
    corners = corners + np.array(settings.offset_mm)
    depth = 1.0 - settings.perspective * corners[:, 1] / VIEW_HEIGHT_MM
    corners = corners / depth[:, None]
    scale = min(size[0] / VIEW_WIDTH_MM, size[1] / VIEW_HEIGHT_MM)
    return corners * scale + np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])


def draw_desk(desk: Desk, size: tuple[int, int], seed: int) -> np.ndarray:
    """Draw an empty desk, BGR uint8 of `size` (width, height): dark cloth, light laminate or wood."""
    width, height = size
    generator = np.random.default_rng(seed)
    colour = {"dark": (52, 47, 44), "light": (206, 212, 214), "wood": (88, 134, 178)}[desk]
    canvas = np.full((height, width, 3), colour, np.float32)
    cloud = cv2.resize(generator.normal(0, 1, (7, 9)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    canvas += (cloud * {"dark": 2.0, "light": 2.5, "wood": 4.0}[desk])[:, :, None]
    if desk == "wood":
        canvas += _wood_grain(size, generator)[:, :, None] * np.array([1.1, 1.0, 0.8], np.float32)
    elif desk == "dark":
        weave = generator.normal(0, 3, (max(2, height // 4), max(2, width // 4))).astype(np.float32)
        canvas += cv2.resize(weave, size, interpolation=cv2.INTER_LINEAR)[:, :, None]
    return np.clip(canvas, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def _kept_desk(desk: Desk, size: tuple[int, int], seed: int) -> np.ndarray:
    """Draw a desk once; the caller copies it."""
    return draw_desk(desk, size, seed)


def draw_grain(size: tuple[int, int], deviation: float, seed: int) -> np.ndarray:
    """Draw sensor noise, int8 (height, width, 3), equal in the three channels; repeats every GRAIN_TILE pixels."""
    tile = np.random.default_rng(seed).normal(0.0, deviation, (GRAIN_TILE, GRAIN_TILE)).round().astype(np.int8)
    rows, columns = -(-size[1] // GRAIN_TILE), -(-size[0] // GRAIN_TILE)
    return cv2.merge([np.tile(tile, (rows, columns))[: size[1], : size[0]]] * 3)


def _wood_grain(size: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Return grey-level differences of a wood grain along the width, float32 (height, width)."""
    drift = cv2.resize(generator.normal(0, 1, (5, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    rows = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    broad = np.sin((rows * 9 + drift * 0.35) * 2 * np.pi) * 9
    fine = cv2.resize(generator.normal(0, 5, (240, 8)).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return broad + fine


def _lay_shadow(scene: np.ndarray, corners: np.ndarray, strength: float) -> np.ndarray:
    if strength <= 0:
        return scene
    quarter = (max(1, scene.shape[1] // 4), max(1, scene.shape[0] // 4))
    unit = scene.shape[1] / 1280
    mask = np.zeros((quarter[1], quarter[0]), np.float32)
    shifted = (corners + np.array([3.0, 5.0]) * unit) / 4
    cv2.fillPoly(mask, [np.round(shifted).astype(np.int32)], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), 2.0 * unit + 0.5)
    shade = cv2.resize(1.0 - strength * mask, (scene.shape[1], scene.shape[0]))
    return cv2.multiply(scene, cv2.merge([shade] * 3), dtype=cv2.CV_8U)


def _lay_sheet(scene: np.ndarray, picture: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Warp the picture onto the scene with a soft one-pixel edge."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    shrink = max(picture.shape[1] / max(sides[0], sides[2], 1), picture.shape[0] / max(sides[1], sides[3], 1))
    if shrink > 1.5:
        small = (max(2, round(picture.shape[1] / shrink)), max(2, round(picture.shape[0] / shrink)))
        picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    size = (scene.shape[1], scene.shape[0])
    laid = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(scene.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(corners * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    return _blend(scene, laid, mask)


def _blend(below: np.ndarray, above: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mix two pictures by an 8-bit mask; only the rim of the mask costs arithmetic."""
    out = below.copy()
    cv2.copyTo(above, cv2.compare(mask, 255, cv2.CMP_EQ), out)
    rows, columns = np.nonzero((mask > 0) & (mask < 255))
    weight = mask[rows, columns, None].astype(np.float32) / 255
    out[rows, columns] = (above[rows, columns] * weight + below[rows, columns] * (1 - weight)).astype(np.uint8)
    return out


def _lay_finger(scene: np.ndarray, corners: np.ndarray) -> None:
    """Draw a thumb reaching from the lower edge of the sheet into it."""
    top_left, top_right, bottom_right, bottom_left = corners
    up = (top_left + top_right - bottom_left - bottom_right) / 2
    tip = bottom_left * 0.4 + bottom_right * 0.6 + up * 0.16
    root = bottom_left * 0.4 + bottom_right * 0.6 - up * 0.35
    thickness = int(max(8, scene.shape[1] * 0.05))
    for colour, share in (((92, 118, 172), 1.0), ((112, 142, 200), 0.8), ((126, 158, 214), 0.5)):
        cv2.line(scene, _point(tip), _point(root), colour, max(1, int(thickness * share)), cv2.LINE_AA)
    cv2.circle(scene, _point(tip + up * 0.01), thickness // 4, (176, 190, 226), -1, cv2.LINE_AA)


def _point(position: np.ndarray) -> tuple[int, int]:
    return round(float(position[0])), round(float(position[1]))


def _light(scene: np.ndarray, settings: VirtualCameraSettings) -> np.ndarray:
    """Apply the strength of the light and its fall-off from upper left to lower right."""
    width, height = scene.shape[1], scene.shape[0]
    across, down = np.meshgrid(np.linspace(0, 1, 16, dtype=np.float32), np.linspace(0, 1, 12, dtype=np.float32))
    falloff = 1.0 - settings.unevenness * 0.5 * (0.7 * across + 0.3 * down)
    field = cv2.resize(
        falloff * np.float32(settings.light * settings.gain), (width, height), interpolation=cv2.INTER_LINEAR
    )
    return cv2.multiply(scene, cv2.merge([field] * 3), dtype=cv2.CV_8U)


def _lay_glare(scene: np.ndarray, corners: np.ndarray, settings: VirtualCameraSettings) -> np.ndarray:
    """Burn a soft bright spot into the sheet; it spreads as it grows stronger."""
    right, down = settings.glare_at
    top = corners[0] * (1 - right) + corners[1] * right
    bottom = corners[3] * (1 - right) + corners[2] * right
    centre = top * (1 - down) + bottom * down
    side = float(np.sqrt(max(1.0, cv2.contourArea(corners.astype(np.float32)))))
    quarter = (scene.shape[1] // 4, scene.shape[0] // 4)
    across, along = np.meshgrid(
        np.arange(quarter[0], dtype=np.float32) * 4, np.arange(quarter[1], dtype=np.float32) * 4
    )
    distance = ((across - centre[0]) / (side * 0.16)) ** 2 + ((along - centre[1]) / (side * 0.12)) ** 2
    mask = np.zeros(quarter[::-1], np.float32)
    cv2.fillPoly(mask, [np.round(corners / 4).astype(np.int32)], 1.0)
    spot = cv2.resize(np.exp(-distance) * mask * (settings.glare * 420), (scene.shape[1], scene.shape[0]))
    return cv2.add(scene, cv2.merge([spot] * 3), dtype=cv2.CV_8U)
