"""The image as a whole: builds what is missing, in parallel where parts do not need each other, and says where it lies."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.virtual_pc.image import disk, python_parts, root_system
from tests.virtual_pc.image.keeping import built, digest_of, files_in, one_builder_at_a_time

HERE = Path(__file__).parent
SHARED_RECIPE = (HERE / "commands.py", HERE / "keeping.py")


@dataclass(frozen=True)
class Image:
    """What QEMU starts from; `digest` changes with anything in it."""

    kernel: Path
    initrd: Path
    disk: Path
    digest: str


def get_image() -> Image:
    """The image, built first where something it is made of has changed. Raises BuildFailed."""
    with one_builder_at_a_time(), ThreadPoolExecutor() as hands:
        root = hands.submit(_root_system)
        kernel = hands.submit(_kernel)
        packages = hands.submit(_python_parts)
        return _image(root.result(), kernel.result(), packages.result())


def _root_system() -> Path:
    return built("root", [*SHARED_RECIPE, HERE / "root_system.py", root_system.suite()], root_system.make_root_system)


def _kernel() -> Path:
    return built("kernel", [root_system.kernel_package()], root_system.make_kernel)


def _python_parts() -> Path:
    pins = python_parts.pins_of(python_parts.needed_by_the_kiosk())
    inputs = [*SHARED_RECIPE, HERE / "python_parts.py", pins, sys.version]
    return built("python", inputs, python_parts.make_python_parts)


def _image(root: Path, kernel: Path, packages: Path) -> Image:
    marks = [folder / "made-of" for folder in (root, kernel, packages)]
    inputs = [*marks, HERE / "disk.py", *files_in(disk.GUEST)]
    folder = built("disk", inputs, lambda folder: disk.make_disk(folder, root, kernel, packages))
    return Image(kernel / "vmlinuz", folder / "initrd.gz", folder / "disk.ext4", digest_of(*inputs))
