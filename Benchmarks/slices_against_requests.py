#!/usr/bin/env python3
"""Compares what slices and whole requests of the same rounds say about an effect, and how much either of them scatters.

usage: slices_against_requests.py DATABASE... [--draws N]

Reads every round that is not void: one whole request of each model (repetition 1) and one in slices (repetition 0), so
the work of both is equal. An effect is how much faster the candidate is over a whole request. From slices it is made as
Sources/Verdicts/Comparing/SlicedRequests.swift makes it, by the median of the pairs' log-ratios within each phase, without
the warm-up of slices that the envelope has; beside it stand the ratio of sums, the mean of the middle 60 %, and the median
without the first token of what counts of each slice.
Deviations are of a round's log-ratio from its session's mean in that cell. Ranges are the middle 95 % of a bootstrap over
rounds within sessions, each drawn with all its cells, which share its loads and what the machine did.

Where comparisons.jsonl of real_calibration.py or measure_slices.py lies beside a database, its conditions stand in place of
the environment class. Where models have several cells, a row joins them.
"""

import argparse
import collections
import contextlib
import dataclasses
import json
import math
import pathlib
import random
import sqlite3
import statistics

from journal import Journal
from machine_load import condition

# SlicedRequests.fewestPairs: below it a phase has the ratio of its sums.
FEWEST_PAIRS = 5
TRIMMED_SHARE = 0.2
# Within that, as a log-ratio, the effects of slices and of whole requests count as the same.
SAME = math.log1p(0.01)
ALL_CELLS = "all cells"
QUERY = """
    SELECT sessions.number, sessions.environment, sessions.resident, sessions.candidate, runs.side, samples.cell,
      samples.block, samples.repetition, samples.token_ns, samples.slices,
      coalesce(json_extract(envelopes.document, '$.plan.slice_warm_up_milliseconds'), 0)
    FROM samples JOIN runs ON runs.number = samples.run JOIN sessions ON sessions.number = runs.session
      JOIN envelopes ON envelopes.hash = sessions.envelope_hash
    WHERE samples.status = 'success' AND samples.prompt_tokens IS NOT NULL AND samples.round IS NULL
      AND samples.item IS NULL AND sessions.resident IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM voids
        WHERE voids.session = sessions.number AND voids.cell = samples.cell AND voids.block = samples.block)
    ORDER BY samples.id
    """


@dataclasses.dataclass(frozen=True)
class Slice:
    phase: str
    tokens: int
    nanoseconds: int
    processor_nanoseconds: int | None
    switches: int | None


@dataclasses.dataclass(frozen=True)
class Request:
    """One request of one model: when each token came, and its slices, none if it was made whole."""

    token_ns: list[int]
    slices: list[Slice]

    @property
    def nanoseconds_per_token(self):
        """Of those after the first; infinite without any."""
        return (self.token_ns[-1] - self.token_ns[0]) / (len(self.token_ns) - 1) if len(self.token_ns) > 1 else math.inf

    def without(self, warm_up):
        """CountedSlice.swift: its slices without that many first tokens of each that decodes, but for the last one."""
        left, start, token = [], 0, 1
        for part in self.slices:
            skipped = min(warm_up, part.tokens - 1) if part.phase == "decode" else 0
            end = start + part.nanoseconds
            warm = self.token_ns[token + skipped - 1] if skipped else start
            left.append(dataclasses.replace(part, tokens=part.tokens - skipped, nanoseconds=end - warm) if warm < end else part)
            token += part.tokens if part.phase == "decode" else 0
            start = end
        return left


@dataclasses.dataclass
class Round:
    """The log-ratios of one cell in one round by each way to make them; above zero if the candidate is faster."""

    number: int
    whole: float
    sliced: dict[str, float]
    first_token_costs: list[float]
    preempted: list[bool]


def token_times(blob):
    """Store/Samples/NumberSeries.swift: the LEB128 of differences."""
    times, number, shift, time = [], 0, 0, 0
    for byte in blob:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            time += number
            times.append(time)
            number, shift = 0, 0
    return times


def trimmed_mean(values):
    out = int(TRIMMED_SHARE * len(values))
    return statistics.fmean(sorted(values)[out:len(values) - out])


def log_ratio(pairs, totals, center):
    """How much faster the candidate's slices are; `center` joins the log-ratios of the pairs of a phase, whose tokens are
    `totals`."""
    resident = candidate = 0.0
    for phase, total in totals.items():
        chosen = [(own, other) for own, other in pairs if own.phase == phase]
        if not chosen:
            continue
        if center is None or len(chosen) < FEWEST_PAIRS:
            own, other = (
                sum(pair[side].nanoseconds for pair in chosen) / sum(pair[side].tokens for pair in chosen) for side in (0, 1))
            resident += own * total
            candidate += other * total
            continue
        usual = statistics.median(own.nanoseconds / own.tokens for own, _ in chosen) * total
        resident += usual
        candidate += usual * math.exp(center([
            math.log(other.nanoseconds / own.nanoseconds * own.tokens / other.tokens) for own, other in chosen]))
    return math.log(resident / candidate)


