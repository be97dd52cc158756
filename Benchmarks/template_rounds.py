#!/usr/bin/env python3
"""Times long conversations through chat templates, in alternation with Jinja2 in Python, which transformers renders with.

usage: template_rounds.py RESIDENT TEMPLATE... [--rounds 4000] [--repeat 3]

A round is one call of the assistant and a result of 100 words. Resident's time includes reading the request as JSON and
writing the answer. Where Jinja2 would take more than --patience seconds, it is timed at a quarter of the rounds and the
figure is marked; some templates look through all messages for each of them.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import time

import transformers.utils.chat_template_utils as templates


def conversation(rounds):
    words = " ".join(["word"] * 100)
    messages = [{"role": "system", "content": "You are helpful."}, {"role": "user", "content": "Go."}]
    for number in range(rounds):
        # Nine letters or digits, which is what Mistral's templates ask for.
        identifier = f"call{number:05}"
        call = {"id": identifier, "type": "function",
                "function": {"name": "get", "arguments": {"city": "Paris", "count": number}}}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": identifier, "name": "get", "content": f"{words} {number}"})
    return messages


TOOLS = [{"type": "function", "function": {
    "name": "get", "description": "Gets.", "parameters": {
        "type": "object", "properties": {"city": {"type": "string", "description": "The city."}}, "required": ["city"]}}}]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("templates", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=4000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--patience", type=float, default=60)
    options = parser.parse_args()
    print(f"{options.rounds} rounds, median of {options.repeat} (least to most), seconds")
    print(f"{'template':52} {'Resident':>24} {'Jinja2':>24} {'ratio':>7}")
    for path in options.templates:
        messages = conversation(options.rounds)
        context = {"messages": messages, "tools": TOOLS, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>"}
        compiled = templates._compile_jinja_template(path.read_bytes().decode())
        quick = conversation(options.rounds // 8)
        began = time.perf_counter()
        note = ""
        try:
            compiled.render(**context | {"messages": quick}, documents=None)
            if (time.perf_counter() - began) * 64 > options.patience:
                note = " at a quarter"
        except Exception as error:
            print(f"{path.name:52} refused: {str(error)[:60]}")
            continue
        request = json.dumps(context) + "\n"
        theirs_context = context | {"messages": conversation(options.rounds // 4)} if note else context
        ours, theirs, texts = [], [], []
        command = [options.program, "engine", "prompt", "--template", str(path), "--lines"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(options.repeat):
                began = time.perf_counter()
                process.stdin.write(request)
                process.stdin.flush()
                answer = json.loads(process.stdout.readline())
                ours.append(time.perf_counter() - began)
                began = time.perf_counter()
                texts = [answer.get("text"), compiled.render(**theirs_context, documents=None)]
                theirs.append(time.perf_counter() - began)
            process.stdin.close()
        ratio = statistics.median(theirs) / statistics.median(ours)
        same = "" if note or texts[0] == texts[1] else f"  differ: {answer.get('error', 'texts')}"
        shown = [f"{statistics.median(t):.2f} ({min(t):.2f} … {max(t):.2f})" for t in (ours, theirs)]
        times = f"{'>' if note else ''}{ratio:.1f}"
        print(f"{path.name:52} {shown[0]:>24} {shown[1] + note:>24} {times:>7}{same}", flush=True)


if __name__ == "__main__":
    main()
