"""Discovery: video devices of the bus and of sysfs, names that survive replugging, and silence when nothing can be asked."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.camera.discovery import find_camera, list_cameras, list_video_nodes
from kiosk.camera.models import load_models
from tests.kiosk.camera.usb_bytes import DOCUMENT_CAMERA, device

VIDEO, HUB, MISCELLANEOUS = 0x0E, 0x09, 0xEF


class FakeUsbDevice:
    """Answers the attributes of pyusb's Device that discovery reads; CI machines have no USB bus."""

    def __init__(self, vendor, product_id, serial=None, ports=(1,), bus=1, interface=VIDEO, device_class=MISCELLANEOUS):
        self.idVendor, self.idProduct, self.bDeviceClass = vendor, product_id, device_class
        self.serial_number, self.product, self.bus, self.port_numbers = serial, "Doc Camera", bus, ports
        self._interface = interface

    def __iter__(self):
        return iter([[SimpleNamespace(bInterfaceClass=self._interface)]])


def make_node(sysfs: Path, number: int, port: str, index: int = 0, serial: str | None = None) -> None:
    """Build the part of a sysfs tree that belongs to one video node."""
    usb = sysfs / "devices" / "usb1" / f"1-{port}"
    interface = usb / f"1-{port}:1.0"
    interface.mkdir(parents=True, exist_ok=True)
    facts = {"idVendor": "0c45", "idProduct": "6366", "busnum": "1", "devpath": port}
    if serial:
        facts["serial"] = serial
    for name, value in facts.items():
        (usb / name).write_text(value + "\n")
    entry = sysfs / "class" / "video4linux" / f"video{number}"
    entry.mkdir(parents=True)
    (entry / "index").write_text(f"{index}\n")
    (entry / "name").write_text("HD Document Camera\n")
    (entry / "device").symlink_to(interface)


def test_a_pc_without_usb_has_no_cameras_and_nothing_is_raised(tmp_path: Path) -> None:
    def no_backend():
        raise RuntimeError("No backend available")

    assert list_cameras(usb_finder=no_backend, sysfs=tmp_path) == []
    assert isinstance(list_cameras(sysfs=tmp_path), list)


def test_only_video_devices_are_cameras(tmp_path: Path) -> None:
    bus = [
        FakeUsbDevice(0x1111, 1, "A7", ports=(1, 4)),
        FakeUsbDevice(0x2222, 2, "B8", ports=(2,), interface=HUB),
        FakeUsbDevice(0x3333, 3, "C9", ports=(3,), interface=0xFF, device_class=VIDEO),
    ]
    cameras = list_cameras(usb_finder=lambda: bus, sysfs=tmp_path)
    assert [camera.vendor_id for camera in cameras] == [0x1111, 0x3333]
    assert cameras[0].port_path == "1.4" and cameras[0].name == "Doc Camera"


def test_a_serial_number_names_the_camera_wherever_it_is_plugged(tmp_path: Path) -> None:
    here = list_cameras(usb_finder=lambda: [FakeUsbDevice(0x1111, 1, "A7", ports=(1,))], sysfs=tmp_path)
    there = list_cameras(usb_finder=lambda: [FakeUsbDevice(0x1111, 1, "A7", ports=(2, 3))], sysfs=tmp_path)
    assert here[0].identity == there[0].identity


def test_two_cameras_with_the_same_serial_are_told_apart_by_their_port(tmp_path: Path) -> None:
    twins = [FakeUsbDevice(0x1111, 1, "X", ports=(1,)), FakeUsbDevice(0x1111, 1, "X", ports=(2,))]
    cameras = list_cameras(usb_finder=lambda: twins, sysfs=tmp_path)
    assert len({camera.identity for camera in cameras}) == 2


def test_a_device_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    class Gone:
        @property
        def bDeviceClass(self):
            raise OSError("no such device")

    assert len(list_cameras(usb_finder=lambda: [Gone(), FakeUsbDevice(0x1111, 1, "A7")], sysfs=tmp_path)) == 1


