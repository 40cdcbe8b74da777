#!/usr/bin/env python3
"""Kills a scan at random instants, goes on with it, and compares what is stored in the end with what
an undisturbed scan of the same endpoints stored.

    test/store/crash.py [--ajar build/ajar] [--instants 200] [--endpoints 50000] [--seed 1]

Runs in a network namespace of its own (unshare -n). A listener of our own stands behind every
address of 127.0.0.0/8 at some ports: it answers like a Redis without a password and counts who was
asked how often. Each round: a scan is started on a fresh store; sweeper, keeper or both get SIGKILL
at random instants until it comes through with --resume. Checked:

  - the store equals that of the undisturbed scan (all tables but times and numbers of rows),
  - no endpoint is asked again beyond those in flight at a kill: conversations under way, and what lay
    in the two buffers between sweeper and keeper,
  - the store opens after every kill, and passes SQLite's own integrity check.
"""
import argparse
import collections
import contextlib
import os
import pathlib
import random
import selectors
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = [6379, 6380, 7001, 7002]          # the last two are closed
STRANGER = 7000                           # answers nothing that Ajar knows; asked at a few addresses only
OPEN_PORTS = [6379, 6380, STRANGER]
PARALLEL = 128
BUFFERED = 200                            # visits of this kind in 32 KiB of the sweeper's and 64 of the pipe's
INFO = b"# Server\r\nredis_version:8.2.9\r\nredis_mode:standalone\r\nos:Linux\r\nrun_id:%040d\r\nrole:master\r\n" \
       b"connected_slaves:0\r\ncluster_enabled:0\r\n# Keyspace\r\ndb0:keys=%d,expires=0,avg_ttl=0\r\n"


class Server(threading.Thread):
    """Answers PING, INFO and reads; an endpoint counts as asked when its first request came. Port 7000
    accepts and says nothing known."""

    def __init__(self):
        super().__init__(daemon=True)
        self.asked = collections.Counter()
        self.pause_at, self.paused, self.go_on = None, threading.Event(), threading.Event()
        self.selector = selectors.DefaultSelector()
        for port in OPEN_PORTS:
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("0.0.0.0", port))
            s.listen(4096)
            s.setblocking(False)
            self.selector.register(s, selectors.EVENT_READ, None)

    def accept(self, listener):
        for _ in range(64):
            try:
                c, _peer = listener.accept()
            except OSError:
                return
            c.setblocking(False)
            self.selector.register(c, selectors.EVENT_READ, c.getsockname())

    def answer(self, c, at):
        try:
            data = c.recv(65536)
        except OSError:
            data = b""
        if data and at[1] != STRANGER:
            self.asked[at] += b"INFO" in data
            n = int(at[0].split(".")[3])
            body = INFO % (n, n + 1)
            answers = {b"INFO": b"$%d\r\n%s\r\n" % (len(body), body), b"PING": b"+PONG\r\n", b"EXISTS": b":0\r\n",
                       b"GETEX": b"$-1\r\n"}
            words = (line.split(b" ")[0].upper() for line in data.splitlines())
            try:
                c.send(b"".join(answers.get(word, b"-ERR unknown command\r\n") for word in words))
                return
            except OSError:
                pass
        elif data:
            self.asked[at] += 1
            try:
                c.send(b"?? something else entirely\n")
            except OSError:
                pass
        self.selector.unregister(c)
        c.close()

    def stop_after(self, endpoints):
        """Nobody is answered any more from when this many more endpoints were asked until `go_on` is set."""
        self.paused.clear()
        self.go_on.clear()
        self.pause_at = len(self.asked) + endpoints

    def run(self):
        while True:
            if self.pause_at is not None and len(self.asked) >= self.pause_at:
                self.pause_at = None
                self.paused.set()
                self.go_on.wait()
            for key, _ in self.selector.select():
                if key.data is None:
                    self.accept(key.fileobj)
                else:
                    self.answer(key.fileobj, key.data)