def make_round(number, sliced, whole, warm_up_nanoseconds):
    """From the requests of both models, the resident's first; None if their slices are of other tokens."""
    pairs = list(zip(sliced[0].slices, sliced[1].slices))
    if any((own.phase, own.tokens) != (other.phase, other.tokens) for own, other in pairs) or len(
            {len(request.slices) for request in sliced}) > 1:
        return None
    totals = {phase: sum(own.tokens for own, _ in pairs if own.phase == phase) for phase in ("prefill", "decode")}
    warm_up = int(warm_up_nanoseconds / min(request.nanoseconds_per_token for request in sliced))
    counted, later = (list(zip(*(request.without(first) for request in sliced))) for first in (warm_up, warm_up + 1))
    # How long the first token that counts of a slice took, relative to those after it. Most slices need to have any.
    costs = [[(part.nanoseconds - rest.nanoseconds) * rest.tokens / rest.nanoseconds
              for part, rest in zip(*parts) if rest.tokens < part.tokens] for parts in zip(counted, later)]
    is_known = sum(map(bool, costs)) >= max(FEWEST_PAIRS, 0.5 * sum(own.phase == "decode" for own, _ in pairs))
    counts = [part.switches for request in sliced for part in request.slices if part.switches is not None]
    return Round(
        number,
        whole=math.log(whole[0].token_ns[-1] / whole[1].token_ns[-1]),
        sliced={
            "median": log_ratio(counted, totals, statistics.median), "sums": log_ratio(counted, totals, None),
            "trimmed": log_ratio(counted, totals, trimmed_mean),
            "later tokens": log_ratio(later, totals, statistics.median) if is_known else math.nan,
        },
        first_token_costs=[cost for of_pair in costs for cost in of_pair],
        preempted=[count > 0 for count in counts])


def told_of(database):
    """What real_calibration.py or measure_slices.py wrote about the comparisons of a database, by number."""
    rows = Journal(database.parent / "comparisons.jsonl").comparisons()
    is_equal = database.name == "calibration.sqlite"
    return {row["comparison"]: row for row in rows if (row.get("kind") == "equal") == is_equal}


def read(database):
    """Rounds by group and session; a group is what stands in a row of the tables."""
    known = told_of(database)
    requests = collections.defaultdict(dict)
    groups, warm_ups = {}, {}
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for row in connection.execute(QUERY):
            session, environment, resident, candidate, side, cell, block, repetition, times, slices, warm_up = row
            told = known.get(session)
            if known and not told:
                continue  # It was not brought to its end.
            planted = told and told.get("kind")
            pair = f"{resident}, {planted.replace('-', ' ')}" if planted else f"{resident} → {candidate}"
            groups[session] = (pair, condition(told) if told else environment)
            warm_ups[session] = warm_up * 1e6
            parts = [Slice(*part) for part in json.loads(slices)] if slices else []
            requests[session, cell, block][side, repetition] = Request(token_times(times), parts)
    rounds = collections.defaultdict(lambda: collections.defaultdict(list))
    for (session, cell, block), found in requests.items():
        sliced, whole = ([found.get((side, repetition)) for side in ("resident", "candidate")] for repetition in (0, 1))
        if None in sliced or None in whole or not all(request.slices for request in sliced):
            continue
        if made := make_round(block, sliced, whole, warm_ups[session]):
            rounds[*groups[session], cell][str(database), session, cell].append(made)
    return rounds


def deviation(sessions, value):
    """Of rounds from their session's mean."""
    squares = count = 0
    for rounds in sessions:
        values = [value(one) for one in rounds]
        if len(values) > 1:
            mean = statistics.fmean(values)
            squares += sum((one - mean) ** 2 for one in values)
            count += len(values) - 1
    return math.sqrt(squares / count) if count else math.nan


def redrawn(sessions, generator):
    """The rounds of each session and cell in a draw with replacement of the session's rounds; `sessions` has the numbers of
    these, and the rounds of each cell by their numbers."""
    drawn = []
    for numbers, cells in sessions:
        chosen = generator.choices(numbers, k=len(numbers))
        drawn += [[rounds[number] for number in chosen if number in rounds] for rounds in cells]
    return [rounds for rounds in drawn if rounds]


