"""What every document camera of the kiosk can do, whatever stands behind it, and what can go wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from kiosk.camera.controls import CameraControls
from kiosk.camera.descriptors import CameraOffers
from kiosk.camera.models import CameraModel

CameraKind = Literal["uvc", "virtual", "folder"]


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture: `image` is BGR uint8 of shape (height, width, 3); `captured_at` is an aware UTC instant."""

    image: np.ndarray
    captured_at: datetime

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise ValueError(f"a frame is uint8 of shape (height, width, 3), not {self.image.dtype} {self.image.shape}")
        if self.captured_at.utcoffset() is None:
            raise ValueError("captured_at must be an aware instant")


@dataclass(frozen=True)
class CameraDescription:
    """Which camera this is.

    `identity` stays the same when the plug is pulled and put back, so that a machine's settings can name a camera.
    Vendor and product are USB numbers; `port_path` is the chain of USB ports ("1.4.2"); `video_node` is "/dev/video0"
    on Linux, "0" (an index) elsewhere, the folder for a folder camera, None where there is none. `offers` is what its
    descriptors say (None where they cannot be read), `model` its row in the table of known models.
    """

    identity: str
    name: str
    kind: CameraKind
    vendor_id: int | None = None
    product_id: int | None = None
    serial: str | None = None
    bus: int | None = None
    port_path: str | None = None
    video_node: str | None = None
    offers: CameraOffers | None = None
    model: CameraModel | None = None


@runtime_checkable
class Camera(Protocol):
    """A document camera. Methods block; every one but `describe` and `close` may raise CameraTrouble."""

    def describe(self) -> CameraDescription:
        """Say which camera this is; never touches the device."""

    def open(self) -> None:
        """Take hold of the device; opening an open camera does nothing."""

    def close(self) -> None:
        """Let go of the device; never raises, and closing a closed camera does nothing."""

    def preview(self) -> Frame:
        """Return a quick small picture, at most PREVIEW_MAX_WIDTH px wide, for the live view."""

    def still(self) -> Frame:
        """Return the largest picture the camera can take, for the record."""

    def controls(self) -> CameraControls | None:
        """The knobs of the camera, None for a kind that has none; never touches the device."""


PREVIEW_MAX_WIDTH = 1280


class CameraTrouble(Exception):
    """The camera gave no usable picture; the text is Chinese and says what happened and what to do."""

    code = "camera_trouble"
    default_sentence = "高拍仪没有拍成。请再试一次；还不行，请拔下高拍仪重新插上。"

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.default_sentence
        super().__init__(self.sentence)


class CameraUnplugged(CameraTrouble):
    """The device is gone from the bus, or was never there."""

    code = "camera_unplugged"
    default_sentence = "找不到高拍仪。请检查高拍仪的USB线，插紧后再试。"


class CameraBusy(CameraTrouble):
    """Another program holds the device."""

    code = "camera_busy"
    default_sentence = "高拍仪正被别的程序占用。请关掉其他拍照、视频软件，再试一次。"


class CameraForbidden(CameraTrouble):
    """The device is there, and this account may not use it."""

    code = "camera_forbidden"
    default_sentence = "这个账户没有使用高拍仪的权限。请找管理员，把账户加入“video”组，重新登录后再试。"


class CameraStalled(CameraTrouble):
    """The device is on the USB bus, and the system made no video channel for it."""

    code = "camera_stalled"
    default_sentence = "电脑看到了高拍仪，但高拍仪没有启动好。请拔下高拍仪，换一个USB口插上；还不行，请重启电脑。"


class CameraFrozen(CameraTrouble):
    """The device is there but sends no picture any more."""

    code = "camera_frozen"
    default_sentence = "高拍仪没有反应。请拔下高拍仪，等五秒钟重新插上，再试一次。"


class PictureDamaged(CameraTrouble):
    """A picture arrived but cannot be used: half decoded, or not a picture at all."""

    code = "picture_damaged"
    default_sentence = "拍到的画面不完整。请再拍一次；还不行，请换一个USB口。"


class NothingToRead(CameraTrouble):
    """A folder camera has no unread picture yet."""

    code = "nothing_to_read"
    default_sentence = "文件夹里没有新的图片。请先用扫描仪扫描，图片保存到这个文件夹后再试。"
