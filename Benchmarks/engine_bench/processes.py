"""Child processes: one way to run them, one way to fail."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence


class BenchmarkError(Exception):
    """An error that the user can act on. The text says what is wrong, where, and what to do."""


def run(command: Sequence[object], cwd: pathlib.Path | None = None, environment: dict[str, str] | None = None) -> str:
    """Standard output of the command.

    Raises BenchmarkError, with the last lines of standard error, if it cannot start or does not exit with 0.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=cwd, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise BenchmarkError(f"cannot start {words[0]}: {error.strerror}") from None
    if done.returncode != 0:
        raise failure(words, done.returncode, done.stderr or done.stdout)
    return done.stdout


def seconds_to_first_output(command: Sequence[object]) -> tuple[float, str]:
    """Time from just before the process is created to its first byte on standard output, and all of that output."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile(mode="w+", errors="replace") as errors:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors)
        except OSError as error:
            raise BenchmarkError(f"cannot start {words[0]}: {error.strerror}") from None
        with process:
            assert process.stdout is not None
            first = os.read(process.stdout.fileno(), 1 << 16)
            elapsed = time.perf_counter() - start
            rest = process.stdout.read()
        if process.returncode != 0 or not first:
            errors.seek(0)
            raise failure(words, process.returncode, errors.read() or "no output")
    return elapsed, (first + rest).decode(errors="replace")


def peak_memory(command: Sequence[object]) -> tuple[int, str]:
    """The largest resident set of the process in bytes, as the operating system counted it, and its standard output."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile(mode="w+") as output, tempfile.TemporaryFile(mode="w+") as errors:
        try:
            process = subprocess.Popen(words, stdout=output, stderr=errors)
        except OSError as error:
            raise BenchmarkError(f"cannot start {words[0]}: {error.strerror}") from None
        _, status, usage = os.wait4(process.pid, 0)
        # Popen must not wait for a process that is gone.
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise failure(words, process.returncode, errors.read())
        unit = 1 if sys.platform == "darwin" else 1024
        return usage.ru_maxrss * unit, output.read()


def failure(words: list[str], status: int, errors: str) -> BenchmarkError:
    end = f"signal {-status}" if status < 0 else f"exit code {status}"
    lines = "\n".join("  " + line for line in errors.strip().splitlines()[-8:])
    return BenchmarkError(f"{' '.join(words)}\nended with {end}:\n{lines}")
