#!/usr/bin/env python3
"""TLS servers that mean harm: absurd chains and certificates, names that are to deceive, answers without an end. `ajar tls`
must state a fact or say why not: never crash, hang, print what moves a terminal, or take a name for one that it is not.

    test/tls/hostile.py [BUILD] [--only WORD]

The last line is "N passed, N failed"."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = 4             # most of the time is waiting
LONG_S = 120         # by far more than a session may last
CLEAN = (0, 1, 3)    # nothing weak, something weak, not audited
MOVES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


# ---- certificates -----------------------------------------------------------------------------

def der(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    length = bytes([n]) if n < 0x80 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + body


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([40 * first + second])
    for n in rest:
        digits = [n & 0x7f]
        while n := n >> 7:
            digits.insert(0, 0x80 | n & 0x7f)
        out += bytes(digits)
    return der(6, out)


UTF8, PRINTABLE, BMP, UTC, GENERALIZED = 12, 19, 30, 23, 24
SHA256_RSA = der(0x30, oid("1.2.840.113549.1.1.11"), der(5))


def name(*values, tag=UTF8):
    return der(0x30, *(der(0x31, der(0x30, oid("2.5.4.3"), der(tag, value))) for value in values))


def rsa(modulus_bytes=256, exponent=b"\x01\x00\x01"):
    key = der(0x30, der(2, b"\x00" + b"\xc1" * modulus_bytes), der(2, exponent))
    return der(0x30, der(0x30, oid("1.2.840.113549.1.1.1"), der(5)), der(3, b"\x00" + key))


def dns(*names):
    return der(0x30, *(der(0x82, n) for n in names))


def certificate(subject=name(b"db.example"), issuer=name(b"db.example"), start=der(UTC, b"260101000000Z"), end=der(UTC, b"270101000000Z"),
                names=dns(b"db.example"), key=rsa(), algorithm=SHA256_RSA, serial=der(2, b"\x01"), more=()):
    extensions = [der(0x30, oid("2.5.29.17"), der(4, names)), *more] if names is not None else list(more)
    tbs = der(0x30, der(0xa0, der(2, b"\x02")), serial, algorithm, issuer, der(0x30, start, end), subject, key,
              der(0xa3, der(0x30, *extensions)))
    return der(0x30, tbs, algorithm, der(3, b"\x00" + b"s" * 256))


# ---- the server -------------------------------------------------------------------------------

def u24(n):
    return n.to_bytes(3, "big")


def message(kind, body):
    return bytes([kind]) + u24(len(body)) + body


def records(messages):
    return b"".join(b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part
                    for part in (messages[i:i + 16384] for i in range(0, len(messages), 16384)))


def hello(suite=b"\x00\x2f", extensions=b""):
    return message(2, b"\x03\x03" + b"R" * 32 + b"\x00" + suite + b"\x00" + extensions)


def shows(*chain):
    """The answer of a server that shows these certificates."""
    listed = b"".join(u24(len(c)) + c for c in chain)
    return records(hello() + message(11, u24(len(listed)) + listed) + message(14, b""))


class Server:
    """Gives the same answer to every hello that offers TLS 1.2; all else gets an alert."""

    def __init__(self, answer):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answer = answer
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        with s:
            s.settimeout(10)
            try:
                said = s.recv(4096)
                if said[:1] == b"\x16" and said[9:11] == b"\x03\x03":
                    for part in self.answer() if callable(self.answer) else [self.answer]:
                        s.sendall(part)
                    s.recv(4096)
                else:
                    s.sendall(b"\x15\x03\x03\x00\x02\x02\x46")
            except OSError:
                pass

    def stop(self):
        self.listener.close()


def endless(part):
    def answer():
        while True:
            yield part
    return answer


# ---- cases ------------------------------------------------------------------------------------

def cases():
    """name -> (answer, facts that must be so; a key of None means that none of that name is stated)."""
    plain = certificate()
    many = dns(*(b"host-%d.example" % i for i in range(10000)))
    return {
        "as it is": (shows(plain), {"cert.subject": "CN=db.example"}),
        "a chain of 100": (shows(*[plain] * 100), {}),
        "a chain of 1000 empty ones": (shows(*[b""] * 1000), {"cert.subject": None}),
        "an empty chain": (shows(), {"cert.subject": None}),
        "16 MB": (shows(certificate(more=[der(0x30, oid("1.2.3"), der(4, b"x" * (16 << 20)))])[:(1 << 24) - 16]), {}),
        "a certificate list that says 16 MB and ends": (records(hello() + b"\x0b\xff\xff\xff\xff\xff\xfc\xff\xff\xf9" + plain), {}),
        "10,000 names": (shows(certificate(names=many)), {}),
        "2,000 names": (shows(certificate(names=dns(*(b"h%d.example" % i for i in range(2000))))), {"cert.names.all": 2000}),
        "a name of 60,000 bytes": (shows(certificate(subject=name(b"a" * 60000))), {}),
        "5,000 parts of a name": (shows(certificate(subject=name(*[b"a"] * 5000))), {}),
        "no name at all": (shows(certificate(subject=der(0x30), names=None)), {"cert.names": None}),
        "dates before and after time": (shows(certificate(start=der(GENERALIZED, b"00000101000000Z"), end=der(GENERALIZED, b"99991231235959Z"))),
                                        {"cert.subject": "CN=db.example"}),
        "a thirteenth month": (shows(certificate(end=der(UTC, b"271332000000Z"))), {"cert.not_after": None}),
        "dates that are no dates": (shows(certificate(start=der(UTC, b"\xff" * 13), end=der(UTC, b""))), {"cert.not_after": None}),
        "dates the wrong way round": (shows(certificate(start=der(UTC, b"270101000000Z"), end=der(UTC, b"260101000000Z"))), {}),
        "a NUL in a name": (shows(certificate(names=dns(b"localhost\x00.evil.example"))), {"cert.name_match": False}),
        "a NUL behind a name": (shows(certificate(names=dns(b"localhost\x00"))), {"cert.name_match": False}),
        "a comma in a name": (shows(certificate(names=dns(b"evil.example,localhost"))), {"cert.name_match": False}),
        "a wildcard for everything": (shows(certificate(names=dns(b"*", b"*.", b"localhos*", b"*localhost"))), {"cert.name_match": False}),
        "the common name alone": (shows(certificate(subject=name(b"localhost"), names=None)), {"cert.name_match": False}),
        "an empty name": (shows(certificate(names=dns(b""))), {"cert.name_match": False}),
        "an address of 5 bytes": (shows(certificate(names=der(0x30, der(0x87, b"\x7f\x00\x00\x01\x00")))), {"cert.name_match": False}),
        "bidi in the subject": (shows(certificate(subject=name("db\u202eelpmaxe\u2066.example".encode()))), {}),
        "escapes of a terminal": (shows(certificate(subject=name(b"\x1b[2J\x1b]0;x\x07\r\n  critical  all is well\x9b31m"))), {}),
        "UTF-8 that is none": (shows(certificate(subject=name(b"\xff\xfe\xc0\xaf\xed\xa0\x80"))), {}),
        "half a BMP character": (shows(certificate(subject=name(b"\x00d\x00", tag=BMP))), {}),
        "bytes that are no PrintableString": (shows(certificate(subject=name(b"\x00\x01\x7f\xff", tag=PRINTABLE))), {}),
        "a key of 65,536 bits": (shows(certificate(key=rsa(8192))), {}),
        "a key of 8 bits": (shows(certificate(key=rsa(1))), {}),
        "exponent 1": (shows(certificate(key=rsa(exponent=b"\x01"))), {}),
        "exponent 0": (shows(certificate(key=rsa(exponent=b"\x00"))), {}),
        "a modulus of nothing": (shows(certificate(key=der(0x30, der(0x30, oid("1.2.840.113549.1.1.1"), der(5)),
                                                           der(3, b"\x00" + der(0x30, der(2), der(2, b"\x03")))))), {}),
        "a key of a kind that nobody knows": (shows(certificate(key=der(0x30, der(0x30, oid("1.2.3.4.5")), der(3, b"\x00abc")))),
                                              {"cert.subject": "CN=db.example"}),
        "a signature of a kind that nobody knows": (shows(certificate(algorithm=der(0x30, oid("1.2.3.4.5")))), {"cert.subject": "CN=db.example"}),
        "a negative serial number": (shows(certificate(serial=der(2, b"\x80"))), {"cert.subject": "CN=db.example"}),
        "a serial number of 30,000 bytes": (shows(certificate(serial=der(2, b"\x01" * 30000))), {}),
        "names of a directory within a directory": (shows(certificate(names=der(0x30, *[der(0xa4, name(b"x"))] * 500))), {}),
        "20,000 extensions": (shows(certificate(more=[der(0x30, oid("1.2.3"), der(4, b""))] * 6000)), {}),
        "lists in lists, 10,000 deep": (shows(nested(10000)), {"cert.subject": None}),
        "a length of 2 to the 63": (shows(b"\x30\x88\x7f\xff\xff\xff\xff\xff\xff\xff" + b"x" * 100), {"cert.subject": None}),
        "bytes behind the certificate": (shows(plain + b"tail"), {}),
        "hellos without an end": (endless(records(hello())), {}),
        "records of one byte": (b"".join(b"\x16\x03\x03\x00\x01" + shows(plain)[5:][i:i + 1] for i in range(4)), {}),
        "empty records without an end": (endless(b"\x16\x03\x03\x00\x00" * 1000), {}),
        "warnings without an end": (endless(b"\x15\x03\x03\x00\x02\x01\x70" * 1000), {}),
        "alerts of a strange size": (b"\x15\x03\x03\x40\x00" + b"\x02" * 16384, {}),
        "a version of the far future": (records(message(2, b"\x7f\xff" + b"R" * 32 + b"\x00\x00\x2f\x00")), {}),
        "an extension longer than the hello": (records(hello(extensions=b"\xff\xff\x00\x05\xff\xff")), {}),
    }


def nested(depth):
    out = b""
    for _ in range(depth):
        out = der(0x30, out)
    return out


# ---- the test ---------------------------------------------------------------------------------

def run(ajar, state, *args):
    out = subprocess.run([ajar, "tls", *args], capture_output=True, timeout=LONG_S, env={**os.environ, "XDG_STATE_HOME": state})
    return out.returncode, out.stdout, out.stderr


def wrongs(ajar, state, port, wanted):
    found = []
    status, out, err = run(ajar, state, "--json", f"localhost:{port}")
    if status not in CLEAN:
        found.append(f"ended with {status}: {err[-400:]!r}")
    try:
        facts = json.loads(out)["facts"] if out.strip() else {}
    except ValueError as e:
        return [*found, f"no JSON: {e}"]
    if not facts and not err:
        found.append("neither a fact nor a reason")
    found += [f"{k} is {facts.get(k)!r}, wanted {v!r}" for k, v in wanted.items() if facts.get(k) != v]
    status, out, err = run(ajar, state, f"localhost:{port}")
    if status not in CLEAN:
        found.append(f"the page ended with {status}")
    moving = MOVES.search((out + err).decode(errors="surrogateescape"))
    if moving:
        found.append(f"the page holds {moving.group()!r}")
    return found


def is_wrong(ajar, state, title, answer, wanted):
    server = Server(answer)
    try:
        found = wrongs(ajar, state, server.port, wanted)
    except subprocess.TimeoutExpired:
        found = [f"took more than {LONG_S} s"]
    server.stop()
    if found:
        print(f"not ok - {title}: {'; '.join(found)}", flush=True)
    return bool(found)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", nargs="?", default=str(ROOT / "build"))
    options.add_argument("--only", default="")
    options = options.parse_args()
    ajar = str(pathlib.Path(options.build).resolve() / "ajar")
    chosen = [(title, *case) for title, case in cases().items() if options.only in title]
    with tempfile.TemporaryDirectory() as state, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        failed = sum(pool.map(lambda case: is_wrong(ajar, state, *case), chosen))
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
