"""The verdict of an undisturbed run that measured the same samples."""

import json
import sqlite3

# The members of a verdict that describe how it came about, not what was scored.
HISTORY = ("session", "sessions", "voids", "blocks", "wall_seconds", "successes", "highest_load_average")


def difference_from_twin(bench) -> str | None:
    """Judges a copy of the database without any trace of the interruption: the runs of restarted workers are joined, and
    void blocks are replaced by those measured in their place. Returns what differs in the verdict, or None."""
    disturbed = _judge(bench, bench.database)
    twin = bench.folder / "twin.sqlite"
    twin.unlink(missing_ok=True)
    _make_twin(bench.database, twin)
    return _difference("verdict", disturbed, _judge(bench, twin))


def _difference(path: str, disturbed, calm) -> str | None:
    """The first place at which two JSON values differ, or None."""
    if isinstance(disturbed, dict) and isinstance(calm, dict):
        keys = [key for key in disturbed.keys() | calm.keys() if key not in HISTORY]
        pairs = [(f"{path}.{key}", disturbed.get(key), calm.get(key)) for key in sorted(keys)]
    elif isinstance(disturbed, list) and isinstance(calm, list) and len(disturbed) == len(calm):
        pairs = [(f"{path}[{index}]", *pair) for index, pair in enumerate(zip(disturbed, calm))]
    else:
        return None if disturbed == calm else f"{path} is {disturbed}, its undisturbed twin's {calm}"
    return next((found for pair in pairs if (found := _difference(*pair))), None)


def _judge(bench, database) -> dict:
    result = bench.run(
        "promote", "--comparison", "1", "--role", "default", "--dry-run", "--json", "--db", str(database))
    assert result.returncode in (0, 10, 11, 12), f"the comparison is not judged: {result.stderr}"
    return json.loads(result.stdout)["verdict"]


def _make_twin(database, twin) -> None:
    source = sqlite3.connect(database)
    connection = sqlite3.connect(twin)
    source.backup(connection)
    source.close()
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(
        "UPDATE samples SET run = (SELECT min(twin.number) FROM runs JOIN runs twin ON twin.session = runs.session"
        " AND twin.side = runs.side WHERE runs.number = samples.run)")
    # A worker that was killed while it loaded told less of its conditions than one that was left alone.
    connection.execute(
        "UPDATE runs SET conditions = (SELECT later.conditions FROM runs later WHERE later.session = runs.session"
        " AND later.side = runs.side AND later.conditions IS NOT NULL ORDER BY later.number DESC LIMIT 1)")
    connection.execute("DELETE FROM runs WHERE number NOT IN (SELECT run FROM samples)")
    voids = connection.execute(
        "SELECT cell, block FROM voids WHERE reason LIKE 'interrupted%' OR reason LIKE '%worker%' ORDER BY block DESC"
    ).fetchall()
    # A side's peak memory counts for all its samples, whenever it was seen.
    connection.execute(
        "UPDATE samples SET peak_memory_bytes = (SELECT max(peak_memory_bytes) FROM samples peer"
        " WHERE peer.run = samples.run)")
    for cell, block in voids:
        connection.execute("DELETE FROM samples WHERE cell = ? AND block = ?", (cell, block))
        connection.execute("DELETE FROM voids WHERE cell = ? AND block = ?", (cell, block))
        # Later blocks move up in their order, on which sums of floating-point numbers depend.
        for table in ("samples", "voids"):
            later = connection.execute(
                f"SELECT DISTINCT block FROM {table} WHERE cell = ? AND block > ? ORDER BY block", (cell, block))
            for (number,) in later.fetchall():
                connection.execute(
                    f"UPDATE {table} SET block = block - 1 WHERE cell = ? AND block = ?", (cell, number))
    connection.commit()
    connection.close()
