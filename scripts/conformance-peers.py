#!/usr/bin/env python3
"""Compares the tool-call parsers with mlx-lm's own, over outputs that are made here.

usage: conformance-peers.py RESIDENT [--seed N] [--count N] [--show N]

For each parser that mlx-lm has, COUNT outputs are written from true calls in the form that the published templates have,
half of them with marks of the formats within their values; and as many with a random change (a piece removed, doubled or
replaced, or the end cut off). Each is read by `resident engine calls` and by mlx-lm's parser behind its tags, as its server
uses it.

An unchanged output has a right answer. Where the two differ there, it counts whether Resident has the right one: that is a
stated choice (docs/tool-loops.md), anything else is a fault. Exit code 1 if an unchanged output is read wrongly.
"""

import argparse
import importlib
import json
import random
import subprocess
import sys

PARSERS = [
    "json_tools", "qwen3_coder", "mistral", "pythonic", "function_gemma", "gemma4", "glm47", "longcat", "minimax_m2",
    "kimi_k2",
]
MARKS = [
    "<tool_call>", "</tool_call>", "<think>", "</think>", "<function=f>", "</function>", "<parameter=k>", "</parameter>",
    "[TOOL_CALLS]", "[ARGS]", "</s>", "<|tool_call_end|>", "<end_function_call>", "<arg_key>", "</arg_value>", "</invoke>",
    "</minimax:tool_call>", "<|tool_calls_section_end|>", "}]", "), b(", "<tool_call|>", "</longcat_tool_call>",
]
WORDS = ["Oslo", "čaj", "two\nlines", "a b  c", "it's", 'say "x"', "C:\\dir", "{}", "[1]", "0x10", "☕️", "e\u0301", "x=1",
         "a,b", "true", "12", "None", "tab\tx", "100 %", "<b>", "&amp;", "日本"]
SCHEMA = {
    "text": {"type": "string"}, "count": {"type": "integer"}, "ratio": {"type": "number"}, "flag": {"type": "boolean"},
    "items": {"type": "array", "items": {"type": "string"}}, "options": {"type": "object"},
    "maybe": {"type": ["string", "null"]}, "level": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
}
NAMES = ["find", "get_weather", "plan-trip", "read_file"]
TOOLS = [
    {"type": "function", "function": {"name": name, "description": "", "parameters": {
        "type": "object", "properties": SCHEMA, "required": []}}}
    for name in NAMES
]


class Maker:
    """Makes true calls."""

    def __init__(self, seed: int, marked: bool):
        self.random = random.Random(seed)
        self.marked = marked

    def text(self) -> str:
        words = [self.random.choice(WORDS) for _ in range(self.random.randint(1, 3))]
        if self.marked and self.random.random() < 0.6:
            words.insert(self.random.randint(0, len(words)), self.random.choice(MARKS))
        return " ".join(words)

    def value(self, name: str):
        choose = self.random.choice
        return {
            "text": self.text, "maybe": self.text, "count": lambda: self.random.randint(-9, 99),
            "ratio": lambda: choose([0.5, 2.25, -1.5, 3.75]), "flag": lambda: choose([True, False]),
            "items": lambda: [self.text() for _ in range(self.random.randint(0, 3))],
            "options": lambda: {"k": self.text(), "n": {"deep": [1, None, True]}}, "level": lambda: self.random.randint(0, 5),
        }[name]()

    def calls(self) -> list:
        return [
            {"name": self.random.choice(NAMES),
             "arguments": {key: self.value(key) for key in self.random.sample(list(SCHEMA), self.random.randint(0, 4))}}
            for _ in range(self.random.randint(1, 3))
        ]


