#!/usr/bin/env python3
"""Uses ajar as a newcomer would, mistakes included: one clear line for each, the documented exit
status, output that survives a closed pipe, a full disk and a narrow terminal.

    test/cli/run.py AJAR        the last line says how many passed and failed
"""
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

AJAR = sys.argv[1] if len(sys.argv) > 1 else "build/ajar"
RESULTS = {"passed": 0, "failed": 0}


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def ajar(*args, **more):
    env = dict(os.environ, XDG_STATE_HOME=STATE, **more.pop("env", {}))
    return subprocess.run([AJAR, *args], capture_output=True, text=True, timeout=60, env=env, **more)


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis(threading.Thread):
    """A peer that answers PING and INFO the way an open Redis does; made for these tests only."""

    def __init__(self, slow=0.0):
        super().__init__(daemon=True)
        self.slow = slow
        self.met = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            self.met.set()
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Memory\r\nused_memory:1000\r\n" \
               "# Replication\r\nrole:master\r\n# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\n"
        with peer:
            while True:
                asked = peer.recv(4096)
                time.sleep(self.slow)
                if not asked or asked.startswith(b"QUIT"):
                    return
                answers = {b"INFO": f"${len(info)}\r\n{info}\r\n".encode(), b"EXISTS": b":0\r\n", b"GETEX": b"$-1\r\n"}
                peer.sendall(b"".join(answers.get(line.split(b" ")[0], b"+PONG\r\n") for line in asked.splitlines()))


MISTAKES = [
    (["scan"], "name what to scan"),
    (["scan", "--prots", "1", "127.0.0.1"], "did you mean --ports"),
    (["scan", "--ports", "70000", "127.0.0.1"], "70000"),
    (["scan", "--ports", "9-1", "127.0.0.1"], "9-1"),
    (["scan", "--ports"], "--ports"),
    (["scan", "--json=yes", "127.0.0.1"], "--json takes no value"),
    (["scan", "-x", "80", "127.0.0.1"], "-x"),
    (["scan", "--bogus", "127.0.0.1"], "ajar help scan"),
    (["scan", "--ports", "1", "--ports", "2", "127.0.0.1"], "--ports is given twice"),
    (["scan", "-p", "1", "--ports=2", "127.0.0.1"], "--ports is given twice"),
    (["scan", "--db", "/nonexistent/x.db", "127.0.0.1:1"], "no folder /nonexistent"),
    (["scan", "--db", "README.md", "127.0.0.1:1"], "README.md"),
    (["scan", "10.0.0.0/33"], "10.0.0.0/33"),
    (["scan", "10.0.0.0/8"], "--large"),
    (["scan", "300.1.1.1"], "300.1.1.1"),
    (["scan", "@/nonexistent/list"], "/nonexistent/list"),
    (["scan", "--scope", "/nonexistent/scope.yaml"], "/nonexistent/scope.yaml"),
    (["scan", "--rate", "fast", "127.0.0.1"], "--rate fast"),
    (["scan", "--fail-on", "hihg", "127.0.0.1"], "--fail-on hihg"),
    (["scan", "--format", "xml2", "127.0.0.1"], "--format xml2: there are csv, excel, html, ical, json, junit, l9, markdown, ocsf, sarif and tty"),
    (["show", "--format", "xml2"], "sarif and tty"),
    (["judge", "--format", "xml2"], "sarif and tty"),
    (["scan", "--catalog", "/nonexistent", "127.0.0.1"], "/nonexistent"),
    (["scan", "--rules", "/nonexistent", "127.0.0.1"], "/nonexistent"),
    (["scan", "--shard", "3/2", "127.0.0.1"], "3/2"),
    (["scan", "8.8.8.8"], "scope"),
    (["scan", "169.254.169.254"], "169.254.169.254"),
    (["scna"], "did you mean `ajar scan`"),
    (["probe", "redsi", "127.0.0.1:6379"], "did you mean \"redis\""),
    (["probe", "redis", "127.0.0.1"], "one port"),
    (["help", "nothing"], "nothing"),
    (["list", "extra"], "extra"),
    (["catalog"], "catalog check DIR"),
    (["catalog", "check"], "catalog check DIR"),
    (["catalog", "chekc", "catalog"], "catalog check DIR"),
    (["catalog", "law", "extra"], "catalog law"),
    (["catalog", "check", "/nonexistent"], "/nonexistent"),
    (["catalog", "check", "rules/.."], ".yaml"),
    (["catalog", "--jsn", "check", "catalog"], "did you mean --json"),
]


