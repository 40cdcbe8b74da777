#!/usr/bin/env python3
"""`ajar watch` from end to end, against peers and receivers of our own on loopback.

    test/watch/run.py [AJAR]        the last line says how many passed and failed
"""
import contextlib
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from receivers import SECRET, Chat, Redis, Relay, Syslog, Webhook  # noqa: E402
from trackers import Tracker  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
AJAR = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/ajar")
RESULTS = {"passed": 0, "failed": 0}
HOSTILE = b"8.2.9 \x1b[31m\xe2\x80\xae\"],\\=?utf-8?q?x?= <b>\xff\x01\x7f"


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"not ok {name}: {detail}")


class Watch:
    """A folder with a configuration, a store and a queue; the watch over it."""

    def __init__(self, folder, ports, notices, **more):
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=folder))
        (self.dir / "hook.secret").write_bytes(SECRET + b"\n")
        self.config = {"targets": ["127.0.0.1"], "ports": ports, "db": "ajar.db", "timeout": 1, "rate": 1000,
                       "schedule": {"every": "1h"}, "notices": notices, **more}
        self.process, self.said = None, ""
        self.write()

    def write(self, **changed):
        self.config.update(changed)
        (self.dir / "watch.yaml").write_text(json.dumps(self.config))

    def args(self, *more):
        return [AJAR, "watch", "--config", str(self.dir / "watch.yaml"), *more]

    def once(self, *more):
        done = subprocess.run(self.args("--once", *more), capture_output=True, text=True, timeout=50)
        self.said += done.stderr
        return done

    def start(self):
        with open(self.dir / "log", "ab") as log:
            self.process = subprocess.Popen(self.args(), stdout=log, stderr=log)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(timeout=40)
        self.process = None
        return status

    def log(self):
        return (self.dir / "log").read_text()

    def queue(self):
        return [p for p in (self.dir / "watch/queue").glob("*/*") if not p.name.startswith(".")]

    def again(self):
        """Makes the next round due at once."""
        path = self.dir / "watch/state.json"
        state = json.loads(path.read_text())
        state["started_ms"] = 0
        path.write_text(json.dumps(state))


def hook(server, **more):
    inner = {"url": server.url, "secret_file": "hook.secret", "timeout": "1s", **more.pop("webhook", {})}
    return {"webhook": inner, "retry": "1s", **more}


