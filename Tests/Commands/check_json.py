#!/usr/bin/env python3
"""Runs every command that the parser lists with --json, and holds what it prints to docs/schemas.

usage: check_json.py RESIDENT_PROGRAM STATE_FOLDER [--record]
STATE_FOLDER holds models/, downloads/ and tools/ as `make bench` makes them. Everything is measured in a temporary folder.
--record writes a schema for each command that has none, from what it prints: to be read before it is kept.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import json_schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs/schemas"


def leaves(command, path=()):
    """The paths of all commands that do something, as the parser's own dump has them."""
    below = [one for one in command.get("subcommands", []) if one["commandName"] != "help" and one.get("shouldDisplay", True)]
    if not below:
        yield " ".join(path), command
    for one in below:
        yield from leaves(one, path + (one["commandName"],))


def tiny_embedder(folder):
    """The tests' embedder of random weights, with files that say how vectors are made of texts."""
    embedder = folder / "tiny-embedder"
    shutil.copytree(ROOT / "Tests/NativeEngineTests/Golden/embedders/tiny-bert", embedder)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    (embedder / "1_Pooling").mkdir()
    (embedder / "modules.json").write_text(json.dumps([
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(modules)]))
    (embedder / "1_Pooling/config.json").write_text('{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true}')
    (embedder / "sentence_bert_config.json").write_text('{"max_seq_length": 18, "do_lower_case": false}')
    return embedder


class Commands:
    """One way to run each command, in an order in which the later ones find what the earlier ones made."""

    def __init__(self, folder, state, program):
        self.folder = folder
        model, lane = state / "models/smollm2-135m", state / "models/smollm2-135m-4bit-g64"
        embedder = tiny_embedder(folder)
        gguf = next((state / "downloads").glob("*.gguf"))
        envelope = folder / "tiny.json"
        tiny = json.loads((ROOT / "envelopes/smoke.json").read_text())
        envelope.write_text(json.dumps(tiny))
        (folder / "outputs.jsonl").write_text("")
        plan = {
            "schema": 1, "id": "night", "roles": ["default"], "candidates": ["smollm2-135m-4bit-g64"],
            "envelopes": [str(envelope)], "budget": {"minutes": 1},
        }
        (folder / "plan.json").write_text(json.dumps(plan))
        self.runs = [
            ("registry create", ["default=smollm2-135m"]), ("registry allow", ["default", envelope]),
            ("registry show", []), ("registry resolve", ["default"]), ("policy check", []),
            ("models list", []), ("models add", [lane, "--id", "other"]), ("models inspect", ["smollm2-135m"]),
            ("fit", ["smollm2-135m", "--no-rehearsal"]),
            ("models import", [gguf, "--out", folder / "imported"]),
            ("models quantize", [model, "--lane", "uniform", "--bits", "8", "--group-size", "64", "--out", folder / "made"]),
            ("envelope import-search", [scored_collection(folder), "--out", folder / "search.json"]),
            ("envelope validate", [envelope]), ("envelope hash", [envelope]), ("envelope show", [envelope]),
            ("envelope metrics", []), ("envelope score", [envelope, "--outputs", folder / "outputs.jsonl"]),
            ("compare", ["smollm2-135m-4bit-g64", "--role", "default", "--envelope", envelope]),
            ("run", [model, "--envelope", envelope]), ("sessions list", []),
            ("promote", ["--comparison", "1", "--role", "default", "--dry-run"]), ("explain", ["1"]), ("show", ["1"]),
            ("status", []), ("report", []), ("migrate", []), ("registry log", []), ("registry diff", []),
            ("sessions set-aside", ["2", "--why", "a test"]), ("sessions restore", ["2"]),
            ("query", ["SELECT number, candidate FROM sessions"]), ("export", ["--out", folder / "results", "--compact"]),
            ("verify", [folder / "results"]), ("import", [folder / "results"]), ("doctor", ["--quick"]),
            ("calibrate", ["--envelope", envelope, "--simulations", "20"]),
            ("nightly run", [folder / "plan.json", "--dry-run"]),
            ("nightly install", [folder / "plan.json", "--home", folder / "home"]),
            ("nightly uninstall", ["--home", folder / "home"]),
            ("engine generate", ["--model", model, "--prompt", "Hello", "--max-tokens", "4"]),
            ("engine logits", ["--model", model, "--tokens", "1,2", "--out", folder / "logits.npy"]),
            ("engine bench", ["-m", model, "-p", "16", "-n", "4", "-r", "2"]),
            ("engine tokenize", ["--model", model]), ("engine detokenize", ["--model", model]),
            ("engine perplexity", ["--model", model, "--max-tokens", "64"]),
            ("engine divergence", ["--model", lane, "--reference", model, "--max-tokens", "64", "--cache", folder / "cache"]),
            ("engine check", ["--model", model, "--seconds", "30", "--", program, "worker"]),
            ("engine calls", []), ("engine prompt", ["--model", model]),
            ("engine embed", [embedder, "Hello", "Goodbye"]),
            ("route", ["Book a table", "--model", embedder, "--envelope", ROOT / "envelopes/router.json"]),
        ]
        self.inputs = {
            "engine tokenize": "Hello", "engine detokenize": "[19556]\n", "engine calls": "no call",
            "engine prompt": '[{"role": "user", "content": "Hello"}]',
        }

    # What needs what a test machine has not, or never ends. Their --json is in the parser's list all the same.
    left_out = {
        "registry rollback": "there is no edit to take back without a promotion",
        "publish": "needs the hub's client: make test-publish",
        "serve": "never ends",
        "envelope import-bfcl": "needs the package bfcl-eval", "envelope import-tasks": "needs public task sets",
    }


