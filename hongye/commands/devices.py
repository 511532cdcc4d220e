"""What is plugged into this village PC, and how the settings name it."""

import argparse
from pathlib import Path
from typing import Any

from serial.tools.list_ports import comports

from hongye.commands import say
from kiosk.camera.choosing import Chooser
from kiosk.camera.discovery import list_cameras
from kiosk.camera.models import load_models
from kiosk.camera.protocol import CameraDescription


def devices(asked: argparse.Namespace) -> None:
    found = plugged_in(asked.models)
    say(asked, found, "\n".join(_words(found)))


def plugged_in(models: Path | None) -> dict[str, Any]:
    """Cameras with the one `uvc:auto` takes, and the serial ports a card reader may hang on."""
    cameras = list_cameras(models=load_models(models))
    chosen = Chooser().choose(cameras)
    ports = [{"setting": f"serial:{port.device}", "name": port.description} for port in comports()]
    return {"cameras": [_shaped(camera, camera == chosen) for camera in cameras], "serial_ports": ports}


def _shaped(camera: CameraDescription, chosen: bool) -> dict[str, Any]:
    sizes = camera.offers.sizes() if camera.offers else ()
    return {
        "setting": camera.identity,
        "name": camera.name,
        "node": camera.video_node,
        "largest": list(sizes[0].size) if sizes else None,
        "controls": sorted(camera.offers.controls) if camera.offers else [],
        "auto": chosen,
    }


def _words(found: dict[str, Any]) -> list[str]:
    lines = [_camera_words(camera) for camera in found["cameras"]]
    lines += [f'串口 {port["name"]}：card_reader = "{port["setting"]}"' for port in found["serial_ports"]]
    return lines or ["没有插摄像头，也没有串口设备。插好后再运行一次。"]


def _camera_words(camera: dict[str, Any]) -> str:
    size = "{} x {}".format(*camera["largest"]) if camera["largest"] else "尺寸要拍时才知道"
    stalled = "" if camera["node"] else "，没有启动好，请换一个USB口"
    auto = "，uvc:auto 会选它" if camera["auto"] else ""
    return f'摄像头 {camera["name"]}（{size}{stalled}{auto}）：camera = "{camera["setting"]}"'