def wait(what, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return bool(what())


def kinds(changes):
    return sorted(c["change"] for c in changes)


def certificate(folder, name):
    key, crt = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context, str(crt)


# ---- configuration ----

MISTAKES = [
    ({"notices": [{"github": {"project": "a/b"}}]}, "token_file"),
    ({"notices": [{"github": {"project": "a/../b", "token_file": "t"}}]}, "project"),
    ({"notices": [{"gitlab": {"project": "a b", "token_file": "t"}}]}, "project"),
    ({"notices": [{"gitlab": {"project": "a/b", "token_file": "t", "url": "http://192.0.2.1/"}}]}, "token"),
    ({"notices": [{"jira": {"project": "OPS", "token_file": "t"}}]}, "where Jira is"),
    ({"notices": [{"github": {"project": "a/b", "token_file": "t", "type": "Bug"}}]}, "only Jira"),
    ({"notices": [{"digest": True, "github": {"project": "a/b", "token_file": "t"}}]}, "leave digest out"),
    ({"notice": []}, "notice"),
    ({"targets": None}, "targets"),
    ({"schedule": {"every": "6 hours"}}, "schedule.every"),
    ({"schedule": {"every": "6h", "at": "03:00"}}, "either every"),
    ({"schedule": {"at": ["25:00"]}}, "schedule.at"),
    ({"notices": [{"webhook": {"url": "https://u:p@x/", "secret_file": "s"}}]}, "notices.webhook.url"),
    ({"notices": [{"webhook": {"url": "http://192.0.2.1/", "secret_file": "s"}}]}, "allow_plain"),
    ({"notices": [{"webhook": {"url": "https://x/"}}]}, "secret_file"),
    ({"notices": [{"webhook": {"url": "https://x/a b", "secret_file": "s"}}]}, "path"),
    ({"notices": [{"webhook": {"url": "https://x/", "secret_file": "s", "headers": {"Host": "y"}}}]}, "sets itself"),
    ({"notices": [{"webhook": {"url": "https://x/", "secret_file": "s", "headers": {"A": "y\r\nB: c"}}}]}, "one line"),
    ({"notices": [{"email": {"smtp": "x:25", "from": "a@b\r\nBcc: c@d", "to": "e@f"}}]}, "notices.email.from"),
    ({"notices": [{"email": {"smtp": "x:25", "from": "a@b", "to": "-oQ/tmp@x"}}]}, "notices.email.to"),
    ({"notices": [{"email": {"smtp": "x:25", "sendmail": "/x", "from": "a@b", "to": "e@f"}}]}, "either smtp"),
    ({"notices": [{"syslog": {"udp": "x"}}]}, "HOST:PORT"),
    ({"notices": [{"syslog": {"unix": "/dev/log", "facility": "locale"}}]}, "facility"),
    ({"notices": [{"command": "rm -rf /"}]}, "list"),
    ({"notices": [{"command": ["tell"]}]}, "whole path"),
    ({"notices": [{"command": ["/bin/a"], "min_severity": "urgent"}]}, "min_severity"),
    ({"notices": [{"command": ["/bin/a"], "min_severty": "low"}]}, "min_severty"),
    ({"notices": [{"command": ["/bin/a"], "quiet_hours": {"from": "22:00"}}]}, "quiet_hours"),
    ({"notices": [{"command": ["/bin/a"]}, {"command": ["/bin/a"]}]}, "name"),
    ({"notices": [{"name": "../x", "command": ["/bin/a"]}]}, "notices.name"),
    ({"metrics": {"listen": "0.0.0.0:9799"}}, "loopback"),
    ({"targets": ["10.0.0.0/8"]}, "--large"),
    ({"targets": ["8.8.8.8"]}, "8.8.8.8"),
]


def test_config(folder):
    w = Watch(folder, [6379], [])
    good = dict(w.config)
    run = subprocess.run(w.args("--check"), capture_output=True, text=True, timeout=20)
    check("--check of a good file", run.returncode == 0 and "is good" in run.stdout, run)
    for wrong, word in MISTAKES:
        w.config = {**good, **wrong}
        w.write()
        run = subprocess.run(w.args("--check"), capture_output=True, text=True, timeout=20)
        lines = run.stderr.splitlines()
        check(f"mistake {wrong}", run.returncode == 2 and len(lines) == 1 and word in lines[0] and "watch.yaml" in lines[0],
              (run.returncode, run.stderr))
    w.config = good
    w.config["notices"] = [{"webhook": {"url": "https://127.0.0.1/", "secret_file": "absent"}}]
    w.write()
    run = subprocess.run(w.args("--check"), capture_output=True, text=True, timeout=20)
    check("--check misses the secret", run.returncode == 2 and "absent" in run.stderr, run.stderr)
    w.config["notices"] = [{"command": ["/bin/nosuch", "{}"]}]
    w.write()
    run = subprocess.run(w.args("--check"), capture_output=True, text=True, timeout=20)
    check("--check misses the program", run.returncode == 2 and "/bin/nosuch" in run.stderr, run.stderr)
    w.config.pop("notices")
    w.write()
    run = subprocess.run(w.args("--check"), capture_output=True, text=True, timeout=20)
    check("--check warns where nobody is told", run.returncode == 0 and "nobody is told" in run.stderr, run)
    (w.dir / "watch.yaml").write_text("targets: [127.0.0.1]\nschedule: {every: 6h}\nnotices:\n  - command: [/bin/a]\n    nope: 1\n")
    run = subprocess.run(w.args("--check"), capture_output=True, text=True, timeout=20)
    check("the line is named", "watch.yaml:5: notices.nope" in run.stderr or "watch.yaml:5: unknown" in run.stderr
          or "watch.yaml:5:" in run.stderr, run.stderr)
    check("no configuration", subprocess.run([AJAR, "watch"], capture_output=True).returncode == 2)


# ---- the life of a finding ----

def test_life(folder):
    server = Webhook()
    redis = Redis()
    w = Watch(folder, [redis.port], [hook(server)])
    done = w.once()
    check("a first round ends with 0", done.returncode == 0, done)
    check("new is told", kinds(server.changes()) == ["new"], server.taken)
    new = server.taken[0]["finding"] if server.taken else {}
    check("the message has the finding", new.get("endpoint") == f"127.0.0.1:{redis.port}" and new.get("product") == "redis"
          and server.taken[0]["severity"] == new["severity"] and new.get("fix"), new)
    w.once()
    check("nothing changed, nothing told", len(server.attempts) == 1, server.attempts)
    redis.close()
    w.once()
    check("fixed is told", kinds(server.changes()) == ["fixed", "new"], (server.changes(), w.said))
    redis = Redis(redis.port)
    w.once()
    check("open again is told", kinds(server.changes()) == ["fixed", "new", "reopened"], server.changes())
    redis.version = b"6.2.1"
    w.once()
    check("changed is told", "changed" in kinds(server.changes()), server.changes())
    fingerprint = new.get("fingerprint", "")
    accept = [AJAR, "accept", fingerprint, "--until", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2)),
              "--why", "known", "--db", w.dir / "ajar.db"]
    done = subprocess.run(accept, capture_output=True, text=True)
    check("accept", done.returncode == 0, done)
    told = len(server.taken)
    w.once()
    time.sleep(2)
    w.once()
    check("the end of an acceptance is told", kinds(server.changes()[told:]) == ["acceptance-ended"], server.changes()[told:])
    check("every signature was right", not server.wrong, server.wrong[:1])
    check("every id is one delivery", len({m["id"] for m in server.taken}) == len(server.taken))
    redis.close()


