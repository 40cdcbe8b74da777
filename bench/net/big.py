#!/usr/bin/env python3
"""Big networks, nearly empty or all answering: Ajar beside zmap and masscan on the same wire, in rounds that take turns.

    bench/net/big.py [BUILD] [--rounds N] [--only WORD] [--zgrab2 PATH]      as root; about ten minutes

Two namespaces, a veth pair; the far one owns the addresses that answer, and drops what goes to the others. Each row is the
median of the rounds and, in brackets, the least and the most: seconds on the clock, seconds of processor time, places
found, packets a second (what the scanner's own interface counted as sent, over the time on the clock)."""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

NEAR, FAR = f"ajar-near-{os.getpid()}", f"ajar-far-{os.getpid()}"


def sh(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def near(*command):
    return ["ip", "netns", "exec", NEAR, *map(str, command)]


def far(*command):
    return ["ip", "netns", "exec", FAR, *map(str, command)]


class Wire:
    def __enter__(self):
        sh("ip", "netns", "add", NEAR)
        sh("ip", "netns", "add", FAR)
        sh("ip", "-n", NEAR, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", FAR)
        for ns, name, address in ((NEAR, "v0", "192.168.255.1/30"), (FAR, "v1", "192.168.255.2/30")):
            sh("ip", "-n", ns, "addr", "add", address, "dev", name)
            sh("ip", "-n", ns, "link", "set", name, "up")
            sh("ip", "-n", ns, "link", "set", "lo", "up")
        sh("ip", "-n", NEAR, "route", "add", "default", "via", "192.168.255.2")
        sh("ip", "-n", FAR, "route", "add", "blackhole", "10.0.0.0/8")
        for name, value in (("net.ipv4.tcp_max_syn_backlog", 262144), ("net.core.somaxconn", 65535), ("net.ipv4.tcp_syncookies", 2)):
            sh(*far("sysctl", "-qw", f"{name}={value}"))
        self.server = subprocess.Popen(far("redis-server", "--port", "6379", "--bind", "0.0.0.0", "--save", "", "--protected-mode", "no",
                                           "--maxclients", "20000", "--tcp-backlog", "65535"), stdout=subprocess.DEVNULL)
        time.sleep(1)
        self.mac = json.loads(subprocess.run(["ip", "-j", "-n", FAR, "link", "show", "v1"], capture_output=True, check=True).stdout)[0]["address"]
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.wait()
        for ns in (NEAR, FAR):
            subprocess.run(["ip", "netns", "del", ns], check=False)

    def answers(self, *networks):
        sh("ip", "-n", FAR, "route", "flush", "table", "local", "proto", "static")
        for network in networks:
            sh("ip", "-n", FAR, "route", "add", "local", network, "dev", "lo", "proto", "static", "table", "local")


def packets_sent():
    return int(subprocess.run(near("cat", "/sys/class/net/v0/statistics/tx_packets"), capture_output=True, check=True).stdout)


def measure(command, count, shell=False):
    """(seconds, processor seconds, found, packets a second)"""
    before, sent = resource.getrusage(resource.RUSAGE_CHILDREN), packets_sent()
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, shell=shell, check=False)
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, cpu, count(done), (packets_sent() - sent) / took


def ajar_found(done):
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return sum(r["type"] == "service" and r["verdict"] == "open" for r in rows)


def lines_found(done):
    return len({line.split()[-1] for line in done.stdout.splitlines() if b"." in line})


def masscan_found(done):
    return sum(b"open" in line for line in done.stdout.splitlines())


def zgrab_found(done):
    return sum(b'"status":"success"' in line for line in done.stdout.splitlines())


def tools(build, wire, network, rate, zgrab2, names):
    empty = tempfile.NamedTemporaryFile("w", suffix=".conf")
    zmap = ["zmap", "-p", "6379", "-i", "v0", "-G", wire.mac, "-b", empty.name, "-r", str(rate), "-c", "2", "-q", "-v", "0", network]
    every = {
        "ajar": (near(f"{build}/ajar", "scan", "--db", "none", "--json", "--large", "--knock", "--rate", rate, "--ports", 6379, network), ajar_found),
        "zmap": (near(*zmap), lines_found),
        "masscan": (near("masscan", "-p", "6379", "--rate", rate, "--wait", "2", "-e", "v0", "--router-mac", wire.mac.replace(":", "-"),
                         "--adapter-ip", "192.168.255.1", "-oL", "-", network), masscan_found),
    }
    if zgrab2:
        pipe = " ".join(zmap) + f" | {zgrab2} redis --port 6379 --senders 1000 2>/dev/null"
        every["zmap | zgrab2"] = (near("sh", "-c", pipe), zgrab_found)
    every["_"] = empty
    return {name: what for name, what in every.items() if name in names or name == "_"}


ROWS = (
    ("512 of 262,144 addresses answer", "10.64.0.0/14", ("10.64.7.0/24", "10.65.9.0/24"), 1000000, ("ajar", "zmap | zgrab2", "zmap", "masscan")),
    ("512 of 16.7 million addresses answer", "10.0.0.0/8", ("10.64.7.0/24", "10.65.9.0/24"), 2000000, ("ajar", "zmap", "zmap | zgrab2")),
    ("all of 65,536 addresses answer", "10.70.0.0/16", ("10.70.0.0/16",), 100000, ("ajar", "zmap", "zmap | zgrab2", "masscan")),
    ("all of 524,288 addresses answer", "10.80.0.0/13", ("10.80.0.0/13",), 200000, ("ajar", "zmap", "masscan")),
)


def spread(values, form):
    return f"{form % statistics.median(values)} ({form % min(values)} to {form % max(values)})"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", nargs="?", default="build")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--only", default="")
    p.add_argument("--zgrab2", default=shutil.which("zgrab2"))
    o = p.parse_args()
    if os.geteuid() != 0:
        sys.exit("this needs root: it makes network namespaces")
    with Wire() as wire:
        for title, network, answering, rate, names in ROWS:
            if o.only not in title:
                continue
            wire.answers(*answering)
            every = tools(pathlib.Path(o.build).resolve(), wire, network, rate, o.zgrab2, names)
            seen = {name: [] for name in every if name != "_"}
            for _ in range(o.rounds):
                for name in seen:
                    seen[name].append(measure(*every[name]))
            print(f"{title}, --rate {rate}\n  {'':16}{'wall s':26}{'processor s':26}{'found':30}packets/s", flush=True)
            for name, runs in seen.items():
                wall, cpu, found, rates = zip(*runs)
                print(f"  {name:16}{spread(wall, '%.2f'):26}{spread(cpu, '%.2f'):26}{spread(found, '%d'):30}{spread(rates, '%.0f')}", flush=True)


main()
