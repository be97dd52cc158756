"""Kills a worker in the middle of two comparisons of a running night."""

import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from fault_injection.workbench import children, kill

# A worker is killed in the second and the fifth comparison that the night begins, after this many samples.
COMPARISONS = (2, 5)
SAMPLES = 6


class CrashInjector(threading.Thread):
    """Follows the night through its database; `problems` says which kills it could not do."""

    def __init__(self, night: subprocess.Popen, database: pathlib.Path) -> None:
        super().__init__(daemon=True)
        self.night = night
        self.database = database
        self.problems: list[str] = []

    def run(self) -> None:
        for comparison in COMPARISONS:
            while self.night.poll() is None and not self._is_within(comparison):
                time.sleep(0.05)
            workers = children(self.night.pid)
            if self.night.poll() is not None or not workers:
                self.problems.append(f"no worker of comparison {comparison} was killed")
                continue
            print(f"killing worker {workers[-1]} in comparison {comparison}", file=sys.stderr)
            kill(workers[-1], signal.SIGKILL)

    def _is_within(self, comparison: int) -> bool:
        try:
            connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        except sqlite3.OperationalError:
            return False
        try:
            # Sessions of one model are screenings.
            rows = connection.execute(
                "SELECT count(samples.id) FROM sessions LEFT JOIN runs ON runs.session = sessions.number"
                " LEFT JOIN samples ON samples.run = runs.number WHERE sessions.resident IS NOT NULL"
                " GROUP BY sessions.number ORDER BY sessions.number").fetchall()
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return len(rows) >= comparison and rows[comparison - 1][0] >= SAMPLES
