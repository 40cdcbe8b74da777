"""How the lint sees an ask: text in which each character is one byte (latin-1), a hole, or a computed length."""

import re

LENGTH = "\ue000"
HOLE_FIRST = 0xE001


class Refused(Exception):
    """Why an ask may not be sent."""


class Ask:
    """One ask as `ajar asks` prints it. `text` holds bytes, LENGTH, and one character a hole; `holes` says for each
    such character what its label is and how long it may get."""

    def __init__(self, name, why, printed):
        self.name, self.why = name, why
        self.holes = {}
        self.text = self._read(printed)

    @property
    def family(self):
        return self.name.split(".", 1)[0]

    def _read(self, printed):
        out, at = [], 0
        token = re.compile(r"\{length\}|\{([^{},]+), at most (\d+)\}|\\x([0-9a-f]{2})|\\([rnt\\])|([ -~])", re.S)
        while at < len(printed):
            found = token.match(printed, at)
            if not found:
                raise Refused(f"its printed form cannot be read at {printed[at:at + 20]!r}")
            label, most, byte, escape, plain = found.groups()
            if label:
                symbol = chr(HOLE_FIRST + len(self.holes))
                self.holes[symbol] = (label, int(most))
                out.append(symbol)
            elif byte:
                out.append(chr(int(byte, 16)))
            elif escape:
                out.append({"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}[escape])
            else:
                out.append(plain or LENGTH)
            at = found.end()
        return "".join(out)

    def label(self, symbol):
        return self.holes[symbol][0] if symbol in self.holes else None


def read_asks(text):
    """The output of `ajar asks`: a line `name: why`, then the bytes, indented by four spaces."""
    lines = text.splitlines()
    if len(lines) % 2:
        raise Refused("the list of asks has an odd number of lines")
    asks = []
    for head, body in zip(lines[::2], lines[1::2]):
        found = re.fullmatch(r"([a-z0-9._@-]+): (\S.*)", head, re.I)
        if not found or not body.startswith("    "):
            raise Refused(f"the list of asks cannot be read at {head!r}")
        try:
            asks.append(Ask(found[1], found[2], body[4:]))
        except Refused as error:
            raise Refused(f"{found[1]}: {error}") from None
    return asks


class Cursor:
    """Reads an ask's text from the front; whatever it does not expect is refused."""

    def __init__(self, ask, text=None):
        self.ask = ask
        self.text = ask.text if text is None else text
        self.at = 0

    def fail(self, what):
        raise Refused(f"{what}, at {show(self.text[self.at:self.at + 24])}")

    def peek(self):
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self, count):
        if self.at + count > len(self.text):
            self.fail("it ends too early")
        piece = self.text[self.at:self.at + count]
        self.at += count
        return piece

    def byte(self):
        c = self.take(1)
        if ord(c) > 255:
            self.at -= 1
            self.fail("a byte is expected, not a hole or a length")
        return ord(c)

    def exactly(self, text, what):
        if not self.text.startswith(text, self.at):
            self.fail(f"{what} is expected")
        self.at += len(text)

    def number(self, width, order):
        """A literal number, or None for a computed length."""
        if self.peek() == LENGTH:
            self.at += 1
            return None
        return int.from_bytes(bytes(self.byte() for _ in range(width)), order)

    def until_nul(self):
        end = self.text.find("\0", self.at)
        if end < 0:
            self.fail("a closing NUL is expected")
        piece = self.text[self.at:end]
        self.at = end + 1
        return piece

    def rest(self):
        piece = self.text[self.at:]
        self.at = len(self.text)
        return piece

    def end(self):
        if self.at != len(self.text):
            self.fail("nothing more is expected")


def show(text):
    return "".join("{length}" if c == LENGTH else "{hole}" if ord(c) > 255 else
                   c if " " <= c <= "~" else f"\\x{ord(c):02x}" for c in text)
