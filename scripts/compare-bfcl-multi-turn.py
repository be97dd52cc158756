"""Compares `resident envelope score` with bfcl-eval's multi-turn checker on recorded loops, right and wrong.

    pip install --no-deps bfcl-eval==2026.3.23 mpmath==1.3.0
    python scripts/compare-bfcl-multi-turn.py RESIDENT PACKAGE

RESIDENT is the built program, PACKAGE the folder bfcl_eval in site-packages. For each multi-turn base question this records
the loop of the ground truth and loops with one thing changed. The package runs the calls in its simulations and compares
the resulting states and responses. Resident compares call by call, and a loop is right if every round is. So the two can
differ if another call has the same effect; those loops are listed. Exits with 1 if either judges a loop of the ground truth
wrong, or if Resident accepts a loop that the package rejects.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

KINDS = ["value", "value", "drop argument", "no call", "again", "other call"]


def spoiled(rounds, tools, draw):
    """The rounds with one call changed, and how; None if that kind of change is impossible."""
    rounds = json.loads(json.dumps(rounds))
    index = draw.choice([i for i, calls in enumerate(rounds) if calls])
    name, arguments = rounds[index][0]
    kind = draw.choice(KINDS)
    keys = sorted(arguments)
    if kind == "no call":
        rounds[index] = []
    elif kind == "again":
        rounds[index].append([name, arguments])
    elif kind == "other call":
        rounds[index][0][0] = draw.choice([t["name"] for t in tools if t["name"] != name])
    elif not keys:
        return None, kind
    elif kind == "drop argument":
        del arguments[draw.choice(keys)]
    else:
        key = draw.choice(keys)
        old = arguments[key]
        if isinstance(old, bool):
            arguments[key] = not old
        elif isinstance(old, (int, float)):
            arguments[key] = old + 1
        elif isinstance(old, str):
            arguments[key] = old + "x"
        else:
            arguments[key] = [*old, "x"] if isinstance(old, list) else {}
    return rounds, kind


def turns_of(trace, rounds):
    """The calls as the package takes them: by turn, by step, as Python source."""
    turns = []
    for script, calls in zip(trace["rounds"], rounds):
        if "user" in script:
            turns.append([])
        if calls:
            turns[-1].append([f"{name}({', '.join(f'{k}={v!r}' for k, v in a.items())})" for name, a in calls])
    return turns


def main():
    resident, package = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    sys.path.insert(0, str(package.parent))
    from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker import multi_turn_checker

    data = package / "data"
    name = "BFCL_v4_multi_turn_base.json"
    questions = {q["id"]: q for q in map(json.loads, open(data / name))}
    truths = {a["id"]: a["ground_truth"] for a in map(json.loads, open(data / "possible_answer" / name))}
    draw = random.Random(6)
    loops = []
    with tempfile.TemporaryDirectory() as folder:
        envelope, outputs = pathlib.Path(folder, "bfcl.json"), pathlib.Path(folder, "outputs.jsonl")
        subprocess.run(
            [resident, "envelope", "import-bfcl", package, "--out", envelope], check=True, stdout=subprocess.DEVNULL)
        source = json.load(open(envelope))
        sets = {s["id"]: s["tools"] for s in source["tool_sets"]}
        with open(outputs, "w") as file:
            for trace in source["traces"]:
                if trace["id"] not in questions:
                    continue
                right = [
                    [[c["name"], {k: v["equals"] for k, v in c["arguments"].items()}] for c in r.get("calls", [])]
                    for r in trace["rounds"]
                ]
                made = [(right, "ground truth")] + [spoiled(right, sets[trace["tools"]], draw) for _ in range(3)]
                for rounds, kind in made:
                    if rounds is None:
                        continue
                    loops.append((trace, rounds, kind))
                    for number, calls in enumerate(rounds, 1):
                        texts = [json.dumps({"name": n, "arguments": a}) for n, a in calls]
                        text = "".join(f"<tool_call>\n{t}\n</tool_call>" for t in texts) or "Done."
                        print(json.dumps({"trace": trace["id"], "round": number, "text": text}), file=file)
        scored = subprocess.run(
            [resident, "envelope", "score", envelope, "--outputs", outputs], check=True, capture_output=True, text=True)
    judged = iter(json.loads(line) for line in scored.stdout.splitlines())
    table, failed, serious = {}, 0, 0
    for index, (trace, rounds, kind) in enumerate(loops):
        ours = all([next(judged)["valid"] for _ in rounds])
        question = questions[trace["id"]]
        try:
            theirs = multi_turn_checker(
                turns_of(trace, rounds), truths[trace["id"]], question, "multi_turn_base", f"loop{index}")["valid"]
        except Exception:
            failed += 1  # The checker's simulations fail on some changed loops, which are not counted.
            continue
        counts = table.setdefault(kind, {})
        counts[theirs, ours] = counts.get((theirs, ours), 0) + 1
        if theirs != ours or (kind == "ground truth" and not ours):
            serious += kind == "ground truth" or ours
            print(f"{trace['id']}, {kind}: package {theirs}, resident {ours}")
    for kind, counts in table.items():
        both = counts.get((True, True), 0) + counts.get((False, False), 0)
        print(f"{kind}: {both} of {sum(counts.values())} agree, {counts.get((True, False), 0)} accepted by the package alone,"
              f" {counts.get((False, True), 0)} by Resident alone")
    print(f"the package's simulations failed on {failed}")
    sys.exit(serious > 0)


main()
