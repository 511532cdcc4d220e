"""Runs the programs the image is built with; a failure is told with the last words of the program."""

import os
import shlex
import subprocess
from pathlib import Path

from tests.virtual_pc.image.keeping import BuildFailed

#: also where Debian keeps what only root needs, which not every root's own path names
SEARCH_PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"


def run(*words: str | Path, folder: Path | None = None, given: str | None = None) -> str:
    """What the program printed. Raises BuildFailed."""
    done = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        input=given,
        env={**os.environ, "PATH": SEARCH_PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise BuildFailed(f"{shlex.join(map(str, words))} ended with {done.returncode}:\n{last}")
    return done.stdout


def in_root(root: Path, *words: str) -> str:
    """Run a program of the guest on its own root file system."""
    return run("chroot", root, *words)
