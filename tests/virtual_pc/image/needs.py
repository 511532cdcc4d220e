"""What a machine must have to build and run the virtual PC, and whether it may do without."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.virtual_pc.image.commands import SEARCH_PATH

PROGRAMS = ("qemu-system-x86_64", "mmdebstrap", "cpio", "mke2fs", "busybox", "apt-get", "dpkg-deb", "timeout")


@dataclass(frozen=True)
class Machine:
    """This machine, as far as it matters here."""

    is_debian: bool
    is_x86_64: bool
    is_root: bool
    missing: tuple[str, ...]

    @property
    def is_expected_to_have_all(self) -> bool:
        """Where the system packages are installed for the tests, as on CI: there a missing part is a fault, never a skip."""
        return self.is_debian and self.is_x86_64 and self.is_root

    @property
    def lacks(self) -> list[str]:
        """What keeps the virtual PC from running here, in words; empty when nothing does."""
        places = ((self.is_debian, "Debian"), (self.is_x86_64, "an x86-64 processor"), (self.is_root, "root"))
        return [word for there, word in places if not there] + list(self.missing)


def this_machine() -> Machine:
    release = Path("/etc/os-release")
    return Machine(
        is_debian=release.exists() and "ID=debian" in release.read_text().splitlines(),
        is_x86_64=os.uname().machine == "x86_64",
        is_root=os.geteuid() == 0,
        missing=tuple(program for program in PROGRAMS if shutil.which(program, path=SEARCH_PATH) is None),
    )
