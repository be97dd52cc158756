"""The vocabulary of the benchmark: a row, its contenders, and their results."""

import dataclasses
import enum
import statistics
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Effort:
    """What one process does: repetitions that count, after warm-ups that do not."""

    warmups: int
    repetitions: int


# Measures once in a new process and returns one figure per repetition, in the row's unit.
Measure = Callable[[Effort], list[float]]


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    measure: Measure


class Better(enum.Enum):
    HIGHER = "higher"
    LOWER = "lower"


@dataclasses.dataclass(frozen=True)
class Goal:
    """Ratios ours ÷ opponent."""

    must_reach: float
    aim_for: float


@dataclasses.dataclass(frozen=True)
class Row:
    """`ours` and `opponents` are called only when the row is measured: they make what is missing."""

    name: str
    unit: str
    better: Better
    goal: Goal
    repetitions: int
    # What --only knows it by.
    model: str
    ours: Callable[[], Contender]
    opponents: Callable[[], list[Contender]]
    # Whether it is measured without being named.
    is_default: bool = True
    # Whether other programs' load changes the figure.
    is_timed: bool = True


@dataclasses.dataclass(frozen=True)
class Pair:
    """The repetitions of both, measured one after the other."""

    ours_first: bool
    ours: list[float]
    opponent: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours) / statistics.median(self.opponent)


@dataclasses.dataclass(frozen=True)
class Result:
    row: Row
    ours_name: str
    opponent_name: str
    pairs: list[Pair]
    scouting: dict[str, list[float]]
    foreign_cores: float | None

    @property
    def ours(self) -> float:
        return statistics.median(statistics.median(pair.ours) for pair in self.pairs)

    @property
    def opponent(self) -> float:
        return statistics.median(statistics.median(pair.opponent) for pair in self.pairs)

    @property
    def ratios(self) -> list[float]:
        return [pair.ratio for pair in self.pairs]

    @property
    def reaches_goal(self) -> bool:
        median, limit = statistics.median(self.ratios), self.row.goal.must_reach
        return median >= limit if self.row.better is Better.HIGHER else median <= limit
