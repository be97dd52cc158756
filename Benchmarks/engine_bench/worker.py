"""Our engine as a worker process, asked over the line protocol (docs/worker-protocol.md)."""

import json
import subprocess
from types import TracebackType
from typing import Any, Self

from engine_bench.places import Places
from engine_bench.processes import BenchmarkError


class Worker:
    """Use it as a context manager: the process ends with it."""

    def __init__(self, places: Places) -> None:
        command = [str(places.resident), "worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.requests = 0
        self.peak_memory_bytes = 0
        self.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def ask(self, operation: str, **members: object) -> dict[str, Any]:
        """Raises BenchmarkError if the worker refuses or has died."""
        self.requests += 1
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": self.requests, "op": operation, **members}) + "\n")
        self.process.stdin.flush()
        answer = self.read()
        if "result" not in answer:
            raise BenchmarkError(f"the worker refused {operation}: {answer.get('error')}")
        self.peak_memory_bytes = answer["peak_memory_bytes"]
        result: dict[str, Any] = answer["result"]
        return result

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise BenchmarkError("the worker ended before it answered; its own message is above")
        message: dict[str, Any] = json.loads(line)
        return message
