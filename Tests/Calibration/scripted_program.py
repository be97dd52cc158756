#!/usr/bin/env python3
"""Answers like `resident` where Benchmarks/real_calibration.py asks, without a measurement.

A comparison is won if its worker waits. Each opens a session in the database, and notes which bytes of its two models
differ from those in SCRIPTED_MODEL; a win is promoted only while the same ones do. SCRIPTED_FAILURE, a number, makes the
comparison fail that would be that session; SCRIPTED_KILL kills the script that asks for that one after the verdict is
recorded.
"""

import json
import os
import pathlib
import signal
import sqlite3
import sys
import time


def note(line):
    with open(pathlib.Path(os.environ["RESIDENT_DB"]).with_name("notes"), "a") as notes:
        notes.write(json.dumps(line) + "\n")


def session(database, outcome, changed=None):
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE IF NOT EXISTS sessions (number INTEGER PRIMARY KEY, outcome TEXT, changed TEXT)")
    connection.execute("CREATE TABLE IF NOT EXISTS verdicts (id INTEGER PRIMARY KEY, session INTEGER, document TEXT)")
    row = (outcome, json.dumps(changed))
    number = connection.execute("INSERT INTO sessions (outcome, changed) VALUES (?, ?)", row).lastrowid
    connection.commit()
    connection.close()
    return number


def record(database, number, verdict):
    connection = sqlite3.connect(database)
    connection.execute("INSERT INTO verdicts (session, document) VALUES (?, ?)", (number, json.dumps(verdict)))
    connection.commit()
    connection.close()


def changed_bytes(name):
    file = "model.safetensors"
    own = (pathlib.Path(os.environ["RESIDENT_MODELS"]) / name / file).read_bytes()
    original = (pathlib.Path(os.environ["SCRIPTED_MODEL"]) / file).read_bytes()
    return [position for position, pair in enumerate(zip(own, original)) if pair[0] != pair[1]]


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


def main():
    command = sys.argv[1]
    if command == "registry":
        pathlib.Path(os.environ["RESIDENT_REGISTRY"]).write_text("{}")
    elif command == "compare":
        worker = os.environ.get("RESIDENT_WORKER", "")
        outcome = "promote" if worker else "hold"
        changed = [changed_bytes("tiny"), changed_bytes(sys.argv[2])]
        number = session(os.environ["RESIDENT_DB"], outcome, changed)
        note({"changed": changed, "environment": option("--environment"),
              "worker": pathlib.Path(worker).read_text() if worker else ""})
        if str(number) == os.environ.get("SCRIPTED_FAILURE"):
            sys.exit("the machine slept")
        effect = {"ratio": 1.05, "interval": {"lower": 1.02, "upper": 1.08}}
        verdict = {
            "outcome": outcome, "stopped_for": "win" if worker else "futility", "challenge": {"number": 1},
            "blocks": [{"used": 8, "void": 1}], "objectives": [{"effect": effect}]}
        record(os.environ["RESIDENT_DB"], number, verdict)
        if str(number) == os.environ.get("SCRIPTED_KILL"):
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        print(json.dumps({"comparison": number, "verdict": verdict}))
    elif command == "calibrate":
        number = session(pathlib.Path(os.environ["RESIDENT_DB"]).with_name("calibration.sqlite"), "inconclusive")
        print(json.dumps({"results": [{"comparison": number, "stopped_for": "win", "blocks": 6}]}))
    elif command == "promote":
        connection = sqlite3.connect(option("--db"))
        query = "SELECT outcome, changed FROM sessions WHERE number = ?"
        outcome, changed = connection.execute(query, (option("--comparison"),)).fetchone()
        if outcome == "promote" and json.loads(changed) != [changed_bytes("tiny"), changed_bytes("tiny-copy")]:
            sys.exit("the files are not those that were measured")
        sys.exit({"promote": 0, "hold": 10, "inconclusive": 12}[outcome])
    elif command == "export":
        pathlib.Path(option("--out")).mkdir(exist_ok=True)
        note({"exported": pathlib.Path(option("--db")).name})
    elif command == "verify":
        print("all verdicts follow from the raw samples")
    else:
        sys.exit(f"what is {command}?")


if __name__ == "__main__":
    main()
