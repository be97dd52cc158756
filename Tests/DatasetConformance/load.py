"""Exports a simulated database and loads it with datasets, pyarrow, duckdb and pandas.

All of them must find the row counts of the database, and the columns and types of the dataset's JSON Schemas. A dataset
whose older shards lack a column must load as well.

usage: load.py RESIDENT_PROGRAM DUCKDB_PROGRAM
"""
import glob
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

ARROW = {"string": "string", "integer": "int64", "number": "double", "boolean": "bool"}


def expected_types(schema):
    types = {}
    for name, definition in schema["properties"].items():
        kinds = definition["type"] if isinstance(definition["type"], list) else [definition["type"]]
        kind = next(kind for kind in kinds if kind != "null")
        if kind == "array":
            items = definition["items"]
            types[name] = f"list<{ARROW[items['type'] if 'type' in items else 'number']}>"
        else:
            types[name] = ARROW[kind]
    return types


def arrow_types(schema):
    types = {}
    for field in schema:
        text = str(field.type).replace("large_", "")
        types[field.name] = f"list<{field.type.value_type}>" if text.startswith("list<") else text
    return types


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found}, expected {expected}")


def check_older_shards(program, engine, folder):
    """Adds the database to the project's own dataset, which is from before slices, and loads both as one."""
    import datasets

    results = f"{folder}/older"
    shutil.copytree(pathlib.Path(__file__).parents[2] / "results", results)
    older = datasets.load_dataset(results, "samples", split="train").num_rows
    subprocess.run([program, "export", "--db", f"{folder}/resident.sqlite", "--out", results, "--duckdb", engine],
                   check=True, stdout=subprocess.DEVNULL)
    added = sqlite3.connect(f"{folder}/resident.sqlite").execute("SELECT count(*) FROM samples").fetchone()[0]
    for table in ("samples", "runs", "sessions", "measurements"):
        schema = json.loads(pathlib.Path(f"{results}/schemas/{table}.schema.json").read_text())
        loaded = datasets.load_dataset(results, table, split="train")
        check(f"datasets' types of {table} beside older shards", arrow_types(loaded.features.arrow_schema),
              expected_types(schema))
        if table == "samples":
            check("rows of samples beside older shards", loaded.num_rows, older + added)
    print(f"samples: {older} rows of older shards load beside {added} of new ones")
    subprocess.run([program, "export", "--db", f"{folder}/resident.sqlite", "--out", results, "--duckdb", engine, "--compact"],
                   check=True, stdout=subprocess.DEVNULL)
    check("shards of samples that the card lists", pathlib.Path(f"{results}/README.md").read_text().count("    - samples/"), 1)
    loaded = datasets.load_dataset(results, "samples", split="train")
    check("rows of samples merged with older shards", loaded.num_rows, older + added)


def check_compacted(program, engine, folder):
    """Compacts batches, beside which the old shards stay, and loads the dataset by its card."""
    import datasets

    results = f"{folder}/compacted"
    tables = ("measurements", "samples", "verdicts", "sessions", "runs", "envelopes")
    generator = pathlib.Path(__file__).parents[2] / "Benchmarks/measurement_database.py"
    # A batch for every third comparison, as nights add them: the generator's first comparisons are always the same.
    for count in (1, 4, 7):
        subprocess.run([sys.executable, generator, program, f"{folder}/first-{count}", "--comparisons", str(count),
                        "--samples", str(1000 * count)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "export", "--db", f"{folder}/first-{count}/resident.sqlite", "--out", results,
                        "--duckdb", engine], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "export", "--db", f"{folder}/resident.sqlite", "--out", results, "--duckdb", engine],
                   check=True, stdout=subprocess.DEVNULL)
    rows = {table: datasets.load_dataset(results, table, split="train").num_rows for table in tables}
    report = subprocess.run(
        [program, "export", "--db", f"{folder}/resident.sqlite", "--out", results, "--duckdb", engine, "--compact", "--json"],
        check=True, capture_output=True, text=True)
    check("new batches", json.loads(report.stdout)["compaction"]["new_batches"], 1)
    for table in tables:
        loaded = datasets.load_dataset(results, table, split="train")
        schema = json.loads(pathlib.Path(f"{results}/schemas/{table}.schema.json").read_text())
        check(f"rows of {table} after a compaction", loaded.num_rows, rows[table])
        check(f"datasets' types of {table} after a compaction", arrow_types(loaded.features.arrow_schema),
              expected_types(schema))
        shards = len(glob.glob(f"{results}/{table}/*.parquet"))
        if table == "samples":
            check("shards of samples, old and new", shards, 5)
            check("samples of ten comparisons", loaded.num_rows, 10_000)
    print(f"compacted: {rows['samples']} samples load as before, without the old shards beside them")


def main():
    program, engine = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    generator = pathlib.Path(__file__).parents[2] / "Benchmarks/measurement_database.py"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_HOME"] = f"{folder}/hf"
        import datasets
        import duckdb
        import pandas
        import pyarrow.dataset

        subprocess.run([sys.executable, generator, program, folder, "--comparisons", "10", "--samples", "10000"],
                       check=True)
        results = f"{folder}/results"
        subprocess.run([program, "export", "--db", f"{folder}/resident.sqlite", "--out", results, "--duckdb", engine],
                       check=True, stdout=subprocess.DEVNULL)
        database = sqlite3.connect(f"{folder}/resident.sqlite")
        for table in ("measurements", "samples", "verdicts", "sessions", "runs", "envelopes", "incidents",
                      "host_readings", "memory_traces"):
            types = expected_types(json.loads(pathlib.Path(f"{results}/schemas/{table}.schema.json").read_text()))
            files = glob.glob(f"{results}/{table}/*.parquet")
            by_arrow = pyarrow.dataset.dataset(files)
            check(f"pyarrow's types of {table}", arrow_types(by_arrow.schema), types)
            counts = {
                "pyarrow": by_arrow.count_rows(),
                "pandas": len(pandas.read_parquet(files)),
                "duckdb": duckdb.sql(f"SELECT count(*) FROM read_parquet({files})").fetchone()[0],
            }
            loaded = datasets.load_dataset(results, table, split="train")
            counts["datasets"] = loaded.num_rows
            check(f"datasets' types of {table}", arrow_types(loaded.features.arrow_schema), types)
            if table == "measurements":
                # Six figures per throughput sample, one per answer, two per cold start.
                stored = database.execute(
                    "SELECT 6 * count(prompt_tokens) + count(answer) + 2 * (SELECT count(*) FROM runs) FROM samples")
            else:
                stored = database.execute(f"SELECT count(*) FROM {table}")
            check(f"rows of {table}", counts, dict.fromkeys(counts, stored.fetchone()[0]))
            print(f"{table}: {counts['pyarrow']} rows, {len(types)} columns, alike by {', '.join(counts)}")
        check_older_shards(program, engine, folder)
        check_compacted(program, engine, folder)


if __name__ == "__main__":
    main()
