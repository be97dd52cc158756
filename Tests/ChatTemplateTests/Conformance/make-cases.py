"""Renders chat templates with transformers and writes the results as the golden files of ConformanceTests.

    python3 make-cases.py [GGUF file with SmolLM2's template]

Needs transformers and jinja2; for the file, gguf. Writes cases.json and snippets.json beside itself.
"""

import datetime
import json
import pathlib
import random
import sys

import jinja2
import transformers
from transformers.utils import chat_template_utils

import conversations as source
import snippets

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2025, 3, 4, 9, 5, 7, 1234)
CASES_PER_TEMPLATE = 150
READABLE_PER_TEMPLATE = 12


class FrozenClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def fingerprint(text):
    """FNV-1a over the UTF-8 bytes, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def outcome(render):
    try:
        return {"text": render()}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:120]}


def case_list(templates, messages):
    for name, template in templates.items():
        chooser = random.Random(name)
        every = [(c, s) for c in range(len(messages)) for s in range(len(source.settings()))]
        # Every conversation once, with the settings in turn, then a sample of the rest.
        first = [(c, (c * 7 + len(name)) % len(source.settings())) for c in range(len(messages))]
        chosen = first + chooser.sample(sorted(set(every) - set(first)), CASES_PER_TEMPLATE - len(first))
        readable = 0
        for conversation, setting in chosen:
            tools, prompt, variables = source.settings()[setting]
            result = outcome(lambda: chat_template_utils.render_jinja_template(
                [messages[conversation][1]], tools=source.TOOLS[tools], chat_template=template,
                add_generation_prompt=prompt, **source.SPECIAL, **variables)[0][0])
            if "text" in result:
                readable += 1
                if readable > READABLE_PER_TEMPLATE:
                    text = result.pop("text")
                    result |= {"bytes": len(text.encode()), "fnv1a": fingerprint(text)}
            yield {"template": name, "conversation": conversation, "tools": tools, "prompt": prompt, "variables": variables} | result


def snippet_list():
    for template in snippets.all_snippets():
        yield {"template": template} | outcome(
            lambda: chat_template_utils._compile_jinja_template(template).render(**snippets.CONTEXT))


def write(name, value, lists):
    """Writes one line per element of the named lists."""
    parts = []
    for key, element in value.items():
        if key in lists:
            lines = ",\n".join(json.dumps(e, ensure_ascii=False) for e in element)
            parts.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(element, ensure_ascii=False)}")
    (HERE / name).write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def main():
    if len(sys.argv) > 1:
        from gguf import GGUFReader
        field = GGUFReader(sys.argv[1]).fields["tokenizer.chat_template"]
        (HERE / "templates" / "smollm2.jinja").write_bytes(bytes(field.parts[field.data[0]]))
    chat_template_utils.datetime = FrozenClock
    templates = {p.stem: p.read_bytes().decode() for p in sorted((HERE / "templates").glob("*.jinja"))}
    messages = list(source.conversations())
    made = {
        "command": "python3 make-cases.py",
        "versions": {"jinja2": jinja2.__version__, "transformers": transformers.__version__},
        "now": NOW.isoformat(),
    }
    cases = list(case_list(templates, messages))
    write("cases.json", made | {
        "special": source.SPECIAL, "tools": source.TOOLS,
        "conversations": [{"name": name, "messages": m} for name, m in messages], "cases": cases,
    }, ["conversations", "cases"])
    write("snippets.json", made | {"context": snippets.CONTEXT, "snippets": list(snippet_list())}, ["snippets"])
    for name in templates:
        mine = [c for c in cases if c["template"] == name]
        print(name, len(mine), "cases,", sum("error" in c for c in mine), "errors")


main()
