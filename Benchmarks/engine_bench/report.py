"""Prints results as a Markdown table, and writes JSON rows with every repetition."""

import json
import pathlib
import statistics

from engine_bench.machine import environment_class
from engine_bench.rows import Better, Result

# Fewer pairs than this are a quick look, not a figure to publish.
ENOUGH_PAIRS = 7
HEADER = """\
| row | ours | opponent | opponent's name | ratio: median (min … max) | must reach | aim for |
| --- | ---: | ---: | --- | ---: | ---: | ---: |"""


def table_line(result: Result) -> str:
    row, ratios = result.row, result.ratios
    sign = "≥" if row.better is Better.HIGHER else "≤"
    mark = "reached" if result.reaches_goal else "**missed**"
    if is_loaded(result):
        mark = "not judged: under load"
    return (
        f"| {row.name} | {result.ours:,.1f} {row.unit} | {result.opponent:,.1f} {row.unit} | {result.opponent_name} "
        f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f}) "
        f"| {sign} {row.goal.must_reach:g} {mark} | {sign} {row.goal.aim_for:g} |"
    )


def is_loaded(result: Result) -> bool:
    """A loaded row proves nothing: llama.cpp's threads wait by spinning, so other programs slow them down more than ours."""
    return result.row.is_timed and environment_class(result.foreign_cores) == "under-load"


def warnings(results: list[Result], pair_count: int) -> list[str]:
    lines = []
    if pair_count < ENOUGH_PAIRS:
        lines.append(f"Only {pair_count} pairs a row: a quick look, not a figure to publish.")
    loaded = list(filter(is_loaded, results))
    if loaded:
        worst = max(result.foreign_cores or 0 for result in loaded)
        lines.append(
            f"Under load: other programs kept up to {worst:.2f} cores busy during {len(loaded)} of {len(results)} "
            "rows. Measure again on a quiet machine."
        )
    return lines


def json_row(result: Result, context: dict[str, object]) -> dict[str, object]:
    """One row together with the context. Raw figures are in the row's unit."""
    row, ratios = result.row, result.ratios
    return {
        "name": row.name,
        "ours": result.ours,
        "opponent": result.opponent,
        "opponent_name": result.opponent_name,
        "ratio_median": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "unit": row.unit,
        "better": row.better.value,
        "must_reach": row.goal.must_reach,
        "aim_for": row.goal.aim_for,
        "ours_name": result.ours_name,
        "pairs": [
            {
                "first": "ours" if pair.ours_first else "opponent",
                "ours": pair.ours,
                "opponent": pair.opponent,
                "ratio": pair.ratio,
            }
            for pair in result.pairs
        ],
        "scouting": result.scouting,
        "env_class": environment_class(result.foreign_cores),
        "foreign_cores": result.foreign_cores,
        **context,
    }


def write_json(path: pathlib.Path, results: list[Result], context: dict[str, object]) -> None:
    """Replaces the file as a whole, so that an interruption keeps the earlier rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    text = json.dumps([json_row(result, context) for result in results], indent=2, ensure_ascii=False)
    partial.write_text(text + "\n")
    partial.replace(path)
