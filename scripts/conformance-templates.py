#!/usr/bin/env python3
"""Compares chat templates as Resident renders them with transformers, over the conversations of the tests.

usage: conformance-templates.py RESIDENT FOLDER... [--show N]

Every .jinja file of the folders is rendered for every conversation in Tests/ChatTemplateTests/Conformance, with every
choice of tools, generation prompt and variables, by `resident engine prompt` and by transformers' apply_chat_template.
Texts are to be equal to the byte, and what one refuses the other is to refuse. Exit code 1 if they differ.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

from transformers.utils import chat_template_utils

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests/ChatTemplateTests/Conformance"))
import conversations as source  # noqa: E402

NOW = datetime.datetime(2025, 3, 4, 9, 5, 7, 1234)


class FrozenClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def expected(template, messages, tools, prompt, variables):
    try:
        return chat_template_utils.render_jinja_template(
            [messages], tools=tools, chat_template=template, add_generation_prompt=prompt, **source.SPECIAL, **variables)[0][0]
    except Exception:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--show", type=int, default=3, help="print so many differences per template")
    options = parser.parse_args()
    chat_template_utils.datetime = FrozenClock
    conversations = [messages for _, messages in source.conversations()]
    templates = sorted(path for folder in options.folders for path in folder.glob("*.jinja"))
    if not templates:
        parser.error("no .jinja file there")
    total = wrong = refused = 0
    for path in templates:
        template = path.read_bytes().decode()
        cases = [(c, source.TOOLS[tools], prompt, variables)
                 for c in conversations for tools, prompt, variables in source.settings()]
        requests = "".join(
            json.dumps({"messages": messages, "tools": tools, "add_generation_prompt": prompt,
                        "now": NOW.replace(tzinfo=datetime.timezone.utc).timestamp(), **source.SPECIAL, **variables}) + "\n"
            for messages, tools, prompt, variables in cases)
        command = [options.program, "engine", "prompt", "--template", str(path), "--lines"]
        done = subprocess.run(command, input=requests, capture_output=True, text=True)
        if done.returncode:
            # Transformers must refuse all of them as well.
            results = [{}] * len(cases)
        else:
            results = [json.loads(line) for line in done.stdout.split("\n") if line]
        differences = 0
        for (messages, tools, prompt, variables), result in zip(cases, results, strict=True):
            text = expected(template, messages, tools, prompt, variables)
            refused += text is None
            if result.get("text") == text:
                continue
            differences += 1
            if differences <= options.show:
                print(f"  {path.name}: {json.dumps(messages)[:200]}\n    Resident     {json.dumps(result)[:300]}"
                      f"\n    transformers {json.dumps(text)[:300]}")
        total += len(cases)
        wrong += differences
        print(f"{path.name:56} {len(cases) - differences:6} of {len(cases)} equal")
    print(f"{total - wrong} of {total} equal; {refused} of them are refused by both or by one")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
