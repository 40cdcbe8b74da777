#!/usr/bin/env python3
"""Tests the guard itself: verify must let through what is declared and stop at the first byte that is not, and
capture.so must see every byte that a program sends, outside TLS and inside it.

    test/guard/test_verify.py BUILD        run by test/guard/run; BUILD/guard holds verify and capture.so"""

import contextlib
import os
import pathlib
import re
import socket
import struct
import ssl
import subprocess
import sys
import tempfile
import threading

GUARD = pathlib.Path(__file__).resolve().parent
ROOT = GUARD.parents[1]


def hexed(data):
    return data.hex()


def record(kind, body):
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


HELLO = record(0x16, message(1, b"\3\3" + bytes(40)))
NO_CERTIFICATE = record(0x16, message(11, bytes(3)))
CERTIFICATE = record(0x16, message(11, b"\0\0\5\0\0\2ab"))
CIPHER = record(0x14, b"\1")
DATA = record(0x17, bytes(30))


def lines(*pieces, sent=None, closed=True):
    """A capture of one connection, from pairs of kind and bytes."""
    outer = sum(len(data) for kind, data in pieces if kind in ("plain", "tls", "packet"))
    text = "1 open 127.0.0.1:6379 0\n"
    text += "".join(f"1 {kind} 127.0.0.1:6379 {hexed(data)}\n" for kind, data in pieces)
    return text + (f"1 close 127.0.0.1:6379 {outer if sent is None else sent}\n" if closed else "")


def packet(flags=2, payload=b"", protocol=6):
    tcp = struct.pack(">HHIIHHHH", 40000, 6379, 7, 0, 5 << 12 | flags, 64240, 0, 0) + payload
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, protocol, 0) + bytes(8) + tcp


HTTP = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:9200\r\n"

WRITTEN = [
    (True, "one ask", lines(("plain", b"PING\r\n"))),
    (True, "asks one after the other", lines(("plain", b"PING\r\nINFO\r\nQUIT\r\n"))),
    (True, "an ask in pieces", lines(("plain", b"PI"), ("plain", b"NG\r\n"))),
    (True, "nothing sent", lines()),
    (True, "less sent than given", lines(("plain", b"PING\r\n"), sent=0)),
    (True, "a handshake and an ask inside",
     lines(("tls", HELLO), ("tls", NO_CERTIFICATE + CIPHER), ("tls", DATA), ("inside", b"PING\r\n"))),
    (True, "a call that failed", lines(("tls", HELLO), ("attempt", b"PING\r\n"))),
    (True, "a packet that asks whether anybody is there", lines(("packet", packet()))),
    (False, "a packet that carries something", lines(("packet", packet(payload=b"PING\r\n")))),
    (False, "a packet that ends a connection", lines(("packet", packet(flags=4)))),
    (False, "a packet of another protocol", lines(("packet", packet(protocol=17)))),
    (False, "a packet that is cut short", lines(("packet", packet()[:-1]))),
    (False, "two packets in one", lines(("packet", packet()), ("packet", packet()))),
    (False, "another request", lines(("plain", b"FLUSHALL\r\n"))),
    (False, "a request that reads a record, where no sample was asked for", lines(("plain", b"PING\r\nRANDOMKEY\r\n"))),
    (False, "one byte more", lines(("plain", b"PING\r\nX"))),
    (False, "one byte less", lines(("plain", b"PING\r"))),
    (False, "one byte changed", lines(("plain", b"PIMG\r\n"))),
    (False, "an HTTP request that is not declared", lines(("plain", HTTP + b"Cookie: a=b\r\n\r\n"))),
    (False, "another request inside TLS", lines(("tls", HELLO + CIPHER + DATA), ("inside", b"AUTH x\r\n"))),
    (False, "another request that failed", lines(("tls", HELLO), ("attempt", b"AUTH x\r\n"))),
    (False, "plain bytes after TLS began", lines(("tls", HELLO), ("plain", b"PING\r\n"))),
    (False, "no TLS record", lines(("tls", b"PING\r\n"))),
    (False, "a record that is cut short", lines(("tls", HELLO + DATA[:-1]))),
    (False, "data before the handshake", lines(("tls", DATA))),
    (False, "a client certificate", lines(("tls", HELLO + CERTIFICATE))),
    (False, "a proof of a client's key", lines(("tls", HELLO + record(0x16, message(15, b"\4\1\0\0"))))),
    (False, "more sent than seen", lines(("plain", b"PING\r\n"), sent=7)),
    (False, "never closed", lines(("plain", b"PING\r\n"), closed=False)),
    (False, "no capture at all", ""),
    (False, "a torn line", lines(("plain", b"PING\r\n")) + "1 plain 127.0.0.1:6379 5"),
    (False, "an unknown kind", lines(("plane", b"PING\r\n"))),
]

