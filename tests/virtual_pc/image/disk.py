"""The disk and the first file system of the guest, put together from root file system, kernel and Python packages."""

import gzip
import shutil
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.virtual_pc.image.commands import in_root, run
from tests.virtual_pc.image.keeping import BuildFailed
from tests.virtual_pc.image.root_system import kernel_release

GUEST = Path(__file__).with_name("guest")
#: what it takes to find the disk, in the first file system already
FIRST_MODULES = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "overlay")
#: what a village PC's devices and the door to this machine need
MODULES = (
    *FIRST_MODULES,
    "virtio_net", "virtio_console", "virtio_rng", "9p", "9pnet_virtio", "af_packet",
    "xhci_pci", "uvcvideo", "usblp",
)  # fmt: skip
DISK_SIZE = "2500M"
BUSYBOX = Path("/bin/busybox")
BUSYBOX_TOOLS = ("sh", "mount", "insmod", "switch_root", "mkdir", "sleep")


def make_disk(folder: Path, root_system: Path, kernel: Path, python_parts: Path) -> None:
    """Make folder/disk.ext4 and folder/initrd.gz."""
    root = folder / "root"
    run("cp", "-a", root_system / "root", root)
    python = _python_of(root)
    run("cp", "-a", f"{python_parts / 'packages'}/.", root / "usr" / "local" / "lib" / python / "dist-packages")
    _install_guest_files(root)
    release = kernel_release(kernel)
    modules = _install_modules(root, kernel, release)
    _make_initrd(folder, root, [module for module in modules if module in _needed(root, release, FIRST_MODULES)])
    run("truncate", "-s", DISK_SIZE, folder / "disk.ext4")
    run("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", root, folder / "disk.ext4")
    shutil.rmtree(root)


def _python_of(root: Path) -> str:
    """The folder name of the guest's Python. Raises BuildFailed when packages unpacked here would not fit it."""
    guest = in_root(root, "python3", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])").strip()
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if guest != here:
        raise BuildFailed(f"the guest has {guest} and this environment {here}: packages unpacked here do not fit it")
    return guest


def _install_guest_files(root: Path) -> None:
    place = root / "usr" / "local" / "lib" / "village-pc"
    place.mkdir(parents=True)
    for name in ("agent.py", "relay.py", "village.ppd"):
        shutil.copy(GUEST / name, place / name)
    _copy_program(GUEST / "init.sh", root / "sbin" / "village-pc-init")


def _copy_program(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _install_modules(root: Path, kernel: Path, release: str) -> list[str]:
    """Keep the modules that are wanted and what they stand on; returns their paths in the guest."""
    target = root / "lib" / "modules"
    shutil.rmtree(target, ignore_errors=True)
    run("cp", "-a", kernel / "lib" / "modules", target)
    in_root(root, "depmod", release)
    wanted = _needed(root, release, MODULES)
    for file in target.rglob("*.ko"):
        if f"/{file.relative_to(root)}" not in wanted:
            file.unlink()
    in_root(root, "depmod", release)
    return wanted


def _needed(root: Path, release: str, modules: Iterable[str]) -> list[str]:
    """Paths of the module files in the order they load; those built into the kernel have none."""
    paths: dict[str, None] = {}
    for module in modules:
        said = in_root(root, "modprobe", "-S", release, "--show-depends", module)
        for line in said.splitlines():
            kind, _, rest = line.strip().partition(" ")
            if kind == "insmod":
                paths[f"/{rest.split()[0].removeprefix('/usr').lstrip('/')}"] = None
    return list(paths)


def _make_initrd(folder: Path, root: Path, modules: list[str]) -> None:
    first = folder / "first"
    for name in ("bin", "dev", "proc", "sys", "root", "modules", "disk", "memory"):
        (first / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, first / "bin" / "busybox")
    for tool in BUSYBOX_TOOLS:
        (first / "bin" / tool).symlink_to("busybox")
    for module in modules:
        shutil.copy(root / module.lstrip("/"), first / "modules")
    (first / "modules" / "order").write_text("".join(f"{Path(module).name}\n" for module in modules))
    _copy_program(GUEST / "initrd_init.sh", first / "init")
    names = run("find", ".", folder=first)
    archive = _cpio(first, names)
    (folder / "initrd.gz").write_bytes(gzip.compress(archive, compresslevel=1))
    shutil.rmtree(first)


def _cpio(folder: Path, names: str) -> bytes:
    archive = folder.parent / "initrd.cpio"
    run("cpio", "--create", "--format=newc", "--quiet", "--file", archive, folder=folder, given=names)
    try:
        return archive.read_bytes()
    finally:
        archive.unlink()
