"""A folder with two tiny models, a registry, an envelope and a database, and the program that runs in it."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from . import tiny_models

ENVELOPE = {
    "schema": 1, "id": "tiny", "version": 1, "description": "For fault injection: under half a second.",
    "sampling": {"temperature": 0, "top_p": 1, "seed": 0},
    "throughput": [
        {"id": "short", "text": "The quick brown fox. ", "prompt_tokens": 64, "decode_tokens": 16}],
    "accuracy": [{"id": "facts", "kind": "multiple_choice", "items": [
        {"id": "f1", "prompt": "The capital of France is", "options": ["Paris", "London"], "answer": 0},
        {"id": "f2", "prompt": "The opposite of hot is", "options": ["blue", "cold"], "answer": 1}]}],
    "plan": {"blocks": 12, "warm_ups": 1, "order_seed": 1, "divergence_limit": 1, "void_limit": 0.9},
    # The outcome must not depend on the speed of a disturbed machine: no gain is enough to win, and the memory margin is wide.
    "promotion": {"confidence": 0.5,
        "objectives": [{"metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.99}],
        "guardrails": [{"metric": "peak_memory_bytes", "margin": 0.5}],
        "maturity": {"comparisons": 1, "days_between": 0, "allow_provisional": True}},
}


class Models:
    """The two models, made once and shared by workbenches."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="resident-models-"))
        tiny_models.write(self.folder / "resident", seed=1)
        tiny_models.write(self.folder / "candidate", seed=2)

    def close(self) -> None:
        shutil.rmtree(self.folder)


class Workbench:
    def __init__(self, program: pathlib.Path, models: pathlib.Path, folder: pathlib.Path | None = None,
                 envelope: dict | None = None) -> None:
        self.program = program
        self.models = models
        self.is_own = folder is None
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="resident-faults-"))
        self.database = self.folder / "resident.sqlite"
        (self.folder / "registry.json").write_text('{"models": {"default": "resident"}}\n')
        (self.folder / "envelope.json").write_text(json.dumps(envelope or ENVELOPE))

    def allow_envelope(self) -> None:
        """Lets the envelope decide the role: alone, it is too weak."""
        result = self.run("registry", "allow", "default", str(self.folder / "envelope.json"))
        assert result.returncode == 0, f"the envelope is not allowed: {result.stderr}"

    def __enter__(self) -> "Workbench":
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_own:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "RESIDENT_DB": str(self.database), "RESIDENT_MODELS": str(self.models),
            "RESIDENT_REGISTRY": str(self.folder / "registry.json"), "RESIDENT_LOCK": str(self.folder / "lock"),
        }

    def compare_arguments(self, *more: str) -> list[str]:
        return ["compare", "candidate", "--role", "default", "--envelope", str(self.folder / "envelope.json"),
                "--threads", "1", "--json", *more]

    def start(self, arguments: list[str], **options: object) -> subprocess.Popen:
        defaults = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen([self.program, *arguments], cwd=self.folder, env=self.environment,
                                **(defaults | options))

    def run(self, *arguments: str, limit: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run([self.program, *arguments], cwd=self.folder, env=self.environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=limit)

    def finish_comparison(self) -> dict:
        """Resumes the comparison, or starts it if it had not begun; returns the verdict."""
        result = self.run(*self.compare_arguments("--resume"))
        if result.returncode == 2 and "no interrupted comparison" in result.stderr:
            if (state := self.state()) == "complete":
                return json.loads(self.run("explain", "1", "--json").stdout)
            assert state is None, f"a session is {state} but cannot be resumed: {result.stderr}"
            result = self.run(*self.compare_arguments())
        assert result.returncode == 0, f"exit code {result.returncode}: {result.stderr}"
        return json.loads(result.stdout)["verdict"]

    def rows(self, sql: str) -> list[tuple]:
        if not self.database.exists():
            return []
        # Not read-only: after a kill the write-ahead log must be recovered first.
        connection = sqlite3.connect(f"file:{self.database}?mode=rw", uri=True, timeout=60)
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            # The program was killed before it had made the tables.
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def state(self) -> str | None:
        rows = self.rows("SELECT state FROM sessions ORDER BY number DESC LIMIT 1")
        return rows[0][0] if rows else None

    def samples(self) -> list[tuple]:
        """Every committed sample with its place and readings, in the order of measurement."""
        return self.rows(
            "SELECT samples.id, runs.session, runs.side, cell, block, repetition, ifnull(item, ''), status, elapsed_ns,"
            " hex(token_ns), answer FROM samples JOIN runs ON runs.number = samples.run ORDER BY samples.id")




def children(pid: int) -> list[int]:
    """The children that any thread of a process started."""
    found: list[int] = []
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        pass
    return found


def is_running(pid: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until_gone(pids: list[int], seconds: float = 10) -> list[int]:
    """The processes that still run after at most that time."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