# Clients in Python, run behind capture.so with the port as their argument.
CLIENT = """
import os, socket, ssl, sys, tempfile
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def inside():
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    return c.wrap_socket(s)
"""
FORK = """
if not (p := os.fork()):
    c = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    c.sendall(b"%s\\r\\n")
    c.close()
    os._exit(0)
os.waitpid(p, 0)
"""
LIVE = [
    (True, "a plain ask", 's.sendall(b"PING\\r\\n")'),
    (True, "an ask inside TLS", 's = inside(); s.sendall(b"PING\\r\\n")'),
    (True, "an ask in a process of its own", FORK % "PING"),
    (False, "one byte too many", 's.sendall(b"PING\\r\\n"); s.sendall(b"X")'),
    (False, "another request inside TLS", 's = inside(); s.sendall(b"AUTH x\\r\\n")'),
    (False, "another request by sendmsg", 's.sendmsg([b"FLUSH", b"ALL\\r\\n"])'),
    (False, "another request by write", 'os.write(s.fileno(), b"FLUSHALL\\r\\n")'),
    (False, "another request by writev", 'os.writev(s.fileno(), [b"FLUSH", b"ALL\\r\\n"])'),
    (False, "another request over UDP",
     'u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b"version", ("127.0.0.1", int(sys.argv[1])))'),
    (False, "a way that capture.so does not stand in",
     'f = tempfile.TemporaryFile(); f.write(b"PING\\r\\n"); f.flush(); os.sendfile(s.fileno(), f.fileno(), 0, 6)'),
    (False, "another request in a process of its own", FORK % "FLUSHALL"),
]


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, ok, name, more=""):
        self.passed += ok
        self.failed += not ok
        if not ok:
            print(f"not ok guard: {name}{': ' if more else ''}{more}")

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def verify(build, *paths):
    return subprocess.run([build / "guard" / "verify", *paths], cwd=ROOT, capture_output=True, text=True, timeout=60)


@contextlib.contextmanager
def server(directory, tls):
    """Accepts on loopback, in TLS where it is asked for, answers as a Redis that refuses all but PING, ends with the client."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if tls:
        key, certificate = directory / "key.pem", directory / "cert.pem"
        if not key.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", key, "-out", certificate, "-subj", "/CN=guard", "-days", "2"],
                           check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

    def answer(peer):
        with contextlib.suppress(OSError):
            peer.settimeout(10)
            peer = context.wrap_socket(peer, server_side=True) if context else peer
            while heard := peer.recv(4096):
                peer.sendall(b"+PONG\r\n" if heard == b"PING\r\n" else b"-NOPERM no\r\n" * heard.count(b"\r\n"))
        peer.close()

    def serve():
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=answer, args=(peer,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def behind_capture(build, captures, command):
    captures.mkdir()
    environment = dict(os.environ, LD_PRELOAD=str(build / "guard" / "capture.so"), AJAR_CAPTURE_DIR=str(captures),
                       XDG_STATE_HOME=str(captures.parent / "state"))
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd=ROOT)


def check_written(build, directory, tally):
    for number, (good, name, text) in enumerate(WRITTEN):
        path = directory / f"{number}.capture"
        path.write_text(text)
        done = verify(build, path)
        tally.add((done.returncode == 0) == good and done.returncode < 2, name, done.stdout.strip() + done.stderr)


def check_law(build, directory, tally):
    """What an ask declares is judged by the law once more as it left: a name must be one and lead nowhere else."""
    printed = subprocess.run([build / "ajar", "asks"], capture_output=True, text=True, check=True).stdout.splitlines()
    request = next(body for head, body in zip(printed, printed[1:]) if head.startswith("couchdb.info:"))
    request = re.sub(r"\{base path, at most [0-9]+\}", "", request.strip())
    request = request.replace("\\r\\n", "\r\n").replace("{host, at most 262}", "127.0.0.1:5984")
    for good, name in ((True, "orders"), (True, "a%2Fb"), (False, "..")):
        path = directory / "law.capture"
        path.write_text(lines(("plain", request.replace("{collection, at most 512}", name).encode())))
        done = verify(build, path)
        tally.add((done.returncode == 0) == good and done.returncode < 2, f"law: {name}", done.stdout + done.stderr)


def check_samples(build, directory, tally):
    """What reads records is let through where it is said that a sample was asked for, and nothing else beside it."""
    for good, request in ((True, b"RANDOMKEY\r\n"), (True, b"*2\r\n$4\r\nTYPE\r\n$1\r\nk\r\n"), (False, b"FLUSHALL\r\n"),
                          (False, b"*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n"), (False, b"*2\r\n$4\r\nTYPE\r\n$2\r\nk\r\n")):
        path = directory / "sample.capture"
        path.write_text(lines(("plain", request)))
        done = verify(build, "--sample", path)
        tally.add((done.returncode == 0) == good and done.returncode < 2, f"sample: {request}", done.stdout + done.stderr)


def check_live(build, directory, tally):
    for number, (good, name, code) in enumerate(LIVE):
        captures = directory / f"live-{number}"
        with server(directory, "inside()" in code) as port:
            ran = behind_capture(build, captures, [sys.executable, "-c", CLIENT + code + "\ns.close()", str(port)])
        done = verify(build, captures)
        tally.add(ran.returncode == 0 and (done.returncode == 0) == good, f"live: {name}",
                  f"exit {ran.returncode} {ran.stderr[-300:]} {done.stdout.strip()}")


def check_ajar(build, directory, tally):
    """Ajar itself, both verbs that ask, against something that answers like a Redis that refuses."""
    commands = [(False, ["scan", "--json"]), (True, ["scan", "--json"]), (False, ["probe", "redis"]),
                (True, ["probe", "--tls", "redis"])]
    for number, (tls, command) in enumerate(commands):
        captures = directory / f"ajar-{number}"
        with server(directory, tls) as port:
            ran = behind_capture(build, captures, [build / "ajar", *command, f"127.0.0.1:{port}"])
        done = verify(build, captures)
        tally.add(ran.returncode in (0, 1) and done.returncode == 0, f"ajar {command[0]} {'in TLS' if tls else 'plain'}",
                  f"exit {ran.returncode} {ran.stderr[-300:]} {done.stdout.strip()}")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="ajar-guard-") as name:
        directory = pathlib.Path(name)
        check_written(build, directory, tally)
        check_law(build, directory, tally)
        check_samples(build, directory, tally)
        check_live(build, directory, tally)
        check_ajar(build, directory, tally)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
