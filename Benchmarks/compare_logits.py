"""Compares two arrays of logits, tokens × vocabulary, and prints what it finds as one JSON object.

usage: compare_logits.py OURS.npy THEIRS.npy
"""

import json
import sys

import numpy as np


def main() -> None:
    ours, theirs = (np.load(name).astype(np.float64) for name in sys.argv[1:])
    rows = zip(ours, theirs, strict=True)
    found = {
        "largest_difference": float(np.abs(ours - theirs).max()),
        "correlation": float(np.mean([np.corrcoef(own, other)[0, 1] for own, other in rows])),
        # Of the second.
        "likeliest": theirs.argmax(axis=1).tolist(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