def dump(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def plain(value) -> str:
    return value if isinstance(value, str) else dump(value)


def gemma(value, quote: str) -> str:
    if isinstance(value, str):
        return quote + value + quote
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{gemma(inner, quote)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(gemma(inner, quote) for inner in value) + "]"
    return dump(value)


def write(parser: str, calls: list) -> str:
    """The calls in the form of the published templates."""
    if parser == "json_tools":
        return "\n".join(f"<tool_call>\n{dump(call)}\n</tool_call>" for call in calls)
    if parser == "qwen3_coder":
        return "\n".join(
            f"<tool_call>\n<function={call['name']}>\n"
            + "".join(f"<parameter={key}>\n{plain(value)}\n</parameter>\n" for key, value in call["arguments"].items())
            + "</function>\n</tool_call>" for call in calls)
    if parser == "mistral":
        return "".join(f"[TOOL_CALLS]{call['name']}[ARGS]{dump(call['arguments'])}" for call in calls)
    if parser == "pythonic":
        parts = [
            call["name"].replace("-", "_") + "(" + ", ".join(f"{key}={value!r}" for key, value in call["arguments"].items()) + ")"
            for call in calls]
        return "<|tool_call_start|>[" + ", ".join(parts) + "]<|tool_call_end|>"
    if parser in ("function_gemma", "gemma4"):
        start, end, quote = {
            "function_gemma": ("<start_function_call>", "<end_function_call>", "<escape>"),
            "gemma4": ("<|tool_call>", "<tool_call|>", '<|"|>')}[parser]
        return "".join(f"{start}call:{call['name']}{gemma(call['arguments'], quote)}{end}" for call in calls)
    if parser in ("glm47", "longcat"):
        prefix = "longcat_" if parser == "longcat" else ""
        return "\n".join(
            f"<{prefix}tool_call>{call['name']}\n"
            + "".join(
                f"<{prefix}arg_key>{key}</{prefix}arg_key>\n<{prefix}arg_value>{plain(value)}</{prefix}arg_value>\n"
                for key, value in call["arguments"].items())
            + f"</{prefix}tool_call>" for call in calls)
    if parser == "minimax_m2":
        return "<minimax:tool_call>\n" + "".join(
            f"<invoke name=\"{call['name']}\">\n"
            + "".join(f"<parameter name=\"{key}\">{plain(value)}</parameter>\n" for key, value in call["arguments"].items())
            + "</invoke>\n" for call in calls) + "</minimax:tool_call>"
    return "<|tool_calls_section_begin|>" + "".join(
        f"<|tool_call_begin|>functions.{call['name']}:{index}<|tool_call_argument_begin|>{dump(call['arguments'])}"
        "<|tool_call_end|>" for index, call in enumerate(calls)) + "<|tool_calls_section_end|>"


def change(text: str, source: random.Random) -> str:
    start = source.randrange(len(text))
    end = min(len(text), start + source.randint(1, 12))
    kind = source.randrange(4)
    if kind == 0:
        return text[:start]
    if kind == 1:
        return text[:start] + text[end:]
    if kind == 2:
        return text[:end] + text[start:end] + text[end:]
    return text[:start] + source.choice(MARKS + ["\"", "'", "{", "}", ",", "\\", " "]) + text[end:]


def peer(parser: str, text: str):
    """The calls that mlx-lm's parser reads between its tags; what it refuses is none."""
    module = importlib.import_module(f"mlx_lm.tool_parsers.{parser}")
    start, end = module.tool_call_start, module.tool_call_end
    calls, rest = [], text
    while start in rest:
        rest = rest.split(start, 1)[1]
        body, _, after = rest.partition(end) if end else (rest, "", "")
        rest = after
        try:
            read = module.parse_tool_call(body, TOOLS)
        except Exception:
            continue
        calls += read if isinstance(read, list) else [read]
    return [{"name": call.get("name"), "arguments": call.get("arguments")} for call in calls if isinstance(call, dict)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--show", type=int, default=0, help="print so many disagreements per parser")
    options = parser.parse_args()
    failed = False
    print(f"seed {options.seed}, {options.count} outputs of each kind")
    print(f"{'parser':16} {'right, plain':>13} {'agree, plain':>13} {'right, marked':>14} {'mlx-lm, marked':>15} {'agree, changed':>15}")
    for index, name in enumerate(PARSERS):
        source = random.Random(f"{options.seed} {name}")
        made = []
        for marked in (False, True):
            maker = Maker(options.seed * 1000 + index * 2 + marked, marked)
            for _ in range(options.count):
                truth = maker.calls()
                if name == "pythonic":
                    truth = [{**call, "name": call["name"].replace("-", "_")} for call in truth]
                made.append(("marked" if marked else "plain", write(name, truth), truth))
        changed = [("changed", change(text, source), None) for _, text, _ in made[: options.count]]
        made += changed
        requests = "".join(json.dumps({"parser": name, "text": text, "tools": TOOLS}) + "\n" for _, text, _ in made)
        output = subprocess.run(
            [options.program, "engine", "calls", "--lines"], input=requests, capture_output=True, text=True, check=True).stdout
        results = [json.loads(line) for line in output.splitlines()]
        counts = {"right": 0, "plain": 0, "marked": 0, "changed": 0, "peer": 0}
        shown = 0
        for (kind, text, truth), result in zip(made, results, strict=True):
            ours = [{"name": call["name"], "arguments": call["arguments"]} for call in result["calls"]]
            theirs = peer(name, text)
            if kind == "marked":
                counts["marked"] += ours == truth
                counts["peer"] += theirs == truth
                wrong = ours != truth
            else:
                agrees = ours == theirs
                counts[kind] += agrees
                wrong = kind == "plain" and ours != truth
                counts["right"] += kind == "plain" and not wrong
                if not agrees and shown < options.show:
                    shown += 1
                    print(f"  {kind} {text!r}\n    ours   {ours} {result['problems']}\n    mlx-lm {theirs}")
            if wrong:
                failed = True
                print(f"wrong: {name} {text!r}\n  read {ours} {result['problems']}\n  true {truth}")
        share = {kind: 100 * value / options.count for kind, value in counts.items()}
        print(
            f"{name:16} {share['right']:11.2f} % {share['plain']:11.2f} % {share['marked']:12.2f} % {share['peer']:13.2f} % "
            f"{share['changed']:13.2f} %")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
