"""The Python packages a village PC needs, out of the repository's own pins, unpacked for the guest."""

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.virtual_pc.image.commands import run
from tests.virtual_pc.image.keeping import REPOSITORY

PINS = REPOSITORY / "requirements" / "all.txt"
PROJECT = REPOSITORY / "pyproject.toml"


def needed_by_the_kiosk() -> frozenset[str]:
    """The names of all packages that the project with its `kiosk` extra needs, directly or not."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    waiting = list(map(Requirement, project["dependencies"] + project["optional-dependencies"]["kiosk"]))
    found: set[str] = set()
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name not in found:
            found.add(name)
            waiting += _needed_here(requires(name) or [])
    return frozenset(found)


def _needed_here(stated: Iterable[str]) -> list[Requirement]:
    needs = map(Requirement, stated)
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def pins_of(names: Iterable[str]) -> str:
    """The lines of the pins file that speak of those packages, hashes and all."""
    wanted, kept, blocks = set(names), False, []
    for line in PINS.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace():
            kept = canonicalize_name(line.split("==")[0].split(";")[0].strip()) in wanted
        if kept:
            blocks.append(line)
    return "\n".join(blocks) + "\n"


def make_python_parts(folder: Path) -> None:
    """Unpack the pinned wheels into folder/packages, compiled, for a guest whose Python is that of this machine."""
    pins = folder / "pins.txt"
    pins.write_text(pins_of(needed_by_the_kiosk()), encoding="utf-8")
    run(
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-warn-conflicts",
        "--require-hashes", "--no-deps", "--only-binary=:all:", "--target", folder / "packages", "-r", pins,
    )  # fmt: skip
