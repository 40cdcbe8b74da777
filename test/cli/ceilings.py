#!/usr/bin/env python3
"""Answers, certificates and lists that are longer than what is read of them: a ceiling marks what it cut, and changes no verdict.

    test/cli/ceilings.py build/ajar        the last line says how many passed and failed
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

AJAR = str(pathlib.Path(sys.argv[1]).resolve())
HERE = "127.77.99.2"
RESULTS = {"passed": 0, "failed": 0}
LINES = 1_000_000


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    print(f"{'ok' if good else 'not ok'} {name}" + ("" if good else f": {detail}"), flush=True)


def scan(*words, seconds=120):
    done = subprocess.run([AJAR, "scan", "--json", "--db", "none", *map(str, words)], capture_output=True, text=True,
                          timeout=seconds, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()], done


def one(rows, kind, port):
    found = [row for row in rows if row["type"] == kind and row["endpoint"] == f"{HERE}:{port}"]
    return found[0] if len(found) == 1 else {}


class Listener(threading.Thread):
    """Each connection is served by `talk(connection)` in a thread of its own."""

    def __init__(self, talk):
        super().__init__(daemon=True)
        self.talk = talk
        self.socket = socket.create_server((HERE, 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.talk(connection)
            except (OSError, struct.error):
                pass


# ---- MongoDB with very many databases ----

def bson(document):
    pieces = []
    for key, value in document.items():
        name = key.encode() + b"\0"
        if isinstance(value, bool):
            pieces.append(b"\x08" + name + bytes([value]))
        elif isinstance(value, int):
            pieces.append(b"\x12" + name + struct.pack("<q", value))
        elif isinstance(value, float):
            pieces.append(b"\x01" + name + struct.pack("<d", value))
        elif isinstance(value, str):
            pieces.append(b"\x02" + name + struct.pack("<i", len(value) + 1) + value.encode() + b"\0")
        elif isinstance(value, list):
            pieces.append(b"\x04" + name + bson({str(index): entry for index, entry in enumerate(value)}))
        else:
            pieces.append(b"\x03" + name + bson(value))
    body = b"".join(pieces)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def mongod(count):
    """Answers OP_MSG as an open mongod with `count` databases of one collection each does."""
    databases = bson({"databases": [{"name": f"tenant-{index:06}", "sizeOnDisk": 8192, "empty": False}
                                    for index in range(count)], "totalSize": 8192 * count, "ok": 1.0})

    def answer(command, database):
        documents = {
            "hello": {"isWritablePrimary": True, "maxWireVersion": 17, "readOnly": False},
            "buildInfo": {"version": "6.0.5", "gitVersion": "c9a99c120371d4d4c52cbb15dac34a36ce8d3b1d"},
            "listCollections": {"cursor": {"id": 0, "ns": database + ".$cmd.listCollections",
                                           "firstBatch": [{"name": "sale", "type": "collection"}]}},
            "dataSize": {"estimate": True, "size": 700, "numObjects": 7, "millis": 0},
            "collStats": {"size": 700, "count": 7},
        }
        if command == "listDatabases":
            return databases
        if command not in documents:
            return bson({"ok": 0.0, "errmsg": f"no such command: '{command}'", "code": 59})
        return bson({**documents[command], "ok": 1.0})

    def talk(connection):
        stream = connection.makefile("rb")
        while True:
            length, number, _, code = struct.unpack("<iiii", stream.read(16))
            body = stream.read(length - 16)
            if code != 2013:
                return
            command = body[10:body.index(0, 10)].decode()
            at = body.find(b"\x02$db\0")
            size = struct.unpack_from("<i", body, at + 5)[0]
            database = body[at + 9:at + 8 + size].decode()
            document = struct.pack("<i", 0) + b"\0" + answer(command, database)
            connection.sendall(struct.pack("<iiii", len(document) + 16, 1, number, 2013) + document)

    return talk


def many_databases():
    """1.4 MiB are read whole; of 7 MiB the front is. Both are open, and say that there is more than they count."""
    whole, cut = Listener(mongod(20_000)), Listener(mongod(100_000))
    rows, done = scan(f"{HERE}:{whole.port}", f"{HERE}:{cut.port}")
    for listener, count in ((whole, 20_000), (cut, 100_000)):
        service = one(rows, "service", listener.port)
        facts = service.get("facts", {})
        check(f"MongoDB with {count} databases is open", (service.get("product"), service.get("verdict"), service.get("version")) ==
              ("mongodb", "open", "6.0.5"), service)
        check("its counts are a lower bound, and say so", facts.get("counts.partial") is True and
              0 < service.get("collections", 0) < count, service)
    text = subprocess.run([AJAR, "scan", "--db", "none", f"{HERE}:{whole.port}"], capture_output=True, text=True, timeout=60,
                          check=False).stdout
    check("the sentence says at least", "at least" in text, text[:400])
    check("found, nothing else went wrong", done.returncode in (0, 1) and not done.stderr, (done.returncode, done.stderr))


# ---- certificates with very many names ----

def openssl(directory, *words):
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)


def many_names():
    """The name that was asked for stands last: behind more names than are listed, and behind more bytes of them."""
    kinds = {"101 names": [f"DNS:host{index}.example" for index in range(100)],
             "64 names of 67 bytes": [f"DNS:{index:059}.example" for index in range(63)]}
    with tempfile.TemporaryDirectory() as directory:
        running = []
        try:
            for kind, names in kinds.items():
                for last, match in (("IP:" + HERE, True), ("IP:127.77.99.3", False)):
                    with socket.create_server((HERE, 0)) as free:
                        port = free.getsockname()[1]
                    file = f"c{len(running)}"
                    openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                            file + ".key", "-out", file, "-days", "9", "-subj", "/CN=host0.example", "-addext",
                            "subjectAltName=" + ",".join([*names, last]))
                    process = subprocess.Popen(["openssl", "s_server", "-accept", f"{HERE}:{port}", "-cert", file, "-key",
                                                file + ".key", "-www"], cwd=directory, stdin=subprocess.DEVNULL,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    running.append((kind, match, port, process))
            time.sleep(1)
            rows, _ = scan(*(f"{HERE}:{port}" for _, _, port, _ in running))
        finally:
            for *_, process in running:
                process.kill()
                process.wait()
        for kind, match, port, _ in running:
            certificate = one(rows, "certificate", port)
            wrong = [row for row in rows if row["type"] == "finding" and row["rule"] == "certificate-name-mismatch" and
                     row["endpoint"] == f"{HERE}:{port}"]
            check(f"a certificate with {kind}, the last of which is {'ours' if match else 'none of ours'}",
                  certificate.get("name_match") is match and bool(wrong) is not match, (certificate.get("name_match"), wrong))


# ---- a list of very many targets ----

def many_lines():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "targets"
        path.write_text("".join(f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}\n" for n in range(0, 2 * LINES, 2)))
        began = time.monotonic()
        done = subprocess.run(["/usr/bin/env", "python3", "-c", "import resource, subprocess, sys\n"
                               "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
                               "print(done.stdout.splitlines()[-1] if done.stdout else done.stderr)\n"
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
                               "print(f'{LINES} endpoints in {LINES} targets' in done.stdout)".replace("LINES", str(LINES)),
                               AJAR, "scan", "--dry-run", "--large", "--ports", "6379", f"@{path}"],
                              capture_output=True, text=True, timeout=120, check=False)
        took = time.monotonic() - began
        lines = done.stdout.splitlines()
        print(f"# {LINES} lines: {took:.1f} s, {lines[-2] if len(lines) > 1 else '?'} MB")
        check("a million lines are planned", lines[-1:] == ["True"], done.stdout + done.stderr)
        check("within seconds", took < 20, took)
        check("and in 400 MB", len(lines) > 1 and int(lines[-2]) < 400, lines)


def main():
    many_databases()
    many_names()
    many_lines()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] or not RESULTS["passed"] else 0


sys.exit(main())
