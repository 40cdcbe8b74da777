#!/usr/bin/env python3
"""What Ajar 0.1.0 left on a machine (test/data/0.1.0: its store, scope file, configuration of the watch, an entry and a rule of a
user) is opened by AJAR: the history goes on as if nothing had changed.

    test/store/upgrade.py [--ajar build/ajar]        the last line says how many passed and failed
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
OLD = ROOT / "test/data/0.1.0"
RESULTS = [0, 0]
INFO = b"# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Replication\r\nrole:master\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n"


def check(name, good, detail=""):
    RESULTS[not good] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def alone():
    """The store is about port 6379 of loopback, which is somebody else's outside a network namespace."""
    if os.environ.get("AJAR_UPGRADE_INSIDE"):
        return
    os.environ["AJAR_UPGRADE_INSIDE"] = "1"
    inside = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    os.execvp("unshare", [*inside, "sh", "-c", 'ip link set lo up; exec "$@"', "sh", sys.executable, __file__, *sys.argv[1:]])


class Store:
    """A Redis at 127.0.0.X:6379, open or locked."""

    def __init__(self, address, locked):
        self.locked = locked
        self.listener = socket.create_server((address, 6379))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        answers = {b"INFO": b"$%d\r\n%s\r\n" % (len(INFO), INFO), b"EXISTS": b":0\r\n", b"GETEX": b"$-1\r\n", b"PING": b"+PONG\r\n"}
        with peer, contextlib.suppress(OSError):
            while asked := peer.recv(4096):
                for line in asked.splitlines():
                    word = line.split(b" ")[0]
                    peer.sendall(b"-NOAUTH Authentication required.\r\n" if self.locked else answers.get(word, b"-ERR unknown command\r\n"))


class Machine:
    def __init__(self, ajar, folder):
        self.ajar, self.folder = ajar, folder
        shutil.copytree(OLD, folder, dirs_exist_ok=True)
        (folder / "hook.secret").chmod(0o600)
        with contextlib.closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as c:
            c.executescript((OLD / "store.sql").read_text())

    def run(self, *args):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder)}
        return subprocess.run([self.ajar, *args], cwd=self.folder, env=env, capture_output=True, text=True, timeout=120)

    def findings(self, *args):
        rows = map(json.loads, self.run(*args, "--db", "store.db", "--json").stdout.splitlines())
        return {(r["rule"], r["endpoint"].split(":")[0][-1]): r for r in rows if r["type"] == "finding"}


def files(m):
    r = m.run("watch", "--config", "watch.yaml", "--check")
    check("the watch's configuration is good", r.returncode == 0 and "4 receivers" in r.stdout, r.stdout + r.stderr)
    r = m.run("scan", "--dry-run", "--scope", "scope.yaml")
    check("the scope file is good", r.returncode == 0 and "4 targets; 1 of them is excluded" in r.stdout, r.stdout[:300] + r.stderr)
    r = m.run("catalog", "check", "catalog")
    check("the user's entry is good", r.returncode == 0, r.stdout + r.stderr)
    r = m.run("judge", "--db", "store.db", "--rules", "rules", "--json", "--fail-on", "low")
    check("the user's rule judges", r.returncode == 1 and '"rule":"open-store"' in r.stdout, r.stderr)


def store_as_it_was(m):
    opened = m.findings("show")
    check("what was open is open", set(opened) == {("open-store", "1"), ("open-store", "2"), ("version-unsupported", "1"), ("version-unsupported", "2")},
          set(opened))
    check("since it was first seen", {r["opened"] for r in opened.values()} == {"2026-11-01T06:00:00Z"}, opened)
    accepted = opened[("open-store", "2")]
    check("what is accepted is accepted", accepted["accepted_why"] == "moves to the new cluster" and accepted["accepted_until"] == "2028-02-01T00:00:00Z",
          accepted)
    check("what was closed is closed", set(m.findings("show", "--closed")) == {("open-store", "3"), ("version-unsupported", "3")})
    changes = json.loads(m.run("diff", "1", "2", "--db", "store.db", "--json").stdout.splitlines()[-1])
    check("the scans are compared", (changes["fixed"], changes["still"], changes["new"]) == (2, 4, 0), changes)
    with contextlib.closing(sqlite3.connect(m.folder / "store.db")) as c:
        check("reading it leaves nothing loose", not c.execute("pragma foreign_key_check").fetchall())


def store_goes_on(m):
    r = m.run("scan", "--db", "store.db", "--scope", "scope.yaml", "--fail-on", "medium", "127.0.0.1", "127.0.0.2", "127.0.0.3")
    check("today's scan fails by what nobody accepted", r.returncode == 1, (r.returncode, r.stderr))
    opened = m.findings("show")
    for x in "12":
        door = opened.get(("open-store", x), {})
        check(f"door {x} is the one of then", door.get("opened") == "2026-11-01T06:00:00Z" and not door.get("reopened"), door)
    check("the acceptance holds", opened[("open-store", "2")]["accepted_why"] == "moves to the new cluster")
    check("what is locked stays closed", ("open-store", "3") in m.findings("show", "--closed"))
    changes = [json.loads(line) for line in m.run("diff", "2", "3", "--db", "store.db", "--json").stdout.splitlines()]
    check("no open door is new", not [c for c in changes if c.get("change") == "new" and c["finding"]["rule"] == "open-store"], changes)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ajar", default=str(ROOT / "build/ajar"))
    ajar = str(pathlib.Path(p.parse_args().ajar).resolve())
    doors = [Store(f"127.0.0.{i}", locked=i == 3) for i in (1, 2, 3)]
    with tempfile.TemporaryDirectory() as folder:
        m = Machine(ajar, pathlib.Path(folder))
        files(m)
        store_as_it_was(m)
        store_goes_on(m)
    for door in doors:
        door.listener.close()
    print(f"{RESULTS[0]} passed, {RESULTS[1]} failed")
    return RESULTS[1] > 0


alone()
sys.exit(main())