def scored_collection(folder):
    """A tiny collection in the layout of BEIR."""
    collection = folder / "collection"
    (collection / "qrels").mkdir(parents=True, exist_ok=True)
    for name, prefix in (("corpus", "d"), ("queries", "q")):
        rows = [{"_id": f"{prefix}{number}", "text": f"Text {number}."} for number in range(4)]
        (collection / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (collection / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq0\td0\t1\nq1\td2\t2\n")
    return collection


# Members whose shape depends on what was measured: only their names at the top are held to.
OPEN = ("verdict", "traces", "metadata", "evidence", "forecast", "can_decide", "machine", "cells")
# Objects whose members are named by roles.
MAPS = ("roles",)


def schema_of(value, name="", depth=0):
    """A schema that the value matches, as strict as one example allows: what is absent is null."""
    nullable = depth > 1
    if isinstance(value, dict):
        kind = ["object", "null"] if nullable else "object"
        if name in MAPS:
            return {"type": kind}
        if name in OPEN:
            return {"type": kind, "required": sorted(value)}
        members = {key: schema_of(member, key, depth + 1) for key, member in value.items()}
        return {"type": kind, "required": sorted(value), "properties": members}
    if isinstance(value, list):
        schemas = [schema_of(item, depth=depth + 1) for item in value] if name not in OPEN else []
        return {"type": ["array", "null"] if nullable else "array", **({"items": merged(schemas)} if schemas else {})}
    if value is None:
        return {}
    kind = {bool: "boolean", int: "number", float: "number", str: "string"}[type(value)]
    schema = {"type": [kind, "null"] if nullable else kind}
    if kind == "string" and (name.endswith("_at") or name == "since"):
        return {"type": ["string", "null"], "format": "date-time"}
    return schema


def merged(schemas):
    if all("properties" in schema for schema in schemas):
        required = set(schemas[0]["required"]).intersection(*(schema["required"] for schema in schemas))
        properties = {}
        for schema in schemas:
            for name, member in schema["properties"].items():
                properties[name] = member if properties.get(name, member) == member else {}
        return {"type": schemas[0]["type"], "required": sorted(required), "properties": properties}
    return schemas[0] if all(schema == schemas[0] for schema in schemas) else {}


def record(path, name, value):
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"resident {name} --json", **schema_of(value)}
    schema["properties"]["schema"] = {"const": 1}
    path.write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resident", type=pathlib.Path)
    parser.add_argument("state", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    program, state = options.resident.resolve(), options.state.resolve()
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True).stdout)
    listed = dict(leaves(dump["command"]))
    failures = []
    for name, command in listed.items():
        names = {item["name"] for argument in command["arguments"] for item in argument.get("names", [])}
        if "json" not in names:
            failures.append(f"{name} has no --json")
        if f"resident {name.removesuffix(' list').removesuffix(' run')}" not in (command.get("discussion") or ""):
            failures.append(f"{name} has no example")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        models = folder / "models"
        models.mkdir()
        for source in (state / "models").iterdir():
            (models / source.name).symlink_to(source)
        environment = {
            **os.environ, "RESIDENT_DB": str(folder / "resident.sqlite"), "RESIDENT_MODELS": str(models),
            "RESIDENT_REGISTRY": str(folder / "registry.json"), "RESIDENT_DUCKDB": str(state / "tools/duckdb")}
        commands = Commands(folder, state, program)
        failures += [f"{name} is neither run nor left out for a reason" for name in
                     set(listed) - {name for name, _ in commands.runs} - set(commands.left_out)]
        for name, arguments in commands.runs:
            path = SCHEMAS / f"{name.replace(' ', '-')}.schema.json"
            done = subprocess.run(
                [program, *name.split(), "--json", *map(str, arguments)], env=environment, capture_output=True, text=True,
                input=commands.inputs.get(name, ""), cwd=folder)
            try:
                value = json.loads(done.stdout)
            except json.JSONDecodeError as error:
                failures.append(f"{name}: {error}: {done.stdout[:200]!r} {done.stderr[-300:]!r}")
                continue
            if done.returncode not in (0, 1, 10, 11, 12):
                failures.append(f"{name}: {done.returncode}: {done.stderr[-300:]}")
                continue
            if options.record and not path.exists():
                record(path, name, value)
            if not path.exists():
                failures.append(f"{name} has no schema in docs/schemas")
                continue
            failures += [f"{name}: {problem}" for problem in json_schema.problems(value, json.loads(path.read_text()))]
        done = subprocess.run([program, "show", "99", "--json"], env=environment, capture_output=True, text=True)
        error = json.loads((SCHEMAS / "error.schema.json").read_text())
        failures += [f"an error: {problem}" for problem in json_schema.problems(json.loads(done.stdout), error)]
    for failure in failures:
        print(f"error: {failure}")
    if failures:
        raise SystemExit(1)
    print(f"{len(commands.runs)} of {len(listed)} commands print what docs/schemas say")


main()
