#!/usr/bin/env python3
"""Makes a database of many simulated comparisons, to measure what reads the store: export, promote, reports.

There are eight roles; the resident of each is challenged by many candidates, each on five nights. A comparison has two
throughput cells of 48 blocks and one multiple-choice task, whose items make up the rest of its samples. Rows are drawn from
a seeded generator, so the same arguments make the same rows. The verdicts are copies, with other names and effects, of the
one that the program reaches on the first comparison.

usage: measurement_database.py RESIDENT_PROGRAM FOLDER [--comparisons 2000] [--samples 10000000]
Writes FOLDER/resident.sqlite and FOLDER/registry.json.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import uuid

CELLS = [("short-prompt", 64, 32, 220.0), ("long-prompt", 512, 48, 160.0)]
BLOCKS = 48
NIGHTS = 5
ROLES = ["default", "coding", "summaries", "routing", "extraction", "translation", "drafting", "tools"]
START = 1_735_700_000.0
DAY = 86_400.0
HOST = {
    "operating_system": "Debian GNU/Linux 12 (bookworm)", "architecture": "x86_64", "chip": "Simulated CPU @ 2.00GHz",
    "physical_cores": 2, "memory_bytes": 24 << 30,
}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def envelope(items):
    return {
        "schema": 1, "id": "simulated", "version": 1, "description": "Made by Benchmarks/measurement_database.py.",
        "sampling": {"temperature": 0, "top_p": 1, "seed": 1},
        "throughput": [
            {"id": name, "text": "The quick brown fox jumps over the lazy dog. ", "prompt_tokens": prompt,
             "decode_tokens": decode}
            for name, prompt, decode, _ in CELLS
        ],
        "accuracy": [{
            "id": "facts", "kind": "multiple_choice",
            "items": [
                {"id": f"q{n:05}", "prompt": f"The remainder of {n} by 4 is", "options": ["0", "1", "2", "3"],
                 "answer": n % 4}
                for n in range(items)
            ],
        }],
        "plan": {"blocks": BLOCKS, "minimum_blocks": BLOCKS, "warm_ups": 1, "order_seed": 1, "divergence_limit": 1,
                 "void_limit": 0.5},
        "promotion": {
            "confidence": 0.95,
            "objectives": [{"metric": "cumulative_tokens_per_second", "cell": "short-prompt", "min_effect": 0.02}],
            "guardrails": [
                {"metric": "cumulative_tokens_per_second", "cell": "long-prompt", "margin": 0.05},
                {"metric": "accuracy", "cell": "facts", "margin": 0.05},
                {"metric": "peak_memory_bytes", "margin": 0.1},
            ],
            "maturity": {"comparisons": 3, "days_between": 0.5, "allow_provisional": True},
        },
    }


def leb128(numbers):
    encoded = bytearray()
    for number in numbers:
        while number >= 0x80:
            encoded.append(number & 0x7F | 0x80)
            number >>= 7
        encoded.append(number)
    return bytes(encoded)


def throughput(generator, run, started, speed, memory):
    for cell, prompt, decode, rate in CELLS:
        for block in range(BLOCKS):
            drift = generator.gauss(0, 0.02)
            for repetition in range(2):
                token = 1e9 / (rate * speed) * (1 + drift + abs(generator.gauss(0, 0.01)))
                first = int(prompt * token / 8)
                gaps = [int(token * (1 + generator.gauss(0, 0.03))) for _ in range(decode - 1)]
                last = first + sum(gaps)
                yield (run, cell, block, repetition, None, started + block * 2 + repetition, last + 150_000, memory, 0.3,
                       "success", None, prompt, 0, decode, first, last, leb128([first] + gaps), None, None, None, None)


def answers(generator, run, started, items, accuracy, scores, memory):
    for number, item in enumerate(items):
        right = generator.random() < accuracy
        answer = number % 4 if right else (number + 1) % 4
        yield (run, "facts", 0, 0, item, started + number * 0.05, 50_000_000 + (number * 7919) % 1_000_000, memory, 0.3,
               "success", None, None, None, None, None, None, None, str(answer), int(right),
               scores[(number * 31 + run) % len(scores)], 0)


def without_triggers(database):
    triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    return [sql for _, sql in triggers]


def fill(database, comparisons, samples):
    generator = random.Random(1)
    items = [f"q{n:05}" for n in range(max(1, (samples // comparisons - len(CELLS) * BLOCKS * 4) // 2))]
    contract = envelope(len(items))
    text = canonical(contract)
    database.execute("INSERT INTO envelopes VALUES (?, ?)", (sha256(text), text))
    fingerprint = sha256(canonical(HOST))
    database.execute("INSERT INTO hosts VALUES (?, ?, ?, ?, ?, ?)", (fingerprint, *HOST.values()))
    scores = [json.dumps([round(-generator.expovariate(1), 12) for _ in range(4)], separators=(",", ":"))
              for _ in range(4096)]
    for index in range(comparisons):
        night, place = index % NIGHTS, index // NIGHTS
        role, attempt = ROLES[place % len(ROLES)], place // len(ROLES) + 1
        models = [f"org/{role}-resident", f"org/{role}-candidate-{attempt}"]
        started = START + (place * NIGHTS + night) * DAY
        session = database.execute(
            "INSERT INTO sessions (uuid, started_at_s, envelope_id, envelope_hash, role, resident, candidate, order_seed,"
            " environment, host, resident_version, state, challenge) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (str(uuid.UUID(int=generator.getrandbits(128), version=4)), started, contract["id"], sha256(text), role,
             models[0], models[1], index + 1, "isolated", fingerprint, "0.1.0", "complete", attempt)).lastrowid
        gain = 1 + random.Random(place).gauss(0.02, 0.04)
        for side, model in zip(("resident", "candidate"), models):
            run = database.execute(
                "INSERT INTO runs (session, side, model, weights_hash, weight_files, engine, engine_version,"
                " instruction_set, threads, load_s, readiness_s, description)"
                " VALUES (?, ?, ?, ?, ?, 'native', '0.1.0', 'avx512vnni', 2, 0.5, 0.2, ?)",
                (session, side, model, sha256(model), canonical({"model.safetensors": sha256(model)}),
                 canonical({"architecture": "llama", "quantization": "4-bit g64"}))).lastrowid
            memory = 180 << 20
            rows = throughput(generator, run, started, gain if side == "candidate" else 1.0, memory)
            database.executemany(INSERT_SAMPLE, rows)
            database.executemany(INSERT_SAMPLE, answers(generator, run, started + 400, items, 0.7, scores, memory))
        add_surroundings(database, session, started)
        if index % 100 == 99:
            database.commit()
            print(f"{index + 1} of {comparisons} comparisons", flush=True)
    database.commit()


def add_surroundings(database, session, started):
    """An incident, a host reading per cell, and two memory traces per reading."""
    database.execute(
        "INSERT INTO incidents (session, kind, occurred_at_s, detail) VALUES (?, 'clock_jumped', ?, ?)",
        (session, started + 9, f"the wall clock moved by +2 s by the end of block 4 of {CELLS[0][0]}"))
    for cell, *_ in CELLS:
        reading = database.execute(
            "INSERT INTO host_readings (session, cell, block, load_average, free_memory_bytes, swap_bytes)"
            " VALUES (?, ?, 0, 0.25, ?, 0)", (session, cell, 8 << 30)).lastrowid
        for subject in ("resident", "host_free"):
            series = leb128(zigzag(difference) for difference in [180 << 20, 1 << 20, -(1 << 20)])
            database.execute(
                "INSERT INTO memory_traces (reading, subject, started_at_s, series) VALUES (?, ?, ?, ?)",
                (reading, subject, started, series))


def zigzag(number):
    return number * 2 if number >= 0 else -number * 2 - 1


INSERT_SAMPLE = (
    "INSERT INTO samples (run, cell, block, repetition, item, started_at_s, elapsed_ns, peak_memory_bytes, load_average,"
    " status, message, prompt_tokens, cached_tokens, decode_tokens, first_token_ns, last_token_ns, token_ns, answer,"
    f" is_correct, option_scores, completion_tokens) VALUES ({', '.join('?' * 21)})")


def add_verdicts(database, document):
    """One per comparison, in the shape of `document`."""
    generator = random.Random(2)
    sessions = database.execute("SELECT number, uuid, started_at_s, role, resident, candidate FROM sessions").fetchall()
    for number, session, started, role, resident, candidate in sessions:
        verdict = json.loads(document)
        subject = verdict["subject"]
        subject.update(session=session, role=role)
        subject["resident"].update(model=resident, weights_sha256=sha256(resident))
        subject["candidate"].update(model=candidate, weights_sha256=sha256(candidate))
        verdict["outcome"] = generator.choices(["promote", "hold", "reject", "inconclusive"], [2, 5, 2, 1])[0]
        verdict["reason"] = f"{candidate} was simulated."
        for rule in verdict["objectives"] + verdict["guardrails"]:
            factor = 1 + generator.gauss(0, 0.03)
            effect = rule.get("effect") or {}
            for name in ("ratio", "value"):
                if isinstance(effect.get(name), float):
                    effect[name] *= factor
        database.execute(
            "INSERT INTO verdicts (session, recorded_at_s, outcome, document) VALUES (?, ?, ?, ?)",
            (number, started + 3600, verdict["outcome"], json.dumps(verdict, separators=(",", ":"), ensure_ascii=False)))
    database.commit()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--comparisons", type=int, default=2000)
    parser.add_argument("--samples", type=int, default=10_000_000)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = arguments.folder / "resident.sqlite"
    registry = arguments.folder / "registry.json"
    if path.exists():
        parser.error(f"{path} exists")
    registry.write_text(json.dumps({"models": {role: f"org/{role}-resident" for role in ROLES}}, indent=2) + "\n")
    environment = {**os.environ, "RESIDENT_DB": str(path), "RESIDENT_REGISTRY": str(registry)}
    promote = [arguments.program, "promote", "--comparison", "1", "--role", ROLES[0], "--any-host", "--json"]
    # Opening the database for writing creates its tables; there is no comparison to promote yet.
    subprocess.run(promote, env=environment, capture_output=True)
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    triggers = without_triggers(database)
    fill(database, arguments.comparisons, arguments.samples)
    for sql in triggers:
        database.execute(sql)
    database.commit()
    # Judging records the verdict; what it edits is put back.
    before = registry.read_text()
    result = subprocess.run(promote, env=environment, capture_output=True, text=True)
    registry.write_text(before)
    if result.returncode not in (0, 10, 11, 12):
        raise SystemExit(result.stderr)
    [(verdict_id, document)] = database.execute("SELECT id, document FROM verdicts").fetchall()
    triggers = without_triggers(database)
    database.execute("DELETE FROM verdicts WHERE id = ?", (verdict_id,))
    add_verdicts(database, document)
    for sql in triggers:
        database.execute(sql)
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    count = database.execute("SELECT count(*) FROM samples").fetchone()[0]
    print(f"{path}: {arguments.comparisons} comparisons, {count} samples, {path.stat().st_size >> 20} MiB")


if __name__ == "__main__":
    main()
