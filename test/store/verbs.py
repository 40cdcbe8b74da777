#!/usr/bin/env python3
"""The store through its verbs: resume keeps excludes and refuses another scope, show, diff, accept,
judge and forget say what is so, with JSON that parses and one line for each mistake.

    test/store/verbs.py [--ajar build/ajar]       the last line says how many passed and failed
"""
import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import crash

RESULTS = {"passed": 0, "failed": 0}
SANITIZED = False


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"not ok {name}: {detail}")


class Verbs:
    def __init__(self, ajar, top):
        self.ajar, self.top, self.db = ajar, top, top / "state/ajar/ajar.db"
        global SANITIZED
        SANITIZED = b"__asan_init" in pathlib.Path(ajar).read_bytes()   # a sanitized build has no sandbox
        self.server = crash.Server()
        self.server.start()

    def run(self, *args, **more):
        env = dict(os.environ, XDG_STATE_HOME=str(self.top / "state"))
        return subprocess.run([self.ajar, *args], capture_output=True, text=True, timeout=120, env=env, **more)

    def lines(self, *args):
        p = self.run(*args, "--json")
        try:
            return [json.loads(line) for line in p.stdout.splitlines()]
        except json.JSONDecodeError as e:
            check(f"{args} prints JSON", False, f"{e}: {p.stdout[:300]}")
            return []

    def mistake(self, words, *args):
        p = self.run(*args)
        check(f"{' '.join(args)} is a mistake", p.returncode == 2 and p.stderr.count("\n") == 1 and words in p.stderr,
              f"{p.returncode} {p.stderr}")

    def scan(self, *args):
        return self.run("scan", "--ports", "6379", "--json", *args)

    def killed_scan(self, *args):
        """A scan that is killed when about a third of it is stored."""
        env = dict(os.environ, XDG_STATE_HOME=str(self.top / "state"))
        p = subprocess.Popen([self.ajar, "scan", "--ports", "6379", "--json", "--parallel", "8", "--loops", "1", *args],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
        while p.stdout.read(65536):
            if self.db.exists() and sum(self.server.asked.values()) > 60:
                break
        crash.kill(p.pid)
        p.wait()
        p.stdout.close()
        time.sleep(0.3)

    def before_anything(self):
        for verb in (["show"], ["diff"], ["judge"], ["forget", "--older-than", "1d"], ["scan", "--resume"],
                     ["accept", "abcd", "--until", "2999-01-01", "--why", "x"]):
            p = self.run(*verb)
            check(f"{verb[0]} without a store", p.returncode == 2 and p.stderr.count("\n") == 1, p.stderr)

    def findings(self):
        check("a scan finds", self.scan("127.1.0.1-127.1.0.9").returncode == 0)
        check("show lists all", [x["type"] for x in self.lines("show")] == ["finding"] * 9 + ["totals"])
        one = self.lines("show", "--at", "127.1.0.4")[0]
        full = self.lines("show", one["fingerprint"][:12])[0]
        check("one in full", full["endpoint"] == "127.1.0.4:6379" and full["facts"]["version"] == "8.2.9" and
              len(full["exposures"]) == 1 and full["fix"], full)
        check("one in full, as text", "How to close it" in self.run("show", one["fingerprint"]).stdout)
        check("filters", len(self.lines("show", "--at", "127.1.0.8/29")) == 3 and len(self.lines("show", "--product", "mysql")) == 1
              and len(self.lines("show", "--severity", "critical")) == 1 and len(self.lines("show", "--limit", "2")) == 3)
        check("db none stores nothing", self.run("scan", "--db", "none", "--ports", "6379", "127.1.0.77").returncode in (0, 1) and
              len(self.lines("show", "--at", "127.1.0.77")) == 1)
        return one["fingerprint"]

    def changes(self, fingerprint):
        self.scan("127.1.0.1-127.1.0.9", "127.1.0.20", "--exclude", "127.1.0.9")
        got = self.lines("diff")
        check("diff", got and got[-1]["new"] == 1 and got[-1]["still"] == 8 and got[-1]["not-asked"] == 1, got[-1:])
        check("diff of two named scans", self.lines("diff", "2", "1")[-1:] == got[-1:])
        check("fail-on counts what is new", self.run("diff", "--fail-on", "low").returncode == 1 and
              self.run("diff", "--fail-on", "critical").returncode == 0)
        whole = self.run("scan", "--ports", "6379", "--fail-on", "low", "127.1.0.4")
        check("an open one fails the run", whole.returncode == 1, whole.stderr)
        p = self.run("accept", fingerprint[:10], "--until", "2027-12-31", "--why", "moved \x1b[31m soon")
        check("accept", p.returncode == 0 and "\x1b" not in p.stdout and "2027-12-31" in p.stdout, p.stdout + p.stderr)
        check("an accepted one does not", self.run("scan", "--ports", "6379", "--fail-on", "low", "127.1.0.4").returncode == 0)
        check("nor in judge", self.run("judge", "--scan", "4", "--fail-on", "low").returncode == 0)
        check("it is shown as accepted", [x["accepted_until"] for x in self.lines("show", "--accepted")[:-1]] == ["2028-01-01T00:00:00Z"])
        check("withdraw", self.run("accept", fingerprint, "--withdraw").returncode == 0 and
              self.run("judge", "--scan", "4", "--fail-on", "low").returncode == 1)

    def judge(self):
        judged = [x for x in self.lines("judge") if x["type"] == "finding"]
        check("judge sees what show sees", sorted(x["fingerprint"] for x in judged) ==
              sorted(x["fingerprint"] for x in self.lines("show") if x["type"] == "finding"))
        rules = self.top / "rules"
        rules.mkdir()
        (rules / "own.yaml").write_text("id: own\ntitle: Own\non: {observation: service, outcomes: [open]}\nseverity: {base: critical}\n"
                                        "why: \"{product} at {endpoint}\"\nfix: {default: close it}\nexamples:\n"
                                        "  - {about: a, given: {endpoint: '10.0.0.1:1', seen: [{product: x, kind: store, outcome: open}]}, "
                                        "expect: critical, why: \"x at 10.0.0.1:1\", fix_has: close it}\n"
                                        "  - {about: b, given: {endpoint: '10.0.0.1:1', seen: [{product: x, kind: store, outcome: locked}]}, "
                                        "expect: none}\n")
        p = self.run("judge", "--rules", str(rules), "--json", "--scan", "1")
        got = [json.loads(line) for line in p.stdout.splitlines()]
        check("today's rules over an old scan", p.returncode == 1 and sum(x.get("rule") == "own" for x in got) == 9, p.stderr or got[:2])

    def resume(self):
        scope = self.top / "scope.yaml"
        text = "owner: me\nallow:\n  - target: 127.3.0.0/22\n    owned: true\ndeny:\n  - 127.3.0.7\n"
        scope.write_text(text)
        self.server.asked.clear()
        self.killed_scan("--scope", str(scope), "--exclude", "127.3.0.8", "--seed", "5")
        before = dict(self.server.asked)
        check("the scan was cut short", 60 < len(before) < 1000, len(before))
        unfinished = [x["scan"] for x in self.lines("show", "--scans") if x["state"] == "unfinished"][0]
        with open(self.top / "state/ajar/ajar.db.lock", "r+b") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, unfinished)
            p = self.run("scan", "--resume")
            check("a scan that somebody else works on is status 4", p.returncode == 4 and p.stderr.count("\n") == 1, p.stderr)
        scope.write_text(text.replace("127.3.0.7", "127.3.0.6"))
        p = self.run("scan", "--resume")
        check("another scope is refused, with the difference", p.returncode == 2 and "- - 127.3.0.7" in p.stderr and
              "+ - 127.3.0.6" in p.stderr, p.stderr)
        scope.write_text("# a comment is no change\n" + text)
        for what, args in (("other excludes", ["--scope", str(scope), "--exclude", "127.3.0.9"]), ("another seed", ["--seed", "6"])):
            p = self.run("scan", "--resume", *args)
            check(f"{what} are refused", p.returncode == 2 and "+ " in p.stderr, p.stderr)
        check("refused means not asked", dict(self.server.asked) == before)
        p = self.run("scan", "--resume", "--json")
        asked = {at[0] for at in self.server.asked}
        check("it comes through", p.returncode == 0, p.stderr)
        check("all that is allowed was asked", len(asked) == 1022, len(asked))
        check("excludes and denies hold", not asked & {"127.3.0.7", "127.3.0.8"})
        again = sum(self.server.asked.values()) - 1022
        check("only what was in flight was asked again", again <= 8 + crash.BUFFERED, again)
        found = [json.loads(line) for line in p.stdout.splitlines()]
        check("the report is of the whole scan", sum(x["type"] == "finding" for x in found) == 1022 and
              found[-1]["done"] == 1022 and found[-1]["skipped"] == 2, found[-1])
        self.mistake("no unfinished scan", "scan", "--resume")
        self.mistake("is complete", "scan", "--resume", "1")
        self.mistake("there is no scan 999", "scan", "--resume", "999")

    def together(self):
        """Two scans into one store at the same time."""
        env = dict(os.environ, XDG_STATE_HOME=str(self.top / "state"))
        both = [subprocess.Popen([self.ajar, "scan", "--ports", "6379", "--json", f"127.{n}.0.0/24"], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, env=env) for n in (4, 5)]
        told = [p.communicate()[1] for p in both]
        check("two scans at once", [p.returncode for p in both] == [0, 0] and
              len(self.lines("show", "--at", "127.4.0.0/15", "--limit", "0")) == 513, told)

    def held_scan(self, *args):
        """A scan, and another process that takes the right to write from it when some of it is stored."""
        env = dict(os.environ, XDG_STATE_HOME=str(self.top / "state"))
        self.out = self.top / "out.jsonl"
        self.server.stop_after(40)
        with open(self.out, "w") as out:
            p = subprocess.Popen([self.ajar, "scan", "--ports", f"6379,{crash.STRANGER}", "--json", "--parallel", "2", *args],
                                 stdout=out, stderr=subprocess.PIPE, text=True, env=env)
        self.server.paused.wait(60)
        other = sqlite3.connect(self.db, isolation_level=None, timeout=30)
        other.execute("begin immediate")
        self.server.go_on.set()
        return p, other

    def held(self):
        """Another process, not of Ajar, holds the store for longer than anybody likes to wait."""
        p, other = self.held_scan("127.7.0.0/24")
        time.sleep(15)
        waits = p.poll() is None
        other.execute("rollback")
        other.close()
        err = p.communicate(timeout=60)[1]
        end = json.loads(self.out.read_text().splitlines()[-1])
        check("a store that is held for 15 s ends no scan", waits and p.returncode == 0 and end["done"] == 512 and
              end["failed"] == 0, (p.returncode, err, end))
        check("it says that it waits, once", err.count("another process holds the store; waiting for it") == 1, err)
        check("and all is stored", len(self.lines("show", "--at", "127.7.0.0/24", "--limit", "0")) == 256 + 1)
        p, other = self.held_scan("127.8.0.0/24")
        time.sleep(4)
        p.send_signal(signal.SIGINT)
        began = time.monotonic()
        err = p.communicate(timeout=60)[1]
        check("Ctrl-C is heard while it waits", p.returncode == 3 and time.monotonic() - began < 10 and
              "interrupted" in err, (p.returncode, time.monotonic() - began, err))
        other.close()
        p = self.run("scan", "--resume", "--json")
        end = json.loads(p.stdout.splitlines()[-1])
        check("and what was found then is not lost", p.returncode == 0 and end["done"] == 512 and
              len(self.lines("show", "--at", "127.8.0.0/24", "--limit", "0")) == 256 + 1, p.stderr)

    def read_only(self):
        """A copy of the store on a medium that nobody can write to."""
        there = self.top / "odd ?#%name"
        there.mkdir()
        for name in ("there.db", "old.db", "cut.db"):
            with contextlib.closing(sqlite3.connect(self.db)) as c, contextlib.closing(sqlite3.connect(there / name)) as copy:
                c.backup(copy)
                copy.execute("pragma journal_mode = wal")
        for name, sql in (("old.db", "pragma user_version = 3"), ("cut.db", "update scans set why = 'cut'")):
            c = sqlite3.connect(there / name, isolation_level=None)
            c.execute(sql)
            if name == "cut.db":   # its last writer died: the log stays
                log = (there / "cut.db-wal").read_bytes()
            c.close()
        (there / "cut.db-wal").write_bytes(log)
        subprocess.run(["mount", "--bind", there, there], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", there], check=True)
        before = sorted(x.name for x in there.iterdir())
        for verb in (["show", "--limit", "0"], ["show", "--scans"], ["diff"], ["judge"], ["fleets"]):
            p, q = (self.run(*verb, "--json", "--db", str(db)) for db in (there / "there.db", self.db))
            told, wanted = ([line for line in x.stdout.splitlines() if '"summary"' not in line and '"run"' not in line] for x in (p, q))
            check(f"{verb} reads a store on a read-only medium", p.returncode == q.returncode and told == wanted and
                  (told or verb == ["fleets"]), p.stderr or (told[:1], wanted[:1], p.returncode, q.returncode))
        self.mistake("copy it to where you may write", "show", "--db", str(there / "old.db"))
        self.mistake("copy both to where you may write", "show", "--db", str(there / "cut.db"))
        self.mistake("may not be written", "forget", "--older-than", "1d", "--db", str(there / "there.db"))
        check("nothing came beside it", sorted(x.name for x in there.iterdir()) == before, list(there.iterdir()))
        subprocess.run(["umount", there], check=True)
        check("nor is anything changed where it could be", self.run("show", "--db", str(there / "there.db")).returncode == 0)
        was = (there / "there.db").stat()
        self.run("show", "--db", str(there / "there.db"))
        now = (there / "there.db").stat()
        check("reading writes nothing", (was.st_mtime_ns, was.st_size) == (now.st_mtime_ns, now.st_size))

    def interrupted(self):
        env = dict(os.environ, XDG_STATE_HOME=str(self.top / "state"))
        p = subprocess.Popen([self.ajar, "scan", "--ports", str(crash.STRANGER), "--json", "--parallel", "2", "127.6.0.0/24"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        time.sleep(1)
        for who, pid in (("keeper", p.pid), ("sweeper", crash.children(p.pid)[0])):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            check(f"the {who} is in its sandbox", SANITIZED or ("Seccomp:\t2" in status and "NoNewPrivs:\t1" in status), status)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate()
        end = json.loads(out.splitlines()[-1])
        check("every endpoint of an interrupted scan is in one sum", end["interrupted"] and end["skipped"] > 200 and
              end["done"] + end["skipped"] + end["failed"] == 256, end)
        check("it says what was cut off and not asked", "endpoints were not asked" in err and "--resume" in err, err)
        scans = self.lines("show", "--scans")
        check("an interrupted scan is unfinished and says so", p.returncode == 3 and scans[0]["state"] == "unfinished" and
              scans[0]["why"] == "interrupted", scans[:1])
        check("what was not asked is not stored as skipped", scans[0]["skipped"] == 0, scans[:1])
        p = self.scan("--transcript", "/dev/full", "127.1.0.1")
        check("a transcript that cannot be written says why", p.returncode == 3 and "No space left on device" in p.stderr, p.stderr)

    def mistakes(self, fingerprint):
        self.mistake("no fingerprint", "show", "xyz")
        self.mistake("did you mean --severity", "show", "--sevrity", "high")
        self.mistake("write a date", "accept", fingerprint, "--until", "soon", "--why", "x")
        self.mistake("that has passed", "accept", fingerprint, "--until", "2020-01-01", "--why", "x")
        self.mistake("say why", "accept", fingerprint, "--until", "2027-01-01")
        self.mistake("say how old", "forget")
        self.mistake("two scans or none", "diff", "1")
        self.mistake("there is no scan", "diff", "1", "4242")
        self.mistake("asks nothing", "judge", "127.0.0.1")

    def forget(self):
        before = len(self.lines("show", "--limit", "0"))
        got = self.lines("forget", "--older-than", "0h", "--dry-run")
        check("forget counts first", got and got[0]["scans"] > 3 and len(self.lines("show", "--scans")) > 3)
        self.run("forget", "--older-than", "0h")
        check("forget keeps what is open", len(self.lines("show", "--limit", "0")) == before and len(self.lines("show", "--scans")) == 1,
              self.lines("show", "--scans"))
        with sqlite3.connect(self.db) as c:
            c.execute("pragma user_version = 77")
        self.mistake("a newer Ajar wrote it", "show")
        self.mistake("a newer Ajar wrote it", "judge")
        p = self.scan("127.1.0.1")
        check("nor does a scan touch a newer store", p.returncode == 2 and "a newer Ajar" in p.stderr and not p.stdout, p.stderr)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ajar", default=str(crash.ROOT / "build/ajar"))
    p.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = p.parse_args()
    if not args.inside:
        os.execvp("unshare", ["unshare", "-r", "-n", "-m", sys.executable, __file__, *sys.argv[1:], "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as top:
        v = Verbs(os.path.abspath(args.ajar), pathlib.Path(top))
        v.before_anything()
        fingerprint = v.findings()
        v.changes(fingerprint)
        v.judge()
        v.resume()
        v.together()
        v.held()
        v.read_only()
        v.mistakes(fingerprint)
        v.interrupted()
        v.forget()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    sys.exit(1 if RESULTS["failed"] else 0)


main()
