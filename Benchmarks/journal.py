"""What a benchmark has measured so far, for one that goes on where it was ended."""

import json
import os


class Journal:
    """Lines of JSON that are on the medium when `add` returns. A line that a crash cut off does not count."""

    def __init__(self, file):
        self.file = file

    def read(self):
        text = self.file.read_text() if self.file.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def add(self, line):
        with open(self.file, "a+b") as stream:
            end = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            whole = stream.read().rfind(b"\n") + 1
            if whole < end:
                stream.truncate(whole)
            stream.write(json.dumps(line).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    def comparisons(self):
        """Lines of comparisons that were brought to their end: neither failed, nor merely begun."""
        return [row for row in self.read() if "comparison" in row]
