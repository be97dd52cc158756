#!/usr/bin/env python3
"""Writes the canonical mappings of Unicode 9.0, without Hangul, as Swift.

Run with Python 3.11 (Unicode 14.0, in which U+11938 is the only mapping added since 9.0), in this folder:

    python3 make-canonical-mappings.py > ../../../Sources/Tokenization/Normalization/CanonicalMappings+data.swift
"""

import textwrap
import unicodedata

ADDED_SINCE = {0x11938}


def mappings():
    for value in range(0x110000):
        fields = unicodedata.decomposition(chr(value)).split()
        if fields and not fields[0].startswith("<") and value not in ADDED_SINCE:
            yield value, [int(field, 16) for field in fields]


def literal(name, comment, entries):
    text = ", ".join(" ".join(f"{value:X}" for value in entry) for entry in entries)
    # Lines end with the space after a comma and a backslash, which joins the lines of a multi-line literal.
    lines = textwrap.wrap(text, 114, break_on_hyphens=False)
    print(f'  /// {comment}\n  static let {name} = """')
    print(" \\\n".join("    " + line for line in lines))
    print('    """')


both, one_way = [], []
for value, parts in mappings():
    composes = unicodedata.normalize("NFC", chr(value)) == chr(value)
    (both if composes else one_way).append([value, *parts])

SCRIPT = "Tests/TokenizationTests/Conformance/make-canonical-mappings.py"
print(f"// Made by {SCRIPT} from the Unicode Character Database.\n")
print("extension CanonicalMappings {")
literal("compositions", "Composite, first, second: both ways.", both)
print()
literal("decompositions", "Character, then what it is equivalent to: never composed.", one_way)
print("}")
