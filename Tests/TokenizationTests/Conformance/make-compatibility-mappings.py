#!/usr/bin/env python3
"""Writes the compatibility mappings of Unicode 9.0 as Swift.

Run with Python 3.11 (Unicode 14.0), in this folder:

    python3 make-compatibility-mappings.py > ../../../Sources/Tokenization/Normalization/CompatibilityMappings+data.swift
"""

import textwrap
import unicodedata

# What Unicode 10.0 to 14.0 added.
ADDED_SINCE = {0x32FF, *range(0xA7F2, 0xA7F5), 0xAB69, *range(0x10781, 0x107BB), 0x1F16C, *range(0x1FBF0, 0x1FBFA)}

entries = []
for value in range(0x110000):
    tag, *parts = unicodedata.decomposition(chr(value)).split() or [""]
    if not tag.startswith("<") or value in ADDED_SINCE:
        continue
    parts = [int(part, 16) for part in parts]
    last = entries[-1] if entries else None
    # Neighbours with neighbouring mappings to one character each are a range.
    if last and len(parts) == len(last[2]) == 1 and value == last[1] + 1 and parts[0] == last[2][0] + value - last[0]:
        last[1] = value
    else:
        entries.append([value, value, parts])

texts = []
for first, last, parts in entries:
    span = f"{first:X}" if first == last else f"{first:X}-{last:X}"
    texts.append(" ".join([span, *(f"{part:X}" for part in parts)]))

SCRIPT = "Tests/TokenizationTests/Conformance/make-compatibility-mappings.py"
print(f"// Made by {SCRIPT} from the Unicode Character Database.\n")
print("extension CompatibilityMappings {")
print("  /// Character, then what it looks like; for a range, what its first looks like, and the rest in order.")
print('  static let decompositions = """')
lines = textwrap.wrap(", ".join(texts), 114, break_on_hyphens=False)
print(" \\\n".join("    " + line for line in lines))
print('    """')
print("}")
