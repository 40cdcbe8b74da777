"""Services that are nobody's store, for test/zoo/wire_haystack.py: what each says, and where that is known from."""

from .model import Row
from . import binary, greeting, parrots, shapes, text

ROWS = greeting.ROWS + text.ROWS + binary.ROWS + shapes.ROWS + parrots.ROWS

__all__ = ["ROWS", "Row"]
