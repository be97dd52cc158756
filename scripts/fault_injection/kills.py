"""SIGKILL of the runner, of a worker or of both, at random instants of a comparison."""

import concurrent.futures
import fcntl
import json
import math
import random
import subprocess
import time
from collections import Counter

from .twin import difference_from_twin
from .workbench import Models, Workbench, children, kill, wait_until_gone

TARGETS = ("runner", "worker", "both")


def run(program, trials: int, seed: int, jobs: int, journal=None, minutes: float = math.inf) -> dict:
    """Kills that many comparisons and finishes each; returns counts, among them `problems` with their messages.

    A trial depends only on the seed, its number and the machine. So with a `journal`, a file with a line of JSON per trial,
    another call can continue after this one has ended after `minutes`.
    """
    outcomes = _read(journal, seed)
    left = [trial for trial in range(trials) if trial not in outcomes]
    end = time.monotonic() + 60 * minutes
    models = Models()
    try:
        # Measured beside other comparisons, as the killed ones are: alone it is shorter, and most kills would fall into the start.
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            length = max(pool.map(lambda _: _seconds(program, models), range(2 * jobs)))

        def run_one(trial: int) -> dict | None:
            return _trial(program, models, seed, trial, length) if time.monotonic() < end else None

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for trial, outcome in zip(left, pool.map(run_one, left)):
                if outcome is not None:
                    outcomes[trial] = outcome
                    _write(journal, seed, trial, outcome)
    finally:
        models.close()
    counts = Counter(outcome["landed"] for outcome in outcomes.values())
    return {
        "trials": len(outcomes), "left": trials - len(outcomes), "undisturbed_seconds": round(length, 3),
        "landed": dict(sorted(counts.items())),
        "samples_committed_before": sum(outcome["before"] for outcome in outcomes.values()),
        "problems": [problem for outcome in outcomes.values() for problem in outcome["problems"]],
    }


def _read(journal, seed: int) -> dict[int, dict]:
    if journal is None or not journal.exists():
        return {}
    lines = (json.loads(line) for line in journal.read_text().splitlines())
    return {line["trial"]: line for line in lines if line["seed"] == seed}


def _write(journal, seed: int, trial: int, outcome: dict) -> None:
    if journal is not None:
        with open(journal, "a") as file:
            file.write(json.dumps({"seed": seed, "trial": trial} | outcome) + "\n")


def _seconds(program, models: Models) -> float:
    with Workbench(program, models.folder) as bench:
        start = time.monotonic()
        result = bench.run(*bench.compare_arguments())
        assert result.returncode == 0, result.stderr
        return time.monotonic() - start


def _trial(program, models: Models, seed: int, trial: int, length: float) -> dict:
    """Draws instants until one finds a process to kill: if the comparison has ended or has no worker yet, it draws again."""
    generator = random.Random(f"{seed}/{trial}")
    for _ in range(20):
        outcome, length = _kill_once(program, models, trial, generator, length)
        if outcome is not None:
            return outcome
    return {"landed": "never", "before": 0, "problems": [f"trial {trial}: no instant of 20 found anybody to kill"]}


def _kill_once(
    program, models: Models, trial: int, generator: random.Random, length: float
) -> tuple[dict | None, float]:
    """Kills at an instant within `length` seconds; returns the outcome, and how long a comparison lasts."""
    target, instant = TARGETS[trial % 3], generator.uniform(0, length)
    problems: list[str] = []
    with Workbench(program, models.folder) as bench:
        start = time.monotonic()
        process = bench.start(bench.compare_arguments())
        try:
            process.wait(timeout=instant)
            return None, time.monotonic() - start
        except subprocess.TimeoutExpired:
            pass
        workers = children(process.pid)
        victims = ([process.pid] if target != "worker" else []) + (
            [generator.choice(workers)] if workers and target != "runner" else [])
        for pid in victims:
            kill(pid)
        process.communicate(timeout=120)
        if not victims or (target != "worker" and process.returncode == 0):
            return None, time.monotonic() - start
        if bench.database.exists() and (reading := bench.run("sessions")).returncode != 0 and (
                "schema 0" not in reading.stderr and "another program" not in reading.stderr):
            problems.append(f"the database cannot be read afterwards: {reading.stderr.strip()}")
        landed = f"{target}: session {bench.state() or 'not begun'}"
        if left := wait_until_gone(workers):
            problems.append(f"orphan workers {left}")
        before = bench.samples()
        try:
            bench.finish_comparison()
        except Exception as error:  # noqa: BLE001 - every way of not finishing is a finding
            problems.append(str(error))
        else:
            problems += _problems(bench, before)
    problems = [f"trial {trial} ({target} at {instant:.3f} s): {problem}" for problem in problems]
    return {"landed": landed, "before": len(before), "problems": problems}, length


def _problems(bench: Workbench, before: list[tuple]) -> list[str]:
    problems = []
    after = bench.samples()
    if after[: len(before)] != before:
        problems.append("a committed sample was lost or changed")
    places = Counter(sample[1:7] for sample in after)
    if doubled := [place for place, count in places.items() if count > 1]:
        problems.append(f"doubled samples {doubled}")
    if (state := bench.state()) != "complete":
        problems.append(f"the session is {state} after it was finished")
    if (check := bench.rows("PRAGMA integrity_check")) != [("ok",)]:
        problems.append(f"the database is damaged: {check[:3]}")
    if difference := difference_from_twin(bench):
        problems.append(difference[:300])
    with open(bench.folder / "lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            problems.append("a lock was left: the next comparison would not start")
    return problems
