"""Links, pipes, files that change, and files that claim to be huge."""

import json
import os
import pathlib
import shutil
import stat
import struct
import subprocess
import time

from fault_injection import tiny_models
from fault_injection.workbench import Workbench

from .listing import NotDone, attack, expect, expect_error


@attack("a link in the place of the lock, also a hard one")
def lock(program, models):
    for make in (os.symlink, os.link):
        with Workbench(program, models.folder) as bench:
            target = bench.folder / "precious"
            target.write_text("precious")
            target.chmod(0o600)
            make(target, bench.folder / "lock")
            note = expect_error(bench.run(*bench.compare_arguments()), "lock")
            expect(target.read_text() == "precious", "the target was written to")
            expect(stat.S_IMODE(target.stat().st_mode) == 0o600, "the target's mode was changed")
    return note


@attack("a pipe in the place of the database, the lock, the envelope, the registry and a model's files")
def pipes(program, models):
    with Workbench(program, models.folder) as bench:
        pipe = bench.folder / "pipe"
        os.mkfifo(pipe)
        note = expect_error(bench.run("sessions", "--db", str(pipe), limit=30))
        expect_error(bench.run("compare", "candidate", "--role", "default", "--envelope", str(pipe), limit=30))
        expect_error(bench.run("registry", "show", "--registry", str(pipe), limit=30))
        folder = bench.folder / "model"
        shutil.copytree(models.folder / "resident", folder)
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            kept = (folder / name).read_bytes()
            (folder / name).unlink()
            os.mkfifo(folder / name)
            expect_error(bench.run("engine", "generate", "--model", str(folder), "--prompt", "x", limit=30))
            (folder / name).unlink()
            (folder / name).write_bytes(kept)
    return note


@attack("a model file that is cut while it is mapped")
def truncated(program, models):
    outcomes = []
    with Workbench(program, models.folder) as bench:
        folder = bench.folder / "model"
        for delay in (0.05, 0.1, 0.2, 0.4):
            shutil.rmtree(folder, ignore_errors=True)
            tiny_models.write(folder, seed=3)
            weights = folder / "model.safetensors"
            enlarge(weights, 4 << 30)
            process = bench.start(["models", "inspect", str(folder)])
            wait_for_mapping(process.pid, weights)
            time.sleep(delay)
            os.truncate(weights, 1 << 20)
            errors = process.communicate(timeout=120)[1].decode()
            expect(process.returncode in (2, 74), f"exit code {process.returncode}: {errors[-300:]}")
            expect("model.safetensors" in errors, f"the file is not named: {errors[-300:]}")
            outcomes.append(process.returncode)
    return f"exit codes {outcomes}, the file is named"


def wait_for_mapping(pid: int, file: pathlib.Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if str(file) in pathlib.Path(f"/proc/{pid}/maps").read_text():
                return
        except OSError:
            pass
        time.sleep(0.005)
    raise AssertionError("the file was never mapped")


def enlarge(weights: pathlib.Path, size: int) -> None:
    """Adds a tensor of zeros, of which nothing is on the disk: hashing it takes long enough to be interrupted."""
    content = weights.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    header["extra"] = {"dtype": "F16", "shape": [size // 2], "data_offsets": [len(data), len(data) + size]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    weights.write_bytes(struct.pack("<Q", len(text)) + text + data)
    os.truncate(weights, 8 + len(text) + len(data) + size)


@attack("a policy with another name, with an access list, and one that is read-only")
def policy(program, models):
    notes = []
    with Workbench(program, models.folder) as bench:
        (bench.folder / "registry.json").write_text('{"models": {"default": "resident", "coding": "resident"}}\n')
        bench.allow_envelope()
        file, other = bench.folder / "resident.json", bench.folder / "other.json"
        before = file.read_bytes()
        allow = ["registry", "allow", "coding", str(bench.folder / "envelope.json")]
        os.link(file, other)
        result = bench.run(*allow)
        expect(result.returncode == 2 and file.read_bytes() == before and file.samefile(other), "it was edited in silence")
        notes.append(expect_error(result, "name"))
        other.unlink()
        file.chmod(0o400)
        result = bench.run(*allow)
        expect(result.returncode == 2 and file.read_bytes() == before, "a read-only file was replaced")
        file.chmod(0o640)
        if shutil.which("setfacl"):
            subprocess.run(["setfacl", "-m", "u:12345:r", file], check=True)
            result = bench.run(*allow)
            kept = "12345" in subprocess.run(["getfacl", "-n", file], capture_output=True, text=True).stdout
            expect(kept, "the access list is gone")
            notes.append("the access list stays")
    return "; ".join(notes)


@attack("files of a model that claim ten gigabytes")
def giants(program, models):
    with Workbench(program, models.folder) as bench:
        folder = bench.folder / "model"
        for name in ("tokenizer.json", "chat_template.jinja", "config.json", "tokenizer_config.json"):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(models.folder / "resident", folder)
            with open(folder / name, "ab") as file:
                file.truncate(10 << 30)
            start = time.monotonic()
            result = bench.run("engine", "generate", "--model", str(folder), "--prompt", "x", "--max-tokens", "1",
                               limit=60)
            seconds = time.monotonic() - start
            expect(seconds < 20, f"{name}: {seconds:.0f} s")
            note = expect_error(result, "10737418" if name == "tokenizer.json" else name)
    return note


@attack("a database on a medium that cannot be written")
def read_only(program, models):
    with Workbench(program, models.folder) as bench:
        result = bench.run(*bench.compare_arguments())
        expect(result.returncode == 0, result.stderr[-300:])
        copy = bench.folder / "medium"
        copy.mkdir()
        shutil.copy(bench.database, copy / "resident.sqlite")
        mounted = pathlib.Path("/proc/self/ns/user").exists() and shutil.which("unshare")
        if os.geteuid() != 0 or not mounted:
            raise NotDone("a read-only mount needs root")
        script = ('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$1" sessions --db'
                  ' "$0/resident.sqlite"')
        result = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, copy, bench.program], env=bench.environment, capture_output=True,
            text=True, timeout=60)
        if "mount" in result.stderr and result.returncode != 0 and "denied" in result.stderr:
            raise NotDone("mounting is not permitted")
        expect(result.returncode == 0 and "candidate" in result.stdout, f"{result.returncode}: {result.stderr[-300:]}")
    return "its sessions are listed"
