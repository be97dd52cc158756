"""Copies a database with every name and message as hostile as a worker or a model folder can make it."""
import json
import pathlib
import shutil
import sqlite3

NAME = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'\"&\u202e\u2066`|" + "x" * 10_000
TEXT = "</script><script>document.title='owned'</script>\n" + ("<b>" + "y" * 10_000 + "\n") * 3


def hostile(value, path=()):
    if isinstance(value, dict):
        return {name: hostile(member, path + (name,)) for name, member in value.items()}
    if isinstance(value, list):
        return [hostile(element, path) for element in value]
    if path[-1:] == ("model",):
        return f"{value}{NAME}"
    if path[-1:] in (("reason",), ("message",), ("role",), ("chip",), ("standing",)) or path[-2:] == ("envelope", "id"):
        return TEXT + NAME
    return value


def copy(source: pathlib.Path, target: pathlib.Path) -> None:
    shutil.copy(source, target)
    database = sqlite3.connect(target)
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    for number, document in database.execute("SELECT id, document FROM verdicts").fetchall():
        changed = json.dumps(hostile(json.loads(document)))
        database.execute("UPDATE verdicts SET document = ?, outcome = ? WHERE id = ?", (changed, NAME, number))
    database.execute("UPDATE voids SET reason = ?", (TEXT,))
    session = database.execute("SELECT max(number) FROM sessions").fetchone()[0]
    # One without a verdict.
    database.execute(
        "INSERT INTO sessions (uuid, started_at_s, envelope_id, envelope_hash, role, resident, candidate, order_seed,"
        " environment, host, resident_version, state) SELECT 'hostile', started_at_s, ?, envelope_hash, ?, ?, ?,"
        " order_seed, environment, host, resident_version, 'interrupted' FROM sessions WHERE number = ?",
        (NAME, NAME, NAME, NAME, session))
    database.commit()
    database.close()
