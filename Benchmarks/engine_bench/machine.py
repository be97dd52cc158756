"""The machine: what it is, and how busy other programs kept it."""

import ctypes
import ctypes.util
import dataclasses
import os
import pathlib
import platform
import re
import resource
import time

# The average number of cores that other programs may keep busy before a row is `under-load`.
QUIET_CORES = 0.1


def processor_name() -> str:
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = re.findall(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return names[0] if names else platform.machine()


def last_level_cache_bytes() -> int | None:
    """The largest cache that one core can use, or None if the system does not report it."""
    sizes = []
    for path in pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        match = re.fullmatch(r"(\d+)([KM])", path.read_text().strip())
        if match:
            sizes.append(int(match[1]) << {"K": 10, "M": 20}[match[2]])
    if sizes:
        return max(sizes)
    return sysctl("hw.perflevel0.l2cachesize") or sysctl("hw.l3cachesize") or sysctl("hw.l2cachesize")


def sysctl(name: str) -> int | None:
    """An integer that macOS knows by name; None elsewhere."""
    if platform.system() != "Darwin":
        return None
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    value, size = ctypes.c_uint64(0), ctypes.c_size_t(8)
    found = library.sysctlbyname(name.encode(), ctypes.byref(value), ctypes.byref(size), None, 0) == 0
    return value.value or None if found else None


@dataclasses.dataclass(frozen=True)
class BusyClock:
    """CPU time since some start, in seconds: of the whole machine, and of this process with its ended children."""

    wall: float
    machine: float | None
    own: float

    @classmethod
    def now(cls) -> "BusyClock":
        own = sum(
            usage.ru_utime + usage.ru_stime
            for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        )
        return cls(time.monotonic(), machine_busy_seconds(), own)


def machine_busy_seconds() -> float | None:
    """Counts time stolen by a hypervisor as busy. None if /proc/stat is missing."""
    try:
        fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _, _, interrupt, soft_interrupt, steal = map(int, fields[:8])
    return (user + nice + system + interrupt + soft_interrupt + steal) / os.sysconf("SC_CLK_TCK")


def foreign_cores(since: BusyClock) -> float | None:
    """How many cores other programs have kept busy since then, on average."""
    now = BusyClock.now()
    if now.machine is None or since.machine is None or now.wall <= since.wall:
        return None
    return max(0.0, (now.machine - since.machine) - (now.own - since.own)) / (now.wall - since.wall)


def environment_class(foreign: float | None) -> str:
    if foreign is None:
        return "unknown"
    return "isolated" if foreign <= QUIET_CORES else "under-load"
