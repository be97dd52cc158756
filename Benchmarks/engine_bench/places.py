"""Where everything is. All that the benchmark makes is in `state` and `environment`, which git ignores."""

import dataclasses
import pathlib

from engine_bench.processes import BenchmarkError


@dataclasses.dataclass(frozen=True)
class Places:
    root: pathlib.Path
    state: pathlib.Path
    resident: pathlib.Path
    # Python's virtual environment with the opponents' libraries.
    environment: pathlib.Path

    @property
    def sources(self) -> pathlib.Path:
        return self.root / "Benchmarks"

    @property
    def weights(self) -> pathlib.Path:
        return self.state / "downloads" / "SmolLM2-135M-Instruct.Q4_1.gguf"

    @property
    def models(self) -> pathlib.Path:
        return self.state / "models"

    @property
    def cache(self) -> pathlib.Path:
        return self.state / "benchmarks"

    @property
    def python(self) -> pathlib.Path:
        return self.environment / "bin" / "python"

    def require_resident(self) -> None:
        if not self.resident.is_file():
            raise BenchmarkError(f"{self.resident} is missing; build it with `make build`")
