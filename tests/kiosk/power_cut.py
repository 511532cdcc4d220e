"""What a power cut leaves on the disk: a copy of one moment, though the kiosk goes on writing while it is made."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

Ignore = Callable[[str, list[str]], Iterable[str]]


def copy_of_disk(folder: Path, to: Path, ignore: Ignore | None = None) -> Path:
    """Copy the folder to `to`, which is made; begun again when a file was put in its place meanwhile."""
    for _ in range(20):
        try:
            return Path(shutil.copytree(folder, to, ignore=ignore))
        except shutil.Error:
            shutil.rmtree(to)
    raise AssertionError(f"{folder} never lies still")
