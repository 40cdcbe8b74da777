#!/usr/bin/env python3
"""What `ajar scan --dry-run` says a scan takes, beside what it takes: networks that are empty, nearly empty and full, hosts
that are there and hosts that are not, near and behind a router, in network namespaces of its own. Fails where one is more than
1.5 times the other, or longer than is promised.

    bench/foretold.py [BUILD] [WORD ...]        needs root, redis-server and nft; a word chooses the rows that hold it
    bench/foretold.py [BUILD] --factor N [WORD ...]    for another factor, where much else is going on
    bench/foretold.py [BUILD] --nmap            time to the first finding and to the end, beside `nmap -sV` on the same 16 ports
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[1]
FACTOR = 1.5
TRIES = 3  # a time is measured on a machine that has other things to do, too
AT_ONCE = 5  # scans beside each other: they wait more than they compute
DROPS = "10.20.0.30"
LIVE = [f"10.20.0.{i}" for i in range(11, 21)]
# What, the scan, how many answer there, the most seconds that are promised; how many endpoints answer, where that is the point.
ROWS = (
    ("a /24 of which ten hosts answer", "10.20.0.0/24", "some", 120),
    ("the same, quick", "--profile quick 10.20.0.0/24", "some", 30),
    ("the same, one port", "--ports 6379 10.20.0.0/24", "some", None),
    ("the same, --rate 1000", "--rate 1000 10.20.0.0/24", "some", None),
    ("ten hosts that answer", "10.20.0.11-10.20.0.20", "all", None),
    ("one host that answers", "10.20.0.12", "all", None),
    ("a host behind a router that is not there", "10.20.0.99", "none", 30),
    ("a neighbour that is not there", "10.9.0.99", "none", 30),
    ("an empty /24 behind a router, 20 ports", "--top-ports 20 10.20.1.0/24", "none", None),
    ("a /24 of the own link with one neighbour, 5 ports", "--top-ports 5 10.9.0.0/24", "none", None),
    ("a full /26, 20 ports", "--top-ports 20 10.20.2.0/26", "all", None),
    ("a full /26, one port", "--ports 6379 10.20.2.0/26", "all", None),
    ("a full /25, one port", "--ports 6379 10.20.2.128/25", "all", None),
    ("a full /25, two ports", "--ports 6379,80 10.20.2.128/25", "all", None),
    ("a /16 by single packets, one port, --rate 5000", "--ports 6379 --rate 5000 10.30.0.0/16", "none", None),
    ("a host that drops all but two ports", DROPS, "all", None, 2),
    ("this machine", "127.0.0.1", "all", None),
)


def enter_namespace():
    if os.environ.get("AJAR_FORETOLD_INSIDE"):
        return
    os.environ["AJAR_FORETOLD_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-n", sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def run(words, *before):
    subprocess.run([*before, *words.split()], check=True, stdout=subprocess.DEVNULL)


class Network:
    """A router at 10.9.0.2; behind it ten hosts of 10.20.0.0/24, nobody in 10.20.1.0/24 and 10.30.0.0/16, all of 10.20.2.0/26 and
    10.20.2.128/25."""

    def __init__(self, where):
        self.processes = [subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE)]
        self.processes[0].stdout.readline()
        far = self.processes[0].pid
        self.inside = ("nsenter", "-t", str(far), "-n")
        run("ip link set lo up")
        run(f"ip link add v0 type veth peer name v1 netns {far}")
        run("ip address add 10.9.0.1/24 dev v0")
        run("ip link set v0 up")
        for words in ("address add 10.9.0.2/24 dev v1", "link set v1 up", "link set lo up", "route add blackhole 10.20.0.0/15",
                      "route add blackhole 10.30.0.0/16", *(f"address add {a}/32 dev lo" for a in LIVE),
                      "route add local 10.20.2.0/26 dev lo", "route add local 10.20.2.128/25 dev lo"):
            run(f"ip {words}", *self.inside)
        run("sysctl -qw net.ipv4.ip_forward=1", *self.inside)
        for to in ("10.20.0.0/15", "10.30.0.0/16"):
            run(f"ip route add {to} via 10.9.0.2")
        run(f"ip address add {DROPS}/32 dev lo", *self.inside)
        stores = [(address, 6379) for address in (*LIVE[:4], DROPS)] + [(DROPS, 6380)]
        for address, port in stores:
            self.processes.append(subprocess.Popen([*self.inside, "redis-server", "--bind", address, "--port", str(port), "--protected-mode", "no",
                                                    "--save", "", "--dir", where], stdout=subprocess.DEVNULL))
        for address, port in stores:
            while subprocess.run([*self.inside, "redis-cli", "-h", address, "-p", str(port), "ping"], capture_output=True).stdout != b"PONG\n":
                time.sleep(0.05)
        run(f"nft add table t; add chain t c {{ type filter hook input priority 0; }}; add rule t c iif v1 ip daddr {DROPS} meta l4proto tcp "
            "tcp dport != { 6379, 6380 } drop; add rule t c iif v1 ip daddr " + DROPS + " meta l4proto udp drop", *self.inside)

    def stop(self):
        for p in reversed(self.processes):
            p.terminate()
            p.wait()


def seconds(text):
    n, unit = re.fullmatch(r"(a|[\d.]+) (s|second|min|h|days)", text).groups()
    return (1 if n == "a" else float(n)) * {"s": 1, "second": 1, "min": 60, "h": 3600, "days": 86400}[unit]


def foretold(sentence, answer):
    """The figure of the plan's last sentence for a network of which so many answer."""
    said = re.search(r"about (.*?)\.\n", sentence)[1]
    figures = {}
    for piece in said.split(", "):
        n, _, where = piece.partition(" where ")
        for word, names in (("", ("none", "some", "all")), ("nobody answers", ("none",)), ("one address in 25 does", ("some",)),
                            ("all do", ("all",)), ("somebody does", ("some", "all"))):
            if where == word:
                figures.update(dict.fromkeys(names, seconds(n)))
    return figures[answer]