def test_scan_trouble(folder):
    server = Webhook()
    w = Watch(folder, [1], [hook(server, min_severity="critical")], rules="absent")
    done = w.once()
    check("a scan that cannot run ends with 3", done.returncode == 3, done)
    check("and is told", kinds(server.changes()) == ["scan-failed"] and "absent" in server.taken[0]["text"], server.taken)
    w.once()
    check("once, not every time", len(server.taken) == 1, server.taken)
    del w.config["rules"]
    w.write()
    w.once()
    check("that it runs again is told", kinds(server.changes()) == ["scan-failed", "scan-well"], server.taken)


def test_owners(folder):
    """Files that say whose an address is are handed to every scan, relative to the configuration."""
    redis, server = Redis(), Webhook()
    w = Watch(folder, [redis.port], [hook(server)], names="names.txt", ct=["log.json"])
    (w.dir / "names.txt").write_text("127.0.0.1 payroll.hr.example-bank.org\n")
    (w.dir / "log.json").write_text("[]")
    w.once()
    shown = subprocess.run([AJAR, "show", "--format", "json", "--db", str(w.dir / "ajar.db")], capture_output=True, text=True)
    check("a scan of the watch knows the names", "payroll.hr.example-bank.org" in shown.stdout, shown)
    told = len(server.taken)
    w.write(mmdb=["none.mmdb"])
    w.once()
    check("a missing file is told", kinds(server.changes()[told:]) == ["scan-failed"] and "none.mmdb" in server.taken[-1]["text"],
          server.taken[told:])
    redis.close()


def test_scan_incomplete(folder):
    """The process that sends dies in the middle: what it did not hear of is told as such, once a day."""
    server = Webhook()
    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    w = Watch(folder, [s.getsockname()[1] for s in silent], [hook(server, min_severity="critical")], timeout=3, parallel=1)
    for _ in range(2):
        w.start()
        check("a scan runs", wait(lambda: select.select(silent, [], [], 0)[0], 8), w.log())
        sweepers = [p for scan in children(w.process.pid) for p in children(scan)]
        check("with a process that sends", len(sweepers) == 1, sweepers)
        for p in sweepers:
            os.kill(p, signal.SIGKILL)
        check("its end is seen", wait(lambda: "the scan is incomplete" in w.log(), 10), w.log())
        wait(lambda: not w.queue(), 5)
        w.end()
        os.rename(w.dir / "log", w.dir / "log.old")
        for s in select.select(silent, [], [], 0)[0]:
            s.accept()[0].close()
        w.again()
    check("an incomplete scan is told, once", kinds(server.changes()) == ["scan-incomplete"]
          and "signal 9" in server.taken[0]["what"] and server.taken[0]["severity"] == "high", server.taken)
    for s in silent:
        s.close()
    w.once()
    check("and that the next one was whole", kinds(server.changes()) == ["scan-incomplete", "scan-well"], (server.taken, w.said))


