"""Datasets that somebody made up."""

import hashlib
import json
import os
import pathlib
import shutil

from fault_injection.workbench import Workbench

from .listing import attack, expect, expect_error


def exported(bench: Workbench) -> pathlib.Path:
    """A real comparison of the two models, exported as JSON Lines."""
    result = bench.run(*bench.compare_arguments())
    expect(result.returncode == 0, result.stderr[-300:])
    folder = bench.folder / "results"
    result = bench.run("export", "--out", str(folder), "--format", "jsonl")
    expect(result.returncode == 0, result.stderr[-300:])
    return folder


def forge(original: pathlib.Path, table: str, change) -> pathlib.Path:
    """A copy of a dataset with other rows of a table, and with names and an index that fit them."""
    folder = original.with_name("forged")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    renamed = {}
    for shard in (folder / table).iterdir():
        rows = [json.loads(line) for line in shard.read_text().splitlines()]
        for row in rows:
            change(row)
        renamed[shard.name] = _rename(shard, "".join(json.dumps(row) + "\n" for row in rows))
    for entry in (folder / "index").iterdir():
        text = entry.read_text()
        for old, new in renamed.items():
            text = text.replace(old, new)
        _rename(entry, text)
    return folder


def _rename(file: pathlib.Path, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    name = "-".join([*file.name.split("-")[:-1], digest + file.suffix])
    file.unlink()
    file.with_name(name).write_text(text)
    return name


@attack("an imported dataset with this host's fingerprint and a verdict to promote")
def promotes(program, models):
    with Workbench(program, models.folder) as bench, Workbench(program, models.folder) as victim:
        original = exported(bench)

        def wins(row: dict) -> None:
            verdict = json.loads(row["verdict"])
            verdict["outcome"] = row["outcome"] = "promote"
            row["verdict"] = json.dumps(verdict)

        victim.allow_envelope()
        before = (victim.folder / "registry.json").read_bytes()
        result = victim.run("import", str(forge(original, "verdicts", wins)))
        expect(result.returncode == 0, result.stderr[-300:])
        note = expect_error(victim.run("promote", "--comparison", "1", "--role", "default"), "import")
        expect((victim.folder / "registry.json").read_bytes() == before, "the registry was edited")
        expect("imported" in victim.run("sessions").stdout, "the origin is not shown")
    return note


@attack("a foreign challenge number of 2^63 - 1, and other numbers that are none")
def challenge(program, models):
    with Workbench(program, models.folder) as bench, Workbench(program, models.folder) as victim:
        original = exported(bench)
        for number in (2**63 - 1, 100_001, 0, -1):
            folder = forge(original, "sessions", lambda row: row.update(challenge=number))
            note = expect_error(victim.run("import", str(folder)), "challenge")
        folder = forge(original, "sessions", lambda row: row.update(started_at=1e300))
        expect_error(victim.run("import", str(folder)), "started_at")
        result = victim.run(*victim.compare_arguments())
        expect(result.returncode == 0, f"compare afterwards: {result.stderr[-300:]}")
    return note


@attack("a shard that two entries of the index name, and one that is a link or a pipe")
def shards(program, models):
    with Workbench(program, models.folder) as bench, Workbench(program, models.folder) as victim:
        original = exported(bench)
        folder = forge(original, "verdicts", lambda row: None)
        entry = next((folder / "index").iterdir())
        text = entry.read_text() + " "
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        (folder / "index" / f"batch-20990101T000000Z-{digest}.json").write_text(text)
        expect_error(victim.run("import", str(folder)), "a shard is of one batch")
        for make in (lambda path: os.mkfifo(path), lambda path: path.symlink_to("/dev/zero")):
            folder = forge(original, "verdicts", lambda row: None)
            shard = next((folder / "samples").iterdir())
            shard.unlink()
            make(shard)
            note = expect_error(victim.run("import", str(folder), limit=30))
    return note
