"""What the haystack says about one service."""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Row:
    """One service on one port. What it says is from its standard or documentation, as `source` names it, or was
    recorded from the server named there; "made" is a shape that nobody is known for."""

    name: str
    source: str
    greets: bytes = b""  # said unasked, at once
    says: bytes | Callable | None = None  # to each thing it hears; a callable gets that, and says b"" for nothing
    ends: bool = False  # hangs up after it has said something
    slams: str = ""  # "close", "reset": at once; "heard-close", "heard-reset": when it hears something
    drips: float = 0  # seconds between two bytes of what it greets with
    tls: str = ""  # inside TLS from the first byte: "plain", "alpn" (one that nobody offers), "client" (wants a certificate)
    may: tuple = ()  # the products that it may be called besides "unknown": what it really speaks


def rows(source, may, *entries, **more):
    """Rows that only greet: (name, greeting)."""
    return [Row(name, source, greets=greeting, may=may, **more) for name, greeting in entries]


def replies(source, may, *entries, **more):
    """Rows that only answer: (name, answer)."""
    return [Row(name, source, says=answer, may=may, **more) for name, answer in entries]
