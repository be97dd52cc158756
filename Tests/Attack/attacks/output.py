"""What terminals, logs and units of systemd would obey."""

import json
import shutil
import sqlite3

from fault_injection.workbench import Workbench

from .listing import attack, expect

HOSTILE = "\x1b]0;owned\x07\x1b[2J\n::error::owned\n  ::set-output name=x::y\n##[command]z\u202e"


def clean(text: str, place: str) -> None:
    for character in "\x1b\x07\x9b\u202e\r":
        expect(character not in text, f"{place} prints {character!r}")
    for line in text.splitlines():
        expect(not line.lstrip().startswith("::"), f"{place} prints a workflow command: {line[:80]!r}")
        expect("##[" not in line, f"{place} prints a command of a log: {line[:80]!r}")


@attack("escape sequences and workflow commands in names, templates, messages and a database")
def printed(program, models):
    with Workbench(program, models.folder) as bench:
        result = bench.run(*bench.compare_arguments())
        expect(result.returncode == 0, result.stderr[-300:])
        connection = sqlite3.connect(bench.database)
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE sessions SET candidate = ?", [HOSTILE])
        connection.execute("UPDATE hosts SET chip = ?", [HOSTILE])
        connection.commit()
        connection.close()
        (bench.folder / "registry.json").write_text(json.dumps({"models": {"default": HOSTILE, HOSTILE: "x"}}))
        folder = bench.folder / "model"
        shutil.copytree(models.folder / "resident", folder)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"architectures": [HOSTILE]}))
        (folder / "chat_template.jinja").write_text("{{ raise_exception('" + HOSTILE.replace("\n", "\\n") + "') }}")
        for arguments in (
            ["sessions"], ["show", "1"], ["explain", "1"], ["query", "SELECT candidate, host FROM sessions"],
            ["query", "SELECT chip FROM hosts"], ["registry", "show"], ["registry", "resolve", "default"],
            ["models", "inspect", str(folder)], ["models", "inspect", HOSTILE], [HOSTILE],
            ["compare", HOSTILE, "--role", HOSTILE], ["engine", "generate", "--model", str(folder), "--prompt", "x"],
        ):
            result = bench.run(*arguments)
            clean(result.stdout, " ".join(arguments)[:40])
            clean(result.stderr, " ".join(arguments)[:40])
            expect(result.returncode >= 0, f"{arguments[0]} ended by signal {-result.returncode}")
    return "12 commands"


@attack("control characters in the paths of `nightly install`")
def installed(program, models):
    with Workbench(program, models.folder) as bench:
        for text in ("a\nExecStart=/bin/x", "a\x1b[2J", "a\tb", "a\x7f"):
            plan = bench.folder / text.replace("/", "_")
            plan.write_text("{}")
            result = bench.run("nightly", "install", str(plan), "--at", "02:00")
            expect(result.returncode == 2, f"{text!r}: exit code {result.returncode}: {result.stdout[:200]}")
            clean(result.stderr, "nightly install")
    return "refused"