def row(factor, *args):
    for _ in range(TRIES):
        good, text = one_try(factor, *args)
        if good:
            break
    return good, text


def one_try(factor, ajar, where, name, words, answer, most, heard=None):
    environment = {**os.environ, "XDG_STATE_HOME": where, "XDG_CONFIG_HOME": where, "HOME": where}
    plan = subprocess.run([ajar, "scan", "--dry-run", *words.split()], capture_output=True, text=True, env=environment, check=True).stdout
    said = foretold(plan, answer)
    began = time.monotonic()
    r = subprocess.run([ajar, "scan", "--db", "none", "--json", *words.split()], capture_output=True, text=True, env=environment, check=False)
    took = time.monotonic() - began
    last = json.loads(r.stdout.splitlines()[-1])
    all_asked = last["failed"] == 0 and all("broadcast" in r.stdout or "network address" in r.stdout for _ in [0] if last["skipped"])
    # Below two seconds it is the start of a program that is measured.
    apart = max(said, 2) / max(took, 2)
    good = 1 / factor <= apart <= factor and all_asked and (most is None or took < most) and heard in (None, last["answered"])
    return good, f"{'ok' if good else 'not ok'} {name}: said {said:g} s, took {took:.1f} s" + (f", promised below {most} s" if most else "") + \
        f"; {last['done']} done, {last['skipped']} skipped, {last['failed']} failed, {last['answered']} answered"


def first_and_end(command, marks, environment):
    """Seconds until a line with one of the marks comes, and until the end."""
    began, first = time.monotonic(), None
    p = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    for line in p.stdout:
        if first is None and any(re.search(m, line) for m in marks):
            first = time.monotonic() - began
    p.wait()
    return first, time.monotonic() - began


def beside_nmap(ajar, where):
    """One after the other, so that none waits for another."""
    environment = {**os.environ, "XDG_STATE_HOME": where, "XDG_CONFIG_HOME": where, "HOME": where}
    few = ["--top-ports", "16"]  # as many as the plan prints in full
    plan = subprocess.run([ajar, "scan", "--dry-run", *few, LIVE[0]], capture_output=True, text=True, env=environment, check=True).stdout
    ports = re.search(r"^ +ports +(.*)$", plan, re.M)[1].split(",")
    tcp = ",".join(p for p in ports if p.isdigit() or re.fullmatch(r"\d+-\d+", p))
    for name, to, no_ping in (("a /24 of which ten hosts answer", "10.20.0.0/24", []), ("a host that is not there", "10.20.0.99", ["-Pn"]),
                              ("a neighbour that is not there", "10.9.0.99", [])):
        ours = first_and_end([ajar, "scan", "--db", "none", "--json", *few, to], ['"type":"finding"'], environment)
        theirs = first_and_end(["nmap", "-n", "-sV", *no_ping, "-p", tcp, "-oN", "-", to], [r"/tcp +open"], environment)
        told = [", ".join(f"{x:.1f} s" if x is not None else "-" for x in pair) for pair in (ours, theirs)]
        print(f"{name}: first finding, end: ajar {told[0]}; nmap -sV{' -Pn' if no_ping else ''} {told[1]}", flush=True)


def main():
    enter_namespace()
    args = sys.argv[1:]
    build = args.pop(0) if args and pathlib.Path(args[0], "ajar").exists() else ROOT / "build"
    ajar = str(pathlib.Path(build).resolve() / "ajar")
    if "--nmap" in args:
        with tempfile.TemporaryDirectory() as where:
            network = Network(where)
            try:
                beside_nmap(ajar, where)
            finally:
                network.stop()
        return 0
    factor = float(args.pop(args.index("--factor") + 1)) if "--factor" in args else FACTOR
    args = [a for a in args if a != "--factor"]
    rows = [r for r in ROWS if not args or any(word in r[0] for word in args)]
    with tempfile.TemporaryDirectory() as where:
        network = Network(where)
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                told = list(pool.map(lambda r: row(factor, ajar, where, *r), rows))
        finally:
            network.stop()
    for _, text in told:
        print(text)
    failed = sum(not good for good, _ in told)
    print(f"{len(told) - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