def children(pid):
    try:
        return [int(x) for x in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


QUERIES = {
    "scan": "select state, seed, total, plan, scope from scans",
    "journal": "select first_place, end_place, places, done, skipped, failed, answered from parts",
    "visits": """select hex(e.address), e.port, e.name, v.result, w.text from visits v join endpoints e on e.id = v.endpoint
                 left join words w on w.id = v.why order by 1, 2, 3""",
    "observations": """select hex(e.address), e.port, o.place, p.text, o.kind, o.outcome, o.tls, o.collections, o.records,
                 o.bytes, o.first_scan, o.last_scan from observations o join endpoints e on e.id = o.endpoint
                 join words p on p.id = o.product order by 1, 2, 3""",
    "facts": """select hex(e.address), e.port, o.place, unpacked(f.facts), hex(f.collections) from facts f
                 join observations o on o.id = f.observation join endpoints e on e.id = o.endpoint order by 1, 2, 3""",
    "findings": """select hex(fingerprint), severity, why, closed_ms is null, opened_scan, seen_scan from findings order by 1""",
    "sightings": """select s.scan, hex(f.fingerprint), s.severity from sightings s join findings f on f.id = s.finding
                 order by 1, 2""",
    "reasons": "select result, w.text, sum(times) from reasons r left join words w on w.id = r.why group by 1, 2 order by 1, 2",
}


def facts_of(packed, words):
    """The facts of an observation (doc/store.md, "Packed facts"), with words for their numbers."""
    at, out = 0, []

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = packed[at]
            at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    def text():
        nonlocal at
        n = number()
        at += n
        return packed[at - n:at].hex()

    while at < len(packed):
        key, ask = number(), number()
        kind = packed[at]
        at += 1
        value = text() if kind == 0 else number()
        out.append(f"{words[key]} {words[ask]} {kind} {value} {text()}")
    return "\n".join(out)


def contents(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        words = {0: "", **dict(db.execute("select id, text from words"))}
        db.create_function("unpacked", 1, lambda packed: facts_of(packed, words), deterministic=True)
        bad = db.execute("pragma integrity_check").fetchone()[0]
        if bad != "ok":
            raise SystemExit(f"crash: {path} is damaged: {bad}")
        return {name: db.execute(sql).fetchall() for name, sql in QUERIES.items()}


class Crash:
    def __init__(self, args):
        self.args = args
        self.random = random.Random(args.seed)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="ajar-crash-"))
        self.server = Server()
        self.server.start()
        last = args.endpoints // len(PORTS) - 1
        self.target = f"127.1.0.0-127.1.{last >> 8}.{last & 255}"
        self.kills = self.excess = self.again = self.resumes = 0

    def start(self, db, resume):
        command = [self.args.ajar, "scan", "--db", str(db), "--json", "--fail-on", "critical", "--rate", "1000000",
                   "--parallel", str(PARALLEL), "--loops", "1"]
        command += ["--resume"] if resume else ["--large", "--seed", "7", "--ports", ",".join(map(str, PORTS)), self.target,
                                                     f"127.2.0.1-127.2.0.40:{STRANGER}"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def undisturbed(self):
        db = self.dir / "whole.db"
        began = time.monotonic()
        p = self.start(db, False)
        err = p.communicate()[1]
        if p.returncode != 0:
            raise SystemExit(f"crash: the undisturbed scan ended with {p.returncode}: {err.decode()}")
        self.took = time.monotonic() - began
        self.whole = contents(db)
        self.reference = collections.Counter(self.server.asked)

    def wait_for(self, p, seconds):
        try:
            p.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def strike(self, p):
        """Kills one of both, or both, and waits until neither runs."""
        sweepers = children(p.pid)
        who = self.random.choice(["sweeper", "keeper", "both"])
        if who in ("sweeper", "both"):
            for pid in sweepers:
                kill(pid)
        if who in ("keeper", "both"):
            kill(p.pid)
        p.communicate()
        until = time.monotonic() + 5
        while any(pathlib.Path(f"/proc/{pid}").exists() for pid in sweepers) and time.monotonic() < until:
            time.sleep(0.001)

    def round(self, number):
        """One scan with a few kills; returns after it came through."""
        db = self.dir / f"round{number}.db"
        self.server.asked.clear()
        strikes = 0
        begun = False
        for attempt in range(1000):
            p = self.start(db, begun)
            done = self.kills >= self.args.instants
            if self.wait_for(p, 120 if done else self.random.uniform(0, 0.2 * self.took)):
                err = p.communicate()[1].decode()
                if p.returncode == 0:
                    break
                if "no unfinished scan" in err:   # killed between the last commit and the exit
                    break
                if not begun and ("no store" in err or "nothing is stored" in err):
                    continue
                raise SystemExit(f"crash: attempt {attempt} of round {number} ended with {p.returncode}: {err}")
            self.strike(p)
            self.kills += 1
            strikes += 1
            begun = self.has_scan(db)
            self.resumes += begun
        self.check(db, strikes)

    def has_scan(self, db):
        """Whether the kill came after the scan had its row; without one there is nothing to resume."""
        try:
            with contextlib.closing(sqlite3.connect(f"file:{db}?mode=rw", uri=True)) as c:
                if c.execute("pragma integrity_check").fetchone()[0] != "ok":
                    raise SystemExit(f"crash: {db} is damaged after a kill")
                return c.execute("select count(*) from scans").fetchone()[0] > 0
        except sqlite3.OperationalError:
            return False

    def check(self, db, strikes):
        got = contents(db)
        for name, rows in self.whole.items():
            if got[name] != rows:
                missing = [r for r in rows if r not in set(got[name])][:3] if rows and name != "journal" else rows[:1]
                extra = [r for r in got[name] if r not in set(rows)][:3]
                raise SystemExit(f"crash: {db}: {name} differs after {strikes} kills: {len(rows)} rows expected, "
                                 f"{len(got[name])} found; missing {missing}, too many {extra}")
        again = sum((self.server.asked - self.reference).values())
        lost = self.reference - self.server.asked
        if lost:
            raise SystemExit(f"crash: {sum(lost.values())} requests never came, such as to {next(iter(lost))}")
        allowed = strikes * (PARALLEL + BUFFERED)
        self.again += again
        if again > allowed:
            raise SystemExit(f"crash: {again} endpoints were asked again after {strikes} kills; {allowed:.0f} can have been in flight")
        db.unlink()

    def run(self):
        self.undisturbed()
        number = 0
        while self.kills < self.args.instants:
            self.round(number)
            number += 1
        shutil.rmtree(self.dir)
        asked = sum(self.reference.values())
        print(f"crash: {self.kills} kills in {number} scans of {self.args.endpoints} endpoints, {self.resumes} resumed: every store as if "
              f"undisturbed; asked again: {self.again / max(self.kills, 1):.1f} a kill, of {asked} that answer "
              f"({PARALLEL} in flight, undisturbed scan {self.took:.1f} s)")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ajar", default=str(ROOT / "build/ajar"))
    p.add_argument("--instants", type=int, default=200)
    p.add_argument("--endpoints", type=int, default=50000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = p.parse_args()
    args.ajar = os.path.abspath(args.ajar)
    if not args.inside:
        os.execvp("unshare", ["unshare", "-r", "-n", sys.executable, __file__, *sys.argv[1:], "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    Crash(args).run()


if __name__ == "__main__":
    main()
