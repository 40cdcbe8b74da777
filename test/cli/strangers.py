#!/usr/bin/env python3
"""Listeners on odd ports, one of each way to take what a stranger is asked, and TLS servers of each lock, by one scan
over sockets: what is said of each, and how long the slowest takes.

    test/cli/strangers.py build/ajar
"""

import json
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = "127.77.99.1"
WHO_S = 8
PAGE = b"HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Length: 2\r\n\r\nok"
BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
MYSQL = b"\x17\x00\x00\x00\xff\x10\x04Too many connections"
FRAME = bytes.fromhex("840000000000000006" + "0000000a0000")


class Listener:
    """Serves each connection by `talk(connection)`."""

    def __init__(self, talk):
        self.talk = talk
        self.asked = []
        self.socket = socket.create_server((HERE, 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.talk(connection)
            except OSError:
                pass


def silent(connection):
    while connection.recv(4096):
        pass


def slams(connection):
    connection.recv(4096)


def resets(connection):
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up_unasked(connection):
    time.sleep(0.01)


def greets(connection):
    connection.sendall(b"HELLO stranger 1.0\r\n")
    silent(connection)


def text(connection):
    while connection.recv(4096):
        connection.sendall(b"500 What?\r\n")


def frames(connection):
    while connection.recv(4096):
        connection.sendall(FRAME)


def page_unasked(connection):
    connection.sendall(b"HTTP/1.0 503 Full\r\nServer: Elasticsearch\r\n\r\n")


def waits_for_a_null(connection):
    """STOMP's frames end in a NUL; a line without one is waited for."""
    seen = b""
    while b"\0" not in seen:
        piece = connection.recv(4096)
        if not piece:
            return
        seen += piece
    connection.sendall(b"ERROR\nmessage:what\n\n\0")


def slow_web(delay):
    def talk(connection):
        request = connection.recv(4096)
        time.sleep(delay)
        connection.sendall(PAGE if request.startswith(b"GET ") else BAD)
    return talk


def slow_greeter(connection):
    time.sleep(4)
    connection.sendall(MYSQL)
    silent(connection)


# name, listener, product, facts, in how many seconds at most the scan of it alone may be over (0: not measured)
KINDS = [
    ("silent", silent, "unknown", {"reacts.line": "silent", "reacts.tls": "silent", "reacts.http": "silent"}, WHO_S),
    ("slams", slams, "unknown", {"reacts.line": "closes", "reacts.tls": "closes", "reacts.http": "closes"}, 2),
    ("resets", resets, "unknown", {"reacts.line": "resets", "reacts.tls": "resets", "reacts.http": "resets"}, 2),
    ("hangs up unasked", hangs_up_unasked, "unknown", {"greeting": None}, 2),
    ("greets", greets, "unknown", {"greeting": "HELLO stranger 1.0\r\n", "greeting.to": "connect", "reacts.line": None}, 2),
    ("text", text, "unknown", {"greeting": "500 What?\r\n", "greeting.to": "line", "reacts.http": None}, 2),
    ("frames", frames, "unknown", {"greeting.to": "line", "reacts.tls": "bytes", "reacts.http": "bytes"}, WHO_S),
    ("page unasked", page_unasked, "unknown", {"greeting.to": "connect"}, 2),
    ("waits for a NUL", waits_for_a_null, "unknown", {}, WHO_S),
    ("web after 1.3 s", slow_web(1.3), "web", {"http.server": "slow"}, 0),
    ("web after 2.4 s", slow_web(2.4), "web", {"http.server": "slow"}, 0),
]
# the same with --timeout
PATIENT = [
    (20, "web after 13 s", slow_web(13), "web"),
    (6, "MySQL that greets after 4 s", slow_greeter, "mysql"),
]


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, ok, what, why=""):
        self.passed += bool(ok)
        self.failed += not ok
        print(("ok " if ok else "not ok ") + what + ("" if ok else f": {why}"), flush=True)


def scan(ajar, ports, *options):
    began = time.monotonic()
    done = subprocess.run([ajar, "scan", "--json", "--db", "none", *options, *(f"{HERE}:{port}" for port in ports)],
                          capture_output=True, text=True, timeout=120, check=False)
    took = time.monotonic() - began
    services = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        if row["type"] == "service":
            services.setdefault(row["port"], []).append(row)
    return services, took, done


def check(tally, name, rows, product, facts):
    tally.that(len(rows) == 1 and rows[0]["product"] == product, f"{name}: {product}", [r["product"] for r in rows])
    for key, want in facts.items():
        got = rows[0]["facts"].get(key) if rows else None
        tally.that(got == want, f"{name}: {key}", got)


def listeners(ajar, tally):
    running = [(kind, Listener(kind[1])) for kind in KINDS]
    services, _, done = scan(ajar, [listener.port for _, listener in running])
    tally.that(done.returncode == 0 and not done.stderr, "exit 0, nothing on stderr", (done.returncode, done.stderr))
    for (name, _, product, facts, _), listener in running:
        check(tally, name, services.get(listener.port, []), product, facts)
    for (name, _, _, _, limit), listener in running:
        if limit:
            _, took, _ = scan(ajar, [listener.port])
            print(f"# {name}: {took:.1f} s")
            tally.that(took <= limit + 1, f"{name}: at most {limit} s", took)
    for timeout, name, talk, product in PATIENT:
        listener = Listener(talk)
        services, _, _ = scan(ajar, [listener.port], "--timeout", str(timeout))
        check(tally, name, services.get(listener.port, []), product, {})


def openssl(directory, *words):
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)


