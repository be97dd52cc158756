"""Compares `resident envelope score` with the AST checker of bfcl-eval on recorded answers, right and wrong.

    pip install --no-deps bfcl-eval==2026.3.23
    python scripts/compare-bfcl-scorer.py RESIDENT PACKAGE

RESIDENT is the built program, PACKAGE the folder bfcl_eval in site-packages. For each question of the categories simple,
multiple and parallel this records a right answer made of the possible answers and one with one thing changed, lets both
judge them, and lists where they disagree. Exits with 1 below 99 % of agreement.
"""

import importlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import types

CATEGORIES = ["simple_python", "multiple", "parallel"]


def checker(package):
    """The package's checker without its model handlers, which need every provider's client."""
    sys.path.insert(0, str(package.parent))
    stub = types.ModuleType("bfcl_eval.constants.model_config")
    stub.MODEL_CONFIG_MAPPING = {"none": types.SimpleNamespace(underscore_to_dot=False)}
    sys.modules[stub.__name__] = stub
    for name in ["java_type_converter", "js_type_converter"]:
        module = types.ModuleType(f"bfcl_eval.eval_checker.ast_eval.type_convertor.{name}")
        setattr(module, name, None)
        sys.modules[module.__name__] = module
    check = importlib.import_module("bfcl_eval.eval_checker.ast_eval.ast_checker").ast_checker
    language = importlib.import_module("bfcl_eval.constants.enums").Language.PYTHON
    return lambda functions, calls, answer, category: check(functions, calls, answer, language, category, "none")["valid"]


def value(possible, draw):
    """One of the possible values; the members of a mapping have lists of possible values in turn."""
    chosen = draw.choice([v for v in possible if v != ""] or [None])
    return plain(chosen, draw)


def plain(chosen, draw):
    if isinstance(chosen, dict):
        members = {k: value(v, draw) if isinstance(v, list) else v for k, v in chosen.items()}
        return {k: v for k, v in members.items() if v is not None}
    if isinstance(chosen, list):
        return [plain(v, draw) if isinstance(v, dict) else v for v in chosen]
    return chosen


def right(answer, draw):
    calls = []
    for call in answer:
        name, parameters = next(iter(call.items()))
        arguments = {p: value(v, draw) for p, v in parameters.items() if not ("" in v and draw.random() < 0.5)}
        calls.append({name: {p: v for p, v in arguments.items() if v is not None}})
    return calls


def spoiled(calls, draw):
    """The calls with one thing changed, which may still be right."""
    calls = json.loads(json.dumps(calls))
    index = draw.randrange(len(calls))
    name, arguments = next(iter(calls[index].items()))
    keys = list(arguments)
    kind = draw.choice(["drop", "extra", "rename", "again", "value", "value", "value", "style", "type", "less"])
    key = draw.choice(keys) if keys else None
    if kind == "rename" or key is None:
        calls[index] = {name + "_x": arguments}
    elif kind == "drop":
        del arguments[key]
    elif kind == "extra":
        arguments["surplus"] = 1
    elif kind == "again":
        calls.append(calls[index])
    elif kind == "less" and len(calls) > 1:
        del calls[index]
    elif kind == "style" and isinstance(arguments[key], str):
        arguments[key] = arguments[key].upper().replace(" ", "-")
    elif kind == "type":
        arguments[key] = str(arguments[key]) if not isinstance(arguments[key], str) else 12
    else:
        old = arguments[key]
        if isinstance(old, bool):
            arguments[key] = not old
        elif isinstance(old, (int, float)):
            arguments[key] = old + draw.choice([1, -1, 0.5])
        elif isinstance(old, str):
            arguments[key] = old + " more"
        elif isinstance(old, list):
            arguments[key] = old[:-1] if old and draw.random() < 0.5 else old + old[:1]
        else:
            arguments[key] = {**old, "surplus": 1}
    return calls


def main():
    resident, package = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    check = checker(package)
    draw = random.Random(6)
    recorded = []
    for category in CATEGORIES:
        data = package / "data"
        questions = [json.loads(l) for l in open(data / f"BFCL_v4_{category}.json")]
        answers = [json.loads(l) for l in open(data / "possible_answer" / f"BFCL_v4_{category}.json")]
        for question, answer in zip(questions, answers):
            good = right(answer["ground_truth"], draw)
            for calls in [good, spoiled(good, draw)]:
                try:
                    valid = check(question["function"], calls, answer["ground_truth"], category)
                except (KeyError, TypeError, AttributeError) as error:
                    valid = None  # The checker fails on some answers of another type, which are not counted.
                recorded.append((question["id"], calls, valid))
    with tempfile.TemporaryDirectory() as folder:
        envelope, outputs = pathlib.Path(folder, "bfcl.json"), pathlib.Path(folder, "outputs.jsonl")
        subprocess.run([resident, "envelope", "import-bfcl", package, "--out", envelope], check=True)
        with open(outputs, "w") as file:
            for trace, calls, _ in recorded:
                texts = [json.dumps({"name": n, "arguments": a}) for call in calls for n, a in call.items()]
                text = "".join(f"<tool_call>\n{t}\n</tool_call>" for t in texts)
                print(json.dumps({"trace": trace, "text": text}), file=file)
        scored = subprocess.run(
            [resident, "envelope", "score", envelope, "--outputs", outputs], check=True, capture_output=True, text=True)
    judged = [json.loads(line) for line in scored.stdout.splitlines()]
    pairs = [(r, j) for r, j in zip(recorded, judged) if r[2] is not None]
    agreed = sum(r[2] == j["valid"] for r, j in pairs)
    for (trace, calls, valid), judgement in pairs:
        if valid != judgement["valid"]:
            print(f"disagree on {trace}: checker {valid}, resident {judgement['failures']}: {json.dumps(calls)}")
    wrong = sum(not r[2] for r, _ in pairs)
    print(f"{len(pairs)} answers ({wrong} wrong by the checker), {agreed} agreed: {100 * agreed / len(pairs):.2f} %;"
          f" the checker itself failed on {len(recorded) - len(pairs)}")
    sys.exit(agreed < 0.99 * len(pairs))


main()
