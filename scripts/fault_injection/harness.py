"""What all faults share: their list, and ways to look at a comparison after a fault."""

import concurrent.futures
import copy
import sqlite3
import subprocess
import time

from .twin import difference_from_twin
from .workbench import ENVELOPE, Models, Workbench

NAMES = {}


class NotInjected(Exception):
    """The machine forbids what the fault needs: the fault is reported as not done."""


def fault(name):
    def add(function):
        NAMES[name] = function
        return function
    return add


def long_envelope(blocks: int = 40, decode: int = 600) -> dict:
    """An envelope whose comparison lasts some seconds, long enough for a fault to happen in it."""
    envelope = copy.deepcopy(ENVELOPE)
    envelope["throughput"][0] |= {"decode_tokens": decode}
    envelope["plan"]["blocks"] = blocks
    return envelope


def wait_for_samples(bench: Workbench, count: int, process: subprocess.Popen, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if len(bench.samples()) >= count:
                return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.02)
    process.kill()
    errors = process.communicate()[1] or b""
    raise AssertionError(f"the comparison did not come to {count} samples: {errors.decode()[-300:]}")


# The outcomes that a comparison of tiny models may have: on a shared machine all its blocks may be too noisy.
NO_WIN = ("hold", "inconclusive")


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def expect_verdict_after(bench: Workbench) -> None:
    verdict = bench.finish_comparison()
    expect(verdict["outcome"] in NO_WIN, f"the verdict is {verdict['outcome']}")
    difference = difference_from_twin(bench)
    expect(difference is None, str(difference))


def voids(bench: Workbench) -> list[str]:
    return [reason for (reason,) in bench.rows("SELECT reason FROM voids")]


def incidents(bench: Workbench) -> list[str]:
    return [f"{kind}: {detail}" for kind, detail in bench.rows("SELECT kind, detail FROM incidents")]


def run(program, only: list[str] | None, jobs: int) -> list[dict]:
    """Injects each fault, some at the same time since most wait for something; returns a row per fault."""
    names = [name for name in NAMES if not only or any(part in name for part in only)]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda name: _inject(program, name), names))


def _inject(program, name: str) -> dict:
    models = Models()
    start = time.monotonic()
    try:
        row = {"fault": name, "outcome": "held", "note": NAMES[name](program, models)}
    except NotInjected as reason:
        row = {"fault": name, "outcome": "not done", "note": str(reason)}
    except Exception as error:  # noqa: BLE001 - whatever ends a check is a finding
        row = {"fault": name, "outcome": "FAILED", "note": f"{type(error).__name__}: {error}"}
    finally:
        models.close()
    row["seconds"] = round(time.monotonic() - start, 1)
    print(f"{row['outcome']:8} {row['seconds']:6.1f} s  {name}: {row['note']}", flush=True)
    return row