def scans(w):
    done = subprocess.run([AJAR, "show", "--scans", "--json", "--db", str(w.dir / "ajar.db")], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_resume(folder):
    """A scan that was broken off goes on at the next start; with another plan, or a day later, it starts over."""
    def broken_off(how, notices):
        silent, peers = socket.create_server(("127.0.0.1", 0)), [Redis() for _ in range(3)]
        ports = [silent.getsockname()[1], *[p.port for p in peers]]
        w = Watch(folder, ports, notices, timeout=1, parallel=1)
        w.start()
        check("a scan waits for a silent port", wait(lambda: select.select([silent], [], [], 0)[0], 8), w.log())
        running = children(w.process.pid)
        w.end(how)
        for pid in running if how == signal.SIGKILL else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        silent.close()
        check(f"{how.name} leaves it unfinished", [s["state"] for s in scans(w)] == ["unfinished"], scans(w))
        return w, peers

    for how in (signal.SIGTERM, signal.SIGKILL):
        server = Webhook()
        w, peers = broken_off(how, [hook(server)])
        done = w.once()
        after = scans(w)
        check(f"after {how.name} it goes on", len(after) == 1 and after[0]["state"] == "complete" and after[0]["done"] == 4
              and done.returncode == 0 and w.said.count("going on with") == 1, (after, w.said))
        w.once()
        check("a round that was whole is not gone on with", len(scans(w)) == 2 and w.said.count("going on with") == 1, w.said)
        check("each is told once", kinds(server.changes()) == ["new"] * 3, server.changes())
        for p in peers:
            p.close()
    w, peers = broken_off(signal.SIGTERM, [])
    w.write(ports=w.config["ports"][:2])
    done = w.once()
    states = sorted(s["state"] for s in scans(w))
    check("another plan starts over", states == ["complete", "unfinished"] and "starts over" in w.said and done.returncode == 0,
          (states, w.said))
    path = w.dir / "watch/state.json"
    state = json.loads(path.read_text())
    check("nothing is left to go on with", state["scanning_ms"] == 0, state)
    state["scanning_ms"] = int((time.time() - 25 * 3600) * 1000)
    path.write_text(json.dumps(state))
    w.said = ""
    w.once()
    check("what is old starts over", "going on" not in w.said and len(scans(w)) == 3, w.said)
    for p in peers:
        p.close()


# ---- receivers that fail, and a watch that is killed ----

def test_flaky(folder):
    moods = ["error", "hang", "close", "redirect", "garbage", "endless", "slow", "error", "slow", "hang"]
    server, broken = Webhook(moods), Webhook(["error"] * 1000)
    peers = [Redis() for _ in range(6)]
    w = Watch(folder, [p.port for p in peers], [hook(server, name="flaky"), hook(broken, name="broken")])
    rng = random.Random(4)
    kills = 0
    end = time.monotonic() + 22
    while time.monotonic() < end and not (len(server.taken) >= 6 and kills >= 8):
        w.start()
        wait(lambda: w.process.poll() is not None, rng.uniform(0.05, 2.5))
        if w.process.poll() is not None:
            check("the watch ended by itself", False, w.log()[-500:])
            return
        w.end(signal.SIGKILL)
        kills += 1
    w.start()
    check("every change arrives", wait(lambda: len(server.taken) >= 6, 15), (len(server.taken), server.attempts, w.log()[-800:]))
    time.sleep(0.7)
    notes = [c for c in server.changes() if "finding" not in c]
    check("no note of a scan that could not run", not notes, notes)
    endpoints = sorted(c["finding"]["endpoint"] for c in server.changes() if "finding" in c)
    check("exactly once", endpoints == sorted(f"127.0.0.1:{p.port}" for p in peers), endpoints)
    well = [d for d, mood in server.attempts if mood in ("well", "slow")]
    check("what was taken is never sent again", len(well) == len(set(well)), server.attempts)
    check("all moods were met", not server.moods, server.moods)
    check("a receiver that always fails delays no other, and keeps its messages",
          not broken.taken and len(list((w.dir / "watch/queue/broken").iterdir())) == 6, os.listdir(w.dir / "watch/queue/broken"))
    check("SIGTERM ends with 0", w.end() == 0)
    state = (w.dir / "watch/state.json").stat().st_mode & 0o777
    check("the queue is for its owner only", state == 0o600 and (w.dir / "watch").stat().st_mode & 0o777 == 0o700, oct(state))
    for p in peers:
        p.close()


def test_give_up(folder):
    server = Webhook(["error"] * 100)
    redis = Redis()
    w = Watch(folder, [redis.port], [hook(server, name="x", give_up="1s")])
    done = w.once()
    check("what is left over is told by status 3", done.returncode == 3, done)
    time.sleep(1.2)
    w.start()
    check("too old is put aside", wait(lambda: (w.dir / "watch/dead/x").exists() and not w.queue(), 8), w.log())
    w.end()
    redis.close()


# ---- digest, quiet hours, flood ----

def test_digest(folder):
    server, later, quiet, loud = Webhook(), Webhook(), Webhook(), Webhook()
    peers = [Redis() for _ in range(3)]
    now = time.gmtime()
    hours = {"from": time.strftime("%H:%M", time.gmtime(time.time() - 3600)),
             "to": time.strftime("%H:%M", time.gmtime(time.time() + 3600))}
    w = Watch(folder, [p.port for p in peers],
              [hook(server, digest=True, name="a"), hook(later, digest="3s", name="b"), hook(quiet, quiet_hours=hours, name="c"),
               hook(loud, quiet_hours={**hours, "except": "info"}, name="d")])
    done = w.once()
    check("held messages are no failure", done.returncode == 0, done)
    check("a digest of the round", [m["type"] for m in server.taken] == ["digest"] and len(server.changes()) == 3, server.taken)
    check("a digest waits", not later.taken and len(list((w.dir / "watch/queue/b").iterdir())) == 3)
    check("quiet hours hold", not quiet.taken and len(list((w.dir / "watch/queue/c").iterdir())) == 3, now)
    check("except comes through", len(loud.changes()) == 3, loud.taken)
    w.start()
    check("a digest ends its wait", wait(lambda: later.taken, 8) and len(later.taken) == 1 and len(later.changes()) == 3,
          (later.taken, w.log()))
    w.end()
    w.config["notices"][2].pop("quiet_hours")
    w.write()
    w.start()
    check("what was held is told", wait(lambda: len(quiet.changes()) == 3, 8), quiet.taken)
    w.end()
    check("nothing is left", not w.queue(), w.queue())
    for p in peers:
        p.close()


def test_flood(folder):
    server = Webhook()
    peers = [Redis() for _ in range(60)]
    w = Watch(folder, [p.port for p in peers], [hook(server)])
    w.once()
    check("a flood is grouped", [m["type"] for m in server.taken] == ["digest"] and len(server.changes()) == 60,
          [len(server.taken), len(server.changes())])
    for p in peers:
        p.close()


# ---- TLS, mail, syslog, command; hostile text ----

def test_tls(folder):
    context, ca = certificate(folder, "hook")
    other = certificate(folder, "other")[1]
    good, bad = Webhook(tls=context), Webhook(tls=context)
    redis = Redis()
    w = Watch(folder, [redis.port], [hook(good, name="good", webhook={"ca_file": ca}),
                                     hook(bad, name="bad", webhook={"ca_file": other})])
    done = w.once()
    check("https is delivered", len(good.taken) == 1, (done, good.taken))
    check("a strange certificate gets nothing", not bad.attempts and "certificate" in w.said, w.said)
    redis.close()


def test_mail(folder):
    context, ca = certificate(folder, "relay")
    relay, late, plain = Relay(context, login=True), Relay(refuse=2), Relay()
    (folder / "password").write_text("p4ssword\n")
    redis = Redis(version=HOSTILE)
    told = folder / "sendmail.txt"
    sendmail = folder / "sendmail"
    sendmail.write_text(f"#!/bin/sh\n(echo \"$@\"; cat) > {told}\n")
    sendmail.chmod(0o755)
    mail = {"from": "ajar@example.org", "to": ["ops@example.org", "sec@example.org"]}
    w = Watch(folder, [redis.port], [
        {"name": "tls", "email": {"smtp": f"127.0.0.1:{relay.port}", "ca_file": ca, "starttls": "required", "user": "u",
                                  "password_file": str(folder / "password"), **mail}},
        {"name": "late", "retry": "1s", "email": {"smtp": f"127.0.0.1:{late.port}", **mail}},
        {"name": "never", "email": {"smtp": f"127.0.0.1:{plain.port}", "starttls": "required", **mail}},
        {"name": "sendmail", "email": {"sendmail": str(sendmail), **mail}}])
    w.once()
    check("a mail over STARTTLS", len(relay.mails) == 1, (w.said, relay.heard))
    heard = [line for secured, line in relay.heard if not secured]
    check("nothing but EHLO and STARTTLS is in clear", [h.split()[0] for h in heard] == [b"EHLO", b"STARTTLS"], heard)
    check("a relay without STARTTLS gets nothing where it is required", not plain.mails, plain.heard)
    check("refused is not taken", not late.mails and any(p.parent.name == "late" for p in w.queue()), w.queue())
    w.start()
    check("and is sent later", wait(lambda: late.mails, 8), w.log())
    w.end()
    if relay.mails:
        raw, m = relay.mails[0]
        head = raw.split(b"\r\n\r\n")[0]
        check("the headers are plain lines", all(re.match(rb"[A-Za-z-]+: [\x20-\x7e]+$|[ ][\x20-\x7e]+$", l)
                                                 for l in head.split(b"\r\n")), head)
        check("the subject is readable", "redis" in str(m["subject"]).lower() and "\x1b" not in str(m["subject"]), m["subject"])
        text = m.get_content()
        check("the body has no raw text of the peer", not re.search("[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f\u202e]", text), text)
        check("To, Date, From", str(m["to"]).count("@") == 2 and m["date"].datetime and m["from"].addresses[0].addr_spec
              == "ajar@example.org", dict(m))
        mine = str(late.mails[0][1]["message-id"]) if late.mails else None
        check("the Message-ID is that of the change", str(m["message-id"]) == mine, (m["message-id"], mine))
    check("sendmail", told.exists() and told.read_text().startswith("-t -i -f ajar@example.org\nDate: ")
          and "\r" not in told.read_text(), told.exists() and told.read_text())
    redis.close()


def test_recipients(folder):
    """One recipient that is refused harms no other, and one who is put off is served alone later."""
    relay = Relay(answers={"gone@example.org": ["550 no such user"] * 9, "later@example.org": ["451 greylisted"]})
    redis = Redis()
    to = ["ops@example.org", "gone@example.org", "later@example.org"]
    w = Watch(folder, [redis.port], [{"name": "relay", "retry": "1s", "email": {
        "smtp": f"127.0.0.1:{relay.port}", "from": "ajar@example.org", "to": to}}])
    w.once()
    check("the others have the mail at once", relay.accepted == [["ops@example.org"]], (relay.accepted, w.said))
    w.start()
    check("who was put off gets it later, alone", wait(lambda: len(relay.accepted) > 1, 8)
          and relay.accepted[1:] == [["later@example.org"]], (relay.accepted, w.log()))
    check("and nothing waits any more", wait(lambda: not w.queue(), 4), w.queue())
    w.end()
    check("the refused one is told of", "gone@example.org" in w.log() and "550" in w.log(), w.log())
    redis.close()


# What each chat documents: where the text is, and what it answers where it took the message.
CHATS = {
    "slack": (200, b"ok", lambda b: b["text"], {"text"}),
    "teams": (202, b"", lambda b: "\n".join(e["inlines"][0]["text"] for e in b["attachments"][0]["content"]["body"]),
              {"type", "attachments"}),
    "feishu": (200, b'{"code":0,"data":{},"msg":"success"}', lambda b: b["content"]["text"],
               {"msg_type", "content", "timestamp", "sign"}),
    "dingtalk": (200, b'{"errcode":0,"errmsg":"ok"}', lambda b: b["text"]["content"], {"msgtype", "text"}),
    "wecom": (200, b'{"errcode":0,"errmsg":"ok"}', lambda b: b["text"]["content"], {"msgtype", "text"}),
}


def test_chats(folder):
    import base64
    import hashlib
    import hmac
    import urllib.parse
    redis = Redis(version=HOSTILE)
    rooms = {name: Chat(status, answer) for name, (status, answer, _, _) in CHATS.items()}
    refusing = Chat(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}')
    
    secret = folder / "room.secret"
    secret.write_text("SECabc\n")
    signed = {"feishu": {"secret_file": str(secret)}, "dingtalk": {"secret_file": str(secret)}}
    receivers = [{"name": n, n: {"url": rooms[n].url, **signed.get(n, {})}} for n in CHATS]
    w = Watch(folder, [redis.port], [*receivers, {"name": "refusing", "wecom": {"url": refusing.url}}])
    w.once()
    for name, (_, _, text_of, keys) in CHATS.items():
        bodies = rooms[name].bodies
        check(f"{name} has the message", len(bodies) >= 1, w.said)
        if not bodies:
            continue
        path, content, body = bodies[0]
        parsed = json.loads(body)
        check(f"{name}: its own members and no other", set(parsed) == keys and content.startswith("application/json"), parsed)
        text = text_of(parsed)
        check(f"{name}: what, where and how to close it", "redis" in text and f"127.0.0.1:{redis.port}" in text
              and "How to close it" in text, text)
        check(f"{name}: no raw text of the peer", not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text), text)
    stamp, sign = (json.loads(rooms["feishu"].bodies[0][2])[k] for k in ("timestamp", "sign"))
    check("feishu: signed", sign == base64.b64encode(hmac.new(f"{stamp}\nSECabc".encode(), b"", hashlib.sha256).digest()).decode())
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(rooms["dingtalk"].bodies[0][0]).query)
    want = base64.b64encode(hmac.new(b"SECabc", f"{query['timestamp'][0]}\nSECabc".encode(), hashlib.sha256).digest()).decode()
    check("dingtalk: signed in the URL, the key kept", query["sign"] == [want] and query["key"] == ["s3cret"], query)
    waiting = [p.parent.name for p in w.queue()]
    check("a 200 that refuses is not taken, and no other waits", set(waiting) == {"refusing"}, waiting)
    check("the address of a room stands in no log", "s3cret" not in w.said, w.said)
    redis.close()


