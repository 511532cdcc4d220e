"""The sweep of deadlines with the same number due among ten thousand and among a million open cases, on SQLite.

A sweep that costs by what is due, and not by what exists, takes as long with the one as with the other.
"""

import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.measuring import milliseconds
from benchmarks.open_cases import lay_open_cases
from server.bootstrap import Installation
from server.db.base import Row
from server.jobs import BATCH, sweep_deadlines

FEW, MANY = 10_000, 1_000_000


def measure(rounds: int = 7, few: int = FEW, many: int = MANY, due: int = BATCH) -> dict[str, Any]:
    """Medians of both in ms, the median of the ratios pair by pair, and what SQLite did for one sweep of each."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        small, large = (_Sweep(lay_open_cases(Path(folder) / str(size), size, due), due) for size in (few, many))
        built = time.perf_counter() - began
        steps = [small.count_steps(), large.count_steps()]
        rows = [small.count_rows(), large.count_rows()]
        pairs = [(small.time(), large.time()) for _ in range(rounds)]
        ratios = sorted(more / less for less, more in pairs)
        answer = {
            "open_cases": [few, many],
            "due": due,
            "sweep_ms": [round(statistics.median(times), 1) for times in zip(*pairs, strict=True)],
            "rows_examined": rows,
            "ratio": round(statistics.median(ratios), 3),
            "ratio_min": round(ratios[0], 3),
            "ratio_max": round(ratios[-1], 3),
            "rounds": rounds,
            "sqlite_steps": steps,
            "sqlite_steps_ratio": round(steps[1] / steps[0], 3),
            "query_plan": large.query_plan(),
            "built_s": round(built, 1),
        }
        small.close()
        large.close()
    return answer


class _Sweep:
    """The real job on one database, put back before each run to where it was."""

    def __init__(self, installation: Installation, due: int):
        self._installation, self._cards = installation, due
        self._file = installation.tools.settings.data_folder / "hongye.sqlite3"
        with closing(sqlite3.connect(self._file)) as database:
            self._armed = database.execute(
                "SELECT next_check_at, id FROM case_clock ORDER BY next_check_at LIMIT ?", (due,)
            ).fetchall()

    def time(self) -> float:
        self._arm()
        return milliseconds(self._run)

    def _run(self) -> None:
        assert sweep_deadlines(self._installation) == self._cards

    def _arm(self) -> None:
        """Take the cards of the last run away, and let their clocks be due again."""
        with closing(sqlite3.connect(self._file)) as database, database:
            database.execute("DELETE FROM card_desk")
            database.execute("DELETE FROM supervision_card")
            database.executemany("UPDATE case_clock SET next_check_at = ? WHERE id = ?", self._armed)

    def count_steps(self) -> int:
        """Instructions of SQLite's virtual machine for one sweep, counted one by one and so not timed.

        None looks at more than one row or index entry: a scan of a million clocks could not hide among them.
        """
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        def watch(connection: sqlite3.Connection, *_: object) -> None:
            connection.set_progress_handler(step, 1)

        def let_go(connection: sqlite3.Connection, *_: object) -> None:
            connection.set_progress_handler(None, 1)

        self._arm()
        engine = self._installation.engine
        event.listen(engine, "checkout", watch)
        event.listen(engine, "checkin", let_go)
        self._run()
        event.remove(engine, "checkout", watch)
        event.remove(engine, "checkin", let_go)
        return steps

    def count_rows(self) -> int:
        """Rows one sweep reads: those it loads whole, and the keys of what is due."""
        rows = self._cards

        def loaded(*_: object) -> None:
            nonlocal rows
            rows += 1

        self._arm()
        event.listen(Row, "load", loaded, propagate=True)
        self._run()
        event.remove(Row, "load", loaded)
        return rows

    def query_plan(self) -> str:
        """How the query for what is due is answered."""
        with closing(sqlite3.connect(self._file)) as database:
            wanted = "SELECT id FROM case_clock WHERE next_check_at <= ? ORDER BY next_check_at, id LIMIT ?"
            return "; ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {wanted}", ("2026", BATCH)))

    def close(self) -> None:
        self._installation.engine.dispose()
