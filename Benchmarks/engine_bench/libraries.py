"""The opponents' libraries, and their installation in a separate environment."""

import dataclasses
import os
import pathlib
import shutil
import sys

from engine_bench.places import Places
from engine_bench.processes import BenchmarkError, run


@dataclasses.dataclass(frozen=True)
class Library:
    """A llama.cpp that pip installs. `script` runs it in a separate process."""

    package: str
    version: str
    script: str
    # Whether the script can write logits.
    gives_logits: bool = True
    # Flags for CMake if it is compiled here, for this processor.
    cmake_arguments: str | None = None

    @property
    def label(self) -> str:
        return f"{self.package} {self.version}" + (" (built here)" if self.cmake_arguments else "")


WHEELS = (
    Library("cyllama", "0.2.18", "cyllama_opponent.py"),
    Library("xllamacpp", "2026.10.11549", "xllamacpp_opponent.py", gives_logits=False),
)
# Writes GGUF files, and brings numpy.
WRITER = ("gguf", "0.19.0")
SOURCE_BUILD = Library(
    "llama-cpp-python",
    "0.3.36",
    "llama_cpp_python_opponent.py",
    cmake_arguments="-DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DMTMD_BUILD=OFF -DLLAVA_BUILD=OFF",
)


def install(places: Places, with_source_build: bool) -> list[Library]:
    """The libraries that can be used, after installing what is missing.

    A library that does not install on this machine is left out with a note. One that was built earlier is used in any case.

    Raises BenchmarkError if none is left.
    """
    make_environment(places)
    installed = versions(places)
    available = []
    for library in (*WHEELS, SOURCE_BUILD):
        present = installed.get(library.package) == library.version
        if not present and library.cmake_arguments is not None and not with_source_build:
            note(f"without {library.label}: --source-build compiles it, which takes minutes")
            continue
        try:
            if not present:
                install_one(places, library)
            available.append(library)
        except BenchmarkError as error:
            note(f"without {library.label}: {error}")
    if not available:
        raise BenchmarkError("no llama.cpp could be installed, so nothing can be compared; see the notes above")
    return available


def make_environment(places: Places) -> None:
    if not places.python.is_file():
        note(f"making {places.environment.name}")
        run([sys.executable, "-m", "venv", places.environment])
        (places.environment / ".gitignore").write_text("*\n")


def install_writer(places: Places) -> None:
    package, version = WRITER
    if versions(places).get(package) != version:
        note(f"installing {package} {version}")
        run([*pip_install(places), "--only-binary", ":all:", f"{package}=={version}"])


def install_one(places: Places, library: Library) -> None:
    note(f"installing {library.label}" + (" from source: some minutes" if library.cmake_arguments else ""))
    command = pip_install(places)
    environment = dict(os.environ)
    if library.cmake_arguments is None:
        command += ["--only-binary", ":all:"]
    else:
        # Other people's wheels of the same version are not built for this processor.
        command += ["--no-binary", library.package, "--no-cache-dir"]
        environment["CMAKE_ARGS"] = " ".join([library.cmake_arguments, *compiler_arguments()])
        environment.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
    run([*command, f"{library.package}=={library.version}"], environment=environment)


def compiler_arguments() -> list[str]:
    """For CMake, on processors with AMX: GCC 12 configures tiles wrongly, and the first one that is loaded ends the process
    with an illegal instruction. The clang beside Swift does not."""
    try:
        has_tiles = "amx_tile" in pathlib.Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return []
    swift = shutil.which("swift")
    if not has_tiles or swift is None:
        return []
    clang = pathlib.Path(swift).resolve().parent / "clang"
    return [f"-DCMAKE_C_COMPILER={clang}", f"-DCMAKE_CXX_COMPILER={clang}++"]


def pip_install(places: Places) -> list[object]:
    return [places.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def versions(places: Places) -> dict[str, str]:
    listing = run([places.python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"])
    pairs = (line.partition("==") for line in listing.splitlines())
    return {name.replace("_", "-").lower(): version for name, _, version in pairs}


def script(places: Places, library: Library) -> pathlib.Path:
    return places.sources / "opponents" / library.script


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
