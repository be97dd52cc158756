#!/usr/bin/env python3
"""Looks at reports in headless Chromium: of results/ as a dataset and as a database, of nights on two hosts, and one whose
names and messages are hostile.

usage: report.py RESIDENT_PROGRAM DUCKDB CHARTJS [--pictures FOLDER]
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


# The widths of a phone and of a screen.
WIDTHS = (390, 1280)
KINDS = ("pairs", "evidence", "memory", "load", "frontier", "lanes", "trends")


def comparison(viewer, report, number, verdict):
    tallies = {tally["cell"]: tally for tally in verdict["blocks"]}
    rules = [rule for rule in verdict["objectives"] + verdict["guardrails"]
             if (rule["effect"] or {}).get("kind") == "better_ratio"]
    with viewer.page(report / f"comparisons/{number}.html") as page:
        pairs, evidence = marks(page, "pairs"), marks(page, "evidence")
        check(len(pairs) == len(evidence) == len(rules), f"comparison {number} has {len(pairs)} dot plots")
        for rule, dots in zip(rules, pairs):
            tally = tallies[rule["cell"]]
            check(dots == [tally["used"]] * 2 + [tally["void"]] * 2, f"comparison {number} has {dots} dots, {tally}")
        tables = page.evaluate(
            """() => [...document.querySelectorAll("details")].filter((part) => part.innerText.includes("blocks as a table"))
                 .map((part) => [...part.querySelectorAll("tbody tr")].map((row) =>
                   [row.cells[0].textContent, row.cells[6].textContent]))""")
        labels = page.evaluate(
            """() => [...document.querySelectorAll("figure[data-kind=pairs] canvas")].map((canvas) =>
                 Chart.getChart(canvas).scales.x.ticks.map((tick) => tick.label))""")
        for table, ticks, steps in zip(tables, labels, evidence):
            check(ticks == [row[0] for row in table], f"comparison {number}: {ticks} are not the table's blocks {table}")
            bounded = sum(row[1] not in ("", "no bound yet") for row in table)
            check(steps[1] == bounded, f"comparison {number} draws {steps[1]} intervals, {bounded} are bounded")
        text = page.inner_text("body")
        check(page.inner_text("h1").startswith(("KEEP ", "TAKE ")), "a comparison does not begin with the answer")
        for part in ("MUST BE SHOWN", "ALL MUST HOLD", "better →"):
            check(part in page.inner_text("table.evidence") or page.locator(f"svg text:has-text('{part}')").count(),
                  f"the evidence lacks {part}")
        check("inf" not in text and "×" not in text, "an interval without a bound, or a multiple, is shown")


def drawn(viewer, path):
    """Every chart of a page, at both widths, light and dark: it has ink in the page's colours, fits its frame, and its
    names meet neither each other nor an edge."""
    kinds = set()
    for width in WIDTHS:
        for dark in (False, True):
            with viewer.page(path, width=width, dark=dark) as page:
                figures = page.evaluate(
                    """() => [...document.querySelectorAll("figure[data-kind]")].map((figure) => {
                         const canvas = figure.querySelector("canvas");
                         const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                         const colours = new Set();
                         for (let at = 0; at < data.length; at += 4) {
                           if (data[at + 3] > 200) colours.add(`${data[at] >> 5},${data[at + 1] >> 5},${data[at + 2] >> 5}`);
                         }
                         const chart = Chart.getChart(canvas);
                         const { left, right, top, bottom } = chart.chartArea;
                         return {
                           kind: figure.dataset.kind, colours: colours.size, names: chart.$names ?? [],
                           area: { left, right, top, bottom }, wide: canvas.clientWidth > figure.clientWidth,
                           marks: chart.data.datasets.reduce((sum, set) => sum + set.data.length, 0),
                         };
                       })""")
                for figure in figures:
                    where = f"{path.name}, {figure['kind']} at {width} px{' dark' if dark else ''}"
                    kinds.add(figure["kind"])
                    check(figure["colours"] >= 2 and figure["marks"] > 0, f"{where}: nothing is drawn")
                    check(not figure["wide"], f"{where}: wider than its frame")
                    area = figure["area"]
                    check(area["right"] - area["left"] > 160 and area["bottom"] - area["top"] > 100,
                          f"{where}: {area} is left for the chart")
                    for at, one in enumerate(figure["names"]):
                        check(one["left"] >= area["left"] - 1 and one["right"] <= area["right"] + 1, f"{where}: {one} is cut")
                        for other in figure["names"][at + 1:]:
                            check(one["left"] >= other["right"] or other["left"] >= one["right"] or
                                  one["top"] >= other["bottom"] or other["top"] >= one["bottom"],
                                  f"{where}: {one['text']} and {other['text']} meet")
    return kinds


def hosts(viewer, path):
    """No chart shows two hosts at once."""
    with viewer.page(path) as page:
        for kind in ("frontier", "lanes", "trends"):
            figure = page.locator(f"figure[data-kind={kind}]")
            choice = figure.locator("select[aria-label='The machine']")
            count = choice.locator("option").count()
            check(count == 2, f"{kind} has {count} hosts to choose from")
            seen = []
            for name in choice.locator("option").all_inner_texts():
                choice.select_option(name)
                seen.append(sum(sum(sets) for sets in marks(page, kind)))
            everything = page.evaluate(
                """(kind) => {
                     const facts = JSON.parse(document.getElementById("facts").textContent);
                     return kind === "frontier" ? facts.lanes.length : null;
                   }""", kind)
            check(all(seen) and (everything is None or sum(seen) == everything), f"{kind} shows {seen} of {everything}")


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
        check(page.evaluate(f"{chart}.scales.x.min") > 0, "dragging does not zoom")
        page.get_by_role("button", name="Show all").first.click()
        check(page.evaluate(f"{chart}.scales.x.min") == -0.5, "the button does not show all")
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
        for width in (360, 390):
            with viewer.page(path, width=width, height=740):
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


@contextlib.contextmanager
def changeable(path):
    """A database without the triggers that keep its rows as they are."""
    database = sqlite3.connect(path)
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    yield database
    database.commit()
    database.close()


def two_hosts(path):
    """Lets every other comparison be of another host."""
    with changeable(path) as database:
        for number, document in database.execute("SELECT id, document FROM verdicts").fetchall():
            verdict = json.loads(document)
            if number % 2:
                verdict["subject"]["host"].update(fingerprint="f00d" * 16, chip="Another chip")
            database.execute("UPDATE verdicts SET document = ? WHERE id = ?", (json.dumps(verdict), number))


def predicted(path):
    """Gives every run of one database what would have been predicted of it."""
    memory = {
        "weights_bytes": 100_000_000, "cache_bytes": 30_000_000, "scratch_bytes": 6_000_000, "program_bytes": 45_000_000,
        "machine_bytes": 1_000_000_000, "reserve_bytes": 250_000_000}
    cells = [
        {"cell": cell, "bytes_per_step": size, "limit_tokens_per_s": 33e9 / size, "tokens_per_s": 200, "from": 170,
         "to": 230, "basis": "rehearsed"} for cell, size in (("short-prompt", 100_000_000), ("long-prompt", 120_000_000))]
    with changeable(path) as database:
        for number, text in database.execute("SELECT number, description FROM runs").fetchall():
            description = json.loads(text) | {"prediction": {"memory": memory, "decode": cells}}
            database.execute("UPDATE runs SET description = ? WHERE number = ?", (json.dumps(description), number))


def fit(viewer, report):
    """The page about memory and speed: bars as long as the machine, points under the line, no label on another."""
    check(viewer_links(viewer, report / "index.html", "fit.html"), "the index does not lead to what fits")
    for width in WIDTHS:
        for dark in (False, True):
            with viewer.page(report / "fit.html", width=width, dark=dark) as page:
                models = page.locator("svg.memory").count()
                check(models >= 2 and models == page.locator("tbody tr").count(), f"{models} bars of memory")
                bars = page.evaluate(
                    """() => [...document.querySelectorAll("svg.memory")].map((svg) =>
                         [...svg.querySelectorAll("rect")].reduce((sum, part) => sum + part.width.baseVal.value, 0))""")
                check(all(abs(bar - 600) < 3 for bar in bars), f"bars of {bars} of 600")
                points, texts = page.evaluate(
                    """() => {
                         const svg = document.querySelector("svg.roofline");
                         return [svg.querySelectorAll("circle").length, [...svg.querySelectorAll("text")].map((text) => {
                           const { left, right, top, bottom } = text.getBoundingClientRect();
                           return { text: text.textContent, left, right, top, bottom };
                         })];
                       }""")
                check(points == 2 * models, f"{points} points of {models} models")
                for at, one in enumerate(texts):
                    for other in texts[at + 1:]:
                        check(one["left"] >= other["right"] or other["left"] >= one["right"] or one["top"] >= other["bottom"]
                              or other["top"] >= one["bottom"],
                              f"{one['text']} and {other['text']} meet at {width} px")


def viewer_links(viewer, path, target):
    with viewer.page(path) as page:
        return page.locator(f"a[href='{target}']").count() == 1


def memory(viewer, path):
    with viewer.page(path) as page:
        caption = page.locator("figure[data-kind=memory] figcaption").inner_text()
        check("every second" in caption, f"the memory of a night is {caption}")
        check(all(count > 10 for count in marks(page, "memory")[0]), "the memory of a night has few points")


def dataset(viewer, report, pictures):
    """The pages of a published dataset: they answer which model to keep, and have no answer to an item."""
    with viewer.page(report / "index.html", width=1280) as page:
        check("Keep smollm2-135m." in page.inner_text(".role"), "the index does not say which model to keep")
        check("measured" in page.inner_text("#comparisons"), "what the dataset measured is shown as an import")
        if pictures:
            page.screenshot(path=pictures / "report.png", full_page=True)
    for path in sorted((report / "comparisons").glob("*.html")):
        with viewer.page(path, width=1280, height=1400) as page:
            text = page.inner_text("body")
            check("Answers that changed" not in text, "a dataset's page shows answers")
            check("Requests routed wrongly" not in text, "a dataset's page shows requests")
            check("resident verify" in page.inner_text("pre"), "no command shows it again")
            if pictures and path.stem == "2":
                page.screenshot(path=pictures / "comparison.png")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resident", type=pathlib.Path)
    parser.add_argument("duckdb", type=pathlib.Path)
    parser.add_argument("chartjs", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="the folder for pictures of the index and of a comparison")
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

        real, bad, nights = (folder / f"{name}.sqlite" for name in ("real", "hostile", "nights"))
        fits = folder / "fits.sqlite"
        resident("import", ROOT / "results", "--db", real)
        hostile.copy(real, bad)
        resident("import", ROOT / "docs/nightly/results", "--db", nights)
        two_hosts(nights)
        shutil.copy(real, fits)
        predicted(fits)
        resident("report", "--db", fits, "--out", folder / "fits")
        resident("report", "--db", real, "--out", folder / "real")
        resident("report", "--db", bad, "--out", folder / "hostile")
        resident("report", "--db", nights, "--out", folder / "nights")
        resident("report", "--results", ROOT / "results", "--out", folder / "dataset")
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
            check(sum(sum(sets) for sets in marks(page, "frontier")) == len(models), "the frontier lacks models")
            check(marks(page, "lanes") == [[len(models)]], "the bars lack models")
            check(sum(marks(page, "trends")[0]) == 2 * len(verdicts), "the trends lack points")
        with viewer.page(report / "index.html") as page:
            check(sum(marks(page, "frontier")[0]) == len(models), "the index's frontier lacks models")
        kinds = set()
        for path in ("index.html", "comparisons/2.html", "envelopes/1.html"):
            kinds |= drawn(viewer, report / path)
        check(kinds == set(KINDS), f"only {sorted(kinds)} were looked at")
        night = sorted((folder / "nights/comparisons").glob("*.html"))[0]
        drawn(viewer, night)
        memory(viewer, night)
        hosts(viewer, folder / "nights/envelopes/1.html")
        dataset(viewer, folder / "dataset", options.pictures)
        fit(viewer, folder / "fits")
        interaction(viewer, report)
        filters(viewer, report)
        appearance(viewer, report, 4)
        appearance(viewer, folder / "hostile", 4)
        hostile_text(viewer, folder / "hostile")
        browser.close()
    print(f"{check.count} checks of reports in Chromium hold, {time.monotonic() - began:.0f} s")


main()
