"""Datasets of many batches, and what may happen while they are compacted."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time

from fault_injection.disks import SmallDisk
from fault_injection.harness import NotInjected
from fault_injection.workbench import Workbench

from .evidence import exported
from .listing import NotDone, attack, expect, expect_error


def multiply(original: pathlib.Path, count: int) -> None:
    """Adds as many copies of a dataset's one batch, each of a session of its own."""
    entry = next((original / "index").iterdir())
    session = json.loads(entry.read_text())["sessions"][0]["session"]
    shards = {}
    for table in original.iterdir():
        if table.is_dir() and table.name not in ("index", "schemas", "envelopes") and any(table.iterdir()):
            shard = next(table.iterdir())
            shards[table.name] = (shard.name, shard.read_text())
    text = entry.read_text()
    for number in range(count):
        uuid = f"{number:08x}" + session[8:]
        new = text.replace(session, uuid)
        for table, (old, content) in shards.items():
            content = content.replace(session, uuid)
            name = f"{table}-20990101T000000Z-{_digest(content)}.jsonl"
            (original / table / name).write_text(content)
            new = new.replace(old, name)
        (original / "index" / f"batch-20990101T000000Z-{_digest(new)}.json").write_text(new)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _counts(bench: Workbench, folder: pathlib.Path) -> str:
    """What SQL over the dataset sees."""
    result = bench.run(
        "query", "SELECT count(*) AS samples, count(DISTINCT session) AS sessions, count(DISTINCT run) AS runs, "
        "(SELECT count(*) FROM verdicts) AS verdicts FROM samples", "--results", str(folder), "--format", "csv", limit=3600)
    expect(result.returncode == 0, f"the dataset cannot be read: {result.stderr[-300:]}")
    return result.stdout.splitlines()[-1]


@attack("a compaction that is killed, at instants drawn over its whole life")
def killed(program, models):
    generator = random.Random(21)
    with Workbench(program, models.folder) as bench:
        original = exported(bench)
        multiply(original, 150)
        before = _counts(bench, original)
        copy = bench.folder / "copy"
        shutil.copytree(original, copy)
        start = time.monotonic()
        expect(bench.run("export", "--out", str(copy), "--compact").returncode == 0, "an undisturbed compaction failed")
        length = time.monotonic() - start
        landed = []
        for number in range(10):
            shutil.rmtree(copy)
            shutil.copytree(original, copy)
            process = bench.start(["export", "--out", str(copy), "--compact"])
            try:
                # Every other time near the end, where the new batch takes the place of the old ones.
                process.wait(timeout=generator.uniform(0.8 * length if number % 2 else 0, length))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            landed.append(sum("replaces" in json.loads(entry.read_text()) for entry in (copy / "index").glob("batch*.json")))
            expect(_counts(bench, copy) == before, "after the kill the dataset has other rows")
            if generator.random() < 0.5:
                expect(bench.run("export", "--out", str(copy)).returncode == 0, "the next export failed")
                expect(_counts(bench, copy) == before, "after the next export the dataset has other rows")
            result = bench.run("export", "--out", str(copy), "--compact")
            expect(result.returncode == 0, f"the next compaction failed: {result.stderr[-300:]}")
            expect(_counts(bench, copy) == before, "after the next compaction the dataset has other rows")
            lost = [path for path in original.rglob("*.jsonl") if not (copy / path.relative_to(original)).exists()]
            expect(not lost, f"lost {lost[:3]}")
        result = bench.run("verify", str(copy))
        expect(result.returncode == 0 and "151 of 151" in result.stdout, (result.stdout + result.stderr)[-300:])
    return f"{len(landed)} kills within {length:.1f} s, {sum(landed)} after the new batch was listed"


