"""The program under test, as real_calibration.py asks it: comparisons of two copies of a model, and their verdicts."""

import contextlib
import json
import os
import pathlib
import shlex
import signal
import sqlite3
import subprocess
import sys
import time

import machine_load
from calibration_table import KINDS

ROOT = pathlib.Path(__file__).resolve().parent.parent
WAITING_WORKER = ROOT / "Tests/Calibration/waiting_worker.py"
OUTCOMES = {0: "promote", 10: "hold", 11: "reject", 12: "inconclusive"}


class Failure(Exception):
    """A comparison that was not measured or not judged."""


class Program:
    """With a library, registry and databases of its own."""

    def __init__(self, options, copies):
        self.options, self.copies = options, copies
        out = options.out
        self.results, self.registry = out / "results", out / "registry.json"
        self.database, self.calibration = out / "real.sqlite", out / "calibration.sqlite"
        self.environment = os.environ | {
            "RESIDENT_MODELS": str(copies.library), "RESIDENT_DB": str(self.database),
            "RESIDENT_REGISTRY": str(self.registry),
        }
        self.environment.pop("RESIDENT_WORKER", None)
        if not self.registry.exists():
            self.run("registry", "create", f"default={copies.resident}")

    def run(self, *arguments, good=(0,), worker=None):
        """Its exit code and output. If this script is ended, it is ended as by Ctrl-C, and closes its database."""
        environment = self.environment | ({"RESIDENT_WORKER": str(worker)} if worker else {})
        process = subprocess.Popen(
            [self.options.resident, *map(str, arguments)], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=machine_load.end_with_parent(signal.SIGINT))
        try:
            output, errors = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGINT)
            process.communicate()
            raise
        if process.returncode not in good:
            raise Failure(f"{arguments[0]}: exit code {process.returncode}: {(errors or output).strip()[-500:]}")
        return process.returncode, output

    def waiting_worker(self, share):
        """The script that RESIDENT_WORKER names; None without an effect."""
        if not share:
            return None
        command = [sys.executable, WAITING_WORKER, "--model", f"/{self.copies.resident}", "--slow", share, "--",
                   self.options.resident]
        script = self.copies.library / f".worker-{share}"
        script.write_text(f"#!/bin/sh\nexec {shlex.join(map(str, command))} \"$@\"\n")
        script.chmod(0o755)
        return script

    def compare(self, kind, is_busy):
        """Measures and judges; returns what the comparison showed."""
        start = time.monotonic()
        _, output = self.run(
            "compare", self.copies.candidate, "--role", "default", "--envelope", self.options.envelope,
            "--environment", "under-load" if is_busy else "isolated", *self.threads, "--json",
            worker=self.waiting_worker(KINDS[kind]))
        seconds = time.monotonic() - start
        verdict, number = (json.loads(output)[name] for name in ("verdict", "comparison"))
        return self.shown(number, verdict) | {"seconds": round(seconds, 1)}

    def compare_equal(self):
        """The same with a byte-equal copy that the program makes itself."""
        start = time.monotonic()
        _, output = self.run(
            "calibrate", "--real", "--model", self.copies.resident, "--comparisons", 1, "--envelope",
            self.options.envelope, *self.threads, "--json")
        seconds = time.monotonic() - start
        result = json.loads(output)["results"][0]
        # Recorded for the dataset: equal tensors are inconclusive, whatever was measured.
        code = self.judge(result["comparison"], self.calibration)
        return {
            "comparison": result["comparison"], "promoted": result["stopped_for"] == "win", "outcome": OUTCOMES[code],
            "stopped_for": result["stopped_for"], "rounds": result["blocks"], "void": 0, "seconds": round(seconds, 1),
        }

    def shown(self, number, verdict):
        """What a comparison and its verdict say; the promoter must say the same."""
        code = self.judge(number, self.database)
        if OUTCOMES[code] != verdict["outcome"] or verdict["challenge"]["number"] != 1:
            raise Failure(f"comparison {number}: exit code {code}, {verdict['outcome']}, {verdict['challenge']}")
        blocks = min(verdict["blocks"], key=lambda tally: tally["used"])
        effect = verdict["objectives"][0]["effect"] or {}
        return {
            "comparison": number, "promoted": code == 0, "outcome": OUTCOMES[code],
            "stopped_for": verdict["stopped_for"], "rounds": blocks["used"], "void": blocks["void"],
            "ratio": effect.get("ratio"), "interval": effect.get("interval"),
        }

    def judge(self, comparison, database):
        return self.run(
            "promote", "--comparison", comparison, "--role", "default", "--dry-run", "--db", database, good=OUTCOMES)[0]

    @property
    def threads(self):
        return ("--threads", self.options.threads) if self.options.threads else ()

    @staticmethod
    def rows(database, query, *values):
        if not database.exists():
            return []
        with contextlib.closing(sqlite3.connect(database)) as connection:
            return connection.execute(query, values).fetchall()

    def sessions(self):
        """How many were begun, unfinished ones too: each had copies of its own."""
        query = "SELECT ifnull(max(number), 0) FROM sessions"
        return sum(self.rows(database, query)[0][0] for database in (self.database, self.calibration)
                   if database.exists())

    def next_comparison(self):
        found = self.rows(self.database, "SELECT ifnull(max(number), 0) + 1 FROM sessions")
        return found[0][0] if found else 1

    def recovered(self, number):
        """What a comparison showed whose end this script did not live to see; None if it has no verdict."""
        query = "SELECT document FROM verdicts WHERE session = ? ORDER BY id DESC LIMIT 1"
        found = self.rows(self.database, query, number)
        return self.shown(number, json.loads(found[0][0])) if found else None

    def publish(self):
        """Exports what the dataset lacks; returns whether `verify` accepts the whole of it."""
        for database in (self.database, self.calibration):
            if database.exists():
                self.run("export", "--out", self.results, "--db", database)
        if not self.results.exists():
            return True
        code, output = self.run("verify", self.results, good=(0, 1, 2))
        print(output.strip().splitlines()[-1] if code == 0 else output, file=sys.stderr)
        return code == 0
