"""Small templates, each for one behaviour of Jinja: expressions one per line, templates between lines of `====`."""

import pathlib

HERE = pathlib.Path(__file__).parent

CONTEXT = {
    "s": "Hello World", "u": "straße ΣΑΣ 😀 e\u0301", "empty": "", "n": 7, "neg": -3, "f": 2.5, "yes": True, "no": False, "nil": None,
    "l": [3, 1, 2], "words": ["b", "A", "c", "a"], "mixed": [1, "a", None, True, 2.0, [1], {"k": 1}],
    "d": {"b": 1, "a": 2, "items": 3}, "nested": {"x": {"y": [10, {"z": "deep"}]}},
    "users": [{"name": "bo", "age": 3, "on": True}, {"name": "Al", "age": 5}, {"name": "ci", "age": 3, "on": False}],
    "space": "  \n a b \t c \u3000", "lines": "one\ntwo\n\nthree\n",
}

# What the interpreter refuses on purpose and Jinja accepts.
REFUSED = {
    "{% set big = 99999999999999999999 %}ok", "{{ 10 ** 100 }}", "{{ 9223372036854775807 + 1 }}",
    "{% for x in [1, 2, 3] recursive %}{{ x }}{% endfor %}X",
    "{% block b %}{% endblock %}", "{{ lipsum is defined }}{{ range is defined }}{{ dict is defined }}{{ cycler is defined }}",
}


def all_snippets():
    """The sources; two of the expressions continue on the next line."""
    lines = iter((HERE / "snippet-expressions.txt").read_text(encoding="utf-8").strip("\n").split("\n"))
    for line in lines:
        if line in ("'a\\", '"multi'):
            line += "\n" + next(lines)
        yield "{{ " + line + " }}"
    for template in (HERE / "snippet-templates.txt").read_text(encoding="utf-8").strip("\n").split("\n====\n"):
        if template not in REFUSED:
            yield template
