"""What is built once and used again: a folder is made anew only when a digest of what it is made of has changed."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
BUILD = REPOSITORY / "build" / "virtual-pc"


class BuildFailed(RuntimeError):
    """A part of the virtual PC could not be built; the text says which and shows the end of what was said."""


def digest_of(*inputs: str | Path) -> str:
    """One digest over texts and the contents of files, in the order given."""
    summed = hashlib.sha256()
    for one in inputs:
        content = one.read_bytes() if isinstance(one, Path) else one.encode()
        summed.update(len(content).to_bytes(8, "big") + content)
    return summed.hexdigest()


def files_in(folder: Path) -> list[Path]:
    """Its files in a steady order, without what Python leaves lying about."""
    return sorted(path for path in folder.iterdir() if path.is_file())


def built(name: str, inputs: Iterable[str | Path], make: Callable[[Path], None]) -> Path:
    """The folder `name` below build/virtual-pc, made by `make(folder)` unless the same inputs made it before."""
    folder, digest = BUILD / name, digest_of(*inputs)
    mark = folder / "made-of"
    if mark.exists() and mark.read_text() == digest:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make(folder)
    mark.write_text(digest)
    return folder


@contextmanager
def one_builder_at_a_time() -> Iterator[None]:
    """Two test runs in one checkout would overwrite each other's image."""
    import fcntl  # absent on Windows, where the tests of the devices alone run all the same

    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