def test_tickets(folder):
    """One a finding, whatever is sent twice; closed with the proof, opened again when it came back."""
    redis, other = Redis(version=HOSTILE), Redis()
    port = redis.port
    (folder / "token").write_text("t0ken\n")
    (folder / "cloud").write_text("me@example.org:t0ken\n")
    (folder / "wrong").write_text("other\n")
    at = {"github": Tracker("github"), "gitlab": Tracker("gitlab"), "jira": Tracker("jira", "me@example.org:t0ken"),
          "server": Tracker("jira", cloud=False)}
    token = {"token_file": str(folder / "token")}
    refusing = Tracker("github")
    w = Watch(folder, [port, other.port], [
        {"name": "github", "github": {"url": at["github"].url + "/", "project": "org/repo", **token}},
        {"name": "gitlab", "gitlab": {"url": at["gitlab"].url + "/api/v4", "project": "group/sub/name", **token}},
        {"name": "jira", "jira": {"url": at["jira"].url, "project": "OPS", "type": "Bug", "token_file": str(folder / "cloud")}},
        {"name": "server", "jira": {"url": at["server"].url, "project": "OPS", "type": "Bug", **token}},
        {"name": "refusing", "github": {"url": refusing.url, "project": "org/repo", "token_file": str(folder / "wrong")}}])
    at["github"].fail_next = 1  # it was made, and the answer was lost
    w.once()
    w.once()  # what waits is tried again
    for name, tracker in at.items():
        tickets = tracker.tickets
        titles = [t["title"] for t in tickets]
        check(f"{name}: a ticket a finding", len(tickets) >= 2 and len(set(titles)) == len(titles), (titles, w.said[-600:]))
        check(f"{name}: what and where", all(any(f"127.0.0.1:{p}" in t["title"] for p in (port, other.port)) and t["title"].startswith("[") for t in tickets), titles)
        check(f"{name}: labels", all(set(t["labels"]) == {"ajar", t["labels"][1]} and t["labels"][1].startswith("ajar-") for t in tickets))
        fence = "{noformat}" if tracker.kind == "jira" else "```"
        for t in tickets:
            inside = t["body"].split(fence)
            check(f"{name}: a peer's text is in a block", len(inside) == 3 and "How to close it" in inside[1] and "8.2.9" not in inside[0] + inside[2], t["body"])
            check(f"{name}: no raw text of the peer", not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", t["title"] + t["body"]))
    check("a token stands in no log", "t0ken" not in w.said, w.said)
    check("a refused token waits, and keeps nobody else", {p.parent.name for p in w.queue()} == {"refusing"} and not refusing.tickets, w.queue())
    count = {name: len(t.tickets) for name, t in at.items()}
    redis.close()
    w.again()
    w.once()
    for name, tracker in at.items():
        gone = [t for t in tracker.tickets if f":{port}" in t["title"]]
        check(f"{name}: closed with the proof", gone and all(not t["open"] and len(t["comments"]) == 1 and "closed" in t["comments"][0]
                                                            for t in gone), (gone, w.said[-600:]))
        check(f"{name}: no other is closed", all(t["open"] and not t["comments"] for t in tracker.tickets if t not in gone), tracker.tickets)
    redis = Redis(port, HOSTILE)
    w.again()
    w.once()
    for name, tracker in at.items():
        check(f"{name}: opened again, and no second one", len(tracker.tickets) == count[name] and
              all(t["open"] and len(t["comments"]) == (2 if f":{port}" in t["title"] else 0) for t in tracker.tickets), (count, [(t["open"], len(t["comments"])) for t in tracker.tickets], tracker.asked[-8:]))
    redis.close()
    other.close()


def test_interim_answer(folder):
    server = Webhook(["hints"])
    redis = Redis()
    w = Watch(folder, [redis.port], [hook(server)])
    w.once()
    check("an interim answer is none: what was taken is not sent again", len({d for d, _ in server.attempts})
          == len(server.attempts) and not w.queue(), (server.attempts, w.queue()))
    redis.close()


def test_syslog(folder):
    servers = [Syslog("udp"), Syslog("tcp"), Syslog("unix", str(folder / "log.sock"))]
    redis = Redis(version=HOSTILE)
    out = folder / "command.txt"
    command = folder / "command"
    command.write_text("#!/bin/sh\nprintf '%s|' \"$@\" > \"$1\"\ncat >> \"$1\"\n")
    command.chmod(0o755)
    hookserver = Webhook()
    w = Watch(folder, [redis.port], [{"syslog": {"udp": servers[0].at, "facility": "local3"}}, {"syslog": {"tcp": servers[1].at}},
                                     {"syslog": {"unix": servers[2].at}}, {"command": [str(command), str(out), "$(id) `id` ;"]},
                                     {"command": ["/bin/sleep", "60"], "name": "slow"}, hook(hookserver)])
    w.config["notices"][4]["command"] = ["/bin/false"]
    w.write()
    done = w.once()
    check("a command that fails leaves the message", done.returncode == 3 and len(w.queue()) == 1, (done, w.queue()))
    form = re.compile(rb"<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [!-~]+ ajar - new "
                      rb'\[ajar@32473( [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+\] \xef\xbb\xbf([^\x00-\x1f\x7f]+)$')
    for s in servers:
        check(f"syslog by {s.by}", wait(lambda: len(s.lines) == 1, 3) and form.match(s.lines[0]), s.lines)
        check(f"no raw text by {s.by}", s.lines and not re.search(rb"[\x00-\x1f\x7f]|\xe2\x80\xae|\xff", s.lines[0])
              and not s.wrong, s.lines)
    check("the facility", servers[0].lines and 19 * 8 <= int(form.match(servers[0].lines[0])[1]) < 20 * 8)
    text = out.read_text() if out.exists() else ""
    head, _, body = text.partition("|$(id) `id` ;|")
    check("a command gets its arguments as they are, and JSON", head == str(out) and json.loads(body)["change"] == "new", text)
    check("no raw text in JSON", not hookserver.wrong and "\\u{202e}" in json.dumps(hookserver.taken[0]).replace("\\\\", "\\")
          if hookserver.taken else False, (hookserver.wrong, hookserver.taken))
    decoded = hookserver.taken[0]["finding"]["version"] if hookserver.taken else ""
    check("nor after decoding", decoded and decoded.isprintable(), repr(decoded))
    redis.close()


# ---- metrics, signals, units ----

def promtool(text):
    if not shutil.which("promtool"):
        return True
    return subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True).returncode == 0