def test_the_video_node_comes_from_sysfs_and_metadata_nodes_are_left_out(tmp_path: Path) -> None:
    make_node(tmp_path, 0, "1.4", index=0)
    make_node(tmp_path, 1, "1.4", index=1)
    assert [node.node for node in list_video_nodes(tmp_path)] == ["/dev/video0"]
    cameras = list_cameras(usb_finder=lambda: [FakeUsbDevice(0x0C45, 0x6366, "A7", ports=(1, 4))], sysfs=tmp_path)
    assert len(cameras) == 1 and cameras[0].video_node == "/dev/video0"


def test_sysfs_alone_is_enough_where_there_is_no_libusb(tmp_path: Path) -> None:
    make_node(tmp_path, 2, "3", serial="DC-77")
    cameras = list_cameras(usb_finder=lambda: [], sysfs=tmp_path)
    assert cameras[0].identity == "uvc:0c45:6366:DC-77"
    assert find_camera("uvc:0c45:6366:DC-77", usb_finder=lambda: [], sysfs=tmp_path).video_node == "/dev/video2"
    assert find_camera("uvc:0000:0000:other", usb_finder=lambda: [], sysfs=tmp_path) is None


def test_the_sizes_a_camera_offers_come_from_sysfs_where_pyusb_has_none(tmp_path: Path) -> None:
    make_node(tmp_path, 0, "1.4")
    described = tmp_path / "devices" / "usb1" / "1-1.4" / "descriptors"
    described.write_bytes(device(0x0C45, 0x6366) + DOCUMENT_CAMERA)
    cameras = list_cameras(usb_finder=lambda: [FakeUsbDevice(0x0C45, 0x6366, ports=(1, 4))], sysfs=tmp_path)
    assert cameras[0].offers.largest_area == 3264 * 2448
    described.write_bytes(b"\0\0\0")
    assert list_cameras(usb_finder=lambda: [], sysfs=tmp_path)[0].offers is None


def test_without_the_right_to_read_strings_the_name_is_the_kernels(tmp_path: Path) -> None:
    make_node(tmp_path, 0, "1.4")
    unread = FakeUsbDevice(0x0C45, 0x6366, ports=(1, 4))
    unread.product = None
    assert list_cameras(usb_finder=lambda: [unread], sysfs=tmp_path)[0].name == "HD Document Camera"


def test_a_city_can_name_its_own_models_and_a_broken_row_names_nothing(tmp_path: Path, caplog) -> None:
    table = tmp_path / "models.yaml"
    table.write_text(
        "- {vendor_id: 0x1111, product_id: 1, name: 镇里发的高拍仪, document_camera: true, rotation: 180}\n"
        "- {vendor_id: 0x2222, colour: blue}\n",
        encoding="utf-8",
    )
    models = load_models(table)
    cameras = list_cameras(usb_finder=lambda: [FakeUsbDevice(0x1111, 1, "A7")], sysfs=tmp_path / "no", models=models)
    assert cameras[0].name == "镇里发的高拍仪"
    assert cameras[0].model.document_camera is True and cameras[0].model.rotation == 180
    assert (0x0C45, None) in models and (0x2222, None) not in models and "row 2" in caplog.text
    assert load_models(tmp_path / "nowhere.yaml") == load_models()


@pytest.mark.parametrize(
    "text",
    [
        "{{{",
        "cameras: []",
        "镇里的高拍仪",
        "- {bought: 2026-13-01}",
        "[" * 2000,
        "- 1\n- [2]",
        "- {vendor_id: 1, name: a, still_size: [0, -1]}",
    ],
)
def test_a_table_that_makes_no_sense_names_nothing_and_is_logged(tmp_path: Path, caplog, text: str) -> None:
    table = tmp_path / "models.yaml"
    table.write_text(text, encoding="utf-8")
    assert load_models(table) == load_models()
    assert "models" in caplog.text
