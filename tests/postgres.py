"""A PostgreSQL server of the tests' own: a throw-away cluster on a Unix socket, gone when the tests end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_postgres_programs() -> Path:
    """The folder of initdb and postgres. Raises RuntimeError saying how to get them."""
    for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return initdb.parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise RuntimeError("PostgreSQL is needed for these tests: apt-get install postgresql (make test does)")


def _command(program: Path, *arguments: str) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands it to the user Debian's package made."""
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return [*as_user, str(program), *arguments]


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of a running server's own database, as SQLAlchemy wants it."""
    programs = find_postgres_programs()
    folder = Path(tempfile.mkdtemp(prefix="hongye-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = folder / "cluster"
        user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        quiet = {"check": True, "capture_output": True, "cwd": folder}
        subprocess.run(
            _command(programs / "initdb", "-D", str(cluster), "-A", "trust", "-E", "UTF8", "--no-sync"), **quiet
        )
        # A throw-away cluster needs no fsync: what is tested is our SQL, not PostgreSQL's durability.
        options = f"-k {folder} -h '' -c fsync=off -c max_connections=200"
        start = _command(
            programs / "pg_ctl", "-D", str(cluster), "-w", "-o", options, "-l", str(folder / "log"), "start"
        )
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            yield f"postgresql+psycopg://{user}@/postgres?host={folder}"
        finally:
            subprocess.run(_command(programs / "pg_ctl", "-D", str(cluster), "-m", "immediate", "stop"), **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