def test_metrics(folder):
    server = Webhook(["error"] * 100)
    redis = Redis()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    w = Watch(folder, [redis.port], [hook(server, name="ops")], metrics={"file": "ajar.prom", "listen": f"127.0.0.1:{port}"})
    w.start()
    url = f"http://127.0.0.1:{port}"

    def get(path="/metrics"):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(url + path, timeout=3) as r:
                return r.read().decode()
        return ""
    check("metrics are served", wait(lambda: 'ajar_notices_pending{receiver="ops"} 1' in get(), 15), (get(), w.log()))
    text = get()
    for word in ("ajar_last_scan_complete 1", "ajar_endpoints 1", "ajar_findings{severity=", "ajar_last_scan_timestamp_seconds "):
        check(f"metrics have {word}", word in text, text)
    check("promtool accepts what is served", promtool(text), text)
    file = (w.dir / "ajar.prom").read_text()
    check("promtool accepts the file", "ajar_findings" in file and promtool(file), file)
    check("no target is named", str(redis.port) not in text and "redis" not in text, text)
    try:
        urllib.request.urlopen(url + "/other", timeout=3)
        check("another path is refused", False)
    except urllib.error.HTTPError as e:
        check("another path is refused", e.code == 404, e)
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    check("idle clients do not keep others out for long", wait(get, 15))
    for s in idle:
        s.close()
    w.write(notices=[hook(server, name="ops"), {"name": "more", "command": ["/bin/true"]}])
    w.process.send_signal(signal.SIGHUP)
    check("SIGHUP reads the configuration again", wait(lambda: 'receiver="more"' in get(), 10), w.log())
    (w.dir / "watch.yaml").write_text("nonsense: [")
    w.process.send_signal(signal.SIGHUP)
    check("a wrong one is refused, the old stays", wait(lambda: "the old configuration stays" in w.log(), 10)
          and wait(lambda: 'receiver="more"' in get(), 10), w.log())
    w.write()
    other = subprocess.run(w.args("--once"), capture_output=True, text=True, timeout=10)
    check("a second watch over the queue is refused", other.returncode == 3 and "another watch" in other.stderr, other)
    check("SIGTERM", w.end() == 0)
    redis.close()


