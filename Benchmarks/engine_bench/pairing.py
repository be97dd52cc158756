"""Measures a row: scouts for the fastest opponent, then measures against it in alternation."""

from engine_bench.libraries import note
from engine_bench.machine import BusyClock, foreign_cores
from engine_bench.processes import BenchmarkError
from engine_bench.rows import Better, Contender, Effort, Pair, Result, Row

SCOUTING = Effort(warmups=0, repetitions=1)
# Opponents this close to the fastest in the first round of scouting are measured again.
CLOSE = 1.25


def measure(row: Row, pair_count: int, scouting_rounds: int) -> Result:
    """Raises BenchmarkError if our engine fails, or every opponent."""
    note(row.name)
    clock = BusyClock.now()
    ours = row.ours()
    opponent, scouting = scout(row, scouting_rounds)
    effort = Effort(warmups=1, repetitions=row.repetitions)
    pairs = []
    for index in range(pair_count):
        pair = meet(ours, opponent, effort, ours_first=index % 2 == 0)
        pairs.append(pair)
        note(f"  pair {index + 1} of {pair_count}: ratio {pair.ratio:.3f}")
    return Result(row, ours.name, opponent.name, pairs, scouting, foreign_cores(clock))


def meet(ours: Contender, opponent: Contender, effort: Effort, ours_first: bool) -> Pair:
    """Measures one pair. Which goes first alternates, so that a drift of the machine favours neither."""
    if ours_first:
        own = ours.measure(effort)
        return Pair(True, own, opponent.measure(effort))
    other = opponent.measure(effort)
    return Pair(False, ours.measure(effort), other)


def scout(row: Row, rounds: int) -> tuple[Contender, dict[str, list[float]]]:
    """The opponent with the best single figure, and all figures by name. These figures are not used otherwise."""
    contenders = row.opponents()
    if len(contenders) == 1:
        return contenders[0], {}
    figures: dict[str, list[float]] = {}
    for round_index in range(rounds):
        for contender in contenders:
            if round_index > 0 and not is_close(row, contender, figures):
                continue
            try:
                figures.setdefault(contender.name, []).extend(contender.measure(SCOUTING))
                note(f"  scouting: {contender.name}: {figures[contender.name][-1]:.1f} {row.unit}")
            except BenchmarkError as error:
                note(f"  without {contender.name}: {error}")
                figures.pop(contender.name, None)
        contenders = [contender for contender in contenders if contender.name in figures]
        if not contenders:
            raise BenchmarkError(f'no opponent could be measured in the row "{row.name}"; see the notes above')
    choose = max if row.better is Better.HIGHER else min
    return choose(contenders, key=lambda contender: choose(figures[contender.name])), figures


def is_close(row: Row, contender: Contender, figures: dict[str, list[float]]) -> bool:
    first = {name: values[0] for name, values in figures.items()}
    if row.better is Better.HIGHER:
        return first[contender.name] * CLOSE >= max(first.values())
    return first[contender.name] <= min(first.values()) * CLOSE