def tls_servers(ajar, tally):
    """Real TLS servers whose lock is all that they show."""
    with tempfile.TemporaryDirectory() as directory:
        openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k", "-out",
                "c", "-days", "9", "-subj", "/CN=locked.example")
        key = "0123456789abcdef"
        servers = [
            ("a client certificate, TLS 1.2", ["-cert", "c", "-key", "k", "-Verify", "1", "-verify_return_error", "-tls1_2"],
             "client certificate"),
            ("a client certificate, TLS 1.3", ["-cert", "c", "-key", "k", "-Verify", "1", "-verify_return_error"],
             "client certificate"),
            ("a pre-shared key", ["-nocert", "-psk", key, "-tls1_2"], "pre-shared key"),
            ("a pre-shared key, any version", ["-nocert", "-psk", key], "pre-shared key"),
        ]
        # A chain beyond the 100 kB at which OpenSSL stops by default, around a page.
        names = ",".join(f"DNS:{i:040}.example" for i in range(900))
        for name in ("big1", "big2", "big3"):
            openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.k",
                    "-out", name, "-days", "9", "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}")
        (pathlib.Path(directory) / "chain").write_text("".join((pathlib.Path(directory) / n).read_text() for n in ("big1", "big2", "big3")))
        servers.append(("a chain of 130 kB", ["-cert", "c", "-key", "k", "-cert_chain", "chain", "-www"], None))
        running = []
        try:
            for name, options, auth in servers:
                with socket.create_server((HERE, 0)) as probe:
                    port = probe.getsockname()[1]
                process = subprocess.Popen(["openssl", "s_server", "-accept", f"{HERE}:{port}", *options], cwd=directory,
                                           stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                running.append((name, auth, port, process))
            time.sleep(1)
            services, _, done = scan(ajar, [port for _, _, port, _ in running])
            certificates = [row["port"] for row in map(json.loads, done.stdout.splitlines()) if row["type"] == "certificate"]
            for name, auth, port, _ in running:
                rows = services.get(port, [])
                if auth is None:
                    check(tally, name, rows, "web", {})
                    tally.that(certificates.count(port) == 1, f"{name}: its certificate is seen", certificates)
                    continue
                check(tally, name, rows, "tls-service", {"auth": auth})
                tally.that(rows and rows[0]["verdict"] == "locked", f"{name}: locked", rows and rows[0]["verdict"])
                if "certificate" in name:
                    tally.that(certificates.count(port) == 1, f"{name}: its own is seen", certificates)
        finally:
            for _, _, _, process in running:
                process.kill()
                process.wait()


def main():
    ajar = str(pathlib.Path(sys.argv[1]).resolve())
    tally = Tally()
    listeners(ajar, tally)
    tls_servers(ajar, tally)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
