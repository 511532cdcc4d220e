"""A write with its entry in the chained audit log, against the same durable write without one, on SQLite."""

import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.measuring import compare
from forms.clock import SystemClock
from server.db.audit import append_audit
from server.db.engine import open_engine, writing
from server.db.upgrade import upgrade

BATCH = 50


def measure(rounds: int = 7) -> dict[str, Any]:
    """Fifty transactions each; every one synced to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        upgrade(engine)
        bump = text(
            "INSERT INTO case_serial (prefix, last) VALUES ('bench', 1) ON CONFLICT (prefix) DO UPDATE SET last = last + 1"
        )

        def bare() -> None:
            for _ in range(BATCH):
                with writing(engine) as session:
                    session.execute(bump)

        def audited() -> None:
            for _ in range(BATCH):
                with writing(engine) as session:
                    session.execute(bump)
                    append_audit(session, at=SystemClock().now(), actor="bench", action="bench", subject="bench")

        answer = compare(audited, bare, rounds)
        engine.dispose()
    return {"transactions": BATCH, **answer}
