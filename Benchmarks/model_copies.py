"""Two copies of a model of which nobody can say that they are the same model, and which compute the same.

A comparison of equal tensors is refused, and a resident's challenges are counted by its tensors. So one bit of one
element of one norm is changed in each copy, in another element for each comparison: what a model costs does not depend
on it.
"""

import json
import shutil
import struct
import sys

ELEMENT_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


class Copies:
    """Two copies of a model folder in a library of their own."""

    def __init__(self, model, name, library):
        self.library, self.resident, self.candidate = library, name, f"{name}-copy"
        for copy in (self.resident, self.candidate):
            shutil.copytree(model.resolve(), library / copy)
        self.elements = self.norm_elements(library / self.resident)
        self.changed = []

    @staticmethod
    def norm_elements(folder):
        """File and position of the first byte of every element of every norm."""
        elements = []
        for file in sorted(folder.glob("*.safetensors")):
            with open(file, "rb") as stream:
                size = struct.unpack("<Q", stream.read(8))[0]
                header = json.loads(stream.read(size))
            for name, tensor in sorted(header.items()):
                if name.endswith("norm.weight") and (width := ELEMENT_BYTES.get(tensor["dtype"])):
                    start, end = (8 + size + offset for offset in tensor["data_offsets"])
                    elements += [(file.name, position) for position in range(start, end, width)]
        if len(elements) < 2:
            sys.exit(f"{folder} has no norm whose elements could be changed")
        return elements

    def draw(self, number):
        """Takes back the last change and makes another in each copy."""
        for place in self.changed:
            self.flip(*place)
        self.changed = []
        for side, copy in enumerate((self.resident, self.candidate)):
            file, position = self.elements[(2 * number + side) % len(self.elements)]
            self.flip(self.library / copy / file, position)
            self.changed.append((self.library / copy / file, position))

    @staticmethod
    def flip(file, position):
        """Numbers are little-endian: the last bit of an element is in its first byte."""
        with open(file, "r+b") as stream:
            stream.seek(position)
            byte = stream.read(1)[0]
            stream.seek(position)
            stream.write(bytes([byte ^ 1]))
