"""Who is known by how it behaves, and by no word."""

import random

from .model import Row

dice = random.Random(12)

SILENT = [Row(name, "its standard or documentation: it waits for a message of its own form", may=()) for name in (
    "syslog", "JetDirect", "a Minecraft server", "OpenVPN", "PPTP", "a DNS server", "a Bitcoin node", "SANE", "RTMP", "pulseaudio", "discard (RFC 863)", "nREPL", "a BitTorrent client", "Modbus")]
WAITS = [Row(f"it hangs up {how}", "made", slams=slams) for how, slams in (
    ("at once", "close"), ("at once, with a reset", "reset"), ("when it hears something", "heard-close"), ("when it hears something, with a reset", "heard-reset"))]
DRIPS = [Row(f"it drips {name}", "made", greets=what, drips=1.0, may=may) for name, what, may in (
    ("zeros", b"\0" * 64, ()), ("letters", b"a" * 64, ()), ("a banner of SSH", b"SSH-2.0-endlessh\r\n", ("ssh",)), ("a line without end", b"x" * 400, ()), ("the head of HTTP", b"HTTP/1.1 200 OK\r\nA: b\r\n", ("web",)))]
FLOODS = [Row(f"it pours {name}", "made", greets=what) for name, what in (
    ("the alphabet (chargen, RFC 864)", bytes(range(33, 106)) * 400), ("zeros", b"\0" * 60000), ("one letter", b"A" * 60000), ("lines", b"line\r\n" * 10000), ("random bytes", dice.randbytes(60000)))]
RANDOM = [Row(f"random bytes first, {number}", "made", greets=dice.randbytes(dice.randint(1, 200))) for number in range(15)]
RANDOM += [Row(f"random bytes in return, {number}", "made", says=dice.randbytes(dice.randint(1, 200))) for number in range(15)]
RANDOM += [Row(f"new random bytes each time, {number}", "made", says=lambda heard: dice.randbytes(40)) for number in range(5)]
INSIDE_TLS = [
    Row("tls: an ALPN that nobody offers", "RFC 7301, section 3.2", tls="alpn"), Row("tls: a client certificate, and silence", "RFC 8446, section 4.3.2", tls="client", may=("tls-service",)),
    Row("tls: silence", "made", tls="plain"),
    Row("tls: mumble", "its documentation: protobuf frames", tls="plain", greets=b"\0\0\0\0\0\4\x08\x80\x0c\0"), Row("tls: nrpe", "its source", tls="plain", slams="heard-close"), Row("tls: a line for all", "made", tls="plain", says=b"ERR\r\n"),
    Row("tls: +PONG to all", "made", tls="plain", says=b"+PONG\r\n"), Row("tls: gemini", "its specification", tls="plain", says=b"59 Bad request\r\n", ends=True), Row("tls: bytes first", "made", tls="plain", greets=b"\1\0\0\0"),
    Row("tls: random bytes", "made", tls="plain", says=dice.randbytes(50)), Row("tls: echo", "made", tls="plain", says=lambda heard: heard), Row("tls: a greeting", "made", tls="plain", greets=b"Hello\r\n"), Row("tls: an IRC server", "RFC 1459", tls="plain", says=b":irc.example 451 * :You have not registered\r\n")]

ROWS = SILENT + WAITS + DRIPS + FLOODS + RANDOM + INSIDE_TLS