def bootstrap(by_session, statistic, draws):
    cells_of = collections.defaultdict(list)
    for (database, session, _), rounds in by_session.items():
        cells_of[database, session].append({one.number: one for one in rounds})
    sessions = [(sorted(set().union(*cells)), cells) for cells in cells_of.values()]
    generator = random.Random(1)
    values = sorted(statistic(redrawn(sessions, generator)) for _ in range(draws))
    values = [value for value in values if not math.isnan(value)] or [math.nan]
    return values[int(0.025 * len(values))], values[min(int(0.975 * len(values)), len(values) - 1)]


def number_of_rounds(by_session):
    return len({(database, session, one.number) for (database, session, _), rounds in by_session.items() for one in rounds})


def mean(sessions, value):
    return statistics.fmean(value(one) for rounds in sessions for one in rounds)


def percent(log_value):
    return "not known" if math.isnan(log_value) else f"{100 * math.expm1(log_value):+.2f}"


def ratio_of_deviations(way):
    def ratio(sessions):
        whole = deviation(sessions, lambda one: one.whole)
        return deviation(sessions, lambda one: one.sliced[way]) / whole if whole else math.nan
    return ratio


def effects_row(name, by_session, draws):
    sessions = list(by_session.values())

    def difference(chosen):
        return mean(chosen, lambda one: one.sliced["median"] - one.whole)

    low, high = bootstrap(by_session, difference, draws)
    ways = ("median", "sums", "trimmed", "later tokens")
    own = [mean(sessions, lambda one, way=way: one.sliced[way]) for way in ways]
    whole = mean(sessions, lambda one: one.whole)
    return [*name, len({key[:2] for key in by_session}), number_of_rounds(by_session), percent(whole), *map(percent, own),
            f"{percent(difference(sessions))} [{percent(low)}, {percent(high)}]",
            "shown" if -SAME < low and high < SAME else "open"]


def noise_row(name, by_session, draws):
    sessions = list(by_session.values())
    whole = deviation(sessions, lambda one: one.whole)
    own = [deviation(sessions, lambda one, way=way: one.sliced[way]) for way in ("median", "sums", "trimmed")]
    low, high = bootstrap(by_session, ratio_of_deviations("median"), draws)
    rounds = [one for chosen in sessions for one in chosen]
    costs = [cost for one in rounds for cost in one.first_token_costs]
    preempted = [flag for one in rounds for flag in one.preempted]
    return [*name, *(f"{100 * value:.2f}" for value in (whole, *own)),
            f"{ratio_of_deviations('median')(sessions):.2f} [{low:.2f}, {high:.2f}]",
            f"× {statistics.median(costs):.3f}" if costs else "not known",
            f"{100 * statistics.fmean(preempted):.1f} %" if preempted else "not known"]


def print_table(columns, rows, texts=3):
    print("| " + " | ".join(columns) + " |")
    print("|" + " --- |" * texts + " ---: |" * (len(columns) - texts))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


def joined(rounds):
    """The same with a row for all cells of models that have several; each cell of a session keeps its own mean."""
    cells = collections.Counter(name[:2] for name in rounds)
    for (*models, cell), sessions in sorted(rounds.items()):
        if cells[*models] > 1:
            rounds.setdefault((*models, ALL_CELLS), {}).update(sessions)
    return rounds


def report(databases, draws):
    """Prints both tables; returns whether there was anything to print."""
    rounds = collections.defaultdict(dict)
    for database in databases:
        for group, sessions in read(database).items():
            rounds[group].update(sessions)
    groups = sorted(joined(rounds).items())
    if not groups:
        return False
    print("Effect: how much faster the candidate is, in per cent\n")
    print_table(
        ("models", "condition", "cell", "sessions", "rounds", "whole requests", "slices: median", "ratio of sums",
         "trimmed mean", "median without first tokens", "median − whole requests", "the same within 1 %"),
        [effects_row(name, sessions, draws) for name, sessions in groups])
    print("\nStandard deviation of a round's log-ratio, in per cent, for one request of each model\n")
    print_table(
        ("models", "condition", "cell", "whole requests", "slices: median", "ratio of sums", "trimmed mean",
         "median ÷ whole requests", "first token of a slice", "preempted slices"),
        [noise_row(name, sessions, draws) for name, sessions in groups])
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", type=pathlib.Path, nargs="+", metavar="DATABASE")
    parser.add_argument("--draws", type=int, default=1000, help="of the bootstrap (default: 1000)")
    options = parser.parse_args()
    if not report(options.databases, options.draws):
        parser.exit(1, "no round with whole requests and slices of both models was found\n")


if __name__ == "__main__":
    main()
