#!/usr/bin/env python3
"""Looks at the pages of `resident serve` in headless Chromium while other processes write to its database.

usage: live.py RESIDENT_PROGRAM DUCKDB CHARTJS
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks"))

from serve_latency import write_samples  # noqa: E402

SECONDS = 20


def check(holds, what):
    if not holds:
        raise SystemExit(f"error: {what}")
    check.count += 1


check.count = 0


def watch(page, address, database, resident):
    rows = page.locator("#comparisons tbody tr:visible")
    page.goto(f"{address}#outcome=reject")
    check(rows.count() == 1, "the filter in the address does not filter")
    line = page.locator("p.live")
    check(not line.is_visible(), "something is said to be measured")

    stop = threading.Event()
    writer = threading.Thread(target=write_samples, args=(database, stop))
    writer.start()
    try:
        # The new session makes a new version of the page, so the line may go and come back once.
        expect(line).to_have_text(
            re.compile(r"^Measuring \S+ against \S+, \S+: \d+ of at most \d+ samples$"), timeout=SECONDS * 1000)
        check(True, "the measurement is shown")
    finally:
        stop.set()
        writer.join()
    line.wait_for(state="hidden", timeout=SECONDS * 1000)
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
