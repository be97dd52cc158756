"""Faults of processes, clocks, memory and files, each injected once at a known place."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from . import tiny_models
from .harness import NO_WIN, expect, expect_verdict_after, fault, incidents, long_envelope, voids, wait_for_samples
from .workbench import Models, Workbench, children, kill


@fault("database locked by another process for 30 s")
def locked(program, models):
    with Workbench(program, models.folder, envelope=long_envelope()) as bench:
        process = bench.start(bench.compare_arguments(), stdout=subprocess.PIPE)
        wait_for_samples(bench, 4, process)
        connection = sqlite3.connect(bench.database, timeout=60, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        before = len(connection.execute("SELECT id FROM samples").fetchall())
        time.sleep(30)
        during = len(connection.execute("SELECT id FROM samples").fetchall())
        connection.execute("ROLLBACK")
        connection.close()
        held = time.monotonic() - start
        _, errors = process.communicate(timeout=120)
        expect(process.returncode == 0, f"exit code {process.returncode}: {errors.decode()}")
        expect(during == before, "a sample was stored behind the lock")
        expect_code = bench.state()
        expect(expect_code == "complete", f"the session is {expect_code}")
    return f"waited {held:.0f} s and went on"


@fault("corrupted database pages")
def corrupted(program, models):
    named = 0
    with Workbench(program, models.folder) as bench:
        expect(bench.run(*bench.compare_arguments()).returncode == 0, "the comparison failed")
        connection = sqlite3.connect(bench.database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        whole = bench.database.read_bytes()
        size = int.from_bytes(whole[16:18], "big") or 65536
        pages = len(whole) // size
        for page in range(1, pages):
            spoilt = bytearray(whole)
            spoilt[page * size : page * size + size] = bytes((7 * i + page) % 251 + 1 for i in range(size))
            bench.database.write_bytes(spoilt)
            for suffix in ("-wal", "-shm"):
                pathlib.Path(f"{bench.database}{suffix}").unlink(missing_ok=True)
            result = bench.run("doctor", "--json")
            text = result.stdout + result.stderr
            expect(result.returncode != 0 and "damaged" in text and bench.database.name in text,
                   f"page {page + 1} of {pages} is not named: {text[:300]}")
            expect(bench.database.read_bytes() == bytes(spoilt), f"page {page + 1}: the file was changed")
            named += 1
    return f"{named} of {pages - 1} pages named, the file unchanged each time"


@fault("wall clock jumps by a day, both ways")
def clock(program, models):
    source = pathlib.Path(__file__).with_name("wall_clock.c")
    library = models.folder / "wall_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    notes = []
    for jump in (86400, -86400):
        with Workbench(program, models.folder, envelope=long_envelope()) as bench:
            offset = bench.folder / "offset"
            offset.write_text("0")
            environment = bench.environment | {"LD_PRELOAD": str(library), "WALL_CLOCK_OFFSET": str(offset)}
            process = subprocess.Popen([program, *bench.compare_arguments()], cwd=bench.folder, env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            wait_for_samples(bench, 8, process)
            offset.write_text(str(jump))
            output, errors = process.communicate(timeout=120)
            expect(process.returncode == 0, f"{jump}: exit code {process.returncode}: {errors.decode()[-500:]}")
            expect(json.loads(output)["verdict"]["outcome"] in NO_WIN, f"{jump}: another verdict")
            elapsed = bench.rows("SELECT max(elapsed_ns) FROM samples")[0][0]
            expect(elapsed < 10e9, f"{jump}: a sample lasted {elapsed} ns")
            seen = [text for text in incidents(bench) if text.startswith("clock_jumped")]
            expect(len(seen) == 1, f"{jump}: recorded {incidents(bench)}")
            expect(not any("clock" in reason for reason in voids(bench)), "a block was voided for the clock")
            notes.append(seen[0].split(": ", 1)[1])
    return "; ".join(notes)


def _stopped(program, models, target: str) -> str:
    with Workbench(program, models.folder, envelope=long_envelope()) as bench:
        process = bench.start(bench.compare_arguments(), stdout=subprocess.PIPE)
        wait_for_samples(bench, 6, process)
        workers = children(process.pid)
        pids = {"runner": [process.pid], "worker": workers[:1], "all": [process.pid, *workers]}[target]
        for pid in pids:
            kill(pid, signal.SIGSTOP)
        time.sleep(20)
        for pid in reversed(pids):
            kill(pid, signal.SIGCONT)
        _, errors = process.communicate(timeout=120)
        expect(process.returncode == 0, f"exit code {process.returncode}: {errors.decode()[-500:]}")
        reasons = [reason for reason in voids(bench) if "stood still" in reason or "stopped" in reason]
        expect(len(reasons) == 1, f"{target}: void for {voids(bench)}")
        expect_verdict = bench.run("promote", "--comparison", "1", "--role", "default", "--dry-run")
        expect(expect_verdict.returncode in (10, 12), "another verdict")
        return f"{target}: {reasons[0]}"


@fault("stopped for 20 s: the runner")
def stopped_runner(program, models):
    return _stopped(program, models, "runner")


@fault("stopped for 20 s: a worker")
def stopped_worker(program, models):
    return _stopped(program, models, "worker")


@fault("stopped for 20 s: the whole tree")
def stopped_all(program, models):
    return _stopped(program, models, "all")


@fault("memory limit below the model's need")
def memory_limit(program, models):
    with Workbench(program, models.folder) as bench:
        result = bench.run(*bench.compare_arguments("--memory-limit", "100"))
        expect(result.returncode == 2 and "capacity_gated" in result.stderr, result.stderr)
        statuses = bench.rows("SELECT DISTINCT status FROM samples")
        expect(statuses == [("capacity_gated",)], f"recorded {statuses}")
        limit = result.stderr.strip().splitlines()[-1]
        budget = bench.run(*bench.compare_arguments("--memory-budget", "1"))
        expect(budget.returncode == 2 and "capacity_gated" in budget.stderr, budget.stderr)
        bench.database.unlink()
        for suffix in ("-wal", "-shm"):
            pathlib.Path(f"{bench.database}{suffix}").unlink(missing_ok=True)
        expect_verdict_after(bench)
    return limit[:160]


@fault("model file replaced between load and block")
def replaced_file(program, models):
    notes = []
    for manner in ("renamed over", "overwritten in place"):
        own = Models()
        try:
            with Workbench(program, own.folder, envelope=long_envelope()) as bench:
                process = bench.start(bench.compare_arguments(), stdout=subprocess.PIPE)
                wait_for_samples(bench, 6, process)
                target = own.folder / "candidate" / "model.safetensors"
                if manner == "renamed over":
                    tiny_models.write_weights(target.with_suffix(".new"), seed=3)
                    target.with_suffix(".new").rename(target)
                else:
                    other = own.folder / "other.safetensors"
                    tiny_models.write_weights(other, seed=3)
                    with open(target, "r+b") as file:
                        file.write(other.read_bytes())
                _, errors = process.communicate(timeout=120)
                expect(process.returncode == 2 and b"changed after the model was loaded" in errors,
                       f"{manner}: {process.returncode} {errors.decode()[-300:]}")
                expect(any("changed after" in reason for reason in voids(bench)), f"{manner}: no block is void")
                resumed = bench.run(*bench.compare_arguments("--resume"))
                expect(resumed.returncode == 2 and "weights" in resumed.stderr,
                       f"{manner}: resumed with other weights: {resumed.stderr[-300:]}")
                notes.append(manner)
        finally:
            own.close()
    return "void and refused: " + ", ".join(notes)


@fault("output pipe closed")
def closed_pipe(program, models):
    with Workbench(program, models.folder, envelope=long_envelope()) as bench:
        output_end, output = os.pipe()
        errors_end, errors = os.pipe()
        process = bench.start(bench.compare_arguments(), stdout=output, stderr=errors)
        for descriptor in (output, errors, output_end, errors_end):
            os.close(descriptor)
        status = process.wait(timeout=120)
        expect(status == 0, f"exit code {status}")
        expect(bench.state() == "complete", f"the session is {bench.state()}")
    return "the comparison ran to its end"


@fault("200 MB of garbage on a worker's standard output")
def garbage(program, models):
    notes = []
    for shape in ("one line", "many lines"):
        with Workbench(program, models.folder) as bench:
            wrapper = bench.folder / "wrapper"
            line = "'x' * (1 << 20)" if shape == "one line" else "('x' * 1023 + chr(10)) * 1024"
            # Behaves for its first lines, then floods the runner once, like a program that logs to the wrong stream.
            wrapper.write_text(f"""#!{sys.executable}
