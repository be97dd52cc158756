"""Disks that are full or read-only."""

import copy
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from . import tiny_models
from .harness import NO_WIN, NotInjected, expect, expect_verdict_after, fault
from .workbench import ENVELOPE, Workbench


class SmallDisk:
    """A tmpfs of some kilobytes, which can be filled until only a given space is left."""

    def __init__(self, kilobytes: int) -> None:
        self.kilobytes = kilobytes

    def __enter__(self) -> pathlib.Path:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="resident-disk-"))
        mount = ["mount", "-t", "tmpfs", "-o", f"size={self.kilobytes}k", "tmpfs", self.folder]
        result = subprocess.run(mount, text=True, capture_output=True)
        if result.returncode != 0:
            self.folder.rmdir()
            raise NotInjected(f"no small disk can be mounted here: {result.stderr.strip().splitlines()[0]}")
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
    # From a disk without any space to one with enough.
    left = 0
    while not sites or sites[-1] != "enough":
        disk = SmallDisk(4096)
        with disk as folder:
            bench = Workbench(program, models.folder, folder=folder)
            filler = disk.fill(left)
            result = bench.run(*bench.compare_arguments())
            if result.returncode == 0:
                sites.append("enough")
            else:
                expect(result.returncode == 2, f"{left} KB left: exit code {result.returncode}: {result.stderr}")
                # The database, or the ledger of challenges beside the registry.
                full = ("disk is full", "could not be created", "no space left on the disk")
                expect(any(words in result.stderr for words in full),
                       f"{left} KB left: not named: {result.stderr.splitlines()[-1:]}")
                sites.append("")
            filler.unlink()
            before = bench.samples()
            sites[-1] = sites[-1] or f"{len(before)} samples"
            expect_verdict_after(bench)
            expect(bench.samples()[: len(before)] == before, f"{left} KB left: a committed sample was lost")
            left += 16 if left < 320 else 64
    return f"{len(sites)} sizes of the disk, ended after " + ", ".join(dict.fromkeys(sites))


@fault("full disk at export and standard output")
def full_disk_elsewhere(program, models):
    disk = SmallDisk(256)
    with disk as folder, Workbench(program, models.folder) as bench:
        expect(bench.run(*bench.compare_arguments()).returncode == 0, "the comparison failed")
        disk.fill(8)
        result = bench.run("export", "--out", str(folder / "results"))
        expect(result.returncode == 2 and "space" in result.stderr, f"export: {result.returncode} {result.stderr}")
        # An export works in a hidden folder, which the next one clears.
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


def promotable(folder: pathlib.Path) -> tuple[pathlib.Path, dict]:
    """Models of which the candidate wins clearly, and the envelope that it wins under."""
    tiny_models.write(folder / "resident", seed=1, layers=24)
    tiny_models.write(folder / "candidate", seed=2)
    envelope = copy.deepcopy(ENVELOPE)
    envelope["promotion"]["objectives"][0]["min_effect"] = 0.01
    return folder, envelope


def expect_promoted(bench: Workbench) -> None:
    """Checks that the registry agrees with its log, and that the role can be promoted if it is not yet."""
    log = bench.run("registry", "log", "--json")
    expect(log.returncode == 0, f"the log cannot be read: {log.stderr}")
    done = [edit for edit in json.loads(log.stdout)["edits"] if edit["state"] == "done"]
    means = json.loads((bench.folder / "registry.json").read_text())["models"]["default"]
    expect(means == (done[-1]["to"] if done else "resident"), f"the registry says {means}, its log {done}")
    if means == "resident":
        result = bench.run("promote", "--comparison", "1", "--role", "default")
        expect(result.returncode == 0, f"not promoted after room was made: {result.stderr}")
        expect('"candidate"' in (bench.folder / "registry.json").read_text(), "the registry was not edited")


def hidden_files(folder: pathlib.Path) -> list[str]:
    """The names of files that an edit left half written."""
    return [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]


@fault("full disk at a promotion: the registry's, and the log's")
def full_disk_at_promotion(program, _):
    notes = []
    with tempfile.TemporaryDirectory() as folder:
        models, envelope = promotable(pathlib.Path(folder))
        promote = ("promote", "--comparison", "1", "--role", "default")
        with Workbench(program, models, envelope=envelope) as bench:
            bench.allow_envelope()
            expect(bench.run(*bench.compare_arguments()).returncode == 0, "the comparison failed")
            dry = bench.run(*promote, "--dry-run")
            expect(dry.returncode == 0, f"the candidate does not win: {dry.stdout}")
            database = bench.database.read_bytes()
            disk = SmallDisk(256)
            with disk as small:
                # The registry is read through the link and written beside its target, as are its policy and its ledger.
                (bench.folder / "registry.json").rename(bench.folder / "registry.whole")
                shutil.copy(bench.folder / "registry.whole", small / "registry.json")
                for name in ("resident.json", "registry.challenges.jsonl"):
                    shutil.copy(bench.folder / name, small / name)
                (bench.folder / "registry.json").symlink_to(small / "registry.json")
                filler = disk.fill(0)
                result = bench.run(*promote)
                expect(result.returncode == 2 and "no space left" in result.stderr, f"registry: {result.stderr}")
                expect(len(result.stderr.strip().splitlines()) == 1, f"more than one error: {result.stderr}")
                expect('"resident"' in (small / "registry.json").read_text(), "the registry was changed")
                expect(not hidden_files(small), f"left behind: {hidden_files(small)}")
                filler.unlink()
                expect_promoted(bench)
                notes.append("registry refused and then edited")
        ends = set()
        for left in range(0, 160, 8):
            disk = SmallDisk(1024)
            with disk as small, Workbench(program, models, envelope=envelope) as bench:
                bench.allow_envelope()
                bench.database = small / "resident.sqlite"
                bench.database.write_bytes(database)
                filler = disk.fill(left)
                result = bench.run(*promote)
                expect(result.returncode in (0, 2), f"{left} KB left: exit code {result.returncode}")
                expect(result.returncode == 0 or "disk is full" in result.stderr, f"{left} KB left: {result.stderr}")
                filler.unlink()
                expect_promoted(bench)
                ends.add(result.returncode)
        expect(ends == {0, 2}, f"the sizes of the disk are all too small or too large: {ends}")
        notes.append("log full at 20 sizes of the disk, each time like the registry afterwards")
    return "; ".join(notes)