@attack("a disk that is full while batches are compacted")
def full_disk(program, models):
    with Workbench(program, models.folder) as bench:
        original = exported(bench)
        multiply(original, 40)
        before = _counts(bench, original)
        notes = []
        size = sum(path.stat().st_size for path in original.rglob("*") if path.is_file()) // 1024
        disk = SmallDisk(4 * size)
        try:
            disk_folder = disk.__enter__()
        except NotInjected as reason:
            raise NotDone(str(reason)) from reason
        try:
            folder = disk_folder / "results"
            shutil.copytree(original, folder)
            left = 0
            while not notes or not notes[-1].startswith("enough"):
                filler = disk.fill(left)
                result = bench.run("export", "--out", str(folder), "--compact")
                expect(_counts(bench, folder) == before, f"{left} KB left: the dataset has other rows")
                filler.unlink()
                if result.returncode == 0:
                    notes.append(f"enough with {left} KB")
                else:
                    notes.append(expect_error(result, "could not be read or written"))
                left = 2 * left + size // 20
            result = bench.run("export", "--out", str(folder), "--compact")
            expect(result.returncode == 0, f"with room again: {result.stderr[-300:]}")
            expect(_counts(bench, folder) == before, "with room again the dataset has other rows")
            result = bench.run("verify", str(folder))
            expect(result.returncode == 0 and "41 of 41" in result.stdout, (result.stdout + result.stderr)[-300:])
        finally:
            disk.__exit__()
    return f"refused {len(notes) - 1} times, e.g. {notes[0][:100]}; {notes[-1]}"


@attack("exports and compactions of one folder at the same time")
def together(program, models):
    with Workbench(program, models.folder) as bench:
        original = exported(bench)
        multiply(original, 60)
        before = _counts(bench, original)
        commands = [["export", "--out", str(original)] + (["--compact"] if number % 2 else []) for number in range(6)]
        processes = [bench.start(command) for command in commands]
        errors = [process.communicate(timeout=120)[1].decode() for process in processes]
        codes = [process.returncode for process in processes]
        expect(codes == [0] * 6, f"exit codes {codes}: {errors}")
        expect(_counts(bench, original) == before, "the dataset has other rows")
        new = bench.run("export", "--out", str(original), "--compact", "--json")
        expect(json.loads(new.stdout)["compaction"]["new_batches"] == 0, new.stdout)
    return "six at once, all done"


def _measured(bench: Workbench, name: str, *arguments: str) -> tuple[str, str]:
    """Runs a command; returns its output, and its time and peak memory in words."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        process = bench.start(list(arguments), stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        output.seek(0)
        errors.seek(0)
        text = output.read()
        reason = errors.read()
    expect(process.returncode == 0, f"{name}: exit code {process.returncode}: {(text + reason)[-300:]}")
    print(f"         {name}: {seconds:.1f} s, {usage.ru_maxrss / 1e6:.2f} GB", flush=True)
    # Of the program and of the largest of the processes that it waited for.
    return text, f"{name} {seconds:.1f} s, {usage.ru_maxrss / 1e6:.2f} GB"


@attack("query, verify and a compaction of 10,000 batches", is_long=True)
def ten_thousand(program, models):
    notes = []
    with Workbench(program, models.folder) as bench:
        original = exported(bench)
        multiply(original, 10_000)
        question = ("query", "SELECT count(*) FROM samples", "--results", str(original), "--format", "csv")
        counted = _measured(bench, "query", *question)
        notes.append(counted[1])
        text, note = _measured(bench, "verify", "verify", str(original))
        expect("10001 of 10001" in text, text[-300:])
        notes.append(note)
        text, note = _measured(bench, "compaction", "export", "--out", str(original), "--compact", "--json")
        notes.append(f"{note} ({json.loads(text)['compaction']['new_batches']} new batches)")
        again = _measured(bench, "then query", *question)
        expect(again[0] == counted[0], f"{counted[0]} became {again[0]}")
        notes.append(again[1])
        text, note = _measured(bench, "verify with the old batches there", "verify", str(original))
        expect("10001 of 10001" in text, text[-300:])
        notes.append(note)
        replaced = {
            name for entry in (original / "index").iterdir() for name in json.loads(entry.read_text()).get("replaces", [])}
        for name in replaced:
            for shard in json.loads((original / name).read_text())["shards"]:
                if not shard["name"].startswith("envelopes/"):
                    (original / shard["name"]).unlink(missing_ok=True)
            (original / name).unlink()
        text, note = _measured(bench, "without them", "verify", str(original))
        expect("10001 of 10001" in text, text[-300:])
        notes.append(note)
    return "; ".join(notes)