import os, subprocess, sys
flag = {str(bench.folder / "flooded")!r}
worker = subprocess.Popen([{str(program)!r}, "worker"], stdin=0, stdout=subprocess.PIPE)
for count, line in enumerate(worker.stdout):
    if count == 20 and not os.path.exists(flag):
        open(flag, "w").close()
        for _ in range(200):
            sys.stdout.write({line})
        sys.stdout.flush()
    sys.stdout.buffer.write(line)
    sys.stdout.flush()
""")
            wrapper.chmod(0o755)
            environment = bench.environment | {"RESIDENT_WORKER": str(wrapper)}
            start = time.monotonic()
            process = subprocess.Popen([program, *bench.compare_arguments()], cwd=bench.folder, env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            peak = [0]

            def look() -> None:
                while process.poll() is None:
                    try:
                        text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                        peak[0] = max(peak[0], *(int(line.split()[1]) for line in text.splitlines()
                                                 if line.startswith("VmHWM")))
                    except (OSError, TypeError, ValueError):
                        pass
                    time.sleep(0.05)

            watcher = threading.Thread(target=look)
            watcher.start()
            try:
                _, errors = process.communicate(timeout=300)
            finally:
                # One that outlives the limit would keep the watcher running, and Python with it.
                process.kill()
                watcher.join()
            expect(process.returncode == 0, f"{shape}: {process.returncode} {errors.decode()[-300:]}")
            expect(bench.state() == "complete", f"{shape}: {bench.state()}")
            expect(any(text.startswith("worker_died") for text in incidents(bench)), f"{shape}: not recorded")
            expect(peak[0] < 500_000, f"{shape}: the runner grew to {peak[0]} kB")
            notes.append(f"{shape}: {time.monotonic() - start:.1f} s, runner at most {peak[0] // 1024} MB")
    return "; ".join(notes)
