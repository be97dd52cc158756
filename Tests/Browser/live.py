#!/usr/bin/env python3
"""Looks at the pages of `resident serve` in headless Chromium while other processes write to its database.

usage: live.py RESIDENT_PROGRAM DUCKDB CHARTJS
"""
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks"))

from serve_latency import insert  # noqa: E402

SECONDS = 20


def check(holds, what):
    if not holds:
        raise SystemExit(f"error: {what}")
    check.count += 1


check.count = 0


def measure_again(path, stop):
    """Writes the newest comparison once more, sample by sample, as a runner does; then waits."""
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.row_factory = sqlite3.Row
    former = dict(database.execute(
        "SELECT * FROM sessions WHERE resident IS NOT NULL ORDER BY number DESC LIMIT 1").fetchone())
    number = former.pop("number")
    former.update(uuid=str(uuid.uuid4()), state="running", started_at_s=time.time(), challenge=None)
    session = insert(database, "sessions", former)
    runs = {}
    for run in map(dict, database.execute("SELECT * FROM runs WHERE session = ? ORDER BY number", (number,)).fetchall()):
        known = run.pop("number")
        runs[known] = insert(database, "runs", run | {"session": session})
    samples = database.execute(
        "SELECT samples.* FROM samples JOIN runs ON runs.number = run WHERE session = ? ORDER BY samples.id", (number,))
    for sample in map(dict, samples.fetchall()):
        if stop.is_set():
            break
        sample.pop("id")
        insert(database, "samples", sample | {"run": runs[sample["run"]], "started_at_s": time.time()})
        stop.wait(0.01)
    while not stop.wait(0.1):
        pass
    database.execute("UPDATE sessions SET state = 'interrupted' WHERE number = ?", (session,))


def live(page):
    """What the running comparison shows so far: its effects with intervals, blocks, memory and the time that is left."""
    panel = page.locator(".live")
    expect(panel.locator("h2")).to_have_text(re.compile(r"^Measuring \S+ against \S+, \S+$"), timeout=SECONDS * 1000)
    expect(panel.locator(".interval .s").first).to_be_attached(timeout=SECONDS * 1000)
    text = panel.inner_text()
    for part in (r"\d+ of at most \d+ samples", r", block \d+", r"at most \d+:\d\d left", r"memory [\d.]+ MB and [\d.]+ MB"):
        check(re.search(part, text), f"the running comparison does not show {part}: {text}")
    rows = panel.locator("table.evidence tbody tr:not(.part)")
    check(rows.count() >= 3, f"{rows.count()} rules of the running comparison are shown")
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            # Charts shrink with the next frames.
            page.wait_for_timeout(500)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check(wide <= 0, f"the running comparison scrolls {wide} px sideways at {width} px")
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/live-{width}-{scheme}.png")
    page.emulate_media(color_scheme="light")


PICTURES = os.environ.get("LIVE_PICTURES")


def watch(page, address, database, resident):
    rows = page.locator("#comparisons tbody tr:visible")
    page.goto(f"{address}#outcome=reject")
    check(rows.count() == 1, "the filter in the address does not filter")
    panel = page.locator(".live")
    check(not panel.is_visible(), "something is said to be measured")

    stop = threading.Event()
    writer = threading.Thread(target=measure_again, args=(database, stop))
    writer.start()
    try:
        live(page)
    finally:
        stop.set()
        writer.join()
    panel.wait_for(state="hidden", timeout=SECONDS * 1000)
    check(True, "the measurement ended")

    resident("import", ROOT / "docs/nightly/results")
    page.locator("#comparisons tbody tr").nth(13).wait_for(state="attached", timeout=SECONDS * 1000)
    check(page.locator("#comparisons tbody tr").count() == 14, "the page lacks new comparisons")
    check(rows.count() == 4, f"{rows.count()} rows pass the filter after the page was loaded again")


def main():
    program, duckdb, chartjs = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = pathlib.Path(name)
        database = folder / "resident.sqlite"
        environment = {
            **os.environ, "RESIDENT_DUCKDB": str(duckdb), "RESIDENT_CHARTJS": str(chartjs),
            "RESIDENT_DB": str(database), "RESIDENT_REGISTRY": str(folder / "registry.json"),
        }

        def resident(*arguments):
            subprocess.run([program, *map(str, arguments)], check=True, env=environment, stdout=subprocess.DEVNULL)

        resident("import", ROOT / "results")
        server = subprocess.Popen(
            [program, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            address = re.search(r"http://\S+", server.stdout.readline())
            check(address, "the server does not say where it is")
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            problems = []
            page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: problems.append(str(error)))
            watch(page, address.group(), database, resident)
            check(not problems, f"the page complains: {problems}")
            browser.close()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    print(f"{check.count} checks of live pages held")


main()
