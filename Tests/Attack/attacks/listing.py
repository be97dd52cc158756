"""The list of attacks, and what all of them look at."""

import subprocess

ATTACKS = {}
LONG = set()


class NotDone(Exception):
    """The machine lacks what the attack needs."""


def attack(name: str, is_long: bool = False):
    def add(function):
        ATTACKS[name] = function
        if is_long:
            LONG.add(name)
        return function
    return add


def expect(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def expect_error(result: subprocess.CompletedProcess, part: str = "", status: int = 2) -> str:
    """One line for people with the reason, and that exit code: no signal, no trace, no silence."""
    text = result.stderr.strip()
    expect(result.returncode == status, f"exit code {result.returncode}: {text[-300:]}")
    expect(text, "nothing was said")
    expect("Fatal error" not in text, f"a trap: {text[:300]}")
    expect(part in text, f"{part!r} is not in: {text[:300]}")
    return text.splitlines()[-1][:160]
