"""What real comparisons showed, as the table of docs/measurement.md: a row for each kind of comparison and load."""

import math
import statistics

from machine_load import CONDITIONS, WITH_OTHERS, condition, others

# By the number of busy processes beside a comparison.
BUSY = tuple(CONDITIONS)[:3]
# With the time that the resident's worker waits, as a share of its own.
KINDS = {"null": 0.0, "planted-5": 0.05, "planted-10": 0.1, "equal": 0.0}


def tail_probability(successes, trials, share):
    """That of at most so many successes."""
    return sum(math.comb(trials, count) * share ** count * (1 - share) ** (trials - count)
               for count in range(successes + 1))


def exact_interval(successes, trials, confidence=0.95):
    """C. Clopper and E. Pearson, Biometrika 26 (1934), by bisection."""
    tail = (1 - confidence) / 2

    def limit(is_below):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if is_below(middle) else (low, middle)
        return low

    return (limit(lambda share: 1 - tail_probability(successes - 1, trials, share) < tail) if successes else 0.0,
            limit(lambda share: tail_probability(successes, trials, share) > tail) if successes < trials else 1.0)


def counted(values):
    """How often each occurs, in words."""
    values = [str(value).replace("_", " ") for value in values]
    return ", ".join(f"{values.count(value)} {value}" for value in sorted(set(values), key=values.count, reverse=True))


def median(values, digits):
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.{digits}f}" if known else "not known"


def cells(name, kind, rows):
    promoted = sum(row["promoted"] for row in rows)
    low, high = (100 * end for end in exact_interval(promoted, len(rows)))
    loads = [row["load"]["load_average"][1] for row in rows if row.get("load")]
    seconds = [row["seconds"] for row in rows if row.get("seconds") is not None]
    return (
        name, kind.replace("-", " ") + (" %" if KINDS[kind] else ""), len(rows), promoted,
        f"{100 * promoted / len(rows):.1f} % [{low:.1f}, {high:.1f}]", counted(row["outcome"] for row in rows),
        counted(row["stopped_for"] for row in rows), median([row["rounds"] for row in rows], 0),
        f"{median(seconds, 0)}, {max(seconds, default=math.nan):.0f}", median(loads, 1),
        median([others(row) for row in rows], 2),
    )


def table(rows):
    lines = [
        "| condition | effect | comparisons | promoted | share, exact 95 % interval | outcomes | ended for | rounds, median"
        " | seconds, median and longest | load average | processors that others took |",
        "| --- | --- | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for kind in KINDS:
        of_kind = [row for row in rows if row["kind"] == kind]
        for name in (*BUSY, WITH_OTHERS, "all"):
            chosen = [row for row in of_kind if name in (condition(row), "all")]
            if chosen:
                lines.append("| " + " | ".join(map(str, cells(name, kind, chosen))) + " |")
    return "\n".join(lines)
