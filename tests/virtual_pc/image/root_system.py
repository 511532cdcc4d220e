"""The guest's root file system: the same Debian as this machine, with Python, udev and CUPS, and its kernel."""

import shutil
from pathlib import Path

from tests.virtual_pc.image.commands import run
from tests.virtual_pc.image.keeping import BuildFailed

PACKAGES = ("python3", "udev", "kmod", "libusb-1.0-0", "iproute2", "cups")
NOT_WANTED = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")
KERNEL = "linux-image-amd64"


def debian_sources() -> str:
    """Where this machine's apt gets Debian from, one source a line: nothing is written down here about where that is."""
    said = run(
        "apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages", "Origin: Debian",
    )  # fmt: skip
    sources = sorted({f"deb {line}" for line in said.splitlines()})
    if not sources:
        raise BuildFailed("apt knows no Debian sources; apt-get update first")
    return "\n".join(sources) + "\n"


def make_root_system(folder: Path) -> None:
    """Put the root file system into folder/root. About half a minute on a quiet machine, most of it dpkg."""
    options = [f"--dpkgopt=path-exclude={path}" for path in NOT_WANTED]
    run(
        "mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", f"--include={','.join(PACKAGES)}",
        "--dpkgopt=force-unsafe-io", *options, suite(), folder / "root", "-", given=debian_sources(),
    )  # fmt: skip


def suite() -> str:
    """The code name of this machine's Debian."""
    known = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return known["VERSION_CODENAME"].strip('"')


def kernel_package() -> str:
    """The package that the meta package of Debian's kernel stands for today."""
    names = _kernel_names()
    if not names:
        run("apt-get", "update", "-qq")
        names = _kernel_names()
    if not names:
        raise BuildFailed(f"apt does not know {KERNEL}")
    return names[0]


def _kernel_names() -> list[str]:
    said = run("apt-cache", "depends", KERNEL) if KERNEL in run("apt-cache", "pkgnames", KERNEL).split() else ""
    return [line.split()[-1] for line in said.splitlines() if "Depends: linux-image-" in line]


def make_kernel(folder: Path) -> None:
    """Unpack kernel and modules into folder/boot and folder/lib; nothing of it is installed on this machine."""
    run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", kernel_package(), folder=folder)
    package = next(folder.glob("*.deb"))
    run("dpkg-deb", "-x", package, folder)
    package.unlink()
    shutil.rmtree(folder / "usr", ignore_errors=True)
    next((folder / "boot").glob("vmlinuz-*")).rename(folder / "vmlinuz")


def kernel_release(kernel: Path) -> str:
    """What `uname -r` says under that kernel."""
    return next((kernel / "lib" / "modules").iterdir()).name