def test_mistakes():
    for args, word in MISTAKES:
        r = ajar(*args)
        lines = r.stderr.strip().splitlines()
        good = r.returncode == 2 and len(lines) == 1 and word in lines[0] and lines[0].startswith("ajar: ")
        check(f"mistake {args}", good and not r.stdout, f"status {r.returncode}: {r.stderr!r} {r.stdout[:80]!r}")


def test_help():
    check("no verb", ajar().returncode == 2)
    check("version", re.fullmatch(r"ajar \d+\.\d+\.\d+\n", ajar("--version").stdout) is not None)
    for args in (["help"], ["--help"], ["help", "scan"], ["scan", "--help"], ["help", "probe"], ["list"], ["asks"]):
        r = ajar(*args)
        check(f"{args}", r.returncode == 0 and len(r.stdout) > 200 and not r.stderr, r.stderr)
    help_scan = ajar("help", "scan").stdout
    check("help names every option", all(f"--{o}" in help_scan for o in ("ports", "scope", "rate", "dry-run")))


def test_statuses(redis):
    nothing = ajar("scan", f"127.0.0.1:{closed_port()}")
    check("closed port is status 0", nothing.returncode == 0 and not nothing.stderr, nothing.stderr)
    found = ajar("scan", "--fail-on", "low", f"127.0.0.1:{redis.port}")
    check("finding is status 1", found.returncode == 1 and "redis 7.0.15" in found.stdout, found.stdout)
    check("the fix is shown", "requirepass" in found.stdout)
    check("below --fail-on is status 0", ajar("scan", "--fail-on", "critical", f"127.0.0.1:{redis.port}").returncode == 0)


def test_json(redis):
    r = ajar("scan", "--json", f"127.0.0.1:{redis.port}")
    lines = [json.loads(line) for line in r.stdout.splitlines()]
    kinds = [line["type"] for line in lines]
    check("json lines", kinds[0] == "run" and kinds[-1] == "summary" and {"service", "finding"} <= set(kinds), str(kinds))
    service = next(line for line in lines if line["type"] == "service")
    check("json service", (service["product"], service["verdict"], service["records"]) == ("redis", "open", 5), str(service))


def test_dry_run():
    r = ajar("scan", "--dry-run", "--ports", "6379,9200-9210", "10.1.0.0/24", "--exclude", "10.1.0.7")
    check("dry run", r.returncode == 0 and "3072 endpoints" in r.stdout and "named on the command line" in r.stdout, r.stdout)


def test_sample(redis):
    """Without a scope file that says `owned: true` nothing is sampled, and why is said."""
    target = f"127.0.0.1:{redis.port}"
    for word in ("0", "10001", "many", "-1"):
        r = ajar("scan", "--sample", word, target)
        check(f"--sample {word}", r.returncode == 2 and "sample" in r.stderr, r.stderr)
    with tempfile.NamedTemporaryFile("r") as log:
        r = ajar("scan", "--json", "--sample", "auto", "--transcript", log.name, target)
        text = log.read()
    check("sample without a scope file", "sample.refused" in r.stdout and "no scope file" in r.stderr, r.stderr)
    check("no request for records", " sample." not in text and "redis.info" in text, text)