def test_interrupted(folder):
    """SIGTERM and SIGKILL while a scan runs: it ends too, and nothing is told."""
    server = Webhook()
    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(8)]
    w = Watch(folder, [s.getsockname()[1] for s in silent], [hook(server)], timeout=3, parallel=1)
    for how in (signal.SIGTERM, signal.SIGKILL):
        w.start()
        check("a scan runs", wait(lambda: select.select(silent, [], [], 0)[0], 5), w.log())
        scans = children(w.process.pid)
        for s in select.select(silent, [], [], 0)[0]:
            s.accept()[0].close()
        before = time.monotonic()
        w.end(how)
        check(f"{how.name} ends it soon", time.monotonic() - before < 15)
        check(f"{how.name} ends the scan", wait(lambda: not any(alive(p) for p in scans), 15), scans)
    check("nothing was told", not server.attempts, server.taken)
    for s in silent:
        s.close()


def children(pid):
    with contextlib.suppress(OSError):
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def alive(pid):
    with contextlib.suppress(OSError):
        return " Z " not in pathlib.Path(f"/proc/{pid}/stat").read_text()
    return False


def test_units(folder):
    if not shutil.which("systemd-analyze"):
        return
    units = [str(p) for p in sorted((ROOT / "packaging/systemd").glob("ajar-watch*"))]
    copies = []
    for u in units:
        text = pathlib.Path(u).read_text().replace("/usr/bin/ajar", AJAR)
        copy = folder / pathlib.Path(u).name
        copy.write_text(text)
        copies.append(str(copy))
    run = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True)
    ours = [line for line in run.stderr.splitlines() if "ajar-watch" in line]  # not what it says of other packages' units
    check("systemd-analyze verify", run.returncode == 0 and not ours, run.stderr)
    for u in copies:
        if u.endswith(".service"):
            run = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", u], capture_output=True, text=True)
            check(f"systemd-analyze security {u}", run.returncode == 0, run.stdout.splitlines()[-1:])


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_") and (len(sys.argv) < 3 or name[5:] in sys.argv[2:]):
                started = time.monotonic()
                inner = folder / name
                inner.mkdir()
                try:
                    test(inner)
                except Exception as e:  # noqa: BLE001 - a test that breaks has failed, the others go on
                    check(name, False, repr(e))
                if os.environ.get("V"):
                    print(f"{name}: {time.monotonic() - started:.1f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] or not RESULTS["passed"] else 0


sys.exit(main())
