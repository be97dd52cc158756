#!/usr/bin/env python3
"""What else a machine does during a measurement: loads that are started for it, and how much of it others took.

usage: machine_load.py spin | compile

Without importing it: keeps one processor busy with computing, or with compiling the project's kernels, until it is ended.
"""

import contextlib
import ctypes
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What runs beside a measurement under each condition.
CONDITIONS = {
    "quiet": [], "beside one busy process": ["spin"], "beside two busy processes": ["spin"] * 2,
    "beside a compile": ["compile"],
}
WITH_OTHERS = "with other programs"
# How many processors others may take on average under one of CONDITIONS.
MOST_OTHERS = 0.25
# The Arm kernels need headers of another processor.
SOURCES = [file for file in sorted((ROOT / "Sources/CKernels").glob("*.c")) if file.name != "neon.c"]
SECONDS_TO_START = 0.5


def end_with_parent(number=signal.SIGTERM):
    """For `preexec_fn`: on Linux the process gets that signal when the one that starts it ends, even by SIGKILL."""
    if not sys.platform.startswith("linux"):
        return None
    library, set_parent_death_signal = ctypes.CDLL(None), 1
    return lambda: library.prctl(set_parent_death_signal, number)


@contextlib.contextmanager
def running(condition):
    """Runs the processes of one of CONDITIONS."""
    processes = [
        subprocess.Popen([sys.executable, __file__, kind], preexec_fn=end_with_parent(), stdin=subprocess.DEVNULL)
        for kind in CONDITIONS[condition]]
    try:
        if processes:
            time.sleep(SECONDS_TO_START)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


class Usage:
    """What took processors between its making and `read`, beside this process and the children that it waited for."""

    def __init__(self):
        self.begin = self.now()
        self.load_average = os.getloadavg()[0]

    @staticmethod
    def now():
        """Seconds by the clock, of all processes, of own ones, and stolen by the hypervisor."""
        own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        everything = stolen = None
        with contextlib.suppress(OSError):
            fields = pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]
            user, nice, system, _, _, interrupt, soft, stolen = (
                int(field) / os.sysconf("SC_CLK_TCK") for field in fields[:8])
            everything = user + nice + system + interrupt + soft
        return time.monotonic(), everything, own, stolen

    def read(self):
        """Load averages, and how many processors others took on average; None where the system does not say."""
        (start, all_before, own_before, stolen_before), (end, everything, own, stolen) = self.begin, self.now()
        seconds = max(end - start, 1e-9)
        others = None if everything is None else max(everything - all_before - (own - own_before), 0) / seconds
        return {
            "load_average": [round(self.load_average, 2), round(os.getloadavg()[0], 2)],
            "other_processors": None if others is None else round(others, 3),
            "stolen_processors": None if stolen is None else round((stolen - stolen_before) / seconds, 3),
        }


def others(row):
    """How many processors others took during a measurement whose `Usage` is the row's load; None if that is not known."""
    return (row.get("load") or {}).get("other_processors")


def condition(row):
    """What a measurement really ran under: its condition, unless other programs ran as well."""
    return WITH_OTHERS if (others(row) or 0) > MOST_OTHERS else row["condition"]


def compile_forever():
    # The clang that comes with Swift, since the kernels use builtins that others lack.
    beside_swift = pathlib.Path(shutil.which("swift") or "").resolve().parent / "clang"
    compiler, include = beside_swift if beside_swift.is_file() else "clang", ROOT / "Sources/CKernels/include"
    while True:
        for file in SOURCES:
            command = [compiler, "-std=gnu11", "-O2", "-I", include, "-c", "-o", os.devnull, file]
            subprocess.run(command, check=True, preexec_fn=end_with_parent(signal.SIGKILL))


def main():
    if sys.argv[1:] == ["compile"]:
        # So that the compiler is waited for, and its time counts as this load's.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            compile_forever()
    elif sys.argv[1:] == ["spin"]:
        while True:
            pass
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