def test_output(redis):
    target = f"127.0.0.1:{redis.port}"
    with open("/dev/full", "w") as full:
        r = subprocess.run([AJAR, "scan", "--json", target], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    check("full disk", r.returncode == 3 and "No space left" in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)
    r = ajar("scan", "--transcript", "/dev/full", target)
    check("full transcript", r.returncode == 3 and "transcript" in r.stderr, r.stderr)
    p = subprocess.Popen(f"{AJAR} scan --json --ports 1-2000,{redis.port} 127.0.0.1 | head -n 1", shell=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = p.communicate(timeout=60)
    check("closed pipe", '"run"' in out and len(err.splitlines()) <= 1 and "Segmentation" not in err, err)
    with tempfile.NamedTemporaryFile("r") as log:
        ajar("scan", "--transcript", log.name, target)
        text = log.read()
    check("transcript", f'{target} redis.info "INFO\\r\\n"' in text, text)


def on_terminal(columns, *args, env=None):
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen([AJAR, *args], stdout=slave, stderr=slave, env=dict(os.environ, TERM="xterm", **(env or {})))
    os.close(slave)
    text = b""
    deadline = time.time() + 60
    while time.time() < deadline:
        ready, _, _ = select.select([master], [], [], 1)
        try:
            if ready:
                text += os.read(master, 65536)
            elif p.poll() is not None:
                break
        except OSError:
            break
    p.wait(timeout=10)
    os.close(master)
    return text.decode()


def test_terminal(redis):
    target = f"127.0.0.1:{redis.port}"
    colour = on_terminal(100, "scan", target)
    check("colour on a terminal", "\x1b[" in colour and "redis 7.0.15" in colour, colour[:200])
    plain = on_terminal(100, "scan", target, env={"NO_COLOR": "1"})
    shown = re.sub(r"\r\x1b\[K[^\r\n]*", "", plain)
    check("NO_COLOR", not re.search(r"\x1b\[[0-9;]*m", shown), repr(shown[:300]))
    narrow = on_terminal(50, "scan", "--color", "never", target)
    shown = re.sub(r"\r\x1b\[K[^\r\n]*", "", narrow)
    table = shown.split("How to close")[0]
    widest = max((len(line) for line in table.splitlines()), default=0)
    check("50 columns", widest <= 50, f"{widest} columns wide: {table!r}")


def test_interrupt():
    slow = Redis(slow=2.0)
    p = subprocess.Popen([AJAR, "scan", "--json", f"127.0.0.1:{slow.port}"], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    slow.met.wait(30)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=30)
    last = json.loads(out.splitlines()[-1])
    check("Ctrl-C", p.returncode == 3 and last["type"] == "summary" and last["interrupted"] and "interrupted" in err, err)


def sweeper_of(pid):
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return int(children[0]) if children else None


def test_killed_sweeper():
    slow = Redis(slow=2.0)
    p = subprocess.Popen([AJAR, "scan", "--json", f"127.0.0.1:{slow.port}"], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    slow.met.wait(30)
    child = sweeper_of(p.pid)
    check("the sweeper is a process of its own", child is not None)
    if child:
        os.kill(child, signal.SIGKILL)
    out, err = p.communicate(timeout=30)
    check("a killed sweeper is told", p.returncode == 3 and "signal 9" in err, err)


def test_own_catalog(redis):
    with tempfile.TemporaryDirectory() as directory:
        open(f"{directory}/broken.yaml", "w").write("product: x\nnonsense: 1\n")
        r = ajar("scan", "--catalog", directory, "127.0.0.1:1")
        check("a broken catalog file is named", r.returncode == 2 and "broken.yaml" in r.stderr and len(r.stderr.splitlines()) == 1,
              r.stderr)


def test_catalog_check():
    """The recipe of CONTRIBUTING is right, and what is wrong is told with its place, in both forms."""
    recipe = re.search(r"```yaml\n(.*?)```", open("CONTRIBUTING.md").read(), re.S)[1]
    with tempfile.TemporaryDirectory() as directory:
        open(f"{directory}/kinto.yaml", "w").write(recipe)
        r = ajar("catalog", "check", directory + "/")
        check("the recipe is all right", (r.returncode, r.stdout) == (0, "1 entry, 2 examples: all right\n"), r.stdout + r.stderr)
        open(f"{directory}/broken.yaml", "w").write("product: x\nnonsense: 1\n")
        open(f"{directory}/rude.yaml", "w").write(recipe.replace("product: kinto", "product: rude")
                                                  .replace("/buckets", "/customers/doc1"))
        r = ajar("catalog", "check", directory)
        lines = r.stdout.splitlines()
        check("every file is told of", r.returncode == 1 and not r.stderr and len(lines) == 3 and
              lines[0].startswith(f"{directory}/broken.yaml:2: ") and lines[1].startswith(f"{directory}/rude.yaml:12: ") and
              '"customers"' in lines[1] and lines[2] == "3 entries, 2 examples: 2 problems", r.stdout + r.stderr)
        r = ajar("catalog", "check", "--json", directory)
        rows = [json.loads(line) for line in r.stdout.splitlines()]
        check("the same in JSON", r.returncode == 1 and [row["type"] for row in rows] == ["problem", "problem", "summary"] and
              rows[1]["line"] == 12 and rows[2] == {"type": "summary", "entries": 3, "examples": 2, "problems": 2}, r.stdout)
    r = ajar("catalog", "check", "catalog")
    check("Ajar's own entries are all right", r.returncode == 0 and r.stdout.endswith(": all right\n"), r.stdout + r.stderr)
    r = ajar("catalog", "law")
    check("the law is printed", r.returncode == 0 and "/_cat/indices" in r.stdout and "databases" in r.stdout, r.stderr)


def test_catalog_entry_in_a_clone():
    """What CONTRIBUTING shows is how an entry of Ajar's own came to be: in a clone without it, file and line are added as it
    says, and the check, the list and the guard take them."""
    recipe = re.search(r"```yaml\n(.*?)```", open("CONTRIBUTING.md").read(), re.S)[1]
    check("CONTRIBUTING shows the entry as it is", recipe == open("catalog/kinto.yaml").read())
    with tempfile.TemporaryDirectory() as directory:
        clone = f"{directory}/ajar"
        made = subprocess.run(["git", "clone", "-q", "--local", "--no-hardlinks", ".", clone], capture_output=True, text=True)
        if made.returncode:  # an archive without a history: its files are as good
            shutil.copytree(".", clone, ignore=shutil.ignore_patterns("build*", ".git"))
        entry, requests = f"{clone}/catalog/kinto.yaml", f"{clone}/test/data/good_requests.tsv"
        lines = open("test/data/good_requests.tsv").read().splitlines(keepends=True)
        if os.path.exists(entry):
            os.remove(entry)
        open(requests, "w").write("".join(line for line in lines if not line.startswith("kinto\t")))
        before = json.loads(ajar("catalog", "check", "--json", f"{clone}/catalog").stdout.splitlines()[-1])
        os.mkdir(f"{clone}/mine")
        open(f"{clone}/mine/kinto.yaml", "w").write(recipe)
        r = ajar("catalog", "check", f"{clone}/mine")
        check("the entry is right in a directory of its own", r.stdout == "1 entry, 2 examples: all right\n", r.stdout + r.stderr)
        shutil.move(f"{clone}/mine/kinto.yaml", entry)
        open(requests, "a").write("".join(line for line in lines if line.startswith("kinto\t")))
        after = json.loads(ajar("catalog", "check", "--json", f"{clone}/catalog").stdout.splitlines()[-1])
        check("and among Ajar's own", (after["entries"], after["examples"], after["problems"]) ==
              (before["entries"] + 1, before["examples"] + 2, 0), (before, after))
        rows = [json.loads(line) for line in ajar("list", "--json", "--catalog", f"{clone}/catalog").stdout.splitlines()]
        check("it is listed", any(row["name"] == "kinto" and row["verified"] == "real server" for row in rows))
        asks = ajar("asks", "--catalog", f"{clone}/catalog").stdout
        r = subprocess.run([f"{clone}/test/guard/lint.py"], input=asks, capture_output=True, text=True)
        check("the guard lets its request through", "kinto.buckets" in asks and r.returncode == 0, r.stdout[-300:])


def test_list():
    rows = [json.loads(line) for line in ajar("list", "--json").stdout.splitlines()]
    by_name = {row["name"]: row for row in rows}
    redis, snmp, grafana = by_name["redis"], by_name["snmp"], by_name["grafana"]
    check("list tells how a probe was verified", redis["verified"] == "real server" and redis["ports"][0] == 6379 and
          any(server.startswith("redis-server ") for server in redis["servers"]), redis)
    check("list tells the transport", (redis["transport"], snmp["transport"], grafana["transport"]) == ("tcp", "udp", "http"))
    check("list verifies each", {row["verified"] for row in rows} <= {"real server", "source", "documentation"},
          [row["name"] for row in rows if row["verified"] == "nothing"])
    check("list as text tells it, too", "    verified   real server: snmpd 5.9.3\n" in ajar("list").stdout)
    made = ajar("list", "--format", "markdown").stdout
    with open("doc/products.md", encoding="utf-8") as f:
        check("doc/products.md is current", made == f.read(), "make doc/products.md")
    with open("doc/shadowserver.md", encoding="utf-8") as f:
        cells = [line.split("|")[3] for line in f if line.startswith("|") and line.count("|") == 5]
    told = {name for cell in cells for name in re.findall("`([a-z0-9-]+)`", cell)}
    check("what covers a report is a product", len(told) > 50 and told <= set(by_name), told - set(by_name))
    with open("doc/shadowserver.md", encoding="utf-8") as f:
        rows = [line.split("|") for line in f if line.startswith("| `")]
    with open("test/data/shadowserver_types.tsv", encoding="utf-8") as f:
        types = dict(line.split() for line in f)
    stated = {name: row[2] for row in rows for name in re.findall("`([a-z0-9_]+)`", row[1])}
    check("each report of services is in the table, with its severity", len(types) > 70 and stated.keys() == types.keys() and
          all(types[name] in stated[name] for name in types), sorted(n for n in types.keys() | stated.keys() if types.get(n, "?") not in stated.get(n, "")))
    r = ajar("list", "--format", "html")
    check("an unknown form of the list", r.returncode == 2 and "text, json or markdown" in r.stderr, r.stderr)


class UdpStore(threading.Thread):
    """Memcached's two answers over UDP; what was asked is kept."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = []
        self.start()

    def run(self):
        while True:
            data, peer = self.socket.recvfrom(2048)
            self.asked.append(data)
            if data[8:] == b"version\r\n":
                self.socket.sendto(data[:8] + b"VERSION 1.6.18\r\n", peer)
            elif data[8:] == b"stats\r\n":
                self.socket.sendto(data[:8] + b"STAT curr_items 3\r\nSTAT bytes 99\r\nEND\r\n", peer)


class RedisNaming(Redis):
    """A primary that names its replicas."""

    def __init__(self, *peers):
        self.peers = peers
        self.talks = 0
        self.gate = threading.Event()
        self.gate.set()
        super().__init__()

    def talk(self, peer):
        self.talks += 1
        self.gate.wait(30)
        info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Memory\r\nused_memory:1000\r\n" \
               "# Replication\r\nrole:master\r\n" + "".join(
                   f"slave{i}:ip={host},port={port},state=online,offset=1,lag=0\r\n" for i, (host, port) in enumerate(self.peers)) + \
               "# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\n"
        with peer:
            while data := peer.recv(4096):
                for line in data.split(b"\r\n"):
                    word = line.split(b" ")[0].upper()
                    if word in (b"PING", b"*1"):
                        peer.sendall(b"+PONG\r\n")
                    elif word == b"INFO":
                        peer.sendall(b"$%d\r\n%s\r\n" % (len(info), info.encode()))
                    elif word == b"EXISTS":
                        peer.sendall(b":0\r\n")
                    elif word == b"QUIT":
                        peer.sendall(b"+OK\r\n")
                        return
                    elif word:
                        peer.sendall(b"-ERR unknown command\r\n")


def test_follow():
    last = RedisNaming()
    middle = RedisNaming(("127.0.0.1", last.port))
    first = RedisNaming(("127.0.0.1", middle.port), ("10.99.99.99", 6379), ("no.such.host.example", 6379), ("127.0.0.1", 0))
    denied = RedisNaming(("127.0.0.1", last.port))
    scan = lambda *args: [json.loads(line) for line in ajar("scan", "--json", "--db", "none", *args).stdout.splitlines()]
    where = lambda rows: {row["port"] for row in rows if row["type"] == "service" and row["product"] == "redis"}
    rows = scan(f"127.0.0.1:{first.port}", "127.0.0.1:1")
    check("nothing is followed unasked", where(rows) == {first.port}, rows)
    named = [row for row in rows if row["type"] == "service" and row["port"] == first.port][0]["facts"].get("peers")
    check("what is named is a fact", named == f"127.0.0.1:{middle.port}, 10.99.99.99:6379, no.such.host.example:6379", named)
    rows = scan("--follow", f"127.0.0.1:{first.port}", "127.0.0.1:1")
    check("outside of the ports that were named nothing is followed", where(rows) == {first.port}, rows)
    rows = scan("--follow", "--ports", str(first.port), "127.0.0.1")
    check("what is named in the targets is followed, in rounds", where(rows) == {first.port, middle.port, last.port}, rows)
    remarks = {row["kind"]: row for row in rows if row["type"] == "remark"}
    check("what was followed is said", remarks["followed"]["count"] == 2 and not remarks["followed"]["incomplete"], remarks)
    check("what is outside is said", remarks["scope"]["count"] == 2 and "10.99.99.99:6379" in remarks["scope"]["text"], remarks)
    check("the counts add up", rows[-1]["done"] == 1 + 2 and rows[-1]["failed"] == 0, rows[-1])
    rows = scan("--follow", "--ports", str(denied.port), "--exclude", f"127.0.0.1:{last.port}", "127.0.0.1")
    check("what is excluded is not followed", where(rows) == {denied.port}, rows)
    rows = scan("--follow", "--ports", f"{first.port},{middle.port}", "127.0.0.1")
    check("what is asked anyway is asked once", where(rows) == {first.port, middle.port, last.port} and
          [row["count"] for row in rows if row["type"] == "remark" and row["kind"] == "followed"] == [1], rows)


def test_follow_goes_on():
    """Killed while what was named is asked: that is asked when the scan goes on, and nothing twice."""
    named = RedisNaming()
    first = RedisNaming(("127.0.0.1", named.port))
    named.gate.clear()
    db = os.path.join(STATE, "follow.db")
    env = dict(os.environ, XDG_STATE_HOME=STATE)
    scan = subprocess.Popen([AJAR, "scan", "--follow", "--db", db, "--ports", str(first.port), "127.0.0.1"], env=env,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    met = named.met.wait(20)
    time.sleep(1.5)  # the store commits once a second
    scan.kill()
    scan.wait()
    time.sleep(0.2)
    named.gate.set()
    before = first.talks
    r = ajar("scan", "--resume", "--json", "--db", db)
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    seen = {row["port"] for row in rows if row["type"] == "service"}
    check("what was named is asked when the scan goes on", met and seen == {first.port, named.port}, r.stdout + r.stderr)
    check("and what was asked is not asked again", first.talks == before, first.talks)
    check("the scan is whole then", rows and rows[-1]["type"] == "summary" and rows[-1]["done"] == 2, rows[-1:])
    r = ajar("scan", "--resume", "--db", db)
    check("and there is nothing to go on with", r.returncode == 2, r.stderr)


def test_udp():
    store, shut = UdpStore(), closed_port()
    places = f"127.0.0.1:{store.port}/udp"
    r = ajar("scan", "--json", places, f"127.0.0.1:{shut}/udp")
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    service = [row for row in rows if row["type"] == "service"]
    check("a store over UDP", len(service) == 1 and service[0]["endpoint"] == places and service[0]["transport"] == "udp"
          and service[0]["port"] == store.port and service[0]["verdict"] == "open" and service[0]["records"] == 3, r.stdout + r.stderr)
    check("over UDP nothing fails and nothing is made up", rows[-1]["done"] == 2 and rows[-1]["answered"] == 1 and
          rows[-1]["failed"] == 0, rows[-1])
    found = [row for row in rows if row["type"] == "finding"]
    check("the findings are UDP's", {(row["endpoint"], row["rule"]) for row in found} ==
          {(places, "open-store"), (places, "amplifier")}, found)
    listed = [json.loads(line) for line in ajar("show", "--json", "--port", f"{store.port}/udp").stdout.splitlines()]
    check("show finds it by its port", {row.get("endpoint") for row in listed if row["type"] == "finding"} == {places}, listed)
    check("and not as TCP's", places not in ajar("show", "--json", "--port", str(store.port)).stdout)
    r = ajar("show", "--port", "161-163/udp")
    check("show takes one port", r.returncode == 2 and "one port is wanted" in r.stderr, r.stderr)
    r = ajar("scan", "--dry-run", "--ports", "U:161,69,T:80", "10.0.0.1")
    check("a plan with both transports", "80,69/udp,161/udp" in r.stdout, r.stdout)
    r = ajar("scan", "--dry-run", "snmp://10.0.0.1")
    check("a scheme of UDP", "161/udp" in r.stdout, r.stdout)
    r = ajar("probe", "redis", "127.0.0.1:161/udp")
    check("a probe of the other transport", r.returncode == 2 and "over TCP" in r.stderr, r.stderr)


def main():
    redis = Redis()
    test_mistakes()
    test_help()
    test_statuses(redis)
    test_json(redis)
    test_dry_run()
    test_sample(redis)
    test_output(redis)
    test_terminal(redis)
    test_interrupt()
    test_killed_sweeper()
    test_own_catalog(redis)
    test_catalog_check()
    test_catalog_entry_in_a_clone()
    test_list()
    test_udp()
    test_follow()
    test_follow_goes_on()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as STATE:
        sys.exit(main())
