#!/usr/bin/env python3
"""Looks at reports in headless Chromium: one of results/, and one whose names and messages are hostile.

usage: report.py RESIDENT_PROGRAM DUCKDB CHARTJS [--picture FILE]
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

from playwright.sync_api import sync_playwright

import hostile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check(holds, what):
    if not holds:
        raise SystemExit(f"error: {what}")
    check.count += 1


check.count = 0


class Viewer:
    """Opens pages and refuses any that complains, asks for a network, or is wider than its window."""

    def __init__(self, browser):
        self.browser = browser

    @contextlib.contextmanager
    def page(self, path, width=1200, height=900, dark=False, fragment=""):
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        page = context.new_page()
        problems = []
        page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else problems.append(request.url))
        page.goto(path.as_uri() + fragment)
        page.wait_for_load_state("load")
        yield page
        check(not problems, f"{path} complains at {width} px: {problems}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(wide <= 0, f"{path} scrolls {wide} px sideways at {width} px")
        check(page.evaluate("document.title").startswith("Resident"), f"{path} ran what it shows")
        check(page.locator("body img, body script").count() == 0, f"{path} has elements made of names")
        context.close()


def wait(page, condition, what):
    """Polls, since charts react with the next frame. The page's policy refuses the client's own polling."""
    for _ in range(100):
        if page.evaluate(condition):
            return check(True, what)
        page.wait_for_timeout(20)
    check(False, what)


def marks(page, kind):
    """The marks of every chart of a kind, by data set."""
    return page.evaluate(
        """(kind) => [...document.querySelectorAll(`figure[data-kind=${kind}] canvas`)].map((canvas) =>
             Chart.getChart(canvas).data.datasets.map((_, index) => Chart.getChart(canvas).getDatasetMeta(index).data
               .filter((mark) => !Number.isNaN(mark.y)).length))""", kind)


def comparison(viewer, report, number, verdict):
    tallies = {tally["cell"]: tally for tally in verdict["blocks"]}
    rules = [rule for rule in verdict["objectives"] + verdict["guardrails"]
             if (rule["effect"] or {}).get("kind") == "better_ratio"]
    with viewer.page(report / f"comparisons/{number}.html") as page:
        pairs, evidence = marks(page, "pairs"), marks(page, "evidence")
        check(len(pairs) == len(evidence) == len(rules), f"comparison {number} has {len(pairs)} dot plots")
        for rule, dots, steps in zip(rules, pairs, evidence):
            tally = tallies[rule["cell"]]
            check(dots[:2] == [tally["used"], tally["void"]], f"comparison {number} has {dots} dots, {tally}")
            check(steps[0] == tally["used"] + tally["void"], f"comparison {number} has {steps} steps, {tally}")
        check(page.locator("details table tbody tr").count() == sum(map(sum, (dots[:2] for dots in pairs))),
              f"the tables of comparison {number} have another number of rows than its charts have dots")


def interaction(viewer, report):
    with viewer.page(report / "comparisons/2.html") as page:
        canvas = page.locator("figure[data-kind=pairs] canvas").first
        canvas.scroll_into_view_if_needed()
        chart = "Chart.getChart(document.querySelector('figure[data-kind=pairs] canvas'))"
        x, y = page.evaluate(f"(() => {{ const m = {chart}.getDatasetMeta(0).data[1]; return [m.x, m.y] }})()")
        canvas.hover(position={"x": x, "y": y})
        wait(page, f"{chart}.tooltip.opacity > 0", "pointing at a dot shows nothing")
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 150, box["y"] + 100)
        page.mouse.down()
        page.mouse.move(box["x"] + 300, box["y"] + 100)
        page.mouse.up()
        check(page.evaluate(f"{chart}.scales.x.min") > 0.6, "dragging does not zoom")
        page.get_by_role("button", name="Show all").first.click()
        check(page.evaluate(f"{chart}.scales.x.min") == 0.5, "the button does not show all")
        item = page.evaluate(f"{chart}.legend.legendHitBoxes[0]")
        canvas.click(position={"x": item["left"] + 5, "y": item["top"] + 5})
        wait(page, f"!{chart}.isDatasetVisible(0)", "the legend does not toggle")


def filters(viewer, report):
    index = report / "index.html"
    with viewer.page(index) as page:
        rows = page.locator("#comparisons tbody tr:visible")
        check(rows.count() == 2, "the index has not both comparisons")
        page.select_option("select[name=outcome]", "reject")
        check(rows.count() == 1 and "outcome=reject" in page.url, "the filter of outcomes does not work")
        page.fill("input[name=text]", "no such model")
        check(rows.count() == 0, "the search does not work")
        page.reload()
        check(rows.count() == 0, "the filters do not survive a reload")
    with viewer.page(index, fragment="#text=4bit&role=default") as page:
        check(page.locator("#comparisons tbody tr:visible").count() == 1, "the address does not filter")


def appearance(viewer, report, count):
    pages = sorted(report.rglob("*.html"))
    check(len(pages) == count, f"{report} has {len(pages)} pages")
    for path in pages:
        with viewer.page(path, dark=True) as page:
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            check(max(map(int, ground[4:-1].split(","))) < 60, f"{path} is not dark: {ground}")
        with viewer.page(path, width=360, height=740):
            pass
        with viewer.page(path) as page:
            pdf = page.pdf(format="A4")
            check(pdf.startswith(b"%PDF") and len(pdf) > 10_000, f"{path} does not print")


def hostile_text(viewer, report):
    with viewer.page(report / "index.html") as page:
        text = page.inner_text("body")
        check("<script>document.title='owned'</script>" in text, "a hostile name is not shown as text")
        check("\u202e" not in page.content() and "\u2066" not in page.content(), "a name turns the reading direction")
        check((report / "index.html").stat().st_size < 100_000, "long names swell the index")
    with viewer.page(report / "comparisons/1.html") as page:
        check("<b>yyy" in page.inner_text("body"), "a hostile message is not shown as text")
        check(len(marks(page, "pairs")) == 4, "hostile names cost charts")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resident", type=pathlib.Path)
    parser.add_argument("duckdb", type=pathlib.Path)
    parser.add_argument("chartjs", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path, help="where to keep a picture of the index of results/")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = pathlib.Path(name)
        environment = {
            **os.environ, "RESIDENT_DUCKDB": str(options.duckdb.resolve()),
            "RESIDENT_CHARTJS": str(options.chartjs.resolve()), "RESIDENT_REGISTRY": str(folder / "registry.json"),
        }

        def resident(*arguments):
            subprocess.run(
                [options.resident.resolve(), *map(str, arguments)], check=True, env=environment, stdout=subprocess.DEVNULL)

        real, bad = folder / "real.sqlite", folder / "hostile.sqlite"
        resident("import", ROOT / "results", "--db", real)
        hostile.copy(real, bad)
        resident("report", "--db", real, "--out", folder / "real")
        resident("report", "--db", bad, "--out", folder / "hostile")
        database = sqlite3.connect(real)
        verdicts = {
            number: json.loads(document)
            for number, document in database.execute("SELECT session, document FROM verdicts ORDER BY id")
        }
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        viewer = Viewer(browser)
        report = folder / "real"
        for number, verdict in verdicts.items():
            comparison(viewer, report, number, verdict)
        models = {verdict["subject"][side]["model"] for verdict in verdicts.values() for side in ("resident", "candidate")}
        with viewer.page(report / "envelopes/1.html") as page:
            check(sum(marks(page, "frontier")[0]) == len(models), "the frontier lacks models")
            check(marks(page, "lanes") == [[len(models)]], "the bars lack models")
            check(sum(marks(page, "trends")[0]) == 2 * len(verdicts), "the trends lack points")
        with viewer.page(report / "index.html") as page:
            check(sum(marks(page, "frontier")[0]) == len(models), "the index's frontier lacks models")
            if options.picture:
                page.screenshot(path=options.picture, full_page=True)
        interaction(viewer, report)
        filters(viewer, report)
        appearance(viewer, report, 4)
        appearance(viewer, folder / "hostile", 4)
        hostile_text(viewer, folder / "hostile")
        browser.close()
    print(f"{check.count} checks of reports in Chromium hold, {time.monotonic() - began:.0f} s")


main()
