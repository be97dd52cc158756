#!/usr/bin/env python3
"""Measures how long `resident serve` takes to respond, at a steady rate of requests, while a measurement writes.

Requests are due at fixed times, whether earlier ones were answered or not, and a latency counts from when its request was
due: a server that stalls does not get fewer of them. A quarter of them has If-None-Match. A second process commits a sample
ten times per second, as a running comparison does, and an event stream listens all the time.

usage: serve_latency.py RESIDENT_PROGRAM FOLDER [--rate 50] [--seconds 30]
FOLDER holds resident.sqlite and registry.json of measurement_database.py; a session is added to the database.
"""
import argparse
import http.client
import multiprocessing
import os
import pathlib
import queue
import re
import signal
import sqlite3
import subprocess
import threading
import time
import uuid

WORKERS = 16
PERIOD = 0.1


def write_samples(path, stop):
    """Writes a session as the runner does: each sample is a transaction."""
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    names = [row[1] for row in database.execute("PRAGMA table_info(sessions)")]
    values = dict(zip(names, database.execute("SELECT * FROM sessions ORDER BY number DESC LIMIT 1").fetchone()))
    former = values.pop("number")
    values.update(uuid=str(uuid.uuid4()), state="running", started_at_s=time.time())
    session = insert(database, "sessions", values)
    columns = [row[1] for row in database.execute("PRAGMA table_info(runs)")]
    run = dict(zip(columns, database.execute("SELECT * FROM runs WHERE session = ? LIMIT 1", (former,)).fetchone()))
    model = run.pop("number")
    run["session"] = session
    number = insert(database, "runs", run)
    columns = [row[1] for row in database.execute("PRAGMA table_info(samples)")]
    sample = dict(zip(columns, database.execute("SELECT * FROM samples WHERE run = ? LIMIT 1", (model,)).fetchone()))
    sample.pop("id")
    block = 0
    while not stop.is_set():
        sample.update(run=number, block=block, repetition=0, started_at_s=time.time())
        insert(database, "samples", sample)
        block += 1
        stop.wait(PERIOD)
    database.execute("UPDATE sessions SET state = 'interrupted' WHERE number = ?", (session,))


def insert(database, table, values):
    marks = ", ".join("?" * len(values))
    return database.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values())).lastrowid


def listen(port, counts):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/events")
    try:
        for line in connection.getresponse():
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
                counts[name] = counts.get(name, 0) + 1
    except OSError:
        pass


def client(port, jobs, results):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    tags = {}
    while True:
        job = jobs.get()
        if job is None:
            return
        due, route, path, is_conditional = job
        headers = {"If-None-Match": tags[path]} if is_conditional and path in tags else {}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        results.append((route, time.monotonic() - due, response.status))
        tags[path] = response.getheader("ETag")


def paths(turn):
    number = 1 + (turn * 7919) % 2000
    return [
        ("/", "/"), ("/api/status", "/api/status"), ("/api/roles", "/api/roles"),
        ("/api/comparisons", f"/api/comparisons?offset={number // 2}"),
        ("/api/comparisons/{number}", f"/api/comparisons/{number}"),
        ("/comparisons/{number}.html", f"/comparisons/{number}.html"), ("/api/trends", "/api/trends?role=coding"),
        ("/api/frontier", "/api/frontier"),
    ]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    path = arguments.folder / "resident.sqlite"
    stop = multiprocessing.Event()
    writer = multiprocessing.Process(target=write_samples, args=(path, stop))
    began = time.monotonic()
    server = subprocess.Popen(
        [arguments.program, "serve", "--port", "0", "--db", path, "--registry", arguments.folder / "registry.json"],
        stdout=subprocess.PIPE, text=True)
    port = int(re.search(r":(\d+)/", server.stdout.readline())[1])
    print(f"ready after {time.monotonic() - began:.2f} s, load average {os.getloadavg()[0]:.2f}", flush=True)
    writer.start()
    jobs, results, events = queue.Queue(), [], {}
    threading.Thread(target=listen, args=(port, events), daemon=True).start()
    clients = [threading.Thread(target=client, args=(port, jobs, results)) for _ in range(WORKERS)]
    for thread in clients:
        thread.start()
    time.sleep(1)
    start = time.monotonic()
    for index in range(int(arguments.rate * arguments.seconds)):
        due = start + index / arguments.rate
        time.sleep(max(0, due - time.monotonic()))
        choices = paths(index)
        jobs.put((due, *choices[index % len(choices)], index // len(choices) % 4 == 3))
    for _ in clients:
        jobs.put(None)
    for thread in clients:
        thread.join()
    stop.set()
    writer.join()
    server.send_signal(signal.SIGTERM)
    print(f"server ended with {server.wait()}, load average {os.getloadavg()[0]:.2f}, events {events}")
    wrong = [status for _, _, status in results if status not in (200, 304)]
    print(f"{'route':28} {'requests':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'most ms':>8}")
    for route in [route for route, _ in paths(0)] + ["all"]:
        times = [1000 * seconds for name, seconds, _ in results if route in (name, "all")]
        row = [percentile(times, share) for share in (0.5, 0.95, 0.99)] + [max(times)]
        print(f"{route:28} {len(times):8} " + " ".join(f"{value:8.2f}" for value in row))
    if wrong:
        raise SystemExit(f"{len(wrong)} answers were neither 200 nor 304: {sorted(set(wrong))}")


if __name__ == "__main__":
    main()
