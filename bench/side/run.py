#!/usr/bin/env python3
"""Ajar beside the scanners that others choose, on the same wire, in rounds that take turns; and the page that shows it.

    bench/side/run.py [BUILD] [--rounds N] [--only WORD] [--results FILE] [--zgrab2 PATH] [--rustscan PATH]     as root
    bench/side/run.py --table FILE

Two namespaces, a veth pair (wire.py); who is told what stands in rivals.py. Results are lines of JSON, one a measurement; --table
makes doc/benchmarks.md of them."""
import argparse
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import table
from rivals import Rivals
from wire import Wire

SPARSE = ("10.64.7.0/24", "10.65.9.0/24")
SERVERS = 30
PORTS = "21,22,23,25,53,80,81,110,135,139,143,389,443,445,873,1433,1521,1883,2375,3000,3306,3389,5000,5432,5601,5672,5900,5984,6379," \
        "7000,8000,8080,8081,8443,9000,9042,9090,9200,11211,27017"


def one_redis(*networks, loss=0):
    def begin(wire):
        wire.answers(*networks)
        wire.redis()
        wire.loses(loss)
    return begin


def thirty_servers(wire):
    """30 servers, each at an address of its own, among 256 hosts that are alive and refuse the rest; 3,840 that are not there."""
    wire.answers("10.66.4.0/24")
    where = pathlib.Path("/tmp") / f"ajar-side-{os.getpid()}"
    where.mkdir(exist_ok=True)
    for i in range(SERVERS):
        at = f"10.66.4.{7 * i + 3}"
        if i % 3 == 0:
            wire.redis(at)
        elif i % 3 == 1:
            wire.start("memcached", "-u", "nobody", "-l", at, "-m", 8, "-t", 1, "-U", 0)
        else:
            config = where / f"{i}.conf"
            config.write_text(f"pid {where}/{i}.pid; error_log /dev/null; events {{}} daemon off; worker_processes 1;\n"
                              f"http {{ access_log off; server {{ listen {at}:80; location / {{ return 200 'here'; }} }} }}\n")
            wire.start("nginx", "-c", config)


# Title; network; ports; packets a second that everybody is allowed; the far side; who takes part.
ROWS = (
    ("512 of 262,144 addresses answer", "10.64.0.0/14", "6379", 1000000, one_redis(*SPARSE), ("ajar", "zmap_zgrab2", "zmap", "masscan")),
    ("512 of 16.7 million addresses answer", "10.0.0.0/8", "6379", 2000000, one_redis(*SPARSE), ("ajar", "zmap")),
    ("all of 65,536 addresses answer", "10.70.0.0/16", "6379", 100000, one_redis("10.70.0.0/16"),
     ("ajar", "zmap_then_zgrab2", "zmap", "masscan")),
    ("all of 524,288 addresses answer", "10.80.0.0/13", "6379", 200000, one_redis("10.80.0.0/13"), ("ajar", "zmap", "masscan")),
    ("all of 65,536 answer, 1 % of packets lost each way", "10.70.0.0/16", "6379", 20000, one_redis("10.70.0.0/16", loss=1),
     ("ajar", "zmap_then_zgrab2")),
    ("all of 65,536 answer, 5 % of packets lost each way", "10.70.0.0/16", "6379", 20000, one_redis("10.70.0.0/16", loss=5),
     ("ajar", "zmap_then_zgrab2")),
    ("all of 65,536 answer, 20 % of packets lost each way", "10.70.0.0/16", "6379", 20000, one_redis("10.70.0.0/16", loss=20),
     ("ajar", "zmap_then_zgrab2")),
    ("30 servers among 4,096 addresses, 40 ports", "10.66.0.0/20", PORTS, 20000, thirty_servers,
     ("ajar_all", "nmap", "masscan_nmap", "rustscan_nmap")),
    ("one host, one port, from a cold start", "10.70.0.1", "6379", 1000, one_redis("10.70.0.0/24"), ("ajar_default", "nmap")),
)
NEEDS = {"zmap_zgrab2": ("zmap", "zgrab2"), "zmap_then_zgrab2": ("zmap", "zgrab2"), "zmap": ("zmap",), "masscan": ("masscan",),
         "nmap": ("nmap",), "masscan_nmap": ("masscan", "nmap"), "rustscan_nmap": ("rustscan", "nmap")}


def machine(rivals):
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    names = sorted({n for needs in NEEDS.values() for n in needs if rivals.path(n)})
    return {"machine": f"{os.cpu_count()} processors ({model[1] if model else platform.machine()}), Linux {platform.release().split('-')[0]}",
            "date": time.strftime("%Y-%m-%d"), "versions": {n: rivals.version(n) for n in ("ajar", *names)}}


def measure_row(row, rivals, wire, rounds, results):
    title, network, ports, rate, begin, names = row
    begin(wire)
    time.sleep(1)
    for name in names:
        missing = rivals.missing(*NEEDS.get(name, ()))
        if missing:
            print(f"{title}: no {' and no '.join(missing)} on this machine: {name} is left out", file=sys.stderr)
    names = [n for n in names if not rivals.missing(*NEEDS.get(n, ()))]
    for _ in range(rounds):
        for name in names:
            command, count = getattr(rivals, name)(network, ports, rate)
            seen = wire.measure(command, count)
            shown = re.sub(r"/[^ ]*/(zgrab2|rustscan|nmap|masscan|zmap) ", r"\1 ", command.replace(str(rivals.build), "build"))
            shown = shown.replace(wire.mac, "MAC").replace(wire.mac.replace(":", "-"), "MAC")
            results.append({"row": title, "who": name, "rate": rate, "command": shown, **seen})
            print(f"{title}: {name}: {seen['wall']:.2f} s, {seen['cpu']:.2f} s of processor, {seen['found']} found, {seen['pps']:.0f} "
                  f"packets/s, {seen['mb']:.0f} MB{'; ' + seen['said'] if seen['said'] else ''}", flush=True)
    wire.stop()
    wire.loses(0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", nargs="?", default="build")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--only", default="")
    p.add_argument("--results")
    p.add_argument("--table")
    for rival in ("zmap", "masscan", "nmap", "zgrab2", "rustscan"):
        p.add_argument(f"--{rival}")
    o = p.parse_args()
    if o.table:
        print(table.page([json.loads(line) for line in pathlib.Path(o.table).read_text().splitlines()]), end="")
        return
    if os.geteuid() != 0:
        sys.exit("this needs root: it makes network namespaces")
    with Wire() as wire:
        rivals = Rivals(pathlib.Path(o.build).resolve(), wire.mac, vars(o))
        results = [machine(rivals)]
        for row in ROWS:
            if o.only in row[0]:
                measure_row(row, rivals, wire, o.rounds, results)
    if o.results:
        pathlib.Path(o.results).write_text("".join(json.dumps(r) + "\n" for r in results))
    print(table.rows(results), end="")


main()