@fault("full disk at a patch, the log and GitHub's summary")
def full_disk_at_output(program, _):
    with tempfile.TemporaryDirectory() as folder:
        models, envelope = promotable(pathlib.Path(folder))
        promote = ("promote", "--comparison", "1", "--role", "default")
        disk = SmallDisk(256)
        with disk as small, Workbench(program, models, envelope=envelope) as bench:
            bench.allow_envelope()
            expect(bench.run(*bench.compare_arguments()).returncode == 0, "the comparison failed")
            summary = small / "summary.md"
            # A whole page of the file system, so that nothing fits after it.
            summary.write_text("x" * 4096)
            disk.fill(0)
            with open(small / "patch.diff", "w") as patch:
                process = bench.start([*promote, "--patch"], stdout=patch)
                errors = process.communicate(timeout=60)[1].decode()
            expect(process.returncode == 2 and "not whole" in errors, f"patch: {process.returncode} {errors}")
            environment = bench.environment | {"GITHUB_STEP_SUMMARY": str(summary)}
            result = subprocess.run([program, *promote, "--format", "github"], cwd=bench.folder, env=environment,
                                    text=True, capture_output=True, timeout=60)
            expect(result.returncode == 0 and "step summary" in result.stderr, f"summary: {result.stderr}")
            expect(summary.stat().st_size == 4096, "half of the summary was appended")
            with open("/dev/full", "w") as full:
                process = bench.start(["registry", "log"], stdout=full)
                errors = process.communicate(timeout=60)[1].decode()
            expect(process.returncode == 2 and "not whole" in errors, f"log: {process.returncode} {errors}")
    return "each named, the promotion itself carried out"


def night(bench: Workbench, sentinel: bool) -> subprocess.CompletedProcess:
    (bench.folder / "plan.json").write_text(json.dumps({
        "schema": 1, "id": "faults", "roles": ["default"], "candidates": ["candidate"],
        "envelopes": ["envelope.json"], "budget": {"minutes": 5}, "sentinel": sentinel}))
    return bench.run("nightly", "plan.json", "--summary", "summary")


def expect_verdict_kept(bench: Workbench, night: subprocess.CompletedProcess) -> None:
    verdicts = [outcome for (outcome,) in bench.rows("SELECT outcome FROM verdicts")]
    expect(len(verdicts) == 1 and verdicts[0] in NO_WIN, f"the night's verdict was lost: {verdicts} {night.stdout} {night.stderr}")


@fault("full disk at a night's summary, and at calibration.sqlite")
def full_disk_at_night(program, models):
    notes = []
    disk = SmallDisk(64)
    with disk as small, Workbench(program, models.folder) as bench:
        (bench.folder / "summary").symlink_to(small)
        filler = disk.fill(0)
        result = night(bench, sentinel=False)
        expect(result.returncode == 1 and "summary could not be written" in result.stdout, result.stdout + result.stderr)
        left = [path.name for path in small.iterdir() if path != filler]
        expect(not left, f"half written: {left}")
        expect_verdict_kept(bench, result)
        filler.unlink()
        expect(night(bench, sentinel=False).returncode == 0, "the next night failed")
        expect(json.loads((small / "night.json").read_text())["night"] == "faults", "another summary")
        notes.append("summary named and written by the next night")
    for left in (0, 100, 300):
        disk = SmallDisk(2048)
        with disk as small, Workbench(program, models.folder) as bench:
            (bench.folder / "calibration.sqlite").symlink_to(small / "calibration.sqlite")
            filler = disk.fill(left)
            result = night(bench, sentinel=True)
            expect(result.returncode == 1, f"{left} KB left: exit code {result.returncode}: {result.stdout}")
            named = [line for line in result.stdout.splitlines() if "disk is full" in line]
            expect(len(named) == 1 and "calibration.sqlite" in named[0], f"{left} KB left: {result.stdout}")
            expect_verdict_kept(bench, result)
            filler.unlink()
            result = night(bench, sentinel=True)
            expect(result.returncode == 0, f"{left} KB left: the next night failed: {result.stdout}")
    notes.append("sentinel failed at 3 sizes of the disk, done by the next night")
    return "; ".join(notes)


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
