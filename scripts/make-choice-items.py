#!/usr/bin/env python3
"""Fills the multiple-choice task of an envelope up to a number of items.

usage: make-choice-items.py ENVELOPE COUNT

Items whose ids do not begin with "made-" stay as they are. After them come as many as are missing, drawn from those of
scripts/choice_items with a fixed seed. Change the envelope's version with them.
"""

import argparse
import hashlib
import json
import pathlib
import random
import re

from choice_items import computed, facts, words

PREFIX = "made-"
TASK = "choice"


def candidates():
    """Every item as (family, prompt, options, answer's place), no prompt twice."""
    seen = set()
    for family, prompt, answer, others in [*facts.all_items(), *words.all_items(), *computed.all_items()]:
        wrong = list(dict.fromkeys(other for other in others if other != answer))
        if prompt.lower() in seen or len(wrong) < 3:
            continue
        seen.add(prompt.lower())
        # By the prompt alone, so that an item is the same whatever stands around it.
        generator = random.Random(hashlib.sha256(prompt.encode()).hexdigest())
        options = generator.sample(wrong, 3) + [answer]
        generator.shuffle(options)
        yield family, prompt, options, options.index(answer)


def drawn(items, count):
    if count > len(items):
        raise SystemExit(f"there are only {len(items)} items to add, not {count}")
    return [items[index] for index in sorted(random.Random(17).sample(range(len(items)), count))]


def line(item):
    return "        " + json.dumps(item, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("envelope", type=pathlib.Path, metavar="ENVELOPE")
    parser.add_argument("count", type=int, metavar="COUNT")
    options = parser.parse_args()

    text = options.envelope.read_text()
    tasks = json.loads(text)["accuracy"]
    own = next(task for task in tasks if task["id"] == TASK)["items"]
    kept = [item for item in own if not item["id"].startswith(PREFIX)]
    taken = {item["prompt"].lower() for task in tasks for item in task["items"] if item not in own}
    taken |= {item["prompt"].lower() for item in kept}
    counts = {}
    made = []
    for family, prompt, choices, answer in drawn(
            [one for one in candidates() if one[1].lower() not in taken], options.count - len(kept)):
        counts[family] = counts.get(family, 0) + 1
        made.append({"id": f"{PREFIX}{family}-{counts[family]:03}", "prompt": prompt, "options": choices,
                     "answer": answer})

    pattern = re.compile(rf'("id": "{TASK}",.*?"items": \[\n).*?(\n      \])', re.DOTALL)
    lines = ",\n".join(line(item) for item in [*kept, *made])
    changed, times = pattern.subn(lambda match: match[1] + lines + match[2], text, count=1)
    if times != 1:
        raise SystemExit(f"{options.envelope} has no task {TASK!r} with an item a line")
    options.envelope.write_text(changed)
    print(f"{options.envelope}: {len(kept)} items of its own, {len(made)} made:", counts)


if __name__ == "__main__":
    main()
