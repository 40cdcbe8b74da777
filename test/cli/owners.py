#!/usr/bin/env python3
"""Whose it is and since when, from the command line: tags, names, a name server, an address database and a
certificate log, each with the mistakes that people make. Peers and servers are made here, on loopback.

    test/cli/owners.py AJAR        the last line says how many passed and failed
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

AJAR = sys.argv[1] if len(sys.argv) > 1 else "build/ajar"
RESULTS = {"passed": 0, "failed": 0}
HERE = pathlib.Path(tempfile.mkdtemp(prefix="ajar-owners-"))


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def ajar(*args):
    env = dict(os.environ, XDG_STATE_HOME=str(HERE))
    return subprocess.run([AJAR, *map(str, args)], capture_output=True, text=True, timeout=60, env=env)


def findings(done):
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [r for r in rows if r.get("type") == "finding" and r.get("rule") == "open-store"]


def write(name, content):
    path = HERE / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ---- peers ----

INFO = b"# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:864000\r\nredis_mode:standalone\r\n# Memory\r\n" \
       b"used_memory:1000\r\n# Replication\r\nrole:master\r\n# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\n"
ANSWERS = {b"PING": b"+PONG\r\n", b"EXISTS": b":0\r\n", b"GETEX": b"$-1\r\n"}


def talk(peer):
    with peer, contextlib.suppress(ConnectionError):
        while True:
            asked = peer.recv(4096)
            if not asked:
                return
            for line in asked.upper().splitlines():
                if line.startswith(b"INFO"):
                    peer.sendall(b"$%d\r\n%s\r\n" % (len(INFO), INFO))
                else:
                    peer.sendall(ANSWERS.get(line.split(b" ")[0], b"-ERR unknown command\r\n"))


def redis(address):
    """Answers PING, INFO and reads as an open Redis does; made for these tests only."""
    def run():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
    listener = socket.create_server((address, 6379))
    threading.Thread(target=run, daemon=True).start()


def labels(name):
    return b"".join(bytes([len(part)]) + part for part in name.split(b".")) + b"\0"


class NameServer(threading.Thread):
    """127.0.7.N is hN.data.shop.com.cn; that name leads back for even N only."""

    def __init__(self, mode="honest"):
        super().__init__(daemon=True)
        self.mode, self.asked = mode, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            message, peer = self.socket.recvfrom(2000)
            at, parts = 12, []
            while message[at]:
                parts.append(message[at + 1:at + 1 + message[at]])
                at += 1 + message[at]
            question, kind = message[12:at + 5], message[at + 2]
            self.asked.append((kind, b".".join(parts).decode()))
            head = message[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question
            if self.mode == "silent":
                continue
            if self.mode == "noise":
                self.socket.sendto(bytes(range(256)), peer)
                self.socket.sendto(head[:6] + b"\xff\xff" + head[8:] + b"\xc0\x0c" * 40, peer)
            elif kind == 12:
                name = labels(b"h" + parts[0] + b".Data.shop.com.cn")
                if self.mode == "hostile":
                    name = labels(b"h\x1b[31m\"<x>.shop.com.cn")
                self.socket.sendto(b"\0\0" + head[2:] + b"spoof", peer)
                self.socket.sendto(head + b"\xc0\x0c\0\x0c\0\1\0\0\0\x3c" + struct.pack(">H", len(name)) + name, peer)
            else:
                last = int(parts[0][1:])
                self.socket.sendto(head + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([127, 0, 7, last if last % 2 == 0 else 99]),
                                   peer)


# ---- an address database (MaxMind DB format 2.0) ----

def mm_text(text):
    return bytes([0x40 | len(text)]) + text if len(text) < 29 else bytes([0x40 | 29, len(text) - 29]) + text


def mm_map(**pairs):
    return bytes([0xe0 | len(pairs)]) + b"".join(mm_text(key.encode()) + value for key, value in pairs.items())


def mm_u16(n):
    return b"\xa2" + struct.pack(">H", n)


def mm_u32(n):
    return b"\xc4" + struct.pack(">I", n)


def database():
    """127.0.0.0/8 leads to the only entry."""
    nodes = b""
    for i in range(8):
        bit, onward = 127 >> (7 - i) & 1, i + 1 if i < 7 else 8 + 16
        nodes += b"".join(struct.pack(">I", n)[1:] for n in ((8, onward) if bit else (onward, 8)))
    entry = mm_map(country=mm_map(iso_code=mm_text(b"CN")), autonomous_system_number=mm_u32(4134),
                   autonomous_system_organization=mm_text(b"Chinanet"))
    about = mm_map(node_count=mm_u32(8), record_size=mm_u16(24), ip_version=mm_u16(4), database_type=mm_text(b"Test"),
                   languages=b"\x00\x04", binary_format_major_version=mm_u16(2), binary_format_minor_version=mm_u16(0),
                   build_epoch=b"\x04\x02\x60\0\0\0", description=b"\xe0")
    return nodes + bytes(16) + entry + b"\xab\xcd\xefMaxMind.com" + about


# ---- the tests ----

SCOPE = """
owner: "Example Ltd, security@example.org"
allow:
  - {target: 127.0.7.0/24, ports: [6379]}
  - {target: 127.0.7.12, ports: [6379], tags: {owner: search team, tier: government, contact: search@example.org}}
