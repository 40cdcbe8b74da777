"""Who says one thing, which a server of a known protocol once said, whatever it hears; and who greets with that.

Taken from the first words of the tapes. What such a thing is called is a matter of taste, for it does speak that way;
but it opens nothing, so nothing of it may be called open."""

import ast
import pathlib
import re

from .model import Row

TAPES = pathlib.Path(__file__).resolve().parents[2] / "tape"
EACH_MAX, LENGTH_MAX = 2, 4096
ANYTHING = ("*",)
# A greeting that is the whole proof: it holds what stands open (the size of an export, a node that takes anybody).
ALL_IT_SAYS = ("galera/mariadb", "nbd/old")


def bytes_of(text):
    if text.startswith("x "):
        return bytes.fromhex(text[2:])
    return ast.literal_eval("b" + re.sub(r"\\0(?![0-7])", r"\\x00", text))


def first_words(lines):
    """What the server said first, and whether it was asked before."""
    asked, said = False, b""
    for line in lines:
        if line.startswith("< "):
            said += bytes_of(line[2:])
        elif said:
            break
        asked |= line.startswith("> ")
    return said, asked


def found():
    for directory in sorted(TAPES.iterdir()):
        seen = set()
        for tape in sorted(directory.glob("*.tape")):
            lines = tape.read_text().splitlines()
            if "udp" in lines or any(line.startswith(("play", "tls", "probe sample")) for line in lines) or "outcome not-mine" in lines:
                continue
            said, _ = first_words(lines)
            if said and len(said) <= LENGTH_MAX and said not in seen and len(seen) < EACH_MAX:
                seen.add(said)
                yield f"{directory.name}/{tape.stem}", said


ROWS = [row for name, said in found() for row in (
    Row(f"it answers as {name}", "made from that tape", says=said, may=ANYTHING),
    Row(f"it greets as {name}", "made from that tape", greets=said, says=said, may=ANYTHING))
        if row.says and not (row.greets and name in ALL_IT_SAYS)]
