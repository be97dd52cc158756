"""The machine's read bandwidth, measured by a C program that is compiled here."""

import dataclasses
import pathlib
import shutil

from engine_bench.places import Places
from engine_bench.processes import BenchmarkError, run

BUFFER_MEBIBYTES = 1024
PASSES = 10
COMPILERS = ("cc", "clang", "gcc")


@dataclasses.dataclass(frozen=True)
class Bandwidth:
    program: pathlib.Path

    @classmethod
    def compile(cls, places: Places) -> "Bandwidth":
        """Raises BenchmarkError without a C compiler."""
        compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
        if compiler is None:
            raise BenchmarkError(f"no C compiler ({', '.join(COMPILERS)}) to build the measure of read bandwidth")
        source, program = places.sources / "read_bandwidth.c", places.cache / "read_bandwidth"
        if not program.is_file() or program.stat().st_mtime < source.stat().st_mtime:
            places.cache.mkdir(parents=True, exist_ok=True)
            run([compiler, "-O3", "-march=native", "-pthread", source, "-o", program])
        return cls(program)

    def bytes_per_second(self, threads: int) -> float:
        """The rate of the best pass."""
        return float(run([self.program, threads, BUFFER_MEBIBYTES, PASSES]))