"""


def owners(finding):
    return {(o["how"], o["who"], o["strength"]) for o in finding.get("owners", [])}


def test_sources(scope):
    server = NameServer()
    done = ajar("scan", "--json", "--scope", scope, "--resolver", server.place, "--mmdb", write("a.mmdb", database()),
                "--names", write("n.txt", "127.0.7.11 log.mine.example-shop.org # ours\n"), "--transcript", HERE / "sent",
                "127.0.7.11", "127.0.7.12")
    by = {f["endpoint"]: f for f in findings(done)} if done.returncode == 1 else {}
    check("two stores", len(by) == 2, f"{done.returncode} {done.stderr} {done.stdout[:300]}")
    if len(by) != 2:
        return
    odd, even = by["127.0.7.11:6379"], by["127.0.7.12:6379"]
    check("tags", (even.get("owner"), even.get("tier"), even.get("contact")) ==
          ("search team", "government", "search@example.org"), even)
    check("a tier weighs", (odd["severity"], even["severity"]) == ("medium", "high"), (odd["severity"], even["severity"]))
    check("owners", owners(even) == {("scope file", "search team", "proven"), ("reverse name", "shop.com.cn", "likely"),
                                     ("address registry", "Chinanet (AS4134, CN)", "hint")}, owners(even))
    check("owners by file", owners(odd) == {
        ("scope file", "Example Ltd, security@example.org", "proven"), ("names file", "example-shop.org", "likely"),
        ("reverse name", "shop.com.cn", "hint"), ("address registry", "Chinanet (AS4134, CN)", "hint")}, owners(odd))
    check("strongest first", [o["strength"] for o in odd["owners"]] == ["proven", "likely", "hint", "hint"], odd["owners"])
    check("since", any(s["source"] == "process" and s["strength"] == "likely" for s in even.get("since", [])), even.get("since"))
    check("two questions an address", len(server.asked) == 4, server.asked)
    check("questions are in the transcript", (HERE / "sent").read_text().count(" dns.") == 4, "")


def test_again(scope):
    """What was learned is stored: judged again without the files; and the second scan knows the first."""
    done = ajar("judge", "--json")
    even = [f for f in findings(done) if f["endpoint"] == "127.0.7.12:6379"]
    check("judged again", even and owners(even[0]) >= {("reverse name", "shop.com.cn", "likely"),
                                                       ("scope file", "search team", "proven")}, done.stderr or even)
    time.sleep(1.1)
    done = ajar("scan", "--json", "--scope", scope, "127.0.7.12")
    first = (findings(done) or [{"since": []}])[0]["since"]
    check("own history", first and first[0]["strength"] == "proven" and
          first[0]["text"].startswith("open since at least 20"), first)


def test_bad_servers(scope):
    for mode, most in (("silent", 6), ("noise", 4), ("hostile", 4)):
        server = NameServer(mode)
        began = time.monotonic()
        done = ajar("scan", "--json", "--db", "none", "--scope", scope, "--resolver", server.place, "127.0.7.11", "127.0.7.12")
        check(f"{mode} server", done.returncode == 1 and len(findings(done)) == 2 and "reverse" not in done.stdout,
              done.stderr or done.stdout)
        check(f"{mode} server, in time", time.monotonic() - began < most, time.monotonic() - began)
        check(f"{mode} server, no name", "\x1b" not in done.stdout and "shop.com.cn" not in done.stdout, "")


def refused(name, *args, has):
    done = ajar("scan", "--db", "none", *args, "127.0.7.11:1")
    lines = done.stderr.splitlines()
    check(name, done.returncode == 2 and len(lines) == 1 and has in lines[0] and not done.stdout, f"{done.returncode} {lines}")


def test_mistakes():
    refused("no such database", "--mmdb", HERE / "none.mmdb", has="none.mmdb: cannot be opened")
    refused("no database", "--mmdb", write("x.mmdb", "hello\n"), has="is no database in MaxMind's format")
    broken = bytearray(database())
    broken[40:48] = b"\xff" * 8
    refused("a damaged database", "--mmdb", write("y.mmdb", bytes(broken)), has="damaged")
    refused("half a database", "--mmdb", write("z.mmdb", database()[:-30]), has="damaged")
    refused("too many databases", *["--mmdb", HERE / "a.mmdb"] * 5, has="--mmdb can be given at most 4 times")
    refused("no such names", "--names", HERE / "none.txt", has="none.txt")
    refused("names the wrong way round", "--names", write("w.txt", "\ndb.shop.cn 10.0.0.5\n"), has='w.txt:2: "db.shop.cn" is no address')
    refused("a name with a control byte", "--names", write("v.txt", "10.0.0.5 a\x1b[31m\n"), has="is no host name")
    refused("a resolver by name", "--resolver", "dns.example.org", has="one address is wanted")
    refused("a resolver that is a range", "--resolver", "10.0.0.0/24", has="one address is wanted")
    refused("a resolver that is nothing", "--resolver", "10.0.0", has="--resolver")
    refused("no log", "--ct", write("c.json", "<html>"), has="c.json: entry 0: is no list of objects")
    refused("half a log", "--ct", write("h.json", '[{"name_value":"a","entry_timestamp":null}'), has="ends in the middle")
    huge = HERE / "huge.json"
    with open(huge, "wb") as f:
        f.truncate(100 << 20)
    refused("a log of 100 MB", "--ct", huge, has="huge.json")
    refused("a typing slip", "--reverse-name", has="--reverse-names")
    refused("a value too many", "--reverse-names=yes", has="reverse-names")


def main():
    scope = write("scope.yaml", SCOPE)
    redis("127.0.7.11")
    redis("127.0.7.12")
    test_sources(scope)
    test_again(scope)
    test_bad_servers(scope)
    test_mistakes()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


try:
    STATUS = main()
finally:
    shutil.rmtree(HERE)
sys.exit(STATUS)
