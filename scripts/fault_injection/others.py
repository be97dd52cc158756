"""Faults that are injected once each, at a known place."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import copy

from . import tiny_models
from .twin import difference_from_twin
from .workbench import ENVELOPE, Models, Workbench, children, kill, wait_until_gone

NAMES = {}


def fault(name):
    def add(function):
        NAMES[name] = function
        return function
    return add


def long_envelope(blocks: int = 40, decode: int = 600) -> dict:
    """A comparison that lasts long enough for something to happen to it: some seconds."""
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


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def expect_verdict_after(bench: Workbench) -> None:
    verdict = bench.finish_comparison()
    expect(verdict["outcome"] == "hold", f"the verdict is {verdict['outcome']}")
    difference = difference_from_twin(bench)
    expect(difference is None, str(difference))


def voids(bench: Workbench) -> list[str]:
    return [reason for (reason,) in bench.rows("SELECT reason FROM voids")]


def incidents(bench: Workbench) -> list[str]:
    return [f"{kind}: {detail}" for kind, detail in bench.rows("SELECT kind, detail FROM incidents")]


class SmallDisk:
    """A tmpfs of some kilobytes, filled up to what is to be left of it."""

    def __init__(self, kilobytes: int) -> None:
        self.kilobytes = kilobytes

    def __enter__(self) -> pathlib.Path:
        import tempfile
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="resident-disk-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.kilobytes}k", "tmpfs", self.folder], check=True)
        return self.folder

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "-l", self.folder], check=True)
        self.folder.rmdir()

    def fill(self, left_kilobytes: int) -> pathlib.Path:
        filler = self.folder / "filler"
        usage = os.statvfs(self.folder)
        free = usage.f_bavail * usage.f_frsize // 1024
        with open(filler, "wb") as file:
            file.write(b"\0" * 1024 * max(0, free - left_kilobytes))
        return filler


@fault("full disk, wherever the database grows")
def full_disk(program, models):
    sites = []
    with Workbench(program, models.folder) as whole:
        expect(whole.run(*whole.compare_arguments()).returncode == 0, "the undisturbed comparison failed")
        need = sum(file.stat().st_size for file in whole.folder.iterdir()) // 1024 + 200
    # From a disk that takes nothing at all to one that is full just before the end.
    for left in range(0, need, 16):
        disk = SmallDisk(4096)
        with disk as folder:
            bench = Workbench(program, models.folder, folder=folder)
            filler = disk.fill(left)
            result = bench.run(*bench.compare_arguments())
            if result.returncode == 0:
                sites.append("enough")
            else:
                expect(result.returncode == 2, f"{left} KB left: exit code {result.returncode}: {result.stderr}")
                expect("disk is full" in result.stderr or "could not be created" in result.stderr,
                       f"{left} KB left: not named: {result.stderr.splitlines()[-1:]}")
                sites.append("")
            filler.unlink()
            before = bench.samples()
            sites[-1] = sites[-1] or f"{len(before)} samples"
            expect_verdict_after(bench)
            expect(bench.samples()[: len(before)] == before, f"{left} KB left: a committed sample was lost")
    return f"{len(sites)} sizes of the disk, ended after " + ", ".join(dict.fromkeys(sites))


@fault("full disk at export, registry edit and standard output")
def full_disk_elsewhere(program, models):
    disk = SmallDisk(256)
    with disk as folder, Workbench(program, models.folder) as bench:
        expect(bench.run(*bench.compare_arguments()).returncode == 0, "the comparison failed")
        disk.fill(8)
        result = bench.run("export", "--out", str(folder / "results"))
        expect(result.returncode == 2 and "space" in result.stderr, f"export: {result.returncode} {result.stderr}")
        # What an export works on before it publishes stands in a hidden folder, which the next one clears.
        left = [path for path in (folder / "results").rglob("*")
                if path.is_file() and not path.relative_to(folder / "results").parts[0].startswith(".")]
        whole = bench.run("export", "--out", str(bench.folder / "results"))
        expect(whole.returncode == 0, whole.stderr)
        for path in left:
            twin = bench.folder / "results" / path.relative_to(folder / "results")
            expect(twin.exists() and twin.read_bytes() == path.read_bytes(), f"{path.name} was left half written")
        with open("/dev/full", "w") as full:
            process = bench.start(["explain", "1"], stdout=full)
            process.communicate(timeout=60)
            expect(process.returncode in (0, 2), f"standard output full: exit code {process.returncode}")
    return f"{len(left)} whole files, nothing half written; a full standard output ends nothing"


@fault("read-only database")
def read_only(program, models):
    with SmallDisk(4096) as folder:
        bench = Workbench(program, models.folder, folder=folder)
        expect(bench.run(*bench.compare_arguments()).returncode == 0, "the comparison failed")
        before = bench.database.read_bytes()
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        result = bench.run(*bench.compare_arguments())
        expect(result.returncode == 2, f"exit code {result.returncode}")
        expect(str(bench.database) in result.stderr, f"the file is not named: {result.stderr}")
        expect(bench.database.read_bytes() == before, "the file changed")
        reading = bench.run("sessions")
        message = result.stderr.strip().splitlines()[-1]
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        expect_code = "can be read meanwhile" if reading.returncode == 0 else "cannot be read meanwhile"
    return f"{message.replace(str(folder), '')} ({expect_code})"


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
            expect(json.loads(output)["verdict"]["outcome"] == "hold", f"{jump}: another verdict")
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
        expect(expect_verdict.returncode == 10, "another verdict")
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
            # Behaves for its first lines, then floods the runner once, as a program that logs to the wrong stream.
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
            _, errors = process.communicate(timeout=300)
            watcher.join()
            expect(process.returncode == 0, f"{shape}: {process.returncode} {errors.decode()[-300:]}")
            expect(bench.state() == "complete", f"{shape}: {bench.state()}")
            expect(any(text.startswith("worker_died") for text in incidents(bench)), f"{shape}: not recorded")
            expect(peak[0] < 500_000, f"{shape}: the runner grew to {peak[0]} kB")
            notes.append(f"{shape}: {time.monotonic() - start:.1f} s, runner at most {peak[0] // 1024} MB")
    return "; ".join(notes)


def run(program, only: list[str] | None) -> list[dict]:
    """Injects each fault; returns a row a fault."""
    rows = []
    for name, function in NAMES.items():
        if only and not any(part in name for part in only):
            continue
        models = Models()
        start = time.monotonic()
        try:
            row = {"fault": name, "held": True, "note": function(program, models)}
        except (AssertionError, subprocess.SubprocessError, OSError, ValueError) as error:
            row = {"fault": name, "held": False, "note": f"{type(error).__name__}: {error}"}
        finally:
            models.close()
        row["seconds"] = round(time.monotonic() - start, 1)
        print(f"{'held  ' if row['held'] else 'FAILED'} {row['seconds']:6.1f} s  {name}: {row['note']}", flush=True)
        rows.append(row)
    return rows
